#include "server/tools/adapters/mcp/upstream.h"

#include "server/base/assert.h"
#include "server/tools/adapters/mcp/httptransport.h"
#include "server/tools/adapters/mcp/stdiotransport.h"
#include "server/tools/adapters/mcp/untrusted.h"

#include <QLoggingCategory>

namespace provost::tools::mcp {

namespace {

Q_LOGGING_CATEGORY(logUpstream, "provost.tools.mcp")

using std::chrono::milliseconds;

constexpr int doublingsMax = 20;
constexpr milliseconds catalogPatience{5'000};

milliseconds restartDelay(const RestartRule &rule, int failures)
{
    const auto factor = 1LL << std::clamp(failures - 1, 0, doublingsMax);
    return std::min<milliseconds>(rule.first * factor, rule.max);
}

QByteArray nameAndVersion(const Session &session, const std::vector<QByteArray> &secrets)
{
    const QByteArray text = session.serverInfo["name"].toByteArray() + ' '
                            + session.serverInfo["version"].toByteArray() + " (MCP "
                            + session.protocolVersion + ')';
    return untrustedLine(text, secrets).toUtf8();
}

} // namespace

Upstream::Mail Upstream::start(Config config, std::shared_ptr<Shared> shared, QThread &loop)
{
    // Owns itself: it ends with StopLetter or with the thread.
    auto *upstream = std::make_unique<Upstream>(std::move(config), std::move(shared)).release();
    const Mail mail = upstream->m_mailbox.sender();
    connect(&loop, &QThread::finished, upstream, &QObject::deleteLater);
    upstream->m_mailbox.moveToThread(loop);
    upstream->moveToThread(&loop);
    return mail;
}

Upstream::Upstream(Config config, std::shared_ptr<Shared> shared)
    : m_config(std::move(config))
    , m_secrets(m_config.secrets())
    , m_shared(std::move(shared))
    , m_mailbox([this](Letter letter) { onLetter(std::move(letter)); })
{
    m_restartTimer.setSingleShot(true);
    m_refreshTimer.setSingleShot(true);
    m_patienceTimer.setSingleShot(true);
    connect(&m_patienceTimer, &QTimer::timeout, this, &Upstream::onPatienceEnds);
    connect(&m_restartTimer, &QTimer::timeout, this, &Upstream::onRestartDue);
    connect(&m_refreshTimer, &QTimer::timeout, this, &Upstream::refreshLists);
}

Upstream::~Upstream()
{
    if (m_connection) {
        m_connection->disconnect(this);
        // At once: the event loop may be past its end.
        const std::unique_ptr<Connection> connection(m_connection.release());
    }
    answerCatalogWaiters(fail(ErrorCode::Unavailable, QStringLiteral("the server was stopped")));
}

void Upstream::onLetter(Letter letter)
{
    PROVOST_ASSERT_THREAD(this);
    if (auto *request = std::get_if<Request>(&letter))
        onRequest(std::move(*request));
    else if (const auto *cancel = std::get_if<CancelLetter>(&letter)) {
        if (m_connection)
            m_connection->cancel(cancel->id);
    } else if (auto *catalog = std::get_if<CatalogLetter>(&letter))
        onCatalogWanted(std::move(catalog->resolver));
    else
        stop();
}

void Upstream::onRequest(Request request)
{
    connectIfNeeded();
    if (!m_connection) {
        request.resolver.resolve(fail(unavailable()));
        return;
    }
    m_connection->request(std::move(request));
    updateStatus();
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
    answerCatalogWaiters(fail(ErrorCode::Unavailable, QStringLiteral("the server was stopped")));
    if (m_connection)
        m_connection->close({ErrorCode::Unavailable, QStringLiteral("the server was stopped")});
    else
        deleteLater();
}

// Nothing while the server waits for its next start: a call must not shorten the delay.
void Upstream::connectIfNeeded()
{
    if (m_connection || m_isStopping || m_restartTimer.isActive())
        return;
    ConnectionOptions options{
        .startTimeout = m_config.startTimeout,
        .messageBytesMax = m_config.messageBytesMax,
        .secrets = m_secrets,
    };
    m_connection.reset(
        std::make_unique<Connection>(makeTransport(), std::move(options), m_shared->ids).release());
    connect(m_connection.get(), &Connection::ready, this, &Upstream::onReady);
    connect(m_connection.get(), &Connection::closed, this, &Upstream::onClosed);
    connect(m_connection.get(), &Connection::answered, this, &Upstream::updateStatus);
    connect(m_connection.get(), &Connection::listChanged, this, &Upstream::onListChanged);
    m_connection->open();
    updateStatus();
}

std::unique_ptr<Transport> Upstream::makeTransport() const
{
    if (!m_config.command.empty())
        return std::make_unique<StdioTransport>(StdioOptions{
            .command = m_config.command,
            .environment = m_config.environment,
            .workingDirectory = m_config.workingDirectory,
            .messageBytesMax = m_config.messageBytesMax,
        });
    return std::make_unique<HttpTransport>(HttpOptions{
        .url = m_config.url,
        .headers = m_config.headers,
        .messageBytesMax = m_config.messageBytesMax,
    });
}

void Upstream::onReady()
{
    m_stableFrom = QDeadlineTimer(m_config.restart.stableAfter);
    m_wasReady = true;
    m_lastError.reset();
    qCInfo(logUpstream, "%s: ready: %s", m_config.server.value.constData(),
           nameAndVersion(m_connection->session(), m_secrets).constData());
    updateStatus();
    refreshLists();
}

void Upstream::onClosed(const Error &error)
{
    const QString words = untrustedLine(m_connection->lastWords(), m_secrets);
    m_connection.reset();
    m_isReadingLists = false;
    m_refreshTimer.stop();
    if (m_isStopping) {
        deleteLater();
        return;
    }
    if (std::exchange(m_wasReady, false) && m_stableFrom.hasExpired())
        m_failures = 0;
    ++m_failures;
    const milliseconds delay = restartDelay(m_config.restart, m_failures);
    m_lastError = error;
    m_lastWords = words;
    m_restartTimer.start(delay);
    noteFailure();
    qCWarning(logUpstream, "%s: %s (%s); next start in %lld ms", m_config.server.value.constData(),
              qUtf8Printable(error.message), qUtf8Printable(words),
              static_cast<long long>(delay.count()));
    updateStatus();
    answerCatalogWaiters(fail(unavailable()));
}

void Upstream::onRestartDue()
{
    ++m_restarts;
    connectIfNeeded();
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
    if (m_connection) {
        status.state = m_connection->isReady() ? AdapterState::Ready : AdapterState::Starting;
        status.callsInFlight = static_cast<std::int64_t>(m_connection->waiting());
    } else if (m_lastError) {
        status.state = AdapterState::Failed;
    }
    if (status.state == AdapterState::Ready)
        status.version = nameAndVersion(m_connection->session(), m_secrets);
    if (m_lastError)
        status.detail = lastFailure();
    else
        status.detail = status.version;
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

void Upstream::noteFailure()
{
    const Lock lock(m_shared->mutex);
    m_shared->status.note({SystemClock().now(), lastFailure()});
}

} // namespace provost::tools::mcp
