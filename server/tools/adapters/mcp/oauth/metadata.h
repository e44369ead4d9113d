// Metadata of a protected resource (RFC 9728) and of an authorization server (RFC 8414, OpenID Connect Discovery):
// where it is found and what must hold of it.
// Thread: pure functions.
#pragma once

#include "server/base/json.h"
#include "server/tools/adapters/mcp/oauth/challenge.h"

#include <QUrl>

#include <optional>

namespace provost::tools::mcp::oauth {

struct ResourceMetadata
{
    QByteArray resource;             // as published: it goes into requests byte by byte
    std::vector<QByteArray> issuers; // at least one
    std::optional<Scopes> scopes;
};

struct ServerMetadata
{
    QByteArray issuer;
    QUrl authorizationEndpoint; // invalid if it has none
    QUrl tokenEndpoint;
    QUrl registrationEndpoint; // invalid if it has none
    Scopes scopes;
    std::vector<QByteArray> authenticationMethods; // at the token endpoint; empty: not told
    std::vector<QByteArray> signingAlgorithms;     // of client assertions; empty: not told
    bool hasPkce = false;                          // S256
    bool sendsIssuer = false;                      // with each authorization response (RFC 9207)
    bool takesClientDocuments = false;             // a URL as client id
};

// Where the metadata of `upstream` may be, in the order to ask.
[[nodiscard]] std::vector<QUrl> resourceMetadataUrls(const QUrl &upstream);
// The same for an issuer; empty if it cannot be one.
[[nodiscard]] std::vector<QUrl> serverMetadataUrls(const QByteArray &issuer);

// The resource must be `upstream`, or the origin or a parent path of it. Errors: Denied, Upstream.
[[nodiscard]] Result<ResourceMetadata> readResourceMetadata(const Json &document,
                                                            const QUrl &upstream);
// The document's issuer must be `issuer`, byte by byte. Errors: Denied, Upstream.
[[nodiscard]] Result<ServerMetadata> readServerMetadata(const Json &document,
                                                        const QByteArray &issuer);

// "https://host:port" of a URL.
[[nodiscard]] QByteArray originOf(const QUrl &url);
// What revision 2025-03-26 supposes of a server without metadata: endpoints at the upstream's own origin.
[[nodiscard]] ServerMetadata suppositionFor(const QUrl &upstream);

} // namespace provost::tools::mcp::oauth
