#include "server/policy/roles.h"

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
    close();
}

RoleNumber RoleTable::number(const QByteArray &name)
{
    const std::uint32_t number = m_numbers.add(name);
    if (number > m_names.size()) {
        m_names.push_back(name);
        m_parents.emplace_back();
        m_quotas.emplace_back();
    }
    return number - 1;
}

void RoleTable::close()
{
    for (RoleNumber role = 0; role < m_names.size(); ++role) {
        const std::size_t begin = m_closures.size();
        m_closureBegins.push_back(static_cast<std::uint32_t>(begin));
        m_closures.push_back(role);
        for (std::size_t i = begin; i < m_closures.size(); ++i) { // grows as it goes
            for (const RoleNumber parent : m_parents[m_closures[i]]) {
                const auto from = m_closures.begin() + static_cast<std::ptrdiff_t>(begin);
                if (std::find(from, m_closures.end(), parent) == m_closures.end())
                    m_closures.push_back(parent);
            }
        }
    }
    m_closureBegins.push_back(static_cast<std::uint32_t>(m_closures.size()));
}

RoleTable::Numbers RoleTable::rolesOf(const Subject &user) const
{
    Numbers roles;
    for (const QByteArray &name : user.roles) {
        if (const auto role = find(name)) {
            for (std::uint32_t i = m_closureBegins[*role]; i < m_closureBegins[*role + 1]; ++i)
                addOnce(roles, m_closures[i]);
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
