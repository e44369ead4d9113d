// The promise of the buckets: percentiles within 1.6 % of the exact ones.
#include "server/telemetry/histogram.h"

#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace provost;
using namespace provost::telemetry;

class TstHistogram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isEmptyAtFirst();
    void oneValue_data();
    void oneValue();
    void percentilesAreClose();
    void countsUpToBounds();
    void clears();
};

void TstHistogram::isEmptyAtFirst()
{
    const Histogram histogram;
    QCOMPARE(histogram.count(), 0);
    QCOMPARE(histogram.percentileUs(0.99), 0);
    QCOMPARE(histogram.cumulative(std::array<std::int64_t, 1>{1000})[0], 0);
}

void TstHistogram::oneValue_data()
{
    QTest::addColumn<qint64>("us");
    for (const qint64 us : {0LL, 1LL, 31LL, 32LL, 63LL, 64LL, 65LL, 999LL, 1000LL, 123'456LL,
                            3'600'000'000LL, (1LL << 36) - 1, 1LL << 36, (1LL << 37) - 1})
        QTest::addRow("%lld", us) << us;
}

void TstHistogram::oneValue()
{
    QFETCH(const qint64, us);
    Histogram histogram;
    histogram.add(Microseconds{us});
    for (const double share : {0.0, 0.5, 1.0}) {
        const auto found = double(histogram.percentileUs(share));
        QVERIFY(std::abs(found - double(us)) <= double(us) / 64 + 0.5);
    }
    QCOMPARE(histogram.sum().count(), us);
}

void TstHistogram::percentilesAreClose()
{
    testing::SeededRandom random(11);
    Histogram histogram;
    std::vector<std::int64_t> values;
    for (int i = 0; i < 100'000; ++i) {
        // From microseconds to minutes, evenly by magnitude.
        const auto us = std::int64_t(std::exp(double(random.below(1'000'000)) / 1e6 * 18));
        values.push_back(us);
        histogram.add(Microseconds{us});
    }
    histogram.add(Microseconds{-5}); // counts as nothing
    values.push_back(0);
    histogram.add(std::chrono::hours{1000}); // counts as 38 hours
    values.push_back((std::int64_t{1} << 37) - 1);
    std::sort(values.begin(), values.end());
    for (const double share : {0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
        const auto rank = std::size_t(std::ceil(share * double(values.size())));
        const auto exact = double(values[rank - 1]);
        const auto found = double(histogram.percentileUs(share));
        QVERIFY2(std::abs(found - exact) <= exact / 64 + 0.5,
                 qPrintable(QStringLiteral("%1: %2 for %3").arg(share).arg(found).arg(exact)));
    }
}

void TstHistogram::countsUpToBounds()
{
    Histogram histogram;
    for (const int us : {10, 100, 1000, 10'000, 100'000})
        histogram.add(Microseconds{us});
    const std::array<std::int64_t, 4> bounds{5, 150, 20'000, 1'000'000};
    const std::array<std::int64_t, 4> expected{0, 2, 4, 5};
    QCOMPARE(histogram.cumulative(bounds), expected);
}

void TstHistogram::clears()
{
    Histogram histogram;
    histogram.add(Microseconds{7});
    histogram.clear();
    QCOMPARE(histogram.count(), 0);
    QCOMPARE(histogram.sum().count(), 0);
    QCOMPARE(histogram.percentileUs(1), 0);
}

PROVOST_TEST(TstHistogram)
#include "tst_histogram.moc"
