// An org directory for tests of the page on policies: two tenants and a tool server, as text and as it is read.
#pragma once

#include "tests/support/fakecontrolplane.h"

namespace provost::testing {

inline const QByteArray AcmeFile = "tenants/acme-corp.yaml";
inline const QByteArray AcmeText = R"(# ACME: who may do what. Owners: platform team.
tenants:
  - id: acme-corp
    name: ACME Corporation
    policies:
      # Analysts read, and change nothing.
      - name: data-analyst-access
        roles: [data-analyst]
        resources: [analytics_db, data_warehouse]
        permissions: [read]

      - name: no-prod-delete
        effect: deny
        roles: ["*"]
        tools: [db.delete_*]
        conditions:
          - resource.env == "prod"
          - args.amount > 1000
        reason: Needs a ticket, see KB-12

      - name: regional-isolation
        roles: [regional-manager]
        resources: [customer_data]
        permissions: [read, write]
        conditions:
          - region == ${user.region}
        rate_limit: 1000/hour

    quotas:
      - role: data-analyst
        monthly_api_calls: 1000000
)";

inline policy::Policy policyOf(const QByteArray &name, int line)
{
    policy::Policy policy;
    policy.name = {name, {AcmeFile, line, 15}};
    policy.where = {AcmeFile, line, 9};
    return policy;
}

inline policy::Located located(const QByteArray &text)
{
    return {text, {AcmeFile, 1, 1}};
}

// What the check would read of AcmeText.
inline policy::Org acmeOrg()
{
    policy::Policy access = policyOf("data-analyst-access", 7);
    access.roles = {located("data-analyst")};
    access.resources = {located("analytics_db"), located("data_warehouse")};
    access.permissions = {located("read")};
    policy::Policy noDelete = policyOf("no-prod-delete", 12);
    noDelete.effect = policy::Effect::Deny;
    noDelete.roles = {located("*")};
    noDelete.tools = {located("db.delete_*")};
    noDelete.conditions = {located("resource.env == \"prod\""), located("args.amount > 1000")};
    noDelete.reason = "Needs a ticket, see KB-12";
    policy::Policy regional = policyOf("regional-isolation", 21);
    regional.roles = {located("regional-manager")};
    regional.resources = {located("customer_data")};
    regional.permissions = {located("read"), located("write")};
    regional.conditions = {located("region == ${user.region}")};
    regional.rateLimit = policy::RateLimit{1000, std::chrono::hours(1), {AcmeFile, 27, 21}};
    policy::Tenant acme;
    acme.id = TenantId("acme-corp");
    acme.where = {AcmeFile, 3, 5};
    acme.policies = {access, noDelete, regional};
    return {{acme}};
}

inline void fillOrg(FakeControlPlane &control)
{
    control.org = {"3f9c2ab01d77",
                   {{"servers/analytics.yaml", "server: analytics\n"},
                    {"servers/memory.yaml", "server: memory\n"},
                    {AcmeFile, AcmeText},
                    {"tenants/beta-inc.yaml", "tenants:\n  - id: beta-inc\n"},
                    {"tenants/gamma-llc.yaml", "tenants:\n  - id: gamma-llc\n"}}};
    control.draftAnswer.org = acmeOrg();
    control.vocabularyAnswer = {{"data-analyst", "regional-manager", "sales-ops"},
                                {"query_analytics", "db.delete_row", "read_customers"},
                                {"analytics_db", "customer_data"},
                                {"read", "write", "run"},
                                {"user.region", "resource.env", "args.amount"}};
}

} // namespace provost::testing
