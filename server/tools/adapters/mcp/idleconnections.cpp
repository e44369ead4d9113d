#include "server/tools/adapters/mcp/idleconnections.h"

namespace provost::tools::mcp {

namespace {

constexpr std::size_t connectionsMax = 16;
constexpr std::chrono::milliseconds idleMax{3'000}; // Node's server closes after 5 s

} // namespace

IdleConnections::IdleConnections()
{
    QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { sweep(); });
}

LaterPtr<QSslSocket> IdleConnections::take()
{
    while (!m_idle.empty()) {
        Idle newest = std::move(m_idle.back());
        m_idle.pop_back();
        if (!newest.until.hasExpired()
            && newest.connection->state() == QAbstractSocket::ConnectedState
            && newest.connection->bytesAvailable() == 0)
            return std::move(newest.connection);
    }
    return nullptr;
}

void IdleConnections::keep(LaterPtr<QSslSocket> connection)
{
    if (!connection)
        return;
    if (m_idle.size() >= connectionsMax)
        m_idle.pop_front();
    m_idle.push_back({std::move(connection), QDeadlineTimer(idleMax)});
    if (!m_timer.isActive())
        m_timer.start(idleMax);
}

void IdleConnections::sweep()
{
    while (!m_idle.empty() && m_idle.front().until.hasExpired())
        m_idle.pop_front();
    if (m_idle.empty())
        m_timer.stop();
}

} // namespace provost::tools::mcp
