// An HTTP server that answers every request with the same events and then ends the stream.
#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

namespace provost::tools::mcp::testing {

class EventServer
{
public:
    explicit EventServer(const QByteArray &events)
    {
        m_server.listen(QHostAddress::LocalHost);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this, events] {
            QTcpSocket *socket = m_server.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket, events] {
                socket->write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n"
                              + QByteArray::number(events.size(), 16) + "\r\n" + events
                              + "\r\n0\r\n\r\n");
            });
        });
    }
    [[nodiscard]] QUrl url() const
    {
        return QUrl(QStringLiteral("http://127.0.0.1:%1/").arg(m_server.serverPort()));
    }

private:
    QTcpServer m_server;
};

} // namespace provost::tools::mcp::testing
