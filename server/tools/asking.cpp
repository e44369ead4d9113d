#include "server/tools/asking.h"

#include <algorithm>

namespace provost::tools {

namespace {

constexpr const char *elicit = "elicitation/create";
constexpr const char *sample = "sampling/createMessage";
constexpr const char *listRoots = "roots/list";

bool isInputRequest(const Json &request)
{
    const QByteArray method = request["method"].toByteArray();
    const Json *params = request.find("params");
    if (params == nullptr)
        return method == listRoots; // the others mean nothing without
    return params->isObject() && (method == elicit || method == sample || method == listRoots);
}

// `{"elicitation": {}}` means forms, as it did before there were modes.
bool hasForms(const Json &elicitation)
{
    return elicitation.isObject()
           && (elicitation["form"].isObject() || elicitation.members().empty());
}

void need(Json &missing, const char *capability, const char *part = nullptr)
{
    Json needed = missing[capability].isObject() ? missing[capability] : Json::object();
    if (part != nullptr)
        needed.set(part, Json::object());
    missing.set(capability, std::move(needed));
}

void checkElicitation(const Json &params, const Json &declared, Json &missing)
{
    const bool byUrl = params["mode"] == Json("url");
    if (byUrl && !declared["elicitation"]["url"].isObject())
        need(missing, "elicitation", "url");
    if (!byUrl && !hasForms(declared["elicitation"]))
        need(missing, "elicitation", declared.contains("elicitation") ? "form" : nullptr);
}

void checkSampling(const Json &params, const Json &declared, Json &missing)
{
    const bool withTools = params.contains("tools") || params.contains("toolChoice");
    if (withTools && !declared["sampling"]["tools"].isObject())
        need(missing, "sampling", "tools");
    if (!declared["sampling"].isObject())
        need(missing, "sampling");
}

} // namespace

bool areInputRequests(const Json &requests)
{
    const Json::Object &all = requests.members();
    return requests.isObject() && all.size() <= inputRequestsMax
           && std::all_of(all.begin(), all.end(),
                          [](const Json::Member &member) { return isInputRequest(member.value); });
}

Json missingCapabilities(const Json &requests, const Json &declared)
{
    Json missing = Json::object();
    for (const Json::Member &member : requests.members()) {
        const QByteArray method = member.value["method"].toByteArray();
        const Json &params = member.value["params"];
        if (method == elicit)
            checkElicitation(params, declared, missing);
        else if (method == sample)
            checkSampling(params, declared, missing);
        else if (!declared["roots"].isObject())
            need(missing, "roots");
    }
    return missing.members().empty() ? Json() : missing;
}

} // namespace provost::tools
