// The roles of one tenant: names as small numbers, what each inherits, and their monthly quotas.
// Thread: immutable after construction; safe from any thread.
#pragma once

#include "server/policy/model.h"
#include "server/policy/nametable.h"

#include <QVarLengthArray>

#include <vector>

namespace provost::policy {

using RoleNumber = std::uint32_t;

class RoleTable
{
public:
    using Numbers = QVarLengthArray<RoleNumber, 32>;

    // A role exists as soon as a policy, a quota or another role names it.
    explicit RoleTable(const Tenant &tenant);

    [[nodiscard]] std::size_t size() const { return m_names.size(); }
    [[nodiscard]] const QByteArray &name(RoleNumber role) const { return m_names[role]; }
    [[nodiscard]] std::optional<RoleNumber> find(const QByteArray &name) const
    {
        const std::uint32_t number = m_numbers.find(name);
        return number == NameTable::none ? std::nullopt : std::optional(number - 1);
    }

    // The subject's roles with all that they inherit, each once.
    [[nodiscard]] Numbers rolesOf(const Subject &user) const;

    [[nodiscard]] bool hasQuotas() const { return m_hasQuotas; }
    // The quota of this role that the month's usage has used up; null if none.
    [[nodiscard]] const Quota *exhaustedQuota(RoleNumber role, const Usage &usage) const;
    // The part of rolesOf() that no exhausted quota stops: a quota stops everything that is reached through its role.
    [[nodiscard]] Numbers grantingRolesOf(const Request &request) const;

private:
    RoleNumber number(const QByteArray &name);

    void close();

    NameTable m_numbers; // one more than the role's number
    std::vector<QByteArray> m_names;
    std::vector<std::vector<RoleNumber>> m_parents; // named in `inherits`
    // The role itself and all that it inherits: of role n from m_closureBegins[n] on.
    std::vector<RoleNumber> m_closures;
    std::vector<std::uint32_t> m_closureBegins;
    std::vector<std::vector<const Quota *>> m_quotas;
    bool m_hasQuotas = false;
};

} // namespace provost::policy
