// EventLog: what the streams of one legacy session have sent lately, so that a client whose connection broke gets what
// it missed (MCP 2025-11-25, basic/transports, "Resumability and Redelivery"). Each stream numbers its messages;
// `<stream>::<number>` is the id of an event. Stream 0 is the session's GET stream, the others belong to one call each.
//
// A stream has at most one reader beside the connection that began it: the GET request that resumed it, on any loop.
// INVARIANT: a reader gets every message of its stream once, in order, or is told that this cannot be done.
// INVARIANT: at most `eventsMax` messages of together `bytesMax` bytes are kept, none for longer than `ageMax`.
// Thread: safe from any thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/mailbox.h"
#include "server/base/mutex.h"

#include <deque>
#include <map>
#include <optional>

namespace provost::gateway {

// One message for a stream of some loop, or its end.
struct StreamLetter
{
    quint64 stream = 0;
    QByteArray message; // empty: end the stream
    QByteArray eventId;
};

struct StreamAddress
{
    Mailbox<StreamLetter>::Sender sender; // of the loop
    quint64 stream = 0;                   // its number there
};

class EventLog
{
public:
    static constexpr std::size_t eventsMax = 256;
    static constexpr qsizetype bytesMax = qsizetype(1) << 20;
    static constexpr std::chrono::minutes ageMax{5};

    using Stream = quint64;
    static constexpr Stream getStream = 0;

    explicit EventLog(const Clock &clock); // outlives the log

    [[nodiscard]] Stream begin(); // of a call

    struct Kept
    {
        QByteArray eventId;
        bool delivered = false; // to a reader; else it is for the connection that began the stream
    };
    // Keeps a message and sends it to the reader, if there is one.
    Kept append(Stream stream, const QByteArray &message);
    // No more messages. Ends the reader; who resumes later gets the rest and the end.
    void finish(Stream stream);

    // Makes `address` the reader of the GET stream; the one before is ended. The answer is the id from which the
    // client may resume.
    struct Reading
    {
        Stream stream = getStream;
        quint64 token = 0; // for detach()
        QByteArray eventId;
    };
    [[nodiscard]] Reading attach(StreamAddress address);
    // The same for the stream of an event; what it missed since is sent first.
    // Errors: InvalidInput (no id of ours), NotFound (what came after it is not kept any more).
    [[nodiscard]] Result<Reading> resume(QByteArrayView lastEventId, const StreamAddress &address);
    // Does nothing once another reader has taken the place.
    void detach(const Reading &reading);

    [[nodiscard]] bool isRead(Stream stream) const;
    [[nodiscard]] QByteArray lastEventId(Stream stream) const;
    // Ends all readers and forgets everything; who attaches later is ended at once.
    void end();

private:
    struct Event
    {
        Stream stream = 0;
        quint64 number = 0;
        QByteArray message;
        MonotonicTime kept;
    };
    struct State
    {
        quint64 last = 0;    // number of the newest message
        quint64 dropped = 0; // number of the newest that is not kept any more
        bool finished = false;
        std::optional<StreamAddress> reader;
        quint64 token = 0;
    };

    Reading take(Stream stream, State &state, StreamAddress address) REQUIRES_LOCK(m_mutex);
    void dropOldest() REQUIRES_LOCK(m_mutex);
    void dropOld() REQUIRES_LOCK(m_mutex);

    const Clock &m_clock;
    mutable Mutex m_mutex;
    std::map<Stream, State> m_streams GUARDED_BY(m_mutex);
    std::deque<Event> m_events GUARDED_BY(m_mutex);
    qsizetype m_bytes GUARDED_BY(m_mutex) = 0;
    bool m_ended GUARDED_BY(m_mutex) = false;
    Stream m_lastStream GUARDED_BY(m_mutex) = getStream;
    quint64 m_lastToken GUARDED_BY(m_mutex) = 0;
};

} // namespace provost::gateway
