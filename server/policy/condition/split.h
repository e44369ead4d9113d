// Partial evaluation: a condition over attributes that are not known yet becomes two row filters, one that holds where
// the condition is true and one that holds where it is false. Where it is an error, neither holds; that is how "an
// error in an allow policy does not apply, in a deny policy it does" carries over to rows.
// Thread: one thread, like Evaluation.
#pragma once

#include "server/policy/condition/program.h"

#include <span>

namespace provost::policy::condition {

// What is not known.
struct Unknowns
{
    std::span<const QByteArray> rowAttributes; // resource.<name> differs from row to row
    // For "is there any call that would be allowed": the arguments are open, and so is every attribute of the resource
    // that the request does not have. The filters are then only good for comparing them with False.
    bool openArguments = false;
};

struct Split
{
    RowFilter whenTrue;
    RowFilter whenFalse;
    bool complete = true; // false: a part could not be translated and counts as an error
};

// Nothing if the condition does not depend on what is unknown.
[[nodiscard]] std::optional<Split> split(const Program &program, Evaluation &evaluation,
                                         const Unknowns &unknowns);

} // namespace provost::policy::condition
