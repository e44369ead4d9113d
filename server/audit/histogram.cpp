#include "server/audit/histogram.h"

#include "server/audit/blockscan.h"

#include <algorithm>
#include <iterator>

namespace provost::audit {

namespace {

using namespace std::chrono_literals;
using std::chrono::floor;
using std::chrono::minutes;
using storage::Statement;

constexpr int barsLimit = 10'000;
constexpr Microseconds roundWidths[] = {100ms, 200ms, 500ms, 1s,    2s,    5s,    10s,   15s,  30s,
                                        1min,  2min,  5min,  10min, 15min, 30min, 1h,    2h,   3h,
                                        6h,    12h,   24h,   48h,   168h,  720h,  2160h, 8760h};

std::int64_t micros(WallTime time)
{
    return time.time_since_epoch().count();
}

// All the empty bars, on round times.
Histogram emptyBars(const ClosedRange &range, int barsMax)
{
    Histogram histogram;
    histogram.width = barWidth(range.until - range.from, barsMax);
    const auto width = histogram.width.count();
    const std::int64_t first = micros(range.from) / width * width;
    for (std::int64_t at = first; at < micros(range.until); at += width)
        histogram.bars.push_back({WallTime(Microseconds(at))});
    return histogram;
}

HistogramBar &barAt(Histogram &histogram, WallTime time)
{
    const auto at = (time - histogram.bars.front().from) / histogram.width;
    return histogram
        .bars[std::min(std::size_t(std::max<std::int64_t>(at, 0)), histogram.bars.size() - 1)];
}

// The words that decide the colour; -1 for one that never was.
struct StatusWords
{
    std::int64_t denied = -1;
    std::int64_t limited = -1;
    std::int64_t errors = -1;

    [[nodiscard]] static Result<StatusWords> find(Words &words)
    {
        StatusWords found;
        for (const auto &[text, id] :
             {std::pair("denied", &found.denied), std::pair("rate_limited", &found.limited),
              std::pair("error", &found.errors)}) {
            TRY_LET(const auto ids,
                    words.wordsLike(Field::Status, {TextPattern::Kind::Equals, text}));
            *id = ids.empty() ? -1 : ids.front();
        }
        return found;
    }
};

Result<void> addRows(Histogram &histogram, const IndexView &view, const AuditQuery &query)
{
    TRY_LET(const StatusWords status, StatusWords::find(view.words));
    TRY_LET(BlockScan scan, BlockScan::start(view.index, view.words, query, view.stop));
    for (;;) {
        TRY_LET(const auto selected, scan.next());
        if (!selected)
            return {};
        TRY_LET(const Numbers *times, selected->block.numbers(columnOf(Field::Time)));
        TRY_LET(const Numbers *words, selected->block.numbers(columnOf(Field::Status)));
        for (std::size_t row = 0; row < times->size(); ++row) {
            if (selected->selection[row] == 0)
                continue;
            const std::int64_t word = (*words)[row];
            HistogramBar &bar = barAt(histogram, WallTime(Microseconds((*times)[row])));
            ++bar.total;
            bar.denied += word == status.denied ? 1 : 0;
            bar.limited += word == status.limited ? 1 : 0;
            bar.errors += word == status.errors ? 1 : 0;
        }
    }
}

Result<void> addRowsBetween(Histogram &histogram, const IndexView &view, WallTime from,
                            WallTime until)
{
    if (from >= until)
        return {};
    return addRows(histogram, view, {Filter(), {from, until}});
}

// Whole minutes from the sums, what is left at both ends from the rows.
Result<void> addAll(Histogram &histogram, const IndexView &view, const ClosedRange &range)
{
    const auto firstMinute = std::chrono::ceil<minutes>(range.from);
    const auto lastMinute = floor<minutes>(range.until);
    if (firstMinute >= lastMinute)
        return addRowsBetween(histogram, view, range.from, range.until);
    TRY_DO(addRowsBetween(histogram, view, range.from, firstMinute));
    TRY_DO(addRowsBetween(histogram, view, lastMinute, range.until));
    TRY_LET(Statement sums, view.index.prepare("SELECT minute, total, denied, limited, errors "
                                               "FROM minute WHERE minute >= ? AND minute < ?"));
    sums.bind(firstMinute.time_since_epoch().count(), lastMinute.time_since_epoch().count());
    for (;;) {
        TRY_LET(const bool isRow, sums.step());
        if (!isRow)
            return {};
        HistogramBar &bar = barAt(histogram, WallTime(minutes(sums.get<std::int64_t>(0))));
        bar.total += sums.get<std::int64_t>(1);
        bar.denied += sums.get<std::int64_t>(2);
        bar.limited += sums.get<std::int64_t>(3);
        bar.errors += sums.get<std::int64_t>(4);
    }
}

} // namespace

Result<std::optional<ClosedRange>> closedRange(storage::Database &index, const TimeRange &range)
{
    TRY_LET(Statement ends, index.prepare("SELECT min(time_first), max(time_last) FROM block"));
    TRY_LET(const bool isRow, ends.step());
    if (!isRow || ends.isNull(0))
        return std::nullopt;
    const ClosedRange closed{range.from.value_or(ends.get<WallTime>(0)),
                             range.until.value_or(ends.get<WallTime>(1) + Microseconds(1))};
    if (closed.from >= closed.until)
        return std::nullopt;
    return closed;
}

Microseconds barWidth(Microseconds range, int barsMax)
{
    // One bar may be cut by each end of the range.
    const int bars = std::clamp(barsMax, 2, barsLimit) - 1;
    const auto fits = std::find_if(std::begin(roundWidths), std::end(roundWidths),
                                   [&](Microseconds width) { return width * bars >= range; });
    if (fits != std::end(roundWidths))
        return *fits;
    const Microseconds widest = *std::prev(std::end(roundWidths));
    return widest * (range / (widest * bars) + 1);
}

Result<Histogram> histogramOfAll(const IndexView &view, const ClosedRange &range, int barsMax)
{
    Histogram histogram = emptyBars(range, barsMax);
    const bool isWholeMinutes = histogram.width % minutes(1) == Microseconds(0);
    TRY_DO(isWholeMinutes ? addAll(histogram, view, range)
                          : addRowsBetween(histogram, view, range.from, range.until));
    return histogram;
}

Result<Histogram> histogramOf(const IndexView &view, const Filter &filter, const ClosedRange &range,
                              int barsMax)
{
    Histogram histogram = emptyBars(range, barsMax);
    TRY_DO(addRows(histogram, view, {filter, {range.from, range.until}}));
    return histogram;
}

Result<HistogramBar> sumOf(const IndexView &view, const TimeRange &range)
{
    TRY_LET(const auto closed, closedRange(view.index, range));
    if (!closed)
        return HistogramBar();
    Histogram one{closed->until - closed->from, {{closed->from}}};
    TRY_DO(addAll(one, view, *closed));
    return one.bars.front();
}

} // namespace provost::audit
