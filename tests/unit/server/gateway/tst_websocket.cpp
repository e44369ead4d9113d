// MCP over WebSocket: a real client against a real front door, and a governed call that the test plays.
#include "server/base/mutex.h"
#include "server/gateway/frontdoor.h"
#include "server/gateway/mcpendpoint.h"
#include "server/gateway/mcpnews.h"
#include "server/gateway/websocketpeer.h"

#include "tests/support/testing.h"
#include "tests/support/wirecheck/wire.h"

#include <QNetworkProxy>
#include <QNetworkRequest>
#include <QTcpSocket>
#include <QTest>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <thread>

using namespace provost;
using namespace provost::gateway;

class TstWebSocket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesAtTheDoor_data();
    void refusesAtTheDoor();
    void answersModernRequests();
    void answersLegacyRequests();
    void bothErasOnOneSocket();
    void notificationsAreMessages();
    void legacyClientsAreAsked();
    void modernRequestsAreCancelled();
    void listensAreMessages();
    void callsEndWithTheirSocket();
    void refusesBinaryMessages();
    void refusesMessagesThatAreTooLarge();
    void refusesTooManyRequestsInFlight();
    void whoHasTooManyRequestsCanStillEndThem();
    void answersWhatItCannotRead();
    void aRevokedKeyClosesTheSocket();
    void aRevokedKeyEndsTheSession();
    void aClosedTenantClosesTheSocket();
    void aReaderThatIsTooSlowIsCut();
    void drainingClosesTheSocket_data();
    void drainingClosesTheSocket();
    void aClientThatSendsAheadIsNotUpgraded();
};

PROVOST_TEST(TstWebSocket)

namespace {

// A whole endpoint on one loop. The governed call answers "ok", or is held until finish().
class Server
{
public:
    Server()
        : services{
            .run = [this](calls::CallRequest request) { return run(std::move(request)); },
            .readKey =
                [this](QByteArrayView key) {
                    ++keysRead;
                    return identity::PresentedKey{CredentialId(key.toByteArray()), {}};
                },
            .authenticate = [this](const identity::PresentedKey &key) { return authenticate(key); },
            .countFailedAuthentication = [this] { ++failedAuthentications; },
            .parameterHeaders =
                [](const TenantId &, QByteArrayView) {
                    return std::vector<protocol::ParameterHeader>{{{"region"}, "Region", false}};
                },
            .clock = clock,
            .random = random,
            .sessions = sessions,
            .presence = presence,
            .news = news}
    {
        FrontDoorOptions options;
        options.loops = 1;
        door = std::make_unique<FrontDoor>(options, clock, [this](const LoopContext &context) {
            return std::make_unique<McpEndpoint>(services, OriginPolicy(context.listening, {}));
        });
        port = door->listen("127.0.0.1", 0).value_or(ListenAddress()).port;
    }
    ~Server()
    {
        finish();
        door.reset();
    }

    void finish(qsizetype bytes = 2)
    {
        std::vector<Resolver<calls::CallReply>> all;
        {
            const Lock lock(mutex);
            all.swap(held);
        }
        for (Resolver<calls::CallReply> &one : all)
            one.resolve(reply(bytes));
    }
    [[nodiscard]] std::vector<calls::CallRequest> seen() const
    {
        const Lock lock(mutex);
        return requests;
    }
    static calls::CallReply reply(qsizetype bytes)
    {
        const Json text = Json::object({{"type", "text"}, {"text", QByteArray(bytes, 'x')}});
        return {.value = Json::object({{"content", Json::array({text})}})};
    }

    SystemClock clock;
    SystemRandom random;
    SessionTable sessions{clock, random};
    McpPresence presence{clock};
    McpNews news{sessions};
    McpServices services;
    std::unique_ptr<FrontDoor> door;
    quint16 port = 0;
    std::atomic<bool> hold{false};
    std::atomic<bool> asks{false}; // for a name, once
    std::atomic<bool> revoked{false};
    std::atomic<qsizetype> answerBytes{2};
    std::atomic<int> failedAuthentications{0};
    std::atomic<int> keysRead{0};

private:
    Task<calls::CallReply> run(calls::CallRequest request)
    {
        Completion<calls::CallReply> later;
        const bool waits = hold;
        const bool asked = !request.inputResponses.isNull() || request.givenUp;
        const bool lists = request.operation == calls::Operation::ListTools;
        {
            const Lock lock(mutex);
            requests.push_back(std::move(request));
            if (waits)
                held.push_back(later.resolver());
        }
        if (asks && !asked)
            co_return calls::CallReply{.value = question()};
        if (lists)
            co_return calls::CallReply{.value = Json::object({{"tools", Json::array()}})};
        if (!waits)
            co_return reply(answerBytes);
        auto answered = co_await later;
        co_return std::move(*answered);
    }
    [[nodiscard]] Result<identity::Principal> authenticate(const identity::PresentedKey &key) const
    {
        if (key.id.value != "alice-key" || revoked)
            return fail(ErrorCode::Unauthenticated, QStringLiteral("the key is not valid"));
        return identity::Principal{
            TenantId("acme-corp"), UserId("alice"), {}, Json::object(), CredentialId("alice")};
    }

    static tools::InputNeeded question()
    {
        const Json schema = Json::object({{"type", "object"}, {"properties", Json::object()}});
        const Json params = Json::object({{"message", "Name?"}, {"requestedSchema", schema}});
        return {.requests = Json::object({{"name", Json::object({{"method", "elicitation/create"},
                                                                 {"params", params}})}}),
                .state = "sealed"};
    }

    mutable Mutex mutex;
    std::vector<calls::CallRequest> requests GUARDED_BY(mutex);
    std::vector<Resolver<calls::CallReply>> held GUARDED_BY(mutex);
};

class Client
{
public:
    explicit Client(const Server &server, const char *path = "/ws")
    {
        m_socket.setProxy(QNetworkProxy::NoProxy);
        QObject::connect(&m_socket, &QWebSocket::textMessageReceived, &m_socket,
                         [this](const QString &text) {
                             received.append(text.toUtf8());
                             m_wire.heard(received.back());
                         });
        QObject::connect(&m_socket, &QWebSocket::disconnected, &m_socket,
                         [this] { closed = true; });
        QNetworkRequest request(QUrl(
            QStringLiteral("ws://127.0.0.1:%1%2").arg(server.port).arg(QString::fromLatin1(path))));
        request.setRawHeader("Authorization", "Bearer alice-key");
        QWebSocketHandshakeOptions options;
        options.setSubprotocols({QStringLiteral("mcp")});
        m_socket.open(request, options);
    }
    [[nodiscard]] bool isOpen() const
    {
        return m_socket.state() == QAbstractSocket::ConnectedState;
    }
    void send(const QByteArray &message)
    {
        m_wire.said(message);
        m_socket.sendTextMessage(QString::fromUtf8(message));
    }
    void call(QByteArrayView method, Json params = Json::object(), Json id = 1)
    {
        send(Json::object({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}})
                 .toBytes());
    }
    void callModern(QByteArrayView method, Json params = Json::object(), Json id = 1)
    {
        Json meta = Json::object({{"progressToken", "p"}});
        meta.set("io.modelcontextprotocol/protocolVersion", "2026-07-28");
        meta.set("io.modelcontextprotocol/clientCapabilities", Json::object());
        params.set("_meta", std::move(meta));
        call(method, std::move(params), std::move(id));
    }
    void note(QByteArrayView method, Json params = Json::object())
    {
        send(Json::object({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}).toBytes());
    }
    void initialize(const Json &capabilities = Json::object())
    {
        call("initialize",
             Json::object({{"protocolVersion", "2025-11-25"},
                           {"capabilities", capabilities},
                           {"clientInfo", Json::object({{"name", "a"}, {"version", "1"}})}}),
             "init");
        note("notifications/initialized");
    }
    // The answer to a request, null as long as there is none.
    [[nodiscard]] Json answer(const Json &id = 1) const
    {
        for (const QByteArray &text : received) {
            Json message = Json::parse(text).value_or(Json());
            if (message["id"] == id)
                return message;
        }
        return {};
    }
    [[nodiscard]] QByteArray methods() const
    {
        QByteArrayList all;
        for (const QByteArray &text : received)
            all.append(Json::parse(text).value_or(Json())["method"].toByteArray());
        all.removeAll({});
        return all.join(' ');
    }
    QWebSocket &socket() { return m_socket; }

    QByteArrayList received;
    bool closed = false;

private:
    provost::testing::Wire m_wire;
    QWebSocket m_socket;
};

const Json echo = Json::object({{"name", "echo"}, {"arguments", Json::object({{"region", "eu"}})}});

} // namespace

void TstWebSocket::refusesAtTheDoor_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("with");
    QTest::addColumn<QByteArray>("without");
    QTest::addColumn<QByteArray>("status");
    const auto row = [](const char *name, const char *line, const char *with, const char *without,
                        const char *status) {
        QTest::newRow(name) << QByteArray(line) << QByteArray(with) << QByteArray(without)
                            << QByteArray(status);
    };
    row("nothing wrong", "GET /ws", "", "", "101");
    row("nothing wrong, of a tenant", "GET /t/acme-corp/ws", "", "", "101");
    row("no key", "GET /ws", "", "Authorization", "401");
    row("wrong key", "GET /ws", "Authorization: Bearer guess", "Authorization", "401");
    row("two keys", "GET /ws", "Authorization: Bearer guess", "", "400");
    row("another tenant", "GET /t/beta-inc/ws", "", "", "403");
    row("foreign host", "GET /ws", "Host: evil.example.com", "Host", "403");
    row("foreign origin", "GET /ws", "Origin: https://evil.example.com", "", "403");
    row("another method", "POST /ws", "Content-Length: 0", "", "405");
    row("no upgrade", "GET /ws", "", "Upgrade", "426");
    row("no connection upgrade", "GET /ws", "", "Connection", "426");
    row("another protocol", "GET /ws", "Upgrade: h2c", "Upgrade", "426");
    row("another version", "GET /ws", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Version", "426");
    row("no socket key", "GET /ws", "", "Sec-WebSocket-Key", "400");
    row("a short socket key", "GET /ws", "Sec-WebSocket-Key: YWJj", "Sec-WebSocket-Key", "400");
    row("no subprotocol", "GET /ws", "", "Sec-WebSocket-Protocol", "400");
    row("another subprotocol", "GET /ws", "Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol",
        "400");
    row("another path", "GET /t/acme-corp/ws/x", "", "", "404");
}

void TstWebSocket::refusesAtTheDoor()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, with);
    QFETCH(QByteArray, without);
    QFETCH(QByteArray, status);
    Server server;
    QByteArrayList lines{"Host: 127.0.0.1:" + QByteArray::number(server.port),
                         "Authorization: Bearer alice-key",
                         "Upgrade: WebSocket",
                         "Connection: keep-alive, Upgrade",
                         "Sec-WebSocket-Version: 13",
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                         "Sec-WebSocket-Protocol: chat, mcp"};
    lines.removeIf([&](const QByteArray &one) {
        return !without.isEmpty() && one.startsWith(QByteArray(without + char(58)));
    });
    if (!with.isEmpty())
        lines.append(with);
    QTcpSocket socket;
    socket.setProxy(QNetworkProxy::NoProxy);
    socket.connectToHost(QHostAddress(QHostAddress::LocalHost), server.port);
    socket.write(line + " HTTP/1.1\r\n" + lines.join("\r\n") + "\r\n\r\n");
    QByteArray answer;
    QTRY_VERIFY((answer += socket.readAll()).contains("\r\n\r\n"));
    QCOMPARE(answer.mid(9, 3), status);
    if (status == "101")
        QVERIFY(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")); // RFC 6455 1.3
    QCOMPARE(server.failedAuthentications.load(),
             status == "401" || line.contains("beta-inc") ? 1 : 0);
}

void TstWebSocket::answersModernRequests()
{
    Server server;
    Client client(server, "/t/acme-corp/ws");
    QTRY_VERIFY(client.isOpen());
    client.callModern("server/discover", {}, "d");
    QTRY_VERIFY(!client.answer("d").isNull());
    QCOMPARE(client.answer("d")["result"]["resultType"], Json("complete"));
    client.callModern("tools/call", echo, 2); // its Mcp-Param-Region belongs to HTTP
    QTRY_VERIFY(!client.answer(2).isNull());
    QCOMPARE(client.answer(2)["result"]["resultType"], Json("complete"));
    QCOMPARE(server.seen().back().transport, "websocket");
    QCOMPARE(server.seen().back().credential.id.value, "alice-key");
    QCOMPARE(server.keysRead.load(), 1); // nobody keeps its text
    QVERIFY(server.seen().back().tenant == TenantId("acme-corp"));
    QCOMPARE(server.presence.list().front().transport, QByteArray("websocket"));
    client.callModern("initialize", {}, 3);
    QTRY_COMPARE(client.answer(3)["error"]["code"], Json(-32601));
}

void TstWebSocket::answersLegacyRequests()
{
    Server server;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.call("ping", {}, "early");
    QTRY_VERIFY(client.answer("early").contains("error")); // no session yet
    client.initialize();
    QTRY_VERIFY(!client.answer("init").isNull());
    client.call("tools/call", echo, 2);
    QTRY_VERIFY(!client.answer(2).isNull());
    QVERIFY(client.answer(2)["result"]["content"].isArray());
    QVERIFY(!server.seen().back().sessionId.isEmpty());
    QVERIFY(!server.seen().back().releaseStream); // there is nothing to come back to
    QCOMPARE(client.received.size(), 3);          // nothing for the notification

    server.news.tell({.tenant = TenantId("acme-corp"), .tools = true});
    QTRY_COMPARE(client.methods(), "notifications/tools/list_changed");
    client.initialize(); // a second session takes the place of the first
    QTRY_COMPARE(client.received.size(), 5);
    QCOMPARE(server.sessions.list().size(), std::size_t(1));
    QCOMPARE(server.sessions.list().front().transport, "websocket");
}

void TstWebSocket::bothErasOnOneSocket()
{
    Server server;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.initialize();
    client.callModern("tools/list", {}, 1);
    client.call("tools/list", {}, 2);
    QTRY_VERIFY(!client.answer(1).isNull() && !client.answer(2).isNull());
    QVERIFY(client.answer(1)["result"].contains("resultType"));
    QVERIFY(!client.answer(2)["result"].contains("resultType"));
}

void TstWebSocket::notificationsAreMessages()
{
    Server server;
    server.hold = true;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.callModern("tools/call", echo);
    QTRY_COMPARE(server.seen().size(), std::size_t(1));
    server.seen().back().notify("notifications/progress", Json::object({{"progress", 1}}));
    QTRY_COMPARE(client.methods(), "notifications/progress");
    QVERIFY(client.answer().isNull());
    server.finish();
    QTRY_VERIFY(!client.answer().isNull());
}

void TstWebSocket::legacyClientsAreAsked()
{
    Server server;
    server.asks = true;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.initialize(Json::object({{"elicitation", Json::object()}}));
    QTRY_VERIFY(!client.answer("init").isNull());
    client.call("tools/call", echo);
    QTRY_COMPARE(client.methods(), "elicitation/create");
    const Json asked = Json::parse(client.received.back()).value_or(Json());
    QCOMPARE(asked["params"]["message"], Json("Name?"));
    const Json content = Json::object({{"name", "Ann"}});
    client.send(
        Json::object({{"jsonrpc", "2.0"},
                      {"id", asked["id"]},
                      {"result", Json::object({{"action", "accept"}, {"content", content}})}})
            .toBytes());
    QTRY_VERIFY(!client.answer().isNull());
    QVERIFY(client.answer()["result"]["content"].isArray());
    QCOMPARE(server.seen().back().inputResponses["name"]["content"], content);
    QCOMPARE(server.seen().back().requestState, "sealed");
}

void TstWebSocket::modernRequestsAreCancelled()
{
    Server server;
    server.hold = true;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.callModern("tools/call", echo, 1);
    client.callModern("tools/call", echo, 2);
    QTRY_COMPARE(server.seen().size(), std::size_t(2));
    client.note("notifications/cancelled", Json::object({{"requestId", 7}})); // of nobody
    client.note("notifications/cancelled", Json::object({{"requestId", 1}}));
    QTRY_VERIFY(server.seen().front().stop.stop_requested());
    QVERIFY(!server.seen().back().stop.stop_requested());
    server.finish();
    QTRY_VERIFY(!client.answer(2).isNull());
    QVERIFY(client.answer(1).isNull());
}

void TstWebSocket::listensAreMessages()
{
    Server server;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    const auto filter =
        Json::object({{"notifications", Json::object({{"toolsListChanged", true}})}});
    client.callModern("subscriptions/listen", filter, "l");
    QTRY_COMPARE(client.methods(), "notifications/subscriptions/acknowledged");
    server.news.tell({.tenant = TenantId("acme-corp"), .tools = true});
    QTRY_COMPARE(client.methods(), "notifications/subscriptions/acknowledged "
                                   "notifications/tools/list_changed");
    client.note("notifications/cancelled", Json::object({{"requestId", "l"}}));
    client.callModern("tools/list", {}, 2); // once it is answered, the cancellation was heard
    QTRY_VERIFY(!client.answer(2).isNull());
    server.news.tell({.tenant = TenantId("acme-corp"), .tools = true});
    client.callModern("tools/list", {}, 3);
    QTRY_VERIFY(!client.answer(3).isNull());
    QCOMPARE(client.methods().count("list_changed"), 1);
}

void TstWebSocket::callsEndWithTheirSocket()
{
    Server server;
    server.hold = true;
    {
        Client client(server);
        QTRY_VERIFY(client.isOpen());
        client.initialize();
        QTRY_VERIFY(!client.answer("init").isNull());
        client.call("tools/call", echo, 1);
        client.callModern("tools/call", echo, 2);
        QTRY_COMPARE(server.seen().size(), std::size_t(2));
        client.socket().abort();
    }
    QTRY_VERIFY(server.seen().front().stop.stop_requested());
    QTRY_VERIFY(server.seen().back().stop.stop_requested());
    QTRY_VERIFY(server.sessions.list().empty());
    QTRY_COMPARE(server.door->connections(), 0);
}

void TstWebSocket::refusesBinaryMessages()
{
    Server server;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.socket().sendBinaryMessage("{}");
    QTRY_VERIFY(client.closed);
    QCOMPARE(int(client.socket().closeCode()), 1003);
    QTRY_COMPARE(server.door->connections(), 0);
}

void TstWebSocket::refusesMessagesThatAreTooLarge()
{
    Server server;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    // Larger than any read buffer, and still within the limit.
    client.callModern("tools/call",
                      Json::object({{"name", "echo"}, {"x", QByteArray(1 << 20, 'x')}}), 1);
    QTRY_VERIFY(!client.answer(1).isNull());
    client.send(QByteArray(qsizetype(WebSocketPeer::messageBytesMax) + 1, ' '));
    QTRY_VERIFY(client.closed);
    QCOMPARE(int(client.socket().closeCode()), 1009);
}

void TstWebSocket::refusesTooManyRequestsInFlight()
{
    Server server;
    server.hold = true;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    for (int id = 0; id <= int(WebSocketPeer::inFlightMax); ++id)
        client.callModern("tools/call", echo, id);
    const Json last = int(WebSocketPeer::inFlightMax);
    QTRY_COMPARE(client.answer(last)["error"]["code"], Json(429));
    QCOMPARE(server.seen().size(), WebSocketPeer::inFlightMax);
    server.finish();
    QTRY_COMPARE(client.received.size(), qsizetype(WebSocketPeer::inFlightMax) + 1);
}

void TstWebSocket::whoHasTooManyRequestsCanStillEndThem()
{
    Server server;
    server.hold = true;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.initialize();
    QTRY_VERIFY(!client.answer("init").isNull());
    for (int id = 0; id < int(WebSocketPeer::inFlightMax); ++id)
        client.call("tools/call", echo, id);
    QTRY_COMPARE(server.seen().size(), WebSocketPeer::inFlightMax);
    client.note("notifications/cancelled", Json::object({{"requestId", 0}}));
    QTRY_VERIFY(server.seen().front().stop.stop_requested());
    QCOMPARE(client.received.size(), 1); // nothing for the notification
}

void TstWebSocket::answersWhatItCannotRead()
{
    Server server;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.send("{");
    QTRY_COMPARE(client.received.size(), 1);
    QVERIFY(client.received.front().contains("-32700"));
    client.send(R"({"jsonrpc":"2.0","id":5,"method":"tools/list","params":{"_meta":{
        "io.modelcontextprotocol/protocolVersion":"2099-01-01",
        "io.modelcontextprotocol/clientCapabilities":{}}}})");
    QTRY_COMPARE(client.answer(5)["error"]["code"], Json(-32022));
    QVERIFY(client.isOpen());
}

void TstWebSocket::aRevokedKeyClosesTheSocket()
{
    Server server;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    server.revoked = true;
    QTRY_VERIFY(client.closed);
    QCOMPARE(int(client.socket().closeCode()), 1008);
    QVERIFY(server.seen().empty());
}

void TstWebSocket::aRevokedKeyEndsTheSession()
{
    Server server;
    server.hold = true;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.initialize();
    QTRY_VERIFY(!client.answer("init").isNull());
    client.call("tools/call", echo, 1);
    QTRY_COMPARE(server.seen().size(), std::size_t(1));
    server.revoked = true;
    QTRY_VERIFY(client.closed);
    QTRY_VERIFY(server.sessions.list().empty());
    QVERIFY(server.seen().front().stop.stop_requested());
    QCOMPARE(server.failedAuthentications.load(), 0); // nobody tried anything
}

void TstWebSocket::aClosedTenantClosesTheSocket()
{
    Server server;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    server.news.tell({.tenant = TenantId("beta-inc"), .closed = true});
    server.news.tell({.tenant = TenantId("acme-corp"), .closed = true});
    QTRY_VERIFY(client.closed);
    QCOMPARE(int(client.socket().closeCode()), 1008);
}

void TstWebSocket::aReaderThatIsTooSlowIsCut()
{
    Server server;
    server.answerBytes = 1 << 20;
    Client client(server);
    QTRY_VERIFY(client.isOpen());
    client.socket().setReadBufferSize(1); // takes nothing more off the network
    client.socket().setPauseMode(QAbstractSocket::PauseNever);
    for (int id = 0; id < 40; ++id)
        client.callModern("tools/call", echo, id);
    QTRY_COMPARE_WITH_TIMEOUT(server.door->connections(), 0, 15'000);
}

void TstWebSocket::drainingClosesTheSocket_data()
{
    QTest::addColumn<bool>("cancelled");
    QTest::newRow("when its call is answered") << false;
    QTest::newRow("when its call is cancelled") << true;
}

void TstWebSocket::drainingClosesTheSocket()
{
    QFETCH(const bool, cancelled);
    Server server;
    server.hold = true;
    Client busy(server);
    Client idle(server);
    QTRY_VERIFY(busy.isOpen() && idle.isOpen());
    busy.callModern("tools/call", echo, 1);
    QTRY_COMPARE(server.seen().size(), std::size_t(1));
    std::thread stopping([&] { server.door->stop(std::chrono::seconds(60)); });
    QTRY_VERIFY(idle.closed);
    QCOMPARE(int(idle.socket().closeCode()), 1001);
    QVERIFY(busy.isOpen()); // its call is still carried out
    if (cancelled)
        busy.note("notifications/cancelled", Json::object({{"requestId", 1}}));
    else
        server.finish();
    const bool left = QTest::qWaitFor([&] { return busy.closed; });
    if (cancelled)
        server.finish();
    stopping.join();
    QVERIFY(left);
    QCOMPARE(busy.answer(1).isNull(), cancelled);
}

void TstWebSocket::aClientThatSendsAheadIsNotUpgraded()
{
    Server server;
    QTcpSocket socket;
    socket.setProxy(QNetworkProxy::NoProxy);
    socket.connectToHost(QHostAddress(QHostAddress::LocalHost), server.port);
    socket.write("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(server.port)
                 + "\r\nAuthorization: Bearer alice-key\r\nUpgrade: websocket\r\nConnection: "
                   "Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                   "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mcp\r\n\r\n"
                   "GET /mcp HTTP/1.1\r\n\r\n");
    QTRY_VERIFY(socket.state() == QAbstractSocket::UnconnectedState);
    QVERIFY(!socket.readAll().contains(" 101 "));
    QTRY_COMPARE(server.door->connections(), 0);
}

#include "tst_websocket.moc"
