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

Tenancy::Tenancy(TenantSurroundings surroundings, std::function<void(const TenantId &)> onChanged)
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
    const auto before = std::exchange(m_tenants, std::move(next));
    m_adopting = false;
    publish();
    for (const auto &[id, tenant] : m_tenants)
        m_onChanged(id);
    for (const auto &[id, tenant] : before) {
        if (!m_tenants.contains(id))
            m_onChanged(id);
    }
    return {};
}

std::shared_ptr<TenantRuntime> Tenancy::openTenant(const TenantId &id)
{
    auto opened = TenantRuntime::open(id, m_surroundings, [this, id] {
        if (m_adopting)
            return; // adopt() publishes once, at its end
        publish();
        m_onChanged(id);
    });
    if (!opened) {
        m_problems.push_back("tenant " + id.value
                             + " is not served: " + opened.error().message.toUtf8());
        return nullptr;
    }
    return std::move(*opened);
}

void Tenancy::publish()
{
    auto views = std::make_shared<Views>();
    for (const auto &[id, tenant] : m_tenants)
        views->emplace(id, tenant->view());
    m_views = std::shared_ptr<const Views>(std::move(views));
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
