#include "server/gateway/session.h"

#include <utility>
#include <vector>

namespace provost::gateway {

Session::Session(Facts facts, MonotonicTime now)
    : m_facts(std::move(facts))
    , m_requests(m_facts.publicId)
    , m_lastUsed(now)
    , m_lastSeen(m_facts.since)
{
}

SessionInfo Session::info() const
{
    const Lock lock(m_mutex);
    return {.id = m_facts.publicId,
            .owner = m_facts.owner,
            .agent = m_facts.agent,
            .era = protocol::Era::Legacy,
            .transport = "http",
            .since = m_facts.since,
            .lastSeen = m_lastSeen,
            .callsInFlight = int(m_calls.size()),
            .streaming = m_stream.has_value()};
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
    if (m_stream || !m_calls.empty())
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
    return m_logLevel;
}

bool Session::subscribe(const QByteArray &uri)
{
    const Lock lock(m_mutex);
    if (m_subscriptions.contains(uri))
        return true;
    return m_subscriptions.size() < subscriptionsMax && m_subscriptions.insert(uri).second;
}

void Session::unsubscribe(const QByteArray &uri)
{
    const Lock lock(m_mutex);
    m_subscriptions.erase(uri);
}

bool Session::isSubscribed(const QByteArray &uri) const
{
    const Lock lock(m_mutex);
    return m_subscriptions.contains(uri);
}

quint64 Session::openStream(StreamAddress address)
{
    std::optional<StreamAddress> before = std::move(address);
    quint64 token = 0;
    {
        const Lock lock(m_mutex);
        std::swap(before, m_stream);
        token = ++m_streamToken;
    }
    if (before)
        before->sender.post({before->stream, {}});
    return token;
}

void Session::streamClosed(quint64 token)
{
    const Lock lock(m_mutex);
    if (m_streamToken == token)
        m_stream.reset();
}

bool Session::send(const QByteArray &message) const
{
    std::optional<StreamAddress> stream;
    {
        const Lock lock(m_mutex);
        stream = m_stream;
    }
    return stream && stream->sender.post({stream->stream, message});
}

void Session::end()
{
    std::map<QByteArray, std::stop_source> calls;
    std::optional<StreamAddress> stream;
    {
        const Lock lock(m_mutex);
        calls = m_calls;
        stream = std::exchange(m_stream, std::nullopt);
    }
    for (auto &[id, stop] : calls)
        stop.request_stop();
    m_requests.end();
    if (stream)
        stream->sender.post({stream->stream, {}});
}

} // namespace provost::gateway
