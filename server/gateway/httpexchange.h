// The Exchange of a connection: writes the one answer through the connection's guard.
// INVARIANT: a request that was handed out is answered or its connection closed, even if everybody forgets it.
// Thread: the loop of the connection.
#pragma once

#include "server/gateway/exchange.h"
#include "server/gateway/framingscanner.h"
#include "server/gateway/replyencoder.h"

#include <thread>

namespace provost::gateway {

class ConnectionGuard;

class HttpExchange final : public Exchange
{
public:
    HttpExchange(ConnectionGuard &guard, ScannedRequest scanned);
    ~HttpExchange() override;
    HttpExchange(const HttpExchange &) = delete;
    HttpExchange &operator=(const HttpExchange &) = delete;

    [[nodiscard]] const HttpRequest &request() const override { return m_request; }
    [[nodiscard]] bool isOpen() const override { return m_guard != nullptr; }
    void onClosed(std::function<void()> callback) override { m_onClosed = std::move(callback); }
    void reply(HttpReply reply) override;
    void startEvents(std::vector<Header> extraHeaders) override;
    void sendEvent(QByteArrayView data, QByteArrayView id, QByteArrayView event) override;
    void sendComment(QByteArrayView text) override;
    void sendRetry(std::chrono::milliseconds retry) override;
    void endEvents() override;
    [[nodiscard]] bool upgrade(const QByteArray &head, SocketTaker taker) override;
    [[nodiscard]] qint64 bytesWaiting() const override;

    // For the guard: the client is gone. May destroy this.
    void clientGone();

private:
    enum class Answer { None, Events, Complete };

    [[nodiscard]] ReplyFraming framing() const;
    void sendPart(const QByteArray &part);
    void complete();

    const std::thread::id m_thread = std::this_thread::get_id();
    ConnectionGuard *m_guard; // null when the client is gone or the answer complete
    const HttpRequest m_request;
    const bool m_http11;
    Answer m_answer = Answer::None;
    std::function<void()> m_onClosed;
};

} // namespace provost::gateway
