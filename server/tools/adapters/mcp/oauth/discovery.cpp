#include "server/tools/adapters/mcp/oauth/discovery.h"

#include <algorithm>

namespace provost::tools::mcp::oauth {

namespace {

constexpr int serverError = 500;

// The first document there is; null if every server says that it has none.
Task<Result<Json>> firstDocument(QPointer<QObject> owner, std::vector<QUrl> urls, AddressRule rule)
{
    for (const QUrl &url : urls) {
        FetchRequest request{.url = url};
        auto response = co_await fetch(owner, std::move(request), rule);
        if (!response)
            co_return fail(std::move(response).error());
        if (response->isOk())
            co_return std::move(response->body);
        if (response->status >= serverError)
            co_return fail(ErrorCode::Unavailable,
                           QStringLiteral("`%1` has no metadata now (HTTP status %2)")
                               .arg(url.host())
                               .arg(response->status));
    }
    co_return Json();
}

Task<Result<std::optional<ResourceMetadata>>>
findResource(QPointer<QObject> owner, DiscoveryQuestion question, AddressRule rule)
{
    std::vector<QUrl> urls = resourceMetadataUrls(question.upstream);
    const bool isNamed = !question.resourceMetadata.isEmpty();
    if (isNamed)
        urls = {QUrl(QString::fromUtf8(question.resourceMetadata), QUrl::StrictMode)};
    auto document = co_await firstDocument(owner, std::move(urls), std::move(rule));
    if (!document)
        co_return fail(std::move(document).error());
    if (document->isNull() && isNamed)
        co_return fail(ErrorCode::Upstream,
                       QStringLiteral("the server names metadata that is not there"));
    if (document->isNull())
        co_return std::optional<ResourceMetadata>();
    auto metadata = readResourceMetadata(*document, question.upstream);
    if (!metadata)
        co_return fail(std::move(metadata).error());
    co_return std::optional(*std::move(metadata));
}

Result<QByteArray> chooseIssuer(const ResourceMetadata &resource, const DiscoveryQuestion &question)
{
    const auto isNamed = [&resource](const QByteArray &issuer) {
        return std::find(resource.issuers.begin(), resource.issuers.end(), issuer)
               != resource.issuers.end();
    };
    if (question.issuer.isEmpty())
        return isNamed(question.preferredIssuer) ? question.preferredIssuer
                                                 : resource.issuers.front();
    if (!isNamed(question.issuer))
        return fail(ErrorCode::Denied,
                    QStringLiteral("the server no longer names the authorization server `%1`")
                        .arg(QString::fromUtf8(question.issuer)));
    return question.issuer;
}

} // namespace

Task<Result<Discovery>> discover(QPointer<QObject> owner, DiscoveryQuestion question,
                                 AddressRule rule)
{
    auto resource = co_await findResource(owner, question, rule);
    if (!resource)
        co_return fail(std::move(resource).error());

    Result<QByteArray> issuer =
        question.issuer.isEmpty() ? originOf(question.upstream) : question.issuer;
    if (*resource)
        issuer = chooseIssuer(**resource, question);
    if (!issuer)
        co_return fail(std::move(issuer).error());
    std::vector<QUrl> urls = serverMetadataUrls(*issuer);
    auto document = co_await firstDocument(owner, std::move(urls), rule);
    if (!document)
        co_return fail(std::move(document).error());

    Discovery discovery;
    if (*resource) {
        discovery.resource = (*resource)->resource;
        discovery.scopes = (*resource)->scopes;
    }
    if (document->isNull()) {
        if (*resource || *issuer != originOf(question.upstream))
            co_return fail(ErrorCode::Upstream,
                           QStringLiteral("the authorization server `%1` has no metadata")
                               .arg(QString::fromUtf8(*issuer)));
        discovery.server = suppositionFor(question.upstream);
        co_return discovery;
    }
    auto server = readServerMetadata(*document, *issuer);
    if (!server)
        co_return fail(std::move(server).error());
    for (const QUrl &url :
         {server->tokenEndpoint, server->authorizationEndpoint, server->registrationEndpoint}) {
        if (const auto allowed = rule.check(url); !url.isEmpty() && !allowed)
            co_return fail(allowed.error());
    }
    discovery.server = *std::move(server);
    co_return discovery;
}

} // namespace provost::tools::mcp::oauth
