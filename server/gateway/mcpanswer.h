// McpAnswer: from what a governed call said to what goes over HTTP.
// Thread: values and pure functions.
#pragma once

#include "server/calls/call.h"
#include "server/gateway/exchange.h"
#include "server/protocol/jsonrpc.h"
#include "server/protocol/method.h"
#include "server/protocol/refusals.h"

#include <optional>
#include <vector>

namespace provost::gateway {

// The answer to one JSON-RPC request.
struct McpAnswer
{
    int httpStatus = 200;
    QByteArray body;
    std::vector<Header> headers; // of its own, e.g. Retry-After
};

// A request that was understood.
struct McpQuestion
{
    protocol::Era era = protocol::Era::Legacy;
    protocol::Method method = protocol::Method::Ping;
    Json id;
    QByteArray name; // tool, prompt or uri
    Json params;
};

// Nothing for what is no governed call.
[[nodiscard]] std::optional<calls::Operation> operationOf(protocol::Method method);

[[nodiscard]] McpAnswer answerResult(const McpQuestion &question, Json result);
[[nodiscard]] McpAnswer answerError(const Json &id, const protocol::RpcError &error);
// The result or error that a refused call answers.
[[nodiscard]] protocol::RefusalAnswer tellRefusal(const McpQuestion &question,
                                                  const calls::Refusal &refusal);
[[nodiscard]] McpAnswer answerRefusal(const McpQuestion &question, const calls::Refusal &refusal);
[[nodiscard]] McpAnswer answerReply(const McpQuestion &question, calls::CallReply reply);

// A refusal of our own, before or beside a governed call.
[[nodiscard]] protocol::RpcError toRpcError(const Error &error);

// What every 401 carries (RFC 6750 section 3).
[[nodiscard]] Header bearerChallenge(bool hadCredential);

} // namespace provost::gateway
