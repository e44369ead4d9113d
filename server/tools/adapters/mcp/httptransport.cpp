#include "server/tools/adapters/mcp/httptransport.h"

#include "server/tools/adapters/mcp/httpfailure.h"

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t callsMax = 512;
constexpr int messagesOfResponse = 8; // a response may have so many messages of the largest size
constexpr milliseconds afterAnswer{
    500};                              // for the server to end a stream that has brought its answer
constexpr milliseconds goodbye{1'000}; // for the answer to DELETE
constexpr milliseconds retryDefault{1'000};
constexpr milliseconds retryMax{10'000};
constexpr int resumptionsMax = 10;
constexpr qsizetype sessionIdBytesMax = 1024;

bool isValidSessionId(const QByteArray &id)
{
    return !id.isEmpty() && id.size() <= sessionIdBytesMax
           && std::all_of(id.begin(), id.end(),
                          [](char byte) { return byte >= 0x21 && byte <= 0x7E; });
}

} // namespace

HttpTransport::HttpTransport(HttpOptions options)
    : m_options(std::move(options))
    , m_stream(
          m_options.url, {.messageBytesMax = m_options.messageBytesMax},
          [this](const QByteArray &lastEventId) { return requestText("GET", {}, lastEventId); })
{
    m_closeTimer.setSingleShot(true);
    connect(&m_closeTimer, &QTimer::timeout, this, &HttpTransport::finishClosing);
    connect(&m_stream, &ServerStream::message, this, &HttpTransport::received);
    connect(&m_stream, &ServerStream::sessionLost, this, [this] {
        Q_EMIT failed(NoRequest, {ErrorCode::Upstream, QStringLiteral("the session was lost")},
                      Failure::Session);
    });
}

HttpTransport::~HttpTransport()
{
    for (auto &[key, call] : m_calls)
        call.exchange->disconnect(this);
}

QByteArray HttpTransport::requestText(QByteArrayView method, QByteArrayView body,
                                      QByteArrayView lastEventId) const
{
    const auto encoded = QUrl::FullyEncoded;
    const QByteArray path = m_options.url.path(encoded).toUtf8();
    const QByteArray query = m_options.url.query(encoded).toUtf8();
    QByteArray text = method.toByteArray() + ' ' + (path.isEmpty() ? QByteArray("/") : path)
                      + (query.isEmpty() ? QByteArray() : '?' + query) + " HTTP/1.1\r\n";
    const auto add = [&text](QByteArrayView name, QByteArrayView value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    add("Host", m_options.url.authority(encoded).toUtf8());
    add("User-Agent", "provost/" PROVOST_VERSION);
    add("Accept", method == QByteArrayView("GET") ? "text/event-stream"
                                                  : "application/json, text/event-stream");
    add("Accept-Encoding", "identity");
    if (!m_protocolVersion.isEmpty())
        add("MCP-Protocol-Version", m_protocolVersion);
    if (!m_sessionId.isEmpty())
        add("Mcp-Session-Id", m_sessionId);
    if (!lastEventId.isEmpty())
        add("Last-Event-ID", lastEventId);
    for (const auto &[name, value] : m_options.headers)
        add(name, value);
    if (method == QByteArrayView("POST")) {
        add("Content-Type", "application/json");
        add("Content-Length", QByteArray::number(body.size()));
    }
    text += "\r\n";
    text.append(body);
    return text;
}

Result<void> HttpTransport::send(RequestId id, const QByteArray &message)
{
    if (m_isClosing)
        return fail(ErrorCode::Unavailable, QStringLiteral("the server is not running"));
    if (m_calls.size() >= callsMax)
        return fail(ErrorCode::Unavailable, QStringLiteral("too many calls wait for the server"));
    const CallKey key = m_nextKey++;
    m_calls.emplace(key, Call{.exchange = {}, .id = id, .hadSession = !m_sessionId.isEmpty()});
    begin(key, requestText("POST", message));
    return {};
}

void HttpTransport::begin(CallKey key, const QByteArray &request)
{
    Call &call = m_calls.at(key);
    call.exchange = makeLater<HttpExchange>(
        call.id, HttpLimits{
                     .messageBytesMax = m_options.messageBytesMax,
                     .responseBytesMax = m_options.messageBytesMax * messagesOfResponse,
                 });
    HttpExchange *exchange = call.exchange.get();
    connect(exchange, &HttpExchange::headArrived, this, [this, key] { onHead(key); });
    connect(exchange, &HttpExchange::message, this,
            [this, key](const QByteArray &text) { deliver(key, text); });
    connect(exchange, &HttpExchange::ended, this,
            [this, key](const std::optional<Error> &error) { onEnded(key, error); });
    exchange->start(m_options.url, request, m_idle.take());
}

void HttpTransport::onHead(CallKey key)
{
    if (!m_protocolVersion.isEmpty() || !m_sessionId.isEmpty())
        return;
    if (const QByteArray id = m_calls.at(key).exchange->header("mcp-session-id");
        isValidSessionId(id))
        m_sessionId = id;
}

void HttpTransport::deliver(CallKey key, const QByteArray &text)
{
    m_delivering = key;
    Q_EMIT received(text);
    m_delivering = 0;
}

void HttpTransport::onEnded(CallKey key, const std::optional<Error> &error)
{
    const HttpExchange &exchange = *m_calls.at(key).exchange;
    const bool lostSession = m_calls.at(key).hadSession && !error && saysSessionIsUnknown(exchange);
    if (!error && !lostSession && exchange.isJson() && exchange.id() != NoRequest)
        deliver(key, exchange.body());
    const auto entry = m_calls.find(key);
    if (entry == m_calls.end()) // the message made its reader close us
        return;
    const Call &call = entry->second;
    if (!call.wasReleased && call.id != NoRequest && !lostSession && resumeLater(key))
        return;

    m_idle.keep(call.exchange->takeConnection());
    const RequestId id = call.id;
    const bool hasFailed = id != NoRequest && !call.wasReleased;
    const Error why = error.value_or(failureOf(*call.exchange));
    drop(key);
    if (m_isClosing)
        finishClosing();
    else if (hasFailed)
        Q_EMIT failed(id, why, lostSession ? Failure::Session : Failure::Exchange);
}

// A server may end a stream before the answer and have its client come back for the rest.
bool HttpTransport::resumeLater(CallKey key)
{
    Call &call = m_calls.at(key);
    const SseParser &events = call.exchange->events();
    if (!call.exchange->isStream() || events.lastEventId().isEmpty()
        || call.resumptions >= resumptionsMax)
        return false;
    ++call.resumptions;
    call.hadSession = false; // from here on a 404 no longer means that the message was not executed
    const milliseconds delay = std::min(events.retry().value_or(retryDefault), retryMax);
    QTimer::singleShot(delay, call.exchange.get(), [this, key, id = events.lastEventId()] {
        begin(key, requestText("GET", {}, id));
    });
    return true;
}

void HttpTransport::release(RequestId id)
{
    const auto entry = std::find_if(m_calls.begin(), m_calls.end(),
                                    [id](const auto &keyed) { return keyed.second.id == id; });
    if (id == NoRequest || entry == m_calls.end())
        return;
    const CallKey key = entry->first;
    if (key != m_delivering) {
        drop(key);
        return;
    }
    entry->second.wasReleased = true;
    QTimer::singleShot(afterAnswer, entry->second.exchange.get(), [this, key] { drop(key); });
}

void HttpTransport::drop(CallKey key)
{
    const auto entry = m_calls.find(key);
    if (entry == m_calls.end())
        return;
    entry->second.exchange->disconnect(this);
    m_calls.erase(entry);
}

void HttpTransport::handshakeBegins()
{
    m_stream.close();
    m_sessionId.clear();
    m_protocolVersion.clear();
}

void HttpTransport::handshakeEnded(const QByteArray &protocolVersion)
{
    m_protocolVersion = protocolVersion;
    m_stream.open();
}

void HttpTransport::close()
{
    if (std::exchange(m_isClosing, true))
        return;
    m_stream.close();
    for (auto &[key, call] : m_calls)
        call.exchange->disconnect(this);
    m_calls.clear();
    if (m_sessionId.isEmpty()) {
        m_closeTimer.start(0);
        return;
    }
    const CallKey key = m_nextKey++;
    m_calls.emplace(key, Call{});
    begin(key, requestText("DELETE", {}));
    m_closeTimer.start(goodbye);
}

void HttpTransport::finishClosing()
{
    if (std::exchange(m_isClosed, true))
        return;
    Q_EMIT closed({ErrorCode::Cancelled, QStringLiteral("the server was stopped")});
}

} // namespace provost::tools::mcp
