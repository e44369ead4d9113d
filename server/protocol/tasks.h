// The tasks extension (io.modelcontextprotocol/tasks, SEP-2663): a task as clients see it, and the shapes in which it is
// sent. A task is a tools/call that goes on without its request; clients ask for it with tasks/get, answer what it asks
// with tasks/update and stop it with tasks/cancel. It belongs to the modern era: each request declares the extension.
// Source: https://modelcontextprotocol.github.io/ext-tasks/specification/2026-07-28/tasks.html
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

} // namespace provost::protocol
