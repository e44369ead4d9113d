#include "server/audit/blockscan.h"

#include <algorithm>

namespace provost::audit {

BlockScan::BlockScan(Cells cells, FilterColumns filter, TimeRange range, std::stop_token stop,
                     Direction direction)
    : m_cells(std::make_unique<Cells>(std::move(cells)))
    , m_filter(std::move(filter))
    , m_range(range)
    , m_stop(std::move(stop))
    , m_direction(direction)
{
}

Result<BlockScan> BlockScan::start(storage::Database &index, Words &words, const AuditQuery &query,
                                   std::stop_token stop, Direction direction)
{
    TRY_LET(Cells cells, Cells::prepare(index));
    TRY_LET(FilterColumns filter, FilterColumns::prepare(query.filter, index, words));
    BlockScan scan(std::move(cells), std::move(filter), query.range, std::move(stop), direction);
    const QByteArray columns = BlockInfo::columns;
    TRY_LET(auto select, index.prepare("SELECT " + columns
                                       + " FROM block WHERE time_last >= ? AND time_first < ?"));
    select.bind(query.range.from.value_or(WallTime::min()),
                query.range.until.value_or(WallTime::max()));
    for (;;) {
        TRY_LET(const bool isRow, select.step());
        if (!isRow)
            break;
        const BlockInfo block = BlockInfo::read(select);
        if (scan.m_filter.mayMatch(block))
            scan.m_blocks.push_back(block);
    }
    std::stable_sort(
        scan.m_blocks.begin(), scan.m_blocks.end(), [&](const BlockInfo &a, const BlockInfo &b) {
            return scan.isOlder() ? a.timeLast < b.timeLast : a.timeFirst > b.timeFirst;
        });
    return scan;
}

bool BlockScan::mayReach(WallTime time) const
{
    if (m_blocks.empty())
        return false;
    const BlockInfo &block = m_blocks.back();
    return isOlder() ? block.timeLast >= time : block.timeFirst <= time;
}

Result<std::unique_ptr<SelectedBlock>> BlockScan::next()
{
    while (!m_blocks.empty()) {
        if (m_stop.stop_requested())
            return fail(ErrorCode::Cancelled, QStringLiteral("the search was stopped"));
        auto selected =
            std::make_unique<SelectedBlock>(SelectedBlock{Block(*m_cells, m_blocks.back()), {}});
        m_blocks.pop_back();
        TRY_DO(selectRows(*selected));
        if (!isEmpty(selected->selection))
            return selected;
    }
    return nullptr;
}

Result<void> BlockScan::selectRows(SelectedBlock &selected) const
{
    Block &block = selected.block;
    selected.selection.assign(block.rows(), 1);
    const WallTime from = m_range.from.value_or(WallTime::min());
    const WallTime until = m_range.until.value_or(WallTime::max());
    if (block.info().timeFirst < from || block.info().timeLast >= until) {
        TRY_LET(const Numbers *times, block.numbers(columnOf(Field::Time)));
        for (std::size_t row = 0; row < block.rows(); ++row) {
            const WallTime time{Microseconds{(*times)[row]}};
            selected.selection[row] = time >= from && time < until ? 1 : 0;
        }
    }
    return m_filter.narrow(block, selected.selection);
}

OrderedRows::OrderedRows(BlockScan scan, std::optional<RowKey> anchor)
    : m_scan(std::move(scan))
    , m_anchor(anchor)
{
}

bool OrderedRows::comesBefore(const RowKey &a, const RowKey &b) const
{
    const std::pair first(a.time, a.sequence);
    const std::pair second(b.time, b.sequence);
    return m_scan.direction() == Direction::Older ? second < first : first < second;
}

Result<std::optional<OrderedRows::Row>> OrderedRows::next()
{
    const auto comesLater = [this](const Open &a, const Open &b) {
        return comesBefore(b.rows.back().first, a.rows.back().first);
    };
    m_given.reset();
    while (m_open.empty() || m_scan.mayReach(m_open.front().rows.back().first.time)) {
        TRY_LET(auto selected, m_scan.next());
        if (!selected)
            break;
        const std::size_t before = m_open.size();
        TRY_DO(open(std::move(selected)));
        if (m_open.size() > before)
            std::push_heap(m_open.begin(), m_open.end(), comesLater);
    }
    if (m_open.empty())
        return std::nullopt;
    std::pop_heap(m_open.begin(), m_open.end(), comesLater);
    Open &first = m_open.back();
    const auto [key, index] = first.rows.back();
    first.rows.pop_back();
    const Row row{key, &first.selected->block, index};
    if (first.rows.empty()) {
        m_given = std::move(first.selected);
        m_open.pop_back();
    } else {
        std::push_heap(m_open.begin(), m_open.end(), comesLater);
    }
    return row;
}

Result<void> OrderedRows::open(std::unique_ptr<SelectedBlock> selected)
{
    Block &block = selected->block;
    TRY_LET(const Numbers *times, block.numbers(columnOf(Field::Time)));
    TRY_LET(const Numbers *sequences, block.numbers(columnOf(Field::Sequence)));
    Open open{std::move(selected), {}};
    for (std::size_t row = 0; row < open.selected->selection.size(); ++row) {
        const RowKey key{WallTime(Microseconds((*times)[row])), (*sequences)[row]};
        if (open.selected->selection[row] != 0 && (!m_anchor || comesBefore(*m_anchor, key)))
            open.rows.emplace_back(key, row);
    }
    std::sort(open.rows.begin(), open.rows.end(),
              [this](const auto &a, const auto &b) { return comesBefore(b.first, a.first); });
    if (!open.rows.empty())
        m_open.push_back(std::move(open));
    return {};
}

} // namespace provost::audit
