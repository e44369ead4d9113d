// Upstream: the supervisor of one upstream server. It starts the server when something is first wanted from it, keeps
// its lists and its era, starts it again with growing delays when it fails, and stops it. While it is down calls fail
// at once, and its lists stay as they were last known. One connection is shared by all; where the configuration wants
// that, or nothing else tells whose question or log message it is, a principal's calls go to connections of its own.
// INVARIANT: it deletes itself when it has shut down, or with its event loop's thread, whichever comes first: no child
// outlives it.
// Thread: made on any, then lives on the adapter's event loop; mail() and Shared are safe from any thread.
#pragma once

#include "server/base/mailbox.h"
#include "server/base/mutex.h"
#include "server/tools/adapters/mcp/httpauthorizer.h"
#include "server/tools/adapters/mcp/listing.h"
#include "server/tools/adapters/mcp/principalconnections.h"
#include "server/tools/adapters/mcp/subscriptions.h"

#include <QThread>
#include <QTimer>

#include <variant>

namespace provost::tools::mcp {

// What the adapter and its Upstream both see.
struct Shared
{
    explicit Shared(std::vector<QByteArray> words)
        : secrets(std::move(words))
    {
    }

    const std::vector<QByteArray> secrets;
    Ids ids{1};
    std::atomic<bool> canWatch{true}; // as far as known
    Mutex mutex;
    AdapterStatus status GUARDED_BY(mutex);
    std::function<void()> onCatalogChanged GUARDED_BY(mutex);
};

struct CancelLetter
{
    Transport::RequestId id;
};
// The parked call behind `handle` is not waited for any more.
struct AbandonLetter
{
    QByteArray handle;
    Caller caller;
};
struct CatalogLetter
{
    Resolver<Catalog> resolver;
};
struct WatchLetter
{
    std::int64_t watch;
    QByteArray uri;
    std::function<void()> onUpdated;
};
struct UnwatchLetter
{
    std::int64_t watch;
};
struct StopLetter
{
};
using Letter = std::variant<Request, CancelLetter, AbandonLetter, CatalogLetter, WatchLetter,
                            UnwatchLetter, StopLetter>;

class Upstream final : public QObject
{
    Q_OBJECT

public:
    using Mail = Mailbox<Letter>::Sender;

    // Makes one that lives on `loop`, which must be running, and owns itself. `authorizer` may be null.
    static Mail start(Config config, std::shared_ptr<Shared> shared, QThread &loop,
                      std::unique_ptr<HttpAuthorizer> authorizer);

    Upstream(Config config, std::shared_ptr<Shared> shared,
             std::unique_ptr<HttpAuthorizer> authorizer);
    ~Upstream() override;

private:
    void onLetter(Letter letter);
    void onRequest(Request request);
    void onDelayOver(Transport::RequestId id);
    void route(Request request);
    void routeAboutTask(Request request);
    [[nodiscard]] bool wantsOwnConnection(const Request &request) const;
    void onTurnedAway(Request request, const Error &why);
    [[nodiscard]] Era era() const;
    void onCancel(Transport::RequestId id);
    void onAbandoned(const AbandonLetter &letter);
    void onCatalogWanted(Resolver<Catalog> resolver);
    void stop();
    void endIfStopped();

    void connectIfNeeded();
    [[nodiscard]] LaterPtr<Connection> makeConnection(Json capabilities, bool ofOnePrincipal);
    [[nodiscard]] PrincipalConnections::Options optionsForOwn();
    [[nodiscard]] std::unique_ptr<Transport> makeTransport() const;
    void onReady();
    void onHandshakeFailed(const Error &error);
    void onClosed(const Error &error);
    [[nodiscard]] bool triesAnotherWay(const Error &error);
    void onRestartDue();
    void onAuthorized();
    void onPatienceEnds();
    void updateStatus();
    [[nodiscard]] QByteArray lastFailure() const; // REQUIRES: m_lastError
    void noteFailure();
    void noteOwnFailure(const Error &error);
    [[nodiscard]] Error unavailable() const;

    void onListChanged();
    void refreshLists();
    static Task<> readLists(QPointer<Upstream> self, QPointer<Connection> connection);
    static Task<Result<Json>> ask(QPointer<Upstream> self, QPointer<Connection> connection,
                                  QByteArray method, Json params);
    void onListsRead(Result<Listing> listing);
    void tellCatalogChanged();
    void answerCatalogWaiters(const Result<Catalog> &catalog);

    // What the server was last known to speak. It is asked again after a day, or when it contradicts.
    struct Verdict
    {
        Era era = Era::Legacy;
        QDeadlineTimer until;
    };

    const Config m_config;
    const std::vector<QByteArray> m_secrets;
    const std::shared_ptr<Shared> m_shared;
    Mailbox<Letter> m_mailbox;
    const QPointer<HttpAuthorizer> m_authorizer; // a child; null: none is configured
    ParkedCalls m_parked{this};                  // outlives all connections
    LaterPtr<Connection> m_connection;           // the shared one; null: not running
    PrincipalConnections m_own;
    Subscriptions m_subscriptions;
    std::optional<Verdict> m_verdict;
    bool m_usesSse;                      // the server speaks HTTP with SSE, as it seems
    std::optional<Error> m_firstRefusal; // before that was tried; none once it worked
    bool m_connectsAgain = false;        // at once, in another way, when the connection has ended
    std::map<Transport::RequestId, Request> m_held; // until then
    std::map<Transport::RequestId, Request> m_delayed;
    QTimer m_restartTimer{this}; // active: waits before the next start
    QTimer m_refreshTimer{this}; // active: lists are read again soon
    BackOff m_backOff;
    int m_restarts = 0;
    bool m_isStopping = false;
    bool m_isReadingLists = false;
    bool m_listsAreOld = false; // changed while they were read
    std::optional<Error> m_lastError;
    QString m_lastWords; // on the error output, before m_lastError
    std::optional<Listing> m_listing;
    HeaderWishes m_headerWishes;
    TaskTools m_taskTools;
    int m_lastConnection = 0; // its number
    bool m_catalogWasAnswered = false;
    QTimer m_patienceTimer{this}; // active: somebody waits for the lists
    std::vector<Resolver<Catalog>> m_catalogWaiters;
};

} // namespace provost::tools::mcp
