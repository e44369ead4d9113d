#include "server/policy/decidejson.h"

#include "server/policy/shorthand.h"

#include <initializer_list>

namespace provost::policy {

namespace {

tl::unexpected<Error> wrong(QByteArrayView member, const char *wanted)
{
    return fail(ErrorCode::InvalidInput,
                QStringLiteral("`%1` must be %2")
                    .arg(QString::fromUtf8(member), QLatin1StringView(wanted)));
}

// A misspelt member would be an absent attribute, and a decision on something else than was meant.
Result<void> onlyKnown(const Json &json, const char *what,
                       std::initializer_list<const char *> known)
{
    for (const Json::Member &member : json.members()) {
        const bool isKnown = std::any_of(known.begin(), known.end(),
                                         [&](const char *name) { return member.key == name; });
        if (!isKnown)
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("unknown member `%1` in %2")
                            .arg(QString::fromUtf8(member.key), QLatin1StringView(what)));
    }
    return {};
}

Result<QByteArray> textOf(const Json &json, const char *member)
{
    const Json &value = json[member];
    if (value.isNull())
        return QByteArray();
    if (!value.isString())
        return wrong(member, "text");
    return value.toByteArray();
}

Result<std::vector<QByteArray>> textsOf(const Json &json, const char *member)
{
    const Json &value = json[member];
    std::vector<QByteArray> texts;
    if (!value.isNull() && !value.isArray())
        return wrong(member, "a list of texts");
    for (const Json &item : value.items()) {
        if (!item.isString())
            return wrong(member, "a list of texts");
        texts.push_back(item.toByteArray());
    }
    return texts;
}

Result<Json> objectOf(const Json &json, const char *member)
{
    const Json &value = json[member];
    if (value.isNull())
        return Json::object();
    if (!value.isObject())
        return wrong(member, "an object");
    return value;
}

// The members that are not named are attributes.
Json attributesOf(const Json &json, std::initializer_list<const char *> named)
{
    Json attributes = Json::object();
    for (const Json::Member &member : json.members()) {
        const bool isNamed = std::any_of(named.begin(), named.end(),
                                         [&](const char *name) { return member.key == name; });
        if (!isNamed)
            attributes.membersRef().push_back(member);
    }
    return attributes;
}

using Counts = std::map<QByteArray, std::int64_t>;

Result<Counts> countsOf(const Json &json, const char *member)
{
    TRY_LET(const Json object, objectOf(json, member));
    Counts counts;
    for (const Json::Member &entry : object.members()) {
        const auto count = entry.value.toInteger();
        if (!count || *count < 0)
            return wrong(member, "an object of whole numbers");
        counts[entry.key] = *count;
    }
    return counts;
}

// Exactly, from the text of the number; what is smaller than a millionth is rounded up, against the caller.
Result<Counts> costsOf(const Json &json, const char *member)
{
    TRY_LET(const Json object, objectOf(json, member));
    Counts costs;
    for (const Json::Member &entry : object.members()) {
        const auto cost = microUsdFromNumber(entry.value.numberText());
        if (!cost)
            return wrong(member, "an object of amounts in USD");
        costs[entry.key] = *cost;
    }
    return costs;
}

Result<Subject> subjectOf(const Json &json)
{
    TRY_LET(const Json user, objectOf(json, "user"));
    TRY_LET(const QByteArray id, textOf(user, "id"));
    TRY_LET(std::vector<QByteArray> roles, textsOf(user, "roles"));
    return Subject{UserId(id), std::move(roles), attributesOf(user, {"id", "roles"})};
}

Result<Resource> resourceOf(const Json &json)
{
    TRY_LET(const Json resource, objectOf(json, "resource"));
    Resource result;
    TRY_LET(result.id, textOf(resource, "id"));
    TRY_LET(result.within, textsOf(resource, "within"));
    TRY_LET(result.rowAttributes, textsOf(json, "row_attributes"));
    result.attributes = attributesOf(resource, {"id", "within"});
    return result;
}

Result<Usage> usageOf(const Json &json)
{
    TRY_LET(const Json usage, objectOf(json, "usage"));
    TRY_DO(onlyKnown(usage, "`usage`", {"calls", "cost_usd"}));
    Usage result;
    TRY_LET(result.callsByRole, countsOf(usage, "calls"));
    TRY_LET(result.microUsdByRole, costsOf(usage, "cost_usd"));
    TRY_LET(result.callsByPolicyInPeriod, countsOf(json, "rate"));
    return result;
}

Json steps(const Explanation &explanation)
{
    const Json whole = toJson(explanation);
    return Json::object({{"steps", whole["steps"]},
                         {"suggestions", whole["suggestions"]},
                         {"revision", whole["revision"]}});
}

} // namespace

Result<Request> requestFromJson(const Json &json, WallTime now)
{
    if (!json.isObject())
        return fail(ErrorCode::InvalidInput, QStringLiteral("a request is a JSON object"));
    TRY_DO(onlyKnown(json, "the request",
                     {"id", "tenant", "user", "tool", "resource", "row_attributes", "permission",
                      "args", "request", "now", "usage", "rate"}));
    Request request;
    TRY_LET(const QByteArray tenant, textOf(json, "tenant"));
    request.tenant = TenantId(tenant);
    TRY_LET(request.user, subjectOf(json));
    TRY_LET(request.tool, textOf(json, "tool"));
    TRY_LET(request.resource, resourceOf(json));
    TRY_LET(request.permission, textOf(json, "permission"));
    TRY_LET(request.args, objectOf(json, "args"));
    TRY_LET(request.context, objectOf(json, "request"));
    TRY_LET(const QByteArray time, textOf(json, "now"));
    request.now = now;
    if (!time.isEmpty()) {
        TRY_LET(request.now, fromRfc3339(time));
    }
    TRY_LET(request.usage, usageOf(json));
    return request;
}

Result<DecideRequest> decideRequestFromJson(const Json &json, WallTime now)
{
    TRY_LET(Request request, requestFromJson(json, now));
    return DecideRequest{json["id"], std::move(request)};
}

Json decisionToJson(const Json &id, const Decision &decision)
{
    Json rule;
    if (decision.rule)
        rule = Json::object({{"policy", decision.rule->policy},
                             {"file", decision.rule->where.file},
                             {"line", decision.rule->where.line}});
    return Json::object(
        {{"id", id},
         {"decision", nameOf(decision.effect)},
         {"reason", decision.reason},
         {"rule", std::move(rule)},
         {"row_filter", decision.rowFilter ? Json(toText(*decision.rowFilter)) : Json()}});
}

Json decisionToJson(const Json &id, const Explanation &explanation)
{
    Json json = decisionToJson(id, explanation.decision);
    json.set("trace", steps(explanation));
    return json;
}

Decision unknownTenant(const TenantId &tenant)
{
    Decision decision;
    decision.reason = tenant.isEmpty() ? QByteArray("no tenant is named")
                                       : "there is no tenant `" + tenant.value + '`';
    return decision;
}

} // namespace provost::policy
