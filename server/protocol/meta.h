// What a request's `params._meta` says: the modern era's envelope, and the members that both eras share.
// Everything here is claimed by the client and verified by nobody: for display, records and answers, never for access.
// Thread: values and pure functions.
#pragma once

#include "server/protocol/rpcerror.h"

#include <optional>

namespace provost::protocol {

namespace metakey {
inline constexpr QByteArrayView ProtocolVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr QByteArrayView ClientCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr QByteArrayView ClientInfo = "io.modelcontextprotocol/clientInfo";
inline constexpr QByteArrayView LogLevel = "io.modelcontextprotocol/logLevel";
inline constexpr QByteArrayView ServerInfo = "io.modelcontextprotocol/serverInfo";
inline constexpr QByteArrayView SubscriptionId = "io.modelcontextprotocol/subscriptionId";
inline constexpr QByteArrayView RelatedTask = "io.modelcontextprotocol/related-task";
inline constexpr QByteArrayView WorkflowId = "io.provost/workflowId";
inline constexpr QByteArrayView Refusal = "io.provost/refusal";
} // namespace metakey

// RFC 5424 severities, least severe first.
enum class LogLevel { Debug, Info, Notice, Warning, Error, Critical, Alert, Emergency };
[[nodiscard]] std::optional<LogLevel> logLevelOf(QByteArrayView name);
[[nodiscard]] QByteArrayView nameOf(LogLevel level);

// The modern era's envelope of one request.
struct Envelope
{
    QByteArray revision;
    Json clientCapabilities = Json::object();
    QByteArray agent; // "name version"; empty if the client does not say
    std::optional<LogLevel> logLevel;

    bool operator==(const Envelope &) const = default;
};

// `params._meta` if it is an object, else null.
[[nodiscard]] const Json *metaOf(const Json &params);
// The message uses the modern mechanism: the protocol version key is there, whatever its value.
[[nodiscard]] bool claimsEnvelope(const Json &params);
// Errors: HTTP 400, InvalidParams naming the key that is missing or wrong.
[[nodiscard]] Checked<Envelope> readEnvelope(const Json &params);

// `progressToken`: a string or integer, else null.
[[nodiscard]] Json progressTokenOf(const Json &params);
// Empty if there is none or it is not 1 to 128 visible ASCII characters.
[[nodiscard]] QByteArray workflowIdOf(const Json &params);

// "name version" of an Implementation object; empty unless both are strings. Cut to 200 bytes, control characters
// replaced.
[[nodiscard]] QByteArray agentOf(const Json &implementation);

} // namespace provost::protocol
