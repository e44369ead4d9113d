// Tenancy: all tenants that are served, and the directory in which a governed call finds its own. A new revision of
// the org directory is adopted whole or not at all.
// Thread: the control thread; find() from any thread.
#pragma once

#include "server/tenancy/orgrevision.h"
#include "server/tenancy/tenantchange.h"
#include "server/tenancy/tenantruntime.h"

#include <atomic>

namespace provost::tenancy {

class Tenancy final : public calls::TenantDirectory
{
public:
    using OnChanged = std::function<void(const TenantChange &)>;

    // `onChanged` runs on the control thread for every tenant of a revision that was adopted, whether or not it
    // differs from before, when a registry is another, and when a tenant is gone; find() answers accordingly by then.
    Tenancy(TenantSurroundings surroundings, OnChanged onChanged);
    ~Tenancy() override;

    // Opens new tenants, updates known ones and closes those that are gone. What cannot be opened is in problems().
    // Errors: InvalidInput when a policy does not compile; everything stays as it was.
    [[nodiscard]] Result<void> adopt(const OrgRevision &revision);

    [[nodiscard]] std::optional<calls::TenantView> find(const TenantId &id) const override;

    [[nodiscard]] std::vector<std::shared_ptr<TenantRuntime>> tenants() const;
    [[nodiscard]] std::shared_ptr<TenantRuntime>
    tenant(const TenantId &id) const; // null if not served
    [[nodiscard]] const std::vector<QByteArray> &problems() const { return m_problems; }

private:
    using Views = std::unordered_map<TenantId, calls::TenantView>;

    // One change for each tenant before and after.
    [[nodiscard]] std::vector<TenantChange> publish();
    [[nodiscard]] std::shared_ptr<TenantRuntime> openTenant(const TenantId &id);

    const TenantSurroundings m_surroundings;
    const OnChanged m_onChanged;
    std::map<TenantId, std::shared_ptr<TenantRuntime>> m_tenants;
    std::vector<QByteArray> m_problems;
    bool m_adopting = false;
    std::atomic<std::shared_ptr<const Views>> m_views;
};

} // namespace provost::tenancy
