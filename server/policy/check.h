// What the rules of an org mean together: conditions that do not compile or cannot be true, roles that exist nowhere,
// keys that have no effect. Errors keep a tenant from being served; warnings are likely mistakes.
// Thread: pure functions.
#pragma once

#include "server/policy/model.h"

#include <vector>

namespace provost::policy {

// In the order of files and lines.
[[nodiscard]] std::vector<Diagnostic> check(const Org &org);
[[nodiscard]] std::vector<Diagnostic> check(const Tenant &tenant);

} // namespace provost::policy
