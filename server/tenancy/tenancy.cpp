#include "server/tenancy/tenancy.h"

namespace provost::tenancy {

namespace {

std::vector<tools::ServerDefinition> serversOf(const TenantId &tenant,
                                               const std::vector<tools::ServerDefinition> &all)
{
    std::vector<tools::ServerDefinition> own;
    for (const tools::ServerDefinition &server : all) {
        const auto &tenants = server.tenants;
        if (tenants.empty() || std::find(tenants.begin(), tenants.end(), tenant) != tenants.end())
            own.push_back(server);
    }
    return own;
}

} // namespace

Tenancy::Tenancy(TenantSurroundings surroundings, OnChanged onChanged)
    : m_surroundings(std::move(surroundings))
    , m_onChanged(std::move(onChanged))
    , m_views(std::make_shared<const Views>())
{
}

Tenancy::~Tenancy()
{
    m_views = std::make_shared<const Views>();
}

Result<void> Tenancy::adopt(const OrgRevision &revision)
{
    std::vector<std::shared_ptr<const policy::Snapshot>> snapshots;
    for (const policy::Tenant &tenant : revision.org.tenants) {
        TRY_LET(auto snapshot, policy::Snapshot::compile(tenant, revision.id));
        snapshots.push_back(std::move(snapshot));
    }
    m_adopting = true;
    m_problems.clear();
    std::map<TenantId, std::shared_ptr<TenantRuntime>> next;
    for (const auto &snapshot : snapshots) {
        const TenantId &id = snapshot->tenant();
        const auto known = m_tenants.find(id);
        auto tenant = known != m_tenants.end() ? known->second : openTenant(id);
        if (!tenant)
            continue;
        tenant->setPolicy(snapshot);
        tenant->setServers(serversOf(id, revision.servers));
        next.emplace(id, std::move(tenant));
    }
    const auto before =
        std::exchange(m_tenants, std::move(next)); // ends when nobody finds it any more
    m_adopting = false;
    for (const TenantChange &change : publish())
        m_onChanged(change);
    return {};
}

std::shared_ptr<TenantRuntime> Tenancy::openTenant(const TenantId &id)
{
    auto opened = TenantRuntime::open(id, m_surroundings, [this, id] {
        if (m_adopting)
            return; // adopt() publishes once, at its end
        for (const TenantChange &change : publish()) {
            if (change.tenant == id)
                m_onChanged(change);
        }
    });
    if (!opened) {
        m_problems.push_back("tenant " + id.value
                             + " is not served: " + opened.error().message.toUtf8());
        return nullptr;
    }
    return std::move(*opened);
}

std::vector<TenantChange> Tenancy::publish()
{
    auto views = std::make_shared<Views>();
    for (const auto &[id, tenant] : m_tenants)
        views->emplace(id, tenant->view());
    const auto after = std::shared_ptr<const Views>(std::move(views));
    const auto before = m_views.exchange(after);

    const auto viewIn = [](const Views &all, const TenantId &id) -> const calls::TenantView * {
        const auto found = all.find(id);
        return found != all.end() ? &found->second : nullptr;
    };
    std::vector<TenantChange> changes;
    for (const auto &[id, view] : *after)
        changes.push_back(changeBetween(id, viewIn(*before, id), &view));
    for (const auto &[id, view] : *before) {
        if (!after->contains(id))
            changes.push_back(changeBetween(id, &view, nullptr));
    }
    return changes;
}

std::optional<calls::TenantView> Tenancy::find(const TenantId &id) const
{
    const auto views = m_views.load();
    const auto found = views->find(id);
    if (found == views->end())
        return std::nullopt;
    return found->second;
}

std::vector<std::shared_ptr<TenantRuntime>> Tenancy::tenants() const
{
    std::vector<std::shared_ptr<TenantRuntime>> all;
    for (const auto &[id, tenant] : m_tenants)
        all.push_back(tenant);
    return all;
}

std::shared_ptr<TenantRuntime> Tenancy::tenant(const TenantId &id) const
{
    const auto found = m_tenants.find(id);
    return found != m_tenants.end() ? found->second : nullptr;
}

} // namespace provost::tenancy
