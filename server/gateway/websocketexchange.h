// WebSocketExchange: one message of a WebSocket, as the request that it would be over HTTP. The answer, and every event
// before it, is a message of its own; statuses, headers, comments and event ids have no place there and are dropped.
// INVARIANT: a request that was handed out is answered, even if everybody forgets it, unless the socket is gone.
// Thread: the loop of the socket.
#pragma once

#include "server/gateway/exchange.h"

namespace provost::gateway {

class WebSocketPeer;

class WebSocketExchange final : public Exchange
{
public:
    enum class Role {
        Message,
        Initialize,  // its answer opens the session
        Initialized, // the session's stream is opened after it
        Stream,      // the session's GET stream
    };

    WebSocketExchange(WebSocketPeer &peer, HttpRequest request, Role role, Json id);
    ~WebSocketExchange() override;
    WebSocketExchange(const WebSocketExchange &) = delete;
    WebSocketExchange &operator=(const WebSocketExchange &) = delete;

    [[nodiscard]] Role role() const { return m_role; }
    [[nodiscard]] const Json &id() const { return m_id; } // of a request; null otherwise

    [[nodiscard]] const HttpRequest &request() const override { return m_request; }
    [[nodiscard]] QByteArrayView transport() const override { return "websocket"; }
    [[nodiscard]] bool isOpen() const override { return m_peer != nullptr; }
    void onClosed(std::function<void()> callback) override { m_onClosed = std::move(callback); }
    void reply(HttpReply reply) override;
    void startEvents(std::vector<Header> extraHeaders) override;
    void sendEvent(QByteArrayView data, QByteArrayView id, QByteArrayView event) override;
    void sendComment(QByteArrayView) override {}          // the socket has pings
    void sendRetry(std::chrono::milliseconds) override {} // and cannot be resumed
    void endEvents() override;
    [[nodiscard]] qint64 bytesWaiting() const override;

    // For the peer: the client is gone, or has cancelled the request.
    void clientGone();

private:
    enum class Answer { None, Events, Complete };

    WebSocketPeer *m_peer; // null when the client is gone or the answer complete
    const HttpRequest m_request;
    const Role m_role;
    const Json m_id;
    Answer m_answer = Answer::None;
    std::function<void()> m_onClosed;
};

} // namespace provost::gateway
