#include "server/protocol/inbound.h"

#include "server/protocol/headervalue.h"
#include "server/protocol/method.h"
#include "server/protocol/text.h"

namespace provost::protocol {

namespace {

constexpr qsizetype revisionBytesMax = 64;

tl::unexpected<RpcError> mismatch(QByteArrayView header, const QByteArray &what)
{
    return reject(400, code::HeaderMismatch,
                  "Header mismatch: " + header.toByteArray() + ' ' + what,
                  Json::object({{"header", header}}));
}

tl::unexpected<RpcError> unsupportedRevision(const QByteArray &revision)
{
    const QByteArray requested = asciiOf(revision, revisionBytesMax);
    Json supported = Json::array();
    for (const Revision &spoken : revisions()) {
        if (spoken.era == Era::Modern)
            supported.append(spoken.name);
    }
    return reject(400, code::UnsupportedVersion, "Unsupported protocol version: " + requested,
                  Json::object({{"supported", supported}, {"requested", requested}}));
}

tl::unexpected<RpcError> notInModern(const char *what)
{
    return reject(400, code::InvalidRequest,
                  "Invalid request: " + QByteArray(what) + " in revision "
                      + latestModern().name.toByteArray());
}

bool namesModern(const McpHeaders &headers)
{
    return headers.protocolVersion && eraOf(*headers.protocolVersion) == Era::Modern;
}

// `initialize` is the legacy handshake unless a whole modern envelope says otherwise.
bool isHandshake(const Message &message)
{
    if (message.method != "initialize")
        return false;
    const auto envelope = readEnvelope(message.params);
    return !envelope || eraOf(envelope->revision) == Era::Legacy;
}

Checked<Inbound> legacy(Message message)
{
    Inbound inbound;
    inbound.messages.push_back(std::move(message));
    return inbound;
}

// Mcp-Name repeats a member of the parameters. Where the body lacks it, the check of the parameters says so.
Checked<void> checkName(const Message &message, const McpHeaders &headers)
{
    const auto method = findMethod(message.method, Era::Modern);
    const QByteArrayView member = method ? nameMember(*method) : QByteArrayView();
    if (member.isEmpty() || !message.params[member].isString())
        return {};
    if (!headers.name)
        return mismatch("Mcp-Name", "is missing");
    const auto decoded = decodeHeaderValue(*headers.name);
    if (!decoded)
        return mismatch("Mcp-Name", "is not valid base64 of UTF-8");
    if (*decoded != message.params[member].toByteArray())
        return mismatch("Mcp-Name", "does not repeat params." + member.toByteArray());
    return {};
}

Checked<void> checkHeaders(const Message &message, const McpHeaders &headers)
{
    if (!headers.protocolVersion)
        return mismatch("MCP-Protocol-Version", "is missing");
    if (!headers.method)
        return mismatch("Mcp-Method", "is missing");
    return checkName(message, headers);
}

// A notification needs no envelope; its revision stands in _meta or else in the header.
Checked<Envelope> envelopeOf(const Message &message, const McpHeaders &headers)
{
    if (message.kind == MessageKind::Request)
        return readEnvelope(message.params);
    Envelope envelope;
    if (!claimsEnvelope(message.params)) {
        envelope.revision = headers.protocolVersion.value_or(QByteArray());
        return envelope;
    }
    const Json &claimed = (*metaOf(message.params))[metakey::ProtocolVersion];
    if (!claimed.isString())
        return reject(400, code::InvalidParams, "Invalid _meta: the protocol version is no string");
    envelope.revision = claimed.toByteArray();
    return envelope;
}

// What disagrees is refused before what is missing, and both after the claim itself was found whole.
Checked<Inbound> modern(Message message, const McpHeaders &headers)
{
    Inbound inbound;
    inbound.era = Era::Modern;
    TRY_LET(inbound.envelope, envelopeOf(message, headers));
    if (headers.protocolVersion && *headers.protocolVersion != inbound.envelope.revision)
        return mismatch("MCP-Protocol-Version", "disagrees with the request's _meta");
    if (headers.method && *headers.method != message.method)
        return mismatch("Mcp-Method", "disagrees with the request's method");
    const Revision *revision = findRevision(inbound.envelope.revision);
    if (revision == nullptr || revision->era != Era::Modern)
        return unsupportedRevision(inbound.envelope.revision);
    if (message.kind == MessageKind::Request)
        TRY_DO(checkHeaders(message, headers));
    inbound.messages.push_back(std::move(message));
    return inbound;
}

Checked<Inbound> classify(Message message, const McpHeaders &headers)
{
    if (message.kind == MessageKind::Response && namesModern(headers))
        return notInModern("responses are not posted");
    if (message.kind == MessageKind::Response)
        return legacy(std::move(message));
    if (isHandshake(message)) {
        if (namesModern(headers))
            return mismatch("MCP-Protocol-Version",
                            "names a revision that has no `initialize` request");
        return legacy(std::move(message));
    }
    if (claimsEnvelope(message.params))
        return modern(std::move(message), headers);
    if (!namesModern(headers))
        return legacy(std::move(message));
    if (message.kind == MessageKind::Notification)
        return modern(std::move(message), headers);
    return tl::make_unexpected(readEnvelope(message.params).error()); // says which key is missing
}

Checked<Inbound> classifyBatch(Json body, const McpHeaders &headers)
{
    if (namesModern(headers))
        return notInModern("there are no batches");
    if (body.items().empty())
        return reject(400, code::InvalidRequest, "Invalid request: the batch is empty");
    if (body.items().size() > batchMessagesMax)
        return reject(400, code::InvalidRequest, "Invalid request: the batch is too long");
    Inbound inbound;
    inbound.batch = true;
    for (Json &item : body.itemsRef()) {
        TRY_LET(Message message, decodeMessage(std::move(item)));
        if (claimsEnvelope(message.params))
            return notInModern("there are no batches");
        if (message.method == "initialize")
            return reject(400, code::InvalidRequest,
                          "Invalid request: `initialize` must not be part of a batch");
        inbound.messages.push_back(std::move(message));
    }
    return inbound;
}

} // namespace

tl::expected<Inbound, Rejection> readInbound(QByteArrayView body, const McpHeaders &headers)
{
    auto parsed = parseBody(body);
    if (!parsed)
        return tl::make_unexpected(Rejection{{}, std::move(parsed).error()});
    const Json id = readableId(*parsed);
    auto inbound = [&]() -> Checked<Inbound> {
        if (parsed->isArray())
            return classifyBatch(std::move(*parsed), headers);
        TRY_LET(Message message, decodeMessage(std::move(*parsed)));
        return classify(std::move(message), headers);
    }();
    if (!inbound)
        return tl::make_unexpected(Rejection{id, std::move(inbound).error()});
    return std::move(*inbound);
}

} // namespace provost::protocol
