// Building of row filters, simplified: constants are folded away and nested chains are flat.
// Thread: pure functions.
#pragma once

#include "server/policy/decision.h"

namespace provost::policy {

[[nodiscard]] RowFilter allOf(std::vector<RowFilter> operands); // True if there are none
[[nodiscard]] RowFilter anyOf(std::vector<RowFilter> operands); // False if there are none

} // namespace provost::policy
