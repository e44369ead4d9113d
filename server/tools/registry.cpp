#include "server/tools/registry.h"

namespace provost::tools {

namespace {

constexpr qsizetype nameBytesMax = 128;
constexpr qsizetype matchedUriBytesMax = 8192; // longer ones are no expansion of a template

bool isToolName(QByteArrayView name)
{
    const auto isAllowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || c == '_' || c == '.' || c == '-';
    };
    return !name.isEmpty() && name.size() <= nameBytesMax
           && std::all_of(name.begin(), name.end(), isAllowed);
}

bool isPromptName(QByteArrayView name)
{
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return !name.isEmpty() && name.size() <= nameBytesMax
           && std::none_of(name.begin(), name.end(), isControl);
}

bool isUri(QByteArrayView uri)
{
    const auto isVisible = [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; };
    return uri.contains(':') && std::all_of(uri.begin(), uri.end(), isVisible);
}

// Whether `uri` can be an expansion of an RFC 6570 template of level 1 (`{name}`: a piece of a path) or with the
// reserved operator (`{+name}`: any text). Other operators match nothing. Time: the product of both lengths.
bool matches(QByteArrayView uriTemplate, QByteArrayView uri)
{
    // reached[i]: the template up to here matches the first i characters.
    std::vector<bool> reached(static_cast<std::size_t>(uri.size()) + 1, false);
    reached[0] = true;
    for (qsizetype at = 0; at < uriTemplate.size(); ++at) {
        std::vector<bool> next(reached.size(), false);
        if (uriTemplate[at] != '{') {
            for (std::size_t i = 0; i + 1 < reached.size(); ++i)
                next[i + 1] = reached[i] && uri[static_cast<qsizetype>(i)] == uriTemplate[at];
        } else {
            const qsizetype end = uriTemplate.indexOf('}', at);
            if (end < 0)
                return false;
            const QByteArrayView expression = uriTemplate.sliced(at + 1, end - at - 1);
            const bool reserved = expression.startsWith('+');
            if (expression.isEmpty() || QByteArrayView("#./;?&=,!@|").contains(expression[0]))
                return false;
            for (std::size_t i = 0; i + 1 < reached.size(); ++i) {
                const char c = uri[static_cast<qsizetype>(i)];
                const bool fits = reserved || (c != '/' && c != '?' && c != '#');
                next[i + 1] = fits && (reached[i] || next[i]);
            }
            at = end;
        }
        reached = std::move(next);
    }
    return reached.back();
}

} // namespace

// Upstreams are free to declare what nobody can check (a look-ahead, a remote reference) and check for themselves.
RegisteredTool Registry::registered(ToolDescriptor tool, const ServerCatalog &from,
                                    ToolSchemas &schemas)
{
    RegisteredTool made{std::move(tool), from.server, from.adapter};
    const auto compile = [&](const char *member) -> std::shared_ptr<const schema::Validator> {
        const Json *schema = made.descriptor.definition.find(member);
        if (schema == nullptr)
            return nullptr;
        auto validator = schemas.validator(*schema);
        if (validator)
            return *std::move(validator);
        m_problems.push_back("the " + QByteArray(member) + " of tool `" + made.descriptor.name
                             + "` of server `" + from.server.value
                             + "` is not checked: " + validator.error().message.toUtf8());
        return nullptr;
    };
    if (!made.descriptor.checksArguments)
        made.input = compile("inputSchema");
    if (from.outputValidation != OutputValidation::Off)
        made.output = compile("outputSchema");
    made.outputValidation = from.outputValidation;
    made.headers = protocol::parameterHeaders(made.descriptor.definition["inputSchema"])
                       .value_or(std::vector<protocol::ParameterHeader>());
    return made;
}

Registry::Registry(std::vector<ServerCatalog> catalogs, const std::shared_ptr<ToolSchemas> &schemas)
{
    ByName templatesByText;

    const auto leaveOut = [&](const char *what, const QByteArray &name, const ServerId &server,
                              const QByteArray &why) {
        m_problems.push_back(QByteArray(what) + " `" + name + "` of server `" + server.value
                             + "` is left out: " + why);
    };
    const auto addItem = [&](const char *what, bool acceptable, ItemDescriptor item,
                             const ServerCatalog &from, std::vector<RegisteredItem> &items,
                             ByName &byName) {
        if (!acceptable) {
            leaveOut(what, item.name, from.server, "no client accepts this name");
            return;
        }
        const auto [taken, isNew] = byName.emplace(item.name, items.size());
        if (!isNew) {
            leaveOut(what, item.name, from.server,
                     "the name is taken by server `" + items[taken->second].server.value + "`");
            return;
        }
        items.push_back({std::move(item), from.server, from.adapter});
    };

    for (ServerCatalog &from : catalogs) {
        for (ToolDescriptor &tool : from.catalog.tools) {
            tool.name = from.prefix + tool.name;
            tool.definition.set("name", tool.name);
            if (!isToolName(tool.name)) {
                leaveOut("tool", tool.name, from.server, "no client accepts this name");
                continue;
            }
            const auto [taken, isNew] = m_toolsByName.emplace(tool.name, m_tools.size());
            if (!isNew) {
                leaveOut("tool", tool.name, from.server,
                         "the name is taken by server `" + m_tools[taken->second].server.value
                             + "`");
                continue;
            }
            m_tools.push_back(registered(std::move(tool), from, *schemas));
        }
        for (ItemDescriptor &prompt : from.catalog.prompts) {
            prompt.name = from.prefix + prompt.name;
            prompt.definition.set("name", prompt.name);
            const bool acceptable = isPromptName(prompt.name);
            addItem("prompt", acceptable, std::move(prompt), from, m_prompts, m_promptsByName);
        }
        for (ItemDescriptor &resource : from.catalog.resources) {
            const bool acceptable = isUri(resource.name);
            addItem("resource", acceptable, std::move(resource), from, m_resources,
                    m_resourcesByUri);
        }
        for (ItemDescriptor &item : from.catalog.resourceTemplates) {
            const bool acceptable = isUri(item.name);
            addItem("resource template", acceptable, std::move(item), from, m_resourceTemplates,
                    templatesByText);
        }
    }
}

const RegisteredTool *Registry::tool(QByteArrayView name) const
{
    const auto found = m_toolsByName.find(name);
    return found == m_toolsByName.end() ? nullptr : &m_tools[found->second];
}

const RegisteredItem *Registry::resource(QByteArrayView uri) const
{
    const auto found = m_resourcesByUri.find(uri);
    if (found != m_resourcesByUri.end())
        return &m_resources[found->second];
    if (uri.size() > matchedUriBytesMax)
        return nullptr;
    const auto fitting = std::find_if(
        m_resourceTemplates.begin(), m_resourceTemplates.end(),
        [&](const RegisteredItem &item) { return matches(item.descriptor.name, uri); });
    return fitting == m_resourceTemplates.end() ? nullptr : &*fitting;
}

const RegisteredItem *Registry::prompt(QByteArrayView name) const
{
    const auto found = m_promptsByName.find(name);
    return found == m_promptsByName.end() ? nullptr : &m_prompts[found->second];
}

} // namespace provost::tools
