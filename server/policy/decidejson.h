// The JSON lines of `provost decide`: one request in, one decision out. Missing members are absent attributes.
// Thread: pure functions.
#pragma once

#include "server/policy/decision.h"

#include <optional>

namespace provost::policy {

struct DecideRequest
{
    Json id;         // copied into the answer; null if there is none
    Request request; // its `now` is the caller's clock if the line has none
};

// Errors: InvalidInput, with the member that is wrong.
[[nodiscard]] Result<DecideRequest> decideRequestFromJson(const Json &json, WallTime now);
[[nodiscard]] Result<Request> requestFromJson(const Json &json, WallTime now);

// {"id","decision","reason","rule":{"policy","file","line"}|null,"row_filter":"…"|null}
[[nodiscard]] Json decisionToJson(const Json &id, const Decision &decision);
// The same with "trace": the steps, the suggestions and the revision.
[[nodiscard]] Json decisionToJson(const Json &id, const Explanation &explanation);

// What is answered for a tenant that the org does not have.
[[nodiscard]] Decision unknownTenant(const TenantId &tenant);

} // namespace provost::policy
