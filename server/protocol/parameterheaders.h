// Mcp-Param-*: arguments that a tool asks to be repeated in HTTP headers, so that proxies can route on them (MCP
// 2026-07-28, server/tools, "x-mcp-header"). A header that disagrees with the body is refused: what a proxy decided
// on must be what the tool receives.
// Thread: pure functions.
#pragma once

#include "server/protocol/rpcerror.h"

#include <functional>
#include <optional>
#include <vector>

namespace provost::protocol {

struct ParameterHeader
{
    std::vector<QByteArray> path; // of member names, from the arguments
    QByteArray name;              // "Region": the header is Mcp-Param-Region
    bool integer = false;         // compared as a number

    bool operator==(const ParameterHeader &) const = default;
};

// The declarations of an input schema. Errors: InvalidInput for a declaration that the revision does not allow (not a
// token, used twice, of another type than string, integer and boolean, not reachable through `properties` alone).
[[nodiscard]] Result<std::vector<ParameterHeader>> parameterHeaders(const Json &inputSchema);

// `header` answers the value of a header, nothing if it is not there. Errors: HTTP 400, HeaderMismatch.
[[nodiscard]] Checked<void>
checkParameterHeaders(const std::vector<ParameterHeader> &declared, const Json &arguments,
                      const std::function<std::optional<QByteArray>(QByteArrayView)> &header);

} // namespace provost::protocol
