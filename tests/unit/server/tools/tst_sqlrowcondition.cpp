// The row condition in SQL against policy::admits(): both must let the same rows pass, whatever the rows hold.
#include "server/tools/adapters/sql/rowcondition.h"

#include "sqltesting.h"
#include "tests/support/testing.h"

#include <QTest>

#include <sqlite3.h>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::sql;
using policy::RowFilter;
using provost::testing::SeededRandom;
using Operator = RowFilter::Operator;

namespace {

// One column for each affinity, and one with a collation of its own.
constexpr const char *createTables =
    "CREATE TABLE t(n INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL, d "
    "NUMERIC, e BLOB, f, g TEXT COLLATE NOCASE)";
constexpr const char *names[]{"a", "b", "c", "d", "e", "f", "g"};

// Few values, so that they meet.
Json someValue(SeededRandom &random)
{
    static const std::vector<Json> values{
        nullptr,
        0,
        1,
        -1,
        5,
        Json::number("1.0"),
        Json::number("1.5"),
        Json::number("9007199254740993"),
        Json::number("9007199254740992.0"),
        "",
        "a",
        "A",
        "ab",
        "b",
        "1",
        "1.0",
        "5 ",
        "EU",
        "\xc3\xa9",
        "\xf0\x9f\x98\x80x",
        "%",
        "_",
        "'",
        Json(QByteArray("a\0b", 3)),
    };
    return values[random.below(values.size())];
}

Json someOperand(SeededRandom &random)
{
    switch (random.below(12)) {
    case 0: return true;
    case 1: return Json::array({1, "a"});
    case 2: return Json::number("18446744073709551615");
    default: return someValue(random);
    }
}

RowFilter someFilter(SeededRandom &random, int depth)
{
    RowFilter filter;
    const auto inner = {Operator::And, Operator::Or, Operator::Not};
    static const std::vector<Operator> leaves{
        Operator::True,    Operator::False,       Operator::Equal,      Operator::NotEqual,
        Operator::Less,    Operator::LessOrEqual, Operator::Greater,    Operator::GreaterOrEqual,
        Operator::In,      Operator::Has,         Operator::StartsWith, Operator::EndsWith,
        Operator::Contains};
    if (depth > 0 && random.below(3) > 0) {
        filter.op = *(inner.begin() + random.below(3));
        const auto count = filter.op == Operator::Not ? 1 : random.below(4);
        for (std::uint64_t i = 0; i < count; ++i)
            filter.operands.push_back(someFilter(random, depth - 1));
        return filter;
    }
    filter.op = leaves[random.below(leaves.size())];
    filter.attribute = random.below(12) == 0 ? "absent" : names[random.below(std::size(names))];
    filter.value = someOperand(random);
    if (filter.op == Operator::In) {
        filter.value = Json::array();
        for (auto left = random.below(4); left > 0; --left)
            filter.value.append(someOperand(random));
    }
    return filter;
}

void bind(sqlite3_stmt *statement, int index, const Json &value)
{
    if (value.isNull())
        sqlite3_bind_null(statement, index);
    else if (const auto whole = value.toInteger(); whole && !value.numberText().contains('.'))
        sqlite3_bind_int64(statement, index, *whole);
    else if (value.isNumber())
        sqlite3_bind_double(statement, index, *value.toDouble());
    else
        sqlite3_bind_text(statement, index, value.toByteArray().constData(),
                          int(value.toByteArray().size()), SQLITE_TRANSIENT);
}

Json columnOf(sqlite3_stmt *statement, int index)
{
    switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER: return std::int64_t(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT: return sqlite3_column_double(statement, index);
    case SQLITE_NULL: return nullptr;
    default: {
        const auto *text = sqlite3_column_text(statement, index);
        return QByteArray(reinterpret_cast<const char *>(text),
                          sqlite3_column_bytes(statement, index));
    }
    }
}

} // namespace

class TstSqlRowCondition : public QObject
{
    Q_OBJECT

    sqlite3 *m_database = nullptr;
    std::map<std::int64_t, Json> m_rows;
    std::vector<Column> m_columns;

    std::vector<std::int64_t> selected(const RowFilter &filter)
    {
        ConditionOptions options;
        options.placeholder = [](std::size_t n) -> QByteArray {
            return '?' + QByteArray::number(static_cast<int>(n) + 1);
        };
        const ConditionText condition = conditionFor(filter, m_columns, options);
        sqlite3_stmt *statement = nullptr;
        const QByteArray sql = "SELECT n, (" + condition.sql + ") IS NULL FROM t WHERE "
                               + condition.sql + " ORDER BY n";
        if (sqlite3_prepare_v2(m_database, sql.constData(), -1, &statement, nullptr) != SQLITE_OK)
            qFatal("%s: %s", sqlite3_errmsg(m_database), sql.constData());
        for (std::size_t i = 0; i < condition.values.size(); ++i)
            bind(statement, static_cast<int>(i) + 1, condition.values[i]);
        std::vector<std::int64_t> found;
        while (sqlite3_step(statement) == SQLITE_ROW)
            found.push_back(sqlite3_column_int64(statement, 0));
        sqlite3_finalize(statement);
        return found;
    }

private Q_SLOTS:
    void initTestCase()
    {
        sqlite3_open(":memory:", &m_database);
        sqlite3_exec(m_database, createTables, nullptr, nullptr, nullptr);
        sqlite3_exec(m_database,
                     "CREATE INDEX i ON t(a); CREATE INDEX j ON t(f); CREATE INDEX k ON t(g)",
                     nullptr, nullptr, nullptr);
        for (const char *name : names)
            m_columns.push_back({name, {}, ColumnKind::Dynamic, true});
        SeededRandom random(7);
        sqlite3_stmt *insert = nullptr;
        sqlite3_prepare_v2(m_database, "INSERT INTO t VALUES(NULL,?,?,?,?,?,?,?)", -1, &insert,
                           nullptr);
        for (int row = 0; row < 200; ++row) {
            for (int column = 1; column <= int(std::size(names)); ++column)
                bind(insert, column, someValue(random));
            QCOMPARE(sqlite3_step(insert), SQLITE_DONE);
            sqlite3_reset(insert);
        }
        sqlite3_finalize(insert);
        sqlite3_stmt *select = nullptr; // as the columns' affinities have stored it
        sqlite3_prepare_v2(m_database, "SELECT n, a, b, c, d, e, f, g FROM t", -1, &select,
                           nullptr);
        while (sqlite3_step(select) == SQLITE_ROW) {
            Json row = Json::object();
            for (int column = 1; column <= int(std::size(names)); ++column)
                row.set(names[column - 1], columnOf(select, column));
            m_rows.emplace(sqlite3_column_int64(select, 0), row);
        }
        sqlite3_finalize(select);
        QCOMPARE(m_rows.size(), 200u);
    }

    void cleanupTestCase() { sqlite3_close(m_database); }

    void letsTheRowsPassThatThePolicyAdmits()
    {
        SeededRandom random(11);
        int passed = 0;
        for (int round = 0; round < 5000; ++round) {
            const RowFilter filter = someFilter(random, static_cast<int>(random.below(4)));
            std::vector<std::int64_t> admitted;
            for (const auto &[number, row] : m_rows) {
                if (policy::admits(filter, row))
                    admitted.push_back(number);
            }
            const auto found = selected(filter);
            // What the databases cannot compare exactly may be left out, but nothing may come in.
            const bool isSubset =
                std::includes(admitted.begin(), admitted.end(), found.begin(), found.end());
            QVERIFY2(isSubset, policy::toText(filter).constData());
            const QByteArray text = policy::toText(filter);
            if (!text.contains("18446744073709551615") && !text.contains("900719925474099"))
                QVERIFY2(found == admitted, text.constData());
            passed += static_cast<int>(found.size());
        }
        QVERIFY(passed > 10'000); // the filters do let rows pass
    }

    // Each as the documents say it: absent is neither, and NOT does not change that.
    void isThreeValued_data()
    {
        QTest::addColumn<RowFilter>("filter");
        QTest::addColumn<QByteArray>("sql");
        const RowFilter absent = tools::testing::leaf(Operator::Equal, "absent", "EU");
        const RowFilter notAbsent{.op = Operator::Not, .operands = {absent}};
        QTest::newRow("absent") << absent << QByteArray("(1=0)");
        QTest::newRow("not absent") << notAbsent << QByteArray("(1=0)");
        QTest::newRow("not not absent")
            << RowFilter{.op = Operator::Not, .operands = {notAbsent}} << QByteArray("(1=0)");
        QTest::newRow("nothing or") << RowFilter{.op = Operator::Or} << QByteArray("(1=0)");
        QTest::newRow("nothing and") << RowFilter{.op = Operator::And} << QByteArray("(1=1)");
        QTest::newRow("broken not") << RowFilter{.op = Operator::Not} << QByteArray("(1=0)");
    }

    void isThreeValued()
    {
        QFETCH(RowFilter, filter);
        QFETCH(QByteArray, sql);
        ConditionOptions options;
        options.placeholder = [](std::size_t) { return QByteArray("?"); };
        QCOMPARE(conditionFor(filter, m_columns, options).sql, sql);
    }
};

PROVOST_TEST(TstSqlRowCondition)
#include "tst_sqlrowcondition.moc"
