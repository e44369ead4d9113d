#include "server/protocol/headervalue.h"
#include "server/protocol/jsonrpc.h"
#include "server/protocol/meta.h"
#include "server/protocol/text.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;

class TstJsonRpc : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void encodesResults();
    void encodesErrors();
    void encodesNotifications();
    void encodesRequests();
    void readsResponses();
    void keepsNumbersAndOrderOfParams();
    void headerValuesSurvive_data();
    void headerValuesSurvive();
    void readsTheAgentsName_data();
    void readsTheAgentsName();
    void readsMeta();
    void textOfClientsStaysValid();
};

PROVOST_TEST(TstJsonRpc)

void TstJsonRpc::encodesResults()
{
    QCOMPARE(protocol::encodeResult("a\"b", Json::object({{"x", 1}})),
             QByteArray(R"({"jsonrpc":"2.0","id":"a\"b","result":{"x":1}})"));
}

void TstJsonRpc::encodesErrors()
{
    QCOMPARE(
        protocol::encodeError(7, {404, -32601, "no \"x\"", {}}),
        QByteArray(R"({"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no \"x\""}})"));
    QCOMPARE(
        protocol::encodeError({}, {400, -32700, "no", Json::object({{"at", 3}})}),
        QByteArray(R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"no","data":{"at":3}}})"));
}

void TstJsonRpc::encodesNotifications()
{
    QCOMPARE(protocol::encodeNotification("notifications/x", {}),
             QByteArray(R"({"jsonrpc":"2.0","method":"notifications/x"})"));
    QCOMPARE(protocol::encodeNotification("notifications/x", Json::object({{"a", 1}})),
             QByteArray(R"({"jsonrpc":"2.0","method":"notifications/x","params":{"a":1}})"));
}

void TstJsonRpc::encodesRequests()
{
    QCOMPARE(protocol::encodeRequest("s-1", "roots/list", Json::object()),
             QByteArray(R"({"jsonrpc":"2.0","id":"s-1","method":"roots/list","params":{}})"));
}

void TstJsonRpc::readsResponses()
{
    const auto result = protocol::decodeMessage(
        *Json::parse(R"({"jsonrpc":"2.0","id":"s-1","result":{"roots":[]}})"));
    QVERIFY(result && result->kind == protocol::MessageKind::Response);
    QCOMPARE(result->result.toBytes(), QByteArray(R"({"roots":[]})"));
    QVERIFY(result->error.isNull());
    const auto error = protocol::decodeMessage(
        *Json::parse(R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}})"));
    QVERIFY(error);
    QVERIFY(error->result.isNull());
    QCOMPARE(error->error["message"], Json("no"));
}

void TstJsonRpc::keepsNumbersAndOrderOfParams()
{
    const QByteArray params = R"({"z":1.0,"a":12345678901234567890,"e":1E5,"u":{"unknown":null}})";
    const QByteArray text = R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" + params + '}';
    const auto body = protocol::parseBody(text);
    QVERIFY(body);
    const auto message = protocol::decodeMessage(*body);
    QVERIFY(message);
    QCOMPARE(message->params.toBytes(), params);
}

void TstJsonRpc::headerValuesSurvive_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("plain");
    QTest::newRow("word") << QByteArray("query") << true;
    QTest::newRow("uri") << QByteArray("file:///a b") << true;
    QTest::newRow("empty") << QByteArray("") << false;
    QTest::newRow("padded") << QByteArray(" a") << false;
    QTest::newRow("tab at the end") << QByteArray("a\t") << false;
    QTest::newRow("line end") << QByteArray("a\nb") << false;
    QTest::newRow("umlaut") << QByteArray("Zürich") << false;
    QTest::newRow("looks encoded") << QByteArray("=?base64?YQ==?=") << false;
}

void TstJsonRpc::headerValuesSurvive()
{
    QFETCH(QByteArray, value);
    QFETCH(bool, plain);
    const QByteArray encoded = protocol::encodeHeaderValue(value);
    QCOMPARE(encoded == value, plain);
    QCOMPARE(protocol::decodeHeaderValue(encoded), std::optional(value));
}

void TstJsonRpc::readsTheAgentsName_data()
{
    QTest::addColumn<QByteArray>("info");
    QTest::addColumn<QByteArray>("agent");
    QTest::newRow("both") << QByteArray(R"({"name":"a","version":"1"})") << QByteArray("a 1");
    QTest::newRow("no version") << QByteArray(R"({"name":"a"})") << QByteArray();
    QTest::newRow("no object") << QByteArray("7") << QByteArray();
    QTest::newRow("line ends") << QByteArray(R"({"name":"a\nb","version":"1"})")
                               << QByteArray("a b 1");
    QTest::newRow("too long") << QByteArray(R"({"name":")" + QByteArray(300, 'x')
                                            + R"(","version":"1"})")
                              << QByteArray(200, 'x');
    QTest::newRow("cut between characters")
        << QByteArray(R"({"name":"x)" + QByteArray("é").repeated(150) + R"(","version":"1"})")
        << QByteArray("x" + QByteArray("é").repeated(99));
}

void TstJsonRpc::readsTheAgentsName()
{
    QFETCH(QByteArray, info);
    QFETCH(QByteArray, agent);
    QCOMPARE(protocol::agentOf(Json::parse(info).value()), agent);
}

void TstJsonRpc::readsMeta()
{
    const auto params =
        Json::parse(R"({"_meta":{"progressToken":"t","io.provost/workflowId":"w-1"}})");
    QCOMPARE(protocol::progressTokenOf(*params), Json("t"));
    QCOMPARE(protocol::workflowIdOf(*params), QByteArray("w-1"));
    const auto wrong =
        Json::parse(R"({"_meta":{"progressToken":1.5,"io.provost/workflowId":"w 1"}})");
    QVERIFY(protocol::progressTokenOf(*wrong).isNull());
    QVERIFY(protocol::workflowIdOf(*wrong).isEmpty());
    QVERIFY(protocol::metaOf(*Json::parse(R"({"_meta":[]})")) == nullptr);
}

void TstJsonRpc::textOfClientsStaysValid()
{
    QCOMPARE(protocol::clipped("abc", 3), QByteArray("abc"));
    QCOMPARE(protocol::clipped("abc", 2), QByteArray("ab"));
    QCOMPARE(protocol::clipped("aé", 2), QByteArray("a"));
    QCOMPARE(protocol::clipped("€", 2), QByteArray(""));
    QCOMPARE(protocol::clipped("a€b", 4), QByteArray("a€"));
    QCOMPARE(protocol::asciiOf("agent/1 \xff\t", 20), QByteArray("agent/1 ??"));
    QCOMPARE(protocol::asciiOf("agent", 3), QByteArray("age"));
}

#include "tst_jsonrpc.moc"
