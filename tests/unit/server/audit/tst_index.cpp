// The index against the truth: whatever is asked, the answer is what a plain loop over the records gives.
#include "tests/support/testing.h"
#include "tests/unit/server/audit/randomlog.h"

#include "server/audit/index.h"
#include "server/audit/journal.h"
#include "server/audit/journalreader.h"
#include "server/audit/query.h"
#include "server/audit/readers.h"
#include "server/storage/database.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

using namespace provost;
using namespace provost::audit;
using namespace provost::audit::testing;
using namespace std::chrono_literals;

class TstIndex : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    QuickDisk m_disk;
    CommitterPool m_pool{2};
    RandomLog m_log{7};

    std::filesystem::path data() const { return m_directory->path().toStdString(); }
    IndexSource source() const { return {data() / "journal", data() / "index.db"}; }

    std::unique_ptr<Journal> openJournal()
    {
        auto journal = Journal::open(source().journal, m_pool, m_log.clock,
                                     {.segmentBytesMax = 50000, .disk = &m_disk});
        if (!journal)
            qFatal("%s", qPrintable(journal.error().message));
        return *std::move(journal);
    }
    // Brings the index up to date and closes it.
    void index(std::int64_t last)
    {
        Indexer indexer(0ms);
        static_cast<void>(indexer.follow(source(), last));
        QTRY_COMPARE(indexer.progress(source()).indexed, last);
    }
    AuditReader reader() const
    {
        auto opened = AuditReader::open(source().index, source().journal);
        if (!opened)
            qFatal("%s", qPrintable(opened.error().message));
        return *std::move(opened);
    }

private Q_SLOTS:
    void init() { m_directory = std::make_unique<QTemporaryDir>(); }

    void answersAsALoopOverTheRecordsDoes()
    {
        const auto journal = openJournal();
        const auto all = m_log.write(*journal, source().journal, 250);
        QVERIFY(listSegments(source().journal)->size() > 2);
        index(journal->lastSequence());
        AuditReader reader = this->reader();
        const WallTime middle = all[all.size() / 2].record.timestamp;
        for (int round = 0; round < 150; ++round) {
            const QByteArray text = m_log.filter(3);
            AuditQuery query{Filter::fromText(text, m_log.clock.now()).value(), {}};
            QCOMPARE(Filter::fromText(query.filter.canonical(), {}).value(), query.filter);
            if (round % 3 == 1)
                query.range.from = middle;
            if (round % 3 == 2)
                query.range = {middle - 10min, middle + 5min};
            const QByteArray difference = differenceTo(all, reader, query);
            QVERIFY2(difference.isEmpty(), QByteArray(text + ": " + difference).constData());
        }
    }

    void showsEachRecordAsItIs()
    {
        const auto journal = openJournal();
        const auto all = m_log.write(*journal, source().journal, 100);
        index(journal->lastSequence());
        AuditReader reader = this->reader();
        for (const Expected &one : all) {
            const auto detail = reader.detail(one.sequence);
            QVERIFY(detail);
            Record bare = one.record;
            bare.arguments = bare.attributes = bare.details = Json();
            QCOMPARE(detail->row.record, bare);
            QCOMPARE(detail->row.key, (RowKey{one.record.timestamp, one.sequence}));
            const bool isOpen = one.record.phase == Phase::Intent;
            QCOMPARE(detail->row.concluded.has_value(), !isOpen);
            QCOMPARE(detail->outcomeLine.isEmpty(), isOpen);
            if (!isOpen) {
                QCOMPARE(recordFromLine(detail->outcomeLine)->callId, one.record.callId);
                // By the number of its other line too.
                QCOMPARE(reader.detail(*detail->row.concluded)->row, detail->row);
            }
            if (!detail->intentLine.isEmpty())
                QCOMPARE(readHeader(detail->intentLine)->sequence, one.sequence);
        }
        QCOMPARE(reader.detail(999999).error().code, ErrorCode::NotFound);
    }

    void keepsPagesStableWhileCallsEndAndBegin()
    {
        const auto journal = openJournal();
        for (int i = 0; i < 20; ++i) {
            m_log.clock.advance(1s);
            RandomLog::append(*journal, m_log.record(Phase::Intent, "c" + QByteArray::number(i)));
        }
        index(journal->lastSequence());
        AuditReader reader = this->reader();
        const AuditPage first = reader.page({}, {.rowsMax = 5}).value();
        for (int i = 0; i < 20; ++i) {
            m_log.clock.advance(1s);
            RandomLog::append(*journal, m_log.record(Phase::Outcome, "c" + QByteArray::number(i)));
            RandomLog::append(*journal, m_log.record(Phase::Event, {}));
        }
        index(journal->lastSequence());
        const AuditPage second =
            reader.page({}, {.anchor = first.rows.back().key, .rowsMax = 5}).value();
        QCOMPARE(second.rows.front().key.sequence, first.rows.back().key.sequence - 1);
        QVERIFY(second.rows.front().concluded);
        QCOMPARE(reader.count({}, 1000)->matching, 40);
    }

    void followsALiveJournal()
    {
        const auto journal = openJournal();
        Indexer indexer(0ms);
        journal->setOnCommitted(indexer.follow(source(), journal->lastSequence()));
        const auto grown = std::make_shared<std::atomic<std::int64_t>>(0);
        indexer.setOnIndexed([grown](const IndexSource &, std::int64_t last) { *grown = last; });
        // An index without rows can be asked.
        QTRY_VERIFY(AuditReader::open(source().index, source().journal));
        QCOMPARE(reader().count({}, 10)->matching, 0);
        QVERIFY(reader().histogram({}, 10)->bars.empty());
        RandomLog::append(*journal, m_log.record(Phase::Intent, "c1"));
        QTRY_COMPARE(grown->load(), 1);
        QCOMPARE(reader().page({}, {})->rows.front().record.status, "pending");
        RandomLog::append(*journal, m_log.record(Phase::Outcome, "c1"));
        QTRY_COMPARE(grown->load(), 2);
        const auto rows = reader().page({}, {})->rows;
        QCOMPARE(rows.size(), 1U);
        QCOMPARE(rows.front().concluded, 2);
        QCOMPARE(reader().watermark(), 2);
        indexer.forget(source());
        RandomLog::append(*journal, m_log.record(Phase::Event, {}));
        QCOMPARE(indexer.progress(source()).indexed, 0); // unknown by now
    }

    void gathersWhatComesWhileItWrites()
    {
        constexpr auto gathering = 20ms;
        const auto journal = openJournal();
        Indexer indexer(gathering);
        const auto batches = std::make_shared<std::atomic<int>>(0);
        indexer.setOnIndexed([batches](const IndexSource &, std::int64_t) { ++*batches; });
        const auto start = std::chrono::steady_clock::now();
        const auto elapsed = [start] { return std::chrono::steady_clock::now() - start; };
        journal->setOnCommitted(indexer.follow(source(), journal->lastSequence()));
        while (elapsed() < 10 * gathering)
            RandomLog::append(*journal, m_log.record(Phase::Event, {}));
        QTRY_COMPARE(indexer.progress(source()).indexed, journal->lastSequence());
        QVERIFY(batches->load() <= elapsed() / gathering + 1);
    }

    void isBuiltAgainWhenItIsGoneOrForeign_data()
    {
        QTest::addColumn<QString>("what");
        for (const char *what : {"deleted", "garbage", "version", "journal"})
            QTest::newRow(what) << QString::fromUtf8(what);
    }

    void isBuiltAgainWhenItIsGoneOrForeign()
    {
        QFETCH(QString, what);
        auto journal = openJournal();
        m_log.write(*journal, source().journal, 50);
        index(journal->lastSequence());
        const auto before =
            allPages(*std::make_unique<AuditReader>(reader()), {}, Direction::Older);
        const QString file = QString::fromStdString(source().index.string());
        if (what == QLatin1String("deleted")) {
            QVERIFY(QFile::remove(file));
        } else if (what == QLatin1String("garbage")) {
            QFile garbage(file);
            QVERIFY(garbage.open(QIODevice::WriteOnly | QIODevice::Truncate));
            garbage.write(QByteArray(10000, 'x'));
        } else if (what == QLatin1String("version")) {
            auto database = storage::Database::open(source().index).value();
            QVERIFY(database.executeScript("PRAGMA user_version = 999"));
            QCOMPARE(AuditReader::open(source().index, source().journal).error().code,
                     ErrorCode::NotFound);
        } else {
            // Another journal in the same place, as after a restore.
            journal.reset();
            std::filesystem::remove_all(source().journal);
            journal = openJournal();
            m_log.write(*journal, source().journal, 60);
            index(journal->lastSequence());
            const auto now =
                allPages(*std::make_unique<AuditReader>(reader()), {}, Direction::Older);
            QVERIFY(now.size() >= 60);
            return;
        }
        index(journal->lastSequence());
        QCOMPARE(allPages(*std::make_unique<AuditReader>(reader()), {}, Direction::Older), before);
    }

    void saysWhyItDoesNotGoOn()
    {
        auto journal = openJournal();
        m_log.write(*journal, source().journal, 20);
        const std::int64_t last = journal->lastSequence();
        journal.reset();
        QFile segment(QString::fromStdString(segmentPath(source().journal, 1).string()));
        QVERIFY(segment.open(QIODevice::ReadWrite));
        segment.seek(200);
        segment.write("X");
        segment.close();
        Indexer indexer(0ms);
        static_cast<void>(indexer.follow(source(), last));
        QTRY_VERIFY(indexer.progress(source()).failure);
        QVERIFY(indexer.progress(source()).failure->message.contains(QStringLiteral("line 1")));
    }

    void drawsRoundBarsOverTheRange()
    {
        const auto journal = openJournal();
        const WallTime start = fromRfc3339("2026-01-15T10:00:30Z").value();
        for (int i = 0; i < 120; ++i) {
            Record event = m_log.record(Phase::Event, {});
            event.timestamp = start + i * 30s; // an hour
            RandomLog::append(*journal, event);
        }
        index(journal->lastSequence());
        AuditReader reader = this->reader();
        const auto all = reader.histogram({}, 20).value();
        QCOMPARE(all.width, Microseconds(5min));
        QCOMPARE(all.bars.size(), 13U);
        QCOMPARE(all.bars[0].from, fromRfc3339("2026-01-15T10:00:00Z").value());
        QCOMPARE(all.bars[0].total, 9);
        QCOMPARE(all.bars[1].total, 10);
        QCOMPARE(all.bars[12].total, 1);
        // A range that cuts minutes, from the sums and from the rows.
        const TimeRange range{start + 95s, start + 40min + 5s};
        const auto cut = reader.histogram({{}, range}, 20).value();
        const auto filtered =
            reader.histogram({Filter::fromText("phase:event", {}).value(), range}, 20).value();
        QCOMPARE(cut.width, Microseconds(5min));
        QCOMPARE(cut.bars, filtered.bars);
        QCOMPARE(reader.count({{}, range}, 1)->matching, 77);
        QVERIFY(reader.histogram({{}, {start, start}}, 20)->bars.empty());
    }

    void stopsWhenAsked()
    {
        const auto journal = openJournal();
        m_log.write(*journal, source().journal, 200);
        index(journal->lastSequence());
        AuditReader reader = this->reader();
        std::stop_source stop;
        reader.stopWith(stop.get_token());
        stop.request_stop();
        const auto page = reader.histogram({Filter::fromText("-x", {}).value(), {}}, 20);
        QVERIFY(!page);
        QCOMPARE(page.error().code, ErrorCode::Cancelled);
    }

    void namesValuesAndAgents()
    {
        const auto journal = openJournal();
        for (const char *tool : {"db.read", "db.write", "fs.read"}) {
            m_log.clock.advance(1s);
            RandomLog::append(*journal, {.timestamp = m_log.clock.now(),
                                         .user = UserId("alice"),
                                         .agent = "x/1",
                                         .tool = tool});
        }
        index(journal->lastSequence());
        AuditReader reader = this->reader();
        QCOMPARE(reader.values(Field::Tool, "db", 10).value(),
                 (std::vector<QByteArray>{"db.read", "db.write"}));
        QCOMPARE(reader.values(Field::Tool, "", 1).value(), (std::vector<QByteArray>{"db.read"}));
        QCOMPARE(reader.agents({}).value(),
                 (std::vector<AgentActivity>{{UserId("alice"), "x/1", m_log.clock.now(), 3}}));
    }

    void readsTheJournalsWithoutAnIndex()
    {
        const auto journal = openJournal();
        const auto all = m_log.write(*journal, source().journal, 100);
        const auto places = journalsIn(data()).value();
        QCOMPARE(places.size(), 1U);
        QVERIFY(places[0].tenant.isEmpty());
        for (int round = 0; round < 20; ++round) {
            const Filter filter = Filter::fromText(m_log.filter(2), m_log.clock.now()).value();
            std::multiset<QByteArray> expected;
            for (const Expected &one : all) {
                if (one.record.phase != Phase::Intent && filter.matches(one.record, one.sequence))
                    expected.insert(toJson(one.record).toBytes());
            }
            std::multiset<QByteArray> found;
            const auto count =
                readMatching(places, filter, [&](QByteArrayView line, const Record &record) {
                    found.insert(toJson(record).toBytes());
                    return recordFromLine(line)->phase != Phase::Intent;
                });
            QCOMPARE(count, std::int64_t(expected.size()));
            QCOMPARE(found, expected);
        }
        QCOMPARE(journalsIn(data() / "none").error().code, ErrorCode::NotFound);
    }

    void followsWhatIsWrittenFromNowOn()
    {
        const auto journal = openJournal();
        RandomLog::append(*journal, m_log.record(Phase::Intent, "old"));
        RandomLog::append(*journal, {.action = "before"});
        std::mutex mutex;
        std::vector<QByteArray> seen;
        std::atomic<bool> hasBegun = false;
        std::jthread tail([&](const std::stop_token &stop) {
            const Filter filter = Filter::fromText("-action:segment", {}).value();
            // The first thing that it sees tells that it has begun.
            static_cast<void>(followMatching(
                data(), filter,
                [&](QByteArrayView, const Record &record) {
                    hasBegun = true;
                    const std::lock_guard lock(mutex);
                    seen.push_back(record.action);
                    return true;
                },
                stop));
        });
        QTRY_VERIFY((RandomLog::append(*journal, {.action = "probe"}), hasBegun.load()));
        Record outcome = m_log.record(Phase::Outcome, "old");
        outcome.action = "late";
        RandomLog::append(*journal, outcome);
        auto tenant = Journal::open(placeOf(data(), TenantId("new")).journal, m_pool, m_log.clock);
        QVERIFY(tenant);
        RandomLog::append(**tenant, {.action = "elsewhere"});
        const auto hasSeen = [&](const char *action) {
            const std::lock_guard lock(mutex);
            return std::find(seen.begin(), seen.end(), action) != seen.end();
        };
        QTRY_VERIFY(hasSeen("late") && hasSeen("elsewhere"));
        QVERIFY(!hasSeen("before"));
    }
};

PROVOST_TEST(TstIndex)
#include "tst_index.moc"
