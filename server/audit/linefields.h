// LineFieldReader: the fields of a journal's lines as they are indexed, read without building a record. It looks at what is
// searched and passes over the rest: that captured arguments, attributes and details are right JSON is for the journal to
// know, which wrote them. Most members of a line are, byte for byte, those of the line before: they are recognised.
// INVARIANT: for every line that recordFromLine() takes, the same as the fields of that record, whatever was read before.
// Thread: one.
#pragma once

#include "server/audit/indexschema.h"
#include "server/audit/linescanner.h"

#include <array>
#include <vector>

namespace provost::audit {

struct LineFields
{
    std::array<QByteArrayView, std::size_t(Field::Sequence)> texts; // of texts
    std::array<std::int64_t, std::size_t(Field::Sequence)>
        numbers{};            // of numbers and times, or `none`
    QByteArrayView arguments; // what free text is looked for in; empty if there are none
};

class LineFieldReader
{
public:
    // They look into the line, or are the reader's own until it reads the next one.
    // A line that cannot be read as a record still has its row: one with the action "unreadable".
    [[nodiscard]] const LineFields &read(QByteArrayView line);

private:
    // A word as a line had it, and the field that came behind.
    struct Seen
    {
        QByteArray member;   // name and value as written; empty if there is none
        QByteArrayView word; // in it
        std::size_t next = 0;
    };
    [[nodiscard]] bool readPlainLine(QByteArrayView line);
    void remember(Seen &seen, const LineScanner::Member &member, QByteArrayView word);
    void readRecord(const Record &record, QByteArrayView line);

    LineFields m_fields;
    std::vector<QByteArray> m_texts; // of a record, where the line is not plain
    std::array<Seen, std::size_t(Field::Sequence) + 1> m_seen; // by field; the last one begins
};

} // namespace provost::audit
