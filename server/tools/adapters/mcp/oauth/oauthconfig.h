// What servers/*.yaml say about the authorization that an upstream asks for:
//
//     oauth:
//       grant: authorization_code     # default: an administrator authorises; or client_credentials
//       issuer: https://as.example    # the authorization server; default: the one that the upstream names
//       client_id: provost            # of a client that is registered there already, with
//       client_secret: ${env.SECRET}  # a secret, or
//       private_key: ${env.KEY}       # a PEM key (P-256 or RSA) that signs assertions; or neither
//       client_metadata_url: https://provost.example/client.json    # the client id where servers read such documents
//       scopes: [read, write]         # asked for instead of what the upstream proposes, and nothing beyond
//       redirect_port: 8765           # of http://127.0.0.1/callback; default: any free one
//
// Thread: values and pure functions.
#pragma once

#include "server/base/json.h"
#include "server/tools/adapters/mcp/oauth/challenge.h"

#include <QUrl>

namespace provost::tools::mcp::oauth {

enum class Grant { AuthorizationCode, ClientCredentials };

struct OauthConfig
{
    Grant grant = Grant::AuthorizationCode;
    QByteArray issuer;
    QByteArray clientId;
    QByteArray clientSecret;
    QByteArray privateKey;
    QByteArray clientMetadataUrl;
    Scopes scopes;
    quint16 redirectPort = 0;
};

// `upstream` is the server's address. Errors: InvalidInput with the member that is wrong.
[[nodiscard]] Result<OauthConfig> readOauthConfig(const Json &from, const QUrl &upstream);

} // namespace provost::tools::mcp::oauth
