#include "server/telemetry/metrics.h"

#include "server/base/mutex.h"
#include "server/telemetry/histogram.h"
#include "server/telemetry/prometheustext.h"

#include <algorithm>
#include <map>

namespace provost::telemetry {

namespace {

std::int64_t secondOf(WallTime time)
{
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::size_t indexOf(Outcome outcome)
{
    return static_cast<std::size_t>(outcome);
}

// Gateway time and outcomes of one tenant or of the whole installation, second by second.
class Series
{
public:
    explicit Series(std::int64_t firstSecond)
        : m_first(firstSecond)
        , m_current(firstSecond)
        , m_closed(secondsKept)
    {
    }

    void observe(Outcome outcome, Microseconds gateway, std::int64_t second)
    {
        moveTo(second);
        ++m_byOutcome[indexOf(outcome)];
        ++m_currentByOutcome[indexOf(outcome)];
        m_gateway.add(gateway);
        m_currentGateway.add(gateway);
    }

    // Closes the seconds before `second`. A clock that was set back goes on in the latest one.
    void moveTo(std::int64_t second)
    {
        if (second <= m_current)
            return;
        SecondSample &sample = at(m_current);
        sample = {.second = WallTime{std::chrono::seconds{m_current}},
                  .calls = m_currentGateway.count(),
                  .p50Us = m_currentGateway.percentileUs(0.50),
                  .p95Us = m_currentGateway.percentileUs(0.95),
                  .p99Us = m_currentGateway.percentileUs(0.99)};
        std::copy(m_currentByOutcome.begin(), m_currentByOutcome.end(), sample.byOutcome);
        m_currentByOutcome.fill(0);
        m_currentGateway.clear();
        for (std::int64_t i = std::max(m_current + 1, second - secondsKept); i < second; ++i)
            at(i) = {.second = WallTime{std::chrono::seconds{i}}};
        m_current = second;
    }

    [[nodiscard]] std::vector<SecondSample> recent() const
    {
        std::vector<SecondSample> samples;
        const std::int64_t from = std::max(m_first, m_current - secondsKept);
        samples.reserve(static_cast<std::size_t>(m_current - from));
        for (std::int64_t i = from; i < m_current; ++i)
            samples.push_back(m_closed[slotOf(i)]);
        return samples;
    }

    [[nodiscard]] const std::array<std::int64_t, outcomeCount> &byOutcome() const
    {
        return m_byOutcome;
    }
    [[nodiscard]] const Histogram &gateway() const { return m_gateway; }

private:
    [[nodiscard]] static std::size_t slotOf(std::int64_t second)
    {
        return static_cast<std::size_t>(second % secondsKept);
    }
    [[nodiscard]] SecondSample &at(std::int64_t second) { return m_closed[slotOf(second)]; }

    std::int64_t m_first;
    std::int64_t m_current;
    std::array<std::int64_t, outcomeCount> m_byOutcome{};
    Histogram m_gateway;
    std::array<std::int64_t, outcomeCount> m_currentByOutcome{};
    Histogram m_currentGateway;
    std::vector<SecondSample> m_closed; // a ring by second
};

struct ToolSeries
{
    std::array<std::int64_t, outcomeCount> byOutcome{};
    Histogram total;
};

struct TenantSeries
{
    Series series;
    std::map<QByteArray, ToolSeries, std::less<>> tools;
};

ToolTotals totalsOf(const TenantId &tenant, const QByteArray &name, const ToolSeries &tool)
{
    ToolTotals totals{.tenant = tenant,
                      .tool = name,
                      .p50Us = tool.total.percentileUs(0.50),
                      .p95Us = tool.total.percentileUs(0.95),
                      .p99Us = tool.total.percentileUs(0.99)};
    std::copy(tool.byOutcome.begin(), tool.byOutcome.end(), totals.byOutcome);
    return totals;
}

} // namespace

const char *nameOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Success: return "success";
    case Outcome::Denied: return "denied";
    case Outcome::RateLimited: return "rate_limited";
    case Outcome::ToolError: return "tool_error";
    case Outcome::Error: return "error";
    case Outcome::Cancelled: return "cancelled";
    }
    return "error";
}

struct Metrics::State
{
    explicit State(const Clock &time)
        : clock(time)
        , firstSecond(secondOf(time.now()))
        , installation(firstSecond)
    {
    }

    TenantSeries &seriesOf(const TenantId &tenant)
    {
        const auto known = tenants.find(tenant);
        return known != tenants.end()
                   ? known->second
                   : tenants.emplace(tenant, TenantSeries{Series(firstSecond), {}}).first->second;
    }

    ToolSeries &toolOf(TenantSeries &tenant, const QByteArray &name)
    {
        const auto known = tenant.tools.find(name);
        if (known != tenant.tools.end())
            return known->second;
        const bool counted = toolCount < toolsMax;
        toolCount += counted ? 1 : 0;
        return tenant.tools[counted ? name : QByteArray()];
    }

    const Clock &clock;
    const std::int64_t firstSecond;
    Mutex mutex;
    Series installation GUARDED_BY(mutex);
    std::map<TenantId, TenantSeries> tenants GUARDED_BY(mutex);
    int toolCount GUARDED_BY(mutex) = 0;
    std::int64_t failedAuthentications GUARDED_BY(mutex) = 0;
};

Metrics::Metrics(const Clock &clock)
    : m_state(std::make_unique<State>(clock))
{
}

Metrics::~Metrics() = default;

void Metrics::observe(const CallSample &sample)
{
    const std::int64_t second = secondOf(m_state->clock.now());
    const Microseconds gateway = std::max(sample.total - sample.backend, Microseconds{0});
    const Lock lock(m_state->mutex);
    m_state->installation.observe(sample.outcome, gateway, second);
    TenantSeries &tenant = m_state->seriesOf(sample.tenant);
    tenant.series.observe(sample.outcome, gateway, second);
    ToolSeries &tool = m_state->toolOf(tenant, sample.tool);
    ++tool.byOutcome[indexOf(sample.outcome)];
    tool.total.add(sample.total);
}

void Metrics::countFailedAuthentication()
{
    const Lock lock(m_state->mutex);
    ++m_state->failedAuthentications;
}

MetricsSnapshot Metrics::snapshot(const TenantId *onlyTenant) const
{
    const std::int64_t second = secondOf(m_state->clock.now());
    const Lock lock(m_state->mutex);
    MetricsSnapshot snapshot;
    Series unknown(m_state->firstSecond); // a tenant without calls yet
    const auto known =
        onlyTenant == nullptr ? m_state->tenants.end() : m_state->tenants.find(*onlyTenant);
    Series &series = onlyTenant == nullptr             ? m_state->installation
                     : known == m_state->tenants.end() ? unknown
                                                       : known->second.series;
    series.moveTo(second);
    std::copy(series.byOutcome().begin(), series.byOutcome().end(), snapshot.byOutcome);
    snapshot.calls = series.gateway().count();
    snapshot.p50Us = series.gateway().percentileUs(0.50);
    snapshot.p95Us = series.gateway().percentileUs(0.95);
    snapshot.p99Us = series.gateway().percentileUs(0.99);
    snapshot.failedAuthentications = m_state->failedAuthentications;
    snapshot.recent = series.recent();
    for (const auto &[id, tenant] : m_state->tenants) {
        if (onlyTenant != nullptr && id != *onlyTenant)
            continue;
        for (const auto &[name, tool] : tenant.tools)
            snapshot.tools.push_back(totalsOf(id, name, tool));
    }
    return snapshot;
}

ToolTotals Metrics::totals(const TenantId &tenant, const std::vector<QByteArray> &tools) const
{
    ToolSeries together;
    const Lock lock(m_state->mutex);
    if (const auto known = m_state->tenants.find(tenant); known != m_state->tenants.end()) {
        for (const QByteArray &name : tools) {
            const auto tool = known->second.tools.find(name);
            if (tool == known->second.tools.end())
                continue;
            together.total.add(tool->second.total);
            for (std::size_t i = 0; i < together.byOutcome.size(); ++i)
                together.byOutcome[i] += tool->second.byOutcome[i];
        }
    }
    return totalsOf(tenant, {}, together);
}

QByteArray Metrics::toPrometheus() const
{
    // Counted under the lock, written outside it.
    std::vector<ToolExposition> tools;
    std::vector<TenantExposition> tenants;
    std::int64_t failedAuthentications = 0;
    {
        const Lock lock(m_state->mutex);
        for (const auto &[id, tenant] : m_state->tenants) {
            tenants.push_back({id.value, exposed(tenant.series.gateway())});
            for (const auto &[name, tool] : tenant.tools)
                tools.push_back({id.value, name, tool.byOutcome, exposed(tool.total)});
        }
        failedAuthentications = m_state->failedAuthentications;
    }
    return prometheusText(tenants, tools, failedAuthentications, m_state->firstSecond);
}

} // namespace provost::telemetry
