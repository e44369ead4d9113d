// The requests that the endpoint answers, in which era each exists, and the shape of their parameters.
// Thread: constants and pure functions.
#pragma once

#include "server/protocol/revision.h"
#include "server/protocol/rpcerror.h"

#include <optional>

namespace provost::protocol {

enum class Method {
    Initialize,
    Ping,
    SetLogLevel,
    Subscribe,
    Unsubscribe,
    Discover,
    Listen,
    ListTools,
    CallTool,
    ListResources,
    ListResourceTemplates,
    ReadResource,
    ListPrompts,
    GetPrompt,
    Complete,
    GetTask, // of tasks, see tasks.h: in 2025-11-25 (but for the update), and in the extension (but for result and list)
    UpdateTask,
    CancelTask,
    GetTaskResult,
    ListTasks,
};

// Nothing for a method that the era does not have.
[[nodiscard]] std::optional<Method> findMethod(QByteArrayView name, Era era);

// Those exist where tasks are offered only: in the modern era, and in the legacy revision that has them.
[[nodiscard]] bool isOfTasks(Method method);

// MethodNotFound: HTTP 404 in the modern era, 200 in the legacy one.
[[nodiscard]] RpcError unknownMethod(QByteArrayView name, Era era);

// Checks the shape of the parameters and answers what the request is about: the name of a tool or prompt, the uri of a
// resource, the id of a task; empty for others. Errors: in band, InvalidParams.
[[nodiscard]] Checked<QByteArray> checkParams(Method method, const Json &params);

// The member of the parameters that the Mcp-Name header repeats; empty if the method has none.
[[nodiscard]] QByteArrayView nameMember(Method method);

// The member of a list result that holds the list; empty if the method is no list.
[[nodiscard]] QByteArrayView listMember(Method method);

} // namespace provost::protocol
