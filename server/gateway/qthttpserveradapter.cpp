#include "server/gateway/qthttpserveradapter.h"

#include "server/gateway/connectionguard.h"

#include <QAbstractHttpServer>
#include <QHostAddress>
#include <QTcpServer>

namespace provost::gateway {

class QtHttpServerAdapter::Server final : public QAbstractHttpServer
{
public:
    explicit Server(std::function<void(GuardedSocket &)> onRequest)
        : m_onRequest(std::move(onRequest))
    {
    }

protected:
    bool handleRequest(const QHttpServerRequest &, QTcpSocket *socket) override
    {
        // Every socket came through adopt().
        m_onRequest(*static_cast<GuardedSocket *>(socket));
        return true;
    }
    void missingHandler(const QHttpServerRequest &, QTcpSocket *) override {}

private:
    const std::function<void(GuardedSocket &)> m_onRequest;
};

// A server that never listens: its connections are accepted elsewhere.
class QtHttpServerAdapter::AdoptingServer final : public QTcpServer
{
public:
    void adopt(std::unique_ptr<GuardedSocket> socket)
    {
        m_next = socket.release();
        m_next->setParent(this);
        addPendingConnection(m_next);
    }

    // QTcpServer's own wants a listening socket.
    QTcpSocket *nextPendingConnection() override { return std::exchange(m_next, nullptr); }
    bool hasPendingConnections() const override { return m_next != nullptr; }

private:
    GuardedSocket *m_next = nullptr;
};

QtHttpServerAdapter::QtHttpServerAdapter(std::function<void(GuardedSocket &)> onRequest)
    : m_server(std::make_unique<Server>(std::move(onRequest)))
{
    auto sockets = std::make_unique<AdoptingServer>();
    m_sockets = sockets.get();
    // bind() wants a listening server, though it never accepts: a moment on a free loopback port satisfies it.
    static_cast<void>(m_sockets->listen(QHostAddress::LocalHost));
    m_server->bind(sockets.release()); // takes it as a child
    m_sockets->close();
}

QtHttpServerAdapter::~QtHttpServerAdapter() = default;

void QtHttpServerAdapter::adopt(std::unique_ptr<GuardedSocket> socket)
{
    m_sockets->adopt(std::move(socket));
}

} // namespace provost::gateway
