// The text of GET /metrics: Prometheus exposition format 0.0.4.
// Thread: pure functions and values.
#pragma once

#include "server/telemetry/histogram.h"
#include "server/telemetry/metrics.h"

#include <array>
#include <vector>

namespace provost::telemetry {

// Upper bounds of the exposed buckets. Gateway times are mostly under a millisecond, calls as long as their tool.
inline constexpr std::array<std::int64_t, 18> durationBoundsUs{
    100,     250,     500,     1'000,     2'500,     5'000,     10'000,     25'000,     50'000,
    100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000, 60'000'000};

struct ExposedHistogram
{
    std::array<std::int64_t, durationBoundsUs.size()> cumulative{};
    std::int64_t count = 0;
    Microseconds sum{0};
};

struct TenantExposition
{
    QByteArray tenant;
    ExposedHistogram gateway;
};

struct ToolExposition
{
    QByteArray tenant;
    QByteArray tool;
    std::array<std::int64_t, outcomeCount> byOutcome{};
    ExposedHistogram duration;
};

[[nodiscard]] ExposedHistogram exposed(const Histogram &histogram);

[[nodiscard]] QByteArray prometheusText(const std::vector<TenantExposition> &tenants,
                                        const std::vector<ToolExposition> &tools,
                                        std::int64_t failedAuthentications,
                                        std::int64_t startSecond);

// `\`, `"` and line feeds as the format wants them.
[[nodiscard]] QByteArray escapedLabel(QByteArrayView value);

} // namespace provost::telemetry
