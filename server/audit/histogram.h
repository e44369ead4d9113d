// How much happened when, out of index.db: for everything from sums per minute, for a filter from the rows.
// Thread: that of the index's connection.
#pragma once

#include "server/audit/query.h"
#include "server/audit/words.h"

namespace provost::audit {

struct ClosedRange
{
    WallTime from;
    WallTime until; // exclusive
};

// `range` with its open ends at the first and behind the last row; nothing if there are no rows.
[[nodiscard]] Result<std::optional<ClosedRange>> closedRange(storage::Database &index,
                                                             const TimeRange &range);

// The shortest round time of which `barsMax` cover the range.
[[nodiscard]] Microseconds barWidth(Microseconds range, int barsMax);

// What histograms are made from, as it is at one moment: its user holds a snapshot.
struct IndexView
{
    storage::Database &index;
    Words &words;
    std::stop_token stop;
};

[[nodiscard]] Result<Histogram> histogramOfAll(const IndexView &view, const ClosedRange &range,
                                               int barsMax);
[[nodiscard]] Result<Histogram> histogramOf(const IndexView &view, const Filter &filter,
                                            const ClosedRange &range, int barsMax);

// One bar over the whole range.
[[nodiscard]] Result<HistogramBar> sumOf(const IndexView &view, const TimeRange &range);

} // namespace provost::audit
