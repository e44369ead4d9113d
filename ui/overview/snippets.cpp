#include "ui/overview/snippets.h"

#include "server/base/json.h"

#include <QCoreApplication>

#include <array>

namespace provost::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Snippets", text);
}

QByteArray claudeDesktop(const QByteArray &url, const QByteArray &bearer)
{
    // The header's value stands in the environment, because some shells split an argument at the space.
    return Json::object(
               {{"mcpServers",
                 Json::object(
                     {{"provost",
                       Json::object({{"command", "npx"},
                                     {"args", Json::array({"-y", "mcp-remote", url, "--allow-http",
                                                           "--header", "Authorization:${AUTH}"})},
                                     {"env", Json::object({{"AUTH", bearer}})}})}})}})
        .toIndented();
}

QByteArray configuration(const char *servers, const QByteArray &url, const QByteArray &bearer,
                         bool typed)
{
    Json entry = Json::object();
    if (typed)
        entry.set("type", "http");
    entry.set("url", url);
    entry.set("headers", Json::object({{"Authorization", bearer}}));
    return Json::object({{servers, Json::object({{"provost", entry}})}}).toIndented();
}

QByteArray curl(const QByteArray &url, const QByteArray &bearer)
{
    const Json meta =
        Json::object({{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                      {"io.modelcontextprotocol/clientCapabilities", Json::object()}});
    const Json request = Json::object({{"jsonrpc", "2.0"},
                                       {"id", 1},
                                       {"method", "tools/list"},
                                       {"params", Json::object({{"_meta", meta}})}});
    return "curl -sS " + url + " \\\n  -H \"Authorization: " + bearer
           + "\" \\\n  -H 'Content-Type: application/json' \\\n"
             "  -H 'Accept: application/json, text/event-stream' \\\n"
             "  -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' \\\n"
             "  -d '"
           + request.toBytes() + "'";
}

} // namespace

std::span<const McpClient> mcpClients()
{
    static constexpr std::array clients{McpClient::ClaudeCode, McpClient::ClaudeDesktop,
                                        McpClient::VsCode,     McpClient::Cursor,
                                        McpClient::Inspector,  McpClient::Curl};
    return clients;
}

QString keyOf(McpClient client)
{
    switch (client) {
    case McpClient::ClaudeCode: return QStringLiteral("claude-code");
    case McpClient::ClaudeDesktop: return QStringLiteral("claude-desktop");
    case McpClient::VsCode: return QStringLiteral("vscode");
    case McpClient::Cursor: return QStringLiteral("cursor");
    case McpClient::Inspector: return QStringLiteral("inspector");
    case McpClient::Curl: return QStringLiteral("curl");
    }
    return {};
}

QString nameOf(McpClient client)
{
    switch (client) {
    case McpClient::ClaudeCode: return QStringLiteral("Claude Code");
    case McpClient::ClaudeDesktop: return QStringLiteral("Claude Desktop");
    case McpClient::VsCode: return QStringLiteral("VS Code");
    case McpClient::Cursor: return QStringLiteral("Cursor");
    case McpClient::Inspector: return QStringLiteral("MCP Inspector");
    case McpClient::Curl: return QStringLiteral("curl");
    }
    return {};
}

QString placeOf(McpClient client)
{
    switch (client) {
    case McpClient::ClaudeDesktop: return tr("In claude_desktop_config.json");
    case McpClient::VsCode: return tr("In .vscode/mcp.json");
    case McpClient::Cursor: return tr("In ~/.cursor/mcp.json");
    case McpClient::ClaudeCode:
    case McpClient::Inspector:
    case McpClient::Curl: return tr("In a terminal");
    }
    return {};
}

QByteArray endpointOf(const QByteArray &server, const TenantId &tenant)
{
    return (server.endsWith('/') ? server.chopped(1) : server) + "/t/"
           + tenant.value.toPercentEncoding() + "/mcp";
}

QByteArray snippetOf(McpClient client, const QByteArray &url, const QByteArray &key)
{
    const QByteArray bearer = "Bearer " + key;
    switch (client) {
    case McpClient::ClaudeCode:
        return "claude mcp add --transport http provost \\\n  " + url
               + " \\\n  --header \"Authorization: " + bearer + '"';
    case McpClient::ClaudeDesktop: return claudeDesktop(url, bearer);
    case McpClient::VsCode: return configuration("servers", url, bearer, true);
    case McpClient::Cursor: return configuration("mcpServers", url, bearer, false);
    case McpClient::Inspector:
        return "npx @modelcontextprotocol/inspector --cli \\\n  " + url
               + " --transport http \\\n  --header \"Authorization: " + bearer
               + "\" --method tools/list";
    case McpClient::Curl: return curl(url, bearer);
    }
    return {};
}

} // namespace provost::ui
