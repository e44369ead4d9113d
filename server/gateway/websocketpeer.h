// WebSocketPeer: one agent on one WebSocket. Each text message is presented to the MCP endpoint as the request that it
// would be over HTTP, its headers made from the message itself, so that there is one way through the endpoint. A legacy
// session belongs to its socket and ends with it.
// INVARIANT: what a client can make wait here has a limit: messages in flight, bytes of a message, bytes unsent.
// Thread: the loop of the socket.
#pragma once

#include "server/base/clock.h"
#include "server/gateway/websocketexchange.h"

#include <QObject>
#include <QWebSocketProtocol>

#include <set>

class QWebSocket;

namespace provost::gateway {

class WebSocketPeer
{
public:
    static constexpr std::size_t inFlightMax = 64; // requests without an answer, listens included
    static constexpr quint64 messageBytesMax = quint64(4) << 20; // more: closed with 1009
    static constexpr qint64 unsentBytesMax = qint64(8) << 20;    // more: closed with 1013
    static constexpr std::chrono::seconds pingInterval{20};
    static constexpr std::chrono::seconds silenceMax{
        60};                                         // no message and no pong: the client is gone
    static constexpr std::chrono::seconds linger{2}; // for the client to take what was sent last

    struct Surroundings
    {
        const Clock &clock; // outlives the peer
        std::function<void(std::shared_ptr<Exchange>)> serve;
        // Ends the legacy session, whatever has become of the key: nobody else has its id.
        std::function<void(const QByteArray &id)> endSession;
        std::function<void()> onGone; // once, when the socket is disconnected
    };

    // `pattern` is what the requests have in common: path, headers of the upgrade, address, credential.
    WebSocketPeer(std::unique_ptr<QWebSocket> socket, HttpRequest pattern,
                  Surroundings surroundings);
    ~WebSocketPeer();
    WebSocketPeer(const WebSocketPeer &) = delete;
    WebSocketPeer &operator=(const WebSocketPeer &) = delete;

    void tick();  // pings and time-outs; about once a second
    void drain(); // closes as soon as every request in flight is answered
    void close(QWebSocketProtocol::CloseCode code, const QString &reason);

    // For WebSocketExchange.
    void send(QByteArrayView message);
    void cut(); // the client reads too slowly
    void finished(WebSocketExchange &exchange, const HttpReply &reply);
    [[nodiscard]] qint64 bytesWaiting() const;

private:
    void receive(const QByteArray &message);
    [[nodiscard]] bool cancel(const Json &id);
    void present(HttpRequest request, WebSocketExchange::Role role, Json id);
    [[nodiscard]] HttpRequest requestOf(QByteArray method, QByteArray body = {}) const;
    void openStream();
    void endSession();
    void leaveIfDone(); // as drain() wants
    void gone();
    [[nodiscard]] std::size_t requestsInFlight() const;

    const std::unique_ptr<QWebSocket> m_socket;
    const HttpRequest m_pattern;
    const Surroundings m_surroundings;
    QByteArray m_session;                      // Mcp-Session-Id; empty: none
    std::set<WebSocketExchange *> m_exchanges; // without a complete answer
    MonotonicTime m_heard;
    MonotonicTime m_pinged;
    std::optional<MonotonicTime> m_closing; // since
    bool m_draining = false;
    bool m_gone = false;
    QObject m_receiver; // ends the connections to the socket's signals first
};

} // namespace provost::gateway
