// How much happened when, out of index.db: for everything from sums per minute, for a filter from the rows.
// Thread: that of the index's connection.
#pragma once

#include "server/audit/filtersql.h"
#include "server/audit/query.h"

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

[[nodiscard]] Result<Histogram> histogramOfAll(storage::Database &index, const ClosedRange &range,
                                               int barsMax);
[[nodiscard]] Result<Histogram> histogramOf(storage::Database &index, const SqlCondition &condition,
                                            const ClosedRange &range, int barsMax);

// One bar over the whole range.
[[nodiscard]] Result<HistogramBar> sumOf(storage::Database &index, const TimeRange &range);

} // namespace provost::audit
