// What Provost says of itself and of the agent to an upstream: capabilities, the modern era's `_meta`, and the HTTP
// headers that repeat parts of a modern request for those who route it.
// Thread: pure functions.
#pragma once

#include "server/protocol/parameterheaders.h"
#include "server/tools/adapters/mcp/negotiation.h"
#include "server/tools/adapters/mcp/transport.h"

namespace provost::tools::mcp {

using ParameterHeaders = std::vector<protocol::ParameterHeader>;

inline constexpr QByteArrayView tasksExtension = "io.modelcontextprotocol/tasks";

// Provost as an Implementation.
[[nodiscard]] Json ourName();

// All that Provost can carry to some agent (ClientCapabilities), for what is asked in no agent's name.
[[nodiscard]] Json carriedCapabilities(Era era);
// What Provost can carry to an agent that declared `declared`. For an agent that cannot know the tasks of the modern era,
// tasks are followed to their end.
[[nodiscard]] Json carriedCapabilities(Era era, const Json &declared, bool followsTasks = true);
// The agent can be asked for something.
[[nodiscard]] bool canBeAsked(const Json &declared);

// An agent's _meta as it goes to the server: the members by which the agent and Provost agree on their own revision
// are taken out, those by which Provost and the server agree on theirs come in, all others stay. `capabilities` and
// `logLevel` are of the modern era.
[[nodiscard]] Json metaForUpstream(const Session &session, Json meta, Json capabilities,
                                   const QByteArray &logLevel);

// Of a modern request with `params`, which has native names.
[[nodiscard]] std::vector<NamedText> headersOf(QByteArrayView protocolVersion,
                                               const QByteArray &method, const Json &params,
                                               const ParameterHeaders *parameters);

} // namespace provost::tools::mcp
