// Follows a task of a modern server (extension io.modelcontextprotocol/tasks) to its end. To the agent the call simply
// takes long; whether it becomes a task of Provost's own is for those who serve the agent.
// Thread: coroutines of the caller's event loop.
#pragma once

#include "server/tools/adapters/mcp/calling.h"

namespace provost::tools::mcp {

// What the requests about the task have in common with the call that it came from.
struct TaskOrigin
{
    std::optional<Caller> caller;
    Json meta; // null if none
};

// `created` is the answer to the call that says that it has become a task. Its result, or what it needs to know; if
// `context` stops or its time is over the task is cancelled.
[[nodiscard]] Task<Result<Output>> followTask(Line line, Json created, TaskOrigin origin,
                                              CallContext context);

// The further round of a call whose task needed to know something.
[[nodiscard]] Task<Result<Output>> answerTask(Line line, QByteArray taskId, Json inputResponses,
                                              Request request, CallContext context);

} // namespace provost::tools::mcp
