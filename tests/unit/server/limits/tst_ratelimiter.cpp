// The promise of RateLimiter, tried on random histories against a list of all admitted times.
#include "server/limits/ratelimiter.h"

#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QTest>

#include <atomic>
#include <thread>

using namespace provost;
using namespace provost::limits;
using namespace std::chrono_literals;

namespace {

constexpr WallTime start{1'768'487'025'123'457us};

RateCheck check(const char *key, std::int64_t callsMax, Microseconds period)
{
    return {key, {callsMax, period}};
}

bool admits(RateLimiter &limiter, const RateCheck &one, WallTime now)
{
    return !limiter.take({&one, 1}, now);
}

// The most calls in any window of one period, both ends included.
std::int64_t densest(const std::vector<WallTime> &times, Microseconds period)
{
    std::size_t first = 0;
    std::size_t most = 0;
    for (std::size_t last = 0; last < times.size(); ++last) {
        while (times[last] - times[first] > period)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return std::int64_t(most);
}

} // namespace

class TstRateLimiter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void neverMoreThanNInAnyWindow_data();
    void neverMoreThanNInAnyWindow();
    void retryAfterIsExact_data() { neverMoreThanNInAnyWindow_data(); }
    void retryAfterIsExact();
    void useFallsOutAfterAPeriodAndASlot();
    void takesAllOrNothing();
    void retryAfterCoversAllChecks();
    void aKeyTwiceCountsOnce();
    void ratesThatAdmitNothing_data();
    void ratesThatAdmitNothing();
    void periodsOfAKeyAreApart();
    void replayRepeatsEveryAnswer();
    void aClockSetBackAdmitsNothingMore_data();
    void aClockSetBackAdmitsNothingMore();
    void aClockThatLeaptAndCameBackDoesNotBlock();
    void racingThreadsDoNotSpeedTimeUp();
    void silentKeysAreDropped();
    void tooManyKeysAreRefused();
    void exactUnderThreads();
};

void TstRateLimiter::neverMoreThanNInAnyWindow_data()
{
    QTest::addColumn<qint64>("callsMax");
    QTest::addColumn<qint64>("periodUs");
    QTest::newRow("1/second") << qint64(1) << qint64(1'000'000);
    QTest::newRow("3/second") << qint64(3) << qint64(1'000'000);
    QTest::newRow("60/minute") << qint64(60) << qint64(60'000'000);
    QTest::newRow("1000/hour") << qint64(1000) << qint64(3'600'000'000);
    QTest::newRow("7/day") << qint64(7) << qint64(86'400'000'000);
    QTest::newRow("500/30 days") << qint64(500) << qint64(2'592'000'000'000);
    QTest::newRow("2/prime") << qint64(2) << qint64(999'983);
    QTest::newRow("5/shortest") << qint64(5) << qint64(60);
}

void TstRateLimiter::neverMoreThanNInAnyWindow()
{
    QFETCH(const qint64, callsMax);
    QFETCH(const qint64, periodUs);
    const Microseconds period{periodUs};
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        testing::SeededRandom random(seed);
        RateLimiter limiter;
        const RateCheck one = check("k", callsMax, period);
        std::vector<WallTime> admitted;
        WallTime now = start;
        for (int i = 0; i < 2000; ++i) {
            // Bursts, gaps, and steps of about a call's share of the period.
            const auto share = std::uint64_t(2 * periodUs / callsMax + 2);
            now += Microseconds{random.below(10) == 0  ? random.below(std::uint64_t(periodUs))
                                : random.below(2) == 0 ? random.below(share)
                                                       : 0};
            if (admits(limiter, one, now))
                admitted.push_back(now);
            QVERIFY(limiter.count("k", period, now) <= callsMax);
        }
        QVERIFY(densest(admitted, period) <= callsMax);
        QVERIFY(!admitted.empty());
    }
}

void TstRateLimiter::retryAfterIsExact()
{
    QFETCH(const qint64, callsMax);
    QFETCH(const qint64, periodUs);
    testing::SeededRandom random(7);
    RateLimiter limiter;
    const RateCheck one = check("k", callsMax, Microseconds{periodUs});
    WallTime now = start;
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        now += Microseconds{random.below(std::uint64_t(periodUs / callsMax + 1))};
        const auto refusal = limiter.take({&one, 1}, now);
        if (!refusal)
            continue;
        ++refused;
        QVERIFY(refusal->retryAfter > 0us);
        QVERIFY(refusal->retryAfter <= Microseconds{periodUs + periodUs / 60 + 1});
        QVERIFY(!admits(limiter, one, now + refusal->retryAfter - 1us));
        now += refusal->retryAfter;
        QVERIFY(admits(limiter, one, now));
    }
    QVERIFY(refused > 0);
}

void TstRateLimiter::useFallsOutAfterAPeriodAndASlot()
{
    RateLimiter limiter;
    const RateCheck one = check("k", 2, 60s);
    const WallTime aligned{1'768'487'040s};
    QVERIFY(admits(limiter, one, aligned));
    QVERIFY(admits(limiter, one, aligned + 30s));
    QCOMPARE(limiter.count("k", 60s, aligned + 30s), 2);
    QVERIFY(!admits(limiter, one, aligned + 60s)); // exactly a period later still counts
    QCOMPARE(limiter.count("k", 60s, aligned + 61s), 1);
    QVERIFY(admits(limiter, one, aligned + 61s));
    QCOMPARE(limiter.count("k", 60s, aligned + 3600s), 0);
    QCOMPARE(limiter.count("other", 60s, aligned), 0);
}

void TstRateLimiter::takesAllOrNothing()
{
    RateLimiter limiter;
    const std::vector<RateCheck> both{check("tenant", 10, 60s), check("user/alice", 1, 60s)};
    QVERIFY(!limiter.take(both, start));
    const auto refusal = limiter.take(both, start);
    QVERIFY(refusal);
    QCOMPARE(refusal->key, "user/alice");
    QCOMPARE(refusal->rate.callsMax, 1);
    QCOMPARE(limiter.count("tenant", 60s, start), 1);
    QVERIFY(!limiter.take({}, start));
}

void TstRateLimiter::retryAfterCoversAllChecks()
{
    RateLimiter limiter;
    const std::vector<RateCheck> both{check("tenant", 1, 1s), check("user/alice", 1, 60s)};
    QVERIFY(!limiter.take(both, start));
    const auto refusal = limiter.take(both, start);
    QVERIFY(refusal);
    QCOMPARE(refusal->key, "tenant");
    QVERIFY(refusal->retryAfter > 59s);
    QVERIFY(!limiter.take(both, start + refusal->retryAfter));
}

void TstRateLimiter::aKeyTwiceCountsOnce()
{
    RateLimiter limiter;
    const std::vector<RateCheck> twice{check("k", 5, 60s), check("k", 2, 60s)};
    QVERIFY(!limiter.take(twice, start));
    QCOMPARE(limiter.count("k", 60s, start), 1);
    QVERIFY(!limiter.take(twice, start));
    const auto refusal = limiter.take(twice, start);
    QVERIFY(refusal);
    QCOMPARE(refusal->rate.callsMax, 2);
}

void TstRateLimiter::ratesThatAdmitNothing_data()
{
    QTest::addColumn<qint64>("callsMax");
    QTest::addColumn<qint64>("periodUs");
    QTest::newRow("no calls") << qint64(0) << qint64(1'000'000);
    QTest::newRow("negative calls") << qint64(-1) << qint64(1'000'000);
    QTest::newRow("no period") << qint64(5) << qint64(0);
    QTest::newRow("negative period") << qint64(5) << qint64(-1);
    QTest::newRow("period under a slot") << qint64(5) << qint64(59);
    QTest::newRow("endless period") << qint64(5) << std::numeric_limits<qint64>::max();
}

void TstRateLimiter::ratesThatAdmitNothing()
{
    QFETCH(const qint64, callsMax);
    QFETCH(const qint64, periodUs);
    RateLimiter limiter;
    const RateCheck one = check("k", callsMax, Microseconds{periodUs});
    const auto refusal = limiter.take({&one, 1}, start);
    QVERIFY(refusal);
    QCOMPARE(refusal->retryAfter, 0us);
    QCOMPARE(limiter.keyCount(), std::size_t(0));
}

void TstRateLimiter::periodsOfAKeyAreApart()
{
    RateLimiter limiter;
    QVERIFY(admits(limiter, check("k", 1, 60s), start));
    QVERIFY(!admits(limiter, check("k", 1, 60s), start));
    QVERIFY(admits(limiter, check("k", 2, 60s), start)); // a raised rate keeps its count
    QVERIFY(!admits(limiter, check("k", 2, 60s), start));
    QVERIFY(admits(limiter, check("k", 1, 3600s), start));
}

void TstRateLimiter::replayRepeatsEveryAnswer()
{
    const auto history = [](std::uint64_t seed) {
        testing::SeededRandom random(seed);
        RateLimiter limiter;
        QByteArray answers;
        WallTime now = start;
        for (int i = 0; i < 5000; ++i) {
            now += Microseconds{random.below(100'000)};
            const RateCheck one =
                check(random.below(2) == 0 ? "a" : "b", 7 + std::int64_t(random.below(2)), 1s);
            answers.append(admits(limiter, one, now) ? '1' : '0');
        }
        return answers;
    };
    QCOMPARE(history(3), history(3));
    QVERIFY(history(3) != history(4));
}

void TstRateLimiter::aClockSetBackAdmitsNothingMore_data()
{
    QTest::addColumn<qint64>("backUs");
    QTest::newRow("a microsecond") << qint64(1);
    QTest::newRow("half a second") << qint64(500'000);
    QTest::newRow("two seconds") << qint64(2'000'000);
    QTest::newRow("an hour") << qint64(3'600'000'000);
    QTest::newRow("a year") << qint64(31'536'000'000'000);
}

void TstRateLimiter::aClockSetBackAdmitsNothingMore()
{
    QFETCH(const qint64, backUs);
    // True time runs on; the wall is set back every five steps.
    testing::SeededRandom random(5);
    RateLimiter limiter;
    const RateCheck one = check("k", 20, 10s);
    std::vector<WallTime> admitted;
    WallTime trueTime = start;
    Microseconds setBack{0};
    for (int i = 0; i < 5000; ++i) {
        trueTime += Microseconds{random.below(400'000)};
        if (i % 5 == 0)
            setBack += Microseconds{backUs};
        if (admits(limiter, one, trueTime - setBack))
            admitted.push_back(trueTime);
    }
    QVERIFY(densest(admitted, 10s) <= 20);
}

void TstRateLimiter::aClockThatLeaptAndCameBackDoesNotBlock()
{
    RateLimiter limiter;
    const RateCheck one = check("k", 1, 60s);
    QVERIFY(admits(limiter, one, start));
    const WallTime leapt = start + std::chrono::hours{24 * 365};
    QVERIFY(admits(limiter, one, leapt));
    const auto refusal = limiter.take({&one, 1}, start + 1s);
    QVERIFY(refusal);
    QVERIFY(refusal->retryAfter <= 61s);
    QCOMPARE(limiter.count("k", 60s, start + 1s), 1);
    QVERIFY(!admits(limiter, one, start + 1s + refusal->retryAfter - 1us));
    QVERIFY(admits(limiter, one, start + 1s + refusal->retryAfter));
}

void TstRateLimiter::racingThreadsDoNotSpeedTimeUp()
{
    // Two threads whose times arrive in turns, one of them late: thousands of tiny steps back.
    RateLimiter limiter;
    const RateCheck one = check("k", 5, 10s);
    std::vector<WallTime> admitted;
    for (int i = 0; i < 20'000; ++i) {
        const WallTime now = start + i * 1ms;
        for (const WallTime time : {now + 900ms, now}) {
            if (admits(limiter, one, time))
                admitted.push_back(time);
        }
    }
    std::sort(admitted.begin(), admitted.end());
    QVERIFY(densest(admitted, 10s) <= 5);
}

void TstRateLimiter::silentKeysAreDropped()
{
    RateLimiter limiter;
    for (int i = 0; i < 50'000; ++i) {
        const QByteArray key = QByteArray::number(i);
        QVERIFY(admits(limiter, check(key.constData(), 1, 1s), start + i * 1ms));
    }
    QVERIFY(limiter.keyCount() < 5000); // about 1,000 are within their second
    QVERIFY(!admits(limiter, check("49999", 1, 1s), start + 50s));
}

void TstRateLimiter::tooManyKeysAreRefused()
{
    RateLimiter limiter({.keysMax = 10});
    for (int i = 0; i < 10; ++i) {
        const QByteArray key = QByteArray::number(i);
        QVERIFY(admits(limiter, check(key.constData(), 5, 60s), start + i * 1s));
    }
    const RateCheck eleventh = check("eleventh", 5, 60s);
    const auto refusal = limiter.take({&eleventh, 1}, start + 10s);
    QVERIFY(refusal);
    QCOMPARE(limiter.keyCount(), std::size_t(10));
    QVERIFY(admits(limiter, check("3", 5, 60s), start + 10s)); // known keys go on
    QVERIFY(!admits(limiter, eleventh, start + 10s + refusal->retryAfter - 1us));
    QVERIFY(admits(limiter, eleventh, start + 10s + refusal->retryAfter));
}

void TstRateLimiter::exactUnderThreads()
{
    RateLimiter limiter;
    const std::vector<RateCheck> both{check("tenant", 1000, 60s), check("user", 700, 60s)};
    std::atomic_int admitted{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 1000; ++i) {
                    if (!limiter.take(both, start))
                        ++admitted;
                }
            });
        }
    }
    QCOMPARE(admitted.load(), 700);
    QCOMPARE(limiter.count("tenant", 60s, start), 700);
}

PROVOST_TEST(TstRateLimiter)
#include "tst_ratelimiter.moc"
