// The index file, written in batches of all sizes: however its rows come together in blocks, it answers as a loop over the
// records does. And what becomes of it when a block is not what it was.
#include "tests/support/testing.h"
#include "tests/unit/server/audit/randomlog.h"

#include "server/audit/index.h"
#include "server/audit/indexfile.h"

#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::audit;
using namespace provost::audit::testing;
using namespace std::chrono_literals;

class TstIndexFile : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_directory;
    QuickDisk m_disk;
    CommitterPool m_pool{2};
    RandomLog m_log{11};
    std::unique_ptr<Journal> m_journal;

    std::filesystem::path data() const { return m_directory->path().toStdString(); }
    std::filesystem::path journal() const { return data() / "journal"; }
    std::filesystem::path path() const { return data() / "index.db"; }
    std::vector<Expected> write(int calls)
    {
        return m_log.write(*m_journal, journal(), calls, RandomLog::Manner::Unruly);
    }
    // Batches of up to `linesMax`; now and then the file is opened afresh.
    void index(std::uint64_t linesMax)
    {
        for (std::int64_t last = -1; last < m_journal->lastSequence();) {
            auto file = IndexFile::open(path(), journal()).value();
            auto reader = JournalReader::after(journal(), file.watermark());
            for (std::uint64_t batch = 1 + m_log.random.below(60); batch > 0; --batch) {
                for (std::uint64_t lines = 1 + m_log.random.below(linesMax); lines > 0; --lines) {
                    const auto line = reader.next().value();
                    if (!line)
                        break;
                    file.add(*line);
                }
                if (const auto flushed = file.flush(); !flushed)
                    qFatal("%s", qPrintable(flushed.error().message));
            }
            last = file.watermark().sequence;
        }
    }
    AuditReader reader() const { return AuditReader::open(path(), journal()).value(); }
    storage::Database database() const { return storage::Database::open(path()).value(); }
    std::int64_t integer(const QByteArray &sql) const
    {
        auto index = database();
        auto select = index.prepare(sql).value();
        return select.first([](const storage::Statement &row) { return row.get<std::int64_t>(0); })
            .value()
            .value_or(-1);
    }
    // The cell of a column of the first block that has one ends too early from now on.
    void cut(Column column) const
    {
        auto index = database();
        const QByteArray number = QByteArray::number(int(column));
        const auto cut = index.executeScript(
            "UPDATE cell SET data = substr(data, 1, length(data) - 1) WHERE id = (SELECT max(id) "
            "FROM cell WHERE id & 63 = "
            + number + ")");
        if (!cut)
            qFatal("%s", qPrintable(cut.error().message));
    }

private Q_SLOTS:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_journal = Journal::open(journal(), m_pool, m_log.clock,
                                  {.segmentBytesMax = 300'000, .disk = &m_disk})
                        .value();
    }
    void cleanup() { m_journal.reset(); }

    void answersTheSameWhateverTheBatches_data()
    {
        QTest::addColumn<int>("linesMax");
        for (const int lines : {1, 20, 700, 5000})
            QTest::addRow("up to %d lines", lines) << lines;
    }

    void answersTheSameWhateverTheBatches()
    {
        QFETCH(int, linesMax);
        const auto all = write(1200);
        index(std::uint64_t(linesMax));

        // Blocks follow each other, hold every row, and are not many.
        QCOMPARE(integer("SELECT sum(row_count) FROM block"), std::int64_t(all.size()));
        QCOMPARE(
            integer("SELECT count(*) FROM block a JOIN block b ON a.first_seq < b.first_seq AND "
                    "a.last_seq >= b.first_seq"),
            0);
        QVERIFY(integer("SELECT max(row_count) FROM block") <= blockRowsMax);
        QVERIFY(integer("SELECT count(*) FROM block") <= 25);
        QCOMPARE(
            integer("SELECT count(*) FROM cell WHERE id >> 6 NOT IN (SELECT first_seq FROM block)"),
            0);

        AuditReader reader = this->reader();
        const WallTime middle = all[all.size() / 2].record.timestamp;
        for (int round = 0; round < 20; ++round) {
            // Without a filter the sums answer.
            const QByteArray text = round < 3 ? QByteArray() : m_log.filter(3);
            AuditQuery query{Filter::fromText(text, m_log.clock.now()).value(), {}};
            if (round % 3 == 1)
                query.range.until = middle;
            if (round % 3 == 2)
                query.range = {middle - 40min, middle + 20min};
            const QByteArray difference = differenceTo(all, reader, query, 150);
            QVERIFY2(difference.isEmpty(), QByteArray(text + ": " + difference).constData());
        }
        for (std::size_t i = 0; i < all.size(); i += 7) {
            const auto detail = reader.detail(all[i].sequence).value();
            Record bare = all[i].record;
            bare.arguments = bare.attributes = bare.details = Json();
            QCOMPARE(detail.row.record, bare);
            if (detail.row.concluded)
                QCOMPARE(reader.detail(*detail.row.concluded)->row, detail.row);
            // A rare value, on both sides of the stretches' borders.
            if (const QByteArray &id = all[i].record.callId; !id.isEmpty()) {
                const auto found =
                    reader.page({Filter::fromText(QByteArray("call:" + id), {}).value(), {}}, {});
                QCOMPARE(found->rows.size(), 1U);
                QCOMPARE(found->rows.front().key.sequence, all[i].sequence);
            }
        }
    }

    void saysThatABlockIsDamaged_data()
    {
        QTest::addColumn<int>("column");
        QTest::addColumn<int>("calls");
        QTest::newRow("numbers") << int(Field::Time) << 200;
        QTest::newRow("texts") << int(Field::Call) << 200;
        QTest::newRow("short ones") << int(shortColumns) << 10;
    }

    void saysThatABlockIsDamaged()
    {
        QFETCH(int, column);
        QFETCH(int, calls);
        write(calls);
        index(5000);
        cut(Column(column));
        AuditReader reader = this->reader();
        const auto page = reader.page({}, {});
        QVERIFY(!page);
        QCOMPARE(page.error().code, ErrorCode::Storage);
        QVERIFY(page.error().message.contains(QStringLiteral("is damaged at records")));
        QVERIFY(page.error().message.contains(QString::fromStdString(path().string())));
    }

    void isMadeAnewWhenItsWriterMeetsADamagedBlock()
    {
        write(200);
        index(5000);
        // It does not look at this one before it joins the last block.
        cut(columnOf(Field::Milliseconds));
        write(300);
        {
            auto file = IndexFile::open(path(), journal()).value();
            QVERIFY(file.watermark().sequence > 0);
            auto lines = JournalReader::after(journal(), file.watermark());
            while (const auto line = lines.next().value())
                file.add(*line);
            const auto flushed = file.flush();
            QVERIFY(!flushed);
            QCOMPARE(flushed.error().code, ErrorCode::Storage);
        }
        QCOMPARE(AuditReader::open(path(), journal()).error().code, ErrorCode::NotFound);
        QCOMPARE(IndexFile::open(path(), journal())->watermark().sequence, 0);
    }

    void aDamagedBlockDoesNotStopTheIndexer()
    {
        write(200);
        index(5000);
        cut(columnOf(Field::Milliseconds));
        write(300);
        Indexer indexer(0ms);
        const IndexSource source{journal(), path()};
        static_cast<void>(indexer.follow(source, m_journal->lastSequence()));
        QTRY_COMPARE(indexer.progress(source).indexed, m_journal->lastSequence());
        QVERIFY(reader().page({}, {}));
    }
};

PROVOST_TEST(TstIndexFile)
#include "tst_indexfile.moc"
