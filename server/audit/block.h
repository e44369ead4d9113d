// Blocks of index.db: BlockInfo says what one covers, Block reads its columns when they are asked for.
// Thread: that of the index's connection.
#pragma once

#include "server/audit/blockcodec.h"
#include "server/audit/indexschema.h"
#include "server/storage/database.h"

#include <array>

namespace provost::audit {

struct BlockInfo
{
    std::int64_t first = 0; // sequence of the first row, and the block's name
    std::int64_t last = 0;
    std::int64_t outcomeLast = 0; // of the lines that concluded rows; 0 if all are open
    WallTime timeFirst;
    WallTime timeLast;
    std::int64_t rows = 0;
    std::int64_t open = 0; // calls without an outcome

    // The columns of table `block` that read() takes.
    static constexpr const char *columns =
        "first_seq, last_seq, outcome_last, time_first, time_last, row_count, open_count";
    [[nodiscard]] static BlockInfo read(const storage::Statement &row);
};

class Cells
{
public:
    [[nodiscard]] static Result<Cells> prepare(storage::Database &index);

    // Empty if there is none. Errors: Storage, Cancelled.
    [[nodiscard]] Result<QByteArray> read(std::int64_t block, Column column);

    // The error for a block that is not as it was written. An index does not repair itself.
    [[nodiscard]] Error damaged(const BlockInfo &block);
    [[nodiscard]] bool foundDamage() const { return m_foundDamage; }

private:
    Cells(QString index, storage::Statement find);

    QString m_index; // its path
    storage::Statement m_find;
    bool m_foundDamage = false;
};

class Block
{
public:
    Block(Cells &cells, const BlockInfo &block);

    [[nodiscard]] const BlockInfo &info() const { return m_info; }
    [[nodiscard]] std::size_t rows() const { return std::size_t(m_info.rows); }

    // The values of each row, until the block goes. Errors: Storage, Cancelled.
    [[nodiscard]] Result<const Numbers *> numbers(Column column); // of numbers and words
    [[nodiscard]] Result<const Texts *> texts(Column column);     // of inline texts

private:
    [[nodiscard]] Result<QByteArray> cell(Column column);
    [[nodiscard]] Result<void> readShortColumns();

    Cells &m_cells;
    BlockInfo m_info;
    std::optional<QByteArray> m_short;
    std::array<QByteArrayView, columnCount> m_shortColumns; // into m_short
    std::array<std::optional<Numbers>, columnCount> m_numbers;
    std::array<std::optional<Texts>, columnCount> m_texts;
};

// Short columns in their cell: for each its number (one byte), its size (one byte) and its bytes.
constexpr qsizetype shortBytesMax = 64;

} // namespace provost::audit
