#include "server/tools/adapters/mcp/oauth/metadata.h"

#include "server/tools/adapters/mcp/oauth/addressrule.h"

#include <algorithm>

namespace provost::tools::mcp::oauth {

namespace {

constexpr std::size_t listMax = 64;
constexpr auto encoded = QUrl::FullyEncoded;

tl::unexpected<Error> denied(const QString &what)
{
    return fail(ErrorCode::Denied, what);
}

QString pathOf(const QUrl &url)
{
    QString path = url.path(encoded);
    while (path.endsWith(u'/'))
        path.chop(1);
    return path;
}

QUrl withPath(const QUrl &url, const QString &path)
{
    QUrl made = url;
    made.setPath(path, QUrl::StrictMode);
    return made;
}

std::vector<QByteArray> textsOf(const Json &value)
{
    std::vector<QByteArray> texts;
    for (const Json &item : value.items()) {
        if (item.isString() && texts.size() < listMax)
            texts.push_back(item.toByteArray());
    }
    return texts;
}

Scopes scopesOf(const Json &value)
{
    Scopes scopes;
    for (const QByteArray &text : textsOf(value))
        scopes = unionOf(std::move(scopes), readScopes(text));
    return scopes;
}

bool contains(const std::vector<QByteArray> &texts, QByteArrayView text)
{
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// Invalid if the member is absent or no URL.
QUrl urlOf(const Json &document, QByteArrayView member)
{
    return QUrl(QString::fromUtf8(document[member].toByteArray()), QUrl::StrictMode);
}

// The resource is `upstream` or contains it; a path contains only whole segments.
bool isResourceOf(const QByteArray &resource, const QUrl &upstream)
{
    const QUrl url(QString::fromUtf8(resource), QUrl::StrictMode);
    if (!isSameOrigin(url, upstream) || url.hasFragment() || !url.userInfo().isEmpty()
        || (url.hasQuery() && url.query(encoded) != upstream.query(encoded)))
        return false;
    const QString whole = pathOf(upstream) + u'/';
    const QString part = pathOf(url) + u'/';
    return whole.startsWith(part);
}

} // namespace

std::vector<QUrl> resourceMetadataUrls(const QUrl &upstream)
{
    const QString wellKnown = QStringLiteral("/.well-known/oauth-protected-resource");
    QUrl root = withPath(upstream, wellKnown);
    root.setQuery(QString());
    const QString path = pathOf(upstream);
    if (path.isEmpty() && !upstream.hasQuery())
        return {root};
    return {withPath(upstream, wellKnown + path), root};
}

std::vector<QUrl> serverMetadataUrls(const QByteArray &issuer)
{
    const QUrl url(QString::fromUtf8(issuer), QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || url.hasQuery() || url.hasFragment()
        || !url.userInfo().isEmpty())
        return {};
    const QString oauth = QStringLiteral("/.well-known/oauth-authorization-server");
    const QString openId = QStringLiteral("/.well-known/openid-configuration");
    const QString path = pathOf(url);
    if (path.isEmpty())
        return {withPath(url, oauth), withPath(url, openId)};
    return {withPath(url, oauth + path), withPath(url, openId + path),
            withPath(url, path + openId)};
}

Result<ResourceMetadata> readResourceMetadata(const Json &document, const QUrl &upstream)
{
    ResourceMetadata metadata{
        .resource = document["resource"].toByteArray(),
        .issuers = textsOf(document["authorization_servers"]),
        .scopes = {},
    };
    if (!isResourceOf(metadata.resource, upstream))
        return denied(QStringLiteral("the server's metadata is that of another resource"));
    if (metadata.issuers.empty())
        return fail(ErrorCode::Upstream,
                    QStringLiteral("the server's metadata names no authorization server"));
    if (document["scopes_supported"].isArray())
        metadata.scopes = scopesOf(document["scopes_supported"]);
    return metadata;
}

Result<ServerMetadata> readServerMetadata(const Json &document, const QByteArray &issuer)
{
    if (document["issuer"].toByteArray() != issuer)
        return denied(QStringLiteral("the metadata of the authorization server `%1` is that of "
                                     "another issuer")
                          .arg(QString::fromUtf8(issuer)));
    ServerMetadata metadata;
    metadata.issuer = issuer;
    metadata.authorizationEndpoint = urlOf(document, "authorization_endpoint");
    metadata.tokenEndpoint = urlOf(document, "token_endpoint");
    metadata.registrationEndpoint = urlOf(document, "registration_endpoint");
    if (!metadata.tokenEndpoint.isValid())
        return fail(ErrorCode::Upstream,
                    QStringLiteral("the authorization server `%1` has no token endpoint")
                        .arg(QString::fromUtf8(issuer)));
    metadata.scopes = scopesOf(document["scopes_supported"]);
    metadata.authenticationMethods = textsOf(document["token_endpoint_auth_methods_supported"]);
    metadata.signingAlgorithms =
        textsOf(document["token_endpoint_auth_signing_alg_values_supported"]);
    metadata.hasPkce = contains(textsOf(document["code_challenge_methods_supported"]), "S256");
    metadata.sendsIssuer = document["authorization_response_iss_parameter_supported"].toBool(false);
    metadata.takesClientDocuments = document["client_id_metadata_document_supported"].toBool(false);
    return metadata;
}

QByteArray originOf(const QUrl &url)
{
    return url.toEncoded(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment
                         | QUrl::RemoveUserInfo);
}

ServerMetadata suppositionFor(const QUrl &upstream)
{
    QUrl root = upstream;
    root.setQuery(QString());
    ServerMetadata metadata;
    metadata.issuer = originOf(upstream);
    metadata.authorizationEndpoint = withPath(root, QStringLiteral("/authorize"));
    metadata.tokenEndpoint = withPath(root, QStringLiteral("/token"));
    metadata.registrationEndpoint = withPath(root, QStringLiteral("/register"));
    metadata.hasPkce = true; // that revision demands it of every server
    return metadata;
}

} // namespace provost::tools::mcp::oauth
