// McpRequest: what the head of an HTTP request to the MCP endpoint says, read once and checked.
// Thread: values and pure functions.
#pragma once

#include "server/base/ids.h"
#include "server/gateway/exchange.h"
#include "server/protocol/inbound.h"

#include <optional>

namespace provost::gateway {

struct McpRequest
{
    std::optional<TenantId> tenant; // of the path; none: the credential's tenant
    QByteArray bearer;              // of `Authorization: Bearer`; empty if there is none
    RequestId requestId;            // X-Request-Id, or the one that was made
    QByteArray workflowId;          // X-Workflow-Id, as claimed; empty if none
    QByteArray sessionId;           // Mcp-Session-Id; empty if none
    protocol::McpHeaders headers;
    bool acceptsJson = true;
    bool acceptsEvents = true;
};

// Nothing if the path is no MCP endpoint: `/mcp` or `/t/{tenant}/mcp`.
[[nodiscard]] bool isMcpPath(QByteArrayView path);

// The path of the MCP endpoint that `/ws` or `/t/{tenant}/ws` stands for; nothing for other paths.
[[nodiscard]] std::optional<QByteArray> mcpPathOfSocket(QByteArrayView path);

// The client's X-Request-Id if it is 1 to 128 visible ASCII characters, else `made`.
[[nodiscard]] RequestId requestIdOf(const HttpRequest &request, RequestId made);

// Reads the head of GET, POST and DELETE. A header that must be there once and comes twice is refused, because two
// readers could take two different values. REQUIRES: isMcpPath(request.path).
// Errors: HTTP 400, 406 (nothing acceptable), 415 (a POST that is not JSON).
[[nodiscard]] protocol::Checked<McpRequest> readMcpRequest(const HttpRequest &request,
                                                           RequestId requestId);

} // namespace provost::gateway
