// The front door over real sockets on loopback: every limit and time-out as a client meets it.
#include "server/gateway/frontdoor.h"
#include "tests/support/testing.h"

#include <QDir>
#include <QHostAddress>
#include <QNetworkProxy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QTimer>

#include <set>
#include <thread>

using namespace provost;
using namespace provost::gateway;
using namespace std::chrono_literals;

namespace {

// What happened on the loops, for the test thread to look at.
struct Seen
{
    std::atomic<int> requests{0};
    std::atomic<int> closed{0};
    std::atomic<int> handlers{0};
    std::atomic<bool> wrongThread{false};
    std::atomic<bool> busy{false};
};

// Answers by path. What is held or streaming stays on its loop until another request on that loop releases it.
class TestHandler final : public LoopHandler
{
public:
    TestHandler(const LoopContext &context, Seen &seen)
        : m_loop(context.id)
        , m_seen(seen)
    {
        ++m_seen.handlers;
    }
    ~TestHandler() override
    {
        checkThread();
        --m_seen.handlers;
    }

    void handle(std::shared_ptr<Exchange> exchange) override
    {
        checkThread();
        ++m_seen.requests;
        const QByteArray path = exchange->request().path;
        if (path == "/hold") {
            exchange->onClosed([this] { ++m_seen.closed; });
            m_held.push_back(std::move(exchange));
        } else if (path == "/release") {
            release();
            answer(*exchange, "released");
        } else if (path == "/events") {
            exchange->onClosed([this] { ++m_seen.closed; });
            exchange->startEvents();
            m_streams.push_back(std::move(exchange));
        } else if (path == "/send") {
            for (const auto &stream : m_streams)
                stream->sendEvent(exchange->request().body, "7");
            answer(*exchange, "sent");
        } else if (path == "/end") {
            for (const auto &stream : m_streams)
                stream->endEvents();
            m_streams.clear();
            answer(*exchange, "ended");
        } else if (path == "/forget-events") {
            m_streams.clear();
            answer(*exchange, "forgotten");
        } else if (path == "/loop") {
            answer(*exchange, QByteArray::number(m_loop.value));
        } else if (path == "/big") {
            answer(*exchange, QByteArray(32 << 20, 'x'));
        } else if (path != "/drop") {
            answer(*exchange, exchange->request().body);
        }
    }

    void drain() override
    {
        if (m_releaseOnDrain)
            QTimer::singleShot(30ms, &m_context, [this] { release(); });
    }
    bool isIdle() const override { return !m_seen.busy; }

    void releaseOnDrain() { m_releaseOnDrain = true; }

private:
    static void answer(Exchange &exchange, const QByteArray &body)
    {
        HttpReply reply;
        reply.headers.push_back({"Content-Type", "text/plain"});
        reply.body = body;
        exchange.reply(std::move(reply));
    }
    void release()
    {
        for (const auto &exchange : m_held)
            answer(*exchange, "held");
        m_held.clear();
    }
    void checkThread()
    {
        if (m_thread != std::this_thread::get_id())
            m_seen.wrongThread = true;
    }

    const LoopId m_loop;
    Seen &m_seen;
    const std::thread::id m_thread = std::this_thread::get_id();
    QObject m_context;
    bool m_releaseOnDrain = false;
    std::vector<std::shared_ptr<Exchange>> m_held;
    std::vector<std::shared_ptr<Exchange>> m_streams;
};

class Client
{
public:
    explicit Client(quint16 port)
    {
        m_socket.setProxy(QNetworkProxy::NoProxy);
        m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    }

    void send(const QByteArray &bytes) { m_socket.write(bytes); }
    void get(const QByteArray &path)
    {
        send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    void post(const QByteArray &path, const QByteArray &body)
    {
        send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
             + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    }
    const QByteArray &received()
    {
        m_received += m_socket.readAll();
        return m_received;
    }
    int count(QByteArrayView text) { return int(received().count(text)); }
    bool isClosed() const { return m_socket.state() == QAbstractSocket::UnconnectedState; }
    void close() { m_socket.abort(); }
    QTcpSocket &socket() { return m_socket; }

private:
    QTcpSocket m_socket;
    QByteArray m_received;
};

QByteArray statusesOf(const QByteArray &received)
{
    QByteArray statuses;
    for (qsizetype at = received.indexOf("HTTP/1.1 "); at >= 0;
         at = received.indexOf("HTTP/1.1 ", at + 1))
        statuses += received.mid(at + 9, 3) + ' ';
    return statuses.trimmed();
}

int openDescriptors()
{
    return int(QDir(QStringLiteral("/proc/self/fd"))
                   .entryList(QDir::NoDotAndDotDot | QDir::AllEntries)
                   .size());
}

} // namespace

class TstFrontDoor final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void answersAndKeepsTheConnection();
    void answersByteByByte();
    void answersPipelinedRequestsInOrder();
    void closesOnWhoSendsTooFarAhead();
    void refusesBadRequestsWithoutHandlingThem();
    void refusesLargeBodiesReadably();
    void cutsSlowHeaders();
    void cutsDrippedHeaders();
    void cutsSlowBodies();
    void closesIdleConnections();
    void closesOnWhoDoesNotRead();
    void respectsConnectionClose();
    void speaksHttp10();
    void answersHeadWithoutBody();
    void tellsToContinue();
    void treatsUpgradesAsRequests();
    void answersForgottenRequests();
    void streamsEvents();
    void streamsEventsToHttp10();
    void noticesThatTheClientLeftAStream();
    void noticesThatTheClientLeftARequest();
    void abortsForgottenStreams();
    void spreadsConnectionsEvenly();
    void turnsAwayTooManyConnections();
    void turnsAwayTooManyFromOneAddress();
    void stopLetsExchangesEnd();
    void stopLosesPatience();
    void stopWaitsForTheHandler();
    void refusesToListenBeyondLoopback();
    void saysWhyItCannotListen();
    void leaksNoDescriptors();

private:
    quint16 open(FrontDoorOptions options = oneLoop());
    static FrontDoorOptions oneLoop()
    {
        FrontDoorOptions options;
        options.loops = 1;
        return options;
    }

    SystemClock m_clock;
    bool m_releaseOnDrain = false;
    std::unique_ptr<Seen> m_seen;
    std::unique_ptr<FrontDoor> m_door;
};

void TstFrontDoor::init()
{
    m_seen = std::make_unique<Seen>();
    m_releaseOnDrain = false;
}

void TstFrontDoor::cleanup()
{
    m_door.reset();
    QCOMPARE(m_seen->handlers.load(), 0);
    QVERIFY(!m_seen->wrongThread);
}

quint16 TstFrontDoor::open(FrontDoorOptions options)
{
    m_door = std::make_unique<FrontDoor>(options, m_clock, [this](const LoopContext &context) {
        auto handler = std::make_unique<TestHandler>(context, *m_seen);
        if (m_releaseOnDrain)
            handler->releaseOnDrain();
        return handler;
    });
    const auto address = m_door->listen("127.0.0.1", 0);
    return address ? address->port : quint16(0);
}

void TstFrontDoor::answersAndKeepsTheConnection()
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

void TstFrontDoor::answersByteByByte()
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

void TstFrontDoor::answersPipelinedRequestsInOrder()
{
    const quint16 port = open();
    Client first(port);
    first.get("/hold");
    first.post("/echo", "second");
    first.get("/loop");
    QTRY_COMPARE(m_seen->requests.load(), 1); // the others wait
    Client other(port);
    other.get("/release");
    QTRY_VERIFY(first.received().endsWith("\r\n\r\n0"));
    const QByteArray received = first.received();
    QCOMPARE(statusesOf(received), QByteArray("200 200 200"));
    QVERIFY(received.indexOf("\r\n\r\nheld") < received.indexOf("\r\n\r\nsecond"));
    QCOMPARE(m_seen->requests.load(), 4);
}

void TstFrontDoor::closesOnWhoSendsTooFarAhead()
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

void TstFrontDoor::refusesBadRequestsWithoutHandlingThem()
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
void TstFrontDoor::refusesLargeBodiesReadably()
{
    Client client(open());
    client.post("/echo", QByteArray(8 << 20, 'x'));
    QTRY_VERIFY(client.received().contains("{\"error\":\"the body is too large\"}"));
    QCOMPARE(statusesOf(client.received()), QByteArray("413"));
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(m_seen->requests.load(), 0);
}

void TstFrontDoor::cutsSlowHeaders()
{
    FrontDoorOptions options = oneLoop();
    options.timeouts.header = 60ms;
    Client client(open(options));
    client.send("GET / HTTP/1.1\r\nHost: local");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(statusesOf(client.received()), QByteArray("408"));
}

void TstFrontDoor::cutsDrippedHeaders()
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

void TstFrontDoor::cutsSlowBodies()
{
    FrontDoorOptions options = oneLoop();
    options.timeouts.body = 60ms;
    Client client(open(options));
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nabc");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(statusesOf(client.received()), QByteArray("408"));
    QCOMPARE(m_seen->requests.load(), 0);
}

void TstFrontDoor::closesIdleConnections()
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

void TstFrontDoor::closesOnWhoDoesNotRead()
{
    FrontDoorOptions options = oneLoop();
    options.timeouts.write = 100ms;
    Client client(open(options));
    client.socket().setReadBufferSize(1'024);
    client.get("/big");
    QTRY_COMPARE(m_seen->requests.load(), 1);
    QTRY_COMPARE(m_door->connections(), 0);
}

void TstFrontDoor::respectsConnectionClose()
{
    Client client(open());
    client.send("GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                "GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(statusesOf(client.received()), QByteArray("200"));
    QVERIFY(client.received().contains("\r\nConnection: close\r\n"));
    QCOMPARE(m_seen->requests.load(), 1);
}

void TstFrontDoor::speaksHttp10()
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

void TstFrontDoor::answersHeadWithoutBody()
{
    Client client(open());
    client.send("HEAD /loop HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_VERIFY(client.received().endsWith("\r\nContent-Length: 1\r\n\r\n"));
    client.get("/loop");
    QTRY_VERIFY(client.received().endsWith("\r\nContent-Length: 1\r\n\r\n0"));
    QCOMPARE(statusesOf(client.received()), QByteArray("200 200"));
}

void TstFrontDoor::tellsToContinue()
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

void TstFrontDoor::treatsUpgradesAsRequests()
{
    Client client(open());
    client.send("GET /loop HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    QTRY_VERIFY(client.received().endsWith("\r\n\r\n0"));
    QCOMPARE(statusesOf(client.received()), QByteArray("200"));
}

void TstFrontDoor::answersForgottenRequests()
{
    Client client(open());
    client.get("/drop");
    QTRY_VERIFY(client.received().endsWith("{\"error\":\"the request was not answered\"}"));
    QCOMPARE(statusesOf(client.received()), QByteArray("500"));
}

void TstFrontDoor::streamsEvents()
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

void TstFrontDoor::streamsEventsToHttp10()
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

void TstFrontDoor::noticesThatTheClientLeftAStream()
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

void TstFrontDoor::noticesThatTheClientLeftARequest()
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

void TstFrontDoor::abortsForgottenStreams()
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

void TstFrontDoor::spreadsConnectionsEvenly()
{
    FrontDoorOptions options;
    options.loops = 2;
    const quint16 port = open(options);
    constexpr int connections = 200;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < connections; ++i) {
        clients.push_back(std::make_unique<Client>(port));
        clients.back()->get("/loop");
    }
    int onFirst = 0;
    for (const auto &client : clients) {
        QTRY_VERIFY(client->received().contains("\r\n\r\n0")
                    || client->received().contains("\r\n\r\n1"));
        onFirst += client->received().endsWith('0') ? 1 : 0;
    }
    QCOMPARE(onFirst, connections / 2);
    QCOMPARE(m_door->connections(), connections);
    QCOMPARE(m_seen->handlers.load(), 2);
}

void TstFrontDoor::turnsAwayTooManyConnections()
{
    FrontDoorOptions options = oneLoop();
    options.connectionsMax = 2;
    const quint16 port = open(options);
    Client one(port);
    Client two(port);
    QTRY_COMPARE(m_door->connections(), 2);
    Client three(port);
    QTRY_VERIFY(three.isClosed());
    QCOMPARE(statusesOf(three.received()), QByteArray("503"));
    QVERIFY(three.received().contains("\r\nRetry-After: 1\r\n"));
    const qsizetype bodyBytes = three.received().size() - three.received().indexOf("\r\n\r\n") - 4;
    const QByteArray length = "\r\nContent-Length: " + QByteArray::number(bodyBytes) + "\r\n";
    QVERIFY(three.received().contains(length));
    one.close();
    QTRY_COMPARE(m_door->connections(), 1);
    Client four(port);
    four.get("/loop");
    QTRY_VERIFY(four.received().endsWith("\r\n\r\n0"));
}

void TstFrontDoor::turnsAwayTooManyFromOneAddress()
{
    FrontDoorOptions options = oneLoop();
    options.connectionsPerLoopbackAddressMax = 1;
    const quint16 port = open(options);
    Client one(port);
    QTRY_COMPARE(m_door->connections(), 1);
    Client two(port);
    QTRY_VERIFY(two.isClosed());
    QCOMPARE(statusesOf(two.received()), QByteArray("503"));
    QTcpSocket elsewhere; // all of 127/8 is this machine
    elsewhere.setProxy(QNetworkProxy::NoProxy);
    QVERIFY(elsewhere.bind(QHostAddress(QStringLiteral("127.0.0.2"))));
    elsewhere.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    QTRY_COMPARE(m_door->connections(), 2);
}

void TstFrontDoor::stopLetsExchangesEnd()
{
    m_releaseOnDrain = true;
    FrontDoorOptions options = oneLoop();
    options.timeouts.linger = 50ms; // stop() blocks the thread on which the client would hang up
    const quint16 port = open(options);
    Client busy(port);
    busy.get("/hold");
    busy.get("/loop"); // comes too late
    Client idle(port);
    QTRY_COMPARE(m_seen->requests.load(), 1);
    QTRY_COMPARE(m_door->connections(), 2);
    m_door->stop(10s);
    QTRY_VERIFY(busy.isClosed());
    QTRY_VERIFY(idle.isClosed());
    QCOMPARE(statusesOf(busy.received()), QByteArray("200"));
    QVERIFY(busy.received().contains("\r\nConnection: close\r\n"));
    QVERIFY(busy.received().endsWith("\r\n\r\nheld"));
    QVERIFY(idle.received().isEmpty());
    QCOMPARE(m_seen->handlers.load(), 0);

    QTcpSocket late;
    late.setProxy(QNetworkProxy::NoProxy);
    late.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    QTRY_COMPARE(late.error(), QAbstractSocket::ConnectionRefusedError);
}

void TstFrontDoor::stopLosesPatience()
{
    const quint16 port = open();
    Client client(port);
    client.get("/hold");
    QTRY_COMPARE(m_seen->requests.load(), 1);
    m_door->stop(50ms);
    QCOMPARE(m_seen->closed.load(), 1);
    QTRY_VERIFY(client.isClosed());
    QVERIFY(client.received().isEmpty());
    m_door->stop(0ms); // does nothing
}

void TstFrontDoor::stopWaitsForTheHandler()
{
    m_seen->busy = true;
    open();
    std::thread stopping([this] { m_door->stop(20s); });
    Seen &seen = *m_seen;
    QTimer::singleShot(50ms, this, [&seen] {
        QCOMPARE(seen.handlers.load(), 1); // still there
        seen.busy = false;
    });
    QTRY_COMPARE(m_seen->handlers.load(), 0);
    stopping.join();
}

void TstFrontDoor::refusesToListenBeyondLoopback()
{
    for (const char *host : {"0.0.0.0", "::", "192.0.2.1"}) {
        FrontDoor door(oneLoop(), m_clock,
                       handlerFactory([](const std::shared_ptr<Exchange> &) {}));
        const auto address = door.listen(host, 0);
        QVERIFY(!address);
        QCOMPARE(address.error().code, ErrorCode::Denied);
        QVERIFY(address.error().message.contains(QString::fromLatin1(host)));
    }
}

void TstFrontDoor::saysWhyItCannotListen()
{
    FrontDoor door(oneLoop(), m_clock, handlerFactory([](const std::shared_ptr<Exchange> &) {}));
    const auto nonsense = door.listen("nonsense", 0);
    QVERIFY(!nonsense);
    QCOMPARE(nonsense.error().code, ErrorCode::InvalidInput);

    QTcpServer squatter;
    squatter.setProxy(QNetworkProxy::NoProxy);
    QVERIFY(squatter.listen(QHostAddress(QHostAddress::LocalHost)));
    const auto taken = door.listen("localhost", squatter.serverPort());
    QVERIFY(!taken);
    QCOMPARE(taken.error().code, ErrorCode::Unavailable);

    const auto address = door.listen("localhost", 0);
    QVERIFY(address);
    QCOMPARE(address->host, QByteArray("127.0.0.1"));
    QCOMPARE(address->url(), "http://127.0.0.1:" + QByteArray::number(address->port));
    QCOMPARE((ListenAddress{"::1", 80}.authority()), QByteArray("[::1]:80"));
}

void TstFrontDoor::leaksNoDescriptors()
{
    const auto run = [this] {
        FrontDoorOptions options;
        options.loops = 2;
        const quint16 port = open(options);
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 20; ++i) {
            clients.push_back(std::make_unique<Client>(port));
            clients.back()->get(i % 2 == 0 ? "/hold" : "/events");
        }
        QTRY_COMPARE(m_seen->requests.load(), 20);
        m_door->stop(0ms);
        QCOMPARE(m_seen->closed.load(), 20);
        m_seen->requests = 0;
        m_seen->closed = 0;
    };
    run(); // what is opened once per process is open now
    const int before = openDescriptors();
    run();
    QCOMPARE(openDescriptors(), before);
}

PROVOST_TEST(TstFrontDoor)
#include "tst_frontdoor.moc"
