// BlockRows: the rows of one block in memory, for the writer.
// INVARIANT: every column has as many values as there are rows, of which there are at most blockRowsMax.
// Thread: a value.
#pragma once

#include "server/audit/block.h"

namespace provost::audit {

struct RowValues
{
    std::array<std::int64_t, columnCount> numbers{}; // of numbers and words
    std::array<QByteArrayView, columnCount> texts;   // of inline texts
};

class BlockRows
{
public:
    [[nodiscard]] static Result<BlockRows> load(Block &block);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool isFull() const { return size() >= std::size_t(blockRowsMax); }
    [[nodiscard]] BlockInfo info() const; // REQUIRES: there are rows
    [[nodiscard]] std::int64_t last() const { return numbers(columnOf(Field::Sequence)).back(); }

    // REQUIRES: not full.
    void append(const RowValues &row);
    // REQUIRES: they fit.
    void append(const BlockRows &rows);
    // The row of a call that was open. What it has no arguments for keeps those of its intent. False: there is no such row.
    [[nodiscard]] bool conclude(std::int64_t sequence, const RowValues &row);

    // What the column's cell holds; empty for a column without values.
    [[nodiscard]] QByteArray encoded(Column column) const;

private:
    [[nodiscard]] const Numbers &numbers(Column column) const
    {
        return m_numbers.at(std::size_t(column));
    }

    std::array<Numbers, columnCount> m_numbers;
    std::array<Texts, columnCount> m_texts;
};

} // namespace provost::audit
