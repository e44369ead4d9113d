// Why a condition is false, in a few words with both values: "region: resource=US, user=EU".
// Thread: pure functions.
#pragma once

#include "server/policy/condition/program.h"

namespace provost::policy {

// REQUIRES: the condition is false for the evaluation's request. Unknown attributes of rows count as absent.
[[nodiscard]] QByteArray whyFalse(const condition::Program &program,
                                  condition::Evaluation &evaluation);

} // namespace provost::policy
