#include "server/tools/adapters/mcp/httpresponsereader.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace provost::tools::mcp {

namespace {

constexpr qsizetype headBytesMax = 64 << 10; // trailers included
constexpr int firstFinalStatus = 200;
constexpr int noContent = 204;
constexpr int notModified = 304;

tl::unexpected<Error> broken(const char *what)
{
    return fail(ErrorCode::Upstream, QStringLiteral("the server's answer is not valid HTTP: ")
                                         + QLatin1StringView(what));
}

// All of `text` as a number in `base`, without sign.
std::optional<std::int64_t> parseNumber(QByteArrayView text, int base)
{
    std::int64_t number = 0;
    const char *const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, base);
    if (text.isEmpty() || error != std::errc() || rest != end || text.front() == '-')
        return std::nullopt;
    return number;
}

} // namespace

bool HttpResponseReader::isInBody() const
{
    return m_step == Step::Length || m_step == Step::Chunk || m_step == Step::UntilEnd;
}

Result<void> HttpResponseReader::feed(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        if (m_step == Step::Done) {
            m_canBeReused = false; // bytes that nobody asked for
            return {};
        }
        if (isInBody()) {
            const auto size = std::min<std::int64_t>(bytes.size(), m_left);
            m_body.append(bytes.first(size));
            bytes = bytes.sliced(size);
            m_left -= size;
            if (m_left == 0 && m_step != Step::UntilEnd)
                m_step = m_step == Step::Chunk ? Step::ChunkEnd : Step::Done;
            continue;
        }
        const qsizetype end = bytes.indexOf('\n');
        const QByteArrayView part = end < 0 ? bytes : bytes.first(end + 1);
        // Lines between chunks are counted each for itself: a long stream has many.
        m_headBytes += part.size();
        if (m_headBytes > headBytesMax)
            return broken("its head is too large");
        m_line.append(part);
        bytes = bytes.sliced(part.size());
        if (end < 0)
            break;
        if (!m_line.endsWith("\r\n"))
            return broken("a line does not end with CR LF");
        m_line.chop(2);
        TRY_DO(onLine(std::exchange(m_line, {})));
    }
    return {};
}

Result<void> HttpResponseReader::feedEnd()
{
    if (m_step == Step::UntilEnd)
        m_step = Step::Done;
    m_canBeReused = false;
    if (m_step != Step::Done)
        return fail(
            ErrorCode::Upstream,
            QStringLiteral("the server closed the connection before its answer was complete"));
    return {};
}

QByteArray HttpResponseReader::header(QByteArrayView name) const
{
    for (const auto &[key, value] : m_headers) {
        if (key == name)
            return value;
    }
    return {};
}

QByteArray HttpResponseReader::headers(QByteArrayView name) const
{
    QByteArray list;
    for (const auto &[key, value] : m_headers) {
        if (key == name)
            list += (list.isEmpty() ? QByteArray() : QByteArray(", ")) + value;
    }
    return list;
}

Result<void> HttpResponseReader::onLine(const QByteArray &line)
{
    switch (m_step) {
    case Step::StatusLine: return onStatusLine(line);
    case Step::Headers: return line.isEmpty() ? onHeadEnd() : onHeader(line);
    case Step::ChunkSize: return onChunkSize(line);
    case Step::ChunkEnd:
        if (!line.isEmpty())
            return broken("a chunk is longer than it says");
        m_step = Step::ChunkSize;
        m_headBytes = 0;
        return {};
    case Step::Trailers:
        if (line.isEmpty())
            m_step = Step::Done;
        return {};
    case Step::Length:
    case Step::Chunk:
    case Step::UntilEnd:
    case Step::Done: break;
    }
    return broken("it has bytes out of place");
}

Result<void> HttpResponseReader::onStatusLine(const QByteArray &line)
{
    // HTTP/1.1 200 OK
    constexpr qsizetype statusAt = 9;
    const auto status = parseNumber(QByteArrayView(line)
                                        .sliced(std::min(statusAt, line.size()))
                                        .first(std::clamp<qsizetype>(line.size() - statusAt, 0, 3)),
                                    10);
    if (!line.startsWith("HTTP/1.") || line.size() < statusAt + 3 || line[8] != ' ' || !status
        || *status < 100)
        return broken("its status line");
    m_status = static_cast<int>(*status);
    m_canBeReused = line[7] == '1';
    m_step = Step::Headers;
    return {};
}

Result<void> HttpResponseReader::onHeader(const QByteArray &line)
{
    const qsizetype colon = line.indexOf(':');
    const QByteArray name = line.first(std::max<qsizetype>(colon, 0)).toLower();
    if (name.isEmpty() || name.contains(' ') || name.contains('\t') || line.contains('\0'))
        return broken("a header");
    m_headers.emplace_back(name, line.sliced(colon + 1).trimmed());
    return {};
}

Result<void> HttpResponseReader::onHeadEnd()
{
    if (m_status < firstFinalStatus) { // 100 and its like announce the real one
        m_headers.clear();
        m_step = Step::StatusLine;
        return {};
    }
    if (header("connection").toLower().contains("close"))
        m_canBeReused = false;
    if (!header("content-encoding").isEmpty() && header("content-encoding").toLower() != "identity")
        return broken("a content encoding that was not asked for");

    const auto count = [this](QByteArrayView name) {
        return std::count_if(m_headers.begin(), m_headers.end(),
                             [name](const auto &entry) { return entry.first == name; });
    };
    const bool hasLength = count("content-length") > 0;
    if (count("transfer-encoding") + count("content-length") > 1)
        return broken("its length is given twice");
    if (m_status == noContent || m_status == notModified) {
        m_step = Step::Done;
    } else if (count("transfer-encoding") > 0) {
        if (header("transfer-encoding").toLower() != "chunked")
            return broken("an unknown transfer encoding");
        m_headBytes = 0;
        m_step = Step::ChunkSize;
    } else if (hasLength) {
        const auto length = parseNumber(header("content-length"), 10);
        if (!length)
            return broken("its length");
        m_left = *length;
        m_step = m_left > 0 ? Step::Length : Step::Done;
    } else {
        m_left = std::numeric_limits<std::int64_t>::max();
        m_step = Step::UntilEnd;
    }
    return {};
}

Result<void> HttpResponseReader::onChunkSize(const QByteArray &line)
{
    const qsizetype extension = line.indexOf(';');
    const auto size = parseNumber((extension < 0 ? line : line.first(extension)).trimmed(), 16);
    if (!size)
        return broken("the size of a chunk");
    m_left = *size;
    m_step = m_left > 0 ? Step::Chunk : Step::Trailers;
    return {};
}

} // namespace provost::tools::mcp
