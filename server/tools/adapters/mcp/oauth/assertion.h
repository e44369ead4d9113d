// A client's assertion of who it is, signed with its private key (RFC 7523, private_key_jwt). By OpenSSL.
// Thread: pure functions.
#pragma once

#include "server/base/json.h"

#include <optional>

namespace provost::tools::mcp::oauth {

// "ES256" or "RS256" by the kind of key; no value for what is no such key.
[[nodiscard]] std::optional<QByteArray> algorithmOf(const QByteArray &privateKeyPem);

// The compact form of a JSON web token. Errors: InvalidInput if the key is none.
[[nodiscard]] Result<QByteArray> signedToken(const Json &claims, const QByteArray &privateKeyPem);

} // namespace provost::tools::mcp::oauth
