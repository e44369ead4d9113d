#include "ui/kit/decimate.h"

#include <algorithm>
#include <cmath>

namespace provost::ui {

namespace {

// What is kept of one pixel column.
struct Column
{
    ChartPoint first;
    ChartPoint lowest;
    ChartPoint highest;
    ChartPoint last;

    explicit Column(const ChartPoint &point)
        : first(point)
        , lowest(point)
        , highest(point)
        , last(point)
    {
    }

    void take(const ChartPoint &point)
    {
        last = point;
        if (std::isnan(lowest.y) || point.y < lowest.y) {
            lowest = point;
        }
        if (std::isnan(highest.y) || point.y > highest.y) {
            highest = point;
        }
    }

    void appendTo(std::vector<ChartPoint> &out) const
    {
        const bool lowFirst = lowest.x <= highest.x;
        for (const ChartPoint &point :
             {first, lowFirst ? lowest : highest, lowFirst ? highest : lowest, last}) {
            if (out.empty() || out.back().x < point.x) {
                out.push_back(point);
            }
        }
    }
};

} // namespace

std::vector<ChartPoint> decimated(std::span<const ChartPoint> points, double from, double until,
                                  int columns)
{
    const auto byX = [](const ChartPoint &point, double x) { return point.x < x; };
    auto begin = std::lower_bound(points.begin(), points.end(), from, byX);
    auto end = std::lower_bound(begin, points.end(), until, byX);
    begin -= begin == points.begin() ? 0 : 1;
    end += end == points.end() ? 0 : 1;
    const auto count = end - begin;
    if (columns <= 0 || until <= from || count <= 4 * static_cast<std::ptrdiff_t>(columns)) {
        return {begin, end};
    }
    std::vector<ChartPoint> out;
    out.reserve(static_cast<std::size_t>(columns) * 4);
    const double perColumn = (until - from) / columns;
    int current = -2;
    std::vector<Column> column; // none or one
    for (auto point = begin; point != end; ++point) {
        const int at =
            std::clamp(static_cast<int>(std::floor((point->x - from) / perColumn)), -1, columns);
        if (at != current) {
            if (!column.empty()) {
                column.front().appendTo(out);
            }
            column.assign(1, Column(*point));
            current = at;
        } else {
            column.front().take(*point);
        }
    }
    if (!column.empty()) {
        column.front().appendTo(out);
    }
    return out;
}

} // namespace provost::ui
