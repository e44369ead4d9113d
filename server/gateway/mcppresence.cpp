#include "server/gateway/mcppresence.h"

#include "server/gateway/sessiontable.h"

#include <algorithm>
#include <set>

namespace provost::gateway {

McpPresence::McpPresence(const Clock &clock)
    : m_clock(clock)
{
}

McpPresence::Visit::Visit(std::shared_ptr<std::atomic<int>> inFlight)
    : m_inFlight(std::move(inFlight))
{
    ++*m_inFlight;
}

McpPresence::Visit::~Visit()
{
    if (m_inFlight)
        --*m_inFlight;
}

McpPresence::Visit McpPresence::seen(const SessionOwner &owner, const QByteArray &agent,
                                     QByteArrayView transport)
{
    const WallTime now = m_clock.now();
    const Lock lock(m_mutex);
    auto found = m_marks.find(Key{owner, agent});
    if (found == m_marks.end()) {
        makeRoom(now);
        found = m_marks
                    .emplace(Key{owner, agent},
                             Mark{now, now, std::make_shared<std::atomic<int>>(0), {}})
                    .first;
    }
    Mark &mark = found->second;
    if (now - mark.lastSeen > window)
        mark.since = now; // came back
    mark.lastSeen = now;
    if (mark.transport != transport)
        mark.transport = transport.toByteArray();
    return Visit(mark.inFlight);
}

void McpPresence::makeRoom(WallTime now)
{
    if (m_marks.size() < agentsMax)
        return;
    std::erase_if(m_marks, [&](const auto &entry) { return now - entry.second.lastSeen > window; });
    if (m_marks.size() < agentsMax)
        return;
    m_marks.erase(
        std::min_element(m_marks.begin(), m_marks.end(), [](const auto &a, const auto &b) {
            return a.second.lastSeen < b.second.lastSeen;
        }));
}

std::vector<SessionInfo> McpPresence::list() const
{
    const WallTime now = m_clock.now();
    std::vector<SessionInfo> all;
    const Lock lock(m_mutex);
    for (const auto &[key, mark] : m_marks) {
        const int inFlight = mark.inFlight->load();
        if (now - mark.lastSeen > window && inFlight == 0)
            continue;
        all.push_back({.id = {},
                       .owner = key.owner,
                       .agent = key.agent,
                       .era = protocol::Era::Modern,
                       .transport = mark.transport,
                       .since = mark.since,
                       .lastSeen = mark.lastSeen,
                       .callsInFlight = inFlight,
                       .streaming = false});
    }
    return all;
}

std::size_t connectedAgents(const SessionTable &sessions, const McpPresence &presence, WallTime now)
{
    std::set<std::pair<SessionOwner, QByteArray>> agents;
    for (const SessionInfo &info : presence.list())
        agents.emplace(info.owner, info.agent);
    for (const SessionInfo &info : sessions.list()) {
        if (now - info.lastSeen <= McpPresence::window || info.callsInFlight > 0 || info.streaming)
            agents.emplace(info.owner, info.agent);
    }
    return agents.size();
}

} // namespace provost::gateway
