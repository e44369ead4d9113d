#include "server/policy/decision.h"

#include "server/policy/shorthand.h"

namespace provost::policy {

namespace {

const char *nameOf(DenyKind kind)
{
    switch (kind) {
    case DenyKind::None: return "none";
    case DenyKind::NoGrant: return "no_grant";
    case DenyKind::Rule: return "rule";
    case DenyKind::Unevaluable: return "unevaluable";
    case DenyKind::RateExhausted: return "rate_exhausted";
    case DenyKind::QuotaExhausted: return "quota_exhausted";
    }
    return "";
}

const char *nameOf(TraceStep::Outcome outcome)
{
    switch (outcome) {
    case TraceStep::Outcome::Applied: return "applied";
    case TraceStep::Outcome::DidNotMatch: return "did_not_match";
    case TraceStep::Outcome::ConditionFalse: return "condition_false";
    case TraceStep::Outcome::ConditionError: return "condition_error";
    case TraceStep::Outcome::OutsideValidity: return "outside_validity";
    case TraceStep::Outcome::RateExhausted: return "rate_exhausted";
    case TraceStep::Outcome::RowDependent: return "row_dependent";
    }
    return "";
}

Json textsToJson(const std::vector<QByteArray> &texts)
{
    Json items = Json::array();
    for (const QByteArray &text : texts)
        items.append(text);
    return items;
}

void setLocation(Json &json, const SourceLocation &where)
{
    json.set("file", where.file);
    json.set("line", where.line);
    json.set("column", where.column);
}

Json toJson(const RuleReference &rule)
{
    Json json = Json::object({{"policy", rule.policy}});
    setLocation(json, rule.where);
    return json;
}

Json toJson(const TraceStep &step)
{
    Json json = toJson(step.rule);
    json.set("effect", nameOf(step.effect));
    json.set("outcome", nameOf(step.outcome));
    if (!step.gate.isEmpty())
        json.set("gate", step.gate);
    if (!step.detail.isEmpty())
        json.set("detail", step.detail);
    if (step.where) {
        Json where = Json::object();
        setLocation(where, *step.where);
        json.set("condition", std::move(where));
    }
    return json;
}

} // namespace

const char *nameOf(Effect effect)
{
    switch (effect) {
    case Effect::Allow: return "allow";
    case Effect::Deny: return "deny";
    case Effect::Ask: return "ask";
    }
    return "deny";
}

Json toJson(const Decision &decision)
{
    Json json = Json::object(
        {{"decision", nameOf(decision.effect)},
         {"reason", decision.reason},
         {"rule", decision.rule ? toJson(*decision.rule) : Json()},
         {"row_filter", decision.rowFilter ? Json(toText(*decision.rowFilter)) : Json()}});
    if (decision.denyKind != DenyKind::None)
        json.set("kind", nameOf(decision.denyKind));
    if (!decision.fields.mask.empty() || !decision.fields.drop.empty())
        json.set("fields", Json::object({{"mask", textsToJson(decision.fields.mask)},
                                         {"drop", textsToJson(decision.fields.drop)}}));
    if (decision.charge)
        json.set("charge", Json::object({{"policy", decision.charge->policy},
                                         {"rate_limit", toText(RateLimit{decision.charge->callsMax,
                                                                         decision.charge->period,
                                                                         {}})}}));
    return json;
}

Json toJson(const Explanation &explanation)
{
    Json json = toJson(explanation.decision);
    Json steps = Json::array();
    for (const TraceStep &step : explanation.steps)
        steps.append(toJson(step));
    json.set("steps", std::move(steps));
    json.set("suggestions", textsToJson(explanation.suggestions));
    json.set("revision", explanation.revision);
    return json;
}

} // namespace provost::policy
