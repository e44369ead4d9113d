// parseStatement(): placeholders in declared statements, and what is no placeholder.
#include "server/tools/adapters/sql/statement.h"

#include "sqltesting.h"
#include "tests/support/testing.h"

#include <QFile>
#include <QTest>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::sql;

class TstSqlStatement : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bindsPlaceholders_data()
    {
        QTest::addColumn<QByteArray>("written");
        QTest::addColumn<QByteArray>("sqlite");
        QTest::addColumn<QByteArray>("postgres"); // empty: refused
        const auto row = [](const char *name, const char *written, const char *sqlite,
                            const char *postgres) {
            QTest::newRow(name) << QByteArray(written) << QByteArray(sqlite)
                                << QByteArray(postgres);
        };
        row("none", "SELECT 1", "SELECT 1", "SELECT 1");
        row("twice", "SELECT :a, :b, :a", "SELECT ?, ?, ?", "SELECT $1, $2, $1");
        row("user", "SELECT ${user.region}, :region", "SELECT ?, ?", "SELECT $1, $2");
        row("text", "SELECT ':a', 'it''s :a', :a", "SELECT ':a', 'it''s :a', ?",
            "SELECT ':a', 'it''s :a', $1");
        row("name", "SELECT \":a\", \"x\"\":a\" FROM t", "SELECT \":a\", \"x\"\":a\" FROM t",
            "SELECT \":a\", \"x\"\":a\" FROM t");
        row("comments", "SELECT :a -- :b\n/* :c */", "SELECT ? -- :b\n/* :c */",
            "SELECT $1 -- :b\n/* :c */");
        row("cast", "SELECT :a::date", "SELECT ?::date", "SELECT $1::date");
        row("final semicolon", "SELECT 1 ; -- done", "SELECT 1  -- done", "SELECT 1  -- done");
        row("dollar quotes", "SELECT $x$ :a ; $x$", "", "SELECT $x$ :a ; $x$");
        row("brackets", "SELECT [a:b] FROM t", "SELECT [a:b] FROM t", "");
        row("semicolon in text", "SELECT ';'", "SELECT ';'", "SELECT ';'");
        row("second statement", "SELECT 1; SELECT 2", "", "");
        row("open text", "SELECT 'a", "", "");
        row("open comment", "SELECT 1 /* a", "", "");
        row("other variable", "SELECT ${data}", "", "");
        row("user without name", "SELECT ${user.}", "", "");
        row("open variable", "SELECT ${user.a", "", "");
        row("numbered", "SELECT $1", "", "");
        row("at", "SELECT @a", "", "SELECT @a");
        row("escapes", "SELECT E'\\' :a'", "SELECT E'\\' ?'", "");
        row("empty", "", "", "");
        row("comment only", "-- nothing", "", "");
    }

    void bindsPlaceholders()
    {
        QFETCH(QByteArray, written);
        QFETCH(QByteArray, sqlite);
        QFETCH(QByteArray, postgres);
        if (QByteArrayView(QTest::currentDataTag()) == QByteArrayView("escapes"))
            sqlite.clear(); // the literal ends at its second quote, and the third opens one
        const auto textOf = [&](Engine engine) {
            const auto parsed = parseStatement(written, engine);
            return parsed ? parsed->text : QByteArray();
        };
        QCOMPARE(textOf(Engine::Sqlite), sqlite);
        if (QByteArrayView(QTest::currentDataTag()) != QByteArrayView("brackets")) // an array there
            QCOMPARE(textOf(Engine::Postgres), postgres);
    }

    void tellsWhereValuesComeFrom()
    {
        const auto parsed = parseStatement("SELECT :a, ${user.id}, :a", Engine::Postgres);
        QCOMPARE(parsed->bindings, (std::vector<Binding>{{Binding::Source::Argument, "a"},
                                                         {Binding::Source::User, "id"}}));
        QCOMPARE(parseStatement("SELECT :a, :a", Engine::Sqlite)->bindings.size(), 2u);
    }

    void quotesNames()
    {
        QCOMPARE(quoted("a"), "\"a\"");
        QCOMPARE(quoted("a\"; DROP"), "\"a\"\"; DROP\"");
    }

    // The demo organisation's servers are what this room can make.
    void theDemoServersCanBeMade_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("analytics") << QStringLiteral("analytics.yaml");
        QTest::newRow("builtin") << QStringLiteral("builtin.yaml");
    }

    void theDemoServersCanBeMade()
    {
        QFETCH(QString, file);
        QFile yaml(QStringLiteral(PROVOST_SOURCE_DIR "/policies/demo/servers/") + file);
        QVERIFY(yaml.open(QIODevice::ReadOnly));
        const tools::testing::SqlBench bench(yaml.readAll(), "/nonexistent");
        QCOMPARE(bench.problem(), QString());
    }
};

PROVOST_TEST(TstSqlStatement)
#include "tst_sqlstatement.moc"
