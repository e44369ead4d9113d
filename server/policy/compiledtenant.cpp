#include "server/policy/compiledtenant.h"

#include "server/policy/tally.h"

#include <algorithm>
#include <tuple>

namespace provost::policy {

namespace {

int rankOf(Effect effect)
{
    switch (effect) {
    case Effect::Deny: return 0;
    case Effect::Ask: return 1;
    case Effect::Allow: return 2;
    }
    return 0;
}

} // namespace

CompiledTenant::CompiledTenant(const Tenant &source, QByteArray sourceRevision)
    : tenant(source)
    , revision(std::move(sourceRevision))
    , roles(tenant)
{
}

Result<void> CompiledTenant::build()
{
    std::vector<const Policy *> policies;
    for (const Role &role : tenant.roles) {
        for (const Policy &grant : role.grants)
            policies.push_back(&grant);
    }
    for (const Policy &policy : tenant.policies)
        policies.push_back(&policy);
    std::stable_sort(policies.begin(), policies.end(), [](const Policy *a, const Policy *b) {
        return std::tuple(rankOf(a->effect), a->where.line, a->where.column)
               < std::tuple(rankOf(b->effect), b->where.line, b->where.column);
    });
    rules.reserve(policies.size());
    ProgramCache programs;
    for (const Policy *policy : policies) {
        std::vector<Diagnostic> diagnostics;
        auto rule = Rule::compile(*policy, programs, diagnostics);
        if (!rule)
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("policy `%1`: %2")
                            .arg(QString::fromUtf8(policy->name.text),
                                 QString::fromUtf8(diagnostics.front().message)));
        rules.push_back(*std::move(rule));
    }
    return index.build(rules, roles);
}

CompiledTenant::Roles CompiledTenant::rolesOf(const Request &request) const
{
    Roles of{roles.rolesOf(request.user), {}, false, {}};
    if (!roles.hasQuotas())
        return of;
    for (const RoleNumber role : of.all) {
        if (roles.exhaustedQuota(role, request.usage) != nullptr) {
            of.stopped = true;
            of.stoppedRole = roles.name(role);
            of.granting = roles.grantingRolesOf(request);
            break;
        }
    }
    return of;
}

bool CompiledTenant::matchesRole(const Rule &rule, const Roles &of) const
{
    return rule.roles().isAny() || std::any_of(of.all.begin(), of.all.end(), [&](RoleNumber role) {
               return rule.roles().matches(roles.name(role));
           });
}

bool CompiledTenant::mayGrant(const Rule &rule, const Roles &of, const Request &request) const
{
    if (!of.stopped)
        return true;
    if (!rule.roles().isAny())
        return std::any_of(of.granting.begin(), of.granting.end(),
                           [&](RoleNumber role) { return rule.roles().matches(roles.name(role)); });
    // What anyone may do is reached through any role of the user that is not stopped.
    return std::any_of(request.user.roles.begin(), request.user.roles.end(),
                       [&](const QByteArray &name) {
                           const auto role = roles.find(name);
                           return !role || roles.exhaustedQuota(*role, request.usage) == nullptr;
                       });
}

Decision CompiledTenant::decide(const Request &request) const
{
    if (request.stage == Stage::Call)
        return decideCall(request);
    Decision decision;
    if (couldAllow(request)) {
        decision.effect = Effect::Allow;
        decision.denyKind = DenyKind::None;
        decision.reason = "some calls may be allowed";
        return decision;
    }
    // The reason of the denial; what is open counts as absent there.
    decision = decideCall(request);
    decision.effect = Effect::Deny;
    return decision;
}

Decision CompiledTenant::decideCall(const Request &request) const
{
    const Roles of = rolesOf(request);
    RuleIndex::RuleNumbers candidates;
    index.candidates(request, of.all, candidates);
    condition::Evaluation evaluation(request);
    const condition::Unknowns unknowns{request.resource.rowAttributes};
    Tally tally(request);
    for (const std::uint32_t number : candidates) {
        const Rule &rule = rules[number];
        if (!rule.appliesAsCandidate(request))
            continue;
        evaluation.budget = {};
        ConditionResult result = rule.test(evaluation, unknowns);
        if (rule.effect() == Effect::Allow && !mayGrant(rule, of, request)) {
            if (result.outcome == ConditionResult::Outcome::True
                || result.outcome == ConditionResult::Outcome::RowDependent)
                tally.addStoppedByQuota(of.stoppedRole);
            continue;
        }
        if (tally.add(rule, std::move(result)))
            break;
    }
    return tally.finish();
}

bool CompiledTenant::couldAllow(const Request &request) const
{
    using Outcome = ConditionResult::Outcome;
    using Operator = RowFilter::Operator;
    RuleIndex::RuleNumbers candidates;
    index.candidates(request, roles.rolesOf(request.user), candidates);
    condition::Evaluation evaluation(request);
    const condition::Unknowns unknowns{request.resource.rowAttributes, true};
    for (const std::uint32_t number : candidates) {
        const Rule &rule = rules[number];
        if (!rule.appliesAsCandidate(request))
            continue;
        evaluation.budget = {};
        const ConditionResult result = rule.test(evaluation, unknowns);
        const bool open = result.outcome == Outcome::RowDependent;
        switch (rule.effect()) {
        case Effect::Deny: // unless it may be false
            if (result.outcome != Outcome::False
                && !(open && result.rows->whenFalse.op != Operator::False))
                return false;
            break;
        case Effect::Ask: // unless it is surely false
            if (result.outcome != Outcome::False)
                return true;
            break;
        case Effect::Allow:
            if (result.outcome == Outcome::True
                || (open && result.rows->whenTrue.op != Operator::False))
                return true;
            break;
        }
    }
    return false;
}

} // namespace provost::policy
