#include "server/tools/adapters/mcp/oauth/client.h"

#include "server/tools/adapters/mcp/oauth/assertion.h"

#include <algorithm>

namespace provost::tools::mcp::oauth {

namespace {

constexpr std::chrono::seconds assertionLife{60};
constexpr int idCharacters = 24;
constexpr qsizetype textBytesMax = 4096;

bool isVisible(const QByteArray &text)
{
    return !text.isEmpty() && text.size() <= textBytesMax
           && std::all_of(text.begin(), text.end(),
                          [](char byte) { return byte >= 0x20 && byte <= 0x7e; });
}

bool takes(const ServerMetadata &server, QByteArrayView method)
{
    const auto &methods = server.authenticationMethods;
    if (methods.empty()) // RFC 8414, 2
        return method == QByteArrayView("client_secret_basic");
    return std::find(methods.begin(), methods.end(), method) != methods.end();
}

Result<QByteArray> methodFor(const Client &client, const ServerMetadata &server)
{
    if (!client.privateKey.isEmpty()) {
        const auto &known = server.signingAlgorithms;
        const QByteArray own = algorithmOf(client.privateKey).value_or(QByteArray());
        if ((server.authenticationMethods.empty() || takes(server, "private_key_jwt"))
            && (known.empty() || std::find(known.begin(), known.end(), own) != known.end()))
            return QByteArray("private_key_jwt");
    } else if (client.secret.isEmpty()) {
        return QByteArray("none");
    } else {
        if (!client.method.isEmpty())
            return client.method;
        for (const char *method : {"client_secret_basic", "client_secret_post", "none"}) {
            if (takes(server, method))
                return QByteArray(method);
        }
    }
    return fail(
        ErrorCode::Denied,
        QStringLiteral("the authorization server takes no credential of the configured kind"));
}

Result<QByteArray> assertionOf(const Client &client, const ServerMetadata &server,
                               const Clock &clock, Random &random)
{
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch());
    return signedToken(Json::object({
                           {"iss", client.id},
                           {"sub", client.id},
                           {"aud", server.issuer},
                           {"jti", randomToken(random, idCharacters)},
                           {"iat", std::int64_t(now.count())},
                           {"exp", std::int64_t((now + assertionLife).count())},
                       }),
                       client.privateKey);
}

} // namespace

QByteArray encode(const Form &form)
{
    QByteArray text;
    for (const auto &[name, value] : form) {
        if (!text.isEmpty())
            text += '&';
        text += name + '=' + value.toPercentEncoding();
    }
    return text;
}

Result<FetchRequest> tokenRequest(Form form, const Client &client, const ServerMetadata &server,
                                  const Clock &clock, Random &random)
{
    TRY_LET(const QByteArray method, methodFor(client, server));
    FetchRequest request{
        .url = server.tokenEndpoint,
        .contentType = "application/x-www-form-urlencoded",
    };
    if (method == "client_secret_basic") {
        // RFC 6749, 2.3.1: encoded each for itself, so that a colon in the id does no harm.
        const QByteArray both =
            client.id.toPercentEncoding() + ':' + client.secret.toPercentEncoding();
        request.authorization = "Basic " + both.toBase64();
    } else {
        form.emplace_back("client_id", client.id);
    }
    if (method == "client_secret_post")
        form.emplace_back("client_secret", client.secret);
    if (method == "private_key_jwt") {
        TRY_LET(QByteArray assertion, assertionOf(client, server, clock, random));
        form.emplace_back("client_assertion_type",
                          "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        form.emplace_back("client_assertion", std::move(assertion));
    }
    request.body = encode(form);
    return request;
}

FetchRequest registrationRequest(const ServerMetadata &server, const QByteArray &redirectUri,
                                 const Scopes &scopes)
{
    // A program whose files its user can read keeps no secret from that user: no more is asked for than is needed.
    QByteArray method = "none";
    for (const char *known : {"client_secret_post", "client_secret_basic", "none"}) {
        if (takes(server, known))
            method = known;
    }
    Json document = Json::object({
        {"client_name", "Provost"},
        {"application_type", "native"},
        {"redirect_uris", Json::array({redirectUri})},
        {"grant_types", Json::array({"authorization_code", "refresh_token"})},
        {"response_types", Json::array({"code"})},
        {"token_endpoint_auth_method", method},
    });
    if (!scopes.empty())
        document.set("scope", textOf(scopes));
    return {
        .url = server.registrationEndpoint,
        .body = document.toBytes(),
        .contentType = "application/json",
    };
}

Result<Client> readRegistration(const FetchResponse &response, const ServerMetadata &server,
                                const QByteArray &redirectUri)
{
    Client client{
        .issuer = server.issuer,
        .id = response.body["client_id"].toByteArray(),
        .secret = response.body["client_secret"].toByteArray(),
        .privateKey = {},
        .method = response.body["token_endpoint_auth_method"].toByteArray(),
        .redirectUri = redirectUri,
    };
    const bool isKnownMethod = client.method.isEmpty() || client.method == "none"
                               || client.method == "client_secret_basic"
                               || client.method == "client_secret_post";
    if (!response.isOk() || !isVisible(client.id)
        || (!client.secret.isEmpty() && !isVisible(client.secret)) || !isKnownMethod)
        return fail(
            ErrorCode::Upstream,
            QStringLiteral("the authorization server does not register Provost (HTTP status "
                           "%1); register it there and configure `oauth.client_id`")
                .arg(response.status));
    return client;
}

} // namespace provost::tools::mcp::oauth
