// McpPresence: which agents of the modern era were here lately. They have no sessions, so each request leaves a mark.
// Marks are shown and counted, and decide nothing: the agent's name is what it claims.
// INVARIANT: at most `agentsMax` marks; the ones seen longest ago go first.
// Thread: safe from any thread.
#pragma once

#include "server/gateway/session.h"

#include <atomic>
#include <memory>
#include <vector>

namespace provost::gateway {

class SessionTable;

class McpPresence
{
public:
    static constexpr std::size_t agentsMax = 2'000;
    static constexpr std::chrono::minutes window{5}; // who was seen within it counts as connected

    explicit McpPresence(const Clock &clock); // outlives the presence

    // A call in flight: shown from construction to destruction.
    class Visit
    {
    public:
        Visit() = default;
        explicit Visit(std::shared_ptr<std::atomic<int>> inFlight);
        Visit(Visit &&) noexcept = default;
        Visit &operator=(Visit &&) = delete;
        ~Visit();

    private:
        std::shared_ptr<std::atomic<int>> m_inFlight;
    };

    // `transport`: "http" or "websocket"; shown is the last one.
    [[nodiscard]] Visit seen(const SessionOwner &owner, const QByteArray &agent,
                             QByteArrayView transport);

    [[nodiscard]] std::vector<SessionInfo> list() const; // seen within the window

private:
    struct Key
    {
        SessionOwner owner;
        QByteArray agent;
        bool operator<(const Key &other) const
        {
            return owner == other.owner ? agent < other.agent : owner < other.owner;
        }
    };
    struct Mark
    {
        WallTime since;
        WallTime lastSeen;
        std::shared_ptr<std::atomic<int>> inFlight;
        QByteArray transport;
    };

    void makeRoom(WallTime now) REQUIRES_LOCK(m_mutex);

    const Clock &m_clock;
    mutable Mutex m_mutex;
    std::map<Key, Mark> m_marks GUARDED_BY(m_mutex);
};

// Agents connected now: different owner and agent pairs among the sessions and marks seen within the window.
[[nodiscard]] std::size_t connectedAgents(const SessionTable &sessions, const McpPresence &presence,
                                          WallTime now);

} // namespace provost::gateway
