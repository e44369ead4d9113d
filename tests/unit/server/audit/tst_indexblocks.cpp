// The index as its writer sees it, with more rows than a block takes: batches of any size, calls that end much later, a
// clock that is set back. Whatever came in which batch, the answers are those of a plain loop over the records.
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include "server/audit/block.h"
#include "server/audit/indexfile.h"
#include "server/audit/query.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>

using namespace provost;
using namespace provost::audit;
using namespace std::chrono_literals;

namespace {

struct Expected
{
    std::int64_t sequence = 0;
    Record record;
};

bool isBefore(const Expected &a, const Expected &b)
{
    return std::pair(a.record.timestamp, a.sequence) < std::pair(b.record.timestamp, b.sequence);
}

} // namespace

class TstIndexBlocks : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    provost::testing::SeededRandom m_random{5};
    std::optional<IndexFile> m_file;
    WallTime m_now = fromRfc3339("2026-01-15T10:00:00Z").value();
    std::int64_t m_sequence = 0;
    std::vector<Expected> m_all;     // in the order of their sequence
    std::vector<std::size_t> m_open; // of them

    std::filesystem::path path() const
    {
        return std::filesystem::path(m_directory->path().toStdString()) / "index.db";
    }
    void openFile()
    {
        auto opened = IndexFile::open(path(), m_directory->path().toStdString());
        if (!opened)
            qFatal("%s", qPrintable(opened.error().message));
        m_file.emplace(*std::move(opened));
    }
    AuditReader reader() const
    {
        return AuditReader::open(path(), m_directory->path().toStdString()).value();
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
        record.timestamp = m_now;
        record.user = UserId(oneOf({"alice", "bob", ""}));
        record.agent = "claude/2"; // always the same
        record.tool = m_random.below(200) == 0 ? "rare" : oneOf({"db.read", "db.write", ""});
        record.workflowId = "wf_" + QByteArray::number(int(m_random.below(300)));
        record.requestId = "req_" + QByteArray::number(int(m_random.below(1000)));
        record.status = phase == Phase::Intent ? "pending" : oneOf({"success", "denied", "error"});
        record.durationUs = std::int64_t(m_random.below(1'000'000));
        if (m_random.below(3) == 0)
            record.recordsReturned = std::int64_t(m_random.below(5));
        if (m_random.below(3) == 0)
            record.arguments = Json::object({{"q", oneOf({"SELECT", "update"})}});
        return record;
    }
    void add(const Record &record)
    {
        QByteArray members;
        QByteArray line;
        appendMembers(members, record);
        sealLine(line, {++m_sequence, 0}, members);
        line.chop(1);
        m_file->add({{m_sequence, 0}, {m_sequence, m_sequence * 100, line.size()}, line});
    }
    // One thing that happens: an event, a call that begins, or one that ends.
    void happen()
    {
        m_now += Microseconds(m_random.below(2'000'000));
        if (m_random.below(300) == 0)
            m_now -= 10min; // somebody sets the clock
        const auto kind = m_random.below(10);
        if (kind >= 5 && !m_open.empty()) {
            // Mostly one of the last, sometimes any.
            const std::size_t last = m_open.size() - 1;
            const std::size_t which =
                m_random.below(20) == 0 ? m_random.below(m_open.size()) : last;
            Expected &call = m_all[m_open[which]];
            m_open.erase(m_open.begin() + std::ptrdiff_t(which));
            Record outcome = randomRecord(Phase::Outcome, call.record.callId);
            add(outcome);
            call.record = folded(call.record, std::move(outcome));
            return;
        }
        const Phase phase = kind == 0 ? Phase::Event : Phase::Intent;
        const QByteArray id =
            phase == Phase::Event ? QByteArray() : "c" + QByteArray::number(m_all.size());
        const Record record = randomRecord(phase, id);
        if (phase == Phase::Intent)
            m_open.push_back(m_all.size());
        add(record);
        m_all.push_back({m_sequence, record});
    }
    void happen(std::size_t times)
    {
        for (; times > 0; --times)
            happen();
        QVERIFY(m_file->flush());
    }
    std::vector<BlockInfo> blocks() const
    {
        auto database = storage::Database::open(path()).value();
        const QByteArray columns = BlockInfo::columns;
        auto select =
            database.prepare("SELECT " + columns + " FROM block ORDER BY first_seq").value();
        return select.all(BlockInfo::read).value();
    }
    static std::vector<std::int64_t> allPages(AuditReader &reader, const AuditQuery &query,
                                              Direction direction)
    {
        std::vector<std::int64_t> sequences;
        PageRequest request{.direction = direction, .rowsMax = 500};
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
    void compare(const QByteArray &filter)
    {
        AuditReader reader = this->reader();
        const AuditQuery query{Filter::fromText(filter, m_now).value(), {}};
        std::vector<Expected> matching;
        for (const Expected &one : m_all) {
            if (query.filter.matches(one.record, one.sequence))
                matching.push_back(one);
        }
        std::sort(matching.rbegin(), matching.rend(), isBefore);
        std::vector<std::int64_t> expected; // newest first
        std::map<QByteArray, std::int64_t> users;
        std::int64_t denied = 0;
        for (const Expected &one : matching) {
            expected.push_back(one.sequence);
            denied += one.record.status == "denied" ? 1 : 0;
            if (expected.size() <= 700 && !one.record.user.value.isEmpty())
                ++users[one.record.user.value];
        }
        if (allPages(reader, query, Direction::Older) != expected
            || allPages(reader, query, Direction::Newer) != expected)
            QFAIL(filter.constData());
        QCOMPARE(reader.count(query, 1'000'000)->matching, std::int64_t(expected.size()));
        std::int64_t deniedInBars = 0;
        const auto histogram = reader.histogram(query, 50).value();
        for (const HistogramBar &bar : histogram.bars)
            deniedInBars += bar.denied;
        QCOMPARE(deniedInBars, denied);
        const Field fields[] = {Field::User};
        const auto facets = reader.facets(query, fields, 10, 700).value();
        QCOMPARE(facets.isSample, expected.size() > 700);
        QCOMPARE(facets.facets[0].values.size(), users.size());
        for (const FacetValue &value : facets.facets[0].values)
            QCOMPARE(value.count, users[value.value]);
    }

private Q_SLOTS:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_sequence = 0;
        m_all.clear();
        m_open.clear();
        openFile();
    }
    void cleanup() { m_file.reset(); }

    void answersAsALoopWhateverTheBatches_data()
    {
        QTest::addColumn<int>("linesMax");
        QTest::addColumn<int>("lines");
        QTest::newRow("single lines") << 1 << 700;
        QTest::newRow("small batches") << 40 << 5000;
        QTest::newRow("large batches") << 5000 << 15000;
    }

    void answersAsALoopWhateverTheBatches()
    {
        QFETCH(int, linesMax);
        QFETCH(int, lines);
        while (m_sequence < lines) {
            happen(1 + m_random.below(std::uint64_t(linesMax)));
            if (m_random.below(10) == 0 && linesMax > 1) {
                // A server that starts again finds the open calls. There is no journal here to compare with.
                auto database = storage::Database::open(path()).value();
                m_file.reset();
                QVERIFY(database.executeScript("UPDATE watermark SET seq = 0"));
                openFile();
            }
        }
        for (const char *filter :
             {"", "tool:rare", "tool:rare OR workflow:wf_7", "status:pending", "user:\"\"",
              "status:denied -user:alice", "workflow:wf_1*", "call:c77", "call:c77 OR call:c1",
              "call:nobody", "request:req_33", "ms>500", "records:*", "seq:600..900", "select",
              "-tool:*", "agent:claude/2", "tool:rare status:denied", "-(tool:rare OR user:bob)"})
            compare(filter);
        AuditReader reader = this->reader();
        for (const Expected &one : m_all) {
            if (one.sequence % 37 != 0 || one.record.callId.isEmpty())
                continue;
            Record bare = one.record;
            bare.arguments = Json();
            const QByteArray filter = "call:" + bare.callId;
            const auto page = reader.page({Filter::fromText(filter, {}).value(), {}}, {});
            QCOMPARE(page->rows.size(), 1U);
            QCOMPARE(page->rows.front().record, bare);
            QCOMPARE(page->rows.front().key.sequence, one.sequence);
        }
    }

    void gathersRowsInBlocks()
    {
        // One at a time: as many blocks as a binary number has ones, and none is overfull.
        for (int i = 0; i < 1500; ++i) {
            add(randomRecord(Phase::Event, {}));
            QVERIFY(m_file->flush());
        }
        auto gathered = blocks();
        QVERIFY(gathered.size() <= 11);
        std::int64_t last = 0;
        std::int64_t rows = 0;
        for (const BlockInfo &block : gathered) {
            QVERIFY(block.first > last && block.last >= block.first);
            QVERIFY(block.rows <= blockRowsMax);
            last = block.last;
            rows += block.rows;
        }
        QCOMPARE(rows, 1500);
        // Many at a time: full ones.
        for (int i = 0; i < 4000; ++i)
            add(randomRecord(Phase::Event, {}));
        QVERIFY(m_file->flush());
        gathered = blocks();
        QVERIFY(gathered.size() <= 11 + 4);
    }

    void keepsTheArgumentsOfAnEarlierBatch()
    {
        Record intent = randomRecord(Phase::Intent, "c1");
        intent.arguments = Json::object({{"q", "needle"}});
        add(intent);
        QVERIFY(m_file->flush());
        Record outcome = randomRecord(Phase::Outcome, "c1");
        outcome.arguments = Json();
        add(outcome);
        QVERIFY(m_file->flush());
        const AuditQuery query{Filter::fromText("needle", {}).value(), {}};
        QCOMPARE(reader().count(query, 10)->matching, 1);
        QVERIFY(reader().page(query, {})->rows.front().concluded);
        QCOMPARE(blocks().front().open, 0);
    }
};

PROVOST_TEST(TstIndexBlocks)
#include "tst_indexblocks.moc"
