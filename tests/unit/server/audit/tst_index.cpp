// The index against the truth: whatever is asked, the answer is what a plain loop over the records gives.
#include "tests/support/fakeclock.h"
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

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
using namespace std::chrono_literals;

namespace {

// A record as the index should show it.
struct Expected
{
    std::int64_t sequence = 0;
    Record record;
};

// These tests are not about power loss.
class QuickDisk final : public Disk
{
public:
    int sync(int) override { return 0; }
    int syncAll(int) override { return 0; }
};

bool isBefore(const Expected &a, const Expected &b)
{
    return std::pair(a.record.timestamp, a.sequence) < std::pair(b.record.timestamp, b.sequence);
}

} // namespace

class TstIndex : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    QuickDisk m_disk;
    CommitterPool m_pool{2};
    provost::testing::FakeClock m_clock;
    provost::testing::SeededRandom m_random{7};

    std::filesystem::path data() const { return m_directory->path().toStdString(); }
    IndexSource source() const { return {data() / "journal", data() / "index.db"}; }

    std::unique_ptr<Journal> openJournal()
    {
        auto journal = Journal::open(source().journal, m_pool, m_clock,
                                     {.segmentBytesMax = 50000, .disk = &m_disk});
        if (!journal)
            qFatal("%s", qPrintable(journal.error().message));
        return *std::move(journal);
    }
    static void append(Journal &journal, const Record &record)
    {
        const auto receipt = journal.appendAndWait(record);
        if (!receipt)
            qFatal("%s", qPrintable(receipt.error().message));
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
    QByteArray oneOf(std::initializer_list<const char *> values)
    {
        return *(values.begin() + m_random.below(values.size()));
    }
    Record randomRecord(Phase phase, const QByteArray &callId)
    {
        Record record;
        record.phase = phase;
        record.callId = callId;
        record.timestamp = m_clock.now();
        record.user = UserId(oneOf({"alice", "bob", "carol", ""}));
        record.agent = oneOf({"claude", "cursor/1.0", "Cursor"});
        record.action = phase == Phase::Event ? oneOf({"start", "stop"}) : "tool_call";
        record.tool = oneOf({"db.read", "db.write", "fs.read", "[x]", "caf\xc3\xa9", ""});
        record.resource = oneOf({"sales", "db%", "db_", "a b", ""});
        record.status = phase == Phase::Intent
                            ? "pending"
                            : oneOf({"success", "denied", "error", "rate_limited"});
        record.decision = oneOf({"allow", "deny", ""});
        record.policy = oneOf({"p1", "p2", ""});
        record.requestId = "req_" + QByteArray::number(int(m_random.below(50)));
        record.durationUs = std::int64_t(m_random.below(5000));
        record.costMicroUsd = std::int64_t(m_random.below(3)) * 500000;
        if (m_random.below(2) == 0)
            record.recordsReturned = std::int64_t(m_random.below(5));
        if (m_random.below(3) == 0)
            record.httpStatus = 400 + int(m_random.below(4));
        if (m_random.below(2) == 0)
            record.arguments = Json::object({{"q", oneOf({"SELECT x", "50%", "a_b"})}});
        for (const char *role : {"analyst", "admin"}) {
            if (m_random.below(2) == 0)
                record.roles.emplace_back(role);
        }
        record.toolError = m_random.below(4) == 0;
        return record;
    }
    QByteArray randomTerm()
    {
        switch (m_random.below(16)) {
        case 0:
            return "tool:" + oneOf({"db.*", "*.read", "[x]", "?x]", "*", "\"\"", "caf?", "none"});
        case 1: return "user:" + oneOf({"alice", "*o*", "\"\"", "*", "ALICE"});
        case 2: return "agent:" + oneOf({"cursor*", "Cursor", "claude"});
        case 3: return "status:" + oneOf({"denied", "pending", "success", "e*"});
        case 4: return "resource:" + oneOf({"db*", "db_", "\"a b\"", "*"});
        case 5: return "role:" + oneOf({"admin", "a*", "none", "\"\"", "*"});
        case 6: return "ms" + oneOf({">", "<=", ":", "!="}) + oneOf({"2.5", "0", "4.999", "1"});
        case 7: return "cost" + oneOf({">", "<", ":", ">="}) + oneOf({"0.5", "1", "0"});
        case 8: return "records" + oneOf({">2", ":*", "<=1", ":1..3", "!=2"});
        case 9: return "http" + oneOf({":403", ":*", ">401", "!=400"});
        case 10: return "request:" + oneOf({"req_1", "req_1*", "*_2?", "\"\"", "*"});
        case 11: return "seq" + oneOf({">100", "<50", ":10..30"});
        case 12: return "phase:" + oneOf({"event", "intent", "outcome"});
        case 13: return oneOf({"select", "50%", "a_b", "DB", "cursor", "\"a b\"", "req_3"});
        case 14: return "time" + oneOf({">2026-01-15T14:30", "<2026-01-15T14:25", ">=2026-01-15"});
        default: return "decision" + oneOf({":deny", "!=allow", ":*"}) + " tool_error:true";
        }
    }
    QByteArray randomFilter(int depth)
    {
        if (depth == 0 || m_random.below(3) == 0)
            return (m_random.below(4) == 0 ? "-" : "") + QByteArray(randomTerm());
        const QByteArray left = randomFilter(depth - 1);
        const QByteArray right = randomFilter(depth - 1);
        switch (m_random.below(3)) {
        case 0: return left + " " + right;
        case 1: return "(" + left + " OR " + right + ")";
        default: return "-(" + left + " " + right + ")";
        }
    }
    // Writes calls and events, some of them open to the end; what the index should show, oldest first.
    std::vector<Expected> fill(Journal &journal, int calls)
    {
        std::vector<Expected> all;
        std::vector<std::size_t> open;
        const auto write = [&](const Record &record) {
            append(journal, record);
            return journal.lastSequence();
        };
        for (int i = 0; i < calls; ++i) {
            m_clock.advance(Microseconds(m_random.below(10'000'000)));
            const QByteArray id = "c" + QByteArray::number(i);
            if (m_random.below(5) == 0) {
                const Record event = randomRecord(Phase::Event, {});
                all.push_back({write(event), event});
                continue;
            }
            if (m_random.below(5) == 0) { // refused before an intent
                const Record outcome = randomRecord(Phase::Outcome, id);
                all.push_back({write(outcome), outcome});
                continue;
            }
            const Record intent = randomRecord(Phase::Intent, id);
            open.push_back(all.size());
            all.push_back({write(intent), intent});
            while (!open.empty() && m_random.below(3) != 0) {
                const std::size_t which = m_random.below(open.size());
                Expected &call = all[open[which]];
                open.erase(open.begin() + std::ptrdiff_t(which));
                Record outcome = randomRecord(Phase::Outcome, call.record.callId);
                write(outcome);
                call.record = folded(call.record, std::move(outcome));
            }
        }
        // The journal's own events, at the start of each segment.
        JournalReader lines(source().journal);
        for (;;) {
            const auto line = lines.next().value();
            if (!line)
                break;
            const Record record = recordFromLine(line->text).value();
            if (record.action == "segment")
                all.push_back({line->position.sequence, record});
        }
        std::sort(all.begin(), all.end(), isBefore);
        return all;
    }
    static std::vector<std::int64_t> allPages(AuditReader &reader, const AuditQuery &query,
                                              Direction direction)
    {
        std::vector<std::int64_t> sequences;
        PageRequest request{.direction = direction, .rowsMax = 7};
        for (;;) {
            const AuditPage page = reader.page(query, request).value();
            std::vector<std::int64_t> part;
            for (const AuditRow &row : page.rows)
                part.push_back(row.key.sequence);
            const bool isOlder = direction == Direction::Older;
            sequences.insert(isOlder ? sequences.end() : sequences.begin(), part.begin(),
                             part.end());
            if (!page.more)
                return sequences;
            request.anchor = isOlder ? page.rows.back().key : page.rows.front().key;
        }
    }

private Q_SLOTS:
    void init() { m_directory = std::make_unique<QTemporaryDir>(); }

    void answersAsALoopOverTheRecordsDoes()
    {
        const auto journal = openJournal();
        const auto all = fill(*journal, 250);
        QVERIFY(listSegments(source().journal)->size() > 2);
        index(journal->lastSequence());
        AuditReader reader = this->reader();
        const WallTime middle = all[all.size() / 2].record.timestamp;
        for (int round = 0; round < 150; ++round) {
            const QByteArray text = randomFilter(3);
            AuditQuery query{Filter::fromText(text, m_clock.now()).value(), {}};
            QCOMPARE(Filter::fromText(query.filter.canonical(), {}).value(), query.filter);
            if (round % 3 == 1)
                query.range.from = middle;
            if (round % 3 == 2)
                query.range = {middle - 10min, middle + 5min};
            std::vector<std::int64_t> expected; // newest first
            std::int64_t denied = 0;
            std::map<QByteArray, std::int64_t> tools;
            for (auto one = all.rbegin(); one != all.rend(); ++one) {
                const WallTime time = one->record.timestamp;
                if (!query.filter.matches(one->record, one->sequence)
                    || time < query.range.from.value_or(time)
                    || time >= query.range.until.value_or(WallTime::max()))
                    continue;
                expected.push_back(one->sequence);
                denied += one->record.status == "denied" ? 1 : 0;
                if (!one->record.tool.isEmpty())
                    ++tools[one->record.tool];
            }
            if (allPages(reader, query, Direction::Older) != expected
                || allPages(reader, query, Direction::Newer) != expected)
                QFAIL(text.constData());
            QCOMPARE(reader.count(query, 1'000'000)->matching, std::int64_t(expected.size()));
            const auto capped = reader.count(query, 10).value();
            QCOMPARE(capped.isCapped, expected.size() > 10 && !query.filter.matchesAll());
            HistogramBar sum;
            const auto histogram = reader.histogram(query, 20).value();
            for (const HistogramBar &bar : histogram.bars) {
                sum.total += bar.total;
                sum.denied += bar.denied;
            }
            QCOMPARE(sum.total, std::int64_t(expected.size()));
            QCOMPARE(sum.denied, denied);
            const Field fields[] = {Field::Tool};
            const auto facets = reader.facets(query, fields, 100).value();
            QCOMPARE(facets.rows, std::int64_t(expected.size()));
            QCOMPARE(facets.facets[0].values.size(), tools.size());
            for (const FacetValue &value : facets.facets[0].values)
                QCOMPARE(value.count, tools[value.value]);
        }
    }

    void showsEachRecordAsItIs()
    {
        const auto journal = openJournal();
        const auto all = fill(*journal, 100);
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
            m_clock.advance(1s);
            append(*journal, randomRecord(Phase::Intent, "c" + QByteArray::number(i)));
        }
        index(journal->lastSequence());
        AuditReader reader = this->reader();
        const AuditPage first = reader.page({}, {.rowsMax = 5}).value();
        for (int i = 0; i < 20; ++i) {
            m_clock.advance(1s);
            append(*journal, randomRecord(Phase::Outcome, "c" + QByteArray::number(i)));
            append(*journal, randomRecord(Phase::Event, {}));
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
        append(*journal, randomRecord(Phase::Intent, "c1"));
        QTRY_COMPARE(grown->load(), 1);
        QCOMPARE(reader().page({}, {})->rows.front().record.status, "pending");
        append(*journal, randomRecord(Phase::Outcome, "c1"));
        QTRY_COMPARE(grown->load(), 2);
        const auto rows = reader().page({}, {})->rows;
        QCOMPARE(rows.size(), 1U);
        QCOMPARE(rows.front().concluded, 2);
        QCOMPARE(reader().watermark(), 2);
        indexer.forget(source());
        append(*journal, randomRecord(Phase::Event, {}));
        QCOMPARE(indexer.progress(source()).indexed, 0); // unknown by now
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
        fill(*journal, 50);
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
            fill(*journal, 60);
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
        fill(*journal, 20);
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
            Record event = randomRecord(Phase::Event, {});
            event.timestamp = start + i * 30s; // an hour
            append(*journal, event);
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
        fill(*journal, 200);
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
            m_clock.advance(1s);
            append(*journal, {.timestamp = m_clock.now(),
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
                 (std::vector<AgentActivity>{{UserId("alice"), "x/1", m_clock.now(), 3}}));
    }

    void readsTheJournalsWithoutAnIndex()
    {
        const auto journal = openJournal();
        const auto all = fill(*journal, 100);
        const auto places = journalsIn(data()).value();
        QCOMPARE(places.size(), 1U);
        QVERIFY(places[0].tenant.isEmpty());
        for (int round = 0; round < 20; ++round) {
            const Filter filter = Filter::fromText(randomFilter(2), m_clock.now()).value();
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
        append(*journal, randomRecord(Phase::Intent, "old"));
        append(*journal, {.action = "before"});
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
        QTRY_VERIFY((append(*journal, {.action = "probe"}), hasBegun.load()));
        Record outcome = randomRecord(Phase::Outcome, "old");
        outcome.action = "late";
        append(*journal, outcome);
        auto tenant = Journal::open(placeOf(data(), TenantId("new")).journal, m_pool, m_clock);
        QVERIFY(tenant);
        append(**tenant, {.action = "elsewhere"});
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
