#include "server/gateway/session.h"

#include <utility>
#include <vector>

namespace provost::gateway {

Session::Session(Facts facts, const Clock &clock)
    : m_facts(std::move(facts))
    , m_requests(m_facts.publicId)
    , m_lastUsed(clock.monotonic())
    , m_lastSeen(m_facts.since)
    , m_events(clock)
{
}

SessionInfo Session::info() const
{
    const Lock lock(m_mutex);
    return {.id = m_facts.publicId,
            .owner = m_facts.owner,
            .agent = m_facts.agent,
            .era = protocol::Era::Legacy,
            .transport = m_facts.transport,
            .since = m_facts.since,
            .lastSeen = m_lastSeen,
            .callsInFlight = int(m_calls.size()),
            .streaming = m_events.isRead(EventLog::getStream)};
}

void Session::touch(MonotonicTime now, WallTime wall)
{
    const Lock lock(m_mutex);
    m_lastUsed = now;
    m_lastSeen = wall;
}

std::chrono::nanoseconds Session::idle(MonotonicTime now) const
{
    const Lock lock(m_mutex);
    if (m_events.isRead(EventLog::getStream) || !m_calls.empty())
        return std::chrono::nanoseconds(0);
    return now - m_lastUsed;
}

bool Session::beginCall(const QByteArray &id, std::stop_source stop)
{
    const Lock lock(m_mutex);
    return m_calls.size() < callsMax && m_calls.emplace(id, std::move(stop)).second;
}

void Session::endCall(const QByteArray &id)
{
    const Lock lock(m_mutex);
    m_calls.erase(id);
}

void Session::cancelCall(const QByteArray &id)
{
    std::optional<std::stop_source> stop;
    {
        const Lock lock(m_mutex);
        if (const auto found = m_calls.find(id); found != m_calls.end())
            stop = found->second;
    }
    if (stop)
        stop->request_stop();
}

void Session::setLogLevel(protocol::LogLevel level)
{
    const Lock lock(m_mutex);
    m_logLevel = level;
}

protocol::LogLevel Session::logLevel() const
{
    const Lock lock(m_mutex);
    return m_logLevel.value_or(protocol::LogLevel::Debug);
}

bool Session::choseLogLevel() const
{
    const Lock lock(m_mutex);
    return m_logLevel.has_value();
}

bool Session::subscribe(const QByteArray &uri, std::shared_ptr<GovernedWatch> watch)
{
    const Lock lock(m_mutex);
    const auto found = m_subscriptions.find(uri);
    if (found == m_subscriptions.end() && m_subscriptions.size() >= subscriptionsMax)
        return false;
    std::swap(m_subscriptions[uri],
              watch); // the one before ends with the parameter, outside the lock
    return true;
}

void Session::unsubscribe(const QByteArray &uri)
{
    std::shared_ptr<GovernedWatch> ended; // outside the lock
    const Lock lock(m_mutex);
    const auto found = m_subscriptions.find(uri);
    if (found == m_subscriptions.end())
        return;
    ended = std::move(found->second);
    m_subscriptions.erase(found);
}

bool Session::maySubscribe(const QByteArray &uri) const
{
    const Lock lock(m_mutex);
    return m_subscriptions.size() < subscriptionsMax || m_subscriptions.contains(uri);
}

bool Session::send(const QByteArray &message)
{
    return m_events.append(EventLog::getStream, message).delivered;
}

void Session::end()
{
    std::map<QByteArray, std::stop_source> calls;
    std::map<QByteArray, std::shared_ptr<GovernedWatch>> subscriptions; // end outside the lock
    {
        const Lock lock(m_mutex);
        calls = m_calls;
        subscriptions.swap(m_subscriptions);
    }
    for (auto &[id, stop] : calls)
        stop.request_stop();
    m_requests.end();
    m_events.end();
}

} // namespace provost::gateway
