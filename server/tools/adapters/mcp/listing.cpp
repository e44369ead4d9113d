#include "server/tools/adapters/mcp/listing.h"

namespace provost::tools::mcp {

namespace {

constexpr int pagesMax = 100;
constexpr std::size_t itemsMax = 10'000;
constexpr qsizetype listBytesMax = 64 << 20;

struct ListKind
{
    const char *capability;
    const char *method;
    const char *member;
    Json::Array Listing::*items;
    bool optional; // the capability does not promise this method
};

constexpr ListKind listKinds[] = {
    {"tools", "tools/list", "tools", &Listing::tools, false},
    {"resources", "resources/list", "resources", &Listing::resources, false},
    {"resources", "resources/templates/list", "resourceTemplates", &Listing::resourceTemplates,
     true},
    {"prompts", "prompts/list", "prompts", &Listing::prompts, false},
};

Task<Result<Json::Array>> readPages(Ask ask, ListKind kind)
{
    Json::Array items;
    Json cursor;
    qsizetype bytes = 0;
    for (int page = 0; page < pagesMax; ++page) {
        Json params = Json::object();
        if (!cursor.isNull())
            params.set("cursor", cursor);
        auto result = co_await ask(kind.method, std::move(params));
        if (!result)
            co_return fail(result.error());
        const Json *listed = result->find(kind.member);
        if (listed == nullptr || !listed->isArray())
            co_return fail(ErrorCode::Upstream, QStringLiteral("the answer to `%1` has no list")
                                                    .arg(QString::fromUtf8(kind.method)));
        items.insert(items.end(), listed->items().begin(), listed->items().end());
        bytes += listed->toBytes().size();
        if (items.size() > itemsMax || bytes > listBytesMax)
            break;
        cursor = (*result)["nextCursor"];
        if (!cursor.isString())
            co_return items;
    }
    co_return fail(ErrorCode::Upstream,
                   QStringLiteral("`%1` does not end").arg(QString::fromUtf8(kind.method)));
}

// A thing is within its server, so that a grant on the server covers it.
std::vector<QByteArray> containersOf(const QByteArray &resource, const Config &config)
{
    if (resource == config.resource)
        return {};
    return {config.resource};
}

PolicyBinding bindingOf(const Json &tool, const ToolRule *rule, const Config &config)
{
    PolicyBinding binding;
    binding.permission = config.permission;
    if (config.trustAnnotations && tool["annotations"]["readOnlyHint"].toBool())
        binding.permission = "read";
    binding.resource = config.resource;
    if (rule != nullptr) {
        binding.permission = rule->permission.value_or(binding.permission);
        binding.resource = rule->resource.value_or(binding.resource);
        binding.attributes = rule->attributes.value_or(Json::object());
    }
    binding.within = containersOf(binding.resource, config);
    if (rule != nullptr && rule->within)
        binding.within = *rule->within;
    return binding;
}

std::vector<ToolDescriptor> toolsOf(const Json::Array &items, const Config &config)
{
    std::vector<ToolDescriptor> tools;
    for (const Json &item : items) {
        const QByteArray name = item["name"].toByteArray();
        const ToolRule *rule = ruleFor(config, name);
        if (name.isEmpty() || (rule != nullptr && rule->hidden)
            || !protocol::parameterHeaders(item["inputSchema"]))
            continue;
        tools.push_back({
            .name = name,
            .nativeName = name,
            .definition = item,
            .policy = bindingOf(item, rule, config),
            .capture =
                rule != nullptr ? rule->capture.value_or(Capture::Arguments) : Capture::Arguments,
            .deadline =
                rule != nullptr ? rule->timeout.value_or(config.callTimeout) : config.callTimeout,
        });
    }
    return tools;
}

std::vector<ItemDescriptor> itemsOf(const Json::Array &items, QByteArrayView nameMember,
                                    const Config &config)
{
    PolicyBinding reading;
    reading.permission = "read";
    reading.resource = config.resource;
    std::vector<ItemDescriptor> descriptors;
    for (const Json &item : items) {
        const QByteArray name = item[nameMember].toByteArray();
        if (!name.isEmpty())
            descriptors.push_back({name, name, item, reading});
    }
    return descriptors;
}

} // namespace

Task<Result<Listing>> readListing(Ask ask, Session session)
{
    Listing listing;
    for (const ListKind &kind : listKinds) {
        if (!session.can(kind.capability))
            continue;
        auto items = co_await readPages(ask, kind);
        if (items)
            listing.*kind.items = *std::move(items);
        else if (!kind.optional || items.error().code != ErrorCode::NotFound)
            co_return fail(items.error());
    }
    co_return listing;
}

HeaderWishes headerWishesOf(const Listing &listing)
{
    HeaderWishes wishes;
    for (const Json &tool : listing.tools) {
        const QByteArray name = tool["name"].toByteArray();
        auto headers = protocol::parameterHeaders(tool["inputSchema"]);
        if (!headers)
            wishes.invalid.push_back(name);
        else if (!headers->empty())
            wishes.tools.emplace(name,
                                 std::make_shared<const ParameterHeaders>(*std::move(headers)));
    }
    return wishes;
}

TaskTools taskToolsOf(const Listing &listing, const Session &session)
{
    TaskTools tasks;
    if (session.era != Era::Legacy
        || !session.capabilities["tasks"]["requests"]["tools"]["call"].isObject())
        return tasks;
    for (const Json &tool : listing.tools) {
        const QByteArray support = tool["execution"]["taskSupport"].toByteArray();
        if (support == "required")
            tasks.required.insert(tool["name"].toByteArray());
        else if (support == "optional")
            tasks.optional.insert(tool["name"].toByteArray());
    }
    return tasks;
}

Catalog catalogOf(const Listing &listing, const Config &config)
{
    return {
        .tools = toolsOf(listing.tools, config),
        .resources = itemsOf(listing.resources, "uri", config),
        .resourceTemplates = itemsOf(listing.resourceTemplates, "uriTemplate", config),
        .prompts = itemsOf(listing.prompts, "name", config),
    };
}

} // namespace provost::tools::mcp
