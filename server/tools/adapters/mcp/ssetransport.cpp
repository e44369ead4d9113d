#include "server/tools/adapters/mcp/ssetransport.h"

#include "server/tools/adapters/mcp/httpfailure.h"

namespace provost::tools::mcp {

namespace {

constexpr std::size_t postsMax = 512;
constexpr int redirectFirst = 300;
constexpr quint16 httpPort = 80;
constexpr quint16 httpsPort = 443;

int portOf(const QUrl &url)
{
    return url.port(url.scheme() == u"https" ? httpsPort : httpPort);
}

bool haveOneOrigin(const QUrl &a, const QUrl &b)
{
    return a.scheme() == b.scheme() && a.host() == b.host() && portOf(a) == portOf(b);
}

} // namespace

SseTransport::SseTransport(HttpOptions options)
    : m_options(std::move(options))
{
}

SseTransport::~SseTransport()
{
    if (m_stream)
        m_stream->disconnect(this);
    for (auto &[key, exchange] : m_posts)
        exchange->disconnect(this);
}

QByteArray SseTransport::headText(QByteArrayView method, const QUrl &url) const
{
    const auto encoded = QUrl::FullyEncoded;
    const QByteArray path = url.path(encoded).toUtf8();
    const QByteArray query = url.query(encoded).toUtf8();
    QByteArray text = method.toByteArray() + ' ' + (path.isEmpty() ? QByteArray("/") : path)
                      + (query.isEmpty() ? QByteArray() : '?' + query)
                      + " HTTP/1.1\r\nHost: " + url.authority(encoded).toUtf8()
                      + "\r\nUser-Agent: provost/" PROVOST_VERSION
                        "\r\nAccept-Encoding: identity\r\n";
    for (const auto &[name, value] : m_options.headers)
        text += name + ": " + value + "\r\n";
    return text;
}

void SseTransport::open()
{
    m_stream = makeLater<HttpExchange>(NoRequest,
                                       HttpLimits{.messageBytesMax = m_options.messageBytesMax});
    connect(m_stream.get(), &HttpExchange::otherEvent, this, &SseTransport::onEvent);
    connect(m_stream.get(), &HttpExchange::message, this,
            [this](const QByteArray &text) { Q_EMIT received(text, NoRequest); });
    connect(m_stream.get(), &HttpExchange::ended, this, &SseTransport::onStreamEnded);
    m_stream->start(m_options.url,
                    headText("GET", m_options.url) + "Accept: text/event-stream\r\n\r\n", nullptr);
}

void SseTransport::onEvent(const SseEvent &event)
{
    if (event.type != "endpoint" || !m_endpoint.isEmpty())
        return;
    const QUrl named = m_options.url.resolved(QUrl(QString::fromUtf8(event.data).trimmed()));
    if (!named.isValid() || !haveOneOrigin(named, m_options.url)) {
        end({ErrorCode::Upstream,
             QStringLiteral("the server wants its messages at another origin, which is refused")});
        return;
    }
    m_endpoint = named;
    for (const Outgoing &message : std::exchange(m_early, {}))
        post(message);
}

void SseTransport::onStreamEnded(const std::optional<Error> &error)
{
    if (m_stream->status() >= redirectFirst)
        end(failureOf(*m_stream));
    else
        end(error.value_or(
            Error{ErrorCode::Upstream, QStringLiteral("the server ended its stream")}));
}

Result<void> SseTransport::send(const Outgoing &message)
{
    if (m_isClosing || m_isClosed)
        return fail(ErrorCode::Unavailable, QStringLiteral("the server is not running"));
    if (m_posts.size() + m_early.size() >= postsMax)
        return fail(ErrorCode::Unavailable, QStringLiteral("too many calls wait for the server"));
    if (m_endpoint.isEmpty())
        m_early.push_back(message);
    else
        post(message);
    return {};
}

void SseTransport::post(const Outgoing &message)
{
    const PostKey key = m_nextKey++;
    auto exchange = makeLater<HttpExchange>(
        message.id, HttpLimits{.messageBytesMax = m_options.messageBytesMax,
                               .responseBytesMax = m_options.messageBytesMax});
    connect(exchange.get(), &HttpExchange::ended, this,
            [this, key, id = message.id](const std::optional<Error> &error) {
                onPosted(key, id, error);
            });
    // What it does not acknowledge it may answer all the same, on the stream.
    QTimer::singleShot(m_options.postPatience, exchange.get(), [this, key] { drop(key); });
    exchange->start(m_endpoint,
                    headText("POST", m_endpoint)
                        + "Content-Type: application/json\r\nContent-Length: "
                        + QByteArray::number(message.text.size()) + "\r\n\r\n" + message.text,
                    m_idle.take());
    m_posts.emplace(key, std::move(exchange));
}

void SseTransport::drop(PostKey key)
{
    const auto entry = m_posts.find(key);
    if (entry == m_posts.end())
        return;
    entry->second->disconnect(this);
    m_posts.erase(entry);
}

void SseTransport::onPosted(PostKey key, RequestId id, const std::optional<Error> &error)
{
    const auto entry = m_posts.extract(key);
    HttpExchange &exchange = *entry.mapped();
    m_idle.keep(exchange.takeConnection());
    if (id == NoRequest || (!error && exchange.status() < redirectFirst))
        return; // the answer comes on the stream
    Q_EMIT failed(id, {.error = error.value_or(failureOf(exchange)),
                       .httpStatus = exchange.status(),
                       .rpcError = rpcErrorOf(exchange)});
}

void SseTransport::close()
{
    if (std::exchange(m_isClosing, true))
        return;
    if (m_stream)
        m_stream->disconnect(this);
    m_stream.reset(); // ends the session
    QMetaObject::invokeMethod(
        this,
        [this] {
            end({ErrorCode::Cancelled, QStringLiteral("the server was stopped")});
        },
        Qt::QueuedConnection);
}

void SseTransport::end(const Error &error)
{
    if (std::exchange(m_isClosed, true))
        return;
    Q_EMIT closed(error);
}

} // namespace provost::tools::mcp
