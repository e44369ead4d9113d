// IdleConnections: keeps connections to one server for a few seconds after a response, so that the next call saves
// the handshake. Short, because a request on a connection that the server closes at that moment is lost.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/deletelater.h"

#include <QDeadlineTimer>
#include <QSslSocket>
#include <QTimer>

#include <deque>

namespace provost::tools::mcp {

class IdleConnections final
{
public:
    IdleConnections();

    // One that is still open, or null.
    [[nodiscard]] LaterPtr<QSslSocket> take();
    void keep(LaterPtr<QSslSocket> connection); // null is ignored
    void clear() { m_idle.clear(); }

private:
    struct Idle
    {
        LaterPtr<QSslSocket> connection;
        QDeadlineTimer until;
    };

    void sweep();

    std::deque<Idle> m_idle; // oldest first
    QTimer m_timer;
};

} // namespace provost::tools::mcp
