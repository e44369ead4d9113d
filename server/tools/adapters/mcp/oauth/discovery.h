// Finds the authorization server of an upstream and what it offers: resource metadata first, then the metadata of the
// server that it names; for an upstream that has none, what revision 2025-03-26 supposes.
// Thread: that of `owner`.
#pragma once

#include "server/tools/adapters/mcp/oauth/fetch.h"
#include "server/tools/adapters/mcp/oauth/metadata.h"

namespace provost::tools::mcp::oauth {

struct Discovery
{
    ServerMetadata server;
    QByteArray resource; // empty: the upstream has no resource metadata
    std::optional<Scopes> scopes;
};

struct DiscoveryQuestion
{
    QUrl upstream;
    QByteArray resourceMetadata; // the URL of a challenge; empty: the well-known ones
    QByteArray issuer;           // the one that must be used; empty: any
    QByteArray preferredIssuer;  // the one that is used if the upstream still names it
};

// Errors: Denied if something does not belong to the upstream or to its issuer; those of fetch().
[[nodiscard]] Task<Result<Discovery>> discover(QPointer<QObject> owner, DiscoveryQuestion question,
                                               AddressRule rule);

} // namespace provost::tools::mcp::oauth
