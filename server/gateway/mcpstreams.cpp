#include "server/gateway/mcpstreams.h"

#include <vector>

namespace provost::gateway {

McpStreams::McpStreams()
    : m_letters([this](const StreamLetter &letter) { deliver(letter); })
{
}

Result<void> McpStreams::open(Request request)
{
    const quint64 stream = ++m_last;
    const StreamAddress address{m_letters.sender(), stream};
    EventLog &events = request.session->events();
    EventLog::Reading reading;
    if (request.lastEventId) {
        TRY_LET(reading, events.resume(*request.lastEventId, address));
    } else {
        reading = events.attach(address);
    }

    const auto exchange = request.exchange;
    exchange->onClosed([alive = std::weak_ptr(m_alive), stream] {
        if (const auto self = alive.lock())
            (*self)->forget(stream);
    });
    // A client that knows priming events can resume from the very first; one that resumes has an id already.
    const bool primes = !request.lastEventId && request.session->facts().revision.primesStreams;
    m_streams.emplace(stream, Stream{exchange, std::move(request.session),
                                     std::move(request.credential), reading});
    exchange->startEvents(std::move(request.headers));
    if (primes)
        exchange->sendEvent({}, reading.eventId);
    return {};
}

void McpStreams::checkCredentials(
    const std::function<bool(const Session &, const identity::PresentedKey &)> &isValid)
{
    std::vector<quint64> invalid;
    for (const auto &[number, stream] : m_streams) {
        if (!isValid(*stream.session, stream.credential))
            invalid.push_back(number);
    }
    for (const quint64 number : invalid)
        end(number);
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
    const auto exchange = found->second.exchange; // writing may find that the client has gone
    if (letter.message.isEmpty() || exchange->bytesWaiting() > unsentBytesMax)
        end(letter.stream);
    else
        exchange->sendEvent(letter.message, letter.eventId);
}

void McpStreams::end(quint64 stream)
{
    const auto found = m_streams.find(stream);
    if (found == m_streams.end())
        return;
    const auto exchange = found->second.exchange;
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
    closed.session->events().detach(closed.reading);
}

} // namespace provost::gateway
