// What a Snapshot holds. Internal to this room.
// Thread: immutable after build(); safe from any thread.
#pragma once

#include "server/policy/roles.h"
#include "server/policy/ruleindex.h"
#include "server/policy/snapshot.h"

namespace provost::policy {

struct CompiledTenant
{
    CompiledTenant(const Tenant &source, QByteArray sourceRevision);
    // REQUIRES: called once, before all others. Errors: as Snapshot::compile().
    [[nodiscard]] Result<void> build();

    // The roles of the request's user, and which of them an exhausted quota leaves able to grant.
    struct Roles
    {
        RoleTable::Numbers all;
        RoleTable::Numbers granting; // only if `stopped`
        bool stopped = false;        // some quota is used up
        QByteArray stoppedRole;      // the first of which it is
    };
    [[nodiscard]] Roles rolesOf(const Request &request) const;
    // REQUIRES: the rule names one of the user's roles.
    [[nodiscard]] bool mayGrant(const Rule &rule, const Roles &of, const Request &request) const;
    [[nodiscard]] bool matchesRole(const Rule &rule, const Roles &of) const;

    [[nodiscard]] Decision decide(const Request &request) const;
    [[nodiscard]] Explanation explain(const Request &request) const;

    const Tenant tenant;
    const QByteArray revision;
    const RoleTable roles;
    std::vector<Rule> rules; // deny, ask, allow; each in the order of the file
    RuleIndex index;

private:
    [[nodiscard]] Decision decideCall(const Request &request) const;
    // Whether some arguments, and attributes of the resource that the request leaves open, get more than a denial.
    [[nodiscard]] bool couldAllow(const Request &request) const;
};

} // namespace provost::policy
