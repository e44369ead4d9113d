// The SQLite layer: values go in and come out as they were, errors say what and where, nothing is half done.
#include "tests/support/testing.h"

#include "server/storage/database.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <thread>

using namespace provost;
using namespace provost::storage;

class TstDatabase : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_directory;

    std::filesystem::path path() const
    {
        return std::filesystem::path(m_directory->path().toStdString()) / "test.db";
    }
    Database open(const DatabaseOptions &options = {}) const
    {
        auto database = Database::open(path(), options);
        if (!database)
            qFatal("%s", qPrintable(database.error().message));
        return *std::move(database);
    }
    static std::int64_t count(Database &database)
    {
        auto statement = database.prepare("SELECT count(*) FROM t").value();
        return statement.first([](const Statement &row) { return row.get<std::int64_t>(0); })
            .value()
            .value();
    }

private Q_SLOTS:
    void init() { m_directory = std::make_unique<QTemporaryDir>(); }

    void keepsValuesOfEveryType()
    {
        Database database = open();
        QVERIFY(database.executeScript("CREATE TABLE t (a, b, c, d, e, f, g, h)"));
        const QByteArray text("caf\xc3\xa9 \0 '; DROP TABLE t", 24);
        const WallTime time(Microseconds(1'768'487'025'000'123));
        QVERIFY(database.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)", true,
                                 std::int64_t(-5'000'000'000), 0.25, text, Blob{text},
                                 TenantId("acme-corp"), time, std::optional<int>()));
        auto select = database.prepare("SELECT * FROM t").value();
        QCOMPARE(select.step(), true);
        QCOMPARE(select.get<bool>(0), true);
        QCOMPARE(select.get<std::int64_t>(1), -5'000'000'000);
        QCOMPARE(select.get<double>(2), 0.25);
        QCOMPARE(select.get<QByteArray>(3), text);
        QCOMPARE(select.get<Blob>(4), Blob{text});
        QCOMPARE(select.get<TenantId>(5), TenantId("acme-corp"));
        QCOMPARE(select.get<WallTime>(6), time);
        QCOMPARE(select.get<std::optional<int>>(7), std::nullopt);
        QCOMPARE(select.get<std::optional<bool>>(0), true);
        QVERIFY(select.isNull(7) && !select.isNull(0));
        QCOMPARE(select.step(), false);
    }

    void keepsAnEmptyTextApartFromNull()
    {
        Database database = open();
        auto select = database.prepare("SELECT ? IS NULL, ? IS NULL").value();
        select.bind(QByteArray(), std::nullopt);
        QCOMPARE(select.step(), true);
        QCOMPARE(select.get<bool>(0), false);
        QCOMPARE(select.get<bool>(1), true);
    }

    void undoesATransactionThatIsNotCommitted()
    {
        Database database = open();
        QVERIFY(database.executeScript("CREATE TABLE t (a)"));
        {
            auto transaction = database.begin();
            QVERIFY(transaction);
            QVERIFY(database.execute("INSERT INTO t VALUES (1)"));
        }
        QCOMPARE(count(database), 0);
        auto transaction = database.begin();
        QVERIFY(database.execute("INSERT INTO t VALUES (?)", 2));
        QVERIFY(transaction->commit());
        QCOMPARE(count(database), 1);
        QCOMPARE(database.lastInsertedRow(), 1);
    }

    void namesAConflict()
    {
        Database database = open();
        QVERIFY(database.executeScript("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES ('x')"));
        const auto again = database.execute("INSERT INTO t VALUES (?)", QByteArray("x"));
        QVERIFY(!again);
        QCOMPARE(again.error().code, ErrorCode::Conflict);
        QVERIFY(again.error().message.contains(QStringLiteral("test.db")));
    }

    void saysWhatToDoWhereItCannotOpen()
    {
        const auto none = Database::open("/nonexistent/directory/x.db");
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::Storage);
        QVERIFY(none.error().message.contains(QStringLiteral("`/nonexistent/directory/x.db`")));
        QVERIFY(none.error().message.contains(QStringLiteral("check that the directory")));

        QFile file(QString::fromStdString(path().string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(5000, 'x'));
        file.close();
        const auto foreign = Database::open(path());
        QVERIFY(!foreign);
        QVERIFY(foreign.error().message.contains(QStringLiteral("backup")));
    }

    void keepsItsFilesPrivate()
    {
        Database database = open();
        QVERIFY(database.executeScript("CREATE TABLE t (a)"));
        const auto wal = QString::fromStdString(path().string() + "-wal");
        QVERIFY(QFile::exists(wal));
        for (const QString &file : {QString::fromStdString(path().string()), wal})
            QCOMPARE(QFileInfo(file).permissions() & 0x0077, QFile::Permissions());
    }

    void readsWhileAnotherWrites()
    {
        Database writer = open();
        QVERIFY(writer.executeScript("CREATE TABLE t (a)"));
        auto transaction = writer.begin();
        QVERIFY(writer.execute("INSERT INTO t VALUES (1)"));
        Database reader = open({.access = Access::ReadOnly});
        QCOMPARE(count(reader), 0);
        QVERIFY(!reader.execute("INSERT INTO t VALUES (1)"));
        QVERIFY(transaction->commit());
        QCOMPARE(count(reader), 1);
    }

    void reportsABusyWriter()
    {
        Database first = open();
        Database second = open({.busyTimeout = std::chrono::milliseconds(10)});
        const auto transaction = first.begin();
        QVERIFY(transaction);
        const auto refused = second.begin();
        QVERIFY(!refused);
        QVERIFY(refused.error().message.contains(QStringLiteral("another process")));
    }

    void stopsWhenAsked()
    {
        Database database = open();
        std::stop_source stop;
        database.stopWith(stop.get_token());
        auto endless =
            database
                .prepare("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                         "SELECT count(*) FROM n")
                .value();
        const std::jthread stopper([&] { stop.request_stop(); });
        const auto result = endless.run();
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
        database.stopWith({});
        QVERIFY(database.executeScript("SELECT 1"));
    }

    void migratesStepByStep()
    {
        static constexpr std::array<const char *, 2> steps{
            "CREATE TABLE t (a); INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"};
        {
            Database database = open();
            QVERIFY(migrate(database, std::span(steps).first(1)));
            QVERIFY(migrate(database, std::span(steps).first(1)));
            QCOMPARE(count(database), 1);
        }
        Database database = open();
        QVERIFY(migrate(database, steps));
        QCOMPARE(count(database), 2);
        const auto older = migrate(database, std::span(steps).first(1));
        QVERIFY(!older);
        QVERIFY(older.error().message.contains(QStringLiteral("version 2")));
    }

    void leavesTheSchemaAloneWhenAStepFails()
    {
        static constexpr std::array<const char *, 2> steps{"CREATE TABLE t (a)",
                                                           "INSERT INTO t VALUES (1); nonsense"};
        Database database = open();
        QVERIFY(migrate(database, std::span(steps).first(1)));
        QVERIFY(!migrate(database, steps));
        QCOMPARE(count(database), 0);
    }

    void matchesAsSqlDoes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("pattern");
        for (const char *text : {"", "db.read", "DB.READ", "d%b", "caf\xc3\xa9", "[x]"}) {
            for (const char *pattern :
                 {"", "*", "db.*", "d?.read", "caf?", "[[]x]", "D\\%%", "%A_"})
                QTest::addRow("%s ~ %s", text, pattern) << QByteArray(text) << QByteArray(pattern);
        }
    }

    void matchesAsSqlDoes()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, pattern);
        Database database = open();
        auto select = database.prepare("SELECT ?1 GLOB ?2, ?1 LIKE ?2 ESCAPE '\\'").value();
        select.bind(text, pattern);
        QCOMPARE(select.step(), true);
        QCOMPARE(matchesGlob(pattern, text), select.get<bool>(0));
        QCOMPARE(matchesLike(pattern, text), select.get<bool>(1));
    }
};

PROVOST_TEST(TstDatabase)
#include "tst_database.moc"
