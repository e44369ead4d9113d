#include "server/gateway/mcpstreams.h"

#include <vector>

namespace provost::gateway {

McpStreams::McpStreams()
    : m_letters([this](const StreamLetter &letter) { deliver(letter); })
{
}

void McpStreams::open(std::shared_ptr<Exchange> exchange, std::shared_ptr<Session> session,
                      std::vector<Header> headers)
{
    const quint64 stream = ++m_last;
    exchange->onClosed([alive = std::weak_ptr(m_alive), stream] {
        if (const auto self = alive.lock())
            (*self)->forget(stream);
    });
    const quint64 token = session->openStream({m_letters.sender(), stream});
    m_streams.emplace(stream, Stream{exchange, std::move(session), token});
    exchange->startEvents(std::move(headers));
}

void McpStreams::keepAlive()
{
    std::vector<std::shared_ptr<Exchange>> exchanges; // writing may find that the client has gone
    for (const auto &[id, stream] : m_streams)
        exchanges.push_back(stream.exchange);
    for (const auto &exchange : exchanges)
        exchange->sendComment("listening");
}

void McpStreams::endAll()
{
    while (!m_streams.empty())
        end(m_streams.begin()->first);
}

void McpStreams::deliver(const StreamLetter &letter)
{
    const auto found = m_streams.find(letter.stream);
    if (found == m_streams.end())
        return;
    Exchange &exchange = *found->second.exchange;
    if (letter.message.isEmpty() || exchange.bytesWaiting() > unsentBytesMax)
        end(letter.stream);
    else
        exchange.sendEvent(letter.message);
}

void McpStreams::end(quint64 stream)
{
    const auto exchange = m_streams.at(stream).exchange;
    forget(stream);
    exchange->endEvents();
}

void McpStreams::forget(quint64 stream)
{
    const auto found = m_streams.find(stream);
    if (found == m_streams.end())
        return;
    const Stream closed = std::move(found->second);
    m_streams.erase(found);
    closed.session->streamClosed(closed.token);
}

} // namespace provost::gateway
