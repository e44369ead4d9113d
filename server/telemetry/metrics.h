// Metrics: counts and latencies of governed calls, for /metrics (Prometheus text format 0.0.4), the console's Overview
// and the limits of alerts. Cheap on the way of a call: one short lock per call, no allocation once a tool is known.
// INVARIANT: memory is bounded; a tool beyond toolsMax counts under the empty name of its tenant.
// Thread: observe() and the counters from any thread; snapshot() from any thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace provost::telemetry {

enum class Outcome { Success, Denied, RateLimited, ToolError, Error, Cancelled };
inline constexpr int outcomeCount = 6;
[[nodiscard]] const char *nameOf(Outcome outcome); // "success", "rate_limited", …

inline constexpr int toolsMax = 10'000;
inline constexpr int secondsKept = 15 * 60;

struct CallSample
{
    TenantId tenant;
    // Final name of a known tool; empty otherwise (names that agents invent must not grow tables).
    QByteArray tool;
    Outcome outcome = Outcome::Success;
    Microseconds total{0};   // from the complete request to the answer
    Microseconds backend{0}; // of it, in the tool
};

// Counts of one second.
struct SecondSample
{
    WallTime second;
    std::int64_t calls = 0;
    std::int64_t byOutcome[outcomeCount] = {};
    std::int64_t p50Us = 0; // gateway time: total minus backend
    std::int64_t p95Us = 0;
    std::int64_t p99Us = 0;
};

struct ToolTotals
{
    TenantId tenant;
    QByteArray tool;
    std::int64_t byOutcome[outcomeCount] = {};
    std::int64_t p50Us = 0; // total time
    std::int64_t p95Us = 0;
    std::int64_t p99Us = 0;
};

struct MetricsSnapshot
{
    std::int64_t calls = 0;
    std::int64_t byOutcome[outcomeCount] = {};
    std::int64_t failedAuthentications = 0;
    std::int64_t p50Us = 0; // gateway time since the start
    std::int64_t p95Us = 0;
    std::int64_t p99Us = 0;
    // The last 15 minutes or since the start, oldest first, without gaps. Whole seconds only: the one that runs now
    // is not among them.
    std::vector<SecondSample> recent;
    std::vector<ToolTotals> tools; // by tenant and name
};

class Metrics
{
public:
    explicit Metrics(const Clock &clock);
    ~Metrics();

    void observe(const CallSample &sample);
    void countFailedAuthentication();

    [[nodiscard]] MetricsSnapshot snapshot(const TenantId *onlyTenant = nullptr) const;
    // The calls of several tools of a tenant together, e.g. of one server's; the name stays empty.
    [[nodiscard]] ToolTotals totals(const TenantId &tenant,
                                    const std::vector<QByteArray> &tools) const;
    // The body of GET /metrics.
    [[nodiscard]] QByteArray toPrometheus() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace provost::telemetry
