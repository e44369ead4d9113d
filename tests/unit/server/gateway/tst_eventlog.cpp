// What a legacy session's streams keep for clients that lost their connection.
#include "server/gateway/eventlog.h"

#include "tests/support/fakeclock.h"
#include "tests/support/testing.h"

#include <QTest>

#include <thread>

using namespace provost;
using namespace provost::gateway;
using provost::testing::FakeClock;

class TstEventLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbersTheMessagesOfEachStream();
    void replaysExactlyOneStream();
    void goesOnAfterTheReplay();
    void aFinishedStreamIsReplayedToItsEnd();
    void theNewestReaderWins();
    void refusesWhatItCannotReplay_data();
    void refusesWhatItCannotReplay();
    void oldEventsAreForgotten_data();
    void oldEventsAreForgotten();
    void keepsTheOrderOfManyThreads();
    void theEndOfTheSessionEndsItsReaders();
};

PROVOST_TEST(TstEventLog)

namespace {

// A loop's side: what reached it, as "stream number of the loop:event id:message".
class Reader
{
public:
    [[nodiscard]] StreamAddress address(quint64 stream) { return {m_letters.sender(), stream}; }
    [[nodiscard]] QByteArray all() const { return received.join(' '); }

    QByteArrayList received;

private:
    Mailbox<StreamLetter> m_letters{[this](const StreamLetter &letter) {
        received.append(QByteArray::number(letter.stream) + '/'
                        + (letter.message.isEmpty() ? QByteArray("end")
                                                    : letter.eventId + '=' + letter.message));
    }};
};

} // namespace

void TstEventLog::numbersTheMessagesOfEachStream()
{
    FakeClock clock;
    EventLog log(clock);
    QVERIFY(log.append(EventLog::getStream, "a").eventId.isEmpty()); // nobody has opened it
    const auto one = log.begin();
    const auto two = log.begin();
    QCOMPARE(log.lastEventId(one), "1::0");
    QCOMPARE(log.append(one, "a").eventId, "1::1");
    QCOMPARE(log.append(two, "a").eventId, "2::1");
    QCOMPARE(log.append(one, "b").eventId, "1::2");
    QVERIFY(!log.append(one, "c").delivered);
    QCOMPARE(log.lastEventId(one), "1::3");
    QVERIFY(log.append(77, "a").eventId.isEmpty());
}

void TstEventLog::replaysExactlyOneStream()
{
    FakeClock clock;
    EventLog log(clock);
    Reader reader;
    const auto one = log.begin();
    const auto two = log.begin();
    for (const char *message : {"a", "b", "c"}) {
        log.append(one, message);
        log.append(two, message);
    }
    QVERIFY(log.resume("1::1", reader.address(9)));
    QTRY_COMPARE(reader.all(), "9/1::2=b 9/1::3=c");
}

void TstEventLog::goesOnAfterTheReplay()
{
    FakeClock clock;
    EventLog log(clock);
    Reader reader;
    const auto stream = log.begin();
    const auto resumed = log.resume("1::0", reader.address(1));
    QVERIFY(resumed);
    QVERIFY(log.append(stream, "a").delivered);
    log.detach(*resumed);
    QVERIFY(!log.append(stream, "b").delivered); // the reader went as well
    QVERIFY(log.resume("1::1", reader.address(2)));
    QVERIFY(log.append(stream, "c").delivered);
    log.finish(stream);
    QTRY_COMPARE(reader.all(), "1/1::1=a 2/1::2=b 2/1::3=c 2/end");
}

void TstEventLog::aFinishedStreamIsReplayedToItsEnd()
{
    FakeClock clock;
    EventLog log(clock);
    Reader reader;
    const auto stream = log.begin();
    log.append(stream, "answer");
    log.finish(stream);
    QVERIFY(log.resume("1::0", reader.address(1)));
    QVERIFY(log.resume("1::1", reader.address(2))); // had it all
    QTRY_COMPARE(reader.all(), "1/1::1=answer 1/end 2/end");
}

void TstEventLog::theNewestReaderWins()
{
    FakeClock clock;
    EventLog log(clock);
    Reader reader;
    const auto first = log.attach(reader.address(1));
    QCOMPARE(first.eventId, "0::0");
    QVERIFY(log.isRead(EventLog::getStream));
    static_cast<void>(log.attach(reader.address(2)));
    log.detach(first); // too late: it is the second's
    log.append(EventLog::getStream, "a");
    QTRY_COMPARE(reader.all(), "1/end 2/0::1=a");
}

void TstEventLog::refusesWhatItCannotReplay_data()
{
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<ErrorCode>("code");
    QTest::newRow("not ours") << QByteArray("event-7") << ErrorCode::InvalidInput;
    QTest::newRow("empty") << QByteArray() << ErrorCode::InvalidInput;
    QTest::newRow("no number") << QByteArray("1::x") << ErrorCode::InvalidInput;
    QTest::newRow("negative") << QByteArray("1::-1") << ErrorCode::InvalidInput;
    QTest::newRow("another stream") << QByteArray("5::0") << ErrorCode::NotFound;
    QTest::newRow("the future") << QByteArray("1::2") << ErrorCode::NotFound;
}

void TstEventLog::refusesWhatItCannotReplay()
{
    QFETCH(QByteArray, id);
    QFETCH(ErrorCode, code);
    FakeClock clock;
    EventLog log(clock);
    Reader reader;
    log.append(log.begin(), "a");
    const auto resumed = log.resume(id, reader.address(1));
    QVERIFY(!resumed);
    QCOMPARE(resumed.error().code, code);
}

void TstEventLog::oldEventsAreForgotten_data()
{
    QTest::addColumn<int>("messages");
    QTest::addColumn<int>("bytes");
    QTest::addColumn<int>("minutes");
    QTest::newRow("too many") << int(EventLog::eventsMax) << 1 << 0;
    QTest::newRow("too large") << 1 << int(EventLog::bytesMax) << 0;
    QTest::newRow("too old") << 1 << 1 << 6;
}

void TstEventLog::oldEventsAreForgotten()
{
    QFETCH(int, messages);
    QFETCH(int, bytes);
    QFETCH(int, minutes);
    FakeClock clock;
    EventLog log(clock);
    Reader reader;
    const auto stream = log.begin();
    log.append(stream, "first");
    QVERIFY(log.resume("1::0", reader.address(1)));
    clock.advance(std::chrono::minutes(minutes));
    for (int i = 0; i < messages; ++i)
        log.append(stream, QByteArray(bytes, 'x'));
    const auto resumed = log.resume("1::0", reader.address(2));
    QVERIFY(!resumed);
    QCOMPARE(resumed.error().code, ErrorCode::NotFound);
    QVERIFY(log.resume("1::1", reader.address(2))); // the first was all that is gone
    log.finish(stream);
}

void TstEventLog::keepsTheOrderOfManyThreads()
{
    FakeClock clock;
    EventLog log(clock);
    Reader reader;
    static_cast<void>(log.attach(reader.address(1)));
    constexpr int each = 50;
    const auto talk = [&] {
        for (int i = 0; i < each; ++i)
            log.append(EventLog::getStream, "a");
    };
    std::thread other(talk);
    talk();
    other.join();
    QTRY_COMPARE(reader.received.size(), qsizetype(2 * each));
    for (qsizetype i = 0; i < reader.received.size(); ++i)
        QCOMPARE(reader.received[i], QByteArray("1/0::" + QByteArray::number(i + 1) + "=a"));
}

void TstEventLog::theEndOfTheSessionEndsItsReaders()
{
    FakeClock clock;
    EventLog log(clock);
    Reader reader;
    const auto stream = log.begin();
    static_cast<void>(log.attach(reader.address(1)));
    QVERIFY(log.resume("1::0", reader.address(2)));
    log.end();
    QTRY_COMPARE(reader.all(), "1/end 2/end");
    QVERIFY(!log.append(stream, "a").delivered);
    QVERIFY(!log.resume("1::0", reader.address(3)));
    static_cast<void>(log.attach(reader.address(4))); // its loop found the session just before
    QTRY_COMPARE(reader.all(), "1/end 2/end 4/end");
    QVERIFY(!log.isRead(EventLog::getStream));
}

#include "tst_eventlog.moc"
