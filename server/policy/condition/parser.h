// Text of a condition -> syntax tree. Names are resolved here: to a loop's variable, to a root, to a CEL type, or to an
// attribute. Bounds: text, depth of the tree and number of loops inside each other.
// Thread: pure functions.
#pragma once

#include "server/policy/condition/ast.h"
#include "server/policy/condition/lexer.h"

namespace provost::policy::condition {

constexpr int textBytesMax = 4096;
constexpr int depthMax = 64;
constexpr int loopsMax = 8; // inside each other

// Whether `=` may stand for `==`, as in the `where` of a grant.
enum class Equals { Double, SingleToo };

[[nodiscard]] Parsed<Ast> parse(QByteArrayView text, Arena &arena, Equals equals = Equals::Double);

} // namespace provost::policy::condition
