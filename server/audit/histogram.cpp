#include "server/audit/histogram.h"

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

// Adds rows of (time, total, denied, limited, errors).
Result<void> addRows(Histogram &histogram, Statement &rows)
{
    for (;;) {
        TRY_LET(const bool isRow, rows.step());
        if (!isRow)
            return {};
        const auto at = (rows.get<WallTime>(0) - histogram.bars.front().from) / histogram.width;
        const std::size_t index =
            std::min(std::size_t(std::max<std::int64_t>(at, 0)), histogram.bars.size() - 1);
        HistogramBar &bar = histogram.bars[index];
        bar.total += rows.get<std::int64_t>(1);
        bar.denied += rows.get<std::int64_t>(2);
        bar.limited += rows.get<std::int64_t>(3);
        bar.errors += rows.get<std::int64_t>(4);
    }
}

// The ids of the three words that decide the colour; -1 for one that never was.
QByteArray statusSums(storage::Database &index)
{
    QByteArray sums = "count(*)";
    for (const char *status : {"denied", "rate_limited", "error"}) {
        std::optional<std::int64_t> id;
        if (auto find = index.prepare("SELECT id FROM word WHERE field = ? AND text = ?")) {
            find->bind(int(Field::Status), QByteArray(status));
            id = find->first([](const Statement &row) { return row.get<std::int64_t>(0); })
                     .value_or(std::nullopt);
        }
        sums += ", sum(status = " + QByteArray::number(qint64(id.value_or(-1))) + ")";
    }
    return sums;
}

Result<void> addEntries(Histogram &histogram, storage::Database &index,
                        const SqlCondition &condition)
{
    const QByteArray width = QByteArray::number(qlonglong(histogram.width.count()));
    TRY_LET(Statement select,
            index.prepare("SELECT timestamp / " + width + " * " + width + ", " + statusSums(index)
                          + " FROM entry WHERE " + condition.text + " GROUP BY 1"));
    select.rewind(condition.values.size());
    bindCondition(select, condition, 1);
    return addRows(histogram, select);
}

Result<void> addEntriesBetween(Histogram &histogram, storage::Database &index, WallTime from,
                               WallTime until)
{
    if (from >= until)
        return {};
    SqlCondition condition;
    condition.add("timestamp >= ?", micros(from));
    condition.add("timestamp < ?", micros(until));
    return addEntries(histogram, index, condition);
}

// Whole minutes from the sums, what is left at both ends from the rows.
Result<void> addAll(Histogram &histogram, storage::Database &index, const ClosedRange &range)
{
    const auto firstMinute = std::chrono::ceil<minutes>(range.from);
    const auto lastMinute = floor<minutes>(range.until);
    if (firstMinute >= lastMinute)
        return addEntriesBetween(histogram, index, range.from, range.until);
    TRY_DO(addEntriesBetween(histogram, index, range.from, firstMinute));
    TRY_DO(addEntriesBetween(histogram, index, lastMinute, range.until));
    TRY_LET(Statement select,
            index.prepare("SELECT minute * 60000000, total, denied, limited, errors "
                          "FROM minute WHERE minute >= ? AND minute < ?"));
    select.bind(firstMinute.time_since_epoch().count(), lastMinute.time_since_epoch().count());
    return addRows(histogram, select);
}

} // namespace

Result<std::optional<ClosedRange>> closedRange(storage::Database &index, const TimeRange &range)
{
    TRY_LET(Statement ends, index.prepare("SELECT (SELECT min(timestamp) FROM entry), "
                                          "(SELECT max(timestamp) FROM entry)"));
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

Result<Histogram> histogramOfAll(storage::Database &index, const ClosedRange &range, int barsMax)
{
    Histogram histogram = emptyBars(range, barsMax);
    const bool isWholeMinutes = histogram.width % minutes(1) == Microseconds(0);
    TRY_DO(isWholeMinutes ? addAll(histogram, index, range)
                          : addEntriesBetween(histogram, index, range.from, range.until));
    return histogram;
}

Result<Histogram> histogramOf(storage::Database &index, const SqlCondition &condition,
                              const ClosedRange &range, int barsMax)
{
    Histogram histogram = emptyBars(range, barsMax);
    TRY_DO(addEntries(histogram, index, condition));
    return histogram;
}

Result<HistogramBar> sumOf(storage::Database &index, const TimeRange &range)
{
    TRY_LET(const auto closed, closedRange(index, range));
    if (!closed)
        return HistogramBar();
    Histogram one{closed->until - closed->from, {{closed->from}}};
    TRY_DO(addAll(one, index, *closed));
    return one.bars.front();
}

} // namespace provost::audit
