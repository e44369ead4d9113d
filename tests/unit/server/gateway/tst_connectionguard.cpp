// Every limit and time-out of a connection as a client meets it.
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/doortest.h"

using namespace provost;
using namespace provost::gateway;
using namespace provost::gateway::testing;
using namespace std::chrono_literals;

class TstConnectionGuard final : public DoorTest
{
    Q_OBJECT
private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { tearDown(); }

    void answersAndKeepsTheConnection();
    void answersByteByByte();
    void letsEveryTargetThrough_data();
    void letsEveryTargetThrough();
    void answersPipelinedRequestsInOrder();
    void closesOnWhoSendsTooFarAhead();
    void refusesBadRequestsWithoutHandlingThem();
    void refusesLargeBodiesReadably();
    void cutsSlowHeaders();
    void cutsDrippedHeaders();
    void cutsSlowBodies();
    void closesIdleConnections();
    void closesOnWhoDoesNotRead();
    void closesWhenTooMuchWaits();
    void respectsConnectionClose();
    void speaksHttp10();
    void tellsToContinue();
    void treatsUpgradesAsRequests();
};

void TstConnectionGuard::answersAndKeepsTheConnection()
{
    Client client(open());
    client.post("/echo?x", "one");
    QTRY_VERIFY(client.received().endsWith("\r\n\r\none"));
    QVERIFY(client.received().startsWith("HTTP/1.1 200 OK\r\nDate: "));
    QVERIFY(client.received().contains(" GMT\r\nContent-Type: text/plain\r\n"));
    QVERIFY(client.received().contains("\r\nX-Content-Type-Options: nosniff\r\n"));
    QVERIFY(client.received().contains("\r\nCache-Control: no-store\r\n"));
    QVERIFY(client.received().contains("\r\nContent-Length: 3\r\n"));
    QVERIFY(!client.received().contains("Connection: close"));
    client.post("/echo", "two");
    QTRY_VERIFY(client.received().endsWith("\r\n\r\ntwo"));
    QCOMPARE(m_door->connections(), 1);
    client.close();
    QTRY_COMPARE(m_door->connections(), 0);
}

void TstConnectionGuard::answersByteByByte()
{
    Client client(open());
    client.socket().setSocketOption(QAbstractSocket::LowDelayOption, 1);
    const QByteArray request =
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked"
        "\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: t\r\n\r\n";
    for (const char byte : request) {
        client.send(QByteArray(1, byte));
        QTRY_COMPARE(client.socket().bytesToWrite(), 0);
    }
    QTRY_VERIFY(client.received().endsWith("\r\n\r\nabcde"));
    QCOMPARE(statusesOf(client.received()), QByteArray("200"));
}

// Whatever QtHttpServer thinks of a target, it must report the request.
void TstConnectionGuard::letsEveryTargetThrough_data()
{
    QTest::addColumn<QByteArray>("requestLine");
    for (const char *method : {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
        QTest::newRow(method) << QByteArray(method) + " / HTTP/1.1";
    for (const char *target :
         {"//", "//evil.example.com/x", "/?", "/?a=b&c", "/%00%ff%2f", "/:1", "/a@b:c", "/..//./x",
          "/'();!$*,+=~", "http://localhost/x?y", "http://localhost"})
        QTest::newRow(target) << "GET " + QByteArray(target) + " HTTP/1.1";
    QTest::newRow("long") << "GET /" + QByteArray(8'000, 'x') + " HTTP/1.1";
    QTest::newRow("asterisk") << QByteArray("OPTIONS * HTTP/1.1");
    QTest::newRow("1.0") << QByteArray("GET / HTTP/1.0");
}

void TstConnectionGuard::letsEveryTargetThrough()
{
    QFETCH(QByteArray, requestLine);
    Client client(open());
    client.send(requestLine + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(statusesOf(client.received()), QByteArray("200"));
    QCOMPARE(m_seen->requests.load(), 1);
}

void TstConnectionGuard::answersPipelinedRequestsInOrder()
{
    const quint16 port = open();
    Client first(port);
    first.get("/hold");
    first.post("/echo", "second");
    QTRY_COMPARE(m_seen->requests.load(), 1);
    first.get("/loop"); // comes alone, while the first is being answered
    Client other(port);
    other.get("/loop"); // read after it, so the second and third had their chance to overtake
    QTRY_VERIFY(other.received().endsWith("\r\n\r\n0"));
    QCOMPARE(m_seen->requests.load(), 2);
    other.get("/release");
    QTRY_VERIFY(first.received().endsWith("\r\n\r\n0"));
    const QByteArray received = first.received();
    QCOMPARE(statusesOf(received), QByteArray("200 200 200"));
    QVERIFY(received.indexOf("\r\n\r\nheld") < received.indexOf("\r\n\r\nsecond"));
    QCOMPARE(m_seen->requests.load(), 5);
}

void TstConnectionGuard::closesOnWhoSendsTooFarAhead()
{
    FrontDoorOptions options = oneLoop();
    options.limits.pipelinedBytesMax = 1'000;
    options.timeouts.linger = 100ms;
    const quint16 port = open(options);
    Client client(port);
    client.get("/hold");
    client.post("/echo", QByteArray(5'000, 'x'));
    QTRY_COMPARE(client.socket().bytesToWrite(), 0);
    QTRY_COMPARE(m_seen->requests.load(), 1);
    Client other(port);
    // The order in which two connections are read is not fixed: ask until the bytes ahead have been seen.
    other.get("/loop");
    QTRY_VERIFY(other.received().endsWith("\r\n\r\n0"));
    other.get("/release");
    QTRY_VERIFY(client.received().endsWith("\r\n\r\nheld"));
    QVERIFY(client.received().contains("\r\nConnection: close\r\n"));
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(m_seen->requests.load(), 3);
}

void TstConnectionGuard::refusesBadRequestsWithoutHandlingThem()
{
    Client client(open());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(statusesOf(client.received()), QByteArray("400"));
    QVERIFY(client.received().contains("\r\nConnection: close\r\n"));
    QVERIFY(client.received().contains("\r\nContent-Type: application/json\r\n"));
    QVERIFY(client.received().endsWith(
        "\r\n\r\n{\"error\":\"Transfer-Encoding and Content-Length exclude each other\"}"));
    QCOMPARE(m_seen->requests.load(), 0);
}

// The client is still sending when it is refused; a reset must not take the answer from it.
void TstConnectionGuard::refusesLargeBodiesReadably()
{
    Client client(open());
    client.post("/echo", QByteArray(8 << 20, 'x'));
    QTRY_VERIFY(client.received().contains("{\"error\":\"the body is too large\"}"));
    QCOMPARE(statusesOf(client.received()), QByteArray("413"));
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(m_seen->requests.load(), 0);
}

void TstConnectionGuard::cutsSlowHeaders()
{
    FrontDoorOptions options = oneLoop();
    options.timeouts.header = 60ms;
    Client client(open(options));
    client.send("GET / HTTP/1.1\r\nHost: local");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(statusesOf(client.received()), QByteArray("408"));
}

void TstConnectionGuard::cutsDrippedHeaders()
{
    FrontDoorOptions options = oneLoop();
    options.timeouts.header = 100ms;
    Client client(open(options));
    client.send("GET / HTTP/1.1\r\nX: ");
    QTimer drip;
    connect(&drip, &QTimer::timeout, &drip, [&client] { client.send("x"); });
    drip.start(5ms);
    QTRY_VERIFY(client.received().startsWith("HTTP/1.1 408 "));
}

void TstConnectionGuard::cutsSlowBodies()
{
    FrontDoorOptions options = oneLoop();
    options.timeouts.body = 60ms;
    Client client(open(options));
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nabc");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(statusesOf(client.received()), QByteArray("408"));
    QCOMPARE(m_seen->requests.load(), 0);
}

void TstConnectionGuard::closesIdleConnections()
{
    FrontDoorOptions options = oneLoop();
    options.timeouts.idle = 60ms;
    const quint16 port = open(options);
    Client silent(port);
    Client used(port);
    used.post("/echo", "x");
    QTRY_VERIFY(used.received().endsWith("x"));
    Client waiting(port);
    waiting.get("/hold"); // waits for us, so it is not idle
    QTRY_VERIFY(silent.isClosed());
    QTRY_VERIFY(used.isClosed());
    QVERIFY(silent.received().isEmpty());
    QCOMPARE(statusesOf(used.received()), QByteArray("200"));
    QVERIFY(!waiting.isClosed());
    QTRY_COMPARE(m_door->connections(), 1);
}

void TstConnectionGuard::closesOnWhoDoesNotRead()
{
    FrontDoorOptions options = oneLoop();
    options.timeouts.write = 100ms;
    Client client(open(options));
    client.socket().setReadBufferSize(1'024);
    client.get("/big");
    QTRY_COMPARE(m_seen->requests.load(), 1);
    QTRY_COMPARE(m_door->connections(), 0);
}

void TstConnectionGuard::closesWhenTooMuchWaits()
{
    FrontDoorOptions options = oneLoop();
    options.limits.unsentBytesMax = 16 << 20;
    Client client(open(options));
    client.socket().setReadBufferSize(1'024);
    client.get("/big"); // 32 MiB
    QTRY_COMPARE(m_seen->requests.load(), 1);
    QTRY_COMPARE(m_door->connections(), 0);
}

void TstConnectionGuard::respectsConnectionClose()
{
    Client client(open());
    client.send("GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                "GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(statusesOf(client.received()), QByteArray("200"));
    QVERIFY(client.received().contains("\r\nConnection: close\r\n"));
    QCOMPARE(m_seen->requests.load(), 1);
}

void TstConnectionGuard::speaksHttp10()
{
    const quint16 port = open();
    Client closing(port);
    closing.send("GET /loop HTTP/1.0\r\n\r\n");
    QTRY_VERIFY(closing.isClosed());
    QVERIFY(closing.received().contains("\r\nConnection: close\r\n"));
    QVERIFY(closing.received().endsWith("\r\n\r\n0"));
    Client keeping(port);
    keeping.send("GET /loop HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    QTRY_VERIFY(keeping.received().contains("\r\nConnection: keep-alive\r\n"));
    keeping.send("GET /loop HTTP/1.0\r\n\r\n");
    QTRY_VERIFY(keeping.isClosed());
    QCOMPARE(statusesOf(keeping.received()), QByteArray("200 200"));
}

void TstConnectionGuard::tellsToContinue()
{
    const quint16 port = open();
    const QByteArray head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
                            "Expect: 100-continue\r\n\r\n";
    Client waiting(port);
    waiting.send(head);
    QTRY_COMPARE(waiting.received(), QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
    waiting.send("abc");
    QTRY_VERIFY(waiting.received().endsWith("\r\n\r\nabc"));
    QCOMPARE(statusesOf(waiting.received()), QByteArray("100 200"));

    Client impatient(port);
    impatient.send(head + "abc");
    QTRY_VERIFY(impatient.received().endsWith("\r\n\r\nabc"));
    QCOMPARE(statusesOf(impatient.received()), QByteArray("200"));

    // Behind a request that is being answered the 100 must wait, too.
    Client pipelining(port);
    pipelining.get("/hold");
    pipelining.send(head);
    QTRY_COMPARE(m_seen->requests.load(), 3);
    waiting.get("/release");
    QTRY_COMPARE(statusesOf(pipelining.received()), QByteArray("200 100"));
    pipelining.send("abc");
    QTRY_VERIFY(pipelining.received().endsWith("\r\n\r\nabc"));

    Client refused(port);
    refused.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n"
                 "Expect: 100-continue\r\n\r\n");
    QTRY_VERIFY(refused.isClosed());
    QCOMPARE(statusesOf(refused.received()), QByteArray("413"));
}

void TstConnectionGuard::treatsUpgradesAsRequests()
{
    Client client(open());
    client.send("GET /loop HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    QTRY_VERIFY(client.received().endsWith("\r\n\r\n0"));
    QCOMPARE(statusesOf(client.received()), QByteArray("200"));
}

PROVOST_TEST(TstConnectionGuard)
#include "tst_connectionguard.moc"
