// Reads one HTTP/1.x request from bytes as they come, strictly by RFC 9112: where it ends, what its head says, what
// its body is with the chunked coding undone. Anything that two readers could frame differently is refused: bare LF
// or CR, folded headers, control characters, white space before a colon, repeated or odd Content-Length,
// Transfer-Encoding beside it or other than `chunked`, odd chunk sizes, none or two Hosts.
// INVARIANT: the verdict depends on the bytes alone, not on how they were split. Memory is bounded by HttpLimits and
// grows with what arrived, never with what a header announces.
// Thread: a value of one connection.
#pragma once

#include "server/gateway/exchange.h"
#include "server/gateway/httplimits.h"

#include <QByteArray>

#include <optional>

namespace provost::gateway {

// Why a request is refused; the connection is closed after it.
struct HttpRefusal
{
    int status = 400;
    const char *reason = "";
};

struct ScannedRequest
{
    HttpRequest request;   // without peerAddress, secure, received
    bool keepAlive = true; // the client wants the connection kept (RFC 9112 9.3)
    bool http11 = true;    // else HTTP/1.0, which knows no chunked coding
};

class FramingScanner
{
public:
    explicit FramingScanner(const HttpLimits &limits); // `limits` outlives the scanner

    // Takes bytes up to the end of one request and returns how many. The rest belongs to the next request: feed it
    // after take(). Takes nothing when the request is complete or refused.
    [[nodiscard]] qsizetype feed(QByteArrayView bytes);

    [[nodiscard]] bool isEmpty() const { return m_phase == Phase::RequestLine && m_line.isEmpty(); }
    [[nodiscard]] bool isInBody() const; // the head is complete, the body is not
    [[nodiscard]] bool isComplete() const { return m_phase == Phase::Complete; }
    [[nodiscard]] const std::optional<HttpRefusal> &refusal() const { return m_refusal; }

    // The head asks for "100 Continue" before it sends the body, and nothing of the body has come.
    [[nodiscard]] bool awaitsContinue() const;

    // The complete request; the scanner starts anew. REQUIRES: isComplete().
    [[nodiscard]] ScannedRequest take();

private:
    enum class Phase {
        RequestLine,
        HeaderLine,
        FixedBody,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        TrailerLine,
        Complete,
        Refused
    };

    // Framing as the head announces it.
    struct Framing
    {
        int hosts = 0;
        int contentLengths = 0;
        int transferEncodings = 0;
        QByteArray absoluteAuthority; // of a target in absolute form
        bool expectsContinue = false;
        bool close = false;
        bool keepAlive = false;
        bool http11 = true;
    };

    std::optional<QByteArrayView> takeLine(QByteArrayView bytes, qsizetype &at, qsizetype lineMax,
                                           HttpRefusal tooLong);
    void takeBody(QByteArrayView bytes, qsizetype &at);
    void readLine(QByteArrayView line);
    void readRequestLine(QByteArrayView line);
    void readVersion(QByteArrayView version);
    void readHeader(QByteArrayView line);
    void noteHeader(const HeaderList::Field &header);
    void finishHead();
    void startBody();
    void readChunkSize(QByteArrayView line);
    void refuse(int status, const char *reason);

    const HttpLimits &m_limits;
    Phase m_phase = Phase::RequestLine;
    QByteArray m_line; // the beginning of a line whose end has not come
    bool m_skippedEmptyLine = false;
    qsizetype m_headerBytes = 0;
    int m_headers = 0;
    Framing m_framing;
    qsizetype m_bodyLeft = 0; // of the body or of the current chunk
    qsizetype m_extensionBytes = 0;
    HttpRequest m_request;
    std::optional<HttpRefusal> m_refusal;
};

} // namespace provost::gateway
