// The half of Upstream that keeps the server's lists: read after each start, read again when the server says that they
// changed, and served from here.
#include "server/tools/adapters/mcp/upstream.h"

#include <QLoggingCategory>

namespace provost::tools::mcp {

namespace {

Q_LOGGING_CATEGORY(logLists, "provost.tools.mcp")

using std::chrono::milliseconds;

constexpr milliseconds changeDelay{250}; // a server may announce many changes in a row
constexpr milliseconds retryDelay{10'000};

} // namespace

void Upstream::onListChanged()
{
    if (m_isReadingLists)
        m_listsAreOld = true;
    else if (!m_refreshTimer.isActive())
        m_refreshTimer.start(changeDelay);
}

void Upstream::refreshLists()
{
    if (m_isReadingLists || !m_connection || !m_connection->isReady())
        return;
    m_isReadingLists = true;
    m_listsAreOld = false;
    spawn(readLists(this, m_connection.get()));
}

Task<> Upstream::readLists(QPointer<Upstream> self, QPointer<Connection> connection)
{
    Ask askServer = [self, connection](QByteArray method, Json params) {
        return ask(self, connection, std::move(method), std::move(params));
    };
    Session session = connection->session();
    Result<Listing> listing = co_await readListing(std::move(askServer), std::move(session));
    if (self && connection && self->m_connection.get() == connection)
        self->onListsRead(std::move(listing));
}

Task<Result<Json>> Upstream::ask(QPointer<Upstream> self, QPointer<Connection> connection,
                                 QByteArray method, Json params)
{
    if (!self || !connection)
        co_return fail(ErrorCode::Unavailable, QStringLiteral("the server was stopped"));
    Completion<Answer> answer;
    connection->request({
        .id = self->m_shared->ids++,
        .method = std::move(method),
        .params = std::move(params),
        .deadline = QDeadlineTimer(self->m_config.callTimeout, Qt::PreciseTimer),
        .notify = {},
        .resolver = answer.resolver(),
    });
    Result<Answer> got = co_await answer;
    if (!got)
        co_return fail(std::move(got).error());
    co_return std::move(got->result);
}

void Upstream::onListsRead(Result<Listing> listing)
{
    m_isReadingLists = false;
    if (!listing) {
        qCWarning(logLists, "%s: lists cannot be read: %s", m_config.server.value.constData(),
                  qUtf8Printable(listing.error().message));
        if (m_listing)
            m_refreshTimer.start(retryDelay);
        else
            m_connection->close(listing.error()); // of no use without: the next start may mend it
        return;
    }
    if (m_listsAreOld)
        m_refreshTimer.start(changeDelay);
    m_taskTools = taskToolsOf(*listing, m_connection->session());
    if (m_listing == *listing)
        return;
    m_listing = *std::move(listing);
    m_headerWishes = headerWishesOf(*m_listing);
    updateStatus();
    if (m_catalogWasAnswered)
        tellCatalogChanged();
    answerCatalogWaiters(catalogOf(*m_listing, m_config));
}

void Upstream::tellCatalogChanged()
{
    std::function<void()> onChanged;
    {
        const Lock lock(m_shared->mutex);
        onChanged = m_shared->onCatalogChanged;
    }
    if (onChanged)
        onChanged();
}

void Upstream::answerCatalogWaiters(const Result<Catalog> &catalog)
{
    m_patienceTimer.stop();
    if (m_catalogWaiters.empty())
        return;
    m_catalogWasAnswered = true;
    for (Resolver<Catalog> &waiter : std::exchange(m_catalogWaiters, {}))
        waiter.resolve(catalog);
}

} // namespace provost::tools::mcp
