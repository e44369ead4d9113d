// The scanner gives every member as it is written and stops at what is not plain JSON in one line.
#include "server/audit/linescanner.h"

#include "server/audit/record.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::audit;

class TstLineScanner : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesMembersAsWritten();
    void skipsOnlyWhatIsWrittenTheSame();
    void stops_data();
    void stops();
    void readsTheSameAsTheParser_data();
    void readsTheSameAsTheParser();
};

void TstLineScanner::givesMembersAsWritten()
{
    const QByteArray line =
        R"({"a":"x","b":-1.50,"c":{"d":["}","\"]"]},"e":"\\","f":"a\"b","g":null,"h":[],"i":""})";
    LineScanner scanner(line);
    QByteArrayList seen;
    while (const auto member = scanner.next())
        seen << member->name.toByteArray() + (member->isPlainString ? '=' : ':')
                    + member->value.toByteArray();
    QVERIFY(scanner.isAtEnd());
    const QByteArrayList expected{R"(a="x")",  "b:-1.50",     R"(c:{"d":["}","\"]"]})",
                                  R"(e:"\\")", R"(f:"a\"b")", "g:null",
                                  "h:[]",      R"(i="")"};
    QCOMPARE(seen, expected);
    QCOMPARE(valueInLine(line, "c"), QByteArrayView(R"({"d":["}","\"]"]})"));
    QVERIFY(valueInLine(line, "d").isEmpty()); // not of the outer object
}

void TstLineScanner::skipsOnlyWhatIsWrittenTheSame()
{
    const QByteArray line = R"({"a":true,"b":"x","b":"x"})";
    LineScanner scanner(line);
    for (const char *other : {"", R"("a":tru)", R"("a":false)", R"("b":"x")"})
        QVERIFY2(!scanner.skip(other), other);
    QVERIFY(scanner.skip(R"("a":true)"));
    QVERIFY(!scanner.skip(R"("b":"x","b":"x"}x)")); // more than the line has
    QVERIFY(scanner.skip(R"("b":"x")"));
    const auto member = scanner.next();
    QVERIFY(member);
    QCOMPARE(member->name, QByteArrayView("b"));
    QVERIFY(!scanner.skip(R"("b":"x")"));
    QVERIFY(!scanner.next());
    QVERIFY(scanner.isAtEnd());

    LineScanner nothing{QByteArrayView(",\"b\":1,")};
    QVERIFY(!nothing.skip(R"("b":1)")); // an object begins with a brace
}

void TstLineScanner::stops_data()
{
    QTest::addColumn<QByteArray>("line");
    for (const char *line :
         {"", "[]", "{", "{}x", R"({"a":1)", R"({"a":1}})", R"({"a":"x)", R"({"a":"x\)",
          R"({"a":"x\"})", R"({"a" :1})", R"({"a\n":1})", R"({"a":[1})", R"({"a":1,})"})
        QTest::newRow(line) << QByteArray(line);
}

void TstLineScanner::stops()
{
    QFETCH(QByteArray, line);
    LineScanner scanner(line);
    while (scanner.next()) {
    }
    QVERIFY(!scanner.isAtEnd());
}

void TstLineScanner::readsTheSameAsTheParser_data()
{
    QTest::addColumn<QByteArray>("members");
    QTest::newRow("plain") << QByteArray(R"("user_id":"alice","records_returned":42)");
    QTest::newRow("escapes") << QByteArray(R"("user_id":"al\u0069ce\\","reason":"a \"b\"")");
    QTest::newRow("white space") << QByteArray(R"("user_id" : "alice" , "tool_name":"x")");
    QTest::newRow("nested") << QByteArray(R"("arguments":{"a":[1,{"b":"}"}]},"roles":["x","y"])");
    QTest::newRow("numbers") << QByteArray(
        R"("duration_ms":1.5,"duration_us":1500,"rpc_error":-32602)");
    QTest::newRow("twice") << QByteArray(R"("user_id":"alice","user_id":"bob")");
    QTest::newRow("wrong kind") << QByteArray(R"("user_id":7)");
    QTest::newRow("not a number") << QByteArray(R"("rpc_error":12x)");
    QTest::newRow("too large") << QByteArray(R"("http_status":99999999999)");
    QTest::newRow("control character") << QByteArray("\"user_id\":\"a\x01b\"");
    QTest::newRow("not UTF-8") << QByteArray("\"user_id\":\"a\xff\"");
    QTest::newRow("bad unknown member") << QByteArray(R"("later":{"x":},"user_id":"alice")");
}

void TstLineScanner::readsTheSameAsTheParser()
{
    QFETCH(QByteArray, members);
    const QByteArray start = R"("phase":"outcome","timestamp":"2026-01-15T14:23:45.000123Z",)";
    const QByteArray plain = "{" + start + members + "}";
    // A blank at the front is legal JSON, and too much for the scanner.
    const QByteArray spaced = "{ " + start + members + "}";
    const auto quick = recordFromLine(plain);
    const auto parsed = recordFromLine(spaced);
    QCOMPARE(quick.has_value(), parsed.has_value());
    if (quick)
        QVERIFY(*quick == *parsed);
}

PROVOST_TEST(TstLineScanner)
#include "tst_linescanner.moc"
