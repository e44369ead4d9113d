#include "tests/bench/rooms/callparts.h"

#include "server/identity/identitystore.h"
#include "server/limits/ratelimiter.h"
#include "server/secrets/redact.h"
#include "server/telemetry/metrics.h"

#include <ctime>

namespace provost::bench {

namespace {

using namespace std::chrono_literals;

double cpuNanoseconds()
{
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return double(used.tv_sec) * 1e9 + double(used.tv_nsec);
}

template <class Do>
double nanosecondsOf(int rounds, const Do &doOnce)
{
    const double before = cpuNanoseconds();
    for (int i = 0; i < rounds; ++i) {
        if (!doOnce(i))
            qFatal("a part of the call fails");
    }
    return (cpuNanoseconds() - before) / rounds;
}

double authenticating(const QByteArray &folder)
{
    const SystemClock clock;
    SystemRandom random;
    const auto store = identity::IdentityStore::open(folder.toStdString(), clock, random).value();
    const TenantId tenant("acme-corp");
    const UserId user("alice@acme.com");
    const identity::User alice{
        .tenant = tenant, .id = user, .displayName = "Alice", .roles = {"data-analyst"}};
    if (!store->putUser(alice))
        qFatal("no user");
    const auto key = store->createKey({tenant, user, "laptop", {}}).value();
    return nanosecondsOf(50'000, [&](int) { return store->authenticate(key.secret).has_value(); });
}

double takingRates()
{
    constexpr int callsMax = 1'000'000'000;
    limits::RateLimiter limiter;
    const std::vector<limits::RateCheck> checks{{"tenant", {callsMax, 60s}},
                                                {"user/alice", {callsMax, 60s}},
                                                {"tool/query_analytics", {callsMax, 60s}}};
    const WallTime start(1'768'487'025s);
    return nanosecondsOf(200'000, [&](int i) { return !limiter.take(checks, start + i * 10us); });
}

double redacting()
{
    const Json arguments = Json::object(
        {{"query", "SELECT region, SUM(amount) FROM sales GROUP BY region"}, {"limit", 100}});
    return nanosecondsOf(50'000, [&](int) { return secrets::redact(arguments).isObject(); });
}

double observing()
{
    const SystemClock clock;
    telemetry::Metrics metrics(clock);
    const telemetry::CallSample sample{TenantId("acme-corp"), "query_analytics",
                                       telemetry::Outcome::Success, 10ms, 9ms};
    return nanosecondsOf(200'000, [&](int) {
        metrics.observe(sample);
        return true;
    });
}

} // namespace

QByteArray callPartFigures(const QByteArray &folder)
{
    return QString::asprintf("{\"authenticate\":%.0f,\"three_rates\":%.0f,\"redact\":%.0f,"
                             "\"observe\":%.0f}",
                             authenticating(folder), takingRates(), redacting(), observing())
        .toLatin1();
}

} // namespace provost::bench
