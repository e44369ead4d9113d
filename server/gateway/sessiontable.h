// SessionTable: the legacy sessions of all loops. Ids come from the system's randomness; a session answers only to
// its owner, and to nobody once it has ended.
// INVARIANT: at most `perOwnerMax` sessions of one owner and `sessionsMax` in all.
// Thread: safe from any thread.
#pragma once

#include "server/base/random.h"
#include "server/gateway/session.h"

#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

namespace provost::gateway {

struct SessionLimits
{
    std::size_t sessionsMax = 100'000;
    std::size_t perOwnerMax = 100;
    std::chrono::nanoseconds idleMax = std::chrono::hours(8); // a working day
};

// What logs and records may show of a session's id.
[[nodiscard]] QByteArray publicIdOf(const SessionId &id);

class SessionTable
{
public:
    // Both references outlive the table.
    SessionTable(const Clock &clock, Random &random, SessionLimits limits = {});

    // Clients that never say goodbye are common, so an owner with too many sessions loses the one that was idle
    // longest. Errors: RateLimited (all of the owner's are busy), Unavailable (the table is full).
    [[nodiscard]] Result<std::shared_ptr<Session>> open(const SessionOwner &owner, QByteArray agent,
                                                        const protocol::Revision &revision,
                                                        Json capabilities = Json::object(),
                                                        QByteArray transport = "http");

    // Marks the session as used. Null if there is none, or it is somebody else's: callers cannot tell which.
    [[nodiscard]] std::shared_ptr<Session> find(QByteArrayView id, const SessionOwner &owner);

    // False as in find().
    bool end(QByteArrayView id, const SessionOwner &owner);
    // For administrators. False if there is none.
    bool endByPublicId(QByteArrayView publicId);

    // Ends what has been idle too long, and answers for clients that do not. To be called now and then.
    void expire();

    // A notification to every open stream of a tenant, e.g. that its tools changed.
    void broadcast(const TenantId &tenant, const QByteArray &message);
    void endAll(const TenantId &tenant);

    [[nodiscard]] std::vector<SessionInfo> list() const;
    // Requests with somebody else's session id, since the start. Anything but zero deserves a look.
    [[nodiscard]] std::int64_t foreignRequests() const;

    // Nobody is asked any more: calls that wait for a client's answer end. For a server that stops.
    void stopAsking();
    // Responses that answered nothing which we asked, or too late.
    void countStrayResponse();
    [[nodiscard]] std::int64_t strayResponses() const;

private:
    using Sessions = std::unordered_map<SessionId, std::shared_ptr<Session>>;

    [[nodiscard]] std::vector<std::shared_ptr<Session>> ofTenant(const TenantId &tenant) const;

    const Clock &m_clock;
    Random &m_random;
    const SessionLimits m_limits;
    mutable Mutex m_mutex;
    Sessions m_sessions GUARDED_BY(m_mutex);
    std::map<SessionOwner, std::size_t> m_counts GUARDED_BY(m_mutex);
    std::int64_t m_foreignRequests GUARDED_BY(m_mutex) = 0;
    std::atomic<std::int64_t> m_strayResponses = 0;
};

} // namespace provost::gateway
