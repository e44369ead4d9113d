// MessageTap: the last messages of an agent in both directions, for an administrator who looks. Off unless somebody does:
// then a request costs one relaxed load. Messages are redacted before they are kept, and kept only while somebody fetches
// them.
// INVARIANT: at most watchesMax agents are followed, each with at most messagesMax messages and bytesMax bytes; a watch
// that nobody has read for `lease` keeps nothing.
// Thread: safe from any thread; an exchange that is followed stays on its loop.
#pragma once

#include "server/gateway/exchange.h"
#include "server/gateway/mcprequest.h"
#include "server/gateway/session.h"

#include <atomic>
#include <deque>
#include <tuple>

namespace provost::gateway {

struct TappedMessage
{
    std::int64_t sequence = 0;
    WallTime when;
    bool toAgent = false;
    QByteArray method; // empty for an answer
    QByteArray text;   // redacted, cut to textBytesMax
    qint64 bytes = 0;  // on the wire
};

class MessageTap
{
public:
    static constexpr std::size_t watchesMax = 8;
    static constexpr std::size_t messagesMax = 200;
    static constexpr qsizetype bytesMax = qsizetype(1) << 20;
    static constexpr qsizetype textBytesMax = qsizetype(16) * 1024;
    static constexpr std::chrono::seconds lease{10};

    // Whose messages: a session by its public id, or in the modern era an owner's agent by the name that it claims.
    struct Subject
    {
        SessionOwner owner;
        QByteArray sessionId;
        QByteArray agent; // of the modern era
        bool operator<(const Subject &other) const
        {
            return std::tie(owner, sessionId, agent)
                   < std::tie(other.owner, other.sessionId, other.agent);
        }
    };
    struct Read
    {
        bool began = false;                  // nobody looked before
        std::vector<TappedMessage> messages; // oldest first
        std::int64_t dropped = 0;            // that were not fetched in time, since the watch began
    };

    explicit MessageTap(const Clock &clock); // outlives the tap

    // What came after `after`; begins or renews the watch. Errors: RateLimited (too many are looked at).
    [[nodiscard]] Result<Read> read(const Subject &subject, std::int64_t after);

    // The exchange itself, or while somebody looks one that notes what goes through it.
    [[nodiscard]] std::shared_ptr<Exchange> follow(std::shared_ptr<Exchange> exchange,
                                                   const SessionOwner &owner, const McpRequest &in);

    [[nodiscard]] bool isWatched(const Subject &subject) const;
    // Whether anybody is.
    [[nodiscard]] bool isOn() const { return m_watching.load(std::memory_order_relaxed); }
    enum class Direction { FromAgent, ToAgent };
    void note(const Subject &subject, Direction direction, QByteArrayView message);

private:
    struct Watch
    {
        MonotonicTime readLast;
        std::deque<TappedMessage> messages;
        qsizetype bytes = 0;
        std::int64_t dropped = 0;
    };

    void expire(MonotonicTime now) REQUIRES_LOCK(m_mutex);

    const Clock &m_clock;
    std::atomic<bool> m_watching{false};
    mutable Mutex m_mutex;
    std::map<Subject, Watch> m_watches GUARDED_BY(m_mutex);
    std::int64_t m_last GUARDED_BY(m_mutex) = 0;
};

} // namespace provost::gateway
