#include "server/gateway/sessiontable.h"

#include "server/base/hash.h"

namespace provost::gateway {

namespace {

constexpr int idSymbols = 32; // 190 bits
constexpr qsizetype publicIdHexDigits = 16;

} // namespace

QByteArray publicIdOf(const SessionId &id)
{
    return sha256(id.value).toHex().first(publicIdHexDigits);
}

SessionTable::SessionTable(const Clock &clock, Random &random, SessionLimits limits)
    : m_clock(clock)
    , m_random(random)
    , m_limits(limits)
{
}

Result<std::shared_ptr<Session>> SessionTable::open(const SessionOwner &owner, QByteArray agent,
                                                    const protocol::Revision &revision,
                                                    Json capabilities, QByteArray transport)
{
    const auto now = m_clock.monotonic();
    const SessionId id(randomToken(m_random, idSymbols));
    auto session = std::make_shared<Session>(
        Session::Facts{id, publicIdOf(id), owner, std::move(agent), revision, m_clock.now(),
                       std::move(capabilities), std::move(transport)},
        m_clock);

    std::shared_ptr<Session> evicted; // ended outside the lock
    {
        const Lock lock(m_mutex);
        std::size_t &count = m_counts[owner];
        if (count >= m_limits.perOwnerMax) {
            auto longest = m_sessions.end();
            std::chrono::nanoseconds idleMost(0);
            for (auto it = m_sessions.begin(); it != m_sessions.end(); ++it) {
                if (it->second->facts().owner != owner)
                    continue;
                if (const auto idle = it->second->idle(now); idle > idleMost) {
                    longest = it;
                    idleMost = idle;
                }
            }
            if (longest == m_sessions.end())
                return fail(ErrorCode::RateLimited, QStringLiteral("too many open sessions"));
            evicted = std::move(longest->second);
            m_sessions.erase(longest);
            --count;
        }
        if (m_sessions.size() >= m_limits.sessionsMax) {
            if (count == 0)
                m_counts.erase(owner);
            return fail(ErrorCode::Unavailable, QStringLiteral("too many open sessions"));
        }
        m_sessions.emplace(id, session);
        ++count;
    }
    if (evicted)
        evicted->end();
    return session;
}

std::shared_ptr<Session> SessionTable::find(QByteArrayView id, const SessionOwner &owner)
{
    std::shared_ptr<Session> session;
    {
        const Lock lock(m_mutex);
        const auto found = m_sessions.find(SessionId(id.toByteArray()));
        if (found == m_sessions.end())
            return nullptr;
        if (found->second->facts().owner != owner) {
            ++m_foreignRequests;
            return nullptr;
        }
        session = found->second;
    }
    session->touch(m_clock.monotonic(), m_clock.now());
    return session;
}

bool SessionTable::end(QByteArrayView id, const SessionOwner &owner)
{
    const auto session = find(id, owner);
    if (!session)
        return false;
    {
        const Lock lock(m_mutex);
        if (m_sessions.erase(session->facts().id) == 0)
            return false; // another request ended it meanwhile
        if (--m_counts[owner] == 0)
            m_counts.erase(owner);
    }
    session->end();
    return true;
}

bool SessionTable::endByPublicId(QByteArrayView publicId)
{
    std::shared_ptr<Session> session;
    {
        const Lock lock(m_mutex);
        const auto found =
            std::find_if(m_sessions.begin(), m_sessions.end(), [&](const auto &entry) {
                return entry.second->facts().publicId == publicId;
            });
        if (found == m_sessions.end())
            return false;
        session = std::move(found->second);
        m_sessions.erase(found);
        const SessionOwner &owner = session->facts().owner;
        if (--m_counts[owner] == 0)
            m_counts.erase(owner);
    }
    session->end();
    return true;
}

void SessionTable::expire()
{
    const auto now = m_clock.monotonic();
    std::vector<std::shared_ptr<Session>> expired;
    std::vector<Resolver<Json>> unanswered;
    {
        const Lock lock(m_mutex);
        for (auto it = m_sessions.begin(); it != m_sessions.end();) {
            for (Resolver<Json> &overdue : it->second->requests().takeOverdue(now))
                unanswered.push_back(std::move(overdue));
            if (it->second->idle(now) <= m_limits.idleMax) {
                ++it;
                continue;
            }
            const SessionOwner &owner = it->second->facts().owner;
            if (--m_counts[owner] == 0)
                m_counts.erase(owner);
            expired.push_back(std::move(it->second));
            it = m_sessions.erase(it);
        }
    }
    for (const auto &session : expired)
        session->end();
    for (Resolver<Json> &overdue : unanswered)
        overdue.resolve(fail(ErrorCode::Timeout, QStringLiteral("the client did not answer")));
}

std::vector<std::shared_ptr<Session>> SessionTable::ofTenant(const TenantId &tenant) const
{
    std::vector<std::shared_ptr<Session>> sessions;
    const Lock lock(m_mutex);
    for (const auto &[id, session] : m_sessions) {
        if (session->facts().owner.tenant == tenant)
            sessions.push_back(session);
    }
    return sessions;
}

void SessionTable::broadcast(const TenantId &tenant, const QByteArray &message)
{
    for (const auto &session : ofTenant(tenant))
        session->send(message);
}

void SessionTable::endAll(const TenantId &tenant)
{
    for (const auto &session : ofTenant(tenant))
        end(session->facts().id.value, session->facts().owner);
}

std::vector<SessionInfo> SessionTable::list() const
{
    std::vector<SessionInfo> all;
    const Lock lock(m_mutex);
    all.reserve(m_sessions.size());
    for (const auto &[id, session] : m_sessions)
        all.push_back(session->info());
    return all;
}

std::int64_t SessionTable::foreignRequests() const
{
    const Lock lock(m_mutex);
    return m_foreignRequests;
}

void SessionTable::stopAsking()
{
    std::vector<std::shared_ptr<Session>> sessions;
    {
        const Lock lock(m_mutex);
        for (const auto &[id, session] : m_sessions)
            sessions.push_back(session);
    }
    for (const auto &session : sessions)
        session->requests().end();
}

void SessionTable::countStrayResponse()
{
    ++m_strayResponses;
}

std::int64_t SessionTable::strayResponses() const
{
    return m_strayResponses;
}

} // namespace provost::gateway
