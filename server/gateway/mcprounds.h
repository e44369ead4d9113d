// McpRounds: a governed call of a legacy client that needs input. What a modern client is told by "input required", a
// legacy one is asked by requests of ours (elicitation/create, sampling/createMessage, roots/list); with its answers
// the call is made again, until it has a result. Source: MCP 2025-11-25 basic and client features.
// INVARIANT: a call that waits ends: with answers, by the client's error or cancellation, by time, or with its session;
// and however it ends, that is recorded before the client hears of it.
// Thread: the loop of the call.
#pragma once

#include "server/gateway/mcpcall.h"
#include "server/gateway/mcpservices.h"

namespace provost::gateway {

// `request.stop` is the call's own through all rounds. Requests go out on the call's stream, or on the session's where
// the call has none.
[[nodiscard]] Task<calls::CallReply> runRounds(const McpServices &services,
                                               std::shared_ptr<Session> session,
                                               McpCall::Asker askOnCall,
                                               calls::CallRequest request);

// Asks the client: its answers by the keys of `requests` (method and parameters). `whenStopped` says why nobody waits for
// them any more once `stop` asks for that. Errors: that; InvalidInput, the client will not answer; RateLimited;
// Unavailable, it has no stream; Timeout; Cancelled, its session has ended.
[[nodiscard]] Task<Result<Json>> askClient(const McpServices &services,
                                           std::shared_ptr<Session> session,
                                           McpCall::Asker askOnCall, Json requests,
                                           std::stop_token stop, Error whenStopped);

} // namespace provost::gateway
