// What the status of an HTTP response says when it brought no answer.
// Thread: pure functions.
#pragma once

#include "server/tools/adapters/mcp/httpexchange.h"

namespace provost::tools::mcp {

// REQUIRES: the response is complete.
[[nodiscard]] Error failureOf(const HttpExchange &exchange);

// The server does not know the session, so it did not execute the message.
[[nodiscard]] bool saysSessionIsUnknown(const HttpExchange &exchange);

} // namespace provost::tools::mcp
