#include "server/gateway/mcpnews.h"

#include "server/gateway/sessiontable.h"
#include "server/protocol/jsonrpc.h"

namespace provost::gateway {

McpNews::McpNews(SessionTable &sessions)
    : m_sessions(sessions)
{
}

void McpNews::follow(Mailbox<tenancy::TenantChange>::Sender loop)
{
    const Lock lock(m_mutex);
    m_loops.push_back(std::move(loop));
}

void McpNews::tell(const tenancy::TenantChange &change)
{
    if (change.isNone())
        return;
    {
        const Lock lock(m_mutex);
        std::erase_if(m_loops, [&](const auto &loop) { return !loop.post(change); });
    }
    for (const QByteArrayView method : listNotifications(change))
        m_sessions.broadcast(change.tenant, protocol::encodeNotification(method, {}));
    if (change.closed)
        m_sessions.endAll(change.tenant);
}

std::optional<McpNews::Place> McpNews::takePlace(const SessionOwner &owner)
{
    const Lock lock(m_mutex);
    std::erase_if(m_places, [](const auto &entry) { return entry.second.expired(); });
    std::weak_ptr<int> &token = m_places[owner];
    auto taken = token.lock();
    if (!taken)
        token = taken = std::make_shared<int>();
    else if (taken.use_count() > listensMax) // this pointer is one of them
        return std::nullopt;
    return Place(std::move(taken));
}

std::vector<QByteArrayView> listNotifications(const tenancy::TenantChange &change)
{
    std::vector<QByteArrayView> methods;
    if (change.tools)
        methods.push_back("notifications/tools/list_changed");
    if (change.resources)
        methods.push_back("notifications/resources/list_changed");
    if (change.prompts)
        methods.push_back("notifications/prompts/list_changed");
    return methods;
}

} // namespace provost::gateway
