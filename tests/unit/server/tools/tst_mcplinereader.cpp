// LineReader and IdScanner: lines of a stdio server, and whose answer an oversized one was.
#include "server/tools/adapters/mcp/linereader.h"

#include "tests/support/testing.h"

#include <QTest>

using namespace provost::tools::mcp;

class TstMcpLineReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cutsLines()
    {
        const QByteArray text = "{\"a\":1}\r\n\n\r\n{}\nrest";
        for (qsizetype size : {qsizetype(1), qsizetype(5), text.size()}) {
            LineReader reader(100);
            std::vector<Line> got;
            for (qsizetype at = 0; at < text.size(); at += size) {
                for (Line &line : reader.feed(text.mid(at, size)))
                    got.push_back(std::move(line));
            }
            const std::vector<Line> want{QByteArray("{\"a\":1}"), QByteArray("{}")};
            QCOMPARE(got, want);
            QCOMPARE(reader.feed("\n"), std::vector<Line>{QByteArray("rest")});
        }
    }

    void skipsAnOversizedLineButNotItsId()
    {
        LineReader reader(50);
        const QByteArray tooLong =
            "{\"result\":{\"x\":\"" + QByteArray(500, 'y') + "\"},\"id\":42}\n";
        std::vector<Line> got;
        for (const char byte : QByteArray(tooLong + "{}\n")) {
            for (Line &line : reader.feed({&byte, 1}))
                got.push_back(std::move(line));
        }
        const std::vector<Line> want{OversizedLine{tooLong.size() - 1, 42}, QByteArray("{}")};
        QCOMPARE(got, want);
        QCOMPARE(reader.skipped(), 0);
    }

    void keepsALineOfExactlyTheLimit()
    {
        LineReader reader(4);
        QCOMPARE(reader.feed("1234\n12345\n"),
                 (std::vector<Line>{QByteArray("1234"), OversizedLine{5, {}}}));
    }

    void ids_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("want"); // -1: none
        QTest::newRow("first") << QByteArray(R"({"id":7,"result":{}})") << 7LL;
        QTest::newRow("last") << QByteArray(R"({"result":{"id":3},"id": 7 })") << 7LL;
        QTest::newRow("nested only") << QByteArray(R"({"result":{"id":3},"x":[{"id":4}]})") << -1LL;
        QTest::newRow("in a text") << QByteArray("{\"result\":\"\\\"id\\\":5,\",\"id\":6}") << 6LL;
        QTest::newRow("as a value") << QByteArray(R"({"x":"id","y":9})") << -1LL;
        QTest::newRow("text id") << QByteArray(R"({"id":"7"})") << -1LL;
        QTest::newRow("fraction") << QByteArray(R"({"id":7.5})") << -1LL;
        QTest::newRow("null") << QByteArray(R"({"id":null})") << -1LL;
        QTest::newRow("cut off") << QByteArray(R"({"id":7)") << -1LL;
        QTest::newRow("too many digits") << QByteArray(R"({"id":12345678901234567890123})") << -1LL;
        QTest::newRow("longer key") << QByteArray(R"({"idx":7,"xid":8})") << -1LL;
        QTest::newRow("array") << QByteArray(R"(["id",7])") << -1LL;
        QTest::newRow("unbalanced") << QByteArray(R"(}}{"id":7})") << -1LL;
    }

    void ids()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, want);
        IdScanner whole;
        whole.feed(text);
        IdScanner split;
        for (const char byte : text)
            split.feed({&byte, 1});
        QCOMPARE(whole.id().value_or(-1), want);
        QCOMPARE(split.id(), whole.id());
    }
};

PROVOST_TEST(TstMcpLineReader)

#include "tst_mcplinereader.moc"
