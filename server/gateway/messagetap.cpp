#include "server/gateway/messagetap.h"

#include "server/gateway/sessiontable.h"
#include "server/protocol/text.h"
#include "server/secrets/redact.h"

namespace provost::gateway {

namespace {

constexpr qsizetype agentBytesMax = 200;

// As the endpoint names an agent that has no session.
QByteArray claimedAgent(const HttpRequest &request, const McpRequest &in)
{
    const auto inbound = protocol::readInbound(request.body, in.headers);
    QByteArray claimed = inbound ? inbound->envelope.agent : QByteArray();
    if (claimed.isEmpty())
        claimed = protocol::asciiOf(request.header("User-Agent"), agentBytesMax);
    return claimed;
}

// Passes everything on, and notes it on the way.
class FollowedExchange final : public Exchange
{
public:
    FollowedExchange(std::shared_ptr<Exchange> exchange, MessageTap &tap,
                     MessageTap::Subject subject)
        : m_exchange(std::move(exchange))
        , m_tap(tap)
        , m_subject(std::move(subject))
    {
    }

    [[nodiscard]] const HttpRequest &request() const override { return m_exchange->request(); }
    [[nodiscard]] QByteArrayView transport() const override { return m_exchange->transport(); }
    [[nodiscard]] bool isOpen() const override { return m_exchange->isOpen(); }
    void onClosed(std::function<void()> callback) override
    {
        m_exchange->onClosed(std::move(callback));
    }
    void reply(HttpReply reply) override
    {
        note(reply.body);
        m_exchange->reply(std::move(reply));
    }
    void startEvents(std::vector<Header> extraHeaders) override
    {
        m_exchange->startEvents(std::move(extraHeaders));
    }
    void sendEvent(QByteArrayView data, QByteArrayView id, QByteArrayView event) override
    {
        note(data);
        m_exchange->sendEvent(data, id, event);
    }
    void sendComment(QByteArrayView text) override { m_exchange->sendComment(text); }
    void sendRetry(std::chrono::milliseconds retry) override { m_exchange->sendRetry(retry); }
    void endEvents() override { m_exchange->endEvents(); }
    [[nodiscard]] bool upgrade(const QByteArray &protocol, SocketTaker taker) override
    {
        return m_exchange->upgrade(protocol, std::move(taker));
    }
    [[nodiscard]] qint64 bytesWaiting() const override { return m_exchange->bytesWaiting(); }

private:
    void note(QByteArrayView message)
    {
        if (m_tap.isOn())
            m_tap.note(m_subject, MessageTap::Direction::ToAgent, message);
    }

    const std::shared_ptr<Exchange> m_exchange;
    MessageTap &m_tap;
    const MessageTap::Subject m_subject;
};

TappedMessage redacted(QByteArrayView message)
{
    TappedMessage tapped;
    tapped.bytes = message.size();
    if (const auto json = Json::parse(message)) {
        tapped.method = (*json)["method"].toByteArray();
        tapped.text = secrets::redact(*json).toBytes();
    } else {
        tapped.text = secrets::redactText(message.toByteArray());
    }
    if (tapped.text.size() > MessageTap::textBytesMax)
        tapped.text = tapped.text.first(MessageTap::textBytesMax) + "…";
    return tapped;
}

} // namespace

MessageTap::MessageTap(const Clock &clock)
    : m_clock(clock)
{
}

Result<MessageTap::Read> MessageTap::read(const Subject &subject, std::int64_t after)
{
    const MonotonicTime now = m_clock.monotonic();
    const Lock lock(m_mutex);
    expire(now);
    Read read;
    auto found = m_watches.find(subject);
    if (found == m_watches.end()) {
        if (m_watches.size() >= watchesMax)
            return fail(ErrorCode::RateLimited,
                        QStringLiteral("the messages of too many agents are looked at already"));
        found = m_watches.emplace(subject, Watch()).first;
        read.began = true;
    }
    Watch &watch = found->second;
    watch.readLast = now;
    m_watching.store(true, std::memory_order_relaxed);
    for (const TappedMessage &message : watch.messages) {
        if (message.sequence > after)
            read.messages.push_back(message);
    }
    read.dropped = watch.dropped;
    return read;
}

bool MessageTap::isWatched(const Subject &subject) const
{
    const Lock lock(m_mutex);
    const auto found = m_watches.find(subject);
    return found != m_watches.end() && m_clock.monotonic() - found->second.readLast <= lease;
}

std::shared_ptr<Exchange> MessageTap::follow(std::shared_ptr<Exchange> exchange,
                                             const SessionOwner &owner, const McpRequest &in)
{
    const HttpRequest &request = exchange->request();
    // A stream lives long, and somebody may begin to look meanwhile.
    if (!isOn() && request.method != "GET")
        return exchange;
    Subject subject{owner, {}, {}};
    if (!in.sessionId.isEmpty())
        subject.sessionId = publicIdOf(SessionId(in.sessionId));
    else
        subject.agent = claimedAgent(request, in);
    if (!request.body.isEmpty())
        note(subject, Direction::FromAgent, request.body);
    return std::make_shared<FollowedExchange>(std::move(exchange), *this, std::move(subject));
}

void MessageTap::note(const Subject &subject, Direction direction, QByteArrayView message)
{
    if (message.isEmpty())
        return;
    const MonotonicTime now = m_clock.monotonic();
    {
        const Lock lock(m_mutex);
        expire(now);
        if (!m_watches.contains(subject))
            return;
    }
    TappedMessage tapped = redacted(message); // outside the lock: it takes a while
    tapped.when = m_clock.now();
    tapped.toAgent = direction == Direction::ToAgent;
    const Lock lock(m_mutex);
    const auto found = m_watches.find(subject);
    if (found == m_watches.end())
        return;
    Watch &watch = found->second;
    tapped.sequence = ++m_last;
    watch.bytes += tapped.text.size();
    watch.messages.push_back(std::move(tapped));
    while (watch.messages.size() > messagesMax || watch.bytes > bytesMax) {
        watch.bytes -= watch.messages.front().text.size();
        watch.messages.pop_front();
        ++watch.dropped;
    }
}

void MessageTap::expire(MonotonicTime now)
{
    std::erase_if(m_watches,
                  [&](const auto &entry) { return now - entry.second.readLast > lease; });
    m_watching.store(!m_watches.empty(), std::memory_order_relaxed);
}

} // namespace provost::gateway
