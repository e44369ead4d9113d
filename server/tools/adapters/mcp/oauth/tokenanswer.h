// What a token endpoint answers (RFC 6749, 5).
// Thread: pure functions.
#pragma once

#include "server/tools/adapters/mcp/oauth/credentialfile.h"

namespace provost::tools::mcp::oauth {

// An error code as it may be shown; "" if the text is none.
[[nodiscard]] QByteArray errorCodeOf(const QByteArray &text);

// The answer's tokens in place of those in `old`, whose issuer, resource and scopes stay; a refresh token stays unless
// there is a new one. Errors: Denied with the server's error code, Upstream, Unavailable.
[[nodiscard]] Result<Tokens> readTokens(const FetchResponse &response, Tokens old, WallTime now);

} // namespace provost::tools::mcp::oauth
