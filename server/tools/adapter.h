// Adapter: the one interface behind which every kind of tool server stands (SQL, MCP upstream, builtin; README.md
// shows how a further kind is added). An adapter lists what it serves and executes one governed call at a time per
// invocation; it never decides who may call.
// Thread: functions are called on any gateway loop and must not block it. Tasks resume on the caller's loop; work
// happens on the adapter's own event loop or on the ToolPool. status() is safe from any thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"
#include "server/base/json.h"
#include "server/base/task.h"
#include "server/policy/decision.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace provost::tools {

// How much of a call is kept in the audit record.
enum class Capture { None, Metadata, Arguments, ArgumentsAndResult };

// What policy is asked before the thing is used.
struct PolicyBinding
{
    QByteArray permission = "run";  // "read", "write", "run"
    QByteArray resource;            // "analytics_db.customers"; empty if none
    std::vector<QByteArray> within; // "analytics_db"
    Json attributes = Json::object();
    std::vector<QByteArray> rowAttributes; // columns that conditions may speak about row by row
    bool operator==(const PolicyBinding &) const = default;
};

// Whether a call may go on as a task, without the request that made it; see CallContext::becomeTask.
enum class TaskMode {
    Never,
    Allowed,
    Required, // the tool is of no use to agents that know no tasks
};

struct ToolDescriptor
{
    QByteArray name;       // as agents see it, unique in the tenant: [A-Za-z0-9_.-]{1,128}
    QByteArray nativeName; // as the adapter knows it
    // The MCP Tool object as it is listed, complete and lossless; its "name" equals `name`.
    Json definition;
    PolicyBinding policy;
    Capture capture = Capture::Arguments;
    std::chrono::milliseconds deadline{30'000};
    TaskMode taskMode = TaskMode::Allowed;
    bool checksArguments = false; // the adapter does, against the inputSchema; else the call does
};

// A resource, a resource template or a prompt of an MCP upstream.
struct ItemDescriptor
{
    QByteArray name; // uri, uriTemplate or prompt name as agents see it
    QByteArray nativeName;
    Json definition; // the MCP object as listed
    PolicyBinding policy;
};

struct Catalog
{
    std::vector<ToolDescriptor> tools;
    std::vector<ItemDescriptor> resources;
    std::vector<ItemDescriptor> resourceTemplates;
    std::vector<ItemDescriptor> prompts;
};

// What a tool must learn from the agent's side before it can go on: the agent is asked, and the call is made again with
// the answers (MCP 2026-07-28, multi round-trip requests). This is the one form of asking: the gateway turns it into
// requests to a legacy client, and the MCP adapter turns a legacy upstream's requests into it.
struct InputNeeded
{
    // key -> {"method": "elicitation/create" | "sampling/createMessage" | "roots/list", "params": {…}}
    Json requests = Json::object();
    QByteArray state; // the adapter's own; comes back unchanged. Agents see it sealed only.
    bool operator==(const InputNeeded &) const = default;
};

// What a call brings along. Copied into the adapter's frame.
struct CallContext
{
    TenantId tenant;
    UserId user;
    QByteArray callId;
    Json userAttributes;                        // for bound values such as ${user.region}
    std::optional<policy::RowFilter> rowFilter; // must hold for every row read or written
    policy::FieldRules fields;                  // columns to mask or drop
    Json meta; // the request's _meta, to be forwarded losslessly; null if none
    std::chrono::milliseconds deadline{30'000};
    std::stop_token stop; // callbacks run on the requester's thread and must only post
    // Sends a notification (method and params) to the agent while the call runs. Any thread; may be empty.
    std::function<void(QByteArray method, Json params)> notify;

    // What the agent can do (MCP ClientCapabilities: elicitation, sampling, roots, extensions). An adapter asks for
    // nothing else.
    Json clientCapabilities = Json::object();
    QByteArray logLevel; // least severe log message that the agent takes, "info"; empty: none
    bool wantsLogs = false; // it asked for `logLevel`, which is not just what agents get who say nothing
    // The agent's connection where it has one (public hash of a legacy session), for upstreams that keep state.
    QByteArray sessionId;
    // A further round: the answers by key and the state of the InputNeeded that they answer. Null and empty else.
    Json inputResponses;
    QByteArray requestState;
    // Tells that the work goes on for long: an agent that knows tasks gets a task at once, and the call goes on without
    // its request. Any thread; idempotent; empty if the agent knows none.
    std::function<void()> becomeTask;
    // Tells that nothing is to be said for a while: an agent that knows how to come back (SEP-1699) may be let go, and
    // fetches what follows later. Any thread; empty if the agent does not know.
    std::function<void()> releaseStream;
};

struct Output
{
    Json result; // the MCP result object (CallToolResult, ReadResourceResult, …), lossless
    std::optional<std::int64_t> recordsReturned;
    std::optional<std::int64_t> recordsModified;
    std::int64_t costMicroUsd = 0;
    QByteArray detail{}; // why it failed, for the record and the operator; never for the agent
    // Set: the call ended without a result, and waits for answers in a further round.
    std::optional<InputNeeded> needs{};
    // Set (ClientCapabilities): the tool needs what the agent did not declare, and did nothing.
    Json requiredCapabilities{};
};

// Somebody's interest in a resource; ends with the object. May be destroyed on any thread.
class Watch
{
public:
    virtual ~Watch() = default;
};

// Disabled and Unconfirmed (a command that nobody has agreed to yet): held back, there is no adapter.
enum class AdapterState { Stopped, Starting, Ready, Failed, Disabled, Unconfirmed };

struct AdapterFailure
{
    WallTime when;
    QByteArray text; // one line, without secrets
    bool operator==(const AdapterFailure &) const = default;
};

struct AdapterStatus
{
    static constexpr std::size_t failuresMax = 8;

    AdapterState state = AdapterState::Stopped;
    QByteArray detail; // last error, or version of the upstream
    int restarts = 0;
    std::int64_t callsInFlight = 0;
    // For the console. What a kind cannot tell stays empty.
    QByteArray version{};              // as the server says: "server-memory 1.2 (MCP 2025-11-25)"
    QByteArray era{};                  // of MCP, "legacy" or "modern"
    QByteArray transport{};            // "stdio", "http", "sqlite", "postgresql", "in process"
    std::optional<WallTime> since{};   // of this state
    std::optional<WallTime> nextTry{}; // Failed: when it will be started again
    QByteArray
        authorizeAt{}; // where an administrator must go to authorise; empty if nobody waits for that
    std::vector<AdapterFailure> failures{}; // the last ones, the newest first, failuresMax at most

    // Sets `state`; `since` moves only if it is another one.
    void enter(AdapterState next, WallTime now);
    void note(AdapterFailure failure);
};

class Adapter
{
public:
    virtual ~Adapter() = default;

    // Everything served now, with names not yet prefixed. Starts or connects what is needed.
    // Errors: Unavailable, Upstream, Timeout.
    [[nodiscard]] virtual Task<Result<Catalog>> catalog() = 0;

    // Executes. A failure of the tool itself is a result with isError; an Error means that the tool could not be
    // reached or stopped in time. `nativeName` is a tool of catalog().
    [[nodiscard]] virtual Task<Result<Output>> call(QByteArray nativeName, Json arguments,
                                                    CallContext context) = 0;

    [[nodiscard]] virtual Task<Result<Output>> readResource(QByteArray nativeUri,
                                                            CallContext context);
    [[nodiscard]] virtual Task<Result<Output>> getPrompt(QByteArray nativeName, Json arguments,
                                                         CallContext context);
    // `params` of completion/complete with native names inside.
    [[nodiscard]] virtual Task<Result<Output>> complete(Json params, CallContext context);

    // Nobody will bring the answers that a call of this principal waits for: what was kept for its next round may end.
    // `state` is that of its InputNeeded. Any thread; only posts.
    virtual void abandon(QByteArray state, TenantId tenant, UserId user);

    // Calls `onUpdated` on any thread whenever the resource changed, as long as the Watch lives; many watches of one
    // resource are one subscription upstream. Null if the adapter cannot tell. `onUpdated` must only post.
    [[nodiscard]] virtual std::unique_ptr<Watch> watch(QByteArray nativeUri,
                                                       std::function<void()> onUpdated);

    // `onChanged` may run on any thread when catalog() would answer differently. Must only post.
    virtual void setOnCatalogChanged(std::function<void()> onChanged);

    [[nodiscard]] virtual AdapterStatus status() const = 0;
};

} // namespace provost::tools
