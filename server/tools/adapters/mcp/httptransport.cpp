#include "server/tools/adapters/mcp/httptransport.h"

#include "server/tools/adapters/mcp/httpfailure.h"

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t callsMax = 512;
constexpr std::size_t unaskedMax = 512; // notifications, and answers to the server, beyond that
constexpr int messagesOfResponse = 8;   // a response may have so many messages of the largest size
constexpr milliseconds afterAnswer{
    500};                              // for the server to end a stream that has brought its answer
constexpr milliseconds goodbye{1'000}; // for the answer to DELETE
constexpr milliseconds retryDefault{1'000};
constexpr milliseconds retryMax{10'000};
constexpr int resumptionsMax = 10;
constexpr int stepUpsMax = 2;
constexpr int unauthorized = 401;
constexpr qsizetype sessionIdBytesMax = 1024;
constexpr qsizetype tokenBytesMin = 8; // a shorter one could be an ordinary word

void addHeader(QByteArray &text, QByteArrayView name, QByteArrayView value)
{
    text.append(name).append(": ").append(value).append("\r\n");
}

// A server may repeat what it was given; agents and records must not see it.
QByteArray withoutToken(QByteArray text, const QByteArray &credential)
{
    const QByteArray token = credential.mid(credential.indexOf(' ') + 1);
    if (token.size() >= tokenBytesMin && text.contains(token))
        text.replace(token, "***");
    return text;
}

bool isValidSessionId(const QByteArray &id)
{
    return !id.isEmpty() && id.size() <= sessionIdBytesMax
           && std::all_of(id.begin(), id.end(),
                          [](char byte) { return byte >= 0x21 && byte <= 0x7E; });
}

} // namespace

HttpTransport::HttpTransport(HttpOptions options)
    : m_options(std::move(options))
    , m_stream(m_options.url, {.messageBytesMax = m_options.messageBytesMax},
               [this](const QByteArray &lastEventId) { return sessionText("GET", lastEventId); })
{
    m_closeTimer.setSingleShot(true);
    connect(&m_closeTimer, &QTimer::timeout, this, &HttpTransport::finishClosing);
    connect(&m_stream, &ServerStream::message, this, [this](const QByteArray &text) {
        Q_EMIT received(withoutToken(text, credential()), NoRequest);
    });
    connect(&m_stream, &ServerStream::opened, this, &HttpTransport::canHear);
    connect(&m_stream, &ServerStream::missed, this, &HttpTransport::missed);
    connect(&m_stream, &ServerStream::sessionLost, this, [this] {
        Q_EMIT failed(NoRequest,
                      {.error = {ErrorCode::Upstream, QStringLiteral("the session was lost")},
                       .failure = Failure::Session});
    });
}

HttpTransport::~HttpTransport()
{
    for (auto &[key, call] : m_calls)
        call.exchange->disconnect(this);
}

QByteArray HttpTransport::headText(QByteArrayView method, QByteArrayView accepted) const
{
    const auto encoded = QUrl::FullyEncoded;
    const QByteArray path = m_options.url.path(encoded).toUtf8();
    const QByteArray query = m_options.url.query(encoded).toUtf8();
    QByteArray text = method.toByteArray() + ' ' + (path.isEmpty() ? QByteArray("/") : path)
                      + (query.isEmpty() ? QByteArray() : '?' + query) + " HTTP/1.1\r\n";
    addHeader(text, "Host", m_options.url.authority(encoded).toUtf8());
    addHeader(text, "User-Agent", "provost/" PROVOST_VERSION);
    addHeader(text, "Accept", accepted);
    addHeader(text, "Accept-Encoding", "identity");
    for (const auto &[name, value] : m_options.headers)
        addHeader(text, name, value);
    if (const QByteArray value = credential(); !value.isEmpty())
        addHeader(text, "Authorization", value);
    return text;
}

QByteArray HttpTransport::credential() const
{
    return m_options.authorizer ? m_options.authorizer->credential() : QByteArray();
}

void HttpTransport::addSessionHeaders(QByteArray &text) const
{
    if (!m_protocolVersion.isEmpty())
        addHeader(text, "MCP-Protocol-Version", m_protocolVersion);
    if (!m_sessionId.isEmpty())
        addHeader(text, "Mcp-Session-Id", m_sessionId);
}

QByteArray HttpTransport::postText(const Outgoing &message) const
{
    QByteArray text = headText("POST", "application/json, text/event-stream");
    if (message.role == Role::Session)
        addSessionHeaders(text);
    for (const auto &[name, value] : message.headers)
        addHeader(text, name, value);
    addHeader(text, "Content-Type", "application/json");
    addHeader(text, "Content-Length", QByteArray::number(message.text.size()));
    return text + "\r\n" + message.text;
}

QByteArray HttpTransport::sessionText(QByteArrayView method, QByteArrayView lastEventId) const
{
    QByteArray text = headText(method, "text/event-stream");
    addSessionHeaders(text);
    if (!lastEventId.isEmpty())
        addHeader(text, "Last-Event-ID", lastEventId);
    return text + "\r\n";
}

Result<void> HttpTransport::send(const Outgoing &message)
{
    if (m_isClosing)
        return fail(ErrorCode::Unavailable, QStringLiteral("the server is not running"));
    // What has no answer gets through where no further call does: it may be what ends one, or lets it go on.
    const std::size_t most = message.id == NoRequest ? callsMax + unaskedMax : callsMax;
    if (m_calls.size() >= most)
        return fail(ErrorCode::Unavailable, QStringLiteral("too many calls wait for the server"));
    const CallKey key = m_nextKey++;
    const bool hasSession = message.role == Role::Session && !m_sessionId.isEmpty();
    m_calls.emplace(
        key,
        Call{.exchange = {}, .id = message.id, .role = message.role, .hadSession = hasSession});
    begin(key, [this, message] { return postText(message); });
    return {};
}

void HttpTransport::begin(CallKey key, RequestText makeText)
{
    Call &call = m_calls.at(key);
    call.text = std::move(makeText);
    call.credential = credential();
    const qsizetype responseBytesMax =
        call.role == Role::Listen ? 0 : m_options.messageBytesMax * messagesOfResponse;
    call.exchange =
        makeLater<HttpExchange>(call.id, HttpLimits{
                                             .messageBytesMax = m_options.messageBytesMax,
                                             .responseBytesMax = responseBytesMax,
                                         });
    HttpExchange *exchange = call.exchange.get();
    connect(exchange, &HttpExchange::headArrived, this, [this, key] { onHead(key); });
    connect(exchange, &HttpExchange::message, this,
            [this, key](const QByteArray &text) { deliver(key, text); });
    connect(exchange, &HttpExchange::ended, this,
            [this, key](const std::optional<Error> &error) { onEnded(key, error); });
    if (call.id == NoRequest) // else its release() ends it
        QTimer::singleShot(m_options.postPatience, exchange, [this, key] { drop(key); });
    exchange->start(m_options.url, call.text(), m_idle.take());
}

void HttpTransport::onHead(CallKey key)
{
    const Call &call = m_calls.at(key);
    if (call.role != Role::Initialize)
        return;
    if (const QByteArray id = call.exchange->header("mcp-session-id"); isValidSessionId(id))
        m_sessionId = id;
}

void HttpTransport::deliver(CallKey key, const QByteArray &text)
{
    m_delivering = key;
    const Call &call = m_calls.at(key);
    Q_EMIT received(withoutToken(text, call.credential), call.id);
    m_delivering = 0;
}

void HttpTransport::onEnded(CallKey key, const std::optional<Error> &error)
{
    const HttpExchange &exchange = *m_calls.at(key).exchange;
    const bool lostSession = m_calls.at(key).hadSession && !error && saysSessionIsUnknown(exchange);
    if (!error && !lostSession && exchange.id() != NoRequest && bringsAnswer(exchange))
        deliver(key, exchange.body());
    const auto entry = m_calls.find(key);
    if (entry == m_calls.end()) // the message made its reader close us
        return;
    const Call &call = entry->second;
    if (!call.wasReleased && call.id != NoRequest && !lostSession && resumeLater(key))
        return;
    if (!error && authorizeLater(key))
        return;

    m_idle.keep(call.exchange->takeConnection());
    const RequestId id = call.id;
    const bool hasFailed = id != NoRequest && !call.wasReleased;
    const FailedExchange failure{
        .error = error.value_or(failureOf(*call.exchange)),
        .failure = lostSession ? Failure::Session : Failure::Exchange,
        .httpStatus = call.exchange->status(),
        .rpcError = rpcErrorOf(*call.exchange),
    };
    drop(key);
    if (m_isClosing)
        finishClosing();
    else if (hasFailed)
        Q_EMIT failed(id, failure);
}

// A server may end a stream before the answer and have its client come back for the rest.
bool HttpTransport::resumeLater(CallKey key)
{
    Call &call = m_calls.at(key);
    const SseParser &events = call.exchange->events();
    if (call.role != Role::Session || !call.exchange->isStream() || events.lastEventId().isEmpty()
        || call.resumptions >= resumptionsMax)
        return false;
    ++call.resumptions;
    call.hadSession = false; // from here on a 404 no longer means that the message was not executed
    const milliseconds delay = std::min(events.retry().value_or(retryDefault), retryMax);
    QTimer::singleShot(delay, call.exchange.get(), [this, key, id = events.lastEventId()] {
        if (m_calls.count(key) != 0) // else released, and its exchange not deleted yet
            begin(key, [this, id] { return sessionText("GET", id); });
    });
    return true;
}

// The server did not look at the message: it may be sent again with another credential.
bool HttpTransport::authorizeLater(CallKey key)
{
    Call &call = m_calls.at(key);
    const HttpAuthorizer::Refusal refusal{
        .status = call.exchange->status(),
        .challenge = call.exchange->headers("www-authenticate"),
        .credential = call.credential,
    };
    if (!m_options.authorizer || m_isClosing || call.wasReleased
        || !m_options.authorizer->canMend(refusal))
        return false;
    const bool isEnough = refusal.status == unauthorized ? std::exchange(call.wasUnauthorized, true)
                                                         : ++call.stepUps > stepUpsMax;
    if (isEnough)
        return false;
    m_idle.keep(call.exchange->takeConnection());
    m_options.authorizer->refused(refusal,
                                  [self = QPointer(this), key](const Result<void> &result) {
                                      if (self)
                                          self->onAuthorized(key, result);
                                  });
    return true;
}

void HttpTransport::onAuthorized(CallKey key, const Result<void> &result)
{
    const auto entry = m_calls.find(key);
    if (entry == m_calls.end()) // released meanwhile
        return;
    if (result) {
        begin(key, entry->second.text);
        return;
    }
    const RequestId id = entry->second.id;
    const FailedExchange failure{
        .error = result.error(),
        .httpStatus = entry->second.exchange->status(),
    };
    drop(key);
    if (id != NoRequest)
        Q_EMIT failed(id, failure);
}

void HttpTransport::release(RequestId id)
{
    const auto entry = std::find_if(m_calls.begin(), m_calls.end(),
                                    [id](const auto &keyed) { return keyed.second.id == id; });
    if (id == NoRequest || entry == m_calls.end() || entry->second.wasReleased)
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
    if (protocolVersion.isEmpty())
        m_sessionId.clear();
    else
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
    begin(key, [this] { return sessionText("DELETE"); });
    m_closeTimer.start(goodbye);
}

void HttpTransport::finishClosing()
{
    if (std::exchange(m_isClosed, true))
        return;
    Q_EMIT closed({ErrorCode::Cancelled, QStringLiteral("the server was stopped")});
}

} // namespace provost::tools::mcp
