// BuiltinAdapter: tools that live in the server itself, as named sets:
//
//     kind: builtin
//     set: echo          # the tool echo {message}: the shortest way through the server, for smoke tests and figures
//     set: conformance   # the fixture that the official MCP conformance suite calls
//
// Thread: as Adapter; everything runs on the caller's loop.
#pragma once

#include "server/tools/adapters.h"

namespace provost::tools::builtin {

// Errors: InvalidInput for an unknown set or member.
[[nodiscard]] Result<std::shared_ptr<Adapter>> makeBuiltinAdapter(const Json &config);

} // namespace provost::tools::builtin
