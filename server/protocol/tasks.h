// A task as clients see it, and the shapes in which it is sent. A task is a tools/call that goes on without its request.
// It has two faces:
// The extension io.modelcontextprotocol/tasks (SEP-2663) of the modern era. The tool says when its call becomes a task;
// clients ask for it with tasks/get, answer what it asks with tasks/update and stop it with tasks/cancel. Each request
// declares the extension. Source: https://modelcontextprotocol.github.io/ext-tasks/specification/2026-07-28/tasks.html
// The tasks of revision 2025-11-25 (SEP-1686, experimental). The client says that a call is to be a task; it fetches the
// end with tasks/result, which is also where it is asked. Source: MCP 2025-11-25 basic/utilities/tasks
// Thread: values and pure functions.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"
#include "server/protocol/rpcerror.h"

#include <optional>

namespace provost::protocol {

using TaskId = Id<struct TaskTag>; // random: 131 bits

inline constexpr QByteArrayView tasksExtension = "io.modelcontextprotocol/tasks";

// How often clients are asked to look, in milliseconds.
inline constexpr int taskPollIntervalMs = 1'000;

enum class TaskStatus { Working, InputRequired, Completed, Failed, Cancelled };

[[nodiscard]] QByteArrayView nameOf(TaskStatus status); // "input_required"
[[nodiscard]] std::optional<TaskStatus> taskStatusOf(QByteArrayView name);
[[nodiscard]] bool isTerminal(TaskStatus status);

struct TaskState
{
    TaskId id;
    TaskStatus status = TaskStatus::Working;
    QByteArray message; // about the status, for people; may be empty
    WallTime created;
    WallTime updated;
    std::chrono::milliseconds ttl{}; // from creation
    // InputRequired: what is still to be answered, by key. Completed: the result. Failed: the JSON-RPC error. Else null.
    Json detail;

    bool operator==(const TaskState &) const = default;
};

// Whether these ClientCapabilities declare the extension.
[[nodiscard]] bool knowsTasks(const Json &clientCapabilities);
// {"extensions": {"io.modelcontextprotocol/tasks": {}}}
[[nodiscard]] Json tasksCapability();
// Refuses a client that asks for tasks without it.
[[nodiscard]] RpcError tasksNotDeclared();

// What tools/call answers instead of its result: resultType "task", without the detail.
[[nodiscard]] Json createTaskResult(const TaskState &task);
// The result of tasks/get, and the parameters of notifications/tasks.
[[nodiscard]] Json detailedTask(const TaskState &task);

// The error object that a failed task carries.
[[nodiscard]] Json taskError(const RpcError &error);

// What follows is of 2025-11-25.

// {"tasks": {…}}: tools/call may be asked for as a task, tasks can be listed and cancelled.
[[nodiscard]] Json legacyTasksCapability();
// The result of tasks/get and tasks/cancel, and the parameters of notifications/tasks/status. A tool that failed is a
// task that failed: unlike in the extension.
[[nodiscard]] Json legacyTask(const TaskState &task);
[[nodiscard]] TaskStatus legacyStatus(const TaskState &task);
// What tools/call answers instead of its result.
[[nodiscard]] Json legacyCreateTaskResult(const TaskState &task);
// What tasks/result answers, which is what the call would have. REQUIRES: isTerminal(task.status).
[[nodiscard]] Checked<Json> legacyTaskResult(const TaskState &task);
// Says in `message` (parameters or a result) which task it belongs to.
void setRelatedTask(Json &message, const TaskId &task);

} // namespace provost::protocol
