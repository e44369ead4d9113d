#include "server/host/tenantdesk.h"

#include "server/host/tenanttemplate.h"

namespace provost::host {

namespace {

const char *nameOf(identity::KeyState state)
{
    switch (state) {
    case identity::KeyState::Active: return "active";
    case identity::KeyState::Expired: return "expired";
    case identity::KeyState::Revoked: return "revoked";
    }
    return "revoked";
}

control::KeyRow rowOf(const identity::ApiKey &key, WallTime now)
{
    return {key.id,      key.tenant,  key.user,    key.label,   nameOf(identity::stateOf(key, now)),
            key.created, key.expires, key.revoked, key.lastUsed};
}

control::UserRow rowOf(const identity::User &user)
{
    return {user.tenant, user.id, user.displayName, user.roles, user.attributes, user.disabled};
}

Json namesToJson(const std::vector<QByteArray> &names)
{
    return Json::Array(names.begin(), names.end());
}

std::int64_t denialsIn(const std::int64_t (&byOutcome)[telemetry::outcomeCount])
{
    return byOutcome[static_cast<int>(telemetry::Outcome::Denied)];
}

} // namespace

TenantDesk::TenantDesk(Services services)
    : m_services(std::move(services))
{
}

Result<control::ServerStatus> TenantDesk::status() const
{
    control::ServerStatus status{.endpoint = m_services.endpoint,
                                 .admin = m_services.admin,
                                 .listening = true,
                                 .agents = m_services.agents(),
                                 .orgRevision = m_services.org.revision(),
                                 .version = PROVOST_VERSION};
    const auto metrics = m_services.metrics.snapshot();
    constexpr std::size_t rateSeconds = 10;
    constexpr std::size_t latencySeconds = 60;
    std::int64_t lately = 0;
    for (std::size_t i = 0; i < metrics.recent.size(); ++i) {
        const telemetry::SecondSample &second = metrics.recent[metrics.recent.size() - 1 - i];
        if (i < rateSeconds)
            lately += second.calls;
        if (i < latencySeconds)
            status.p99Us = std::max(status.p99Us, second.p99Us);
    }
    status.callsPerSecond = double(lately) / double(rateSeconds);
    if (!m_services.org.problem().isEmpty())
        status.problems.push_back(m_services.org.problem());
    for (const QByteArray &problem : m_services.org.tenancy().problems())
        status.problems.push_back(problem);
    for (const auto &tenant : m_services.org.tenancy().tenants()) {
        if (const auto failure = tenant->journal().failure())
            status.problems.push_back("calls of " + tenant->view().id.value
                                      + " are refused: " + failure->message.toUtf8());
        for (const tenancy::ServerHealth &server : tenant->servers()) {
            if (!server.problem.isEmpty())
                status.problems.push_back("tool server " + server.id.value + " of "
                                          + tenant->view().id.value + ": " + server.problem);
        }
    }
    return status;
}

Result<std::vector<control::TenantRow>> TenantDesk::tenants() const
{
    TRY_LET(const auto users, m_services.identities.users(std::nullopt));
    TRY_LET(const auto keys, m_services.identities.keys(std::nullopt));
    const WallTime now = m_services.clock.now();
    std::vector<control::TenantRow> rows;
    for (const auto &tenant : m_services.org.tenancy().tenants()) {
        const calls::TenantView view = tenant->view();
        const policy::Tenant &model = view.policy->model();
        const auto metrics = m_services.metrics.snapshot(&view.id);
        control::TenantRow row{.id = view.id,
                               .name = model.name,
                               .file = model.where.file,
                               .policies = static_cast<int>(model.policies.size()),
                               .callsToday = metrics.calls,
                               .deniedToday = denialsIn(metrics.byOutcome),
                               .quotas = model.quotas,
                               .limits = model.limits};
        row.users = static_cast<int>(
            std::count_if(users.begin(), users.end(),
                          [&](const identity::User &user) { return user.tenant == view.id; }));
        row.activeKeys = static_cast<int>(
            std::count_if(keys.begin(), keys.end(), [&](const identity::ApiKey &key) {
                return key.tenant == view.id
                       && identity::stateOf(key, now) == identity::KeyState::Active;
            }));
        for (const tenancy::ServerHealth &server : tenant->servers()) {
            if (!server.problem.isEmpty())
                row.problems.push_back(server.id.value + ": " + server.problem);
        }
        for (const QByteArray &problem : view.registry->problems())
            row.problems.push_back(problem);
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<std::vector<QByteArray>> TenantDesk::templates()
{
    std::vector<QByteArray> names;
    for (const QString &name : tenantTemplates())
        names.push_back(name.toUtf8());
    return names;
}

Result<QByteArray> TenantDesk::create(const control::NewTenant &tenant)
{
    TRY_LET(const control::OrgFile file, newTenantFile(tenant, m_services.org.files()));
    TRY_DO(m_services.administration.record(
        {.action = "tenant_created", .author = tenant.author, .tenant = tenant.id}));
    TRY_LET(const QByteArray revision,
            m_services.org.apply({.files = {file},
                                  .reason = "Create tenant " + tenant.id.value,
                                  .author = tenant.author,
                                  .expectedRevision = m_services.org.revision()}));
    return file.name;
}

Result<std::vector<control::UserRow>> TenantDesk::users(const TenantId &tenant) const
{
    TRY_LET(const auto users,
            m_services.identities.users(tenant.isEmpty() ? std::nullopt : std::optional(tenant)));
    std::vector<control::UserRow> rows;
    rows.reserve(users.size());
    for (const identity::User &user : users)
        rows.push_back(rowOf(user));
    return rows;
}

Result<control::UserRow> TenantDesk::putUser(const control::UserRow &user, const QByteArray &author)
{
    TRY_DO(m_services.administration.record(
        {.action = "user_changed",
         .author = author,
         .tenant = user.tenant,
         .details = Json::object({{"user", user.id.value},
                                  {"roles", namesToJson(user.roles)},
                                  {"attributes", user.attributes},
                                  {"disabled", user.disabled}})}));
    TRY_DO(m_services.identities.putUser(
        {user.tenant, user.id, user.displayName, user.roles, user.attributes, user.disabled}));
    return user;
}

Result<std::vector<control::KeyRow>> TenantDesk::keys(const TenantId &tenant) const
{
    TRY_LET(const auto keys,
            m_services.identities.keys(tenant.isEmpty() ? std::nullopt : std::optional(tenant)));
    std::vector<control::KeyRow> rows;
    rows.reserve(keys.size());
    for (const identity::ApiKey &key : keys)
        rows.push_back(rowOf(key, m_services.clock.now()));
    return rows;
}

Result<control::CreatedKey> TenantDesk::createKey(const control::NewKeyRequest &request)
{
    TRY_LET(const auto users, m_services.identities.users(request.tenant));
    const bool known = std::any_of(users.begin(), users.end(), [&](const identity::User &user) {
        return user.id == request.user;
    });
    if (!known)
        TRY_DO(putUser({.tenant = request.tenant,
                        .id = request.user,
                        .roles = request.roles,
                        .attributes = Json::object()},
                       request.author));
    TRY_DO(m_services.administration.record(
        {.action = "key_created",
         .author = request.author,
         .tenant = request.tenant,
         .details = Json::object({{"user", request.user.value}, {"label", request.label}})}));
    TRY_LET(identity::NewKey created,
            m_services.identities.createKey(
                {request.tenant, request.user, request.label, request.expires}));
    return control::CreatedKey{rowOf(created.key, m_services.clock.now()),
                               std::move(created.secret)};
}

Result<control::KeyRow> TenantDesk::revokeKey(const CredentialId &id, const QByteArray &author)
{
    TRY_LET(const auto keys, m_services.identities.keys(std::nullopt));
    const auto key = std::find_if(keys.begin(), keys.end(),
                                  [&](const identity::ApiKey &known) { return known.id == id; });
    if (key == keys.end())
        return fail(ErrorCode::NotFound,
                    QStringLiteral("there is no key `%1`").arg(QString::fromUtf8(id.value)));
    TRY_DO(m_services.administration.record(
        {.action = "revocation",
         .author = author,
         .tenant = key->tenant,
         .details = Json::object({{"key", id.value}, {"user", key->user.value}})}));
    TRY_DO(m_services.identities.revokeKey(id));
    TRY_LET(const auto after, m_services.identities.keys(key->tenant));
    const auto revoked = std::find_if(
        after.begin(), after.end(), [&](const identity::ApiKey &known) { return known.id == id; });
    return rowOf(*revoked, m_services.clock.now());
}

} // namespace provost::host
