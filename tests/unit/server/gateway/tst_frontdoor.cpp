// Listening, spreading connections over loops, limits on their number, and stopping.
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/doortest.h"

#include <QDir>
#include <QTcpServer>

#include <thread>

using namespace provost;
using namespace provost::gateway;
using namespace provost::gateway::testing;
using namespace std::chrono_literals;

namespace {

int openDescriptors()
{
    return int(QDir(QStringLiteral("/proc/self/fd"))
                   .entryList(QDir::NoDotAndDotDot | QDir::AllEntries)
                   .size());
}

} // namespace

class TstFrontDoor final : public DoorTest
{
    Q_OBJECT
private Q_SLOTS:
    void init() { setUp(); }
    void cleanup() { tearDown(); }

    void spreadsConnectionsEvenly();
    void turnsAwayTooManyConnections();
    void turnsAwayTooManyFromOneAddress();
    void stopLetsExchangesEnd();
    void stopLosesPatience();
    void stopWaitsForTheHandler();
    void refusesToListenBeyondLoopback();
    void saysWhyItCannotListen();
    void leaksNoDescriptors();
};

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
