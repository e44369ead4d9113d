#include "server/policy/tally.h"

#include "server/policy/rowfilters.h"
#include "server/policy/shorthand.h"

#include <algorithm>
#include <map>

namespace provost::policy {

namespace {

using Outcome = ConditionResult::Outcome;

enum class Hiding { Shown, Masked, Dropped };

Hiding hidingOf(const QByteArray &field, const FieldRules &rules)
{
    const auto names = [&](const std::vector<QByteArray> &list) {
        return std::find(list.begin(), list.end(), field) != list.end();
    };
    return names(rules.drop) ? Hiding::Dropped : names(rules.mask) ? Hiding::Masked : Hiding::Shown;
}

// Each field as the mildest or the strictest of the rules treats it.
FieldRules combineFields(const std::vector<const FieldRules *> &all, bool strictest)
{
    std::map<QByteArray, Hiding> fields;
    for (const FieldRules *rules : all) {
        for (const auto *list : {&rules->mask, &rules->drop}) {
            for (const QByteArray &field : *list)
                fields.emplace(field, Hiding::Shown);
        }
    }
    FieldRules combined;
    for (auto &[field, hiding] : fields) {
        hiding = strictest ? Hiding::Shown : Hiding::Dropped;
        for (const FieldRules *rules : all)
            hiding = strictest ? std::max(hiding, hidingOf(field, *rules))
                               : std::min(hiding, hidingOf(field, *rules));
        if (hiding == Hiding::Masked)
            combined.mask.push_back(field);
        else if (hiding == Hiding::Dropped)
            combined.drop.push_back(field);
    }
    return combined;
}

RateCharge chargeOf(const Rule &rule)
{
    const Policy &policy = rule.policy();
    return {policy.name.text, policy.rateLimit->callsMax, policy.rateLimit->period};
}

QByteArray problemOf(const Rule &rule, const ConditionResult &result)
{
    return "policy " + rule.policy().name.text
           + " could not be evaluated: " + Rule::describe(result);
}

} // namespace

bool Tally::add(const Rule &rule, ConditionResult result)
{
    switch (rule.effect()) {
    case Effect::Deny: return addDeny(rule, std::move(result));
    case Effect::Ask:
        if (m_unevaluableDeny == nullptr)
            addAsk(rule, std::move(result));
        return m_unevaluableDeny != nullptr;
    case Effect::Allow: return m_unevaluableDeny != nullptr || addAllow(rule, std::move(result));
    }
    return false;
}

bool Tally::addDeny(const Rule &rule, ConditionResult result)
{
    const bool deniesAllRows = result.outcome == Outcome::RowDependent
                               && result.rows->whenFalse.op == RowFilter::Operator::False;
    if (result.outcome == Outcome::True || (deniesAllRows && result.rows->complete)) {
        m_deny = &rule;
        return true;
    }
    if (result.outcome == Outcome::Error || deniesAllRows) {
        if (m_unevaluableDeny == nullptr) {
            m_unevaluableDeny = &rule;
            result.untranslatable = result.untranslatable || deniesAllRows;
            m_denyProblem = problemOf(rule, result);
        }
    } else if (result.outcome == Outcome::RowDependent) {
        m_notDenied.push_back(std::move(result.rows->whenFalse));
    }
    return false;
}

void Tally::addAsk(const Rule &rule, ConditionResult result)
{
    if (result.outcome == Outcome::False)
        return;
    m_asks = true;
    if (rule.isExhausted(m_request.usage)) {
        m_exhausted = &rule;
        return;
    }
    if (result.outcome == Outcome::Error && m_unevaluableAsk == nullptr) {
        m_unevaluableAsk = &rule;
        m_askProblem = problemOf(rule, result);
    }
    Grant grant{&rule, std::nullopt};
    if (result.outcome == Outcome::RowDependent)
        grant.rows = std::move(result.rows->whenTrue);
    else if (result.outcome == Outcome::Error && !m_request.resource.rowAttributes.empty())
        grant.rows = RowFilter{.op = RowFilter::Operator::False};
    m_askGrants.append(std::move(grant));
}

bool Tally::addAllow(const Rule &rule, ConditionResult result)
{
    Grant grant{&rule, std::nullopt};
    if (result.outcome == Outcome::RowDependent)
        grant.rows = std::move(result.rows->whenTrue);
    const bool holds = result.outcome == Outcome::True
                       || (grant.rows && grant.rows->op != RowFilter::Operator::False);
    if (!holds)
        return false;
    if (rule.isExhausted(m_request.usage)) {
        if (m_exhausted == nullptr)
            m_exhausted = &rule;
        return false;
    }
    const bool isEnough = !grant.rows && !rule.hasRateLimit() && !rule.hasFields() && !m_asks;
    if (isEnough && m_notDenied.empty())
        m_plainGrant = &rule;
    (rule.hasRateLimit() ? m_limited : m_unlimited).append(std::move(grant));
    return isEnough;
}

Decision Tally::finish()
{
    if (m_deny != nullptr)
        return denied(DenyKind::Rule, m_deny, m_deny->reason());
    if (m_unevaluableDeny != nullptr)
        return denied(DenyKind::Unevaluable, m_unevaluableDeny, m_denyProblem);
    return m_asks ? asked() : allowed();
}

Decision Tally::denied(DenyKind kind, const Rule *rule, QByteArray reason) const
{
    Decision decision;
    decision.effect = Effect::Deny;
    decision.denyKind = kind;
    decision.reason = std::move(reason);
    if (rule != nullptr)
        decision.rule = rule->reference();
    return decision;
}

Decision Tally::withoutGrant() const
{
    if (m_exhausted != nullptr)
        return denied(DenyKind::RateExhausted, m_exhausted,
                      "the rate limit of policy " + m_exhausted->policy().name.text
                          + " is used up: " + toText(*m_exhausted->policy().rateLimit));
    if (!m_quotaRole.isEmpty())
        return denied(DenyKind::QuotaExhausted, nullptr,
                      "the monthly quota of role " + m_quotaRole + " is used up");
    QByteArray reason = "no policy allows this";
    const char *separator = ": ";
    const auto part = [&](const char *what, const QByteArray &name) {
        if (!name.isEmpty())
            reason += std::exchange(separator, ", ") + QByteArray(what) + " `" + name + '`';
    };
    part("tool", m_request.tool);
    part("resource", m_request.resource.id);
    part("permission", m_request.permission);
    return denied(DenyKind::NoGrant, nullptr, std::move(reason));
}

// A row is admitted if one of the grants gives it and no deny rule may apply to it.
void Tally::restrictRows(Decision &decision, const std::vector<const Grant *> &grants)
{
    std::vector<RowFilter> given;
    given.reserve(grants.size());
    for (const Grant *grant : grants)
        given.push_back(grant->rows.value_or(RowFilter{.op = RowFilter::Operator::True}));
    std::vector<RowFilter> all = std::move(m_notDenied);
    all.insert(all.begin(), anyOf(std::move(given)));
    RowFilter filter = allOf(std::move(all));
    if (filter.op != RowFilter::Operator::True)
        decision.rowFilter = std::move(filter);
}

Decision Tally::asked()
{
    if (m_askGrants.isEmpty())
        return withoutGrant(); // a call that needs approval is not allowed without one because of a limit
    Decision decision;
    decision.effect = Effect::Ask;
    decision.denyKind = DenyKind::None;
    const Rule *rule = m_askGrants.front().rule;
    decision.rule = rule->reference();
    decision.reason = rule->reason();
    if (rule == m_unevaluableAsk) {
        decision.denyKind = DenyKind::Unevaluable;
        decision.reason = m_askProblem;
    }
    if (rule->hasRateLimit())
        decision.charge = chargeOf(*rule);
    std::vector<const Grant *> grants;
    std::vector<const FieldRules *> fields;
    for (const Grants *list : {&m_askGrants, &m_unlimited}) {
        for (const Grant &grant : *list) {
            if (grant.rule != rule && grant.rule->hasRateLimit())
                continue; // only one rule's rate is charged
            grants.push_back(&grant);
            fields.push_back(&grant.rule->policy().fields);
        }
    }
    decision.fields = combineFields(fields, true);
    restrictRows(decision, grants);
    return decision;
}

Decision Tally::allowed()
{
    if (m_plainGrant != nullptr) {
        Decision decision;
        decision.effect = Effect::Allow;
        decision.denyKind = DenyKind::None;
        decision.reason = m_plainGrant->reason();
        decision.rule = m_plainGrant->reference();
        return decision;
    }
    const auto givesAll = [](const Grant &grant) { return !grant.rows; };
    const Grant *limited = nullptr; // the one whose rate is charged
    const bool unlimitedWhole = std::any_of(m_unlimited.begin(), m_unlimited.end(), givesAll);
    if (!unlimitedWhole && !m_limited.isEmpty()) {
        // One charge a call: a limited rule that gives all rows, or else the first.
        const auto *const whole = std::find_if(m_limited.begin(), m_limited.end(), givesAll);
        limited = whole == m_limited.end() ? m_limited.begin() : whole;
    }
    std::vector<const Grant *> grants;
    std::vector<const FieldRules *> fields; // of rules that give all rows
    std::vector<const FieldRules *> partial;
    const auto take = [&](const Grant &grant) {
        grants.push_back(&grant);
        (grant.rows ? partial : fields).push_back(&grant.rule->policy().fields);
    };
    for (const Grant &grant : m_unlimited)
        take(grant);
    if (limited != nullptr)
        take(*limited);
    if (grants.empty())
        return withoutGrant();

    Decision decision;
    decision.effect = Effect::Allow;
    decision.denyKind = DenyKind::None;
    const auto whole = std::find_if(grants.begin(), grants.end(),
                                    [&](const Grant *grant) { return givesAll(*grant); });
    const Rule &rule = *(whole == grants.end() ? grants.front() : *whole)->rule;
    decision.rule = rule.reference();
    decision.reason = rule.reason();
    // Which grant a row comes from is not known: only what every row gets is mild.
    decision.fields = fields.empty() ? combineFields(partial, true) : combineFields(fields, false);
    if (limited != nullptr)
        decision.charge = chargeOf(*limited->rule);
    restrictRows(decision, grants);
    if (decision.rowFilter && decision.rowFilter->op == RowFilter::Operator::False)
        return withoutGrant();
    return decision;
}

} // namespace provost::policy
