#include "server/tools/adapters/mcp/oauth/oauthconfig.h"

#include "server/tools/adapters/mcp/oauth/addressrule.h"
#include "server/tools/adapters/mcp/oauth/assertion.h"
#include "server/tools/adapters/mcp/oauth/metadata.h"

#include <algorithm>
#include <array>
#include <limits>

namespace provost::tools::mcp::oauth {

namespace {

tl::unexpected<Error> wrong(QByteArrayView member, const QString &what)
{
    return fail(ErrorCode::InvalidInput, u"`oauth." % QString::fromUtf8(member) % u"` " % what);
}

constexpr std::array<QByteArrayView, 8> knownMembers{
    "grant",  "issuer",        "client_id", "client_secret", "private_key", "client_metadata_url",
    "scopes", "redirect_port",
};

Result<QByteArray> readText(const Json &from, QByteArrayView member)
{
    const Json *value = from.find(member);
    if (value == nullptr)
        return QByteArray();
    if (!value->isString() || value->toByteArray().isEmpty())
        return wrong(member, QStringLiteral("must be a text that is not empty"));
    return value->toByteArray();
}

Result<Grant> readGrant(const Json &from)
{
    TRY_LET(const QByteArray name, readText(from, "grant"));
    if (name.isEmpty() || name == "authorization_code")
        return Grant::AuthorizationCode;
    if (name == "client_credentials")
        return Grant::ClientCredentials;
    return wrong("grant", QStringLiteral("must be authorization_code or client_credentials"));
}

Result<Scopes> readScopeList(const Json &from)
{
    const Json *value = from.find("scopes");
    Scopes scopes;
    if (value == nullptr)
        return scopes;
    for (const Json &item : value->items())
        scopes = unionOf(std::move(scopes), readScopes(item.toByteArray()));
    if (scopes.empty() || scopes.size() != value->items().size())
        return wrong("scopes", QStringLiteral("must be a list of different scopes"));
    return scopes;
}

// Plain http is for what runs on this machine: everything else carries tokens and secrets across a network.
bool isSafe(const QUrl &url)
{
    return url.scheme() == u"https" || (url.scheme() == u"http" && isLoopbackName(url));
}

Result<void> checkClient(const OauthConfig &config)
{
    const bool hasProof = !config.clientSecret.isEmpty() || !config.privateKey.isEmpty();
    if (config.clientId.isEmpty() && hasProof)
        return wrong("client_id", QStringLiteral("is needed beside a secret or a key"));
    if (!config.clientSecret.isEmpty() && !config.privateKey.isEmpty())
        return wrong("private_key", QStringLiteral("or `client_secret` is needed, and not both"));
    if (config.grant == Grant::ClientCredentials && !hasProof)
        return wrong("grant", QStringLiteral("client_credentials needs `client_id` with "
                                             "`client_secret` or `private_key`"));
    if (!config.privateKey.isEmpty() && !algorithmOf(config.privateKey))
        return wrong(
            "private_key",
            QStringLiteral("must be a PEM private key, P-256 or RSA of 2048 bits or more"));
    const QUrl document(QString::fromUtf8(config.clientMetadataUrl), QUrl::StrictMode);
    if (!config.clientMetadataUrl.isEmpty()
        && (document.scheme() != u"https" || document.host().isEmpty() || document.hasFragment()
            || document.path().size() < 2))
        return wrong("client_metadata_url", QStringLiteral("must be an https address with a path"));
    if (!config.clientMetadataUrl.isEmpty() && !config.clientId.isEmpty())
        return wrong("client_metadata_url",
                     QStringLiteral("or `client_id` is needed, and not both"));
    return {};
}

} // namespace

Result<OauthConfig> readOauthConfig(const Json &from, const QUrl &upstream)
{
    if (!from.isObject())
        return fail(ErrorCode::InvalidInput, QStringLiteral("`oauth` must be a mapping"));
    // A misspelt member would silently mean its default.
    for (const Json::Member &member : from.members()) {
        if (std::find(knownMembers.begin(), knownMembers.end(), member.key) == knownMembers.end())
            return wrong(member.key, QStringLiteral("is not known here"));
    }
    if (!isSafe(upstream))
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("`oauth` needs a `url` with https, or one of this machine"));
    OauthConfig config;
    TRY_LET(config.grant, readGrant(from));
    TRY_LET(config.issuer, readText(from, "issuer"));
    TRY_LET(config.clientId, readText(from, "client_id"));
    TRY_LET(config.clientSecret, readText(from, "client_secret"));
    TRY_LET(config.privateKey, readText(from, "private_key"));
    TRY_LET(config.clientMetadataUrl, readText(from, "client_metadata_url"));
    TRY_LET(config.scopes, readScopeList(from));
    if (!config.issuer.isEmpty()
        && (serverMetadataUrls(config.issuer).empty()
            || !isSafe(QUrl(QString::fromUtf8(config.issuer)))))
        return wrong("issuer", QStringLiteral("must be an https address without query"));
    if (const Json *port = from.find("redirect_port")) {
        const auto value = port->toInteger();
        if (!value || *value < 1 || *value > std::numeric_limits<quint16>::max())
            return wrong("redirect_port", QStringLiteral("must be from 1 to 65535"));
        config.redirectPort = static_cast<quint16>(*value);
    }
    TRY_DO(checkClient(config));
    return config;
}

} // namespace provost::tools::mcp::oauth
