// Follows a task of a server to its end: one of a modern server (extension io.modelcontextprotocol/tasks), or one of
// revision 2025-11-25 (experimental), which is polled, too, and then has its result fetched, by a request on whose stream
// the server asks what it needs to know: that request waits as any call of a legacy server does. To the agent the call simply
// takes long; whether it becomes a task of Provost's own is for those who serve the agent.
// Thread: coroutines of the caller's event loop.
#pragma once

#include "server/tools/adapters/mcp/calling.h"
#include "server/tools/adapters/mcp/requeststate.h"

namespace provost::tools::mcp {

// What the requests about the task have in common with the call that it came from.
struct TaskOrigin
{
    std::optional<Caller> caller{};
    Json meta{};                     // null if none
    std::optional<int> connection{}; // 2025-11-25: that has the task
};

// `created` is the answer to the call that says that it has become a task. Its result, or what it needs to know; if
// `context` stops or its time is over the task is cancelled.
[[nodiscard]] Task<Result<Output>> followTask(Line line, Json created, TaskOrigin origin,
                                              CallContext context);

// The further round of a call whose task needed to know something.
[[nodiscard]] Task<Result<Output>> answerTask(Line line, QByteArray taskId, Json inputResponses,
                                              Request request, CallContext context);

// The same for a task of 2025-11-25.
[[nodiscard]] Task<Result<Output>> followLegacyTask(Line line, Json created, TaskOrigin origin,
                                                    CallContext context);
[[nodiscard]] Task<Result<Output>> goOnWithTask(Line line, ParkedTask task, Json inputResponses,
                                                Request request, CallContext context);

// Tells the server that nobody waits for its task any more. Any thread.
void cancelTask(const Line &line, const QByteArray &taskId, const TaskOrigin &origin);

} // namespace provost::tools::mcp
