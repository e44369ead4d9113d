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

void McpCall::flush()
{
    std::deque<Notification> notifications;
    {
        const Lock lock(m_waiting->mutex);
        notifications.swap(m_waiting->notifications);
    }
    for (Notification &notification : notifications) {
        if (isWanted(notification))
            send(std::move(notification));
    }
}

void McpCall::keepAlive()
{
    if (m_streaming)
        m_exchange->sendComment("working");
}

void McpCall::answer(int httpStatus, const QByteArray &body, std::vector<Header> extraHeaders)
{
    flush();
    const bool stopped = m_stop.stop_requested();
    if (!stopped && !m_streaming && (m_options.acceptsJson || httpStatus != 200)) {
        HttpReply reply{httpStatus, m_options.headers, body};
        reply.headers.push_back({"Content-Type", "application/json"});
        reply.headers.insert(reply.headers.end(), extraHeaders.begin(), extraHeaders.end());
        m_exchange->reply(std::move(reply));
        return;
    }
    startEvents();
    if (!stopped)
        m_exchange->sendEvent(body);
    m_exchange->endEvents();
}

void McpCall::startEvents()
{
    if (!std::exchange(m_streaming, true))
        m_exchange->startEvents(m_options.headers);
}

void McpCall::send(Notification notification)
{
    if (!canSend())
        return;
    startEvents();
    m_exchange->sendEvent(protocol::encodeNotification(notification.method, notification.params));
}

bool McpCall::ask(const QByteArray &message)
{
    flush(); // what was said before the question
    if (!canSend())
        return false;
    startEvents();
    m_exchange->sendEvent(message);
    return true;
}

bool McpCall::canSend() const
{
    return !m_stop.stop_requested() && m_exchange->isOpen()
           && m_exchange->bytesWaiting() <= unsentBytesMax;
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
