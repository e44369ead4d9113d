// One governed call as a request and its answer, in the words of MCP but free of any transport.
// Thread: values.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"
#include "server/base/json.h"
#include "server/identity/presentedkey.h"
#include "server/identity/principal.h"
#include "server/tools/adapter.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <variant>

namespace provost::calls {

enum class Operation {
    ListTools,
    CallTool,
    ListResources,
    ListResourceTemplates,
    ReadResource,
    ListPrompts,
    GetPrompt,
    Complete,
    Subscribe,  // to updates of a resource; see CallRequest::onUpdated
    UpdateTask, // answers what a task asked; see CallRequest::act
    CancelTask,
};

// The action name of records: "list_tools", "tool_call", "resource_read", …
[[nodiscard]] const char *actionOf(Operation operation);
[[nodiscard]] bool isList(Operation operation);
[[nodiscard]] bool isOfTask(Operation operation); // what an owner does with a task of their own

// A call that an administrator makes from the console as if by `principal`. No credential proves it, so nothing that comes
// from outside may set it.
struct Trial
{
    identity::Principal principal;
    QByteArray administrator;
};

// Why a call was not carried out: for the agent to act on. Recorded like any other outcome.
struct Refusal
{
    ErrorCode code = ErrorCode::Internal;
    QByteArray reason;                      // one sentence
    std::optional<Microseconds> retryAfter; // RateLimited, Unavailable
    QByteArray policy;                      // name of the rule, if one decided
    // The request itself is at fault, not what it asks of a tool: a model could not mend it by other arguments.
    bool malformed = false;
    // ClientCapabilities that the call needs and the agent did not declare; null if it lacks none.
    Json requiredCapabilities{};
    bool operator==(const Refusal &) const = default;
};

struct CallRequest
{
    Operation operation = Operation::CallTool;
    identity::PresentedKey credential; // the bearer token, read; empty if there is none
    std::optional<TenantId> tenant;    // from the route; none: the credential's tenant
    QByteArray name;                   // tool or prompt name, or resource uri; empty for lists
    Json params = Json::object();      // of the JSON-RPC request, whole
    QByteArray agent;                  // as claimed: "claude-code 2.1"
    RequestId requestId;
    QByteArray workflowId; // as claimed
    QByteArray sessionId;  // public hash of a legacy session; empty if none
    QByteArray transport = "http";
    QByteArray peerAddress;
    MonotonicTime received; // when the request was complete
    std::stop_token stop;
    std::function<void(QByteArray method, Json params)> notify; // any thread; may be empty

    Json clientCapabilities = Json::object(); // as declared by the agent
    QByteArray logLevel;                      // least severe that the agent takes; empty: none
    bool wantsLogs = false;                   // the agent asked for that level
    // A further round of a call that answered InputNeeded: the answers by key, and the sealed state as it was given out.
    // An agent may bring answers without having been asked; then there is no state.
    Json inputResponses;
    QByteArray requestState;
    // Why the caller makes no further round of a call that waits for input: recorded and answered, nothing is executed.
    std::optional<Refusal> givenUp;
    std::function<void()> becomeTask;    // see tools::CallContext; may be empty
    std::function<void()> releaseStream; // the same
    std::function<void()> onUpdated;     // Subscribe only: any thread, must only post
    std::optional<Trial> trial;          // the console only
    // The task that the call is, or is becoming; empty if it is none. For the records, and because what is asked of a
    // task may wait longer. Asked on the call's loop.
    std::function<QByteArray()> task;
    // UpdateTask and CancelTask only: what is done with the task `name`, once it is known for whom and recorded that it
    // will be.
    std::function<Task<Result<void>>(const identity::Principal &principal)> act;
};

// The MCP result object; or what the agent is asked first, its state sealed: bound to the principal, the operation, what
// it names and its arguments, and good for a limited time; or a refusal.
struct CallReply
{
    std::variant<Json, tools::InputNeeded, Refusal> value;
    bool toolError = false; // the result says isError
    // Subscribe only: updates come as long as it lives. Null if the resource cannot tell of any.
    std::shared_ptr<tools::Watch> watch;

    std::optional<policy::Decision> decision; // of a trial; none if policy was not asked

    [[nodiscard]] bool isRefused() const { return std::holds_alternative<Refusal>(value); }
    [[nodiscard]] bool needsInput() const
    {
        return std::holds_alternative<tools::InputNeeded>(value);
    }
    [[nodiscard]] const tools::InputNeeded &needs() const
    {
        return std::get<tools::InputNeeded>(value);
    }
    [[nodiscard]] const Refusal &refusal() const { return std::get<Refusal>(value); }
    [[nodiscard]] const Json &result() const { return std::get<Json>(value); }
};

} // namespace provost::calls
