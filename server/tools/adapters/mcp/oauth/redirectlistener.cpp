#include "server/tools/adapters/mcp/oauth/redirectlistener.h"

#include <QTcpSocket>
#include <QTimer>

#include <chrono>

namespace provost::tools::mcp::oauth {

namespace {

constexpr qint64 requestBytesMax = 16 << 10;
constexpr int connectionsMax = 16;
constexpr std::chrono::seconds patience{10};

QByteArray page(const char *status, const char *words)
{
    const QByteArray body = QByteArray("<!doctype html><title>Provost</title><p>") + words + '\n';
    return QByteArray("HTTP/1.1 ") + status
           + "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: "
           + QByteArray::number(body.size())
           + "\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
             "Connection: close\r\n\r\n"
           + body;
}

} // namespace

RedirectListener::RedirectListener(std::function<bool(const QUrlQuery &)> onRedirect)
    : m_onRedirect(std::move(onRedirect))
{
    m_server.setMaxPendingConnections(connectionsMax);
    connect(&m_server, &QTcpServer::newConnection, this, &RedirectListener::onConnection);
}

Result<void> RedirectListener::open(quint16 port)
{
    close();
    if (!m_server.listen(QHostAddress::LocalHost, port))
        return fail(ErrorCode::Unavailable,
                    QStringLiteral("port %1 for the browser's way back is taken").arg(port));
    return {};
}

void RedirectListener::close()
{
    m_server.close();
}

QByteArray RedirectListener::uri() const
{
    return "http://127.0.0.1:" + QByteArray::number(m_server.serverPort()) + "/callback";
}

void RedirectListener::onConnection()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        socket->setParent(this);
        socket->setReadBufferSize(requestBytesMax);
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { onReadable(*socket); });
        QTimer::singleShot(patience, socket, &QTcpSocket::abort);
    }
}

void RedirectListener::onReadable(QTcpSocket &socket)
{
    const QByteArray request = socket.peek(requestBytesMax);
    if (!request.contains("\r\n\r\n")) {
        if (request.size() >= requestBytesMax)
            socket.abort();
        return;
    }
    socket.disconnect(this);
    const QByteArray target = request.left(request.indexOf('\r')).split(' ').value(1);
    const QUrl url(QString::fromUtf8(target), QUrl::StrictMode);
    // Nothing of the request comes back in the page.
    QByteArray answer = page("404 Not Found", "There is nothing here.");
    if (request.startsWith("GET ") && url.path() == u"/callback")
        answer = m_onRedirect(QUrlQuery(url))
                     ? page("200 OK", "Provost has the answer. You can close this window; the "
                                      "console shows whether the server can be used now.")
                     : page("400 Bad Request", "Provost does not wait for this answer. Open the "
                                               "address that the console shows.");
    socket.write(answer);
    socket.disconnectFromHost();
}

} // namespace provost::tools::mcp::oauth
