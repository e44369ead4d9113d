#include "server/base/assert.h"
#include "server/base/json.h"
#include "server/gateway/replyencoder.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::gateway;

class TstReplyEncoder final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void encodesAReply();
    void sendsNoBodyWhereThereIsNone_data();
    void sendsNoBodyWhereThereIsNone();
    void leavesOutHeadersThatWouldBreakTheHead_data();
    void leavesOutHeadersThatWouldBreakTheHead();
    void encodesEvents_data();
    void encodesEvents();
    void encodesDates();
    void escapesReasons();
};

void TstReplyEncoder::encodesAReply()
{
    const HttpReply reply{429, {{"Retry-After", "3"}, {"Cache-Control", "max-age=9"}}, "later"};
    ReplyFraming framing{"now"};
    QCOMPARE(encodeReply(reply, framing),
             QByteArray("HTTP/1.1 429 Too Many Requests\r\nDate: now\r\nRetry-After: 3\r\n"
                        "Cache-Control: max-age=9\r\nX-Content-Type-Options: nosniff\r\n"
                        "Content-Length: 5\r\n\r\nlater"));
    framing.keepAlive = false;
    QVERIFY(encodeReply({599, {}, {}}, framing)
                .startsWith("HTTP/1.1 599 \r\nDate: now\r\nX-Content-Type-Options: nosniff\r\n"
                            "Cache-Control: no-store\r\nConnection: close\r\n"));
}

void TstReplyEncoder::sendsNoBodyWhereThereIsNone_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<bool>("head");
    QTest::addColumn<bool>("length");
    QTest::newRow("204") << 204 << false << false;
    QTest::newRow("304") << 304 << false << false;
    QTest::newRow("HEAD") << 200 << true << true;
}

void TstReplyEncoder::sendsNoBodyWhereThereIsNone()
{
    QFETCH(int, status);
    QFETCH(bool, head);
    ReplyFraming framing;
    framing.withoutBody = head;
    const QByteArray bytes = encodeReply({status, {}, "body"}, framing);
    QVERIFY(bytes.endsWith("\r\n\r\n"));
    QTEST(bytes.contains("Content-Length: 4\r\n"), "length");
}

void TstReplyEncoder::leavesOutHeadersThatWouldBreakTheHead_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("CR LF in a value") << QByteArray("X") << QByteArray("a\r\nSet-Cookie: b");
    QTest::newRow("LF in a value") << QByteArray("X") << QByteArray("a\nb");
    QTest::newRow("colon in a name") << QByteArray("X: y\r\nZ") << QByteArray("a");
    QTest::newRow("own length") << QByteArray("content-length") << QByteArray("7");
    QTest::newRow("own coding") << QByteArray("Transfer-Encoding") << QByteArray("chunked");
}

void TstReplyEncoder::leavesOutHeadersThatWouldBreakTheHead()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    setAbortOnAssert(false); // it is a bug of the handler, reported and survived
    const QByteArray bytes = encodeReply({200, {{name, value}}, "x"}, {});
    setAbortOnAssert(true);
    QCOMPARE(bytes, encodeReply({200, {}, "x"}, {}));
}

void TstReplyEncoder::encodesEvents_data()
{
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<QByteArray>("event");
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const QByteArray &data, const char *id, const char *event,
                        const char *bytes) {
        QTest::newRow(bytes) << data << QByteArray(id) << QByteArray(event) << QByteArray(bytes);
    };
    row("{}", "", "message", "event: message\ndata: {}\n\n");
    row("{}", "s::1", "message", "event: message\nid: s::1\ndata: {}\n\n");
    row("", "s::0", "", "id: s::0\ndata: \n\n"); // opens a stream that can be resumed
    row("a\nb", "", "", "data: a\ndata: b\n\n");
    row("a\r\nb\rc\n", "", "", "data: a\ndata: b\ndata: c\ndata: \n\n");
    row("\n\n", "", "", "data: \ndata: \ndata: \n\n");
}

void TstReplyEncoder::encodesEvents()
{
    QFETCH(QByteArray, data);
    QFETCH(QByteArray, id);
    QFETCH(QByteArray, event);
    QTEST(encodeEvent(data, id, event), "bytes");
    QCOMPARE(encodeComment("a\nb"), QByteArray(": a\n: b\n\n"));
    QCOMPARE(encodeRetry(std::chrono::milliseconds(1'500)), QByteArray("retry: 1500\n\n"));
    QCOMPARE(encodeChunk(QByteArray(26, 'x')), "1a\r\n" + QByteArray(26, 'x') + "\r\n");
    QCOMPARE(encodeChunk({}), QByteArray("0\r\n\r\n"));
}

void TstReplyEncoder::encodesDates()
{
    const auto date = [](std::int64_t seconds) {
        return encodeDate(WallTime{std::chrono::seconds{seconds}});
    };
    QCOMPARE(date(784'111'777), QByteArray("Sun, 06 Nov 1994 08:49:37 GMT")); // RFC 9110 5.6.7
    QCOMPARE(date(0), QByteArray("Thu, 01 Jan 1970 00:00:00 GMT"));
    QCOMPARE(date(1'709'251'199), QByteArray("Thu, 29 Feb 2024 23:59:59 GMT"));
}

void TstReplyEncoder::escapesReasons()
{
    const HttpReply reply = refusalReply(400, "a \"b\"\n");
    QCOMPARE(reply.status, 400);
    const auto json = Json::parse(reply.body);
    QVERIFY(json);
    QCOMPARE((*json)["error"].toByteArray(), QByteArray("a \"b\"\n"));
}

PROVOST_TEST(TstReplyEncoder)
#include "tst_replyencoder.moc"
