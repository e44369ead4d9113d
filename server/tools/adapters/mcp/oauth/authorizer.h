// Authorizer: Provost as an OAuth client of the one authorization server of one upstream. It gets tokens when the
// upstream refuses a request, refreshes them, asks for more rights when the upstream names some, and keeps them.
// INVARIANT: one acquisition at a time, however many requests wait for it. What an authorization server has given
// (tokens, a registration) goes back to that issuer alone. A token never leaves in an error or a log.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/httpauthorizer.h"
#include "server/tools/adapters/mcp/oauth/credentialfile.h"
#include "server/tools/adapters/mcp/oauth/discovery.h"
#include "server/tools/adapters/mcp/oauth/oauthconfig.h"
#include "server/tools/adapters/mcp/oauth/redirectlistener.h"

#include <QTimer>

#include <deque>

namespace provost::tools::mcp::oauth {

class Authorizer final : public HttpAuthorizer
{
    Q_OBJECT

public:
    // `clock` and `random` outlive this. Without a file the credentials are lost with the object.
    Authorizer(QUrl upstream, OauthConfig config, const Clock &clock, Random &random,
               std::shared_ptr<CredentialFile> file);

    [[nodiscard]] QByteArray credential() const override;
    [[nodiscard]] bool canMend(const Refusal &refusal) const override;
    void refused(Refusal refusal, Answer answer) override;
    [[nodiscard]] QByteArray authorizeAt() const override;

private:
    // What is kept while an administrator is awaited. Its parts are never sent anywhere but to `server`.
    struct Awaited
    {
        QByteArray url;
        QByteArray state;
        QByteArray verifier;
        QByteArray redirectUri;
        Client client;
        ServerMetadata server;
        Tokens wanted; // without a token yet
        MonotonicTime until;
    };

    // Static and with guarded pointers: a coroutine may be resumed after this is gone.
    static Task<> acquire(QPointer<Authorizer> self, Refusal refusal);
    static Task<Result<void>> obtain(QPointer<Authorizer> self, Refusal refusal);
    static Task<Result<bool>> refresh(QPointer<Authorizer> self, ServerMetadata server);
    static Task<Result<void>> askAsClient(QPointer<Authorizer> self, ServerMetadata server,
                                          Tokens wanted);
    static Task<Result<void>> askAdministrator(QPointer<Authorizer> self, ServerMetadata server,
                                               Tokens wanted);
    static Task<Result<Client>> registerClient(QPointer<Authorizer> self, ServerMetadata server,
                                               QByteArray redirectUri, Scopes scopes);
    static Task<> redeem(QPointer<Authorizer> self, Awaited awaited, QByteArray code);
    static Task<Result<void>> askForTokens(QPointer<Authorizer> self, Form form, Client client,
                                           ServerMetadata server, Tokens old);

    [[nodiscard]] static Error forAgents(const Error &error);
    [[nodiscard]] Result<void> mayTryNow();
    void finish(const Result<void> &result);
    void answerLater(Answer answer, Result<void> result);
    [[nodiscard]] QByteArray fixedIssuer() const;
    [[nodiscard]] Result<Scopes> scopesFor(const Challenge &challenge, const Discovery &found,
                                           bool isStepUp) const;
    [[nodiscard]] std::optional<Client> clientAt(const ServerMetadata &server) const;
    [[nodiscard]] Result<void> listen(const ServerMetadata &server);
    void await(Awaited awaited);
    void stopAwaiting();
    [[nodiscard]] bool isAwaited(const Scopes &scopes) const;
    [[nodiscard]] bool onRedirect(const QUrlQuery &query);
    void forget(const Client &client);
    void use(Tokens tokens);
    void keep();

    const QUrl m_upstream;
    const OauthConfig m_config;
    const AddressRule m_rule;
    const Clock &m_clock;
    Random &m_random;
    const std::shared_ptr<CredentialFile> m_file;
    Credentials m_credentials;
    std::vector<Answer> m_waiting; // for the acquisition that is under way
    bool m_isBusy = false;         // one is
    std::optional<Awaited> m_awaited;
    RedirectListener m_listener;
    QTimer m_awaitEnds{this};
    std::deque<MonotonicTime> m_acquired; // when the last few tokens were got
    std::optional<Error> m_failure;       // of the last attempt; counts until:
    MonotonicTime m_failureEnds;
};

} // namespace provost::tools::mcp::oauth
