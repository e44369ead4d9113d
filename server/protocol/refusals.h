// What a client is told when its call was not carried out. The one place that turns an ErrorCode into HTTP and
// JSON-RPC.
//
// A refused `tools/call` that another attempt of the model may mend or must know of (denied, wrong input, too large,
// time-out, failed upstream) is answered in band: a result with `isError`, the reason as text, and the machine's part
// under _meta "io.provost/refusal". All else is a JSON-RPC error with the same object as its `data`:
//
//   {"code": "rate_limited", "reason": "...", "policy": "...", "retry": true, "retry_after_seconds": 12}
//
// A modern client that did not declare a capability gets MCP's own error for that; a legacy one is told in band.
//
// `code` is stable. `policy` and `retry_after_seconds` are left out where there is none. `retry` says whether the
// same call may succeed later without anybody changing anything.
// Thread: pure functions.
#pragma once

#include "server/protocol/method.h"

#include <optional>
#include <variant>

namespace provost::protocol {

struct Refused
{
    ErrorCode code = ErrorCode::Internal;
    QByteArray reason; // one sentence
    QByteArray policy; // empty if no rule decided
    std::optional<std::int64_t> retryAfterSeconds;
    bool malformed = false; // the request's own members are at fault: never told in band
    Json
        requiredCapabilities{}; // ClientCapabilities that the call needs; null if the client lacks none
};

// A result, in band, or an error.
using RefusalAnswer = std::variant<Json, RpcError>;

// `required`: ClientCapabilities. HTTP 400; of the modern era.
[[nodiscard]] RpcError missingCapability(QByteArray message, Json required);

// `name` is the tool, prompt or uri that was asked for.
[[nodiscard]] RefusalAnswer answerRefusal(Method method, Era era, QByteArrayView name,
                                          const Refused &refused);

} // namespace provost::protocol
