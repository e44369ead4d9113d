// The half of Authorizer that speaks to the authorization server, and to the administrator's browser.
#include "server/tools/adapters/mcp/oauth/authorizer.h"

#include "server/base/hash.h"
#include "server/tools/adapters/mcp/oauth/tokenanswer.h"

namespace provost::tools::mcp::oauth {

namespace {

constexpr std::chrono::minutes awaitLife{10};
constexpr int stateCharacters = 32;
constexpr int verifierCharacters = 64; // RFC 7636: 43 to 128
constexpr auto encoding = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

void addUnlessEmpty(Form &form, QByteArray name, QByteArray value)
{
    if (!value.isEmpty())
        form.emplace_back(std::move(name), std::move(value));
}

// Null if the parameter is absent or there twice.
QByteArray onlyOne(const QUrlQuery &query, const char *name)
{
    const QStringList values =
        query.allQueryItemValues(QLatin1StringView(name), QUrl::FullyDecoded);
    return values.size() == 1 ? values.front().toUtf8() : QByteArray();
}

tl::unexpected<Error> denied(const QString &why)
{
    return fail(ErrorCode::Denied, why);
}

} // namespace

Task<Result<void>> Authorizer::askForTokens(QPointer<Authorizer> self, Form form, Client client,
                                            ServerMetadata server, Tokens old)
{
    addUnlessEmpty(form, "resource", old.resource);
    auto request = tokenRequest(std::move(form), client, server, self->m_clock, self->m_random);
    if (!request)
        co_return fail(std::move(request).error());
    QPointer<QObject> owner = self.get();
    AddressRule rule = self->m_rule;
    auto response = co_await fetch(std::move(owner), *std::move(request), std::move(rule));
    if (!response || !self)
        co_return fail(response ? gone() : response.error());
    if (response->body["error"].toByteArray() == "invalid_client")
        self->forget(client); // it may have been removed there: the next attempt registers anew
    auto tokens = readTokens(*response, std::move(old), self->m_clock.now());
    if (!tokens)
        co_return fail(std::move(tokens).error());
    self->use(*std::move(tokens));
    co_return Result<void>();
}

// False if the refresh token is worth nothing any more.
Task<Result<bool>> Authorizer::refresh(QPointer<Authorizer> self, ServerMetadata server)
{
    auto client = self->clientAt(server);
    if (!client)
        co_return false;
    Tokens tokens = self->m_credentials.tokens;
    Form form{{"grant_type", "refresh_token"}, {"refresh_token", tokens.refresh}};
    const auto refreshed = co_await askForTokens(self, std::move(form), *std::move(client),
                                                 std::move(server), std::move(tokens));
    if (!self)
        co_return fail(gone());
    if (refreshed)
        co_return true;
    if (refreshed.error().code != ErrorCode::Denied)
        co_return fail(refreshed.error());
    self->m_credentials.tokens.refresh.clear();
    self->keep();
    co_return false;
}

Task<Result<void>> Authorizer::askAsClient(QPointer<Authorizer> self, ServerMetadata server,
                                           Tokens wanted)
{
    auto client = self->clientAt(server);
    if (!client)
        co_return denied(QStringLiteral("no client is configured"));
    Form form{{"grant_type", "client_credentials"}};
    addUnlessEmpty(form, "scope", textOf(wanted.scopes));
    co_return co_await askForTokens(self, std::move(form), *std::move(client), std::move(server),
                                    std::move(wanted));
}

Task<Result<void>> Authorizer::askAdministrator(QPointer<Authorizer> self, ServerMetadata server,
                                                Tokens wanted)
{
    if (!server.authorizationEndpoint.isValid())
        co_return denied(QStringLiteral("the authorization server has no authorization endpoint"));
    if (!server.hasPkce)
        co_return denied(QStringLiteral("the authorization server does not know PKCE with S256"));
    self->stopAwaiting();
    if (const auto listens = self->listen(server); !listens)
        co_return fail(listens.error());
    QByteArray redirectUri = self->m_listener.uri();
    auto client = self->clientAt(server);
    const bool isOther = client && !client->redirectUri.isEmpty();
    if (!client || (isOther && client->redirectUri != redirectUri)) {
        ServerMetadata there = server;
        Scopes scopes = wanted.scopes;
        auto registered =
            co_await registerClient(self, std::move(there), redirectUri, std::move(scopes));
        if (!registered)
            co_return fail(std::move(registered).error());
        client = *std::move(registered);
    }
    self->await({
        .url = {},
        .state = randomToken(self->m_random, stateCharacters),
        .verifier = randomToken(self->m_random, verifierCharacters),
        .redirectUri = std::move(redirectUri),
        .client = *std::move(client),
        .server = std::move(server),
        .wanted = std::move(wanted),
        .until = self->m_clock.monotonic() + awaitLife,
    });
    co_return Result<void>();
}

// At the port that the client has registered with, if it is free and nothing else is configured.
Result<void> Authorizer::listen(const ServerMetadata &server)
{
    if (m_config.redirectPort != 0)
        return m_listener.open(m_config.redirectPort);
    const auto client = clientAt(server);
    const QUrl before(QString::fromUtf8(client ? client->redirectUri : QByteArray()));
    if (before.port() > 0 && m_listener.open(static_cast<quint16>(before.port())))
        return {};
    return m_listener.open(0);
}

Task<Result<Client>> Authorizer::registerClient(QPointer<Authorizer> self, ServerMetadata server,
                                                QByteArray redirectUri, Scopes scopes)
{
    if (!server.registrationEndpoint.isValid())
        co_return denied(QStringLiteral("the authorization server registers nobody by itself; "
                                        "register Provost there and configure `oauth.client_id`"));
    FetchRequest request = registrationRequest(server, redirectUri, scopes);
    QPointer<QObject> owner = self.get();
    AddressRule rule = self->m_rule;
    auto response = co_await fetch(std::move(owner), std::move(request), std::move(rule));
    if (!response || !self)
        co_return fail(response ? gone() : response.error());
    auto client = readRegistration(*response, server, redirectUri);
    if (client) {
        self->forget(*client);
        self->m_credentials.registered.push_back(*client);
        self->keep();
    }
    co_return client;
}

void Authorizer::await(Awaited awaited)
{
    const QByteArray challenge = sha256(awaited.verifier).toBase64(encoding);
    Form form{
        {"response_type", "code"},
        {"client_id", awaited.client.id},
        {"redirect_uri", awaited.redirectUri},
        {"state", awaited.state},
        {"code_challenge", challenge},
        {"code_challenge_method", "S256"},
    };
    addUnlessEmpty(form, "resource", awaited.wanted.resource);
    addUnlessEmpty(form, "scope", textOf(awaited.wanted.scopes));
    if (isWithin({"offline_access"}, awaited.wanted.scopes))
        form.emplace_back("prompt", "consent"); // OpenID Connect Core, 11
    const QUrl &endpoint = awaited.server.authorizationEndpoint;
    awaited.url = endpoint.toEncoded() + (endpoint.hasQuery() ? '&' : '?') + encode(form);
    m_awaited = std::move(awaited);
    m_awaitEnds.start(awaitLife);
    Q_EMIT authorizeAtChanged();
}

void Authorizer::stopAwaiting()
{
    m_awaitEnds.stop();
    m_listener.close();
    if (!m_awaited)
        return;
    m_awaited.reset();
    Q_EMIT authorizeAtChanged();
}

QByteArray Authorizer::authorizeAt() const
{
    return m_awaited && m_clock.monotonic() < m_awaited->until ? m_awaited->url : QByteArray();
}

// With configured scopes there is nothing more to ask for.
bool Authorizer::isAwaited(const Scopes &scopes) const
{
    return !authorizeAt().isEmpty()
           && (!m_config.scopes.empty() || isWithin(scopes, m_awaited->wanted.scopes));
}

// Anybody on this machine can call here. Without the state it changes nothing; with it, the answer counts once.
bool Authorizer::onRedirect(const QUrlQuery &query)
{
    if (authorizeAt().isEmpty() || !equalInConstantTime(onlyOne(query, "state"), m_awaited->state))
        return false;
    Awaited awaited = *m_awaited;
    stopAwaiting();
    const auto refuse = [this](const QString &why) {
        Q_EMIT failed({ErrorCode::Denied, why});
        return true;
    };
    // RFC 9207, 2.4: by simple comparison of strings, before anything else is believed.
    const bool hasIssuer = query.hasQueryItem(QStringLiteral("iss"));
    if (hasIssuer ? onlyOne(query, "iss") != awaited.server.issuer : awaited.server.sendsIssuer)
        return refuse(QStringLiteral("the answer came from another authorization server"));
    if (query.hasQueryItem(QStringLiteral("error")))
        return refuse(QStringLiteral("the authorization server refused: ")
                      + QString::fromLatin1(errorCodeOf(onlyOne(query, "error"))));
    QByteArray code = onlyOne(query, "code");
    if (code.isEmpty())
        return refuse(QStringLiteral("the authorization server's answer has no code"));
    spawn(redeem(this, std::move(awaited), std::move(code)));
    return true;
}

Task<> Authorizer::redeem(QPointer<Authorizer> self, Awaited awaited, QByteArray code)
{
    Form form{
        {"grant_type", "authorization_code"},
        {"code", std::move(code)},
        {"redirect_uri", std::move(awaited.redirectUri)},
        {"code_verifier", std::move(awaited.verifier)},
    };
    const bool wasBusy = std::exchange(self->m_isBusy, true); // what is refused now waits for this
    const auto redeemed =
        co_await askForTokens(self, std::move(form), std::move(awaited.client),
                              std::move(awaited.server), std::move(awaited.wanted));
    if (!self)
        co_return;
    if (!wasBusy)
        self->finish(redeemed ? redeemed : fail(forAgents(redeemed.error())));
    if (redeemed)
        Q_EMIT self->authorized();
    else
        Q_EMIT self->failed(redeemed.error());
}

} // namespace provost::tools::mcp::oauth
