#include "server/gateway/websocketexchange.h"

#include "server/base/assert.h"
#include "server/gateway/websocketpeer.h"
#include "server/protocol/jsonrpc.h"

namespace provost::gateway {

WebSocketExchange::WebSocketExchange(WebSocketPeer &peer, HttpRequest request, Role role, Json id)
    : m_peer(&peer)
    , m_request(std::move(request))
    , m_role(role)
    , m_id(std::move(id))
{
}

WebSocketExchange::~WebSocketExchange()
{
    if (m_peer == nullptr)
        return;
    m_onClosed = nullptr;
    if (m_answer == Answer::Events)
        m_peer->cut(); // its reader is too slow, and must not take half an answer for a whole one
    else if (!m_id.isNull())
        m_peer->send(protocol::encodeError(
            m_id, {500, protocol::code::InternalError, "The request was not answered", {}}));
    if (WebSocketPeer *peer = std::exchange(m_peer, nullptr))
        peer->finished(*this, {});
}

void WebSocketExchange::reply(HttpReply reply)
{
    PROVOST_ASSERT(m_answer == Answer::None, return );
    m_answer = Answer::Complete;
    m_onClosed = nullptr;
    if (m_peer == nullptr)
        return;
    if (m_role != Role::Stream)
        m_peer->send(reply.body);
    if (WebSocketPeer *peer = std::exchange(m_peer, nullptr))
        peer->finished(*this, reply);
}

void WebSocketExchange::startEvents(std::vector<Header>)
{
    PROVOST_ASSERT(m_answer == Answer::None, return );
    m_answer = Answer::Events;
}

void WebSocketExchange::sendEvent(QByteArrayView data, QByteArrayView, QByteArrayView)
{
    PROVOST_ASSERT(m_answer == Answer::Events, return );
    if (m_peer != nullptr)
        m_peer->send(data);
}

void WebSocketExchange::endEvents()
{
    PROVOST_ASSERT(m_answer == Answer::Events, return );
    m_answer = Answer::Complete;
    m_onClosed = nullptr;
    if (WebSocketPeer *peer = std::exchange(m_peer, nullptr))
        peer->finished(*this, {});
}

qint64 WebSocketExchange::bytesWaiting() const
{
    return m_peer == nullptr ? 0 : m_peer->bytesWaiting();
}

void WebSocketExchange::clientGone()
{
    m_peer = nullptr;
    if (const auto callback = std::exchange(m_onClosed, nullptr))
        callback();
}

} // namespace provost::gateway
