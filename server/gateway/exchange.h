// One HTTP request and the way to answer it, free of any HTTP library. The front door makes an Exchange for each
// complete request and hands it to the route; the route answers once, at once or later, whole or as an event stream.
// INVARIANT: exactly one answer goes out per request, in the order of the requests on the connection.
// Thread: an Exchange lives on the loop of its connection.
#pragma once

#include "server/base/clock.h"
#include "server/base/json.h"
#include "server/gateway/headerlist.h"
#include "server/identity/presentedkey.h"

#include <QByteArray>

#include <functional>
#include <memory>
#include <vector>

class QTcpSocket;

namespace provost::gateway {

struct HttpRequest
{
    QByteArray method;
    QByteArray path;  // percent-encoding as sent, without the query
    QByteArray query; // without '?'
    HeaderList headers;
    QByteArray body;
    QByteArray peerAddress; // textual, without port
    bool secure = false;    // TLS
    // Of a key that was presented before, when the connection was opened; else the headers have what there is.
    std::optional<identity::PresentedKey> credential{};
    MonotonicTime received;

    // The value of the first header of that name, case-insensitively; empty if there is none.
    [[nodiscard]] QByteArrayView header(QByteArrayView name) const
    {
        return headers.find(name).value_or(QByteArrayView());
    }
    [[nodiscard]] bool hasHeader(QByteArrayView name) const
    {
        return headers.find(name).has_value();
    }
};

struct HttpReply
{
    int status = 200;
    std::vector<Header> headers; // Content-Length, Date and Connection are added
    QByteArray body;
};

class Exchange
{
public:
    virtual ~Exchange() = default;

    [[nodiscard]] virtual const HttpRequest &request() const = 0;
    // How the request came, for records: "http" or "websocket".
    [[nodiscard]] virtual QByteArrayView transport() const { return "http"; }

    // False when the client has gone; whatever is sent then is dropped.
    [[nodiscard]] virtual bool isOpen() const = 0;
    // Runs once when the client goes before the answer is complete. REQUIRES: set before any suspension.
    virtual void onClosed(std::function<void()> callback) = 0;

    // Answers whole. REQUIRES: nothing was answered before.
    virtual void reply(HttpReply reply) = 0;

    // Answers as a server-sent event stream (WHATWG HTML 9.2): head first, then events, then end.
    virtual void startEvents(std::vector<Header> extraHeaders = {}) = 0;
    virtual void sendEvent(QByteArrayView data, QByteArrayView id = {},
                           QByteArrayView event = "message") = 0;
    virtual void sendComment(QByteArrayView text) = 0; // keep-alive ": text"
    virtual void sendRetry(std::chrono::milliseconds retry) = 0;
    virtual void endEvents() = 0;
    // Gives the connection to another protocol (RFC 9110 7.8). On the next turn of the loop `taker` gets the socket,
    // whose unread bytes are `head`; it has to take it as a child. False if this connection cannot be given away; else
    // nothing may be answered any more. REQUIRES: nothing was answered before.
    using SocketTaker = std::function<void(QTcpSocket &)>;
    // NOLINTNEXTLINE(performance-unnecessary-value-param): who can give the connection away keeps the taker
    [[nodiscard]] virtual bool upgrade(const QByteArray &, SocketTaker) { return false; }

    // Bytes that wait to be written, for back-pressure.
    [[nodiscard]] virtual qint64 bytesWaiting() const = 0;
};

// What the front door calls for every complete request, on the connection's loop.
using RequestHandler = std::function<void(std::shared_ptr<Exchange>)>;

} // namespace provost::gateway
