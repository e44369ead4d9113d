#include "server/gateway/qthttpserveradapter.h"

#include "server/gateway/connectionguard.h"
#include "server/gateway/descriptor.h"

#include <QAbstractHttpServer>
#include <QHostAddress>
#include <QTcpServer>

#include <sys/socket.h>

#include <array>

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

// Connections are accepted elsewhere and put in here. QTcpServer hands them on only while it listens, so it
// "listens" on one end of a pair of sockets that nobody else has and where nothing ever comes in.
class QtHttpServerAdapter::AdoptingServer final : public QTcpServer
{
public:
    AdoptingServer()
    {
        std::array<int, 2> ends{-1, -1};
        const bool made = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0;
        m_otherEnd = Descriptor(ends[1]);
        if (!made || !setSocketDescriptor(ends[0]))
            qFatal("no sockets for a gateway thread"); // only at the start of the process
    }

    void adopt(std::unique_ptr<GuardedSocket> socket)
    {
        socket->setParent(this);
        addPendingConnection(socket.release());
    }

private:
    Descriptor m_otherEnd;
};

QtHttpServerAdapter::QtHttpServerAdapter(std::function<void(GuardedSocket &)> onRequest)
    : m_server(std::make_unique<Server>(std::move(onRequest)))
{
    auto sockets = std::make_unique<AdoptingServer>();
    m_sockets = sockets.get();
    m_server->bind(sockets.release()); // takes it as a child
}

QtHttpServerAdapter::~QtHttpServerAdapter() = default;

void QtHttpServerAdapter::adopt(std::unique_ptr<GuardedSocket> socket)
{
    m_sockets->adopt(std::move(socket));
}

} // namespace provost::gateway
