// Snippets that connect an MCP client to a tenant: what to type, or what to put into which file.
// Thread: pure.
#pragma once

#include "server/base/ids.h"

#include <QString>

#include <span>

namespace provost::ui {

enum class McpClient { ClaudeCode, ClaudeDesktop, VsCode, Cursor, Inspector, Curl };

[[nodiscard]] std::span<const McpClient> mcpClients();
// "claude-code": in settings and item data; "Claude Code": for people.
[[nodiscard]] QString keyOf(McpClient client);
[[nodiscard]] QString nameOf(McpClient client);
// Where the snippet goes: "In a terminal", "In .vscode/mcp.json".
[[nodiscard]] QString placeOf(McpClient client);

// "http://127.0.0.1:7777/t/acme-corp/mcp"
[[nodiscard]] QByteArray endpointOf(const QByteArray &server, const TenantId &tenant);

// Stands in snippets for the key, which the console does not know.
constexpr char keyPlaceholder[] = "PROVOST_KEY";

[[nodiscard]] QByteArray snippetOf(McpClient client, const QByteArray &url, const QByteArray &key);

} // namespace provost::ui
