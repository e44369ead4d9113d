// Looks at a condition without running it: types that never fit, names that do not exist, comparisons whose result is
// known. A type is only known of literals, functions and operators; attributes may be anything.
// Thread: pure functions.
#pragma once

#include "server/policy/condition/program.h"

#include <vector>

namespace provost::policy::condition {

struct Problem
{
    bool isError = true; // false: allowed, but likely a mistake
    QByteArray message;
    int at = 0; // byte offset in the condition
};

[[nodiscard]] std::vector<Problem> findProblems(const Program &program);

} // namespace provost::policy::condition
