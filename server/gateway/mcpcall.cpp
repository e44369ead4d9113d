#include "server/gateway/mcpcall.h"

#include "server/protocol/jsonrpc.h"

namespace provost::gateway {

McpCall::McpCall(std::shared_ptr<Exchange> exchange, Options options)
    : m_exchange(std::move(exchange))
    , m_options(std::move(options))
{
}

McpCall::Notifier McpCall::notifier(Mailbox<Letter>::Sender ring)
{
    if (!m_options.acceptsEvents)
        return {};
    return [waiting = m_waiting, self = weak_from_this(), ring = std::move(ring)](QByteArray method,
                                                                                  Json params) {
        {
            const Lock lock(waiting->mutex);
            if (waiting->notifications.size() >= waitingMax)
                return;
            waiting->notifications.push_back({std::move(method), std::move(params)});
            if (waiting->notifications.size() > 1)
                return; // rung already
        }
        ring.post(self);
    };
}

McpCall::Asker McpCall::asker()
{
    if (!m_options.acceptsEvents)
        return {};
    return [self = weak_from_this()](const QByteArray &message) {
        const auto call = self.lock();
        return call && call->ask(message);
    };
}

std::function<void()> McpCall::releaser(Mailbox<Letter>::Sender ring)
{
    if (!m_options.acceptsEvents || !m_options.events || !m_options.primes)
        return {};
    return [waiting = m_waiting, self = weak_from_this(), ring = std::move(ring)] {
        {
            const Lock lock(waiting->mutex);
            waiting->release = true;
        }
        ring.post(self);
    };
}

void McpCall::flush()
{
    std::vector<Notification> notifications;
    bool wantsRelease = false;
    {
        const Lock lock(m_waiting->mutex);
        notifications.swap(m_waiting->notifications);
        wantsRelease = std::exchange(m_waiting->release, false);
    }
    for (Notification &notification : notifications) {
        if (isWanted(notification))
            send(notification);
    }
    if (wantsRelease)
        release();
}

void McpCall::keepAlive()
{
    if (m_options.events && m_options.acceptsEvents && m_exchange->isOpen())
        startEvents(); // from now on a lost connection loses no answer
    if (m_streaming && !m_released)
        m_exchange->sendComment("working");
}

void McpCall::answer(int httpStatus, const QByteArray &body, std::vector<Header> extraHeaders)
{
    flush();
    const bool stopped = m_stop.stop_requested();
    if (!stopped && !m_streaming && (m_options.acceptsJson || httpStatus != 200)) {
        HttpReply reply{httpStatus, m_options.headers, body};
        reply.headers.push_back(
            {QByteArrayLiteral("Content-Type"), QByteArrayLiteral("application/json")});
        reply.headers.insert(reply.headers.end(), extraHeaders.begin(), extraHeaders.end());
        m_exchange->reply(std::move(reply));
        return;
    }
    startEvents();
    if (!stopped)
        emitEvent(body);
    if (m_options.events)
        m_options.events->finish(m_stream);
    if (!m_released)
        m_exchange->endEvents();
}

void McpCall::startEvents()
{
    if (std::exchange(m_streaming, true))
        return;
    m_exchange->startEvents(m_options.headers);
    if (!m_options.events)
        return;
    m_stream = m_options.events->begin();
    if (m_options.primes)
        m_exchange->sendEvent({}, m_options.events->lastEventId(m_stream));
}

void McpCall::emitEvent(const QByteArray &message)
{
    EventLog::Kept kept;
    if (m_options.events)
        kept = m_options.events->append(m_stream, message);
    if (!kept.delivered && !m_released)
        m_exchange->sendEvent(message, kept.eventId);
}

void McpCall::release()
{
    if (m_stop.stop_requested() || m_released || !m_exchange->isOpen())
        return;
    startEvents();
    m_exchange->sendRetry(retryAfter);
    m_exchange->endEvents();
    m_released = true;
}

void McpCall::send(const Notification &notification)
{
    if (!canSend())
        return;
    startEvents();
    emitEvent(protocol::encodeNotification(notification.method, notification.params));
}

bool McpCall::ask(const QByteArray &message)
{
    flush(); // what was said before the question
    if (!canSend())
        return false;
    startEvents();
    emitEvent(message);
    return true;
}

bool McpCall::canSend() const
{
    if (m_stop.stop_requested())
        return false;
    if (m_options.events && m_streaming && (m_released || !m_exchange->isOpen()))
        return true; // kept for the client to fetch; the log bounds what waits
    return m_exchange->isOpen() && m_exchange->bytesWaiting() <= unsentBytesMax;
}

// Only what belongs to a request's own stream, and only what this client asked for.
bool McpCall::isWanted(Notification &notification)
{
    Json &params = notification.params;
    if (notification.method == "notifications/message") {
        const auto level = protocol::logLevelOf(params["level"].toByteArray());
        return level && m_options.logLevel && *level >= *m_options.logLevel;
    }
    if (notification.method != "notifications/progress" || m_options.progressToken.isNull())
        return false;
    const auto progress = params["progress"].toDouble();
    if (!progress || (m_progress && *progress <= *m_progress))
        return false;
    m_progress = progress;
    params.set("progressToken",
               m_options.progressToken); // the tool server knows its own token only
    return true;
}

} // namespace provost::gateway
