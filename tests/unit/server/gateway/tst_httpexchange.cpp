// Answers and event streams as a client receives them.
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/doortest.h"

using namespace provost;
using namespace provost::gateway;
using namespace provost::gateway::testing;

class TstHttpExchange final : public DoorTest
{
    Q_OBJECT
private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { tearDown(); }

    void answersHeadWithoutBody();
    void answersForgottenRequests();
    void streamsEvents();
    void streamsEventsToHttp10();
    void noticesThatTheClientLeftAStream();
    void noticesThatTheClientLeftARequest();
    void abortsForgottenStreams();
};

void TstHttpExchange::answersHeadWithoutBody()
{
    Client client(open());
    client.send("HEAD /loop HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_VERIFY(client.received().endsWith("\r\nContent-Length: 1\r\n\r\n"));
    client.get("/loop");
    QTRY_VERIFY(client.received().endsWith("\r\nContent-Length: 1\r\n\r\n0"));
    QCOMPARE(statusesOf(client.received()), QByteArray("200 200"));
}

void TstHttpExchange::answersForgottenRequests()
{
    Client client(open());
    client.get("/drop");
    QTRY_VERIFY(client.received().endsWith("{\"error\":\"the request was not answered\"}"));
    QCOMPARE(statusesOf(client.received()), QByteArray("500"));
}

void TstHttpExchange::streamsEvents()
{
    const quint16 port = open();
    Client stream(port);
    stream.get("/events");
    QTRY_VERIFY(stream.received().endsWith("\r\n\r\n"));
    QVERIFY(stream.received().contains("\r\nContent-Type: text/event-stream\r\n"));
    QVERIFY(stream.received().contains("\r\nCache-Control: no-cache\r\n"));
    QVERIFY(stream.received().contains("\r\nX-Accel-Buffering: no\r\n"));
    QVERIFY(stream.received().contains("\r\nTransfer-Encoding: chunked\r\n"));
    QVERIFY(!stream.received().contains("Content-Length"));

    Client other(port);
    other.post("/send", "{\"a\":1}");
    QTRY_VERIFY(
        stream.received().endsWith("\r\n\r\n24\r\nevent: message\nid: 7\ndata: {\"a\":1}\n\n\r\n"));
    other.post("/send", "one\ntwo\r\nthree\rfour");
    QTRY_VERIFY(
        stream.received().endsWith("id: 7\ndata: one\ndata: two\ndata: three\ndata: four\n\n\r\n"));
    other.get("/end");
    QTRY_VERIFY(stream.received().endsWith("\n\n\r\n0\r\n\r\n"));
    stream.get("/loop"); // the connection goes on
    QTRY_VERIFY(stream.received().endsWith("\r\n\r\n0"));
    QCOMPARE(m_seen->closed.load(), 0);
}

void TstHttpExchange::streamsEventsToHttp10()
{
    const quint16 port = open();
    Client stream(port);
    stream.send("GET /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    QTRY_VERIFY(stream.received().endsWith("\r\n\r\n"));
    QVERIFY(stream.received().contains("\r\nConnection: close\r\n"));
    QVERIFY(!stream.received().contains("chunked"));
    Client other(port);
    other.post("/send", "x");
    QTRY_VERIFY(stream.received().endsWith("\r\n\r\nevent: message\nid: 7\ndata: x\n\n"));
    other.get("/end");
    QTRY_VERIFY(stream.isClosed());
}

void TstHttpExchange::noticesThatTheClientLeftAStream()
{
    const quint16 port = open();
    Client stream(port);
    stream.get("/events");
    QTRY_VERIFY(stream.received().endsWith("\r\n\r\n"));
    stream.close();
    QTRY_COMPARE(m_seen->closed.load(), 1);
    Client other(port);
    other.post("/send", "to nobody");
    QTRY_VERIFY(other.received().endsWith("sent"));
}

void TstHttpExchange::noticesThatTheClientLeftARequest()
{
    const quint16 port = open();
    Client client(port);
    client.get("/hold");
    QTRY_COMPARE(m_seen->requests.load(), 1);
    client.close();
    QTRY_COMPARE(m_seen->closed.load(), 1);
    Client other(port);
    other.get("/release");
    QTRY_VERIFY(other.received().endsWith("released"));
    QCOMPARE(m_seen->closed.load(), 1);
}

void TstHttpExchange::abortsForgottenStreams()
{
    const quint16 port = open();
    Client stream(port);
    stream.get("/events");
    QTRY_VERIFY(stream.received().endsWith("\r\n\r\n"));
    Client other(port);
    other.get("/forget-events");
    QTRY_VERIFY(stream.isClosed());
    QVERIFY(!stream.received().contains("0\r\n\r\n")); // so it cannot be taken for a whole one
}

PROVOST_TEST(TstHttpExchange)
#include "tst_httpexchange.moc"
