#include "tests/support/testing.h"
#include "tests/unit/ui/themed.h"
#include "ui/kit/decimate.h"
#include "ui/kit/histogram.h"
#include "ui/kit/linechart.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace provost::ui;
using namespace Qt::StringLiterals;

class TstCharts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }

    void fewPointsComeBackAsTheyAre();
    void noPeakIsLost();
    void manyPointsBecomeFew();
    void linesRunToTheEdge();
    void axesEndRound_data();
    void axesEndRound();
    void timeLabelsFollowTheSpan();
    void chartTellsItselfInWords();
    void gapsAndEmptySeriesDoNotHurt();
    void draggingSelectsWholeBars();
    void clickingClearsTheSelection();
    void keyboardSelects();
    void emptyHistogramTakesEvents();

private:
    provost::testing::Themed m_themed;
};

namespace {

std::vector<ChartPoint> ramp(int count)
{
    std::vector<ChartPoint> points;
    for (int i = 0; i < count; ++i) {
        points.push_back({double(i), 1.0});
    }
    return points;
}

std::vector<HistogramBar> tenBars()
{
    std::vector<HistogramBar> bars;
    for (int i = 0; i < 10; ++i) {
        bars.push_back({1000.0 + i * 60, 10 + i, 1, 0});
    }
    return bars;
}

} // namespace

void TstCharts::fewPointsComeBackAsTheyAre()
{
    const auto points = ramp(10);
    QVERIFY(decimated(points, 0, 9, 100) == points);
    QVERIFY(decimated({}, 0, 1, 100).empty());
    QVERIFY(decimated(points, 5, 5, 100).size() <= points.size());
    QVERIFY(decimated(points, 0, 9, 0) == points);
}

void TstCharts::noPeakIsLost()
{
    auto points = ramp(100'000);
    points[61'234].y = 500;
    points[17].y = -3;
    const auto few = decimated(points, 0, 99'999, 300);
    const auto has = [&](const ChartPoint &wanted) {
        return std::find(few.begin(), few.end(), wanted) != few.end();
    };
    QVERIFY(has(points[61'234]));
    QVERIFY(has(points[17]));
    QVERIFY(has(points.front()));
    QVERIFY(has(points.back()));
}

void TstCharts::manyPointsBecomeFew()
{
    const auto points = ramp(100'000);
    const auto few = decimated(points, 0, 99'999, 300);
    QVERIFY(few.size() <= 4 * 302);
    QVERIFY(std::is_sorted(few.begin(), few.end(),
                           [](const ChartPoint &a, const ChartPoint &b) { return a.x < b.x; }));
}

void TstCharts::linesRunToTheEdge()
{
    const auto points = ramp(100);
    const auto part = decimated(points, 40.5, 50.5, 10);
    QCOMPARE(part.front().x, 40.0);
    QCOMPARE(part.back().x, 51.0);
}

void TstCharts::axesEndRound_data()
{
    QTest::addColumn<double>("top");
    QTest::addColumn<double>("want");
    QTest::newRow("nothing") << 0.0 << 1.0;
    QTest::newRow("below zero") << -4.0 << 1.0;
    QTest::newRow("not a number") << std::nan("") << 1.0;
    QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << 1.0;
    QTest::newRow("exact") << 5.0 << 5.0;
    QTest::newRow("between") << 5.1 << 7.5;
    QTest::newRow("above") << 8.0 << 10.0;
    QTest::newRow("small") << 0.0012 << 0.0015;
    QTest::newRow("large") << 2.2e6 << 3e6;
}

void TstCharts::axesEndRound()
{
    QFETCH(const double, top);
    QFETCH(const double, want);
    QCOMPARE(axisTop(top), want);
}

void TstCharts::timeLabelsFollowTheSpan()
{
    constexpr double At = 1'768'487'025; // Thu 2026-01-15T14:23:45Z
    QCOMPARE(timeLabel(At, 60), u"14:23:45"_s);
    QCOMPARE(timeLabel(At, 3600), u"14:23"_s);
    QVERIFY(timeLabel(At, 7 * 86400.0).endsWith(u"14:23"_s));
    QVERIFY(timeLabel(At, 30 * 86400.0).startsWith(u"15 "_s));
}

void TstCharts::chartTellsItselfInWords()
{
    LineChart chart(u"latency"_s, u"Latency"_s);
    chart.setFormat([](double value) -> QString { return QString::number(value) + u" ms"_s; });
    chart.setSeries({{u"p99"_s,
                      Tone::Deny,
                      LineChart::Stroke::Solid,
                      false,
                      {{1'768'487'025, 48}, {1'768'487'085, 31}}}});
    QCOMPARE(chart.accessibleDescription(), u"p99 31 ms, highest 48 ms at 14:23"_s);
}

void TstCharts::gapsAndEmptySeriesDoNotHurt()
{
    LineChart chart(u"latency"_s, u"Latency"_s);
    chart.resize(300, 120);
    chart.setPlaceholder(u"No calls in this range"_s);
    QVERIFY(!chart.grab().isNull());
    chart.setSeries({{u"a"_s, Tone::Accent, LineChart::Stroke::Solid, true, {}},
                     {u"b"_s,
                      Tone::Ask,
                      LineChart::Stroke::Dashed,
                      false,
                      {{1, std::nan("")}, {2, 3}, {3, std::nan("")}, {4, 1}}},
                     {u"c"_s, Tone::Deny, LineChart::Stroke::Dotted, false, {{2, 5}}}});
    QVERIFY(!chart.grab().isNull());
    QTest::mouseMove(&chart, {120, 60});
    QVERIFY(!chart.grab().isNull());
}

void TstCharts::draggingSelectsWholeBars()
{
    Histogram histogram(u"h"_s, u"Records"_s);
    histogram.resize(500, 90);
    histogram.setBars(tenBars(), 1600);
    QSignalSpy selected(&histogram, &Histogram::spanSelected);
    QTest::mousePress(&histogram, Qt::LeftButton, {}, {120, 30}); // bar 2
    QTest::mouseMove(&histogram, {260, 30});                      // bar 5
    QTest::mouseRelease(&histogram, Qt::LeftButton, {}, {260, 30});
    QCOMPARE(selected.count(), 1);
    QVERIFY(histogram.selection() == (TimeSpan{1120, 1360}));
    QVERIFY(!histogram.grab().isNull());
}

void TstCharts::clickingClearsTheSelection()
{
    Histogram histogram(u"h"_s, u"Records"_s);
    histogram.resize(500, 90);
    histogram.setBars(tenBars(), 1600);
    histogram.setSelection(TimeSpan{1060, 1120});
    QSignalSpy cleared(&histogram, &Histogram::spanCleared);
    QTest::mouseClick(&histogram, Qt::LeftButton, {}, {400, 30});
    QCOMPARE(cleared.count(), 1);
    QVERIFY(!histogram.selection());
}

void TstCharts::keyboardSelects()
{
    Histogram histogram(u"h"_s, u"Records"_s);
    histogram.resize(500, 90);
    histogram.setBars(tenBars(), 1600);
    QSignalSpy selected(&histogram, &Histogram::spanSelected);
    QTest::keyClick(&histogram, Qt::Key_Left); // the last bar
    QTest::keyClick(&histogram, Qt::Key_Left);
    QTest::keyClick(&histogram, Qt::Key_Left, Qt::ShiftModifier);
    QTest::keyClick(&histogram, Qt::Key_Return);
    QCOMPARE(selected.count(), 1);
    QVERIFY(histogram.selection() == (TimeSpan{1420, 1540}));
    QTest::keyClick(&histogram, Qt::Key_Escape);
    QVERIFY(!histogram.selection());
}

void TstCharts::emptyHistogramTakesEvents()
{
    Histogram histogram(u"h"_s, u"Records"_s);
    histogram.resize(500, 90);
    QTest::mouseClick(&histogram, Qt::LeftButton, {}, {100, 30});
    QTest::mouseMove(&histogram, {120, 30});
    QTest::keyClick(&histogram, Qt::Key_Left);
    QTest::keyClick(&histogram, Qt::Key_Return);
    QVERIFY(!histogram.selection());
    QVERIFY(!histogram.grab().isNull());
}

PROVOST_TEST(TstCharts)

#include "tst_charts.moc"
