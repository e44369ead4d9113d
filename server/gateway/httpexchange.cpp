#include "server/gateway/httpexchange.h"

#include "server/base/assert.h"
#include "server/gateway/connectionguard.h"

namespace provost::gateway {

HttpExchange::HttpExchange(ConnectionGuard &guard, ScannedRequest scanned)
    : m_guard(&guard)
    , m_request(std::move(scanned.request))
    , m_http11(scanned.http11)
{
}

HttpExchange::~HttpExchange()
{
    if (m_guard == nullptr)
        return;
    m_onClosed = nullptr;
    if (m_answer == Answer::None)
        reply(refusalReply(500, "the request was not answered"));
    else
        m_guard->dropExchange();
}

void HttpExchange::reply(HttpReply reply)
{
    PROVOST_ASSERT(m_thread == std::this_thread::get_id(), qFatal("wrong thread"));
    PROVOST_ASSERT(m_answer == Answer::None, return );
    m_answer = Answer::Complete;
    if (m_guard == nullptr)
        return;
    m_guard->write(encodeReply(reply, framing()));
    complete();
}

void HttpExchange::startEvents(std::vector<Header> extraHeaders)
{
    PROVOST_ASSERT(m_thread == std::this_thread::get_id(), qFatal("wrong thread"));
    PROVOST_ASSERT(m_answer == Answer::None, return );
    m_answer = Answer::Events;
    if (m_guard == nullptr)
        return;
    if (!m_http11)
        m_guard->closeAfterAnswer(); // without chunks the end of the connection ends the stream
    m_guard->write(encodeEventsHead(extraHeaders, framing()));
    if (m_request.method == "HEAD")
        complete();
}

void HttpExchange::sendEvent(QByteArrayView data, QByteArrayView id, QByteArrayView event)
{
    sendPart(encodeEvent(data, id, event));
}

void HttpExchange::sendComment(QByteArrayView text)
{
    sendPart(encodeComment(text));
}

void HttpExchange::sendRetry(std::chrono::milliseconds retry)
{
    sendPart(encodeRetry(retry));
}

void HttpExchange::endEvents()
{
    PROVOST_ASSERT(m_answer == Answer::Events, return );
    if (m_guard == nullptr)
        return;
    if (m_http11)
        m_guard->write(encodeChunk({}));
    complete();
}

bool HttpExchange::upgrade(const QByteArray &head, SocketTaker taker)
{
    PROVOST_ASSERT(m_answer == Answer::None, return false);
    if (m_guard == nullptr || !m_http11 || !m_guard->giveAway(head, std::move(taker)))
        return false;
    m_answer = Answer::Complete;
    m_onClosed = nullptr;
    m_guard = nullptr;
    return true;
}

qint64 HttpExchange::bytesWaiting() const
{
    return m_guard == nullptr ? 0 : m_guard->bytesWaiting();
}

void HttpExchange::clientGone()
{
    m_guard = nullptr;
    if (const auto callback = std::exchange(m_onClosed, nullptr))
        callback();
}

ReplyFraming HttpExchange::framing() const
{
    ReplyFraming framing;
    framing.date = m_guard->date();
    framing.keepAlive = m_guard->keepsAlive();
    framing.http11 = m_http11;
    framing.withoutBody = m_request.method == "HEAD";
    return framing;
}

void HttpExchange::sendPart(const QByteArray &part)
{
    PROVOST_ASSERT(m_thread == std::this_thread::get_id(), qFatal("wrong thread"));
    PROVOST_ASSERT(m_answer == Answer::Events, return );
    if (m_guard == nullptr || part.isEmpty())
        return;
    m_guard->write(m_http11 ? encodeChunk(part) : part);
}

void HttpExchange::complete()
{
    m_answer = Answer::Complete;
    m_onClosed = nullptr;
    // Writing may have found the client gone.
    if (ConnectionGuard *guard = std::exchange(m_guard, nullptr))
        guard->finishAnswer();
}

} // namespace provost::gateway
