#include "tests/support/testing.h"
#include "ui/kit/page.h"
#include "ui/overview/figures.h"

#include <QLocale>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace provost::control;
using namespace Qt::StringLiterals;

class TstFigures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void figuresCarryTheirFilters();
    void nothingToMeasureIsADash();
    void aServerThatDoesNotListenIsTold();
    void secondsWithoutCallsHaveNoLatency();
    void rowsLeadToTheirRecords();
    void hostileNamesStayOneValue();
    void agentsAreSortedByLastSeen();
    void outcomesAreWorded_data();
    void outcomesAreWorded();
};

void TstFigures::figuresCarryTheirFilters()
{
    const Overview overview{.calls = 1000,
                            .denied = 31,
                            .limited = 4,
                            .errors = 8,
                            .callsPerSecond = 4.2,
                            .p50Us = 900,
                            .p95Us = 2200,
                            .p99Us = 31'000};
    QCOMPARE(denialsFigure(overview), (Figure{u"3.1 %"_s, u"31 policy · 4 rate"_s, Tone::Neutral,
                                              "audit?filter=status%3Adenied"}));
    QCOMPARE(errorsFigure(overview).value, u"0.8 %"_s);
    QCOMPARE(errorsFigure(overview).link, QByteArray("audit?filter=status%3Aerror"));
    QCOMPARE(latencyFigure(overview).value, u"0.9 · 2.2 · 31"_s);
    QCOMPARE(rateFigure(overview).value, u"4.2"_s);
    QCOMPARE(callsFigure(overview, u"Last 12 h"_s).detail, u"Last 12 h"_s);
    const auto link = Link::parse(QString::fromUtf8(callsFigure(overview, {}).link));
    QVERIFY(link.has_value());
    QCOMPARE(link->parameters.at(u"filter"_s), u"tenant:* -transport:console"_s);
}

void TstFigures::nothingToMeasureIsADash()
{
    const Overview nothing;
    QCOMPARE(denialsFigure(nothing).value, u"–"_s);
    QCOMPARE(errorsFigure(nothing).value, u"–"_s);
    QCOMPARE(latencyFigure(nothing).value, u"–"_s);
    QCOMPARE(callsFigure(nothing, {}).value, u"0"_s);
}

void TstFigures::aServerThatDoesNotListenIsTold()
{
    QCOMPARE(agentsFigure({.listening = true, .agents = 214}).value, u"214"_s);
    const Figure deaf = agentsFigure({.listening = false, .agents = 0});
    QCOMPARE(deaf.tone, Tone::Deny);
    QVERIFY(deaf.detail.contains(u"not listening"_s));
}

void TstFigures::secondsWithoutCallsHaveNoLatency()
{
    const WallTime start{std::chrono::seconds(100)};
    const std::vector<LatencyPoint> points{{.at = start},
                                           {.at = start + std::chrono::seconds(1),
                                            .calls = 3,
                                            .denied = 1,
                                            .p50Us = 900,
                                            .p99Us = 4000}};
    const auto latency = latencySeries(points);
    QCOMPARE(latency.size(), 3U);
    QCOMPARE(latency[2].points.size(), 1U);
    QCOMPARE(latency[2].points[0].x, 101.0);
    QCOMPARE(latency[2].points[0].y, 4.0);
    const auto rate = rateSeries(points);
    QCOMPARE(rate[0].points.size(), 2U);
    QCOMPARE(rate[1].points[1].y, 1.0);
    QVERIFY(rateSeries({{.at = start}})[0].points.empty());
}

void TstFigures::rowsLeadToTheirRecords()
{
    const auto denials = denialRows({{"large-deals", 1204, 17, "audit?filter=rule%3Alarge-deals"},
                                     {"", 3, 1, "audit?filter=rule%3A%22%22"}});
    QCOMPARE(denials[0].cells[1].text, u"1204"_s);
    QCOMPARE(denials[0].link, QByteArray("audit?filter=rule%3Alarge-deals"));
    QCOMPARE(denials[1].cells[0].text, u"no policy allows it"_s);
    const auto tools = toolRows({{"db.read", 10, 2, "a"}, {"db.write", 5, 1, "b"}});
    QCOMPARE(tools[1].cells[1].share, std::optional(0.5));
    QCOMPARE(QByteArray::fromPercentEncoding(recordLink({TenantId("acme"), 42})),
             QByteArray("audit?filter=tenant:acme -transport:console seq:42"));
}

void TstFigures::hostileNamesStayOneValue()
{
    const auto rows = agentRows(
        {{.tenant = TenantId("acme"), .user = UserId("ana"), .agent = R"(x" OR status:"\)"}},
        WallTime());
    const auto link = Link::parse(QString::fromUtf8(rows[0].link));
    QVERIFY(link.has_value());
    QCOMPARE(link->parameters.at(u"filter"_s),
             uR"(tenant:"acme" user:"ana" agent:"x\" OR status:\"\\")"_s);
}

void TstFigures::agentsAreSortedByLastSeen()
{
    const WallTime now{std::chrono::hours(500'000)};
    const auto rows = agentRows({{.user = UserId("early"), .lastSeen = now - std::chrono::hours(3)},
                                 {.user = UserId("late"), .lastSeen = now},
                                 {.user = UserId("long ago"), .lastSeen = WallTime()}},
                                now);
    QCOMPARE(rows[0].cells[1].text, u"late"_s);
    QCOMPARE(rows[0].cells[3].text, u"just now"_s);
    QCOMPARE(rows[0].cells[2].text, u"not told"_s);
    QCOMPARE(rows[1].cells[3].text, u"3 h ago"_s);
    QCOMPARE(rows[2].cells[3].text, u"1970-01-01 00:00 UTC"_s);
    QCOMPARE(agoText(now - std::chrono::minutes(4), now), u"4 min ago"_s);
}

void TstFigures::outcomesAreWorded_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("decision");
    QTest::addColumn<int>("kind");
    QTest::newRow("allowed") << QByteArray("success") << QByteArray("allow")
                             << int(BadgeKind::Allow);
    QTest::newRow("denied") << QByteArray("denied") << QByteArray("deny") << int(BadgeKind::Deny);
    QTest::newRow("limited") << QByteArray("rate_limited") << QByteArray()
                             << int(BadgeKind::Warning);
    QTest::newRow("failed") << QByteArray("error") << QByteArray("allow")
                            << int(BadgeKind::Warning);
    QTest::newRow("asked") << QByteArray("pending") << QByteArray("ask") << int(BadgeKind::Ask);
    QTest::newRow("other") << QByteArray("pending") << QByteArray() << int(BadgeKind::Neutral);
}

void TstFigures::outcomesAreWorded()
{
    QFETCH(const QByteArray, status);
    QFETCH(const QByteArray, decision);
    QFETCH(const int, kind);
    const BadgeLook look = outcomeOf({.status = status, .decision = decision});
    QCOMPARE(int(look.kind), kind);
    QVERIFY(!look.text.isEmpty());
}

PROVOST_TEST(TstFigures)
#include "tst_figures.moc"
