#include "server/gateway/mcprequest.h"

#include "server/gateway/httpgrammar.h"
#include "server/protocol/text.h"

#include <algorithm>
#include <utility>

namespace provost::gateway {

namespace {

constexpr qsizetype idBytesMax = 128;
constexpr qsizetype tenantBytesMax = 63;
constexpr QByteArrayView bearerScheme = "bearer ";

// The tenant's segment of `/t/{tenant}/mcp`; nothing if the path is not of that form.
std::optional<QByteArrayView> tenantSegment(QByteArrayView path)
{
    constexpr QByteArrayView before = "/t/";
    constexpr QByteArrayView after = "/mcp";
    if (!path.startsWith(before) || !path.endsWith(after)
        || path.size() <= before.size() + after.size())
        return std::nullopt;
    const auto tenant = path.sliced(before.size(), path.size() - before.size() - after.size());
    const bool valid =
        tenant.size() <= tenantBytesMax && std::all_of(tenant.begin(), tenant.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
    return valid ? std::optional(tenant) : std::nullopt;
}

// The headers that stand for themselves. If one came twice, two readers could take two different values.
struct SingleHeaders
{
    std::optional<QByteArrayView> authorization;
    std::optional<QByteArrayView> contentType;
    std::optional<QByteArrayView> sessionId;
    std::optional<QByteArrayView> protocolVersion;
    std::optional<QByteArrayView> method;
    std::optional<QByteArrayView> name;
    std::optional<QByteArrayView> workflowId;

    // Null for other headers.
    [[nodiscard]] std::optional<QByteArrayView> *find(QByteArrayView header)
    {
        const auto is = [header](QByteArrayView known) { return equalIgnoringCase(header, known); };
        if (is("Authorization"))
            return &authorization;
        if (is("Content-Type"))
            return &contentType;
        if (is("Mcp-Session-Id"))
            return &sessionId;
        if (is("MCP-Protocol-Version"))
            return &protocolVersion;
        if (is("Mcp-Method"))
            return &method;
        if (is("Mcp-Name"))
            return &name;
        return is("X-Workflow-Id") ? &workflowId : nullptr;
    }
};

protocol::Checked<SingleHeaders> readSingleHeaders(const HttpRequest &request)
{
    SingleHeaders read;
    for (const HeaderList::Field header : request.headers) {
        std::optional<QByteArrayView> *place = read.find(header.name);
        if (place == nullptr)
            continue;
        if (*place)
            return protocol::reject(400, protocol::code::InvalidRequest,
                                    "Invalid request: more than one " + header.name.toByteArray()
                                        + " header");
        *place = header.value;
    }
    return read;
}

std::optional<QByteArray> copyOf(const std::optional<QByteArrayView> &text)
{
    return text ? std::optional(text->toByteArray()) : std::nullopt;
}

struct Accepted
{
    bool json = false;
    bool events = false;
};

// What comes before `separator`, and behind it what is left of `text`: nothing where there is no separator.
QByteArrayView takeUpTo(char separator, QByteArrayView &text)
{
    const qsizetype at = text.indexOf(separator);
    const QByteArrayView taken = at < 0 ? text : text.first(at);
    text = at < 0 ? QByteArrayView() : text.sliced(at + 1);
    return trimmedField(taken);
}

// Whether `value` names one of `types`, with or without parameters: "Application/JSON; charset=utf-8".
bool isMediaType(QByteArrayView value, std::initializer_list<QByteArrayView> types)
{
    const QByteArrayView type = takeUpTo(';', value);
    return std::any_of(types.begin(), types.end(),
                       [type](QByteArrayView name) { return equalIgnoringCase(type, name); });
}

// RFC 9110 12.5.1, as far as two media types need it. No Accept header accepts everything.
Accepted acceptedBy(const HttpRequest &request)
{
    Accepted accepted;
    bool found = false;
    for (const HeaderList::Field header : request.headers) {
        if (!equalIgnoringCase(header.name, "Accept"))
            continue;
        found = true;
        QByteArrayView ranges = header.value;
        while (!ranges.isEmpty()) {
            const QByteArrayView range = takeUpTo(',', ranges);
            accepted.json |= isMediaType(range, {"application/json", "application/*", "*/*"});
            accepted.events |= isMediaType(range, {"text/event-stream", "text/*", "*/*"});
        }
    }
    return found ? accepted : Accepted{true, true};
}

QByteArray bearerToken(QByteArrayView authorization)
{
    const qsizetype size = std::min(bearerScheme.size(), authorization.size());
    if (!equalIgnoringCase(authorization.first(size), bearerScheme))
        return {};
    return trimmedField(authorization.sliced(size)).toByteArray();
}

} // namespace

bool isMcpPath(QByteArrayView path)
{
    return path == "/mcp" || tenantSegment(path).has_value();
}

std::optional<QByteArray> mcpPathOfSocket(QByteArrayView path)
{
    constexpr QByteArrayView socket = "/ws";
    if (!path.endsWith(socket))
        return std::nullopt;
    const QByteArray mcpPath = path.chopped(socket.size()).toByteArray() + "/mcp";
    return isMcpPath(mcpPath) ? std::optional(mcpPath) : std::nullopt;
}

RequestId requestIdOf(const HttpRequest &request, RequestId made)
{
    const QByteArrayView claimed = request.header("X-Request-Id");
    return protocol::isVisibleAscii(claimed, idBytesMax) ? RequestId(claimed.toByteArray())
                                                         : std::move(made);
}

protocol::Checked<McpRequest> readMcpRequest(const HttpRequest &request, RequestId requestId)
{
    McpRequest read;
    read.requestId = std::move(requestId);
    if (const auto tenant = tenantSegment(request.path))
        read.tenant = TenantId(tenant->toByteArray());
    TRY_LET(const SingleHeaders single, readSingleHeaders(request));
    read.bearer = bearerToken(single.authorization.value_or(QByteArrayView()));
    read.sessionId = single.sessionId.value_or(QByteArrayView()).toByteArray();
    read.headers = {copyOf(single.protocolVersion), copyOf(single.method), copyOf(single.name)};
    if (single.workflowId && protocol::isVisibleAscii(*single.workflowId, idBytesMax))
        read.workflowId = single.workflowId->toByteArray();

    const Accepted accepted = acceptedBy(request);
    read.acceptsJson = accepted.json;
    read.acceptsEvents = accepted.events;
    const bool acceptable =
        request.method == "GET" ? accepted.events : accepted.json || accepted.events;
    if (!acceptable && request.method != "DELETE")
        return protocol::reject(406, protocol::code::InvalidRequest,
                                "Not acceptable: the answer is application/json or "
                                "text/event-stream");
    const bool isJson =
        single.contentType && isMediaType(*single.contentType, {"application/json"});
    if (request.method == "POST" && !isJson)
        return protocol::reject(415, protocol::code::InvalidRequest,
                                "Unsupported media type: the body is application/json");
    return read;
}

} // namespace provost::gateway
