// HttpResponseReader: reads one HTTP/1.1 response as it arrives (RFC 9112), strictly: what is ambiguous is an error.
// Provost sends tool calls itself, because QNetworkAccessManager repeats a POST on its own when the server closes the
// connection before it answers, and a tool must never run twice for one call.
// INVARIANT: keeps at most 64 KiB of head and line, and the body until takeBody().
// Thread: a value.
#pragma once

#include "server/base/result.h"

#include <QByteArray>

#include <utility>
#include <vector>

namespace provost::tools::mcp {

class HttpResponseReader
{
public:
    // The next bytes of the connection. Errors: Upstream; the reader must not be fed again then.
    [[nodiscard]] Result<void> feed(QByteArrayView bytes);
    // The server closed the connection. Errors: Upstream if the response was not complete.
    [[nodiscard]] Result<void> feedEnd();

    [[nodiscard]] bool hasHead() const { return m_step > Step::Headers; }
    [[nodiscard]] bool isComplete() const { return m_step == Step::Done; }
    // The connection can carry another request. REQUIRES: isComplete().
    [[nodiscard]] bool canBeReused() const { return m_canBeReused; }

    [[nodiscard]] int status() const { return m_status; }
    // Empty if there is none; the first of several. `name` in lower case.
    [[nodiscard]] QByteArray header(QByteArrayView name) const;
    // All of that name, as one list.
    [[nodiscard]] QByteArray headers(QByteArrayView name) const;
    // The decoded body since the last call.
    [[nodiscard]] QByteArray takeBody() { return std::exchange(m_body, {}); }

private:
    enum class Step {
        StatusLine,
        Headers,
        Length,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailers,
        UntilEnd,
        Done
    };

    [[nodiscard]] Result<void> onLine(const QByteArray &line);
    [[nodiscard]] Result<void> onStatusLine(const QByteArray &line);
    [[nodiscard]] Result<void> onHeader(const QByteArray &line);
    [[nodiscard]] Result<void> onHeadEnd();
    [[nodiscard]] Result<void> onChunkSize(const QByteArray &line);
    [[nodiscard]] bool isInBody() const;

    Step m_step = Step::StatusLine;
    QByteArray m_line;
    qsizetype m_headBytes = 0;
    int m_status = 0;
    std::vector<std::pair<QByteArray, QByteArray>> m_headers; // names in lower case
    std::int64_t m_left = 0;                                  // of the body or chunk
    QByteArray m_body;
    bool m_canBeReused = false;
};

} // namespace provost::tools::mcp
