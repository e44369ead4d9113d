// Times as text, both ways.
#include "server/base/clock.h"

#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace std::chrono_literals;

class TstClock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void writes();
    void roundTrips();
    void systemClockRunsForward();
};

void TstClock::reads_data()
{
    QTest::addColumn<qint64>("us");
    QTest::newRow("1970-01-01T00:00:00Z") << qint64(0);
    QTest::newRow("1969-12-31T23:59:59.999999Z") << qint64(-1);
    QTest::newRow("2026-01-15T14:23:45Z") << qint64(1'768'487'025'000'000);
    QTest::newRow("2026-01-15T14:23:45.5Z") << qint64(1'768'487'025'500'000);
    QTest::newRow("2026-01-15T14:23:45.000123Z") << qint64(1'768'487'025'000'123);
    QTest::newRow("2026-01-15T14:23:45.000123999Z") << qint64(1'768'487'025'000'123);
    QTest::newRow("2026-01-15t14:23:45z") << qint64(1'768'487'025'000'000);
    QTest::newRow("2026-01-15 14:23:45Z") << qint64(1'768'487'025'000'000);
    QTest::newRow("2026-01-15T16:23:45+02:00") << qint64(1'768'487'025'000'000);
    QTest::newRow("2026-01-15T08:53:45-05:30") << qint64(1'768'487'025'000'000);
    QTest::newRow("2024-02-29T00:00:00Z") << qint64(1'709'164'800'000'000);
    QTest::newRow("2016-12-31T23:59:60Z") << qint64(1'483'228'800'000'000); // a leap second
}

void TstClock::reads()
{
    QFETCH(const qint64, us);
    const auto time = fromRfc3339(QTest::currentDataTag());
    QVERIFY(time);
    QCOMPARE(time->time_since_epoch().count(), us);
}

void TstClock::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text : {"",
                             "2026",
                             "2026-01-15",
                             "2026-01-15T14:23:45",
                             "2026-01-15T14:23Z",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-01-00T00:00:00Z",
                             "2026-02-29T00:00:00Z",
                             "2026-04-31T00:00:00Z",
                             "2026-01-15T24:00:00Z",
                             "2026-01-15T14:60:00Z",
                             "2026-01-15T14:23:61Z",
                             "2026-01-15T14:23:45.Z",
                             "2026-01-15T14:23:45.1234567890Z",
                             "2026-01-15T14:23:45ZZ",
                             "2026-01-15T14:23:45Z ",
                             " 2026-01-15T14:23:45Z",
                             "2026-01-15T14:23:45+0200",
                             "2026-01-15T14:23:45+24:00",
                             "2026-01-15T14:23:45+02:60",
                             "2026-01-15T14:23:45+02",
                             "26-01-15T14:23:45Z",
                             "-026-01-15T14:23:45Z",
                             "2026-1-15T14:23:45Z",
                             "2026/01/15T14:23:45Z",
                             "2026\r01\r15T14:23:45Z",
                             "2026-01-15T14\x1a"
                             "23:45Z",
                             "2026-01-15T14:23:45,5Z",
                             "tomorrow"})
        QTest::newRow(*text == '\0' ? "empty" : text) << QByteArray(text);
    QTest::newRow("NUL for a space") << QByteArray("2026-01-15\0"
                                                   "14:23:45Z",
                                                   20);
}

void TstClock::refuses()
{
    QFETCH(const QByteArray, text);
    const auto time = fromRfc3339(text);
    QVERIFY(!time);
    QCOMPARE(time.error().code, ErrorCode::InvalidInput);
}

void TstClock::writes()
{
    QCOMPARE(toRfc3339(WallTime{0us}), "1970-01-01T00:00:00.000000Z");
    QCOMPARE(toRfc3339(WallTime{-1us}), "1969-12-31T23:59:59.999999Z");
    QCOMPARE(toRfc3339(WallTime{1'768'487'025'000'123us}), "2026-01-15T14:23:45.000123Z");
}

void TstClock::roundTrips()
{
    testing::SeededRandom random(19);
    for (int i = 0; i < 2000; ++i) {
        const WallTime time{
            Microseconds{random.below(253'402'300'799'999'999ULL)}}; // to the year 9999
        const auto again = fromRfc3339(toRfc3339(time));
        QVERIFY(again);
        QCOMPARE(*again, time);
    }
}

void TstClock::systemClockRunsForward()
{
    const SystemClock clock;
    const auto before = clock.monotonic();
    QVERIFY(clock.now() > WallTime{1'700'000'000s});
    QVERIFY(clock.monotonic() >= before);
}

PROVOST_TEST(TstClock)
#include "tst_clock.moc"
