// Upstream: the supervisor of one upstream server. It starts the server when something is first wanted from it, keeps
// its lists, starts it again with growing delays when it fails, and stops it. While it is down calls fail at once, and
// its lists stay as they were last known.
// INVARIANT: at most one connection, so one child process, at any time. It deletes itself when it has shut down, or
// with its event loop's thread, whichever comes first: no child outlives it.
// Thread: made on any, then lives on the adapter's event loop; mail() and Shared are safe from any thread.
#pragma once

#include "server/base/mailbox.h"
#include "server/base/mutex.h"
#include "server/tools/adapters/mcp/connection.h"
#include "server/tools/adapters/mcp/listing.h"

#include <QThread>
#include <QTimer>

#include <variant>

namespace provost::tools::mcp {

// What the adapter and its Upstream both see.
struct Shared
{
    Ids ids{1};
    Mutex mutex;
    AdapterStatus status GUARDED_BY(mutex);
    std::function<void()> onCatalogChanged GUARDED_BY(mutex);
};

struct CancelLetter
{
    Transport::RequestId id;
};
struct CatalogLetter
{
    Resolver<Catalog> resolver;
};
struct StopLetter
{
};
using Letter = std::variant<Request, CancelLetter, CatalogLetter, StopLetter>;

class Upstream final : public QObject
{
    Q_OBJECT

public:
    using Mail = Mailbox<Letter>::Sender;

    // Makes one that lives on `loop`, which must be running, and owns itself.
    static Mail start(Config config, std::shared_ptr<Shared> shared, QThread &loop);

    Upstream(Config config, std::shared_ptr<Shared> shared);
    ~Upstream() override;

private:
    void onLetter(Letter letter);
    void onRequest(Request request);
    void onCatalogWanted(Resolver<Catalog> resolver);
    void stop();

    void connectIfNeeded();
    [[nodiscard]] std::unique_ptr<Transport> makeTransport() const;
    void onReady();
    void onClosed(const Error &error);
    void onRestartDue();
    void onPatienceEnds();
    void updateStatus();
    [[nodiscard]] QByteArray lastFailure() const; // REQUIRES: m_lastError
    void noteFailure();
    [[nodiscard]] Error unavailable() const;

    void onListChanged();
    void refreshLists();
    static Task<> readLists(QPointer<Upstream> self, QPointer<Connection> connection);
    static Task<Result<Json>> ask(QPointer<Upstream> self, QPointer<Connection> connection,
                                  QByteArray method, Json params);
    void onListsRead(Result<Listing> listing);
    void tellCatalogChanged();
    void answerCatalogWaiters(const Result<Catalog> &catalog);

    // A Connection may end in the middle of its own signal.
    struct DeleteLater
    {
        void operator()(QObject *object) const { object->deleteLater(); }
    };

    const Config m_config;
    const std::vector<QByteArray> m_secrets;
    const std::shared_ptr<Shared> m_shared;
    Mailbox<Letter> m_mailbox;
    std::unique_ptr<Connection, DeleteLater> m_connection; // null: not running
    QTimer m_restartTimer{this};                           // active: waits before the next start
    QTimer m_refreshTimer{this};                           // active: lists are read again soon
    int m_failures = 0;                                    // since the server was last stable
    int m_restarts = 0;
    QDeadlineTimer m_stableFrom;
    bool m_wasReady = false; // since its last start
    bool m_isStopping = false;
    bool m_isReadingLists = false;
    bool m_listsAreOld = false; // changed while they were read
    std::optional<Error> m_lastError;
    QString m_lastWords; // on the error output, before m_lastError
    std::optional<Listing> m_listing;
    bool m_catalogWasAnswered = false;
    QTimer m_patienceTimer{this}; // active: somebody waits for the lists
    std::vector<Resolver<Catalog>> m_catalogWaiters;
};

} // namespace provost::tools::mcp
