// SseParser: cuts a text/event-stream into events as it arrives (WHATWG HTML, "server-sent events"): lines end with LF,
// CR or CRLF, comments are skipped, several data lines are joined with LF.
// INVARIANT: keeps at most `bytesMax` of an event that is not complete.
// Thread: a value.
#pragma once

#include "server/base/result.h"

#include <QByteArray>

#include <chrono>
#include <optional>
#include <vector>

namespace provost::tools::mcp {

struct SseEvent
{
    QByteArray type; // "message" if the stream names none
    QByteArray data;
    bool operator==(const SseEvent &) const = default;
};

class SseParser
{
public:
    explicit SseParser(qsizetype bytesMax)
        : m_bytesMax(bytesMax)
    {
    }

    // The events that `bytes` complete, split anywhere. Errors: TooLarge; the parser must not be fed again then.
    [[nodiscard]] Result<std::vector<SseEvent>> feed(QByteArrayView bytes);

    // Where the stream may be taken up again; empty if it cannot be.
    [[nodiscard]] const QByteArray &lastEventId() const { return m_lastEventId; }
    // How long the server wants its client to wait before it comes again.
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const { return m_retry; }

private:
    void finishLine(std::vector<SseEvent> &events);
    void onField(QByteArrayView name, QByteArrayView value);

    const qsizetype m_bytesMax;
    QByteArray m_line;
    bool m_isFirstLine = true; // may begin with a byte order mark
    bool m_lastWasCr = false;  // a LF that follows belongs to it
    QByteArray m_type;
    QByteArray m_data;
    bool m_hasData = false;
    QByteArray m_lastEventId;
    std::optional<std::chrono::milliseconds> m_retry;
};

} // namespace provost::tools::mcp
