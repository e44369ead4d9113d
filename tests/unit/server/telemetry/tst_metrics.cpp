// Counts, the second-by-second history, and the text for Prometheus.
#include "server/telemetry/metrics.h"

#include "server/telemetry/prometheustext.h"
#include "tests/support/fakeclock.h"
#include "tests/support/testing.h"

#include <QRegularExpression>
#include <QTest>

#include <thread>

using namespace provost;
using namespace provost::telemetry;
using namespace std::chrono_literals;

namespace {

CallSample call(const char *tenant, const char *tool, Outcome outcome = Outcome::Success,
                Microseconds total = 10ms, Microseconds backend = 9ms)
{
    return {TenantId(tenant), tool, outcome, total, backend};
}

std::int64_t of(const std::int64_t (&byOutcome)[outcomeCount], Outcome outcome)
{
    return byOutcome[static_cast<int>(outcome)];
}

// The value of the one line that starts with `name`, or -1.
double sampleOf(const QByteArray &text, const QByteArray &name)
{
    for (const QByteArray &line : text.split('\n')) {
        if (line.startsWith(name) && line.mid(name.size()).startsWith(' '))
            return line.mid(name.size() + 1).toDouble();
    }
    return -1;
}

} // namespace

class TstMetrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsByOutcomeToolAndTenant();
    void aTenantSeesItsOwn();
    void severalToolsTogether();
    void secondsHaveNoGaps();
    void keepsFifteenMinutes();
    void aLongSilenceIsZeros();
    void aClockSetBackCountsInTheLatestSecond();
    void gatewayTimeIsNeverNegative();
    void toolsAreBounded();
    void exactUnderThreads();
    void prometheusText();
    void prometheusTextIsWellFormed();
    void labelsAreEscaped();
};

void TstMetrics::countsByOutcomeToolAndTenant()
{
    const testing::FakeClock clock;
    Metrics metrics(clock);
    metrics.observe(call("acme", "query"));
    metrics.observe(call("acme", "query", Outcome::Denied));
    metrics.observe(call("acme", "query", Outcome::Denied));
    metrics.observe(call("beta", "query", Outcome::ToolError));
    metrics.observe(call("acme", ""));
    metrics.countFailedAuthentication();
    const MetricsSnapshot snapshot = metrics.snapshot();
    QCOMPARE(snapshot.calls, 5);
    QCOMPARE(of(snapshot.byOutcome, Outcome::Success), 2);
    QCOMPARE(of(snapshot.byOutcome, Outcome::Denied), 2);
    QCOMPARE(of(snapshot.byOutcome, Outcome::ToolError), 1);
    QCOMPARE(snapshot.failedAuthentications, 1);
    QCOMPARE(snapshot.tools.size(), std::size_t(3));
    QCOMPARE(snapshot.tools[1].tenant, TenantId("acme"));
    QCOMPARE(snapshot.tools[1].tool, "query");
    QCOMPARE(of(snapshot.tools[1].byOutcome, Outcome::Denied), 2);
    QVERIFY(std::abs(double(snapshot.tools[1].p99Us) - 10'000) < 160); // total time
}

void TstMetrics::aTenantSeesItsOwn()
{
    testing::FakeClock clock;
    Metrics metrics(clock);
    metrics.observe(call("acme", "query"));
    metrics.observe(call("beta", "query"));
    metrics.observe(call("beta", "other"));
    clock.advance(1s);
    const TenantId beta("beta");
    const MetricsSnapshot snapshot = metrics.snapshot(&beta);
    QCOMPARE(snapshot.calls, 2);
    QCOMPARE(snapshot.tools.size(), std::size_t(2));
    QCOMPARE(snapshot.recent.size(), std::size_t(1));
    QCOMPARE(snapshot.recent[0].calls, 2);
    const TenantId gamma("gamma");
    QCOMPARE(metrics.snapshot(&gamma).calls, 0);
    QCOMPARE(metrics.snapshot(&gamma).recent.size(), std::size_t(1));
}

void TstMetrics::severalToolsTogether()
{
    const testing::FakeClock clock;
    Metrics metrics(clock);
    const auto took = [&](const char *tool, int milliseconds) {
        CallSample sample = call("acme", tool);
        sample.total = std::chrono::milliseconds(milliseconds);
        metrics.observe(sample);
    };
    for (int i = 0; i < 9; ++i)
        took("read", 10);
    took("write", 1000);
    took("other", 5);
    metrics.observe(call("acme", "read", Outcome::Denied));
    const ToolTotals both = metrics.totals(TenantId("acme"), {"read", "write", "unknown"});
    QCOMPARE(both.byOutcome[static_cast<int>(Outcome::Success)], std::int64_t(10));
    QCOMPARE(both.byOutcome[static_cast<int>(Outcome::Denied)], std::int64_t(1));
    // Eleven values, of which the slowest is the write: no average of percentiles would say so.
    QVERIFY(both.p50Us > 9'000 && both.p50Us < 11'000);
    QVERIFY(both.p95Us > 900'000);
    QCOMPARE(metrics.totals(TenantId("beta"), {"read"}).p95Us, std::int64_t(0));
}

void TstMetrics::secondsHaveNoGaps()
{
    testing::FakeClock clock;
    Metrics metrics(clock);
    QVERIFY(metrics.snapshot().recent.empty());
    metrics.observe(call("acme", "query", Outcome::Success, 1ms, 0ms));
    metrics.observe(call("acme", "query", Outcome::Error, 3ms, 0ms));
    QVERIFY(metrics.snapshot().recent.empty()); // the second still runs
    clock.advance(3s);
    metrics.observe(call("acme", "query"));
    clock.advance(1s);
    const auto recent = metrics.snapshot().recent;
    QCOMPARE(recent.size(), std::size_t(4));
    const std::int64_t calls[] = {2, 0, 0, 1};
    for (std::size_t i = 0; i < 4; ++i) {
        QCOMPARE(recent[i].calls, calls[i]);
        QCOMPARE(recent[i].second - recent[0].second, Microseconds(1s * i));
    }
    QCOMPARE(of(recent[0].byOutcome, Outcome::Error), 1);
    QVERIFY(std::abs(double(recent[0].p50Us) - 1000) < 16);
    QVERIFY(std::abs(double(recent[0].p99Us) - 3000) < 48);
    QVERIFY(std::abs(double(recent[3].p50Us) - 1000) < 16); // 10 ms, 9 of them in the tool
    QCOMPARE(recent[1].p50Us, 0);
}

void TstMetrics::keepsFifteenMinutes()
{
    testing::FakeClock clock;
    Metrics metrics(clock);
    for (int i = 0; i < 2000; ++i) {
        for (int n = 0; n <= i % 7; ++n)
            metrics.observe(call("acme", "query"));
        clock.advance(1s);
    }
    const auto recent = metrics.snapshot().recent;
    QCOMPARE(recent.size(), std::size_t(secondsKept));
    for (std::size_t i = 0; i < recent.size(); ++i)
        QCOMPARE(recent[i].calls, std::int64_t((2000 - recent.size() + i) % 7 + 1));
    QCOMPARE(recent.back().second + 1s, std::chrono::floor<std::chrono::seconds>(clock.now()));
}

void TstMetrics::aLongSilenceIsZeros()
{
    testing::FakeClock clock;
    Metrics metrics(clock);
    for (int i = 0; i < 100; ++i) {
        metrics.observe(call("acme", "query"));
        clock.advance(1s);
    }
    clock.advance(std::chrono::hours{5});
    const auto snapshot = metrics.snapshot();
    QCOMPARE(snapshot.recent.size(), std::size_t(secondsKept));
    for (const SecondSample &second : snapshot.recent)
        QCOMPARE(second.calls, 0);
    QCOMPARE(snapshot.calls, 100);
}

void TstMetrics::aClockSetBackCountsInTheLatestSecond()
{
    testing::FakeClock clock;
    Metrics metrics(clock);
    clock.advance(10s);
    metrics.observe(call("acme", "query"));
    clock.setWall(clock.now() - 1h);
    metrics.observe(call("acme", "query"));
    QCOMPARE(metrics.snapshot().recent.size(), std::size_t(10));
    clock.setWall(clock.now() + 1h + 1s);
    QCOMPARE(metrics.snapshot().recent.back().calls, 2);
}

void TstMetrics::gatewayTimeIsNeverNegative()
{
    testing::FakeClock clock;
    Metrics metrics(clock);
    metrics.observe(call("acme", "query", Outcome::Success, 1ms, 5ms));
    clock.advance(1s);
    QCOMPARE(metrics.snapshot().recent[0].p99Us, 0);
}

void TstMetrics::toolsAreBounded()
{
    const testing::FakeClock clock;
    Metrics metrics(clock);
    for (int i = 0; i < toolsMax + 100; ++i)
        metrics.observe({TenantId("acme"), QByteArray::number(i), Outcome::Success, 1ms, 0ms});
    const MetricsSnapshot snapshot = metrics.snapshot();
    QCOMPARE(snapshot.tools.size(), std::size_t(toolsMax) + 1);
    QCOMPARE(snapshot.tools[0].tool, "");
    QCOMPARE(of(snapshot.tools[0].byOutcome, Outcome::Success), 100);
    QCOMPARE(snapshot.calls, toolsMax + 100);
}

void TstMetrics::exactUnderThreads()
{
    const SystemClock clock;
    Metrics metrics(clock);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&metrics, t] {
                const QByteArray tool = QByteArray::number(t % 2);
                for (int i = 0; i < 5000; ++i)
                    metrics.observe({TenantId("acme"), tool, Outcome::Success, 1ms, 0ms});
            });
        }
        for (int i = 0; i < 20; ++i)
            QVERIFY(metrics.snapshot().calls <= 20'000);
    }
    const MetricsSnapshot snapshot = metrics.snapshot();
    QCOMPARE(snapshot.calls, 20'000);
    QCOMPARE(of(snapshot.tools[0].byOutcome, Outcome::Success), 10'000);
    QCOMPARE(sampleOf(metrics.toPrometheus(),
                      R"(provost_gateway_duration_seconds_count{tenant="acme"})"),
             20'000.0);
}

void TstMetrics::prometheusText()
{
    const testing::FakeClock clock;
    Metrics metrics(clock);
    metrics.observe(call("acme", "query", Outcome::Success, 3ms, 1ms));
    metrics.observe(call("acme", "query", Outcome::RateLimited, 200us, 0us));
    metrics.countFailedAuthentication();
    const QByteArray text = metrics.toPrometheus();
    const auto sample = [&](const char *name) { return sampleOf(text, name); };
    QCOMPARE(sample("provost_authentication_failures_total"), 1.0);
    QCOMPARE(sample(R"(provost_calls_total{tenant="acme",tool="query",outcome="success"})"), 1.0);
    QCOMPARE(sample(R"(provost_calls_total{tenant="acme",tool="query",outcome="rate_limited"})"),
             1.0);
    QCOMPARE(sample(R"(provost_calls_total{tenant="acme",tool="query",outcome="denied"})"), 0.0);
    const auto bucket = [&](const char *bound) {
        return sampleOf(
            text,
            QByteArray(R"(provost_call_duration_seconds_bucket{tenant="acme",tool="query",le=")")
                + bound + "\"}");
    };
    QCOMPARE(bucket("0.0001"), 0.0);
    QCOMPARE(bucket("0.00025"), 1.0);
    QCOMPARE(bucket("0.0025"), 1.0);
    QCOMPARE(bucket("0.005"), 2.0);
    QCOMPARE(bucket("+Inf"), 2.0);
    QCOMPARE(sample(R"(provost_call_duration_seconds_sum{tenant="acme",tool="query"})"), 0.0032);
    QCOMPARE(sample(R"(provost_gateway_duration_seconds_sum{tenant="acme"})"), 0.0022);
}

void TstMetrics::prometheusTextIsWellFormed()
{
    const testing::FakeClock clock;
    Metrics metrics(clock);
    metrics.observe(call("acme", "odd \"name\"\n\\ é"));
    metrics.observe(call("beta", ""));
    const QRegularExpression line(QStringLiteral(
        R"(^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="([^"\\\n]|\\[\\"n])*"(,[a-z]+="([^"\\\n]|\\[\\"n])*")*\})? [0-9.]+)$)"));
    const QByteArray text = metrics.toPrometheus();
    QVERIFY(text.endsWith('\n'));
    for (const QByteArray &one : text.chopped(1).split('\n'))
        QVERIFY2(line.match(QString::fromUtf8(one)).hasMatch(), one.constData());
}

void TstMetrics::labelsAreEscaped()
{
    QCOMPARE(escapedLabel("a\\b\"c\nd"), R"(a\\b\"c\nd)");
    QCOMPARE(escapedLabel("plain é"), "plain é");
}

PROVOST_TEST(TstMetrics)
#include "tst_metrics.moc"
