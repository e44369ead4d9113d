#include "server/gateway/websocketdoor.h"

#include "server/gateway/httpgrammar.h"
#include "server/gateway/mcpanswer.h"
#include "server/gateway/mcpservices.h"

#include <QTcpSocket>
#include <QWebSocket>
#include <QWebSocketServer>

#include <algorithm>

namespace provost::gateway {

namespace {

constexpr char subprotocol[] = "mcp";
constexpr QByteArrayView version = "13";
constexpr qsizetype keyBytes = 16;
constexpr qsizetype frameHeadBytesMax = 14;
constexpr std::chrono::seconds tickInterval{1};

tl::unexpected<protocol::RpcError> refuse(int status, const char *why)
{
    return protocol::reject(status, status, why);
}

// Whether a comma-separated header has an element, letter case aside.
bool hasElement(const HttpRequest &request, QByteArrayView name, QByteArrayView element)
{
    for (const HeaderList::Field header : request.headers) {
        if (equalIgnoringCase(header.name, name) && listContains(header.value, element))
            return true;
    }
    return false;
}

bool isKey(QByteArrayView key)
{
    const auto decoded =
        QByteArray::fromBase64Encoding(key.toByteArray(), QByteArray::AbortOnBase64DecodingErrors);
    return decoded && decoded.decoded.size() == keyBytes;
}

// RFC 6455 4.2.1. Checked here, so that QWebSocketServer has nothing left to refuse.
protocol::Checked<void> checkHandshake(const HttpRequest &request)
{
    if (!hasElement(request, "Upgrade", "websocket")
        || !hasElement(request, "Connection", "upgrade"))
        return refuse(426, "This path speaks WebSocket");
    if (request.header("Sec-WebSocket-Version") != version)
        return refuse(426, "The WebSocket version is 13");
    if (!isKey(request.header("Sec-WebSocket-Key")))
        return refuse(400, "The Sec-WebSocket-Key is not valid");
    if (!hasElement(request, "Sec-WebSocket-Protocol", subprotocol))
        return refuse(400, "The WebSocket subprotocol is mcp");
    return {};
}

HeaderList headersNamed(std::initializer_list<QByteArrayView> names, const HttpRequest &request)
{
    HeaderList named;
    for (const HeaderList::Field header : request.headers) {
        const auto isHeader = [&header](QByteArrayView name) {
            return equalIgnoringCase(header.name, name);
        };
        if (std::any_of(names.begin(), names.end(), isHeader))
            named.add(header.name, header.value);
    }
    return named;
}

// What QWebSocketServer reads: made anew, so that it sees no credential and nothing that was not checked.
QByteArray headFor(const HttpRequest &request)
{
    return "GET " + request.path + " HTTP/1.1\r\nHost: " + request.header("Host")
           + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
             "\r\nSec-WebSocket-Key: "
           + request.header("Sec-WebSocket-Key") + "\r\nSec-WebSocket-Protocol: " + subprotocol
           + "\r\n\r\n";
}

void replyRefusal(Exchange &exchange, const protocol::RpcError &error, bool hadCredential)
{
    const McpAnswer answer = answerError({}, error);
    HttpReply reply{answer.httpStatus, {{"Content-Type", "application/json"}}, answer.body};
    if (error.httpStatus == 401)
        reply.headers.push_back(bearerChallenge(hadCredential));
    if (error.httpStatus == 405)
        reply.headers.push_back({"Allow", "GET"});
    if (error.httpStatus == 426) { // RFC 6455 4.4
        reply.headers.push_back({"Upgrade", "websocket"});
        reply.headers.push_back({"Sec-WebSocket-Version", version.toByteArray()});
    }
    exchange.reply(std::move(reply));
}

} // namespace

WebSocketDoor::WebSocketDoor(const McpServices &services, OriginPolicy origins,
                             std::function<void(std::shared_ptr<Exchange>)> serve)
    : m_services(services)
    , m_origins(std::move(origins))
    , m_serve(std::move(serve))
    , m_gone([this](quint64 number) { m_guests.erase(number); })
    , m_changes([this](const tenancy::TenantChange &change) {
        for (const quint64 number : numbers()) {
            const auto guest = m_guests.find(number);
            if (change.closed && guest->second.owner.tenant == change.tenant)
                guest->second.peer->close(QWebSocketProtocol::CloseCodePolicyViolated,
                                          QStringLiteral("the tenant is no longer served"));
        }
    })
{
    m_services.news.follow(m_changes.sender());
    m_tick.callOnTimeout(&m_tick, [this] { tick(); });
    m_tick.setInterval(tickInterval);
}

WebSocketDoor::~WebSocketDoor() = default;

bool WebSocketDoor::isMeant(const HttpRequest &request)
{
    return mcpPathOfSocket(request.path).has_value();
}

void WebSocketDoor::handle(const std::shared_ptr<Exchange> &exchange)
{
    const HttpRequest &request = exchange->request();
    auto invitation = admit(request);
    if (!invitation) {
        replyRefusal(*exchange, invitation.error(), request.hasHeader("Authorization"));
        return;
    }
    const bool given =
        exchange->upgrade(headFor(request), [alive = std::weak_ptr(m_alive),
                                             invited = std::move(*invitation)](QTcpSocket &socket) {
            const auto self = alive.lock();
            if (self && !(*self)->m_draining)
                (*self)->handshake(socket, invited);
            else
                socket.abort();
        });
    if (!given)
        replyRefusal(*exchange, {400, 400, "This connection cannot be upgraded", {}}, true);
}

protocol::Checked<void> WebSocketDoor::checkDoor(const HttpRequest &request) const
{
    if (const auto trusted = m_origins.check(request); !trusted)
        return protocol::reject(403, 403, trusted.error().message.toUtf8());
    if (request.method != "GET")
        return refuse(405, "Method not allowed");
    if (m_draining)
        return refuse(503, "The server is stopping");
    return {};
}

protocol::Checked<WebSocketDoor::Invitation> WebSocketDoor::admit(const HttpRequest &request) const
{
    TRY_DO(checkDoor(request));
    Invitation invitation;
    HttpRequest &pattern = invitation.pattern;
    pattern.path = *mcpPathOfSocket(request.path);
    pattern.peerAddress = request.peerAddress;
    pattern.secure = request.secure;
    pattern.method = "GET";
    pattern.headers = headersNamed({"Host", "Origin", "User-Agent", "X-Workflow-Id"}, request);
    HttpRequest opening = pattern;
    opening.headers = headersNamed({"Authorization", "X-Workflow-Id"}, request);
    TRY_LET(const McpRequest in, readMcpRequest(opening, {}));
    pattern.credential = m_services.readKey(in.bearer);
    const auto principal = m_services.authenticate(*pattern.credential);
    if (!principal) {
        m_services.countFailedAuthentication();
        return tl::make_unexpected(toRpcError(principal.error()));
    }
    if (in.tenant && *in.tenant != principal->tenant) {
        m_services.countFailedAuthentication();
        return refuse(403, "this key belongs to another tenant");
    }
    TRY_DO(checkHandshake(request));
    invitation.owner = {principal->tenant, principal->user};
    return invitation;
}

// A server of its own for each handshake, so that the socket that comes out is known to be the one that went in.
void WebSocketDoor::handshake(QTcpSocket &socket, Invitation invitation)
{
    auto *server = new QWebSocketServer(QString(), QWebSocketServer::NonSecureMode, &socket);
    server->setSupportedSubprotocols({QLatin1String(subprotocol)});
    QObject::connect(server, &QWebSocketServer::newConnection, &socket,
                     [this, alive = std::weak_ptr(m_alive), server, &socket,
                      invited = std::move(invitation)]() mutable {
                         std::unique_ptr<QWebSocket> opened(server->nextPendingConnection());
                         opened->setParent(nullptr);
                         socket.setParent(opened.get());
                         server->deleteLater();
                         if (alive.lock())
                             seat(std::move(opened), std::move(invited));
                     });
    // A frame is read when it is there as a whole.
    socket.setReadBufferSize(qint64(WebSocketPeer::messageBytesMax) + frameHeadBytesMax);
    server->handleConnection(&socket);
}

void WebSocketDoor::seat(std::unique_ptr<QWebSocket> socket, Invitation invitation)
{
    const quint64 number = ++m_last;
    identity::PresentedKey credential = *invitation.pattern.credential;
    auto peer = std::make_unique<WebSocketPeer>(
        std::move(socket), std::move(invitation.pattern),
        WebSocketPeer::Surroundings{m_services.clock, m_serve,
                                    [&sessions = m_services.sessions, owner = invitation.owner](
                                        const QByteArray &id) { sessions.end(id, owner); },
                                    [sender = m_gone.sender(), number] { sender.post(number); }});
    if (m_draining)
        peer->drain();
    m_guests.emplace(number,
                     Guest{std::move(peer), std::move(credential), std::move(invitation.owner)});
    if (!m_tick.isActive())
        m_tick.start();
}

void WebSocketDoor::drain()
{
    m_draining = true;
    for (const quint64 number : numbers())
        m_guests.at(number).peer->drain();
}

void WebSocketDoor::tick()
{
    for (const quint64 number : numbers()) {
        const Guest &guest = m_guests.at(number);
        const auto principal = m_services.authenticate(guest.credential);
        if (!principal || SessionOwner{principal->tenant, principal->user} != guest.owner)
            guest.peer->close(QWebSocketProtocol::CloseCodePolicyViolated,
                              QStringLiteral("the credential is no longer valid"));
        guest.peer->tick();
    }
    if (m_guests.empty())
        m_tick.stop();
}

std::vector<quint64> WebSocketDoor::numbers() const
{
    std::vector<quint64> all;
    for (const auto &[number, guest] : m_guests)
        all.push_back(number);
    return all;
}

} // namespace provost::gateway
