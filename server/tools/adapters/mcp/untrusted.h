// Words of an upstream server on their way into a message, a status or a log: they come from a program that is not
// ours, so control characters, direction marks and our own secrets are taken out and the length is bounded.
// Thread: pure functions.
#pragma once

#include "server/base/json.h"

#include <vector>

namespace provost::tools::mcp {

// One line of 300 characters at most; each of `secrets` becomes `***`.
[[nodiscard]] QString untrustedLine(QByteArrayView utf8, const std::vector<QByteArray> &secrets);

// A JSON-RPC error that a server answered with.
[[nodiscard]] Error errorOf(const Json &rpcError, const std::vector<QByteArray> &secrets);

} // namespace provost::tools::mcp
