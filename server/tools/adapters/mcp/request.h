// A request to an upstream as the adapter hands it over, and its answer.
// Thread: values; a Request is made on the caller's thread and kept on the adapter's event loop.
#pragma once

#include "server/base/task.h"
#include "server/tools/adapter.h"
#include "server/tools/adapters/mcp/envelope.h"

#include <QDeadlineTimer>

#include <atomic>
#include <memory>

namespace provost::tools::mcp {

// Gives ids out: one per adapter, so that an id is never used twice, not even after a restart.
using Ids = std::atomic<Transport::RequestId>;

// On whose behalf a request is made. None of the members is set for what Provost wants to know itself.
struct Caller
{
    TenantId tenant;
    UserId user;
    QByteArray session; // the agent's connection, if it has one
    Json capabilities = Json::object();
    QByteArray logLevel;    // that it takes; empty: none
    bool wantsLogs = false; // it asked for them

    // Two calls with one principal may share what a server keeps, and nobody else's may.
    [[nodiscard]] QByteArray principal() const
    {
        return tenant.value + '\n' + user.value + '\n' + session;
    }
};

struct Answer
{
    Json result; // null if `needs` is set
    std::optional<InputNeeded> needs{};
    Json requiredCapabilities{}; // of the agent, says a server that did nothing; else null
    // Set: the result is a task of 2025-11-25, which is still to be followed, on this connection.
    std::optional<int> taskOn{};
};

struct Request
{
    Transport::RequestId id = Transport::NoRequest;
    QByteArray method;
    Json params = Json::object(); // _meta as the agent sent it
    QDeadlineTimer deadline;
    // Gets what the server says meanwhile, progress with the agent's own token; may be empty.
    std::function<void(QByteArray method, Json params)> notify;
    // Upstream, InvalidInput, NotFound, Timeout, Cancelled, Unavailable, TooLarge
    Resolver<Answer> resolver;
    std::optional<Caller> caller{};
    // A further round of the call that waits under this handle, with the answers to its questions.
    QByteArray handle{};
    Json inputResponses{};
    std::chrono::milliseconds delay{0}; // not before
    std::optional<int>
        connection{};       // the only one that will do: it has the task that this is about
    bool mayBeTask = false; // the agent can wait as long as a task takes
    std::shared_ptr<const ParameterHeaders> parameterHeaders{}; // of the tool; null: none
};

} // namespace provost::tools::mcp
