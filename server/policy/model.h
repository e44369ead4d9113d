// The org directory's tenants as typed values, each node with the place in the text that it came from.
// Thread: values.
#pragma once

#include "server/policy/decision.h"

#include <optional>
#include <vector>

namespace provost::policy {

struct Located
{
    QByteArray text;
    SourceLocation where; // of the first character
    bool verbatim =
        true; // the file holds the text as it is, so that offsets into it can be added to `where`
    bool operator==(const Located &) const = default;
};

struct RateLimit
{
    std::int64_t callsMax = 0;
    Microseconds period{0};
    SourceLocation where;
    bool operator==(const RateLimit &) const = default;
};

struct Policy
{
    Located name;
    Effect effect = Effect::Allow;
    std::vector<Located> roles;     // names, or "*"
    std::vector<Located> resources; // names or globs; a name covers what it contains; empty: any
    std::vector<Located> tools;     // names or globs; empty: any
    // Names or globs of which the tool or the resource must match one; empty: any. Only a role's grants have them.
    std::vector<Located> targets;
    std::vector<Located> permissions; // empty: any
    std::vector<Located> conditions;  // all must hold
    bool assignmentEquals = false;    // conditions of a grant's `where` may write `=` for `==`
    FieldRules fields;
    std::optional<WallTime> validFrom;
    std::optional<WallTime> validUntil; // exclusive
    std::optional<RateLimit> rateLimit;
    QByteArray reason;
    SourceLocation where;
    bool operator==(const Policy &) const = default;
};

struct Role
{
    Located name;
    std::vector<Located> inherits;
    std::vector<Policy> grants; // the shorthands, each turned into an allow policy for this role
    SourceLocation where;
    bool operator==(const Role &) const = default;
};

struct Quota
{
    Located role;
    std::optional<std::int64_t> monthlyApiCalls;
    std::optional<std::int64_t> monthlyMicroUsd;
    QByteArray per; // "role" (default), "user", "tenant"
    SourceLocation where;
    bool operator==(const Quota &) const = default;
};

// Requests that a tenant may make before any policy is asked; see server/limits.
struct TenantLimits
{
    std::optional<RateLimit> tenant;
    std::optional<RateLimit> user;
    std::vector<std::pair<QByteArray, RateLimit>> tools; // by tool name or glob
    bool operator==(const TenantLimits &) const = default;
};

struct Tenant
{
    TenantId id;
    QByteArray name;
    QByteArray isolation; // "shared" (default), "process", "on-demand", "hybrid"
    std::vector<Role> roles;
    std::vector<Policy> policies;
    std::vector<Quota> quotas;
    TenantLimits limits;
    SourceLocation where;
    bool operator==(const Tenant &) const = default;
};

struct Diagnostic
{
    enum class Severity { Error, Warning };

    Severity severity = Severity::Error;
    SourceLocation where;
    QByteArray message;
};

struct Org
{
    std::vector<Tenant> tenants;
};

} // namespace provost::policy
