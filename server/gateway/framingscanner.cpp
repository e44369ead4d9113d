#include "server/gateway/framingscanner.h"

#include "server/base/assert.h"
#include "server/gateway/httpgrammar.h"

#include <array>
#include <cstring>

namespace provost::gateway {

namespace {

constexpr qsizetype chunkSizeDigitsMax = 16;
constexpr qsizetype bodyReserveMax =
    64 << 10; // what an announced length is believed before bytes come

// The methods that exist here, shared so that a request does not copy its method. Others are answered 501.
const QByteArray *findMethod(QByteArrayView name)
{
    static const std::array<QByteArray, 7> methods{
        QByteArrayLiteral("GET"),   QByteArrayLiteral("POST"),    QByteArrayLiteral("DELETE"),
        QByteArrayLiteral("HEAD"),  QByteArrayLiteral("OPTIONS"), QByteArrayLiteral("PUT"),
        QByteArrayLiteral("PATCH"),
    };
    for (const QByteArray &method : methods) {
        if (method == name)
            return &method;
    }
    return nullptr;
}

// A list of codings that ends in `chunked` and has it nowhere else frames the body, though we cannot decode it.
bool endsInChunkedOnce(QByteArrayView codings)
{
    const qsizetype comma = codings.lastIndexOf(',');
    return comma > 0 && equalIgnoringCase(trimmedField(codings.sliced(comma + 1)), "chunked")
           && !listContains(codings.first(comma), "chunked");
}

} // namespace

FramingScanner::FramingScanner(const HttpLimits &limits)
    : m_limits(limits)
{
}

bool FramingScanner::isInBody() const
{
    return m_phase >= Phase::FixedBody && m_phase <= Phase::TrailerLine;
}

bool FramingScanner::awaitsContinue() const
{
    return m_framing.expectsContinue && m_framing.http11 && m_request.body.isEmpty()
           && m_line.isEmpty() && (m_phase == Phase::FixedBody || m_phase == Phase::ChunkSize);
}

qsizetype FramingScanner::feed(QByteArrayView bytes)
{
    qsizetype at = 0;
    while (at < bytes.size() && m_phase != Phase::Complete && m_phase != Phase::Refused) {
        std::optional<QByteArrayView> line;
        switch (m_phase) {
        case Phase::RequestLine:
            line = takeLine(bytes, at, m_limits.requestLineBytesMax,
                            {414, "the request line is too long"});
            break;
        case Phase::HeaderLine:
        case Phase::TrailerLine:
            line = takeLine(bytes, at, m_limits.headerBytesMax - m_headerBytes,
                            {431, "the headers are too large"});
            break;
        case Phase::ChunkSize:
            line = takeLine(bytes, at,
                            chunkSizeDigitsMax + 2 + m_limits.chunkExtensionBytesMax
                                - m_extensionBytes,
                            {400, "the chunk extensions are too large"});
            break;
        case Phase::ChunkEnd:
            line = takeLine(bytes, at, 2, {400, "a chunk does not end where its size says"});
            break;
        case Phase::FixedBody:
        case Phase::ChunkData: takeBody(bytes, at); break;
        case Phase::Complete:
        case Phase::Refused: break;
        }
        if (line) {
            readLine(*line);
            m_line.resize(0); // keeps its memory for the next line
        }
    }
    return at;
}

ScannedRequest FramingScanner::take()
{
    PROVOST_ASSERT(isComplete(), return {});
    ScannedRequest scanned;
    scanned.request = std::move(m_request);
    scanned.keepAlive = !m_framing.close && (m_framing.http11 || m_framing.keepAlive);
    scanned.http11 = m_framing.http11;

    m_phase = Phase::RequestLine;
    m_line.clear(); // a slow client made it grow
    m_skippedEmptyLine = false;
    m_headerBytes = 0;
    m_headers = 0;
    m_framing = {};
    m_extensionBytes = 0;
    m_request = {};
    return scanned;
}

// A whole line without its CRLF, or nothing if its end has not come. The view holds until the next call.
std::optional<QByteArrayView> FramingScanner::takeLine(QByteArrayView bytes, qsizetype &at,
                                                       qsizetype lineMax, HttpRefusal tooLong)
{
    const QByteArrayView rest = bytes.sliced(at);
    const qsizetype feedAt = rest.indexOf('\n');
    const qsizetype taken = feedAt < 0 ? rest.size() : feedAt + 1;
    if (m_line.size() + taken > lineMax) {
        refuse(tooLong.status, tooLong.reason);
        return std::nullopt;
    }
    at += taken;
    if (feedAt < 0) {
        m_line.append(rest);
        return std::nullopt;
    }

    QByteArrayView line = rest.first(taken);
    if (!m_line.isEmpty()) {
        m_line.append(line);
        line = m_line;
    }
    if (line.size() < 2 || line[line.size() - 2] != '\r') {
        refuse(400, "a line ends without CR LF");
        return std::nullopt;
    }
    return line.first(line.size() - 2);
}

void FramingScanner::takeBody(QByteArrayView bytes, qsizetype &at)
{
    const qsizetype taken = std::min(m_bodyLeft, bytes.size() - at);
    m_request.body.append(bytes.sliced(at, taken));
    at += taken;
    m_bodyLeft -= taken;
    if (m_bodyLeft == 0)
        m_phase = m_phase == Phase::FixedBody ? Phase::Complete : Phase::ChunkEnd;
}

void FramingScanner::readLine(QByteArrayView line)
{
    switch (m_phase) {
    case Phase::RequestLine: readRequestLine(line); break;
    case Phase::HeaderLine:
    case Phase::TrailerLine: readHeader(line); break;
    case Phase::ChunkSize: readChunkSize(line); break;
    case Phase::ChunkEnd: m_phase = Phase::ChunkSize; break;
    case Phase::FixedBody:
    case Phase::ChunkData:
    case Phase::Complete:
    case Phase::Refused: break;
    }
}

void FramingScanner::readRequestLine(QByteArrayView line)
{
    // RFC 9112 2.2: one empty line before a request is forgiven.
    if (line.isEmpty() && !m_skippedEmptyLine) {
        m_skippedEmptyLine = true;
        return;
    }
    const qsizetype first = line.indexOf(' ');
    const qsizetype second = first < 0 ? -1 : line.indexOf(' ', first + 1);
    if (second < 0 || !isToken(line.first(first)))
        return refuse(400, "the request line is malformed");
    readVersion(line.sliced(second + 1));
    if (m_phase == Phase::Refused)
        return;
    const QByteArray *method = findMethod(line.first(first));
    if (method == nullptr)
        return refuse(501, "the method is not implemented");
    const auto target = parseRequestTarget(line.sliced(first + 1, second - first - 1));
    if (!target || (target->path == "*" && *method != "OPTIONS"))
        return refuse(400, "the request target is malformed");

    m_request.method = *method;
    m_request.path = target->path.toByteArray();
    m_request.query = target->query.toByteArray();
    m_framing.absoluteAuthority = target->authority.toByteArray();
    m_phase = Phase::HeaderLine;
}

void FramingScanner::readVersion(QByteArrayView version)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() != 8 || !version.startsWith("HTTP/") || !isDigit(version[5])
        || version[6] != '.' || !isDigit(version[7]))
        return refuse(400, "the HTTP version is malformed");
    if (version[5] != '1' || version[7] > '1')
        return refuse(505, "the HTTP version is not supported");
    m_framing.http11 = version[7] == '1';
}

void FramingScanner::readHeader(QByteArrayView line)
{
    m_headerBytes += line.size() + 2;
    const bool isTrailer = m_phase == Phase::TrailerLine;
    if (line.isEmpty()) {
        if (isTrailer)
            m_phase = Phase::Complete;
        else
            finishHead();
        return;
    }
    if (++m_headers > m_limits.headersMax)
        return refuse(431, "there are too many headers");
    const qsizetype colon = line.indexOf(':');
    if (colon < 0 || !isToken(line.first(colon)) || !isFieldValue(line.sliced(colon + 1)))
        return refuse(400, "a header is malformed");
    if (isTrailer)
        return; // RFC 9110 6.5.1: trailers may be discarded
    const HeaderList::Field header{line.first(colon), trimmedField(line.sliced(colon + 1))};
    m_request.headers.add(header.name, header.value);
    noteHeader(header);
}

void FramingScanner::noteHeader(const HeaderList::Field &header)
{
    const auto is = [&header](QByteArrayView name) { return equalIgnoringCase(header.name, name); };
    switch (header.name.size()) {
    case 4:
        if (is("host")) {
            ++m_framing.hosts;
            if (!parseAuthority(header.value))
                refuse(400, "the Host header is malformed");
        }
        break;
    case 6:
        if (is("expect")) {
            m_framing.expectsContinue = equalIgnoringCase(header.value, "100-continue");
            if (!m_framing.expectsContinue)
                refuse(417, "the expectation cannot be met");
        }
        break;
    case 10:
        if (is("connection")) {
            m_framing.close |= listContains(header.value, "close");
            m_framing.keepAlive |= listContains(header.value, "keep-alive");
        }
        break;
    case 14:
        if (is("content-length")) {
            ++m_framing.contentLengths;
            m_bodyLeft = 0;
            if (header.value.isEmpty())
                refuse(400, "the Content-Length is malformed");
            for (const char digit : header.value) {
                if (digit < '0' || digit > '9')
                    return refuse(400, "the Content-Length is malformed");
                // Stays at the first value beyond the limit, so that no length overflows.
                if (m_bodyLeft <= m_limits.bodyBytesMax)
                    m_bodyLeft = m_bodyLeft * 10 + (digit - '0');
            }
        }
        break;
    case 17:
        if (is("transfer-encoding")) {
            ++m_framing.transferEncodings;
            if (equalIgnoringCase(header.value, "chunked"))
                break;
            if (endsInChunkedOnce(header.value))
                refuse(501, "the transfer coding is not implemented");
            else
                refuse(400, "the Transfer-Encoding is malformed");
        }
        break;
    default: break;
    }
}

void FramingScanner::finishHead()
{
    if (m_framing.hosts > 1 || (m_framing.hosts == 0 && m_framing.http11))
        return refuse(400, "there must be one Host header");
    // A target in absolute form overrules Host (RFC 9112 3.2.2); two answers to "which host" are refused instead.
    if (!m_framing.absoluteAuthority.isEmpty()
        && !equalIgnoringCase(m_framing.absoluteAuthority, m_request.header("host")))
        return refuse(400, "the request target and the Host header disagree");
    if (m_framing.contentLengths > 1)
        return refuse(400, "there is more than one Content-Length");
    if (m_framing.transferEncodings > 1)
        return refuse(400, "there is more than one Transfer-Encoding");
    if (m_framing.transferEncodings == 1 && m_framing.contentLengths == 1)
        return refuse(400, "Transfer-Encoding and Content-Length exclude each other");
    if (m_framing.transferEncodings == 1 && !m_framing.http11)
        return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
    startBody();
}

void FramingScanner::startBody()
{
    if (m_framing.transferEncodings == 1) {
        m_phase = Phase::ChunkSize;
        return;
    }
    if (m_bodyLeft > m_limits.bodyBytesMax)
        return refuse(413, "the body is too large");
    m_request.body.reserve(std::min(m_bodyLeft, bodyReserveMax));
    m_phase = m_bodyLeft > 0 ? Phase::FixedBody : Phase::Complete;
}

void FramingScanner::readChunkSize(QByteArrayView line)
{
    qsizetype digits = 0;
    m_bodyLeft = 0;
    while (digits < line.size() && isHexDigit(line[digits])) {
        if (m_bodyLeft <= m_limits.bodyBytesMax)
            m_bodyLeft = m_bodyLeft * 16 + hexValue(line[digits]);
        ++digits;
    }
    const QByteArrayView extensions = line.sliced(digits);
    if (digits == 0 || digits > chunkSizeDigitsMax)
        return refuse(400, "a chunk size is malformed");
    if (!isChunkExtensions(extensions))
        return refuse(400, "a chunk extension is malformed");
    m_extensionBytes += extensions.size();
    if (m_extensionBytes > m_limits.chunkExtensionBytesMax)
        return refuse(400, "the chunk extensions are too large");
    if (m_request.body.size() + m_bodyLeft > m_limits.bodyBytesMax)
        return refuse(413, "the body is too large");
    m_phase = m_bodyLeft > 0 ? Phase::ChunkData : Phase::TrailerLine;
}

void FramingScanner::refuse(int status, const char *reason)
{
    if (m_phase == Phase::Refused)
        return; // the first reason stands
    m_phase = Phase::Refused;
    m_refusal = HttpRefusal{status, reason};
}

} // namespace provost::gateway
