#include "server/audit/blockrows.h"

#include <algorithm>

namespace provost::audit {

namespace {

constexpr std::size_t at(Column column)
{
    return std::size_t(column);
}

bool isInline(std::size_t column)
{
    return columnKindOf(Column(column)) == ColumnKind::Inline;
}

} // namespace

Result<BlockRows> BlockRows::load(Block &block)
{
    BlockRows rows;
    for (std::size_t column = 0; column < std::size_t(columnCount); ++column) {
        if (isInline(column)) {
            TRY_LET(const Texts *texts, block.texts(Column(column)));
            rows.m_texts.at(column) = *texts;
        } else {
            TRY_LET(const Numbers *numbers, block.numbers(Column(column)));
            rows.m_numbers.at(column) = *numbers;
        }
    }
    return rows;
}

std::size_t BlockRows::size() const
{
    return numbers(columnOf(Field::Sequence)).size();
}

BlockInfo BlockRows::info() const
{
    const Numbers &sequences = numbers(columnOf(Field::Sequence));
    const Numbers &outcomes = numbers(Column::OutcomeSequence);
    const Numbers &times = numbers(columnOf(Field::Time));
    const auto [first, last] = std::minmax_element(times.begin(), times.end());
    const std::int64_t outcomeLast = *std::max_element(outcomes.begin(), outcomes.end());
    return {.first = sequences.front(),
            .last = sequences.back(),
            .outcomeLast = std::max<std::int64_t>(outcomeLast, 0),
            .timeFirst = WallTime(Microseconds(*first)),
            .timeLast = WallTime(Microseconds(*last)),
            .rows = std::int64_t(size()),
            .open = std::count(outcomes.begin(), outcomes.end(), none)};
}

void BlockRows::append(const RowValues &row)
{
    for (const ColumnKind kind : {ColumnKind::Word, ColumnKind::Number}) {
        for (const Column column : columnsOf(kind))
            m_numbers[at(column)].push_back(row.numbers[at(column)]);
    }
    for (const Column column : columnsOf(ColumnKind::Inline))
        m_texts[at(column)].append(row.texts[at(column)]);
}

void BlockRows::append(const BlockRows &rows)
{
    for (std::size_t column = 0; column < std::size_t(columnCount); ++column) {
        const Numbers &more = rows.m_numbers[column];
        m_numbers[column].insert(m_numbers[column].end(), more.begin(), more.end());
        m_texts[column].append(rows.m_texts[column]);
    }
}

bool BlockRows::conclude(std::int64_t sequence, const RowValues &row)
{
    const Numbers &sequences = numbers(columnOf(Field::Sequence));
    const auto found = std::lower_bound(sequences.begin(), sequences.end(), sequence);
    if (found == sequences.end() || *found != sequence)
        return false;
    const auto index = std::size_t(found - sequences.begin());
    for (std::size_t column = 0; column < std::size_t(columnCount); ++column) {
        if (!isInline(column))
            m_numbers[column][index] = row.numbers[column];
        else if (column != at(Column::Arguments) || !row.texts[column].isEmpty())
            m_texts[column].set(index, row.texts[column]);
    }
    return true;
}

QByteArray BlockRows::encoded(Column column) const
{
    if (isInline(at(column))) {
        const Texts &texts = m_texts.at(at(column));
        return texts.isAllEmpty() ? QByteArray() : encode(texts);
    }
    const Numbers &values = numbers(column);
    const bool isEmpty =
        std::all_of(values.begin(), values.end(), [](std::int64_t value) { return value == none; });
    return isEmpty ? QByteArray() : encode(std::span<const std::int64_t>(values));
}

} // namespace provost::audit
