#include "server/gateway/eventlog.h"

namespace provost::gateway {

namespace {

constexpr QByteArrayView separator = "::";

QByteArray eventIdOf(quint64 stream, quint64 number)
{
    return QByteArray::number(stream) + separator.toByteArray() + QByteArray::number(number);
}

std::optional<std::pair<quint64, quint64>> readEventId(QByteArrayView id)
{
    const qsizetype at = id.indexOf(separator);
    if (at < 0)
        return std::nullopt;
    bool isStream = false;
    bool isNumber = false;
    const quint64 stream = id.first(at).toULongLong(&isStream);
    const quint64 number = id.sliced(at + separator.size()).toULongLong(&isNumber);
    return isStream && isNumber ? std::optional(std::pair(stream, number)) : std::nullopt;
}

} // namespace

EventLog::EventLog(const Clock &clock)
    : m_clock(clock)
{
    const Lock lock(m_mutex);
    m_streams.emplace(getStream, State());
}

EventLog::Stream EventLog::begin()
{
    const Lock lock(m_mutex);
    m_streams.emplace(++m_lastStream, State());
    return m_lastStream;
}

// Posting under the lock keeps the messages of a stream in order, whichever threads they come from.
EventLog::Kept EventLog::append(Stream stream, const QByteArray &message)
{
    const Lock lock(m_mutex);
    const auto found = m_streams.find(stream);
    if (found == m_streams.end())
        return {};
    State &state = found->second;
    if (stream == getStream && state.token == 0)
        return {}; // nobody has opened it yet
    const QByteArray id = eventIdOf(stream, ++state.last);
    m_events.push_back({stream, state.last, message, m_clock.monotonic()});
    m_bytes += message.size();
    const bool delivered = state.reader.has_value();
    if (delivered)
        state.reader->sender.post({state.reader->stream, message, id});
    dropOld(); // last: it may forget the stream
    return {id, delivered};
}

void EventLog::finish(Stream stream)
{
    const Lock lock(m_mutex);
    const auto found = m_streams.find(stream);
    if (found == m_streams.end())
        return;
    State &state = found->second;
    state.finished = true;
    if (const auto reader = std::exchange(state.reader, std::nullopt))
        reader->sender.post({reader->stream, {}, {}});
    if (state.dropped == state.last)
        m_streams.erase(found); // nothing of it is kept
}

EventLog::Reading EventLog::attach(StreamAddress address)
{
    const Lock lock(m_mutex);
    if (m_ended) {
        address.sender.post({address.stream, {}, {}});
        return {};
    }
    return take(getStream, m_streams[getStream], std::move(address));
}

Result<EventLog::Reading> EventLog::resume(QByteArrayView lastEventId, const StreamAddress &address)
{
    const auto id = readEventId(lastEventId);
    if (!id)
        return fail(ErrorCode::InvalidInput, QStringLiteral("this is no event id of this session"));
    const Lock lock(m_mutex);
    dropOld();
    const auto [stream, number] = *id;
    const auto found = m_streams.find(stream);
    if (found == m_streams.end() || number > found->second.last || number < found->second.dropped)
        return fail(ErrorCode::NotFound,
                    QStringLiteral("what came after this event is not kept any more"));
    const Reading reading = take(stream, found->second, address);
    for (const Event &event : m_events) {
        if (event.stream == stream && event.number > number)
            address.sender.post({address.stream, event.message, eventIdOf(stream, event.number)});
    }
    if (found->second.finished) {
        found->second.reader.reset();
        address.sender.post({address.stream, {}, {}});
    }
    return reading;
}

void EventLog::detach(const Reading &reading)
{
    const Lock lock(m_mutex);
    const auto found = m_streams.find(reading.stream);
    if (found != m_streams.end() && found->second.token == reading.token)
        found->second.reader.reset();
}

bool EventLog::isRead(Stream stream) const
{
    const Lock lock(m_mutex);
    const auto found = m_streams.find(stream);
    return found != m_streams.end() && found->second.reader.has_value();
}

QByteArray EventLog::lastEventId(Stream stream) const
{
    const Lock lock(m_mutex);
    const auto found = m_streams.find(stream);
    return found != m_streams.end() ? eventIdOf(stream, found->second.last) : QByteArray();
}

void EventLog::end()
{
    const Lock lock(m_mutex);
    for (auto &[stream, state] : m_streams) {
        if (state.reader)
            state.reader->sender.post({state.reader->stream, {}, {}});
    }
    m_ended = true;
    m_streams.clear();
    m_events.clear();
    m_bytes = 0;
}

EventLog::Reading EventLog::take(Stream stream, State &state, StreamAddress address)
{
    if (state.reader)
        state.reader->sender.post({state.reader->stream, {}, {}});
    state.reader = std::move(address);
    state.token = ++m_lastToken;
    return {stream, state.token, eventIdOf(stream, state.last)};
}

void EventLog::dropOldest()
{
    const Event &oldest = m_events.front();
    m_bytes -= oldest.message.size();
    if (const auto found = m_streams.find(oldest.stream); found != m_streams.end()) {
        State &state = found->second;
        state.dropped = oldest.number;
        if (state.finished && state.dropped == state.last)
            m_streams.erase(found);
    }
    m_events.pop_front();
}

void EventLog::dropOld()
{
    const MonotonicTime now = m_clock.monotonic();
    while (!m_events.empty()
           && (m_events.size() > eventsMax || m_bytes > bytesMax
               || now - m_events.front().kept > ageMax))
        dropOldest();
}

} // namespace provost::gateway
