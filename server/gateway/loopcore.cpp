#include "server/gateway/loopcore.h"

#include "server/gateway/connectionguard.h"
#include "server/gateway/httpexchange.h"
#include "server/gateway/qthttpserveradapter.h"
#include "server/gateway/replyencoder.h"

#include <algorithm>

namespace provost::gateway {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds drainTick{10};

// One timer serves all time-outs of all connections; a quarter of the shortest is exact enough.
milliseconds tickOf(const HttpTimeouts &timeouts)
{
    const milliseconds shortest =
        std::min({timeouts.header, timeouts.body, timeouts.idle, timeouts.write, timeouts.linger});
    return std::clamp(shortest / 4, milliseconds(5), milliseconds(1'000));
}

} // namespace

LoopCore::LoopCore(LoopContext context, const FrontDoorOptions &options,
                   const LoopHandlerFactory &makeHandler, std::function<void()> onDrained)
    : m_context(std::move(context))
    , m_options(options)
    , m_onDrained(std::move(onDrained))
    , m_handler(makeHandler(m_context))
    , m_server(std::make_unique<QtHttpServerAdapter>([this](GuardedSocket &socket) {
        if (auto exchange = socket.guard().makeExchange())
            m_handler->handle(std::move(exchange));
    }))
{
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { tick(); });
    m_timer.setInterval(tickOf(m_options.timeouts));
}

LoopCore::~LoopCore()
{
    abortAll(); // while the handler can still be told
    m_handler.reset();
    m_server.reset();
}

void LoopCore::adopt(Descriptor descriptor, QByteArray peerAddress, std::function<void()> onGone)
{
    auto socket = std::make_unique<GuardedSocket>(*this, std::move(peerAddress), std::move(onGone));
    if (m_draining || !socket->setSocketDescriptor(descriptor.get()))
        return;
    static_cast<void>(descriptor.release()); // the socket's now
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    socket->setReadBufferSize(qint64(m_scratch.size())); // the guard takes it at once
    m_server->adopt(std::move(socket));
}

void LoopCore::drain(milliseconds patience)
{
    if (m_draining)
        return;
    m_draining = true;
    m_patienceEnds = m_context.clock.monotonic() + patience;
    m_handler->drain();
    for (ConnectionGuard *guard : std::vector(m_connections))
        guard->drain();
    m_timer.start(std::min(m_timer.intervalAsDuration(), drainTick));
}

void LoopCore::enter(ConnectionGuard &guard)
{
    guard.place = m_connections.size();
    m_connections.push_back(&guard);
    if (!m_timer.isActive())
        m_timer.start();
}

void LoopCore::leave(ConnectionGuard &guard)
{
    ConnectionGuard *last = m_connections.back();
    last->place = guard.place;
    m_connections[guard.place] = last;
    m_connections.pop_back();
}

QByteArrayView LoopCore::date()
{
    const WallTime now = m_context.clock.now();
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second != m_dateSecond || m_date.isEmpty()) {
        m_dateSecond = second;
        m_date = encodeDate(now);
    }
    return m_date;
}

void LoopCore::tick()
{
    const MonotonicTime now = m_context.clock.monotonic();
    // A guard leaves the table only when its socket is deleted, which is never inside this loop.
    for (ConnectionGuard *guard : m_connections)
        guard->tick(now);
    if (!m_draining) {
        if (m_connections.empty())
            m_timer.stop();
        return;
    }
    const bool outOfPatience = now >= m_patienceEnds;
    if (outOfPatience)
        abortAll();
    if (!m_drained && (outOfPatience || (m_connections.empty() && m_handler->isIdle()))) {
        m_drained = true;
        m_onDrained();
    }
}

void LoopCore::abortAll()
{
    for (ConnectionGuard *guard : m_connections)
        guard->abort();
}

} // namespace provost::gateway
