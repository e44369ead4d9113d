// What an agent must have declared to be asked something (MCP ClientCapabilities 2026-07-28; the legacy revisions mean
// the same by the same names).
// Thread: pure functions.
#pragma once

#include "server/base/json.h"

namespace provost::tools {

inline constexpr std::size_t inputRequestsMax = 32; // asked for in one round

// What agents answer: an object of {"method", "params"} with the methods elicitation/create, sampling/createMessage and
// roots/list, at most `inputRequestsMax` of them.
[[nodiscard]] bool areInputRequests(const Json &requests);

// The ClientCapabilities that `requests` need and `declared` lacks; null if it lacks none.
// REQUIRES: areInputRequests(requests).
[[nodiscard]] Json missingCapabilities(const Json &requests, const Json &declared);

} // namespace provost::tools
