// The results that the endpoint sends, in the shape of each era.
// Modern: `resultType`, our `serverInfo` in _meta, and on what may be cached `ttlMs` and `cacheScope`. The scope is
// always private, because every list and resource is filtered for its caller. Legacy: none of these.
// What a tool server answered passes through with all its unknown members.
// Thread: pure functions.
#pragma once

#include "server/protocol/method.h"

namespace provost::protocol {

// How long a client may reuse a list. Short, because a policy may change at any time; a stale list grants nothing.
inline constexpr int listTtlMs = 30'000;

// `instructions` is left out if empty. `further`: ServerCapabilities beside those that are always there.
[[nodiscard]] Json initializeResult(const Revision &revision, QByteArrayView instructions,
                                    const Json &further = Json::object());
// `extensions`: identifier -> settings, of what is offered beyond the revision.
[[nodiscard]] Json discoverResult(QByteArrayView instructions,
                                  const Json &extensions = Json::object());

// Gives a result of ours or of a tool server the shape of the era.
[[nodiscard]] Json finishResult(Method method, Era era, Json result);

// The modern answer to a request that cannot be completed before the client has answered `requests`, by key. It is
// never cached, so it says nothing of that.
[[nodiscard]] Json inputRequiredResult(Json requests, QByteArrayView state);

inline constexpr std::size_t pageItemsDefault = 1'000;

// One page of a complete list. The cursor is opaque to clients and names the last item they saw, so that a list that
// changed meanwhile skips and repeats nothing. Errors: in band, InvalidParams for a cursor that names nothing.
[[nodiscard]] Checked<Json> pageOf(Method method, Json list, const Json &params,
                                   std::size_t pageItems = pageItemsDefault);

} // namespace provost::protocol
