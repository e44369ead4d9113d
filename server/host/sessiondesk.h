// SessionDesk: which agents are connected, what they say, and the end of a session. To look at messages and to end a session
// are administrative acts, recorded before they happen.
// Thread: the control thread.
#pragma once

#include "server/control/types.h"
#include "server/host/administration.h"

#include "server/gateway/mcppresence.h"
#include "server/gateway/messagetap.h"
#include "server/gateway/sessiontable.h"

namespace provost::host {

class SessionDesk
{
public:
    struct Services
    {
        gateway::SessionTable &sessions;
        const gateway::McpPresence &presence;
        gateway::MessageTap &tap;
        Administration &administration;
    };
    explicit SessionDesk(Services services);

    // Of all tenants if none is named. Seen last first.
    [[nodiscard]] Result<std::vector<control::SessionRow>> sessions(const TenantId &tenant) const;
    [[nodiscard]] Result<control::SessionRow> end(const control::SessionEnd &end);
    [[nodiscard]] Result<control::SessionMessages>
    messages(const control::MessagesRequest &request);

private:
    [[nodiscard]] Result<gateway::SessionInfo> find(const QByteArray &key) const;
    [[nodiscard]] std::vector<gateway::SessionInfo> all() const;

    const Services m_services;
};

} // namespace provost::host
