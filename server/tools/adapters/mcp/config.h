// What servers/*.yaml say about an upstream MCP server:
//
//     kind: mcp
//     command: [npx, -y, "@modelcontextprotocol/server-memory"]   # stdio: program and arguments
//     env: {MEMORY_FILE_PATH: "${data}/memory.jsonl"}             # besides PATH, HOME and LANG it gets nothing else
//     cwd: "${data}/memory"                                       # made if missing; default: a temporary directory
//     url: http://127.0.0.1:3334/mcp                              # or Streamable HTTP, with
//     headers: {Authorization: "Bearer ${env.TOKEN}"}
//     oauth: {grant: client_credentials, …}                       # see oauth/oauthconfig.h
//     transport: sse                                              # http, sse; default: whichever the server speaks
//     connection: principal                                       # shared, principal; see README.md
//     limits: {memory: 1GiB, files: 256, cpu_time: 10m, processes: 500} # of a command; see ChildLimits
//     timeout: 30s                                                # of a call
//     start_timeout: 60s                                          # until the server has introduced itself
//     restart: {first: 500ms, max: 60s, stable_after: 30s}        # back-off after a failure
//     message_bytes_max: 16777216
//     resource: memory                                            # default: the server's id
//     permission: run                                             # default for its tools
//     trust_annotations: true                                     # readOnlyHint then means `read`
//     tools:                                                      # the first name or glob that matches counts
//       read_*: {permission: read, resource: memory.graph, capture: metadata, timeout: 10s}
//       "*": {hidden: true}                                       # neither listed nor callable
//
// An upstream's annotations are its own claim, so they decide nothing unless `trust_annotations` says so.
// Thread: values and pure functions.
#pragma once

#include "server/tools/adapters/mcp/childlimits.h"
#include "server/tools/adapters/mcp/oauth/oauthconfig.h"
#include "server/tools/adapters/mcp/transport.h"
#include "server/tools/serverdefinition.h"
#include "server/tools/adapter.h"

#include <QUrl>

#include <chrono>
#include <utility>
#include <vector>

namespace provost::tools::mcp {

// The policy of the tools that `pattern` matches. What is not set comes from the server's defaults.
struct ToolRule
{
    QByteArray pattern; // `*` stands for any characters, `?` for one
    std::optional<QByteArray> permission;
    std::optional<QByteArray> resource;
    std::optional<std::vector<QByteArray>> within;
    std::optional<Json> attributes;
    std::optional<Capture> capture;
    std::optional<std::chrono::milliseconds> timeout;
    bool hidden = false;
};

struct RestartRule
{
    std::chrono::milliseconds first{500};
    std::chrono::milliseconds max{60'000};
    std::chrono::milliseconds stableAfter{
        30'000}; // ready for so long: the next failure counts as the first
};

// Which calls share a connection, and so what the server keeps for it, with those of other principals.
enum class ConnectionRule {
    Auto,     // all, except where questions or logs that an agent wants could not be told apart
    Shared,   // all; what cannot be told apart is refused or unheard
    Principal // none; if there are too many principals, a call is refused
};

enum class HttpKind { Any, Streamable, Sse };

struct Config
{
    ServerId server;
    std::vector<QByteArray> command; // empty: HTTP
    std::vector<NamedText> environment;
    QByteArray workingDirectory;
    QUrl url;
    std::vector<NamedText> headers;
    std::optional<oauth::OauthConfig> oauth; // the server may ask for an authorization
    HttpKind transport = HttpKind::Any;
    ConnectionRule connection = ConnectionRule::Auto;
    ChildLimits limits;
    std::chrono::milliseconds callTimeout{30'000};
    std::chrono::milliseconds startTimeout{60'000};
    RestartRule restart;
    qsizetype messageBytesMax = 16 << 20;
    QByteArray resource;
    QByteArray permission = "run";
    bool trustAnnotations = false;
    std::vector<ToolRule> tools;

    // What must not be repeated in any message: values of the environment and of headers, and the client's secret.
    [[nodiscard]] std::vector<QByteArray> secrets() const;
};

// `from` has its variables replaced. Errors: InvalidInput with the member that is wrong.
[[nodiscard]] Result<Config> readConfig(const ServerDefinition &definition, const Json &from);

// The rule for `tool`; null if none matches.
[[nodiscard]] const ToolRule *ruleFor(const Config &config, QByteArrayView tool);

} // namespace provost::tools::mcp
