// shapeOf(): how often SQLite would copy the common table expressions of a query.
#include "server/tools/adapters/sql/sqliteshape.h"

#include "tests/support/testing.h"

#include <QTest>

using namespace provost::tools::sql;

class TstSqliteShape : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void countsCopies_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<qint64>("copies");
        QTest::addColumn<QByteArray>("names");
        const auto row = [](const char *name, const char *query, qint64 copies, const char *names) {
            QTest::newRow(name) << QByteArray(query) << copies << QByteArray(names);
        };
        row("none", "SELECT * FROM t", 0, "");
        row("one", "WITH a AS (SELECT 1) SELECT * FROM a", 1, "a");
        row("columns are no mentions", "WITH a AS (SELECT 1 AS x) SELECT a.x, a.* FROM a", 1, "a");
        row("with columns", "WITH a(x, y) AS (SELECT 1, 2) SELECT * FROM a JOIN a AS b", 2, "a");
        row("materialized", "WITH a AS NOT MATERIALIZED (SELECT 1) SELECT * FROM a, a", 2, "a");
        row("chain",
            "WITH a AS (SELECT 1), b AS (SELECT * FROM a, a), c AS (SELECT * FROM b, b) SELECT * "
            "FROM c",
            7, "a b c");
        row("forward",
            "WITH c AS (SELECT * FROM b, b), b AS (SELECT * FROM a, a), a AS (SELECT 1) SELECT * "
            "FROM c",
            7, "c b a");
        row("in", "WITH a AS (SELECT 1) SELECT 1 IN a, 2 IN (a)", 2, "a");
        row("recursive",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT * FROM n", 1,
            "n");
        row("each other", "WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a", 2,
            "a b");
        row("nested", "WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b, b) SELECT * FROM a, a", 6,
            "a b");
        row("quoted",
            "WITH \"A a\" AS (SELECT 1), [b] AS (SELECT * FROM `A a`, 'A a') SELECT * FROM B", 3,
            "a a b");
        row("comments", "WITH a /* ( */ AS -- )\n (SELECT 1) SELECT * FROM/**/a", 1, "a");
        row("text", "SELECT 'WITH a AS (SELECT 1) SELECT * FROM a'", 0, "");
        row("window", "SELECT sum(x) OVER w FROM t WINDOW w AS (PARTITION BY y)", 1, "w");
        row("broken", "WITH a AS ((( SELECT", 0, "a");
        row("broken otherwise", "AS (", 0, "");
        row("empty", "", 0, "");
    }

    void countsCopies()
    {
        QFETCH(QByteArray, query);
        QFETCH(qint64, copies);
        QFETCH(QByteArray, names);
        const SqliteShape shape = shapeOf(query);
        QCOMPARE(shape.copies, copies);
        QByteArray all;
        for (const QByteArray &name : shape.names)
            all += (all.isEmpty() ? "" : " ") + name;
        QCOMPARE(all, names);
    }

    void stopsCounting()
    {
        for (const int width : {2, 10}) {
            QByteArray query = "WITH t0 AS (SELECT 1)";
            for (int i = 1; i < 90; ++i)
                query += ", t" + QByteArray::number(i) + " AS (SELECT * FROM t"
                         + QByteArray::number(i - 1)
                         + QByteArray(", t" + QByteArray::number(i - 1)).repeated(width - 1) + ")";
            // Who counts on would not end.
            QCOMPARE(shapeOf(QByteArray(query + " SELECT * FROM t89")).copies, copiesMax + 1);
        }
        QByteArray many = "WITH x AS (SELECT 1)";
        for (int i = 0; i < 2000; ++i)
            many += ", x" + QByteArray::number(i) + " AS (x)";
        QCOMPARE(shapeOf(QByteArray(many + " SELECT 1")).copies, copiesMax + 1);
    }
};

PROVOST_TEST(TstSqliteShape)
#include "tst_sqliteshape.moc"
