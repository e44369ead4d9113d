#include "server/tools/adapters/mcp/principalconnections.h"

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t connectionsMax = 32;
constexpr milliseconds idleMax = std::chrono::minutes(5);
constexpr milliseconds sweepInterval = std::chrono::seconds(30);

Error stopped()
{
    return {ErrorCode::Unavailable, QStringLiteral("the server was stopped")};
}

} // namespace

PrincipalConnections::PrincipalConnections(QObject *parent, Make make, RestartRule restart)
    : QObject(parent)
    , m_make(std::move(make))
    , m_backOff(restart)
{
    m_timer.setInterval(sweepInterval);
    connect(&m_timer, &QTimer::timeout, this, &PrincipalConnections::sweep);
}

PrincipalConnections::~PrincipalConnections()
{
    // All are told first, so that their processes end at the same time; then at once, because the event loop may be
    // past its end.
    for (auto &[key, entry] : m_entries) {
        entry.connection->disconnect(this);
        entry.connection->close(stopped());
    }
    for (auto &[key, entry] : m_entries)
        std::unique_ptr<Connection>(entry.connection.release()).reset();
}

void PrincipalConnections::request(Request request)
{
    if (m_isClosing) {
        request.resolver.resolve(fail(stopped()));
        return;
    }
    if (Connection *connection = connectionFor(*request.caller)) {
        connection->request(std::move(request));
        Q_EMIT changed();
        return;
    }
    QString message = QStringLiteral("too many principals use the server at this moment");
    if (!m_notBefore.hasExpired() && m_lastError)
        message = u"the server is not available: " % m_lastError->message;
    request.resolver.resolve(fail(ErrorCode::Unavailable, message));
}

Connection *PrincipalConnections::connectionFor(const Caller &caller)
{
    Json capabilities = carriedCapabilities(Era::Legacy, caller.capabilities);
    Key key{caller.principal() + '\n' + capabilities.toBytes(), 0};
    for (auto entry = m_entries.find(key); entry != m_entries.end(); entry = m_entries.find(key)) {
        Connection &theirs = *entry->second.connection;
        if (!entry->second.isEnding && (theirs.hasStreams() || !theirs.hasParked()))
            return &theirs;
        ++key.second;
    }
    if (!m_notBefore.hasExpired() || !makeRoom())
        return nullptr;
    auto made = m_make(std::move(capabilities));
    Connection *connection = made.get();
    connect(connection, &Connection::ready, this, [this] { m_backOff.ready(); });
    connect(connection, &Connection::answered, this, &PrincipalConnections::changed);
    connect(connection, &Connection::closed, this,
            [this, key](const Error &error) { onClosed(key, error); });
    m_entries.emplace(key, Entry{std::move(made), QDeadlineTimer(idleMax)});
    if (!m_timer.isActive())
        m_timer.start();
    connection->open();
    return connection;
}

bool PrincipalConnections::makeRoom()
{
    if (m_entries.size() < connectionsMax)
        return true;
    const auto idle = std::find_if(m_entries.begin(), m_entries.end(), [](const auto &entry) {
        return !entry.second.isEnding && entry.second.connection->waiting() == 0;
    });
    // Its process may need seconds to end; whoever comes then finds room.
    if (idle != m_entries.end())
        end(idle->second);
    return false;
}

void PrincipalConnections::end(Entry &entry)
{
    entry.isEnding = true;
    entry.connection->close(stopped());
}

void PrincipalConnections::cancel(Transport::RequestId id)
{
    for (auto &[key, entry] : m_entries)
        entry.connection->cancel(id);
}

void PrincipalConnections::close(const Error &why)
{
    m_isClosing = true;
    for (auto &[key, entry] : m_entries)
        entry.connection->close(why);
    if (m_entries.empty())
        QMetaObject::invokeMethod(this, &PrincipalConnections::closed, Qt::QueuedConnection);
}

std::int64_t PrincipalConnections::callsInFlight() const
{
    std::int64_t count = 0;
    for (const auto &[key, entry] : m_entries)
        count += entry.connection->callsInFlight();
    return count;
}

void PrincipalConnections::onClosed(const Key &key, const Error &error)
{
    const auto entry = m_entries.find(key);
    const bool wasWanted = entry->second.isEnding;
    m_entries.erase(entry);
    if (m_isClosing) {
        if (m_entries.empty())
            Q_EMIT closed();
        return;
    }
    if (!wasWanted) {
        m_lastError = error;
        m_notBefore = QDeadlineTimer(m_backOff.failed());
        Q_EMIT failed(error);
    }
    Q_EMIT changed();
}

// Ends what nobody has used for a while.
void PrincipalConnections::sweep()
{
    for (auto &[key, entry] : m_entries) {
        if (entry.connection->waiting() > 0)
            entry.idleUntil = QDeadlineTimer(idleMax);
        else if (!entry.isEnding && entry.idleUntil.hasExpired())
            end(entry);
    }
    if (m_entries.empty())
        m_timer.stop();
}

} // namespace provost::tools::mcp
