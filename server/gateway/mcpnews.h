// McpNews: tells the loops what has changed about a tenant, so that agents who asked to hear of it do, and counts the
// listens of each agent's owner over all loops.
// INVARIANT: at most `listensMax` places of one owner are taken.
// Thread: safe from any thread.
#pragma once

#include "server/base/mailbox.h"
#include "server/gateway/session.h"
#include "server/tenancy/tenantchange.h"

#include <map>
#include <memory>
#include <vector>

namespace provost::gateway {

class SessionTable;

class McpNews
{
public:
    static constexpr int listensMax = 4; // `subscriptions/listen` of one owner, open at once

    explicit McpNews(SessionTable &sessions); // outlives the news

    // A loop that wants to hear; forgotten when it has ended.
    void follow(Mailbox<tenancy::TenantChange>::Sender loop);
    // Legacy sessions of the tenant hear on their streams, and end with it; everything else is the loops'.
    void tell(const tenancy::TenantChange &change);

    // One listen, until it is destroyed.
    class Place
    {
    public:
        explicit Place(std::shared_ptr<int> token)
            : m_token(std::move(token))
        {
        }

    private:
        std::shared_ptr<int> m_token;
    };
    [[nodiscard]] std::optional<Place> takePlace(const SessionOwner &owner); // nothing: all taken

private:
    SessionTable &m_sessions;
    Mutex m_mutex;
    std::vector<Mailbox<tenancy::TenantChange>::Sender> m_loops GUARDED_BY(m_mutex);
    std::map<SessionOwner, std::weak_ptr<int>> m_places GUARDED_BY(m_mutex); // its uses are places
};

// The methods of the notifications that a change calls for.
[[nodiscard]] std::vector<QByteArrayView> listNotifications(const tenancy::TenantChange &change);

} // namespace provost::gateway
