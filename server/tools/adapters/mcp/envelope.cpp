#include "server/tools/adapters/mcp/envelope.h"

#include "server/protocol/headervalue.h"
#include "server/protocol/meta.h"

#include <array>

namespace provost::tools::mcp {

namespace {

constexpr std::array envelopeMembers{
    protocol::metakey::ProtocolVersion,
    protocol::metakey::ClientInfo,
    protocol::metakey::ClientCapabilities,
    protocol::metakey::LogLevel,
};

constexpr std::array<QByteArrayView, 3> asking{"elicitation", "sampling", "roots"};

// The member that Mcp-Name repeats; empty for methods that have none.
QByteArrayView nameMember(QByteArrayView method)
{
    if (method == QByteArrayView("tools/call") || method == QByteArrayView("prompts/get"))
        return "name";
    if (method == QByteArrayView("resources/read"))
        return "uri";
    return method.startsWith("tasks/") ? "taskId" : "";
}

// Nothing for what has no header: absent, null, or of another kind than the schema said.
std::optional<QByteArray> textAt(const Json &arguments, const std::vector<QByteArray> &path)
{
    const Json *value = &arguments;
    for (const QByteArray &key : path) {
        value = value->find(key);
        if (value == nullptr)
            return std::nullopt;
    }
    if (value->isString())
        return value->toByteArray();
    if (value->isBool())
        return QByteArray(value->toBool() ? "true" : "false");
    return value->isNumber() ? std::optional(value->numberText()) : std::nullopt;
}

} // namespace

Json ourName()
{
    return Json::object({{"name", "provost"}, {"version", PROVOST_VERSION}});
}

Json carriedCapabilities(Era era)
{
    return carriedCapabilities(
        era,
        Json::object({
            {"elicitation", Json::object({{"form", Json::object()}, {"url", Json::object()}})},
            {"sampling", Json::object({{"tools", Json::object()}, {"context", Json::object()}})},
            {"roots", Json::object()},
        }));
}

Json carriedCapabilities(Era era, const Json &declared, bool followsTasks)
{
    Json carried = Json::object();
    for (const QByteArrayView capability : asking) {
        if (declared[capability].isObject())
            carried.set(capability, declared[capability]);
    }
    // The server learns of changed roots from nobody: they are asked for when they are needed.
    if (Json *roots = carried.find("roots"))
        roots->remove("listChanged");
    if (era == Era::Modern) {
        Json extensions =
            declared["extensions"].isObject() ? declared["extensions"] : Json::object();
        if (followsTasks)
            extensions.set(tasksExtension, Json::object());
        carried.set("extensions", std::move(extensions));
    }
    return carried;
}

bool canBeAsked(const Json &declared)
{
    return std::any_of(asking.begin(), asking.end(), [&declared](QByteArrayView capability) {
        return declared[capability].isObject();
    });
}

Json metaForUpstream(const Session &session, Json meta, Json capabilities,
                     const QByteArray &logLevel)
{
    for (const QByteArrayView member : envelopeMembers)
        meta.remove(member);
    if (session.era == Era::Legacy)
        return meta;
    meta.set(protocol::metakey::ProtocolVersion, session.protocolVersion);
    meta.set(protocol::metakey::ClientInfo, ourName());
    meta.set(protocol::metakey::ClientCapabilities, std::move(capabilities));
    if (!logLevel.isEmpty())
        meta.set(protocol::metakey::LogLevel, logLevel);
    return meta;
}

std::vector<NamedText> headersOf(QByteArrayView protocolVersion, const QByteArray &method,
                                 const Json &params, const ParameterHeaders *parameters)
{
    std::vector<NamedText> headers{{"MCP-Protocol-Version", protocolVersion.toByteArray()},
                                   {"Mcp-Method", method}};
    if (const QByteArrayView member = nameMember(method); !member.isEmpty())
        headers.emplace_back("Mcp-Name", protocol::encodeHeaderValue(params[member].toByteArray()));
    if (parameters != nullptr) {
        for (const protocol::ParameterHeader &parameter : *parameters) {
            if (const auto text = textAt(params["arguments"], parameter.path))
                headers.emplace_back("Mcp-Param-" + parameter.name,
                                     protocol::encodeHeaderValue(*text));
        }
    }
    return headers;
}

} // namespace provost::tools::mcp
