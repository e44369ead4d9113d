#include "server/tools/adapters/mcp/principalconnections.h"

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr int sessionsOfOneMax = 8; // beyond that calls share the first one
constexpr milliseconds idleMax = std::chrono::minutes(5);
constexpr milliseconds sweepInterval = std::chrono::seconds(30);

Error stopped()
{
    return {ErrorCode::Unavailable, QStringLiteral("the server was stopped")};
}

} // namespace

PrincipalConnections::PrincipalConnections(QObject *parent, Options options)
    : QObject(parent)
    , m_options(std::move(options))
    , m_backOff(m_options.restart)
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

void PrincipalConnections::request(Request request, Era era)
{
    if (m_isClosing) {
        request.resolver.resolve(fail(stopped()));
        return;
    }
    if (Connection *connection = connectionFor(*request.caller, era)) {
        connection->request(std::move(request));
        Q_EMIT changed();
        return;
    }
    QString message = QStringLiteral("too many principals use the server at this moment");
    if (!m_notBefore.hasExpired() && m_lastError)
        message = u"the server is not available: " % m_lastError->message;
    m_options.turnAway(std::move(request), {ErrorCode::Unavailable, message});
}

Connection *PrincipalConnections::connectionFor(const Caller &caller, Era era)
{
    Json capabilities = carriedCapabilities(Era::Legacy, caller.capabilities);
    const QByteArray declared = era == Era::Legacy ? capabilities.toBytes() : QByteArray();
    Key key{caller.principal() + '\n' + declared, 0};
    Connection *busy = nullptr; // but it would do
    for (auto entry = m_entries.find(key); entry != m_entries.end(); entry = m_entries.find(key)) {
        Connection *theirs = entry->second.connection.get();
        if (!entry->second.isEnding && isFree(*theirs))
            return theirs;
        if (!entry->second.isEnding && theirs->hasStreams() && busy == nullptr)
            busy = theirs;
        ++key.second;
    }
    if (!m_notBefore.hasExpired() || (busy != nullptr && key.second >= sessionsOfOneMax))
        return busy;
    Connection *found =
        m_entries.size() < m_options.connectionsMax ? open(key, std::move(capabilities)) : busy;
    // Its process may need seconds to end; whoever comes then finds room.
    if (m_entries.size() >= m_options.connectionsMax)
        endIdlest();
    return found;
}

bool PrincipalConnections::isFree(const Connection &connection) const
{
    if (!connection.hasStreams())
        return !connection.hasParked();
    return !m_isAmbiguous || connection.callsInFlight() == 0;
}

Connection *PrincipalConnections::open(const Key &key, Json capabilities)
{
    auto made = m_options.make(std::move(capabilities));
    Connection *connection = made.get();
    connect(connection, &Connection::ready, this, [this] { m_backOff.ready(); });
    connect(connection, &Connection::handshakeFailed, this,
            [this, key](const Error &error) { onHandshakeFailed(key, error); });
    connect(connection, &Connection::ambiguous, this, [this] { m_isAmbiguous = true; });
    connect(connection, &Connection::listChanged, this, &PrincipalConnections::listChanged);
    connect(connection, &Connection::answered, this, [this, key] {
        if (const auto entry = m_entries.find(key); entry != m_entries.end())
            entry->second.idleUntil = QDeadlineTimer(idleMax);
        Q_EMIT changed();
    });
    connect(connection, &Connection::closed, this,
            [this, key](const Error &error) { onClosed(key, error); });
    m_entries.emplace(key, Entry{std::move(made), QDeadlineTimer(idleMax)});
    if (!m_timer.isActive())
        m_timer.start();
    connection->open();
    return connection;
}

bool PrincipalConnections::isUsed(const Connection &connection) const
{
    return connection.waiting() > 0 || m_options.isFollowed(connection.number());
}

void PrincipalConnections::endIdlest()
{
    Entry *idlest = nullptr;
    for (auto &[key, entry] : m_entries) {
        const bool isIdle = !entry.isEnding && !isUsed(*entry.connection);
        if (isIdle && (idlest == nullptr || entry.idleUntil < idlest->idleUntil))
            idlest = &entry;
    }
    if (idlest != nullptr)
        end(*idlest);
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

Connection *PrincipalConnections::find(int number) const
{
    for (const auto &[key, entry] : m_entries) {
        if (!entry.isEnding && entry.connection->number() == number)
            return entry.connection.get();
    }
    return nullptr;
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

void PrincipalConnections::onHandshakeFailed(const Key &key, const Error &error)
{
    if (m_isClosing)
        return;
    for (Request &request : m_entries.find(key)->second.connection->takeHeld())
        m_options.turnAway(std::move(request), error);
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
        if (isUsed(*entry.connection))
            entry.idleUntil = QDeadlineTimer(idleMax);
        else if (!entry.isEnding && entry.idleUntil.hasExpired())
            end(entry);
    }
    if (m_entries.empty())
        m_timer.stop();
}

} // namespace provost::tools::mcp
