// All that Provost has to do with QtHttpServer, so that another version of it (6.8 has another interface) is another
// adapter. It owns the loop's QAbstractHttpServer and the sockets that were given to it.
// Thread: the loop that made it.
#pragma once

#include <functional>
#include <memory>

namespace provost::gateway {

class GuardedSocket;

class QtHttpServerAdapter
{
public:
    // `onRequest` runs for every request that the guard of a socket let through.
    explicit QtHttpServerAdapter(std::function<void(GuardedSocket &)> onRequest);
    ~QtHttpServerAdapter();
    QtHttpServerAdapter(const QtHttpServerAdapter &) = delete;
    QtHttpServerAdapter &operator=(const QtHttpServerAdapter &) = delete;

    void adopt(std::unique_ptr<GuardedSocket> socket);

private:
    class Server;
    class AdoptingServer;

    std::unique_ptr<Server> m_server;
    AdoptingServer *m_sockets; // owned by m_server
};

} // namespace provost::gateway
