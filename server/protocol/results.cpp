#include "server/protocol/results.h"

#include "server/protocol/meta.h"

#include <algorithm>

namespace provost::protocol {

namespace {

// Stands in every answer; of literals, so that a copy of it allocates no text.
const Json &serverInfo()
{
    static const Json info =
        Json::object({{QByteArrayLiteral("name"), QByteArrayLiteral("provost")},
                      {QByteArrayLiteral("title"), QByteArrayLiteral("Provost")},
                      {QByteArrayLiteral("version"), QByteArrayLiteral(PROVOST_VERSION)}});
    return info;
}

void sign(Json &result)
{
    if (Json *meta = result.find("_meta"); meta != nullptr && meta->isObject())
        meta->set(metakey::ServerInfo, serverInfo());
    else
        result.set("_meta", Json::object({{metakey::ServerInfo, serverInfo()}}));
}

// Changes reach a legacy client on its GET stream, a modern one that listens (subscriptions/listen).
Json capabilities()
{
    const auto list = [] { return Json::object({{"listChanged", true}}); };
    Json resources = list();
    resources.set("subscribe", true);
    return Json::object({{"tools", list()},
                         {"resources", resources},
                         {"prompts", list()},
                         {"completions", Json::object()},
                         {"logging", Json::object()}});
}

bool isCacheable(Method method)
{
    return method == Method::Discover || method == Method::ReadResource
           || !listMember(method).isEmpty();
}

QByteArrayView keyMember(Method method)
{
    if (method == Method::ListResources)
        return "uri";
    return method == Method::ListResourceTemplates ? "uriTemplate" : "name";
}

constexpr QByteArray::Base64Options cursorCoding =
    QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

// The index of the item after the one that the cursor names.
Checked<std::size_t> startOf(Method method, const Json::Array &items, const Json &params)
{
    const Json *cursor = params.find("cursor");
    if (cursor == nullptr)
        return std::size_t(0);
    const auto decoded = QByteArray::fromBase64Encoding(
        cursor->toByteArray(), cursorCoding | QByteArray::AbortOnBase64DecodingErrors);
    const auto last = std::find_if(items.begin(), items.end(), [&](const Json &item) {
        return decoded && item[keyMember(method)].toByteArray() == decoded.decoded;
    });
    if (!cursor->isString() || last == items.end())
        return rejectParams("Invalid params: the cursor is not valid, or no longer");
    return std::size_t(last - items.begin()) + 1;
}

} // namespace

Json initializeResult(const Revision &revision, QByteArrayView instructions, const Json &further)
{
    Json offered = capabilities();
    for (const Json::Member &capability : further.members())
        offered.set(capability.key, capability.value);
    Json result = Json::object({{"protocolVersion", revision.name},
                                {"capabilities", std::move(offered)},
                                {"serverInfo", serverInfo()}});
    if (!instructions.isEmpty())
        result.set("instructions", instructions);
    return result;
}

Json discoverResult(QByteArrayView instructions, const Json &extensions)
{
    Json supported = Json::array();
    for (const Revision &revision : revisions()) {
        if (revision.era == Era::Modern)
            supported.append(revision.name);
    }
    Json offered = capabilities();
    if (!extensions.members().empty())
        offered.set("extensions", extensions);
    Json result = Json::object({{"supportedVersions", supported}, {"capabilities", offered}});
    if (!instructions.isEmpty())
        result.set("instructions", instructions);
    return result;
}

Json finishResult(Method method, Era era, Json result)
{
    if (era == Era::Legacy) {
        result.remove("resultType");
        if (isCacheable(method)) {
            result.remove("ttlMs");
            result.remove("cacheScope");
        }
        return result;
    }
    if (!result.contains("resultType"))
        result.set("resultType", "complete");
    if (isCacheable(method)) {
        // Of an upstream's own hint only "do not cache" is passed on: it cannot know how its answer was filtered.
        result.set("ttlMs", method == Method::ReadResource ? 0 : listTtlMs);
        result.set("cacheScope", "private");
    }
    sign(result);
    return result;
}

Json inputRequiredResult(Json requests, QByteArrayView state)
{
    Json result = Json::object({{"resultType", "input_required"}});
    if (!requests.members().empty())
        result.set("inputRequests", std::move(requests));
    result.set("requestState", state);
    sign(result);
    return result;
}

Checked<Json> pageOf(Method method, Json list, const Json &params, std::size_t pageItems)
{
    const QByteArrayView name = listMember(method);
    Json *member = name.isEmpty() ? nullptr : list.find(name);
    if (member == nullptr)
        return list;
    Json::Array &items = member->itemsRef();
    TRY_LET(const std::size_t start, startOf(method, items, params));
    if (start > 0)
        items.erase(items.begin(), items.begin() + std::ptrdiff_t(start));
    if (items.size() > pageItems) {
        items.resize(pageItems);
        const QByteArray last = items.back()[keyMember(method)].toByteArray();
        list.set("nextCursor", last.toBase64(cursorCoding));
    }
    return list;
}

} // namespace provost::protocol
