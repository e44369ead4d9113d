// The schemas that tools declare, held against what goes in and what comes out. Both checks are bounded in time.
// Thread: pure functions of the call.
#pragma once

#include "server/calls/call.h"

namespace provost::calls {

struct CallProgress;

// The arguments of a tool call against the tool's inputSchema. Refuses with InvalidInput in words that a model can act
// on. Passes what is no tool call, what the adapter checks itself, and a tool whose schema is none (the registry's
// problems() name it).
[[nodiscard]] tl::expected<void, Refusal> checkInput(const CallProgress &call);

// A tool's result against its outputSchema, as far as the server asks for that: what is wrong is noted in
// `call.outputMismatch`, and under OutputValidation::Strict the result becomes a tool error. REQUIRES: the fields of the
// result are as the tool gave them.
void checkOutput(CallProgress &call);

} // namespace provost::calls
