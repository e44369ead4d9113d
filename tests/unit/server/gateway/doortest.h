// The front door over real sockets on loopback, for tests: a handler that does what the path says, a client, and a
// Door that opens and closes with each test function.
// Thread: the test's, but for TestHandler, which lives on a loop.
#pragma once

#include "server/gateway/frontdoor.h"

#include <QHostAddress>
#include <QNetworkProxy>
#include <QTcpSocket>
#include <QTest>
#include <QTimer>

#include <thread>

namespace provost::gateway::testing {

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
            QTimer::singleShot(std::chrono::milliseconds(30), &m_context, [this] { release(); });
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

inline QByteArray statusesOf(const QByteArray &received)
{
    QByteArray statuses;
    for (qsizetype at = received.indexOf("HTTP/1.1 "); at >= 0;
         at = received.indexOf("HTTP/1.1 ", at + 1))
        statuses += received.mid(at + 9, 3) + ' ';
    return statuses.trimmed();
}

// What the test classes of the front door share: one door and what was seen behind it, new for every function.
class DoorTest : public QObject
{
protected:
    void setUp()
    {
        m_seen = std::make_unique<Seen>();
        m_releaseOnDrain = false;
    }
    void tearDown()
    {
        m_door.reset();
        QCOMPARE(m_seen->handlers.load(), 0);
        QVERIFY(!m_seen->wrongThread);
    }

    static FrontDoorOptions oneLoop()
    {
        FrontDoorOptions options;
        options.loops = 1;
        return options;
    }
    // The port.
    quint16 open(const FrontDoorOptions &options = oneLoop())
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

    SystemClock m_clock;
    bool m_releaseOnDrain = false;
    std::unique_ptr<Seen> m_seen;
    std::unique_ptr<FrontDoor> m_door;
};

} // namespace provost::gateway::testing
