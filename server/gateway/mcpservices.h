// McpServices: what the MCP endpoint needs from the rest of the server. Functions, so that the endpoint can be tested
// without any of it.
// Thread: every member is safe from any loop and outlives them all.
#pragma once

#include "server/base/random.h"
#include "server/base/task.h"
#include "server/calls/call.h"
#include "server/gateway/mcppresence.h"
#include "server/gateway/sessiontable.h"
#include "server/identity/presentedkey.h"
#include "server/identity/principal.h"
#include "server/protocol/parameterheaders.h"

#include <functional>

namespace provost::calls {
class GovernedCall;
class TenantDirectory;
} // namespace provost::calls
namespace provost::identity {
class IdentityStore;
}
namespace provost::tasks {
class TaskKeeper;
}
namespace provost::telemetry {
class Metrics;
}

namespace provost::gateway {

class McpNews;
class MessageTap;

struct McpServices
{
    // calls::GovernedCall::run(): the one way to a tool. Resumes on the caller's loop.
    std::function<Task<calls::CallReply>(calls::CallRequest)> run;
    // identity::IdentityStore::read() and authenticate(): the latter for what is no governed call, such as sessions,
    // discovery and ping.
    std::function<identity::PresentedKey(QByteArrayView key)> readKey;
    std::function<Result<identity::Principal>(const identity::PresentedKey &key)> authenticate;
    // A failed authentication of such a request. The governed call counts its own.
    std::function<void()> countFailedAuthentication;
    // The headers that a tool's input schema asks for; none for an unknown tool.
    std::function<std::vector<protocol::ParameterHeader>(const TenantId &tenant,
                                                         QByteArrayView tool)>
        parameterHeaders;
    QByteArray instructions; // for agents, told at initialize and discover; may be empty

    const Clock &clock;
    Random &random;
    SessionTable &sessions;
    McpPresence &presence;
    McpNews &news;

    tasks::TaskKeeper *tasks = nullptr; // null: the tasks extension is not offered
    std::function<bool(const TenantId &)> isServed{};
    // With `tasks`: whether a tool's call may be a task; nothing for an unknown tool.
    std::function<std::optional<tools::TaskMode>(const TenantId &tenant, QByteArrayView tool)>
        taskMode{};
    MessageTap *tap = nullptr; // null: nobody can look at messages
    // Silence on a stream before a comment says that it lives. A legacy call that takes longer than that goes on as a
    // stream, which a client that lost its connection resumes.
    std::chrono::milliseconds keepAliveInterval{15'000};
};

// The services of a whole server. All references outlive them.
struct McpParts
{
    calls::GovernedCall &calls;
    const calls::TenantDirectory &tenants;
    const identity::IdentityStore &identities;
    telemetry::Metrics &metrics;
    SessionTable &sessions;
    McpPresence &presence;
    McpNews &news;
    const Clock &clock;
    Random &random;
    QByteArray instructions;
    tasks::TaskKeeper *tasks = nullptr; // as in McpServices
};
[[nodiscard]] McpServices makeMcpServices(const McpParts &parts);

} // namespace provost::gateway
