#include "server/protocol/meta.h"

#include "server/protocol/text.h"

#include <algorithm>
#include <array>

namespace provost::protocol {

namespace {

constexpr qsizetype agentBytesMax = 200;
constexpr qsizetype workflowIdBytesMax = 128;

constexpr std::array<QByteArrayView, 8> levelNames{"debug", "info",     "notice", "warning",
                                                   "error", "critical", "alert",  "emergency"};

tl::unexpected<RpcError> invalidEnvelope(QByteArrayView key, const char *problem)
{
    return reject(400, code::InvalidParams, "Invalid _meta: " + key.toByteArray() + ": " + problem,
                  Json::object({{"envelope", Json::object({{"key", key}, {"problem", problem}})}}));
}

} // namespace

std::optional<LogLevel> logLevelOf(QByteArrayView name)
{
    const auto found = std::find(levelNames.begin(), levelNames.end(), name);
    if (found == levelNames.end())
        return std::nullopt;
    return LogLevel(found - levelNames.begin());
}

QByteArrayView nameOf(LogLevel level)
{
    return levelNames.at(std::size_t(level));
}

const Json *metaOf(const Json &params)
{
    const Json *meta = params.find("_meta");
    return meta != nullptr && meta->isObject() ? meta : nullptr;
}

bool claimsEnvelope(const Json &params)
{
    const Json *meta = metaOf(params);
    return meta != nullptr && meta->contains(metakey::ProtocolVersion);
}

Checked<Envelope> readEnvelope(const Json &params)
{
    const Json *meta = metaOf(params);
    if (meta == nullptr)
        return invalidEnvelope("_meta", "missing");
    for (const QByteArrayView required : {metakey::ProtocolVersion, metakey::ClientCapabilities}) {
        if (!meta->contains(required))
            return invalidEnvelope(required, "missing");
    }

    Envelope envelope;
    const Json &version = (*meta)[metakey::ProtocolVersion];
    if (!version.isString() || version.toByteArray().isEmpty())
        return invalidEnvelope(metakey::ProtocolVersion, "not a string");
    envelope.revision = version.toByteArray();
    envelope.clientCapabilities = (*meta)[metakey::ClientCapabilities];
    if (!envelope.clientCapabilities.isObject())
        return invalidEnvelope(metakey::ClientCapabilities, "not an object");
    if (const Json *info = meta->find(metakey::ClientInfo); info != nullptr) {
        if (!(*info)["name"].isString() || !(*info)["version"].isString())
            return invalidEnvelope(metakey::ClientInfo, "needs a name and a version");
        envelope.agent = agentOf(*info);
    }
    if (const Json *level = meta->find(metakey::LogLevel); level != nullptr) {
        envelope.logLevel = logLevelOf(level->toByteArray());
        if (!envelope.logLevel)
            return invalidEnvelope(metakey::LogLevel, "not a log level");
    }
    return envelope;
}

Json progressTokenOf(const Json &params)
{
    const Json *meta = metaOf(params);
    if (meta == nullptr)
        return {};
    const Json &token = (*meta)["progressToken"];
    return token.isString() || token.toInteger() ? token : Json();
}

QByteArray workflowIdOf(const Json &params)
{
    const Json *meta = metaOf(params);
    const QByteArray id =
        meta != nullptr ? (*meta)[metakey::WorkflowId].toByteArray() : QByteArray();
    return isVisibleAscii(id, workflowIdBytesMax) ? id : QByteArray();
}

QByteArray agentOf(const Json &implementation)
{
    const Json &name = implementation["name"];
    const Json &version = implementation["version"];
    if (!name.isString() || !version.isString())
        return {};
    QByteArray agent =
        clipped(QByteArray(name.toByteArray() + ' ' + version.toByteArray()), agentBytesMax);
    std::replace_if(
        agent.begin(), agent.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return agent.trimmed();
}

} // namespace provost::protocol
