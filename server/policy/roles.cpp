#include "server/policy/roles.h"

#include <QHash>

#include <algorithm>

namespace provost::policy {

namespace {

void addOnce(RoleTable::Numbers &roles, RoleNumber role)
{
    if (std::find(roles.begin(), roles.end(), role) == roles.end())
        roles.append(role);
}

bool isUsedUp(const std::optional<std::int64_t> &max,
              const std::map<QByteArray, std::int64_t> &usage, const QByteArray &role)
{
    const auto used = usage.find(role);
    return max && used != usage.end() && used->second >= *max;
}

} // namespace

RoleTable::RoleTable(const Tenant &tenant)
{
    for (const Role &role : tenant.roles) {
        const RoleNumber own = number(role.name.text);
        for (const Located &parent : role.inherits) {
            const RoleNumber inherited = number(parent.text);
            m_parents[own].push_back(inherited);
        }
    }
    for (const Policy &policy : tenant.policies) {
        for (const Located &role : policy.roles)
            number(role.text);
    }
    for (const Quota &quota : tenant.quotas) {
        m_quotas[number(quota.role.text)].push_back(&quota);
        m_hasQuotas = true;
    }
    m_closures.resize(m_names.size());
    for (RoleNumber role = 0; role < m_names.size(); ++role) {
        std::vector<RoleNumber> &closure = m_closures[role];
        closure.push_back(role);
        for (std::size_t i = 0; i < closure.size(); ++i) { // grows as it goes
            for (const RoleNumber parent : m_parents[closure[i]]) {
                if (std::find(closure.begin(), closure.end(), parent) == closure.end())
                    closure.push_back(parent);
            }
        }
    }
}

RoleNumber RoleTable::number(const QByteArray &name)
{
    const auto [entry, isNew] = m_numbers.emplace(name, static_cast<RoleNumber>(m_names.size()));
    if (isNew) {
        m_names.push_back(name);
        m_parents.emplace_back();
        m_quotas.emplace_back();
    }
    return entry->second;
}

std::optional<RoleNumber> RoleTable::find(const QByteArray &name) const
{
    const auto found = m_numbers.find(name);
    return found == m_numbers.end() ? std::nullopt : std::optional(found->second);
}

RoleTable::Numbers RoleTable::rolesOf(const Subject &user) const
{
    Numbers roles;
    for (const QByteArray &name : user.roles) {
        if (const auto role = find(name)) {
            for (const RoleNumber inherited : m_closures[*role])
                addOnce(roles, inherited);
        }
    }
    return roles;
}

const Quota *RoleTable::exhaustedQuota(RoleNumber role, const Usage &usage) const
{
    for (const Quota *quota : m_quotas[role]) {
        if (isUsedUp(quota->monthlyApiCalls, usage.callsByRole, m_names[role])
            || isUsedUp(quota->monthlyMicroUsd, usage.microUsdByRole, m_names[role]))
            return quota;
    }
    return nullptr;
}

RoleTable::Numbers RoleTable::grantingRolesOf(const Request &request) const
{
    Numbers roles;
    for (const QByteArray &name : request.user.roles) {
        const auto role = find(name);
        if (role && exhaustedQuota(*role, request.usage) == nullptr)
            addOnce(roles, *role);
    }
    for (qsizetype i = 0; i < roles.size(); ++i) { // grows as it goes
        for (const RoleNumber parent : m_parents[roles[i]]) {
            if (exhaustedQuota(parent, request.usage) == nullptr)
                addOnce(roles, parent);
        }
    }
    return roles;
}

} // namespace provost::policy
