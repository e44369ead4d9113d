// The tables of index.db: what is known of a row (a call or an event) in columns, and rows in blocks. A block keeps each
// of its columns in a cell of its own, so that a filter on one field reads that field and nothing else. Texts that
// repeat are words in a dictionary, so most columns are small integers.
// Thread: pure.
#pragma once

#include "server/audit/fields.h"

#include <limits>
#include <span>

namespace provost::audit {

// The fields come first, numbered as in their enumeration; then where the lines stand and what free text searches.
enum class Column {
    IntentOffset = int(Field::Sequence) + 1,
    IntentBytes,
    OutcomeSequence, // none while the call is open
    OutcomeOffset,
    OutcomeBytes,
    Arguments,
};
constexpr int columnCount = int(Column::Arguments) + 1;

[[nodiscard]] constexpr Column columnOf(Field field)
{
    return Column(field);
}

enum class ColumnKind {
    Inline, // a text that seldom repeats
    Word,   // the id of a word, or none for an empty text
    Number, // or none
};

[[nodiscard]] ColumnKind columnKindOf(Column column);
// Of that kind, in their order.
[[nodiscard]] std::span<const Column> columnsOf(ColumnKind kind);

// The member of a line that holds the column's value; empty for a column that is not a field.
[[nodiscard]] std::string_view memberOf(Field field);

// In a column of numbers or words: there is none. A number that would be this one is lost, and none that small exists.
constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();

constexpr int blockRowsMax = 1024;

// A cell's key. The columns of a block that take little room share a cell, which has the number behind the last one.
constexpr int columnBits = 6;
constexpr Column shortColumns = Column(columnCount);
static_assert(columnCount < (1 << columnBits));
[[nodiscard]] constexpr std::int64_t cellKey(std::int64_t block, Column column)
{
    return (block << columnBits) | std::int64_t(column);
}

// Postings say in which stretches of sequence numbers a value occurs. The grid is fixed, so that they do not care how
// rows are gathered in blocks. They stand in groups of neighbouring stretches: what is added touches the pages of the last
// group, however many values there are, and who looks for one looks into each group.
[[nodiscard]] constexpr std::int64_t stretchOf(std::int64_t sequence)
{
    return sequence >> 10;
}
[[nodiscard]] constexpr std::int64_t groupOf(std::int64_t stretch)
{
    return stretch >> 6;
}

// Raised with every change of tables or folding: an index of another version is built anew.
constexpr int indexVersion = 2;
[[nodiscard]] QByteArray createIndexSql();

} // namespace provost::audit
