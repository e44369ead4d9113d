// The explanation of a decision: each rule with the first gate that it failed and both values, and for a denial the
// nearest grants with what is missing.
#include "server/policy/compiledtenant.h"
#include "server/policy/conditiontext.h"
#include "server/policy/shorthand.h"

#include <algorithm>
#include <tuple>

namespace provost::policy {

namespace {

using Outcome = TraceStep::Outcome;

constexpr std::size_t suggestionsMax = 3;
constexpr std::size_t gatesMissedMax = 2; // a grant that misses more is not near

QByteArray joined(const std::vector<QByteArray> &names, const char *empty)
{
    QByteArray text;
    for (const QByteArray &name : names)
        text += (text.isEmpty() ? "" : "|") + name;
    return text.isEmpty() ? QByteArray(empty) : text;
}

QByteArray textOf(const std::vector<Located> &names)
{
    std::vector<QByteArray> texts;
    texts.reserve(names.size());
    for (const Located &name : names)
        texts.push_back(name.text);
    return joined(texts, "any");
}

QByteArray valueOrNone(const QByteArray &value)
{
    return value.isEmpty() ? QByteArray("none") : value;
}

QByteArray resourceText(const Resource &resource)
{
    QByteArray text = valueOrNone(resource.id);
    if (!resource.within.empty())
        text += " in " + joined(resource.within, "");
    return text;
}

QByteArray validityText(const Policy &policy)
{
    QByteArray text;
    if (policy.validFrom)
        text += "from " + toRfc3339(*policy.validFrom);
    if (policy.validUntil)
        text += (text.isEmpty() ? "until " : " until ") + toRfc3339(*policy.validUntil);
    return text;
}

// A gate that a rule failed, and what would have to change.
struct Miss
{
    Outcome outcome = Outcome::DidNotMatch;
    QByteArray gate;
    QByteArray detail;
    QByteArray change;
    std::optional<SourceLocation> where;
};

class Explainer
{
public:
    Explainer(const CompiledTenant &tenant, const Request &request)
        : m_tenant(tenant)
        , m_request(request)
        , m_roles(tenant.rolesOf(request))
        , m_evaluation(request)
    {
    }

    Explanation run()
    {
        Explanation explanation;
        explanation.decision = m_tenant.decide(m_request);
        explanation.revision = m_tenant.revision;
        std::vector<const Rule *> inFileOrder;
        for (const Rule &rule : m_tenant.rules)
            inFileOrder.push_back(&rule);
        std::stable_sort(inFileOrder.begin(), inFileOrder.end(), [](const Rule *a, const Rule *b) {
            const SourceLocation &x = a->policy().where;
            const SourceLocation &y = b->policy().where;
            return std::tie(x.line, x.column) < std::tie(y.line, y.column);
        });
        for (const Rule *rule : inFileOrder)
            explanation.steps.push_back(stepOf(*rule));
        std::stable_partition(
            explanation.steps.begin(), explanation.steps.end(), [](const TraceStep &step) {
                return step.outcome == Outcome::Applied || step.outcome == Outcome::RowDependent;
            });
        if (explanation.decision.effect == Effect::Deny)
            explanation.suggestions = suggestionsFor(explanation.decision);
        return explanation;
    }

private:
    struct NearGrant
    {
        const Rule *rule;
        std::vector<Miss> misses;
    };

    TraceStep stepOf(const Rule &rule)
    {
        TraceStep step{rule.reference(), rule.effect(), Outcome::Applied, {}, {}, {}};
        if (auto misses = missesOf(rule, 1); !misses.empty()) {
            Miss &first = misses.front();
            step.outcome = first.outcome;
            step.gate = first.gate;
            step.detail = std::move(first.detail);
            step.where = std::move(first.where);
        } else if (const ConditionResult result = test(rule);
                   result.outcome == ConditionResult::Outcome::RowDependent) {
            step.outcome = Outcome::RowDependent;
            step.detail = "rows where " + toText(result.rows->whenTrue);
        }
        return step;
    }

    // Of the gates that need no condition to be run.
    [[nodiscard]] std::size_t namesMissed(const Rule &rule) const
    {
        return static_cast<std::size_t>(!m_tenant.matchesRole(rule, m_roles))
               + static_cast<std::size_t>(!rule.matchesTool(m_request))
               + static_cast<std::size_t>(!rule.matchesResource(m_request))
               + static_cast<std::size_t>(!rule.matchesPermission(m_request));
    }

    std::vector<NearGrant> nearGrants()
    {
        std::vector<NearGrant> grants;
        std::size_t least = gatesMissedMax;
        for (const Rule &rule : m_tenant.rules) {
            if (rule.effect() != Effect::Allow || namesMissed(rule) > least)
                continue;
            std::vector<Miss> misses = missesOf(rule, least + 1);
            if (misses.empty() || misses.size() > least)
                continue;
            if (misses.size() < least)
                grants.clear();
            least = misses.size();
            if (grants.size() < suggestionsMax)
                grants.push_back({&rule, std::move(misses)});
        }
        return grants;
    }

    ConditionResult test(const Rule &rule)
    {
        m_evaluation.budget = {};
        return rule.test(m_evaluation, {m_request.resource.rowAttributes});
    }

    // The first `most` gates that the rule fails, in their order; none if it applies.
    std::vector<Miss> missesOf(const Rule &rule, std::size_t most)
    {
        std::vector<Miss> misses;
        missNames(rule, misses);
        if (misses.size() >= most)
            return misses;
        const Policy &policy = rule.policy();
        if (!rule.isValidAt(m_request.now))
            misses.push_back(
                {Outcome::OutsideValidity,
                 "valid",
                 "valid: policy=" + validityText(policy) + ", now=" + toRfc3339(m_request.now),
                 "it were valid at that time (it is " + validityText(policy) + ')',
                 {}});
        missCondition(rule, misses);
        if (rule.isExhausted(m_request.usage))
            misses.push_back({Outcome::RateExhausted, "rate",
                              "rate: limit=" + toText(*policy.rateLimit) + ", used="
                                  + QByteArray::number(static_cast<qint64>(
                                      m_request.usage.callsByPolicyInPeriod.at(policy.name.text))),
                              "its rate limit " + toText(*policy.rateLimit) + " were not used up",
                              policy.rateLimit->where});
        if (rule.effect() == Effect::Allow && m_tenant.matchesRole(rule, m_roles)
            && !m_tenant.mayGrant(rule, m_roles, m_request))
            misses.push_back(quotaMiss());
        return misses;
    }

    void missNames(const Rule &rule, std::vector<Miss> &misses) const
    {
        const Policy &policy = rule.policy();
        const auto miss = [&](const char *gate, const QByteArray &wanted, const char *side,
                              const QByteArray &given, QByteArray change) {
            misses.push_back({Outcome::DidNotMatch,
                              gate,
                              QByteArray(gate) + ": policy=" + wanted + ", " + side + '=' + given,
                              std::move(change),
                              {}});
        };
        if (!m_tenant.matchesRole(rule, m_roles))
            miss("role", textOf(policy.roles), "user", joined(m_request.user.roles, "none"),
                 "the user had the role `" + policy.roles.front().text + '`');
        if (!rule.matchesTool(m_request))
            miss("tool", textOf(policy.tools), "request", valueOrNone(m_request.tool),
                 m_request.tool.isEmpty() ? QByteArray("the request named one of its tools")
                                          : "its tools named `" + m_request.tool + '`');
        if (!rule.matchesResource(m_request))
            miss("resource", textOf(policy.targets.empty() ? policy.resources : policy.targets),
                 "request", resourceText(m_request.resource),
                 m_request.resource.id.isEmpty()
                     ? QByteArray("the request named one of its resources")
                     : "its resources named `" + m_request.resource.id + '`');
        if (!rule.matchesPermission(m_request))
            miss("permission", textOf(policy.permissions), "request",
                 valueOrNone(m_request.permission),
                 m_request.permission.isEmpty()
                     ? QByteArray("the request named one of its permissions")
                     : "its permissions named `" + m_request.permission + '`');
    }

    void missCondition(const Rule &rule, std::vector<Miss> &misses)
    {
        const ConditionResult result = test(rule);
        const bool isError = result.outcome == ConditionResult::Outcome::Error;
        if (isError && rule.effect() != Effect::Allow)
            return; // it applies
        if (!isError && result.outcome != ConditionResult::Outcome::False)
            return;
        const condition::Program &program = *result.condition->program;
        const SourceLocation where = result.condition->text.where;
        if (isError) {
            const QByteArray detail = Rule::describe(result);
            misses.push_back({Outcome::ConditionError, "condition", detail,
                              '`' + program.text() + "` could be evaluated (" + detail + ')',
                              where});
            return;
        }
        const QByteArray detail = whyFalse(program, m_evaluation);
        misses.push_back({Outcome::ConditionFalse, "condition", detail,
                          '`' + program.text() + "` held (" + detail + ')', where});
    }

    Miss quotaMiss() const
    {
        const auto role = m_tenant.roles.find(m_roles.stoppedRole);
        const Quota *quota = m_tenant.roles.exhaustedQuota(*role, m_request.usage);
        QByteArray limits;
        if (quota->monthlyApiCalls)
            limits = QByteArray::number(static_cast<qint64>(*quota->monthlyApiCalls)) + " calls";
        if (quota->monthlyMicroUsd)
            limits +=
                (limits.isEmpty() ? "" : " and ")
                + QByteArray::number(static_cast<double>(*quota->monthlyMicroUsd) / 1e6, 'f', 2)
                + " USD";
        const QByteArray name = m_roles.stoppedRole;
        return {Outcome::RateExhausted, "quota",
                "quota: the month's " + limits + " of role " + name + " are used up",
                "the monthly quota of role `" + name + "` were not used up", quota->where};
    }

    std::vector<QByteArray> suggestionsFor(const Decision &decision)
    {
        std::vector<QByteArray> suggestions;
        const bool byRule =
            decision.denyKind == DenyKind::Rule || decision.denyKind == DenyKind::Unevaluable;
        if (byRule && decision.rule)
            suggestions.push_back("policy `" + decision.rule->policy + "` ("
                                  + placeOf(decision.rule->where)
                                  + (decision.denyKind == DenyKind::Rule
                                         ? ") denies it; deny wins over every grant"
                                         : ") could not be evaluated and therefore denies it"));
        if (byRule)
            return suggestions;
        for (const NearGrant &grant : nearGrants()) {
            QByteArray changes;
            for (const Miss &miss : grant.misses)
                changes += (changes.isEmpty() ? "" : " and ") + miss.change;
            suggestions.push_back("policy `" + grant.rule->policy().name.text + "` ("
                                  + placeOf(grant.rule->policy().where) + ") would allow it if "
                                  + changes);
        }
        return suggestions;
    }

    static QByteArray placeOf(const SourceLocation &where)
    {
        return where.file + ':' + QByteArray::number(where.line);
    }

    const CompiledTenant &m_tenant;
    const Request &m_request;
    const CompiledTenant::Roles m_roles;
    condition::Evaluation m_evaluation;
};

} // namespace

Explanation CompiledTenant::explain(const Request &request) const
{
    return Explainer(*this, request).run();
}

} // namespace provost::policy
