#include "server/policy/check.h"

#include "server/policy/condition/checker.h"
#include "server/policy/rule.h"
#include "server/policy/shorthand.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

namespace provost::policy {

namespace {

QByteArray quoted(const QByteArray &text)
{
    return '`' + text + '`';
}

QByteArray placeOf(const SourceLocation &where)
{
    return where.file + ':' + QByteArray::number(where.line);
}

// Whether every name that `narrow` fits also fits `wide`.
bool covers(const NamePatterns &wide, const NamePatterns &narrow)
{
    if (wide.isAny())
        return true;
    if (narrow.isAny() || narrow.hasGlobs())
        return false;
    return std::all_of(narrow.exact().begin(), narrow.exact().end(),
                       [&](const QByteArray &name) { return wide.matches(name); });
}

bool covers(const Rule &wide, const Rule &narrow)
{
    return covers(wide.roles(), narrow.roles()) && covers(wide.tools(), narrow.tools())
           && covers(wide.resources(), narrow.resources())
           && covers(wide.targets(), narrow.targets())
           && covers(wide.permissions(), narrow.permissions());
}

class TenantChecker
{
public:
    explicit TenantChecker(const Tenant &tenant)
        : m_tenant(tenant)
    {
        for (const Role &role : tenant.roles) {
            m_defined.push_back(role.name.text);
            for (const Policy &grant : role.grants)
                add(grant);
        }
        for (const Policy &policy : tenant.policies)
            add(policy);
        for (const Policy *policy : m_policies) {
            for (const Located &role : policy->roles)
                m_granted.insert(role.text);
        }
    }

    std::vector<Diagnostic> run()
    {
        for (const Policy *policy : m_policies)
            checkPolicy(*policy);
        checkRoleNames();
        checkInheritance();
        checkQuotas();
        checkShadows();
        std::stable_sort(m_diagnostics.begin(), m_diagnostics.end(),
                         [](const Diagnostic &a, const Diagnostic &b) {
                             return std::tie(a.where.line, a.where.column)
                                    < std::tie(b.where.line, b.where.column);
                         });
        return std::move(m_diagnostics);
    }

private:
    void add(const Policy &policy) { m_policies.push_back(&policy); }
    void error(const SourceLocation &where, QByteArray message)
    {
        m_diagnostics.push_back({Diagnostic::Severity::Error, where, std::move(message)});
    }
    void warning(const SourceLocation &where, QByteArray message)
    {
        m_diagnostics.push_back({Diagnostic::Severity::Warning, where, std::move(message)});
    }

    void checkPolicy(const Policy &policy)
    {
        if (auto rule = Rule::compile(policy, m_programs, m_diagnostics)) {
            for (const CompiledCondition &condition : rule->conditions())
                checkCondition(condition);
            m_rules.push_back(*std::move(rule));
        }
        for (const Located &role : policy.roles) {
            if (role.text != "*" && isGlob(role.text))
                error(role.where, "roles are names or \"*\"; " + quoted(role.text) + " is neither");
        }
        checkPermissionNames(policy);
        if (policy.effect == Effect::Deny && policy.rateLimit)
            error(policy.rateLimit->where, "a deny policy has no calls to limit");
        if (policy.effect == Effect::Deny && !(policy.fields == FieldRules{}))
            error(policy.where, "a deny policy has no results whose fields could be masked");
        const bool everything = policy.effect == Effect::Allow && policy.conditions.empty()
                                && isAny(policy.roles) && isAny(policy.resources)
                                && isAny(policy.tools) && isAny(policy.permissions)
                                && policy.targets.empty();
        if (everything)
            warning(policy.where, "this allows everyone everything");
    }

    // Tool servers may name permissions of their own, but hardly one that is nearly one of the usual.
    void checkPermissionNames(const Policy &policy)
    {
        static const std::vector<QByteArray> usual{"read", "write", "run"};
        for (const Located &permission : policy.permissions) {
            if (isGlob(permission.text)
                || std::find(usual.begin(), usual.end(), permission.text) != usual.end())
                continue;
            if (const auto meant = nearestWord(permission.text, usual))
                warning(permission.where, "the permission " + quoted(permission.text)
                                              + " is not a usual one; did you mean "
                                              + quoted(*meant) + '?');
        }
    }

    static bool isAny(const std::vector<Located> &names) { return NamePatterns(names).isAny(); }

    void checkCondition(const CompiledCondition &condition)
    {
        for (condition::Problem &problem : findProblems(*condition.program)) {
            const SourceLocation where = locationIn(condition.text, problem.at);
            const QByteArray message = "in the condition: " + problem.message;
            problem.isError ? error(where, message) : warning(where, message);
        }
    }

    // Roles match exactly, so two spellings of one role are two roles.
    void checkRoleNames()
    {
        std::set<QByteArray> reported;
        for (const Policy *policy : m_policies) {
            for (const Located &role : policy->roles) {
                if (role.text == "*" || isDefined(role.text) || !reported.insert(role.text).second)
                    continue;
                if (const auto meant = nearestWord(role.text, m_defined))
                    warning(role.where, "no role is named " + quoted(role.text) + "; did you mean "
                                            + quoted(*meant) + "? Names match exactly");
            }
        }
    }

    [[nodiscard]] bool isDefined(const QByteArray &role) const
    {
        return std::find(m_defined.begin(), m_defined.end(), role) != m_defined.end();
    }
    [[nodiscard]] bool exists(const QByteArray &role) const
    {
        return isDefined(role) || m_granted.contains(role);
    }
    [[nodiscard]] QByteArray hintFor(const QByteArray &role) const
    {
        std::vector<QByteArray> known = m_defined;
        known.insert(known.end(), m_granted.begin(), m_granted.end());
        const auto meant = nearestWord(role, known);
        return meant ? QByteArray("; did you mean " + quoted(*meant) + '?') : QByteArray();
    }

    void checkInheritance()
    {
        std::unordered_map<QByteArray, const Role *> byName;
        for (const Role &role : m_tenant.roles)
            byName.emplace(role.name.text, &role);
        for (const Role &role : m_tenant.roles) {
            for (const Located &parent : role.inherits) {
                if (!exists(parent.text))
                    warning(parent.where, "the inherited role " + quoted(parent.text)
                                              + " has no policy and no grant"
                                              + hintFor(parent.text));
                if (reaches(parent.text, role.name.text, byName))
                    error(parent.where, "role " + quoted(role.name.text) + " inherits itself");
            }
        }
    }

    static bool reaches(const QByteArray &from, const QByteArray &to,
                        const std::unordered_map<QByteArray, const Role *> &byName)
    {
        std::vector<QByteArray> open{from};
        std::set<QByteArray> seen;
        while (!open.empty()) {
            const QByteArray name = open.back();
            open.pop_back();
            if (name == to)
                return true;
            const auto role = byName.find(name);
            if (!seen.insert(name).second || role == byName.end())
                continue;
            for (const Located &parent : role->second->inherits)
                open.push_back(parent.text);
        }
        return false;
    }

    void checkQuotas()
    {
        std::set<std::pair<QByteArray, QByteArray>> seen;
        for (const Quota &quota : m_tenant.quotas) {
            if (!exists(quota.role.text))
                warning(quota.role.where, "no policy and no grant names the role "
                                              + quoted(quota.role.text) + hintFor(quota.role.text));
            if (!seen.emplace(quota.role.text, quota.per).second)
                warning(quota.where, "a second quota for role " + quoted(quota.role.text)
                                         + "; the smaller of both holds");
        }
    }

    // A policy next to an unconditional one that covers it: denied by it, it never grants; allowed by it, its
    // conditions and limits hold nobody back.
    void checkShadows()
    {
        std::unordered_map<QByteArray, std::vector<const Rule *>> unconditional; // by role
        for (const Rule &rule : m_rules) {
            const Policy &policy = rule.policy();
            if (!policy.conditions.empty() || policy.validFrom || policy.validUntil
                || policy.rateLimit || policy.effect == Effect::Ask)
                continue;
            if (rule.roles().isAny())
                unconditional["*"].push_back(&rule);
            else
                for (const QByteArray &role : rule.roles().exact())
                    unconditional[role].push_back(&rule);
        }
        for (const Rule &rule : m_rules) {
            if (rule.effect() != Effect::Allow)
                continue;
            std::vector<QByteArray> roles{"*"};
            if (!rule.roles().isAny() && !rule.roles().exact().empty())
                roles.push_back(rule.roles().exact().front());
            for (const QByteArray &role : roles) {
                const Rule *other = coveringRule(rule, unconditional[role]);
                if (other != nullptr) {
                    reportShadow(rule, *other);
                    break;
                }
            }
        }
    }

    static const Rule *coveringRule(const Rule &rule, const std::vector<const Rule *> &others)
    {
        constexpr std::size_t othersMax =
            200; // a check, not a proof: stays linear in the number of policies
        const Policy &policy = rule.policy();
        const bool restricts = !policy.conditions.empty() || policy.rateLimit;
        for (std::size_t i = 0; i < std::min(others.size(), othersMax); ++i) {
            const Rule &other = *others[i];
            const bool matters = other.effect() == Effect::Deny || restricts;
            if (&other != &rule && matters && covers(other, rule))
                return &other;
        }
        return nullptr;
    }

    void reportShadow(const Rule &rule, const Rule &other)
    {
        const QByteArray place =
            quoted(other.policy().name.text) + " (" + placeOf(other.policy().where) + ')';
        if (other.effect() == Effect::Deny)
            warning(rule.policy().where, "policy " + quoted(rule.policy().name.text)
                                             + " never grants anything: " + place
                                             + " denies it all");
        else
            warning(rule.policy().where,
                    "the conditions and limits of policy " + quoted(rule.policy().name.text)
                        + " hold nobody back: " + place + " allows the same without them");
    }

    const Tenant &m_tenant;
    std::vector<const Policy *> m_policies;
    ProgramCache m_programs;
    std::vector<Rule> m_rules; // those that compile
    std::vector<QByteArray> m_defined;
    std::set<QByteArray> m_granted; // roles that a policy or grant names
    std::vector<Diagnostic> m_diagnostics;
};

} // namespace

std::vector<Diagnostic> check(const Tenant &tenant)
{
    return TenantChecker(tenant).run();
}

std::vector<Diagnostic> check(const Org &org)
{
    std::vector<Diagnostic> all;
    for (const Tenant &tenant : org.tenants) {
        std::vector<Diagnostic> own = check(tenant);
        std::move(own.begin(), own.end(), std::back_inserter(all));
    }
    return all;
}

} // namespace provost::policy
