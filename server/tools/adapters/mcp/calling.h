// A call's way from the adapter to its Upstream and back, in as many steps as it takes: a round of a call that waits
// for its agent, the server's task that is followed to its end.
// Thread: coroutines of the caller's event loop.
#pragma once

#include "server/tools/adapters/mcp/upstream.h"

namespace provost::tools::mcp {

struct Line
{
    Upstream::Mail mail;
    std::shared_ptr<Shared> shared;
};

// One request. `stop` cancels it.
[[nodiscard]] Task<Result<Answer>> ask(Line line, Request request, std::stop_token stop);

// A call of an agent, whole.
[[nodiscard]] Task<Result<Output>> makeCall(Line line, QByteArray method, Json params,
                                            CallContext context);

} // namespace provost::tools::mcp
