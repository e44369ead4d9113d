// Provost as a client of an authorization server: what it is known as there, how it proves that at the token
// endpoint, and how it registers itself where nobody has done that for it (RFC 7591).
// Thread: values and functions that are pure but for `random`.
#pragma once

#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/tools/adapters/mcp/oauth/fetch.h"
#include "server/tools/adapters/mcp/oauth/metadata.h"

namespace provost::tools::mcp::oauth {

struct Client
{
    QByteArray issuer; // of the one authorization server that knows it
    QByteArray id;
    QByteArray secret;      // empty: none
    QByteArray privateKey;  // PEM; empty: none
    QByteArray method;      // at the token endpoint, if it was agreed on when it registered
    QByteArray redirectUri; // that it registered with
    bool operator==(const Client &) const = default;
};

// Names and values in the order in which they are sent.
using Form = std::vector<std::pair<QByteArray, QByteArray>>;
[[nodiscard]] QByteArray encode(const Form &form);

// The request to the token endpoint with `form` and the client's proof. Errors: Denied if the server takes no proof
// that the client has.
[[nodiscard]] Result<FetchRequest> tokenRequest(Form form, const Client &client,
                                                const ServerMetadata &server, const Clock &clock,
                                                Random &random);

// REQUIRES: the server has a registration endpoint.
[[nodiscard]] FetchRequest registrationRequest(const ServerMetadata &server,
                                               const QByteArray &redirectUri, const Scopes &scopes);
// Errors: Upstream.
[[nodiscard]] Result<Client> readRegistration(const FetchResponse &response,
                                              const ServerMetadata &server,
                                              const QByteArray &redirectUri);

} // namespace provost::tools::mcp::oauth
