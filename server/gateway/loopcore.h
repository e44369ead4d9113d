// What the connections of one loop share: the handler, QtHttpServer, the timer for all time-outs, the cached Date.
// INVARIANT: once draining, no connection is adopted, and onDrained runs exactly once: when the last connection has
// gone and the handler is idle, or when patience ends.
// Thread: the loop's own, from construction to destruction.
#pragma once

#include "server/gateway/frontdoor.h"
#include "server/gateway/descriptor.h"

#include <QTimer>

#include <array>
#include <span>

namespace provost::gateway {

class ConnectionGuard;
class QtHttpServerAdapter;

class LoopCore
{
public:
    LoopCore(LoopContext context, const FrontDoorOptions &options,
             const LoopHandlerFactory &makeHandler, std::function<void()> onDrained);
    ~LoopCore();
    LoopCore(const LoopCore &) = delete;
    LoopCore &operator=(const LoopCore &) = delete;

    // Takes a connection; `onGone` runs when it is over.
    void adopt(Descriptor descriptor, QByteArray peerAddress, std::function<void()> onGone);
    void drain(std::chrono::milliseconds patience);

    // For ConnectionGuard.
    void enter(ConnectionGuard &guard);
    void leave(ConnectionGuard &guard);
    [[nodiscard]] const FrontDoorOptions &options() const { return m_options; }
    [[nodiscard]] const Clock &clock() const { return m_context.clock; }
    [[nodiscard]] bool isDraining() const { return m_draining; }
    [[nodiscard]] QByteArrayView date(); // of this second
    [[nodiscard]] std::span<char> scratch() { return m_scratch; }

private:
    void tick();
    void abortAll();

    const LoopContext m_context;
    const FrontDoorOptions &m_options;
    const std::function<void()> m_onDrained;
    std::vector<ConnectionGuard *> m_connections;
    QTimer m_timer;
    bool m_draining = false;
    bool m_drained = false;
    MonotonicTime m_patienceEnds;
    std::chrono::sys_seconds m_dateSecond;
    QByteArray m_date;
    std::array<char, 64 << 10> m_scratch{}; // what was read and is being scanned; kept by nobody
    std::unique_ptr<LoopHandler> m_handler;
    std::unique_ptr<QtHttpServerAdapter> m_server;
};

} // namespace provost::gateway
