// What an HTTP response says when it brought no answer.
// Thread: pure functions.
#pragma once

#include "server/tools/adapters/mcp/httpexchange.h"

namespace provost::tools::mcp {

// The body is what the server answers to the message; with a status that speaks of the way to it, it is not.
// REQUIRES: of this and all below: the response is complete.
[[nodiscard]] bool bringsAnswer(const HttpExchange &exchange);

[[nodiscard]] Error failureOf(const HttpExchange &exchange);

// The JSON-RPC error of a response; null if it brought none.
[[nodiscard]] Json rpcErrorOf(const HttpExchange &exchange);

// The server does not know the session, so it did not execute the message.
[[nodiscard]] bool saysSessionIsUnknown(const HttpExchange &exchange);

} // namespace provost::tools::mcp
