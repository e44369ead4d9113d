#include "server/tools/adapters/mcp/oauth/authorizer.h"

#include "server/base/assert.h"

namespace provost::tools::mcp::oauth {

namespace {

using std::chrono::seconds;

constexpr int unauthorized = 401;
constexpr int forbidden = 403;
constexpr seconds failureLife{30};
constexpr std::size_t acquiredMax = 4; // in:
constexpr seconds acquiredPeriod{60};
constexpr std::size_t registeredMax = 8;

Error needsAdministrator()
{
    return {ErrorCode::Unavailable,
            QStringLiteral("an administrator must authorise Provost at the server first")};
}

} // namespace

Authorizer::Authorizer(QUrl upstream, OauthConfig config, const Clock &clock, Random &random,
                       std::shared_ptr<CredentialFile> file)
    : m_upstream(std::move(upstream))
    , m_config(std::move(config))
    , m_rule(m_upstream, QUrl(QString::fromUtf8(m_config.issuer)))
    , m_clock(clock)
    , m_random(random)
    , m_file(std::move(file))
    , m_credentials(m_file ? m_file->load() : Credentials())
    , m_listener([this](const QUrlQuery &query) { return onRedirect(query); })
{
    m_listener.setParent(this);
    m_awaitEnds.setSingleShot(true);
    connect(&m_awaitEnds, &QTimer::timeout, this, &Authorizer::stopAwaiting);
}

QByteArray Authorizer::credential() const
{
    const Tokens &tokens = m_credentials.tokens;
    if (tokens.access.isEmpty() || (tokens.usableUntil && m_clock.now() >= *tokens.usableUntil))
        return {};
    return "Bearer " + tokens.access;
}

bool Authorizer::canMend(const Refusal &refusal) const
{
    return refusal.status == unauthorized
           || (refusal.status == forbidden
               && readChallenge(refusal.challenge).error == "insufficient_scope");
}

void Authorizer::refused(Refusal refusal, Answer answer)
{
    PROVOST_ASSERT_THREAD(this);
    const QByteArray now = credential();
    if (!now.isEmpty() && now != refusal.credential) { // another request was faster
        answerLater(std::move(answer), {});
        return;
    }
    m_waiting.push_back(std::move(answer));
    if (std::exchange(m_isBusy, true))
        return;
    // Invalid from now on, also if nothing better is found.
    if (refusal.status != forbidden && !refusal.credential.isEmpty())
        m_credentials.tokens.access.clear();
    spawn(acquire(this, std::move(refusal)));
}

Task<> Authorizer::acquire(QPointer<Authorizer> self, Refusal refusal)
{
    if (self->isAwaited(readChallenge(refusal.challenge).scopes)) {
        self->finish(fail(needsAdministrator()));
        co_return;
    }
    Result<void> result = self->mayTryNow();
    if (result) {
        result = co_await obtain(self, std::move(refusal));
        if (!self)
            co_return;
        self->m_failure.reset();
        if (!result) {
            self->m_failure = result.error();
            self->m_failureEnds = self->m_clock.monotonic() + failureLife;
            Q_EMIT self->failed(result.error());
        } else if (self->m_awaited) {
            result = fail(needsAdministrator());
        }
    }
    if (!result && !self->m_awaited)
        result = fail(forAgents(result.error()));
    self->finish(result);
}

// An upstream that refuses each new token, or a server that fails, is not asked again and again.
Result<void> Authorizer::mayTryNow()
{
    const MonotonicTime now = m_clock.monotonic();
    if (m_failure && now < m_failureEnds)
        return fail(*m_failure);
    while (!m_acquired.empty() && m_acquired.front() + acquiredPeriod <= now)
        m_acquired.pop_front();
    if (m_acquired.size() >= acquiredMax)
        return fail(ErrorCode::Upstream,
                    QStringLiteral("the server refuses the tokens that it had asked for"));
    return {};
}

// Agents learn no names of hosts and no words of the authorization server.
Error Authorizer::forAgents(const Error &error)
{
    switch (error.code) {
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
        return {ErrorCode::Unavailable,
                QStringLiteral("the server needs an authorization that cannot be got now")};
    default:
        return {ErrorCode::Upstream,
                QStringLiteral("the server needs an authorization that Provost does not get")};
    }
}

void Authorizer::finish(const Result<void> &result)
{
    m_isBusy = false;
    for (Answer &answer : std::exchange(m_waiting, {}))
        answerLater(std::move(answer), result);
}

void Authorizer::answerLater(Answer answer, Result<void> result)
{
    const auto tell = [answer = std::move(answer), result = std::move(result)] { answer(result); };
    QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
}

Task<Result<void>> Authorizer::obtain(QPointer<Authorizer> self, Refusal refusal)
{
    const Challenge challenge = readChallenge(refusal.challenge);
    const bool isStepUp = refusal.status == forbidden;
    DiscoveryQuestion question{
        .upstream = self->m_upstream,
        .resourceMetadata = challenge.resourceMetadata,
        .issuer = self->fixedIssuer(),
        .preferredIssuer = self->m_credentials.tokens.issuer,
    };
    QPointer<QObject> owner = self.get();
    AddressRule rule = self->m_rule;
    auto found = co_await discover(std::move(owner), std::move(question), std::move(rule));
    if (!found || !self)
        co_return fail(found ? gone() : found.error());

    if (const QByteArray now = self->credential(); !now.isEmpty() && now != refusal.credential)
        co_return Result<void>(); // an administrator was faster
    Tokens &tokens = self->m_credentials.tokens;
    if (tokens.issuer != found->server.issuer || tokens.resource != found->resource)
        tokens = {}; // another server's, which this one must not see
    auto scopes = self->scopesFor(challenge, *found, isStepUp);
    if (!scopes)
        co_return fail(std::move(scopes).error());
    if (!isStepUp && !tokens.refresh.isEmpty()) {
        ServerMetadata server = found->server;
        const auto isRefreshed = co_await refresh(self, std::move(server));
        if (!isRefreshed)
            co_return fail(isRefreshed.error());
        if (*isRefreshed)
            co_return Result<void>();
    }
    Tokens wanted{
        .issuer = found->server.issuer,
        .resource = found->resource,
        .scopes = *std::move(scopes),
    };
    if (self->m_config.grant == Grant::ClientCredentials)
        co_return co_await askAsClient(self, std::move(found->server), std::move(wanted));
    co_return co_await askAdministrator(self, std::move(found->server), std::move(wanted));
}

// A configured client belongs to one authorization server: its secret must not follow an upstream to another.
QByteArray Authorizer::fixedIssuer() const
{
    if (!m_config.issuer.isEmpty() || m_config.clientId.isEmpty())
        return m_config.issuer;
    return m_credentials.issuer;
}

Result<Scopes> Authorizer::scopesFor(const Challenge &challenge, const Discovery &found,
                                     bool isStepUp) const
{
    const Tokens &tokens = m_credentials.tokens;
    const Scopes offlineAccess{"offline_access"};
    if (isStepUp && !m_config.scopes.empty() && !isWithin(challenge.scopes, m_config.scopes))
        return fail(ErrorCode::Denied,
                    QStringLiteral("the server asks for rights that `oauth.scopes` does not name"));
    if (isStepUp && !tokens.access.isEmpty() && isWithin(challenge.scopes, tokens.scopes))
        return fail(ErrorCode::Denied,
                    QStringLiteral("the server refuses although Provost asked for every right"));
    if (!m_config.scopes.empty())
        return m_config.scopes;
    // What was asked for before stays, or a step up for one call would be a step down for the next.
    const Scopes proposed =
        challenge.scopes.empty() ? found.scopes.value_or(Scopes()) : challenge.scopes;
    Scopes scopes = unionOf(tokens.scopes, proposed);
    std::erase(scopes, offlineAccess.front());
    const bool wantsRefresh = m_config.grant == Grant::AuthorizationCode;
    if (wantsRefresh && !scopes.empty() && isWithin(offlineAccess, found.server.scopes))
        scopes = unionOf(std::move(scopes), offlineAccess);
    return scopes;
}

std::optional<Client> Authorizer::clientAt(const ServerMetadata &server) const
{
    if (!m_config.clientId.isEmpty())
        return Client{
            .issuer = server.issuer,
            .id = m_config.clientId,
            .secret = m_config.clientSecret,
            .privateKey = m_config.privateKey,
        };
    if (server.takesClientDocuments && !m_config.clientMetadataUrl.isEmpty())
        return Client{.issuer = server.issuer, .id = m_config.clientMetadataUrl};
    for (const Client &client : m_credentials.registered) {
        if (client.issuer == server.issuer)
            return client;
    }
    return std::nullopt;
}

void Authorizer::forget(const Client &client)
{
    std::erase_if(m_credentials.registered,
                  [&client](const Client &known) { return known.issuer == client.issuer; });
}

void Authorizer::use(Tokens tokens)
{
    m_acquired.push_back(m_clock.monotonic());
    m_failure.reset();
    if (!m_config.clientId.isEmpty())
        m_credentials.issuer = tokens.issuer;
    m_credentials.tokens = std::move(tokens);
    keep();
}

void Authorizer::keep()
{
    while (m_credentials.registered.size() > registeredMax)
        m_credentials.registered.erase(m_credentials.registered.begin());
    if (m_file)
        m_file->keep(m_credentials);
}

} // namespace provost::tools::mcp::oauth
