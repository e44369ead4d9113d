// Reads what people have at hand to add a tool server, and writes the servers/*.yaml that declares it: a command line, a
// URL, or the JSON of an MCP client (`mcpServers` of Claude Desktop and others, `servers` of VS Code, or one entry of
// either). Secrets that stand in it do not reach the org's history: they become variables of the environment.
// Thread: pure functions.
#pragma once

#include "server/base/ids.h"
#include "server/base/json.h"
#include "server/base/result.h"

#include <vector>

namespace provost::host {

struct ImportedServer
{
    ServerId id;
    Json config; // as tools::ServerDefinition::config
};

struct ServerImport
{
    QByteArray understoodAs; // "a command line", "a URL", "the JSON of an MCP client"
    std::vector<ImportedServer> servers;
    std::vector<QByteArray> notes; // what was changed on the way, or needs attention
};

inline constexpr qsizetype importBytesMax = qsizetype(64) * 1024;
inline constexpr std::size_t importServersMax = 50;

// `id` names the server if there is one only and is not empty. Errors: InvalidInput.
[[nodiscard]] Result<ServerImport> importServers(const QByteArray &text, const ServerId &id,
                                                 const TenantId &tenant);

// The words of a line as a POSIX shell would split them, without expanding anything. Errors: InvalidInput for an open
// quote and for what only a shell could do (pipes, redirections, substitutions).
[[nodiscard]] Result<std::vector<QByteArray>> splitCommandLine(const QByteArray &line);

// The text of a file that declares them.
[[nodiscard]] QByteArray serversYaml(const std::vector<ImportedServer> &servers);

} // namespace provost::host
