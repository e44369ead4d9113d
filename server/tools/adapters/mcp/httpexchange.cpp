#include "server/tools/adapters/mcp/httpexchange.h"

#include <QNetworkProxy>

namespace provost::tools::mcp {

namespace {

constexpr qint64 readAheadBytes = 256 << 10;
constexpr qsizetype otherBodyBytesMax = 64 << 10; // of a page that explains an error
constexpr quint16 httpPort = 80;
constexpr quint16 httpsPort = 443;
constexpr int ok = 200;

quint16 portOf(const QUrl &url, quint16 usual)
{
    return static_cast<quint16>(url.port(usual));
}

} // namespace

HttpExchange::HttpExchange(Transport::RequestId id, HttpLimits limits)
    : m_id(id)
    , m_limits(limits)
    , m_events(limits.messageBytesMax)
{
}

HttpExchange::~HttpExchange()
{
    if (m_socket) {
        m_socket->disconnect(this);
        m_socket->abort();
    }
}

void HttpExchange::start(const QUrl &server, const QByteArray &request, LaterPtr<QSslSocket> idle)
{
    m_socket = std::move(idle);
    m_wasConnected = m_socket != nullptr;
    if (!m_socket)
        m_socket = makeLater<QSslSocket>();
    QSslSocket &socket = *m_socket;
    connect(&socket, &QSslSocket::readyRead, this, &HttpExchange::onReadable);
    connect(&socket, &QSslSocket::disconnected, this, &HttpExchange::onDisconnected);
    connect(&socket, &QSslSocket::errorOccurred, this, &HttpExchange::onSocketError,
            Qt::QueuedConnection);
    if (m_wasConnected) {
        socket.write(request);
        return;
    }
    const auto onConnected = [this, request] {
        m_wasConnected = true;
        m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_socket->write(request);
    };
    socket.setProxy(QNetworkProxy::NoProxy);
    socket.setReadBufferSize(readAheadBytes);
    if (server.scheme() == u"https") {
        connect(&socket, &QSslSocket::encrypted, this, onConnected);
        socket.connectToHostEncrypted(server.host(), portOf(server, httpsPort));
    } else {
        connect(&socket, &QSslSocket::connected, this, onConnected);
        socket.connectToHost(server.host(), portOf(server, httpPort));
    }
}

LaterPtr<QSslSocket> HttpExchange::takeConnection()
{
    if (!m_socket || !m_reader.isComplete() || !m_reader.canBeReused()
        || m_socket->state() != QAbstractSocket::ConnectedState || m_socket->bytesAvailable() > 0)
        return nullptr;
    m_socket->disconnect(this);
    return std::move(m_socket);
}

void HttpExchange::onReadable()
{
    while (!m_hasEnded && m_socket->bytesAvailable() > 0) {
        if (const auto read = onBytes(m_socket->read(readAheadBytes)); !read) {
            end(read.error());
            return;
        }
    }
    if (!m_hasEnded && m_reader.isComplete())
        end({});
}

Result<void> HttpExchange::onBytes(const QByteArray &bytes)
{
    const bool hadHead = m_reader.hasHead();
    TRY_DO(m_reader.feed(bytes));
    if (!hadHead && m_reader.hasHead())
        onHead();
    return onBody(m_reader.takeBody());
}

void HttpExchange::onHead()
{
    const QByteArray type = m_reader.header("content-type").toLower();
    if (type.startsWith("application/json"))
        m_kind = Kind::Json;
    else if (type.startsWith("text/event-stream") && m_reader.status() == ok)
        m_kind = Kind::Stream;
    else
        m_kind = Kind::Other;
    Q_EMIT headArrived();
}

Result<void> HttpExchange::onBody(const QByteArray &bytes)
{
    if (bytes.isEmpty())
        return {};
    m_bytes += bytes.size();
    const auto tooLarge = [](qsizetype limit) {
        return fail(ErrorCode::TooLarge,
                    QStringLiteral("the server's answer is larger than %1 bytes").arg(limit));
    };
    switch (m_kind) {
    case Kind::Stream: {
        if (m_limits.responseBytesMax > 0 && m_bytes > m_limits.responseBytesMax)
            return tooLarge(m_limits.responseBytesMax);
        auto events = m_events.feed(bytes);
        if (!events)
            return tooLarge(m_limits.messageBytesMax);
        for (const SseEvent &event : *events) {
            if (event.type == "message")
                Q_EMIT message(event.data);
            else
                Q_EMIT otherEvent(event);
        }
        return {};
    }
    case Kind::Json:
        if (m_bytes > m_limits.messageBytesMax)
            return tooLarge(m_limits.messageBytesMax);
        m_body += bytes;
        return {};
    case Kind::Other:
    case Kind::Unknown:
        m_body += bytes.first(std::min(bytes.size(), otherBodyBytesMax - m_body.size()));
        return {};
    }
    return {};
}

void HttpExchange::onDisconnected()
{
    if (!m_wasConnected) { // the certificate was refused
        onSocketError();
        return;
    }
    onReadable();
    if (m_hasEnded)
        return;
    if (const auto complete = m_reader.feedEnd(); !complete)
        end(complete.error());
    else
        end({});
}

void HttpExchange::onSocketError()
{
    // The end of the connection is no error by itself: onDisconnected() knows whether something was missing.
    if (m_hasEnded
        || (m_wasConnected && m_socket->error() == QAbstractSocket::RemoteHostClosedError))
        return;
    const QString why = m_socket->errorString();
    if (m_wasConnected)
        end(Error{ErrorCode::Upstream,
                  QStringLiteral("the connection to the server failed: ") + why});
    else
        end(Error{ErrorCode::Unavailable, QStringLiteral("the server cannot be reached: ") + why});
}

void HttpExchange::end(const std::optional<Error> &error)
{
    if (std::exchange(m_hasEnded, true))
        return;
    Q_EMIT ended(error);
}

} // namespace provost::tools::mcp
