#include "server/tools/adapters/mcp/upstream.h"

#include "server/base/assert.h"
#include "server/tools/adapters/mcp/httptransport.h"
#include "server/tools/adapters/mcp/ssetransport.h"
#include "server/tools/adapters/mcp/stdiotransport.h"
#include "server/tools/adapters/mcp/untrusted.h"

#include <QLoggingCategory>

namespace provost::tools::mcp {

namespace {

Q_LOGGING_CATEGORY(logUpstream, "provost.tools.mcp")

using std::chrono::milliseconds;

constexpr milliseconds catalogPatience{5'000};
constexpr milliseconds verdictLife = std::chrono::hours(24);
constexpr int badRequest = 400;
constexpr int notFound = 404;
constexpr int methodNotAllowed = 405;

Error stopped()
{
    return {ErrorCode::Unavailable, QStringLiteral("the server was stopped")};
}

QByteArray nameAndVersion(const Session &session, const std::vector<QByteArray> &secrets)
{
    const QByteArray text = session.serverInfo["name"].toByteArray() + ' '
                            + session.serverInfo["version"].toByteArray() + " (MCP "
                            + session.protocolVersion + ')';
    return untrustedLine(text, secrets).toUtf8();
}

QByteArray joined(const std::vector<QByteArray> &names)
{
    QByteArray text;
    for (const QByteArray &name : names)
        text += (text.isEmpty() ? "" : ", ") + name;
    return text;
}

} // namespace

Upstream::Mail Upstream::start(Config config, std::shared_ptr<Shared> shared, QThread &loop,
                               std::unique_ptr<HttpAuthorizer> authorizer)
{
    // Owns itself: it ends with StopLetter or with the thread.
    auto *upstream =
        std::make_unique<Upstream>(std::move(config), std::move(shared), std::move(authorizer))
            .release();
    Mail mail = upstream->m_mailbox.sender();
    connect(&loop, &QThread::finished, upstream, &QObject::deleteLater);
    upstream->m_mailbox.moveToThread(loop);
    upstream->moveToThread(&loop);
    return mail;
}

Upstream::Upstream(Config config, std::shared_ptr<Shared> shared,
                   std::unique_ptr<HttpAuthorizer> authorizer)
    : m_config(std::move(config))
    , m_secrets(m_config.secrets())
    , m_shared(std::move(shared))
    , m_mailbox([this](Letter letter) { onLetter(std::move(letter)); })
    , m_authorizer(authorizer.release())
    , m_own(this, optionsForOwn())
    , m_subscriptions(this, m_shared->ids)
    , m_usesSse(m_config.transport == HttpKind::Sse)
    , m_backOff(m_config.restart)
{
    m_restartTimer.setSingleShot(true);
    m_refreshTimer.setSingleShot(true);
    m_patienceTimer.setSingleShot(true);
    connect(&m_patienceTimer, &QTimer::timeout, this, &Upstream::onPatienceEnds);
    connect(&m_restartTimer, &QTimer::timeout, this, &Upstream::onRestartDue);
    connect(&m_refreshTimer, &QTimer::timeout, this, &Upstream::refreshLists);
    connect(&m_own, &PrincipalConnections::changed, this, &Upstream::updateStatus);
    connect(&m_own, &PrincipalConnections::listChanged, this, &Upstream::onListChanged);
    connect(&m_own, &PrincipalConnections::failed, this, &Upstream::noteOwnFailure);
    connect(&m_own, &PrincipalConnections::closed, this, &Upstream::endIfStopped);
    if (m_authorizer) {
        m_authorizer->setParent(this);
        connect(m_authorizer, &HttpAuthorizer::authorized, this, &Upstream::onAuthorized);
        connect(m_authorizer, &HttpAuthorizer::failed, this, &Upstream::noteOwnFailure);
        connect(m_authorizer, &HttpAuthorizer::authorizeAtChanged, this, &Upstream::updateStatus);
    }
}

Upstream::~Upstream()
{
    if (m_connection) {
        m_connection->disconnect(this);
        // At once: the event loop may be past its end.
        const std::unique_ptr<Connection> connection(m_connection.release());
    }
    answerCatalogWaiters(fail(stopped()));
}

void Upstream::onLetter(Letter letter)
{
    PROVOST_ASSERT_THREAD(this);
    if (auto *request = std::get_if<Request>(&letter))
        onRequest(std::move(*request));
    else if (const auto *cancel = std::get_if<CancelLetter>(&letter))
        onCancel(cancel->id);
    else if (const auto *abandoned = std::get_if<AbandonLetter>(&letter))
        onAbandoned(*abandoned);
    else if (auto *catalog = std::get_if<CatalogLetter>(&letter))
        onCatalogWanted(std::move(catalog->resolver));
    else if (auto *watch = std::get_if<WatchLetter>(&letter)) {
        connectIfNeeded();
        m_subscriptions.add(watch->watch, watch->uri, std::move(watch->onUpdated));
    } else if (const auto *unwatch = std::get_if<UnwatchLetter>(&letter))
        m_subscriptions.remove(unwatch->watch);
    else
        stop();
}

void Upstream::onCatalogWanted(Resolver<Catalog> resolver)
{
    if (m_listing) {
        m_catalogWasAnswered = true;
        resolver.resolve(catalogOf(*m_listing, m_config));
        return;
    }
    connectIfNeeded();
    m_catalogWaiters.push_back(std::move(resolver));
    if (!m_connection)
        answerCatalogWaiters(fail(unavailable()));
    else if (!m_patienceTimer.isActive())
        m_patienceTimer.start(catalogPatience);
}

// A server that is fetched from a registry first takes its time, and the other servers' tools must not wait for it.
void Upstream::onPatienceEnds()
{
    answerCatalogWaiters(fail(unavailable()));
}

void Upstream::stop()
{
    m_isStopping = true;
    m_restartTimer.stop();
    m_refreshTimer.stop();
    m_delayed.clear();
    m_held.clear();
    m_connectsAgain = false;
    answerCatalogWaiters(fail(stopped()));
    m_own.close(stopped());
    if (m_connection)
        m_connection->close(stopped());
}

void Upstream::endIfStopped()
{
    if (m_isStopping && !m_connection && m_own.isEmpty())
        deleteLater();
}

// Nothing while the server waits for its next start: a call must not shorten the delay.
void Upstream::connectIfNeeded()
{
    if (m_connection || m_isStopping || m_restartTimer.isActive())
        return;
    m_connection = makeConnection(carriedCapabilities(Era::Legacy), false);
    connect(m_connection.get(), &Connection::ready, this, &Upstream::onReady);
    connect(m_connection.get(), &Connection::handshakeFailed, this, &Upstream::onHandshakeFailed);
    connect(m_connection.get(), &Connection::closed, this, &Upstream::onClosed);
    connect(m_connection.get(), &Connection::answered, this, &Upstream::updateStatus);
    connect(m_connection.get(), &Connection::listChanged, this, &Upstream::onListChanged);
    m_connection->open();
    updateStatus();
}

LaterPtr<Connection> Upstream::makeConnection(Json capabilities, bool ofOnePrincipal)
{
    ConnectionOptions options{
        .startTimeout = m_config.startTimeout,
        .messageBytesMax = m_config.messageBytesMax,
        .secrets = m_secrets,
        .capabilities = std::move(capabilities),
        .ofOnePrincipal = ofOnePrincipal,
        .number = ++m_lastConnection,
    };
    if (m_usesSse)
        options.era = Era::Legacy; // the transport is older than the other era
    else if (m_verdict && !m_verdict->until.hasExpired())
        options.era = m_verdict->era;
    return makeLater<Connection>(makeTransport(), std::move(options), m_shared->ids, m_parked);
}

PrincipalConnections::Options Upstream::optionsForOwn()
{
    return {
        .make = [this](Json capabilities) { return makeConnection(std::move(capabilities), true); },
        .turnAway = [this](Request request,
                           const Error &why) { onTurnedAway(std::move(request), why); },
        .isFollowed =
            [this](int number) {
                return std::any_of(m_delayed.begin(), m_delayed.end(), [number](const auto &keyed) {
                    return keyed.second.connection == number;
                });
            },
        .restart = m_config.restart,
        .connectionsMax = m_config.command.empty() ? PrincipalConnections::sessionsMax
                                                   : PrincipalConnections::processesMax,
    };
}

std::unique_ptr<Transport> Upstream::makeTransport() const
{
    if (!m_config.command.empty())
        return std::make_unique<StdioTransport>(StdioOptions{
            .command = m_config.command,
            .environment = m_config.environment,
            .workingDirectory = m_config.workingDirectory,
            .limits = m_config.limits,
            .messageBytesMax = m_config.messageBytesMax,
        });
    HttpOptions options{
        .url = m_config.url,
        .headers = m_config.headers,
        .messageBytesMax = m_config.messageBytesMax,
        .authorizer = m_authorizer,
    };
    if (m_usesSse)
        return std::make_unique<SseTransport>(std::move(options));
    return std::make_unique<HttpTransport>(std::move(options));
}

void Upstream::onReady()
{
    m_backOff.ready();
    m_lastError.reset();
    m_firstRefusal.reset();
    const Session &session = m_connection->session();
    m_verdict = {session.era, QDeadlineTimer(verdictLife)};
    m_shared->canWatch = session.capabilities["resources"]["subscribe"].toBool();
    qCInfo(logUpstream, "%s: ready: %s", m_config.server.value.constData(),
           nameAndVersion(session, m_secrets).constData());
    updateStatus();
    m_subscriptions.attach(m_connection.get());
    refreshLists();
    for (Request &request : m_connection->takeHeld())
        route(std::move(request));
}

void Upstream::onHandshakeFailed(const Error &error)
{
    m_connectsAgain = !m_isStopping && triesAnotherWay(error);
    if (!m_connectsAgain)
        return;
    for (Request &request : m_connection->takeHeld())
        route(std::move(request));
}

void Upstream::onClosed(const Error &error)
{
    const QString words = untrustedLine(m_connection->lastWords(), m_secrets);
    m_connection.reset();
    m_isReadingLists = false;
    m_refreshTimer.stop();
    if (m_isStopping) {
        endIfStopped();
        return;
    }
    if (std::exchange(m_connectsAgain, false)) {
        connectIfNeeded();
        for (auto &[id, request] : std::exchange(m_held, {}))
            route(std::move(request));
        return;
    }
    const milliseconds delay = m_backOff.failed();
    m_lastError = std::exchange(m_firstRefusal, {}).value_or(error);
    m_lastWords = words;
    m_restartTimer.start(delay);
    noteFailure();
    qCWarning(logUpstream, "%s: %s; next start in %lld ms", m_config.server.value.constData(),
              lastFailure().constData(), static_cast<long long>(delay.count()));
    updateStatus();
    answerCatalogWaiters(fail(unavailable()));
}

// Some servers do not survive the question for their era, and some know only the oldest transport over HTTP.
bool Upstream::triesAnotherWay(const Error &error)
{
    const bool wasLegacy = m_verdict && m_verdict->era == Era::Legacy;
    if (m_connection->endedWhenProbed() && error.code == ErrorCode::Upstream && !wasLegacy) {
        m_verdict = {Era::Legacy, QDeadlineTimer(verdictLife)};
        return true;
    }
    if (m_usesSse) { // if it did not get so far as to be ready, the next start begins from the front
        m_usesSse = m_config.transport == HttpKind::Sse || !m_firstRefusal;
        return false;
    }
    const int status = m_connection->initializeStatus();
    const bool isRefused = status == badRequest || status == notFound || status == methodNotAllowed;
    if (!isRefused || m_config.transport != HttpKind::Any || !m_config.command.empty())
        return false;
    m_usesSse = true;
    m_firstRefusal = error;
    return true;
}

void Upstream::onRestartDue()
{
    ++m_restarts;
    connectIfNeeded();
}

// Somebody waits for it at the console: no delay.
void Upstream::onAuthorized()
{
    m_restartTimer.stop();
    connectIfNeeded();
    refreshLists();
}

Error Upstream::unavailable() const
{
    const QString server = u'`' % QString::fromUtf8(m_config.server.value) % u'`';
    QString message = server % (m_connection ? u" is still starting" : u" is not available");
    if (m_lastError)
        message += u": " % m_lastError->message;
    return {ErrorCode::Unavailable, message};
}

void Upstream::updateStatus()
{
    AdapterStatus status;
    status.restarts = m_restarts;
    status.transport = m_config.command.empty() ? "http" : "stdio";
    status.callsInFlight = m_own.callsInFlight();
    if (m_authorizer)
        status.authorizeAt = m_authorizer->authorizeAt();
    if (m_connection) {
        status.transport = m_connection->transportName();
        status.state = m_connection->isReady() ? AdapterState::Ready : AdapterState::Starting;
        status.callsInFlight += m_connection->callsInFlight();
    } else if (m_lastError) {
        status.state = AdapterState::Failed;
    }
    if (status.state == AdapterState::Ready) {
        status.version = nameAndVersion(m_connection->session(), m_secrets);
        status.era = m_connection->session().era == Era::Modern ? "modern" : "legacy";
    }
    if (m_lastError)
        status.detail = lastFailure();
    else
        status.detail = status.version;
    if (!m_headerWishes.invalid.empty() && status.state == AdapterState::Ready)
        status.detail += "; left out, because their x-mcp-header is not valid: "
                         + untrustedLine(joined(m_headerWishes.invalid), m_secrets).toUtf8();
    const WallTime now = SystemClock().now();
    if (m_restartTimer.isActive())
        status.nextTry = now + m_restartTimer.remainingTimeAsDuration();
    const Lock lock(m_shared->mutex);
    const AdapterState next = std::exchange(status.state, m_shared->status.state);
    status.since = m_shared->status.since;
    status.failures = std::move(m_shared->status.failures);
    status.enter(next, now);
    m_shared->status = std::move(status);
}

QByteArray Upstream::lastFailure() const
{
    return (m_lastError->message + (m_lastWords.isEmpty() ? QString() : u": " + m_lastWords))
        .toUtf8();
}

void Upstream::noteOwnFailure(const Error &error)
{
    const Lock lock(m_shared->mutex);
    m_shared->status.note({SystemClock().now(), error.message.toUtf8()});
}

void Upstream::noteFailure()
{
    const Lock lock(m_shared->mutex);
    m_shared->status.note({SystemClock().now(), lastFailure()});
}

} // namespace provost::tools::mcp
