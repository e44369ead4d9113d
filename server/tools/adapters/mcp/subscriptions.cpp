#include "server/tools/adapters/mcp/subscriptions.h"

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds together{20}; // wishes that come at once are one request
constexpr milliseconds retryFirst{1'000};
constexpr int doublingsMax = 6;
constexpr milliseconds patience{30'000}; // for a legacy server's consent
constexpr std::size_t replacedMax = 4;   // by one that the server has not acknowledged yet

} // namespace

Subscriptions::Subscriptions(QObject *parent, Ids &ids)
    : QObject(parent)
    , m_ids(ids)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Subscriptions::listen);
}

bool Subscriptions::isModern() const
{
    return m_connection->session().era == Era::Modern;
}

std::size_t Subscriptions::countOf(const QByteArray &uri) const
{
    return static_cast<std::size_t>(
        std::count_if(m_watchers.begin(), m_watchers.end(),
                      [&uri](const auto &entry) { return entry.second.uri == uri; }));
}

void Subscriptions::add(std::int64_t watch, const QByteArray &uri, std::function<void()> onUpdated)
{
    const bool isFirst = countOf(uri) == 0;
    m_watchers.emplace(watch, Watcher{uri, std::move(onUpdated)});
    if (!isFirst || !m_connection)
        return;
    if (isModern())
        m_timer.start(together);
    else
        subscribe("resources/subscribe", uri);
}

void Subscriptions::remove(std::int64_t watch)
{
    const auto entry = m_watchers.extract(watch);
    if (entry.empty() || countOf(entry.mapped().uri) > 0 || !m_connection)
        return;
    if (isModern())
        m_timer.start(together);
    else
        subscribe("resources/unsubscribe", entry.mapped().uri);
}

void Subscriptions::attach(Connection *connection)
{
    if (m_connection != connection) {
        m_connection = connection;
        connect(connection, &Connection::resourceUpdated, this, &Subscriptions::onUpdated);
        connect(connection, &Connection::listening, this, &Subscriptions::onListening);
        connect(connection, &Connection::missed, this, &Subscriptions::onMissed);
    }
    m_listen = Transport::NoRequest;
    m_replaced.clear();
    m_failures = 0;
    m_hasMissed = false;
    m_timer.stop();
    std::map<QByteArray, bool> uris;
    for (const auto &[watch, watcher] : m_watchers)
        uris.emplace(watcher.uri, true);
    if (isModern()) {
        listen();
    } else {
        for (const auto &[uri, wanted] : uris)
            subscribe("resources/subscribe", uri);
    }
    // What changed while there was no connection, nobody told.
    if (std::exchange(m_wasAttached, true)) {
        for (const auto &[uri, wanted] : uris)
            onUpdated(uri);
    }
}

void Subscriptions::onUpdated(const QByteArray &uri) const
{
    for (const auto &[watch, watcher] : m_watchers) {
        if (watcher.uri == uri)
            watcher.onUpdated();
    }
}

// A server that refuses has its reasons; the watchers then hear nothing, as with a resource that never changes.
void Subscriptions::subscribe(const QByteArray &method, const QByteArray &uri)
{
    if (!m_connection->session().capabilities["resources"]["subscribe"].toBool())
        return;
    m_connection->request({
        .id = m_ids++,
        .method = method,
        .params = Json::object({{"uri", uri}}),
        .deadline = QDeadlineTimer(patience),
        .notify = {},
        .resolver = {},
    });
}

Json Subscriptions::wishes() const
{
    const Json &can = m_connection->session().capabilities;
    Json wishes = Json::object();
    if (can["tools"]["listChanged"].toBool())
        wishes.set("toolsListChanged", true);
    if (can["prompts"]["listChanged"].toBool())
        wishes.set("promptsListChanged", true);
    if (can["resources"]["listChanged"].toBool())
        wishes.set("resourcesListChanged", true);
    if (can["resources"]["subscribe"].toBool() && !m_watchers.empty()) {
        std::map<QByteArray, bool> uris;
        for (const auto &[watch, watcher] : m_watchers)
            uris.emplace(watcher.uri, true);
        Json list = Json::array();
        for (const auto &[uri, wanted] : uris)
            list.append(uri);
        wishes.set("resourceSubscriptions", std::move(list));
    }
    return wishes;
}

void Subscriptions::listen()
{
    if (!m_connection || !m_connection->isReady() || !isModern())
        return;
    // The new one begins before the old one ends, so that nothing is missed between them.
    if (const auto old = std::exchange(m_listen, Transport::NoRequest); old != Transport::NoRequest)
        m_replaced.push_back(old);
    if (m_replaced.size() > replacedMax) {
        m_connection->cancel(m_replaced.front());
        m_replaced.erase(m_replaced.begin());
    }
    Json notifications = wishes();
    if (notifications.members().empty()) {
        onListening(Transport::NoRequest);
        return;
    }
    m_listen = m_ids++;
    Completion<Answer> end;
    m_connection->request({
        .id = m_listen,
        .method = "subscriptions/listen",
        .params = Json::object({{"notifications", std::move(notifications)}}),
        .deadline = QDeadlineTimer(QDeadlineTimer::Forever),
        .notify = {},
        .resolver = end.resolver(),
    });
    spawn(follow(this, m_listen, std::move(end)));
}

void Subscriptions::onListening(Transport::RequestId id)
{
    if (id != m_listen)
        return;
    m_failures = 0;
    for (const Transport::RequestId old : std::exchange(m_replaced, {}))
        m_connection->cancel(old);
    if (std::exchange(m_hasMissed, false))
        onMissed();
}

// Anything may have changed.
void Subscriptions::onMissed()
{
    Q_EMIT m_connection->listChanged();
    for (const auto &[watch, watcher] : m_watchers)
        watcher.onUpdated();
}

Task<> Subscriptions::follow(QPointer<Subscriptions> self, Transport::RequestId id,
                             Completion<Answer> end)
{
    const Result<Answer> answer = co_await end;
    if (self)
        self->onListenEnded(id);
}

void Subscriptions::onListenEnded(Transport::RequestId id)
{
    if (id != m_listen)
        return;
    m_listen = Transport::NoRequest;
    m_hasMissed = true;
    m_failures = std::min(m_failures + 1, doublingsMax);
    m_timer.start(retryFirst * (1 << (m_failures - 1)));
}

} // namespace provost::tools::mcp
