// BlockWriter: gathers rows in the blocks of index.db, within the transaction of its user. A block that is not bigger than
// the one behind it is joined with that while both fit: a server with a call now and then neither writes a big block for
// each, nor keeps a million small ones.
// INVARIANT: blocks do not overlap, and hold their rows in the order of their sequence.
// Thread: one.
#pragma once

#include "server/audit/blockrows.h"

#include <compare>

namespace provost::audit {

class BlockWriter
{
public:
    [[nodiscard]] static Result<BlockWriter> prepare(storage::Database &index);

    // One write: what ended, what is new, the end; each in the order of sequence. Errors: Storage.
    // A call that was written open and has ended.
    [[nodiscard]] Result<void> conclude(const RowValues &row);
    // `count` rows will be added, which begin behind all that is written.
    [[nodiscard]] Result<void> startAdding(std::size_t count);
    [[nodiscard]] Result<void> add(const RowValues &row);
    [[nodiscard]] Result<void> finish();

    [[nodiscard]] bool foundDamage() const { return m_cells.foundDamage(); }

private:
    struct Posting // in the order of the table's key
    {
        std::int64_t group = none;
        std::int64_t field = none;
        std::int64_t value = none;
        std::int64_t stretch = none;
        auto operator<=>(const Posting &) const = default;
    };
    struct Statements
    {
        storage::Statement findBlock; // that holds a sequence, or is the last one before it
        storage::Statement insertBlock;
        storage::Statement deleteBlock;
        storage::Statement insertCell;
        storage::Statement deleteCells;
        storage::Statement insertPosting;
        storage::Statement insertPostings; // postingsPerStatement of them
    };
    BlockWriter(Cells cells, Statements statements);
    [[nodiscard]] Result<std::optional<BlockInfo>> blockAt(std::int64_t sequence);
    [[nodiscard]] Result<BlockRows> load(const BlockInfo &block);
    [[nodiscard]] Result<void> saveRows();
    [[nodiscard]] Result<void> save(const BlockRows &rows);
    [[nodiscard]] Result<void> remove(std::int64_t block);
    [[nodiscard]] Result<void> join(BlockRows &rows);
    void post(const RowValues &row);
    void post(std::int64_t stretch, Column column, std::int64_t value);
    [[nodiscard]] Result<void> savePostings();

    Cells m_cells;
    Statements m_statements;
    BlockRows m_rows;                    // the block that is being changed or filled
    std::vector<Posting> m_postings;     // of this write
    std::vector<Posting> m_postedLately; // by hash: most values occur again soon
};

// What stands for a call's id in the postings: such ids begin with their time, so this groups those of a quarter of a
// second. Any other id is found by it, too.
[[nodiscard]] std::int64_t postedCall(QByteArrayView callId);

} // namespace provost::audit
