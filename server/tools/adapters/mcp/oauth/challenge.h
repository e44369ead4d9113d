// What an upstream says in WWW-Authenticate about the token that it wants (RFC 9110, 6750, 9728).
// Thread: pure functions.
#pragma once

#include <QByteArray>

#include <vector>

namespace provost::tools::mcp::oauth {

using Scopes = std::vector<QByteArray>;

struct Challenge
{
    QByteArray resourceMetadata; // a URL as it was given
    Scopes scopes;
    QByteArray error; // "invalid_token", "insufficient_scope"
    bool operator==(const Challenge &) const = default;
};

// The first challenge of the scheme Bearer; empty if there is none.
[[nodiscard]] Challenge readChallenge(QByteArrayView wwwAuthenticate);

// "a b" in its order, without repetition. What is no scope (RFC 6749, 3.3) and what is beyond the 64th is left out.
[[nodiscard]] Scopes readScopes(QByteArrayView text);
[[nodiscard]] QByteArray textOf(const Scopes &scopes);
[[nodiscard]] bool isWithin(const Scopes &some, const Scopes &all);
[[nodiscard]] Scopes unionOf(Scopes first, const Scopes &second);

} // namespace provost::tools::mcp::oauth
