// Min/max decimation: for each pixel column the first, lowest, highest and last value that falls on it, so that no peak is
// lost however many points there are. Pure.
// Thread: any.
#pragma once

#include <span>
#include <vector>

namespace provost::ui {

struct ChartPoint
{
    double x = 0;
    double y = 0; // NaN: no value here, the line has a gap
    bool operator==(const ChartPoint &) const = default;
};

// REQUIRES: x ascending. Points outside [from, until] are left out, except the nearest on each side, so that lines run to
// the edge. At most 4 points per column; shorter inputs come back as they are.
[[nodiscard]] std::vector<ChartPoint> decimated(std::span<const ChartPoint> points, double from,
                                                double until, int columns);

} // namespace provost::ui
