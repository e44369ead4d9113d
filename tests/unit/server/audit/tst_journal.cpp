// The journal: what is acknowledged is there afterwards, whatever happens to the process, the disk and the files.
#include "tests/support/fakeclock.h"
#include "tests/support/testing.h"

#include "server/audit/journal.h"
#include "server/audit/journalopening.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <latch>
#include <set>
#include <thread>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace provost;
using namespace provost::audit;
using namespace std::chrono_literals;

namespace {

// Fails the calls that a test asks for.
class FaultyDisk final : public Disk
{
public:
    std::atomic<int> writeError = 0;
    std::atomic<int> syncError = 0;
    std::atomic<int> syncsBeforeError = 0;

    int write(int file, QByteArrayView bytes, qint64 offset) override
    {
        if (writeError == 0)
            return Disk::write(file, bytes, offset);
        // As a full disk does: a part arrives.
        static_cast<void>(Disk::write(file, bytes.first(bytes.size() / 2), offset));
        return writeError;
    }
    int sync(int file) override
    {
        if (syncError != 0 && syncsBeforeError-- <= 0)
            return syncError;
        return Disk::sync(file);
    }
};

Record happened(const QByteArray &action)
{
    return {.action = action, .status = "success"};
}

Record intent(const QByteArray &callId, const QByteArray &user = "alice")
{
    return {.phase = Phase::Intent,
            .callId = callId,
            .user = UserId(user),
            .action = "tool_call",
            .tool = "query",
            .status = "pending"};
}

Record outcome(const QByteArray &callId)
{
    Record record = intent(callId);
    record.phase = Phase::Outcome;
    record.status = "success";
    return record;
}

} // namespace

class TstJournal : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    CommitterPool m_pool{4};
    provost::testing::FakeClock m_clock;
    FaultyDisk m_disk;

    std::filesystem::path directory() const
    {
        return std::filesystem::path(m_directory->path().toStdString()) / "journal";
    }
    Result<std::unique_ptr<Journal>> tryOpen(JournalOptions options = {})
    {
        options.disk = &m_disk;
        return Journal::open(directory(), m_pool, m_clock, options);
    }
    std::unique_ptr<Journal> open(JournalOptions options = {})
    {
        auto journal = tryOpen(options);
        if (!journal)
            qFatal("%s", qPrintable(journal.error().message));
        return *std::move(journal);
    }
    std::vector<Record> records(std::int64_t from = 1) const
    {
        std::vector<Record> all;
        JournalReader reader(directory(), from);
        for (;;) {
            const auto line = reader.next();
            if (!line)
                qFatal("%s", qPrintable(line.error().message));
            if (!*line)
                return all;
            all.push_back(recordFromLine((*line)->text).value());
        }
    }
    QString segment(std::int64_t first = 1) const
    {
        return QString::fromStdString(segmentPath(directory(), first).string());
    }
    QByteArray contents(std::int64_t first = 1) const
    {
        QFile file(segment(first));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void overwrite(const QByteArray &bytes, std::int64_t first = 1) const
    {
        QFile file(segment(first));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QCOMPARE(file.write(bytes), bytes.size());
    }

private Q_SLOTS:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_disk.writeError = 0;
        m_disk.syncError = 0;
        m_disk.syncsBeforeError = 0;
    }

    void numbersRecordsAcrossRestarts()
    {
        {
            const auto journal = open();
            QCOMPARE(journal->lastSequence(), 0);
            QCOMPARE(journal->appendAndWait(happened("start"))->sequence, 1);
            QCOMPARE(journal->appendAndWait(happened("stop"))->sequence, 2);
            QVERIFY(contents().endsWith('\0')); // allocated ahead
        }
        QVERIFY(contents().endsWith("}\n")); // trimmed
        const auto journal = open();
        QCOMPARE(journal->lastSequence(), 2);
        QCOMPARE(journal->opening().bytesCut, 0);
        QCOMPARE(journal->appendAndWait(happened("start"))->sequence, 3);
        const auto all = records();
        QCOMPARE(all.size(), 3U);
        QCOMPARE(all[1].action, "stop");
        QCOMPARE(records(3).size(), 1U);
    }

    void acknowledgesOnTheEventLoopOfTheCaller()
    {
        const auto journal = open();
        std::optional<Result<Receipt>> receipt;
        auto run = [&]() -> Task<void> { receipt = co_await journal->append(happened("start")); };
        spawn(run());
        QTRY_VERIFY(receipt.has_value());
        QCOMPARE((*receipt)->sequence, 1);
    }

    void keepsEveryRecordOfManyThreads()
    {
        constexpr int threads = 64;
        constexpr int each = 50;
        JournalOptions options;
        options.segmentBytesMax = 64 << 10; // several segments
        std::set<std::int64_t> sequences;
        Mutex mutex;
        {
            const auto journal = open(options);
            std::vector<std::jthread> writers;
            for (int t = 0; t < threads; ++t) {
                writers.emplace_back([&, t] {
                    for (int i = 0; i < each; ++i) {
                        const QByteArray id = QByteArray::number(t) + '-' + QByteArray::number(i);
                        for (Record record : {intent(id), outcome(id)}) {
                            const auto receipt = journal->appendAndWait(std::move(record));
                            const Lock lock(mutex);
                            sequences.insert(receipt.value().sequence);
                        }
                    }
                });
            }
        }
        QCOMPARE(sequences.size(), std::size_t(threads * each * 2));
        QVERIFY(listSegments(directory())->size() > 3);
        std::map<QByteArray, int> perCall;
        std::size_t lines = 0;
        for (const Record &record : records()) {
            ++lines;
            if (!record.callId.isEmpty())
                ++perCall[record.callId];
        }
        QCOMPARE(perCall.size(), std::size_t(threads * each));
        QVERIFY(std::all_of(perCall.begin(), perCall.end(),
                            [](const auto &call) { return call.second == 2; }));
        QCOMPARE(open()->opening().callsInterrupted, 0);
        QCOMPARE(records().size(), lines);
    }

    void tellsOfDurableBatches()
    {
        const auto journal = open();
        const auto last = std::make_shared<std::atomic<std::int64_t>>(0);
        journal->setOnCommitted([last](std::int64_t sequence) { *last = sequence; });
        QVERIFY(journal->appendAndWait(happened("start")));
        QTRY_COMPARE(last->load(), 1);
    }

    void refusesASecondOpening()
    {
        const auto journal = open();
        const auto second = tryOpen();
        QVERIFY(!second);
        QVERIFY(second.error().message.contains(QStringLiteral("in use")));
    }

    void refusesASecondProcess()
    {
        const auto journal = open();
        const pid_t child = ::fork();
        if (child == 0) {
            // Only the lock: a fork has none of the other threads.
            ::_exit(DirectoryLock::take(directory()) ? 1 : 0);
        }
        int status = -1;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }

    void closesOpenCallsAsInterrupted()
    {
        {
            const auto journal = open();
            QVERIFY(journal->appendAndWait(intent("c1", "alice")));
            QVERIFY(journal->appendAndWait(intent("c2", "bob")));
            QVERIFY(journal->appendAndWait(outcome("c1")));
        }
        m_clock.advance(5s);
        {
            const auto journal = open();
            QCOMPARE(journal->opening().callsInterrupted, 1);
            QCOMPARE(journal->lastSequence(), 4);
        }
        const Record last = records().back();
        QCOMPARE(last.phase, Phase::Outcome);
        QCOMPARE(last.callId, "c2");
        QCOMPARE(last.status, "interrupted");
        QCOMPARE(last.user, UserId("bob"));
        QCOMPARE(last.timestamp, m_clock.now());
        QCOMPARE(open()->opening().callsInterrupted, 0);
    }

    void findsOpenCallsOfEarlierSegments()
    {
        JournalOptions options;
        options.segmentBytesMax = 4096;
        {
            const auto journal = open(options);
            QVERIFY(journal->appendAndWait(intent("long", "carol")));
            for (int i = 0; i < 100; ++i)
                QVERIFY(journal->appendAndWait(happened("filler")));
        }
        QVERIFY(listSegments(directory())->size() > 3);
        QCOMPARE(open()->opening().callsInterrupted, 1);
        QCOMPARE(records().back().user, UserId("carol"));
    }

    void goesOnWhereASegmentWasBegunButNotUsed()
    {
        {
            const auto journal = open();
            QVERIFY(journal->appendAndWait(intent("c1")));
        }
        overwrite(QByteArray(1000, '\0'), 2);
        const auto journal = open();
        QCOMPARE(journal->opening().callsInterrupted, 1);
        QCOMPARE(listSegments(directory())->size(), 1U);
    }

    void cutsATornTail_data()
    {
        QTest::addColumn<QByteArray>("tail");
        QTest::newRow("half a line") << QByteArray("{\"crc\":\"12345678\",\"seq\":3,\"ba");
        QTest::newRow("zeros then text") << QByteArray(600, '\0') + "half a line\n";
        QTest::newRow("hole in a line") << "{\"crc\":\"1234" + QByteArray(512, '\0') + "x\"}\n";
        // A whole line of the same batch behind a hole: the batch was never synced.
        QByteArray batch(700, '\0');
        batch += '\n';
        sealLine(batch, {4, 0}, "\"phase\":\"event\"");
        QTest::newRow("hole in a batch") << batch;
    }

    void cutsATornTail()
    {
        QFETCH(QByteArray, tail);
        {
            const auto journal = open();
            QVERIFY(journal->appendAndWait(happened("start")));
            QVERIFY(journal->appendAndWait(happened("stop")));
        }
        overwrite(contents() + tail + QByteArray(5000, '\0'));
        {
            const auto journal = open();
            QCOMPARE(journal->opening().bytesCut, tail.size());
            QCOMPARE(journal->appendAndWait(happened("next"))->sequence, 3);
        }
        QCOMPARE(records().size(), 3U);
    }

    void reportsDamage_data()
    {
        QTest::addColumn<int>("line");
        QTest::addColumn<char>("byte");
        QTest::newRow("first line") << 1 << 'X';
        QTest::newRow("middle") << 2 << 'X';
        QTest::newRow("last line, though complete") << 3 << 'X';
        QTest::newRow("zeroed byte in the middle") << 2 << '\0';
    }

    void reportsDamage()
    {
        QFETCH(int, line);
        QFETCH(char, byte);
        {
            const auto journal = open();
            for (int i = 0; i < 3; ++i)
                QVERIFY(journal->appendAndWait(happened("start")));
        }
        QByteArray bytes = contents();
        qsizetype at = 0;
        for (int i = 1; i < line; ++i)
            at = bytes.indexOf('\n', at) + 1;
        bytes[at + 40] = byte;
        overwrite(bytes);
        const auto journal = tryOpen();
        QVERIFY(!journal);
        QCOMPARE(journal.error().code, ErrorCode::Storage);
        QVERIFY2(journal.error().message.contains(
                     QStringLiteral("`%1`, line %2 is damaged").arg(segment()).arg(line)),
                 qPrintable(journal.error().message));
        QCOMPARE(contents(), bytes); // untouched
    }

    void reportsAMissingSegment()
    {
        JournalOptions options;
        options.segmentBytesMax = 1024;
        {
            const auto journal = open(options);
            for (int i = 0; i < 30; ++i)
                QVERIFY(journal->appendAndWait(happened("filler")));
        }
        const auto segments = listSegments(directory()).value();
        QVERIFY(segments.size() > 3);
        std::filesystem::remove(segments[1].path);
        const auto journal = tryOpen();
        QVERIFY(!journal);
        QVERIFY2(journal.error().message.contains(QStringLiteral("records %1 to %2 are missing")
                                                      .arg(segments[1].first)
                                                      .arg(segments[2].first - 1)),
                 qPrintable(journal.error().message));
    }

    void neverAcknowledgesAFailedWrite_data()
    {
        QTest::addColumn<int>("writeError");
        QTest::addColumn<int>("syncError");
        QTest::newRow("disk full") << ENOSPC << 0;
        QTest::newRow("write") << EIO << 0;
        QTest::newRow("sync") << 0 << EIO;
    }

    void neverAcknowledgesAFailedWrite()
    {
        QFETCH(int, writeError);
        QFETCH(int, syncError);
        {
            const auto journal = open();
            QVERIFY(journal->appendAndWait(intent("c1")));
            m_disk.writeError = writeError;
            m_disk.syncError = syncError;
            const auto failed = journal->appendAndWait(outcome("c1"));
            QVERIFY(!failed);
            QCOMPARE(failed.error().code, ErrorCode::Storage);
            QVERIFY(failed.error().message.contains(segment()));
            if (writeError == ENOSPC)
                QVERIFY(failed.error().message.contains(QStringLiteral("bytes are needed")));
            QVERIFY(journal->failure());
            QCOMPARE(journal->lastSequence(), 1);

            // The disk works again, but is not asked before its time.
            m_disk.writeError = 0;
            m_disk.syncError = 0;
            QVERIFY(!journal->appendAndWait(intent("c2")));
            m_clock.advance(2s);
            const auto receipt = journal->appendAndWait(intent("c3"));
            QVERIFY2(receipt, receipt ? "" : qPrintable(receipt.error().message));
            QVERIFY(!journal->failure());
            QVERIFY(journal->appendAndWait(outcome("c3")));
        }
        const auto all = records();
        QCOMPARE(all.size(), 5U); // c1, the new segment, c3, c1 interrupted, c3 done
        QCOMPARE(all[1].action, "segment");
        QVERIFY(all[1].reason.contains("works again"));
        QCOMPARE(all[3].callId, "c1");
        QCOMPARE(all[3].status, "interrupted");
        QVERIFY(std::none_of(all.begin(), all.end(),
                             [](const Record &record) { return record.callId == "c2"; }));
        QCOMPARE(open()->opening().callsInterrupted, 0);
    }

    void staysFailedWhileTheDiskFails()
    {
        const auto journal = open();
        QVERIFY(journal->appendAndWait(happened("start")));
        m_disk.syncError = EIO;
        for (int i = 0; i < 5; ++i) {
            QVERIFY(!journal->appendAndWait(happened("lost")));
            m_clock.advance(2s);
        }
        m_disk.syncError = 0;
        QVERIFY(journal->appendAndWait(happened("found")));
        QCOMPARE(records().size(), 3U);
    }

    void noticesWhatHappensToTheOpenFile_data()
    {
        QTest::addColumn<QString>("what");
        QTest::newRow("deleted") << QStringLiteral("deleted");
        QTest::newRow("replaced") << QStringLiteral("replaced");
        QTest::newRow("truncated") << QStringLiteral("truncated");
    }

    void noticesWhatHappensToTheOpenFile()
    {
        QFETCH(QString, what);
        const auto journal = open();
        QVERIFY(journal->appendAndWait(happened("start")));
        if (what == QLatin1String("truncated")) {
            QFile file(segment());
            QVERIFY(file.resize(20000));
        } else {
            QVERIFY(QFile::remove(segment()));
        }
        if (what == QLatin1String("replaced"))
            overwrite("nothing happened\n");
        const auto failed = journal->appendAndWait(happened("unseen"));
        QVERIFY(!failed);
        QVERIFY(failed.error().message.contains(segment()));

        m_clock.advance(2s);
        const auto receipt = journal->appendAndWait(happened("found"));
        QVERIFY2(receipt, receipt ? "" : qPrintable(receipt.error().message));
        const auto all = records();
        QCOMPARE(all.size(), 3U);
        QCOMPARE(all[0].action, "start"); // put back from the open descriptor
        QCOMPARE(all[1].action, "segment");
        QCOMPARE(all[2].action, "found");
        QCOMPARE(QFile::exists(segment() + QStringLiteral(".stranger")),
                 what == QLatin1String("replaced"));
    }

    void refusesWhileTheModeIsChanged()
    {
        const auto journal = open();
        QVERIFY(journal->appendAndWait(happened("start")));
        QCOMPARE(::chmod(segment().toLocal8Bit().constData(), 0444), 0);
        for (int i = 0; i < 2; ++i) {
            const auto failed = journal->appendAndWait(happened("unseen"));
            QVERIFY(!failed);
            QVERIFY(failed.error().message.contains(QStringLiteral("0600 to 0444")));
            m_clock.advance(2s);
        }
        QCOMPARE(::chmod(segment().toLocal8Bit().constData(), 0600), 0);
        QVERIFY(journal->appendAndWait(happened("found")));
        QCOMPARE(records().size(), 3U);
    }

    void refusesMoreThanItCanHold()
    {
        JournalOptions options;
        options.openCallsMax = 1;
        options.recordBytesMax = 2000;
        const auto journal = open(options);
        QVERIFY(journal->appendAndWait(intent("c1")));
        QCOMPARE(journal->appendAndWait(intent("c2")).error().code, ErrorCode::Unavailable);
        QVERIFY(journal->appendAndWait(outcome("c1")));
        QVERIFY(journal->appendAndWait(intent("c2")));
        // An outcome that is too large is refused, and the call is closed with the next record.
        Record large = outcome("c2");
        large.reason = QByteArray(3000, 'x');
        QCOMPARE(journal->appendAndWait(large).error().code, ErrorCode::TooLarge);
        QVERIFY(journal->appendAndWait(happened("next")));
        QCOMPARE(records().back().status, "interrupted");
        QCOMPARE(journal->appendAndWait(intent("a\"b")).error().code, ErrorCode::InvalidInput);
        QCOMPARE(journal->appendAndWait(intent("")).error().code, ErrorCode::InvalidInput);
    }
};

PROVOST_TEST(TstJournal)
#include "tst_journal.moc"
