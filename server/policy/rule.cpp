#include "server/policy/rule.h"

#include "server/policy/rowfilters.h"
#include "server/policy/shorthand.h"

#include <algorithm>

namespace provost::policy {

NamePatterns::NamePatterns(const std::vector<Located> &names)
    : m_any(names.empty())
{
    for (const Located &name : names) {
        if (name.text == "*")
            m_any = true;
        else if (isGlob(name.text))
            m_globs.push_back(name.text);
        else
            m_exact.push_back(name.text);
    }
}

bool NamePatterns::matchesPattern(const QByteArray &name) const
{
    return std::find(m_exact.begin(), m_exact.end(), name) != m_exact.end()
           || std::any_of(m_globs.begin(), m_globs.end(),
                          [&](const QByteArray &glob) { return matchesGlob(glob, name); });
}

bool NamePatterns::matches(const QByteArray &name) const
{
    return m_any || (!name.isEmpty() && matchesPattern(name));
}

bool NamePatterns::covers(const Resource &resource) const
{
    return matches(resource.id)
           || std::any_of(resource.within.begin(), resource.within.end(),
                          [&](const QByteArray &container) { return matches(container); });
}

namespace {

QByteArray reasonOf(const Policy &policy)
{
    switch (policy.effect) {
    case Effect::Allow: return "allowed by policy " + policy.name.text;
    case Effect::Ask:
        return policy.reason.isEmpty() ? "policy " + policy.name.text + " asks for approval"
                                       : policy.reason;
    case Effect::Deny:
        return policy.reason.isEmpty() ? "denied by policy " + policy.name.text : policy.reason;
    }
    return {};
}

} // namespace

Rule::Rule(const Policy &policy)
    : m_policy(&policy)
    , m_effect(policy.effect)
    , m_hasFields(!(policy.fields == FieldRules{}))
    , m_hasRateLimit(policy.rateLimit.has_value())
    , m_hasValidity(policy.validFrom || policy.validUntil)
    , m_reason(reasonOf(policy))
    , m_roles(policy.roles)
    , m_tools(policy.tools)
    , m_resources(policy.resources)
    , m_targets(policy.targets)
    , m_permissions(policy.permissions)
{
    if (m_resources.isExact())
        m_filing = Filing::ByResource;
    else if (m_tools.isExact())
        m_filing = Filing::ByTool;
    else if (m_targets.isExact())
        m_filing = Filing::ByTarget;
    m_asksTool = !m_tools.isAny() && m_filing != Filing::ByTool;
    m_asksResource = (!m_resources.isAny() && m_filing != Filing::ByResource)
                     || (!m_targets.isAny() && m_filing != Filing::ByTarget);
    m_asksPermission = !m_permissions.isAny() && !m_permissions.isExact();
}

std::optional<Rule> Rule::compile(const Policy &policy, ProgramCache &programs,
                                  std::vector<Diagnostic> &diagnostics)
{
    Rule rule(policy);
    const auto equals =
        policy.assignmentEquals ? condition::Equals::SingleToo : condition::Equals::Double;
    for (const Located &text : policy.conditions) {
        auto program = programs.compile(text.text, equals);
        if (program)
            rule.m_conditions.push_back({*std::move(program), text});
        else
            diagnostics.push_back({Diagnostic::Severity::Error,
                                   locationIn(text, program.error().at),
                                   "in the condition: " + program.error().message});
    }
    if (rule.m_conditions.size() != policy.conditions.size())
        return std::nullopt;
    return rule;
}

condition::Parsed<std::shared_ptr<const condition::Program>>
ProgramCache::compile(const QByteArray &text, condition::Equals equals)
{
    const std::pair key(text, equals);
    if (const auto known = m_programs.find(key); known != m_programs.end())
        return known->second;
    auto program = condition::Program::compile(text, equals);
    if (!program)
        return tl::make_unexpected(std::move(program).error());
    return m_programs.emplace(key, std::make_shared<const condition::Program>(*std::move(program)))
        .first->second;
}

RuleReference Rule::reference() const
{
    return {m_policy->name.text, m_policy->where};
}

bool Rule::matchesTool(const Request &request) const
{
    return m_tools.matches(request.tool);
}

bool Rule::matchesResource(const Request &request) const
{
    // A role's grant names a tool or a resource, whichever the call has.
    const bool target =
        m_targets.isAny() || m_targets.matches(request.tool) || m_targets.covers(request.resource);
    return target && m_resources.covers(request.resource);
}

bool Rule::matchesPermission(const Request &request) const
{
    return m_permissions.matches(request.permission);
}

bool Rule::isValidAt(WallTime now) const
{
    return (!m_policy->validFrom || now >= *m_policy->validFrom)
           && (!m_policy->validUntil || now < *m_policy->validUntil);
}

bool Rule::isExhausted(const Usage &usage) const
{
    if (!m_hasRateLimit)
        return false;
    const auto used = usage.callsByPolicyInPeriod.find(m_policy->name.text);
    return used != usage.callsByPolicyInPeriod.end()
           && used->second >= m_policy->rateLimit->callsMax;
}

bool Rule::appliesAsCandidate(const Request &request) const
{
    return (!m_asksTool || matchesTool(request)) && (!m_asksResource || matchesResource(request))
           && (!m_asksPermission || matchesPermission(request))
           && (!m_hasValidity || isValidAt(request.now));
}

ConditionResult Rule::test(condition::Evaluation &evaluation,
                           const condition::Unknowns &unknowns) const
{
    using Outcome = ConditionResult::Outcome;
    const bool mayDepend = !unknowns.rowAttributes.empty() || unknowns.openArguments;
    ConditionResult result;
    std::vector<condition::Split> splits;
    for (const CompiledCondition &condition : m_conditions) {
        auto rows = mayDepend ? split(*condition.program, evaluation, unknowns) : std::nullopt;
        if (rows) {
            if (!rows->complete && result.condition == nullptr)
                result.condition = &condition;
            splits.push_back(*std::move(rows));
            continue;
        }
        const condition::Value value = condition.program->test(evaluation);
        if (value.isTrue())
            continue;
        // As with &&: one that is false decides, whatever errors the others have.
        if (value.isFalse())
            return {Outcome::False, &condition};
        if (result.outcome != Outcome::Error) {
            result.outcome = Outcome::Error;
            result.condition = &condition;
            result.error = value;
        }
    }
    if (!splits.empty())
        joinRows(std::move(splits), result);
    return result;
}

// Of the conditions that depend on rows and the result of those that do not.
void Rule::joinRows(std::vector<condition::Split> splits, ConditionResult &result) const
{
    using Outcome = ConditionResult::Outcome;
    const bool hasError = result.outcome == Outcome::Error;
    condition::Split rows;
    std::vector<RowFilter> whenTrue;
    std::vector<RowFilter> whenFalse;
    for (condition::Split &split : splits) {
        rows.complete = rows.complete && split.complete;
        whenTrue.push_back(std::move(split.whenTrue));
        whenFalse.push_back(std::move(split.whenFalse));
    }
    if (hasError)
        whenTrue = {{.op = RowFilter::Operator::False}};
    rows.whenTrue = allOf(std::move(whenTrue));
    rows.whenFalse = anyOf(std::move(whenFalse));
    if (result.condition == nullptr)
        result.condition = &m_conditions.front();
    if (rows.whenTrue.op == RowFilter::Operator::True) {
        result = {};
    } else if (rows.whenFalse.op == RowFilter::Operator::True) {
        result.outcome = Outcome::False;
    } else if (rows.whenTrue.op == RowFilter::Operator::False
               && rows.whenFalse.op == RowFilter::Operator::False) {
        result.outcome = Outcome::Error; // whatever the row is
        result.untranslatable = !hasError;
    } else {
        result.outcome = Outcome::RowDependent;
        result.rows = std::move(rows);
    }
}

QByteArray Rule::describe(const ConditionResult &result)
{
    if (result.untranslatable)
        return result.condition->program->text() + " cannot be turned into a row filter";
    return result.condition->program->describe(result.error);
}

SourceLocation locationIn(const Located &text, int offset)
{
    SourceLocation where = text.where;
    if (!text.verbatim)
        return where;
    for (const char c : text.text.first(std::clamp<qsizetype>(offset, 0, text.text.size()))) {
        if (c == '\n')
            return text.where; // the lines of a block are indented, the text is not
        where.column += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }
    return where;
}

} // namespace provost::policy
