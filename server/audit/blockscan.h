// BlockScan: the blocks that hold rows of a query, with these rows; OrderedRows: these rows one by one in the order of
// query.h, though blocks are in the order of their sequence.
// Thread: that of the index's connection.
#pragma once

#include "server/audit/filtercolumns.h"
#include "server/audit/query.h"

namespace provost::audit {

struct SelectedBlock
{
    Block block;
    Selection selection;
};

class BlockScan
{
public:
    // Those with the newest rows first (Older), or those with the oldest (Newer). What is looked at must not change while
    // the scan lasts: its user holds a snapshot. Errors here and below: Storage, Cancelled.
    [[nodiscard]] static Result<BlockScan> start(storage::Database &index, Words &words,
                                                 const AuditQuery &query, std::stop_token stop,
                                                 Direction direction = Direction::Older);

    // The next one with any row that is selected; null at the end.
    [[nodiscard]] Result<std::unique_ptr<SelectedBlock>> next();

    [[nodiscard]] Direction direction() const { return m_direction; }
    // Whether a block that is still to come may have rows as new (Older) or as old (Newer) as this.
    [[nodiscard]] bool mayReach(WallTime time) const;

private:
    BlockScan(Cells cells, FilterColumns filter, TimeRange range, std::stop_token stop,
              Direction direction);
    [[nodiscard]] bool isOlder() const { return m_direction == Direction::Older; }
    [[nodiscard]] Result<void> selectRows(SelectedBlock &selected) const;

    std::unique_ptr<Cells> m_cells; // blocks refer to it
    FilterColumns m_filter;
    TimeRange m_range;
    std::stop_token m_stop;
    Direction m_direction;
    std::vector<BlockInfo> m_blocks; // still to come; the next one is the last
};

class OrderedRows
{
public:
    // Only rows behind `anchor`, if there is one.
    OrderedRows(BlockScan scan, std::optional<RowKey> anchor);

    struct Row
    {
        RowKey key;
        Block *block = nullptr; // until the next call of next()
        std::size_t index = 0;
    };
    [[nodiscard]] Result<std::optional<Row>> next();

private:
    struct Open // a block with rows still to give
    {
        std::unique_ptr<SelectedBlock> selected;
        std::vector<std::pair<RowKey, std::size_t>> rows; // still to come; the next one is the last
    };
    [[nodiscard]] bool comesBefore(const RowKey &a, const RowKey &b) const;
    [[nodiscard]] Result<void> open(std::unique_ptr<SelectedBlock> selected);

    BlockScan m_scan;
    std::optional<RowKey> m_anchor;
    std::vector<Open> m_open;               // a heap; the first one has the next row
    std::unique_ptr<SelectedBlock> m_given; // whose last row was given
};

} // namespace provost::audit
