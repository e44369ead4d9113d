// Which MCP revision an upstream speaks. Two eras: a legacy server begins with `initialize` and keeps a session; a
// modern one takes every request by itself and tells what it is when asked with `server/discover`, which is asked
// first. Only what a server says counts as evidence: a refused credential or a server error is none.
// Thread: the adapter's event loop; the functions are pure but for what `ask` does.
#pragma once

#include "server/base/json.h"
#include "server/base/task.h"
#include "server/protocol/revision.h"

#include <functional>

namespace provost::tools::mcp {

using protocol::Era;

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

// How the server took a request of the handshake.
struct Reply
{
    Result<Json> result; // the result object, or why there is none
    Json rpcError{};     // as the server sent it; null if it sent none
    int httpStatus = 0;  // of an exchange that failed; 0 if none
};

enum class Step { Probe, Initialize };

// Sends a request of the handshake.
using AskFirst = std::function<Task<Reply>(Step step, QByteArray method, Json params)>;

struct Introduction
{
    std::optional<Era> known; // from an earlier time; what the server says now corrects it
    Json capabilities = Json::object(); // ours, for `initialize`
    bool silenceIsLegacy = false; // over pipes a server may leave what it does not know unanswered
};

// Finds out what the server speaks. Errors: Upstream if it speaks nothing that we know, and those of `ask`.
[[nodiscard]] Task<Result<Session>> negotiate(AskFirst ask, Introduction introduction);

// The server says that it is of the modern era, which may correct what we took it for.
[[nodiscard]] bool saysModern(const Json &rpcError);

} // namespace provost::tools::mcp
