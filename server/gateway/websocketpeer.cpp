#include "server/gateway/websocketpeer.h"

#include "server/gateway/mcpstreams.h"
#include "server/protocol/headervalue.h"
#include "server/protocol/jsonrpc.h"
#include "server/protocol/meta.h"
#include "server/protocol/method.h"

#include <QWebSocket>

#include <algorithm>

namespace provost::gateway {

namespace {

using Role = WebSocketExchange::Role;

Role roleOf(const protocol::Message &message)
{
    if (message.kind == protocol::MessageKind::Request && message.method == "initialize")
        return Role::Initialize;
    return message.method == "notifications/initialized" ? Role::Initialized : Role::Message;
}

// What the modern era repeats in headers for proxies, which here have nothing to read.
std::vector<Header> modernHeaders(const protocol::Message &message)
{
    std::vector<Header> headers;
    const Json &revision = (*protocol::metaOf(message.params))[protocol::metakey::ProtocolVersion];
    if (revision.isString())
        headers.push_back({"MCP-Protocol-Version", revision.toByteArray()});
    headers.push_back({"Mcp-Method", message.method});
    const auto method = protocol::findMethod(message.method, protocol::Era::Modern);
    const QByteArrayView member = method ? protocol::nameMember(*method) : QByteArrayView();
    if (!member.isEmpty() && message.params[member].isString())
        headers.push_back(
            {"Mcp-Name", protocol::encodeHeaderValue(message.params[member].toByteArray())});
    return headers;
}

} // namespace

WebSocketPeer::WebSocketPeer(std::unique_ptr<QWebSocket> socket, HttpRequest pattern,
                             Surroundings surroundings)
    : m_socket(std::move(socket))
    , m_pattern(std::move(pattern))
    , m_surroundings(std::move(surroundings))
    , m_heard(m_surroundings.clock.monotonic())
    , m_pinged(m_heard)
{
    m_socket->setMaxAllowedIncomingMessageSize(messageBytesMax);
    m_socket->setMaxAllowedIncomingFrameSize(messageBytesMax);
    QObject::connect(m_socket.get(), &QWebSocket::textMessageReceived, &m_receiver,
                     [this](const QString &message) { receive(message.toUtf8()); });
    QObject::connect(m_socket.get(), &QWebSocket::binaryMessageReceived, &m_receiver, [this] {
        close(QWebSocketProtocol::CloseCodeDatatypeNotSupported,
              QStringLiteral("messages are text"));
    });
    QObject::connect(m_socket.get(), &QWebSocket::pong, &m_receiver,
                     [this] { m_heard = m_surroundings.clock.monotonic(); });
    QObject::connect(m_socket.get(), &QWebSocket::disconnected, &m_receiver, [this] { gone(); });
}

WebSocketPeer::~WebSocketPeer()
{
    gone();
}

void WebSocketPeer::receive(const QByteArray &message)
{
    m_heard = m_surroundings.clock.monotonic();
    if (m_closing)
        return;
    HttpRequest request = requestOf("POST", message);
    Role role = Role::Message;
    Json id;
    // What else a client says is answered at once, and may be what ends a request: a cancellation, or an answer to us.
    bool takesRoom = true;
    // What cannot be read goes on as well: the endpoint says what is wrong with it.
    if (auto parsed = protocol::parseBody(message); parsed && parsed->isObject()) {
        if (const auto decoded = protocol::decodeMessage(std::move(*parsed))) {
            if (decoded->method == "notifications/cancelled"
                && cancel(decoded->params["requestId"]))
                return;
            role = roleOf(*decoded);
            takesRoom = decoded->kind == protocol::MessageKind::Request;
            if (takesRoom)
                id = decoded->id;
            if (protocol::claimsEnvelope(decoded->params)) {
                for (const Header &header : modernHeaders(*decoded))
                    request.headers.add(header.name, header.value);
            }
        }
    }
    if (!m_session.isEmpty() && role != Role::Initialize)
        request.headers.add("Mcp-Session-Id", m_session);
    if (takesRoom && requestsInFlight() >= inFlightMax)
        send(protocol::encodeError(id, {429, 429, "Too many requests are in flight", {}}));
    else
        present(std::move(request), role, std::move(id));
}

// In the modern era, where one socket carries what would be many responses to close, this is how a client cancels.
bool WebSocketPeer::cancel(const Json &id)
{
    const auto found = std::find_if(m_exchanges.begin(), m_exchanges.end(), [&](auto *exchange) {
        return !id.isNull() && exchange->id() == id
               && exchange->request().hasHeader("MCP-Protocol-Version");
    });
    if (found == m_exchanges.end())
        return false;
    WebSocketExchange *exchange = *found;
    m_exchanges.erase(found);
    exchange->clientGone();
    leaveIfDone();
    return true;
}

void WebSocketPeer::present(HttpRequest request, Role role, Json id)
{
    auto exchange =
        std::make_shared<WebSocketExchange>(*this, std::move(request), role, std::move(id));
    m_exchanges.insert(exchange.get());
    m_surroundings.serve(std::move(exchange));
}

HttpRequest WebSocketPeer::requestOf(QByteArray method, QByteArray body) const
{
    HttpRequest request = m_pattern;
    request.method = std::move(method);
    request.body = std::move(body);
    request.received = m_surroundings.clock.monotonic();
    request.headers.add("Content-Type", "application/json");
    request.headers.add("Accept", "application/json, text/event-stream");
    return request;
}

// Requests of ours and notifications reach the client as on the GET stream that it would open over HTTP.
void WebSocketPeer::openStream()
{
    HttpRequest request = requestOf("GET");
    request.headers.add("Mcp-Session-Id", m_session);
    present(std::move(request), Role::Stream, {});
}

void WebSocketPeer::finished(WebSocketExchange &exchange, const HttpReply &reply)
{
    m_exchanges.erase(&exchange);
    if (reply.status == 401)
        close(QWebSocketProtocol::CloseCodePolicyViolated,
              QStringLiteral("the credential is no longer valid"));
    if (exchange.role() == Role::Initialize) {
        for (const Header &header : reply.headers) {
            if (header.name == "Mcp-Session-Id") {
                endSession(); // the one before
                m_session = header.value;
            }
        }
    }
    if (exchange.role() == Role::Initialized && reply.status == 202 && !m_session.isEmpty())
        openStream();
    if (exchange.role() == Role::Stream && bytesWaiting() > McpStreams::unsentBytesMax)
        cut(); // that is why it was ended
    leaveIfDone();
}

void WebSocketPeer::send(QByteArrayView message)
{
    if (message.isEmpty() || m_closing || m_gone)
        return;
    m_socket->sendTextMessage(QString::fromUtf8(message));
    if (bytesWaiting() > unsentBytesMax)
        cut();
}

void WebSocketPeer::cut()
{
    close(QWebSocketProtocol::CloseCode(1013), QStringLiteral("the client reads too slowly"));
}

void WebSocketPeer::close(QWebSocketProtocol::CloseCode code, const QString &reason)
{
    if (m_closing || m_gone)
        return;
    m_closing = m_surroundings.clock.monotonic();
    m_socket->close(code, reason);
}

void WebSocketPeer::drain()
{
    m_draining = true;
    leaveIfDone();
}

void WebSocketPeer::leaveIfDone()
{
    if (m_draining && requestsInFlight() == 0)
        close(QWebSocketProtocol::CloseCodeGoingAway, QStringLiteral("the server is stopping"));
}

void WebSocketPeer::tick()
{
    const MonotonicTime now = m_surroundings.clock.monotonic();
    if (now - m_heard > silenceMax || (m_closing && now - *m_closing > linger)) {
        m_socket->abort();
    } else if (!m_closing && now - m_pinged >= pingInterval) {
        m_pinged = now;
        m_socket->ping();
    }
}

qint64 WebSocketPeer::bytesWaiting() const
{
    return m_socket->bytesToWrite();
}

// Modern requests are cancelled with their exchanges, legacy ones with their session.
void WebSocketPeer::gone()
{
    if (std::exchange(m_gone, true))
        return;
    while (!m_exchanges.empty()) {
        WebSocketExchange *exchange = m_exchanges.extract(m_exchanges.begin()).value();
        exchange->clientGone(); // may destroy it, and others
    }
    endSession();
    m_surroundings.onGone();
}

void WebSocketPeer::endSession()
{
    if (!m_session.isEmpty())
        m_surroundings.endSession(std::exchange(m_session, {}));
}

std::size_t WebSocketPeer::requestsInFlight() const
{
    return std::size_t(std::count_if(m_exchanges.begin(), m_exchanges.end(), [](auto *exchange) {
        return exchange->role() != Role::Stream;
    }));
}

} // namespace provost::gateway
