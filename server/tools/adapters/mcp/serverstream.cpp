#include "server/tools/adapters/mcp/serverstream.h"

#include <algorithm>

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds delayFirst{1'000};
constexpr milliseconds delayMax{60'000};
constexpr int doublingsMax = 6;
constexpr milliseconds openingMax{1'000}; // some servers send no head before their first message
constexpr int badRequest = 400;
constexpr int unauthorized = 401;
constexpr int notFound = 404;

} // namespace

ServerStream::ServerStream(QUrl server, HttpLimits limits, RequestText requestText)
    : m_server(std::move(server))
    , m_limits(limits)
    , m_requestText(std::move(requestText))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ServerStream::connectStream);
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, &ServerStream::opened);
}

void ServerStream::open()
{
    close();
    m_lastEventId.clear();
    m_failures = 0;
    m_hasWorked = false;
    m_patience.start(openingMax);
    connectStream();
}

void ServerStream::close()
{
    m_timer.stop();
    m_patience.stop();
    if (m_exchange)
        m_exchange->disconnect(this);
    m_exchange.reset();
}

void ServerStream::connectStream()
{
    m_exchange = makeLater<HttpExchange>(Transport::NoRequest, m_limits);
    connect(m_exchange.get(), &HttpExchange::headArrived, this, [this] {
        const bool worksAgain = m_exchange->isStream() && std::exchange(m_hasWorked, true);
        onOpened();
        if (worksAgain && m_lastEventId.isEmpty())
            Q_EMIT missed();
    });
    connect(m_exchange.get(), &HttpExchange::message, this, [this](const QByteArray &text) {
        m_failures = 0;
        Q_EMIT message(text);
    });
    connect(m_exchange.get(), &HttpExchange::ended, this, &ServerStream::onEnded);
    m_exchange->start(m_server, m_requestText(m_lastEventId), nullptr);
}

void ServerStream::onOpened()
{
    if (!m_patience.isActive())
        return;
    m_patience.stop();
    Q_EMIT opened();
}

void ServerStream::onEnded(const std::optional<Error> &)
{
    const bool wasRefused = m_exchange->status() != 0 && !m_exchange->isStream();
    const bool wasUnauthorized = m_exchange->status() == unauthorized;
    const bool sessionIsGone =
        m_hasWorked && (m_exchange->status() == notFound || m_exchange->status() == badRequest);
    if (const QByteArray id = m_exchange->events().lastEventId(); !id.isEmpty())
        m_lastEventId = id;
    const auto wanted = m_exchange->events().retry().value_or(delayFirst);
    m_exchange.reset();
    onOpened();
    if (sessionIsGone) {
        Q_EMIT sessionLost();
        return;
    }
    // 405: it has no such stream. 401: the next credential may be better.
    if (wasRefused && !m_hasWorked && !wasUnauthorized)
        return;
    m_failures = std::min(m_failures + 1, doublingsMax);
    m_timer.start(std::clamp(wanted * (1 << (m_failures - 1)), delayFirst, delayMax));
}

} // namespace provost::tools::mcp
