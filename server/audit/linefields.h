// LineFields: the fields of a journal's line as they are indexed, read without building a record. It looks at what is
// searched and passes over the rest: that captured arguments, attributes and details are right JSON is for the journal to
// know, which wrote them.
// INVARIANT: for every line that recordFromLine() takes, the same as the fields of that record.
// Thread: a value; views into the line, which outlives it.
#pragma once

#include "server/audit/indexschema.h"

#include <array>

namespace provost::audit {

struct LineFields
{
    std::array<QByteArrayView, std::size_t(Field::Sequence)> texts; // of texts
    std::array<std::int64_t, std::size_t(Field::Sequence)>
        numbers{};            // of numbers and times, or `none`
    QByteArrayView arguments; // what free text is looked for in; empty if there are none

    // What the texts look at where they do not stand in the line.
    std::vector<QByteArray> own;
};

// A line that cannot be read as a record still has its row: one with the action "unreadable".
[[nodiscard]] LineFields readLineFields(QByteArrayView line);

} // namespace provost::audit
