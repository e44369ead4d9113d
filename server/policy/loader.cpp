#include "server/policy/loader.h"

#include "server/policy/mapreader.h"
#include "server/policy/shorthand.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace provost::policy {

namespace {

constexpr qsizetype tenantIdBytesMax = 63;

bool isTenantId(QByteArrayView id)
{
    return !id.empty() && id.size() <= tenantIdBytesMax
           && std::all_of(id.begin(), id.end(), [](char c) {
                  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
              });
}

class TenantLoader
{
public:
    TenantLoader(Org &org, std::vector<Diagnostic> &diagnostics)
        : m_org(org)
        , m_read(diagnostics)
    {
    }

    void readFile(const YamlNode &root)
    {
        m_read.members(root, "the file",
                       {{"version", [&](const YamlNode &node) { readVersion(node); }},
                        {"tenants", [&](const YamlNode &node) {
                             m_read.items(node, "tenants",
                                          [&](const YamlNode &tenant) { readTenant(tenant); });
                         }}});
    }

private:
    void readVersion(const YamlNode &node)
    {
        if (!node.isScalar() || node.text != "1")
            m_read.error(node.where, "this version of the format is not known; write `version: 1`");
    }

    void readTenant(const YamlNode &node)
    {
        Tenant tenant;
        tenant.where = node.where;
        tenant.isolation = "shared";
        const auto policies = [&](const YamlNode &list) {
            std::unordered_map<QByteArray, int> names;
            m_read.items(list, "policies",
                         [&](const YamlNode &item) { readPolicy(item, names, tenant.policies); });
        };
        const auto roles = [&](const YamlNode &list) {
            m_read.items(list, "roles",
                         [&](const YamlNode &item) { readRole(item, tenant.roles); });
        };
        const auto quotas = [&](const YamlNode &list) {
            m_read.items(list, "quotas",
                         [&](const YamlNode &item) { readQuota(item, tenant.quotas); });
        };
        m_read.members(
            node, "a tenant",
            {{"id", [&](const YamlNode &v) { readTenantId(v, tenant); }},
             {"name", [&](const YamlNode &v) { readText(v, "a name", tenant.name); }},
             {"isolation",
              [&](const YamlNode &v) {
                  tenant.isolation =
                      m_read.word(v, "an isolation", {"shared", "process", "on-demand", "hybrid"})
                          .value_or(tenant.isolation);
              }},
             {"roles", roles},
             {"policies", policies},
             {"quotas", quotas},
             {"limits", [&](const YamlNode &v) { readLimits(v, tenant.limits); }}});
        if (tenant.id.isEmpty()) {
            if (node.isMap() && node.find("id") == nullptr)
                m_read.error(node.where, "a tenant needs an `id`");
            return;
        }
        const auto [first, isNew] = m_tenants.emplace(tenant.id, tenant.where);
        if (!isNew)
            m_read.error(tenant.where, "tenant `" + tenant.id.value + "` stands in "
                                           + first->second.file + " on line "
                                           + QByteArray::number(first->second.line) + " already");
        else
            m_org.tenants.push_back(std::move(tenant));
    }

    void readTenantId(const YamlNode &node, Tenant &tenant)
    {
        const auto id = m_read.name(node, "a tenant's id");
        if (!id)
            return;
        if (isTenantId(id->text))
            tenant.id = TenantId(id->text);
        else
            m_read.error(id->where,
                         "`" + id->text + "` is no tenant id: 1 to 63 of a-z, 0-9 and `-`");
    }

    // Text for people: any scalar will do.
    void readText(const YamlNode &node, const char *what, QByteArray &text)
    {
        if (const auto value = m_read.scalar(node, what))
            text = value->text;
    }

    // `lines`: where the names of the tenant's policies stand.
    void readPolicy(const YamlNode &node, std::unordered_map<QByteArray, int> &lines,
                    std::vector<Policy> &policies)
    {
        Policy policy;
        policy.where = node.where;
        const auto names = [&](std::vector<Located> &list, const char *what) {
            return [this, &list, what](const YamlNode &v) { list = m_read.names(v, what); };
        };
        m_read.members(
            node, "a policy",
            {{"name",
              [&](const YamlNode &v) {
                  policy.name = m_read.name(v, "a policy's name").value_or(Located{});
              }},
             {"effect", [&](const YamlNode &v) { readEffect(v, policy); }},
             {"roles", names(policy.roles, "roles")},
             {"resources", names(policy.resources, "resources")},
             {"tools", names(policy.tools, "tools")},
             {"permissions", names(policy.permissions, "permissions")},
             {"conditions", [&](const YamlNode &v) { readConditions(v, policy); }},
             {"fields", [&](const YamlNode &v) { readFields(v, policy); }},
             {"valid", [&](const YamlNode &v) { readValidity(v, policy); }},
             {"rate_limit", [&](const YamlNode &v) { policy.rateLimit = readRate(v); }},
             {"reason", [&](const YamlNode &v) { readText(v, "a reason", policy.reason); }}});
        if (!node.isMap())
            return;
        for (const char *needed : {"name", "roles"}) {
            if (node.find(needed) == nullptr)
                m_read.error(node.where, "a policy needs `" + QByteArray(needed) + "`");
        }
        const auto [first, isNew] = lines.emplace(policy.name.text, policy.name.where.line);
        if (!isNew && !policy.name.text.isEmpty())
            m_read.error(policy.name.where, "policy `" + policy.name.text + "` stands on line "
                                                + QByteArray::number(first->second) + " already");
        policies.push_back(std::move(policy));
    }

    void readEffect(const YamlNode &node, Policy &policy)
    {
        const auto effect = m_read.word(node, "an effect", {"allow", "deny", "ask"});
        if (effect)
            policy.effect = *effect == "deny"  ? Effect::Deny
                            : *effect == "ask" ? Effect::Ask
                                               : Effect::Allow;
    }

    void readConditions(const YamlNode &node, Policy &policy)
    {
        m_read.items(node, "conditions", [&](const YamlNode &item) {
            if (item.isMap()) {
                m_read.error(item.where, "this condition reads as a YAML map; quote the condition");
            } else if (item.isNull()) {
                m_read.error(item.where, "an empty condition");
            } else if (auto text = conditionText(item, "a condition")) {
                policy.conditions.push_back(*std::move(text));
            }
        });
    }

    std::optional<Located> conditionText(const YamlNode &node, const char *what)
    {
        if (node.followedByComment) {
            // ` #` cuts an unquoted text, and what is cut from a condition widens the grant.
            m_read.error(node.where,
                         "` #` ends this unquoted text; quote the condition, or put the "
                         "comment on a line of its own");
            return std::nullopt;
        }
        return m_read.scalar(node, what);
    }

    void readFields(const YamlNode &node, Policy &policy)
    {
        const auto list = [&](std::vector<QByteArray> &fields) {
            return [this, &fields](const YamlNode &v) {
                for (const Located &field : m_read.names(v, "fields"))
                    fields.push_back(field.text);
            };
        };
        m_read.members(node, "fields",
                       {{"mask", list(policy.fields.mask)}, {"drop", list(policy.fields.drop)}});
    }

    void readValidity(const YamlNode &node, Policy &policy)
    {
        const auto time = [&](std::optional<WallTime> &at) {
            return [this, &at](const YamlNode &v) {
                const auto text = m_read.scalar(v, "a time");
                if (!text)
                    return;
                if (const auto parsed = fromRfc3339(text->text))
                    at = *parsed;
                else
                    m_read.error(text->where, parsed.error().message.toUtf8());
            };
        };
        m_read.members(node, "valid",
                       {{"from", time(policy.validFrom)}, {"until", time(policy.validUntil)}});
        if (policy.validFrom && policy.validUntil && *policy.validFrom >= *policy.validUntil)
            m_read.error(node.where, "`until` must be later than `from`");
    }

    std::optional<RateLimit> readRate(const YamlNode &node)
    {
        const auto text = m_read.scalar(node, "a rate limit");
        if (!text)
            return std::nullopt;
        auto rate = parseRateLimit(text->text);
        if (!rate) {
            m_read.error(text->where, rate.error().message.toUtf8());
            return std::nullopt;
        }
        rate->where = text->where;
        return *rate;
    }

    void readRole(const YamlNode &node, std::vector<Role> &roles)
    {
        Role role;
        role.where = node.where;
        const YamlNode *grants = nullptr;
        m_read.members(
            node, "a role",
            {{"name",
              [&](const YamlNode &v) {
                  role.name = m_read.name(v, "a role's name").value_or(Located{});
              }},
             {"inherits", [&](const YamlNode &v) { role.inherits = m_read.names(v, "inherits"); }},
             {"grants", [&](const YamlNode &v) { grants = &v; }}});
        if (!node.isMap())
            return;
        if (node.find("name") == nullptr)
            m_read.error(node.where, "a role needs a `name`");
        if (role.name.text.isEmpty())
            return;
        if (role.name.text.contains('*'))
            m_read.error(role.name.where, "a role's name holds no `*`");
        // Last, because a grant is named after its role.
        if (grants != nullptr)
            m_read.items(*grants, "grants", [&](const YamlNode &item) { readGrant(item, role); });
        const auto same = std::find_if(roles.begin(), roles.end(), [&](const Role &other) {
            return other.name.text == role.name.text;
        });
        if (same != roles.end())
            m_read.error(role.name.where, "role `" + role.name.text + "` stands on line "
                                              + QByteArray::number(same->name.where.line)
                                              + " already");
        roles.push_back(std::move(role));
    }

    void readGrant(const YamlNode &node, Role &role)
    {
        if (node.isMap()) {
            m_read.error(node.where, "this grant reads as a YAML map; quote it, or leave out the "
                                     "blank behind `:`");
            return;
        }
        const auto text = conditionText(node, "a grant");
        if (!text)
            return;
        const auto grant = parseGrant(text->text);
        if (!grant) {
            m_read.error(text->where, grant.error().message.toUtf8());
            return;
        }
        Policy policy;
        policy.where = node.where;
        policy.roles = {role.name};
        (grant->resourceOnly ? policy.resources : policy.targets) = {{grant->name, text->where}};
        for (const QByteArray &permission : grant->permissions)
            policy.permissions.push_back({permission, text->where});
        QByteArray title = text->text;
        if (grant->conditionAt) {
            const QByteArray before = text->text.first(*grant->conditionAt);
            Located condition{text->text.sliced(*grant->conditionAt), text->where, text->verbatim};
            if (condition.verbatim)
                condition.where.column +=
                    static_cast<int>(QString::fromUtf8(before).toUcs4().size());
            policy.conditions = {condition};
            policy.assignmentEquals = true;
            title = before.first(before.lastIndexOf("where")).trimmed();
        }
        policy.name = {role.name.text + '/' + title, text->where, text->verbatim};
        role.grants.push_back(std::move(policy));
    }

    void readQuota(const YamlNode &node, std::vector<Quota> &quotas)
    {
        Quota quota;
        quota.where = node.where;
        quota.per = "role";
        const auto amount = [&](std::optional<std::int64_t> &value, auto parse) {
            return [this, &value, parse](const YamlNode &v) {
                const auto text = m_read.scalar(v, "a quota");
                if (!text)
                    return;
                if (const auto parsed = parse(text->text))
                    value = *parsed;
                else
                    m_read.error(text->where, parsed.error().message.toUtf8());
            };
        };
        m_read.members(
            node, "a quota",
            {{"role",
              [&](const YamlNode &v) {
                  quota.role = m_read.name(v, "a role").value_or(Located{});
              }},
             {"monthly_api_calls", amount(quota.monthlyApiCalls, parseCount)},
             {"monthly_cost_usd", amount(quota.monthlyMicroUsd, parseMicroUsd)},
             {"per", [&](const YamlNode &v) {
                  quota.per = m_read.word(v, "what a quota counts per", {"role", "user", "tenant"})
                                  .value_or(quota.per);
              }}});
        if (!node.isMap())
            return;
        if (node.find("role") == nullptr)
            m_read.error(node.where, "a quota needs a `role`");
        if (node.find("monthly_api_calls") == nullptr && node.find("monthly_cost_usd") == nullptr)
            m_read.error(node.where, "a quota needs `monthly_api_calls` or `monthly_cost_usd`");
        quotas.push_back(std::move(quota));
    }

    void readLimits(const YamlNode &node, TenantLimits &limits)
    {
        const auto tools = [&](const YamlNode &map) {
            if (!map.isMap()) {
                m_read.error(map.where, "the limits of tools must be a map of names and rates");
                return;
            }
            for (const auto &[tool, rate] : map.members) {
                const auto name = m_read.name(tool, "a tool");
                if (const auto limit = readRate(rate); limit && name)
                    limits.tools.emplace_back(name->text, *limit);
            }
        };
        m_read.members(node, "limits",
                       {{"tenant", [&](const YamlNode &v) { limits.tenant = readRate(v); }},
                        {"user", [&](const YamlNode &v) { limits.user = readRate(v); }},
                        {"tools", tools}});
    }

    Org &m_org;
    MapReader m_read;
    std::unordered_map<TenantId, SourceLocation> m_tenants;
};

} // namespace

bool hasErrors(const std::vector<Diagnostic> &diagnostics)
{
    return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic &diagnostic) {
        return diagnostic.severity == Diagnostic::Severity::Error;
    });
}

bool LoadedOrg::hasErrors() const
{
    return policy::hasErrors(diagnostics);
}

QByteArray toText(const Diagnostic &diagnostic)
{
    const SourceLocation &at = diagnostic.where;
    const char *severity = diagnostic.severity == Diagnostic::Severity::Error ? "error" : "warning";
    return at.file + ':' + QByteArray::number(at.line) + ':' + QByteArray::number(at.column) + ": "
           + severity + ": " + diagnostic.message;
}

LoadedOrg loadOrg(const std::vector<SourceFile> &files)
{
    LoadedOrg loaded;
    TenantLoader loader(loaded.org, loaded.diagnostics);
    for (const SourceFile &file : files) {
        const auto fromHere = static_cast<std::ptrdiff_t>(loaded.diagnostics.size());
        YamlTree tree = parseYaml(file.name, file.bytes);
        if (tree.error)
            loaded.diagnostics.push_back(*std::move(tree.error));
        else if (!tree.root.isNull())
            loader.readFile(tree.root);
        std::stable_sort(loaded.diagnostics.begin() + fromHere, loaded.diagnostics.end(),
                         [](const Diagnostic &a, const Diagnostic &b) {
                             return std::tie(a.where.line, a.where.column)
                                    < std::tie(b.where.line, b.where.column);
                         });
    }
    return loaded;
}

} // namespace provost::policy
