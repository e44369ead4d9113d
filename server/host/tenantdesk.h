// TenantDesk: what the console asks about tenants, users, keys, tools and the state of the server.
// Every change is an audit record before it is answered.
// Thread: the control thread.
#pragma once

#include "server/control/types.h"
#include "server/host/administration.h"
#include "server/host/orgservice.h"

#include "server/identity/identitystore.h"
#include "server/telemetry/metrics.h"

namespace provost::host {

class TenantDesk
{
public:
    struct Services
    {
        OrgService &org;
        identity::IdentityStore &identities;
        Administration &administration;
        const telemetry::Metrics &metrics;
        const Clock &clock;
        QByteArray endpoint;
        QByteArray admin;
        std::function<int()> agents; // seen in the last five minutes
    };
    explicit TenantDesk(Services services);

    [[nodiscard]] Result<control::ServerStatus> status() const;
    [[nodiscard]] Result<std::vector<control::TenantRow>> tenants() const;
    [[nodiscard]] static Result<std::vector<QByteArray>> templates();
    [[nodiscard]] Result<QByteArray> create(const control::NewTenant &tenant);
    [[nodiscard]] Result<std::vector<control::UserRow>> users(const TenantId &tenant) const;
    [[nodiscard]] Result<control::UserRow> putUser(const control::UserRow &user,
                                                   const QByteArray &author);
    [[nodiscard]] Result<std::vector<control::KeyRow>> keys(const TenantId &tenant) const;
    [[nodiscard]] Result<control::CreatedKey> createKey(const control::NewKeyRequest &request);
    [[nodiscard]] Result<control::KeyRow> revokeKey(const CredentialId &id,
                                                    const QByteArray &author);

private:
    Services m_services;
};

} // namespace provost::host
