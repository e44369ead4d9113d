// Which MCP revision an upstream speaks, and what that means for the messages sent to it. Every difference between
// revisions and eras on the way to an upstream is decided here.
// Thread: the adapter's event loop; the functions are pure but for what `ask` does.
#pragma once

#include "server/base/json.h"
#include "server/base/task.h"

#include <functional>

namespace provost::tools::mcp {

enum class Era { Legacy }; // begins with `initialize` and keeps a session

struct Session
{
    Era era = Era::Legacy;
    QByteArray protocolVersion;
    bool batches = false; // the revision has JSON-RPC batches
    Json capabilities = Json::object();
    Json serverInfo = Json::object();
    QByteArray instructions;

    [[nodiscard]] bool can(QByteArrayView capability) const
    {
        return capabilities[capability].isObject();
    }
};

// Sends a request of the handshake and gives its result.
using Ask = std::function<Task<Result<Json>>(QByteArray method, Json params)>;

// Finds out what the server speaks. Errors: Upstream if it speaks nothing that we know, and those of `ask`.
[[nodiscard]] Task<Result<Session>> negotiate(Ask ask);

// The notification that ends the handshake; empty if the era has none.
[[nodiscard]] QByteArray handshakeClosing(const Session &session);

// An agent's _meta as it may be passed on: the members by which the agent and Provost agree on their own revision
// are taken out (Provost agrees on one with the upstream itself), all others stay.
[[nodiscard]] Json metaForUpstream(const Session &session, Json meta);

} // namespace provost::tools::mcp
