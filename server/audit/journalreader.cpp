#include "server/audit/journalreader.h"

#include "server/audit/disk.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace provost::audit {

namespace {

constexpr qsizetype chunkBytes = 64 << 10;

// The segment that holds `sequence`: the last one that does not begin after it.
const Segment *segmentOf(const std::vector<Segment> &segments, std::int64_t sequence)
{
    const auto after =
        std::upper_bound(segments.begin(), segments.end(), sequence,
                         [](std::int64_t wanted, const Segment &s) { return wanted < s.first; });
    return after == segments.begin() ? nullptr : &*std::prev(after);
}

} // namespace

JournalReader::JournalReader(std::filesystem::path directory, std::int64_t from)
    : m_directory(std::move(directory))
    , m_from(std::max<std::int64_t>(from, 1))
{
}

JournalReader::~JournalReader()
{
    close();
}

JournalReader::JournalReader(JournalReader &&other) noexcept
    : m_directory(std::move(other.m_directory))
    , m_from(other.m_from)
    , m_next(other.m_next)
    , m_startOffset(other.m_startOffset)
    , m_file(std::exchange(other.m_file, -1))
    , m_segment(other.m_segment)
    , m_lineOffset(other.m_lineOffset)
    , m_buffer(std::move(other.m_buffer))
    , m_at(other.m_at)
{
}

JournalReader JournalReader::after(std::filesystem::path directory, const LinePosition &line)
{
    JournalReader reader(std::move(directory), line.sequence + 1);
    if (line.sequence > 0) {
        reader.m_next = line.sequence + 1;
        reader.m_startOffset = line.offset + line.bytes + 1;
    }
    return reader;
}

Result<std::optional<JournalLine>> JournalReader::next()
{
    for (;;) {
        if (m_file < 0) {
            TRY_LET(const bool opened, openSegment());
            if (!opened)
                return std::nullopt;
        }
        TRY_LET(const auto text, completeLine());
        if (!text) {
            TRY_LET(const bool more, openFollowing());
            if (!more)
                return std::nullopt;
            continue;
        }
        const auto header = readHeader(*text);
        if (!header)
            return fail(damaged(QStringLiteral("the checksum does not match")));
        if (header->sequence != m_next)
            return fail(damaged(QStringLiteral("it has sequence number %1, expected was %2")
                                    .arg(header->sequence)
                                    .arg(m_next)));
        const JournalLine line{*header, {m_next, m_lineOffset, text->size()}, *text};
        m_at += text->size() + 1;
        m_lineOffset += text->size() + 1;
        ++m_next;
        if (line.header.sequence >= m_from)
            return line;
    }
}

// Opens the segment of the line that is wanted next; false if the journal has none yet.
Result<bool> JournalReader::openSegment()
{
    TRY_LET(const auto segments, listSegments(m_directory));
    if (segments.empty())
        return false;
    if (m_next == 0) {
        const Segment *segment = segmentOf(segments, m_from);
        const Segment &start = segment != nullptr ? *segment : segments.front();
        m_next = start.first;
        TRY_DO(open(start, 0));
        return true;
    }
    // After a known line: it may have been the last of its segment.
    const Segment *segment = segmentOf(segments, m_next);
    if (segment == nullptr)
        return fail(
            ErrorCode::Storage,
            QStringLiteral("journal `%1`: record %2 is gone").arg(toText(m_directory)).arg(m_next));
    TRY_DO(open(*segment, segment->first == m_next ? 0 : m_startOffset));
    return true;
}

// At the end of a segment: goes on to the one that begins with the next line. False if that is not there yet.
Result<bool> JournalReader::openFollowing()
{
    TRY_LET(const auto segments, listSegments(m_directory));
    const auto following =
        std::upper_bound(segments.begin(), segments.end(), m_segment,
                         [](std::int64_t first, const Segment &s) { return first < s.first; });
    if (following == segments.end())
        return false;
    // A segment is complete before the next one is made, so what it lacks now it will always lack. Lines may have
    // come between the last read and the listing; those are read first.
    TRY_LET(const auto text, completeLine());
    if (text)
        return true;
    if (m_at < m_buffer.size() && m_buffer.at(m_at) != '\0')
        return fail(damaged(QStringLiteral("it is cut off, though the journal goes on in `%1`")
                                .arg(toText(following->path))));
    // A writer whose disk failed took back lines that it had not acknowledged.
    m_next = std::min(m_next, following->first);
    if (following->first != m_next)
        return fail(ErrorCode::Storage,
                    QStringLiteral("journal `%1`: records %2 to %3 are missing: `%4` ends before "
                                   "them and `%5` begins after them")
                        .arg(toText(m_directory))
                        .arg(m_next)
                        .arg(following->first - 1)
                        .arg(toText(segmentPath(m_directory, m_segment)), toText(following->path)));
    TRY_DO(open(*following, 0));
    return true;
}

Result<void> JournalReader::open(const Segment &segment, qint64 offset)
{
    close();
    m_file = ::open(segment.path.c_str(), O_RDONLY | O_CLOEXEC);
    if (m_file < 0)
        return fail(ErrorCode::Storage, QStringLiteral("cannot read journal segment `%1`: %2")
                                            .arg(toText(segment.path), systemErrorText(errno)));
    m_segment = segment.first;
    m_lineOffset = offset;
    m_buffer.clear();
    m_at = 0;
    return {};
}

// The next line if all of it is written. The open segment ends in zeros.
Result<std::optional<QByteArrayView>> JournalReader::completeLine()
{
    bool isFresh = false; // whether the buffer was read in this call
    for (;;) {
        const QByteArrayView rest = QByteArrayView(m_buffer).sliced(m_at);
        const qsizetype newline = rest.indexOf('\n');
        const QByteArrayView text = newline < 0 ? rest : rest.first(newline);
        const bool isHalf = text.contains('\0');
        if (newline >= 0 && !isHalf)
            return text;
        if (text.size() > lineBytesMax)
            return fail(damaged(QStringLiteral("it is longer than %1 bytes").arg(lineBytesMax)));
        if (isHalf) {
            // What was zero when it was read may be written by now.
            if (isFresh)
                return std::nullopt;
            m_buffer.clear();
            m_at = 0;
        }
        TRY_LET(const bool more, fill());
        if (!more)
            return std::nullopt;
        isFresh = true;
    }
}

// Reads on behind what is buffered; false at the end of the file.
Result<bool> JournalReader::fill()
{
    m_buffer.remove(0, m_at);
    m_at = 0;
    const qsizetype held = m_buffer.size();
    m_buffer.resize(held + chunkBytes);
    ssize_t got = 0;
    do {
        got = ::pread(m_file, m_buffer.data() + held, std::size_t(chunkBytes),
                      off_t(m_lineOffset + held));
    } while (got < 0 && errno == EINTR);
    m_buffer.truncate(held + std::max<ssize_t>(got, 0));
    if (got < 0)
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot read journal segment `%1`: %2")
                        .arg(toText(segmentPath(m_directory, m_segment)), systemErrorText(errno)));
    return got > 0;
}

Error JournalReader::damaged(const QString &what) const
{
    return {ErrorCode::Storage, QStringLiteral("journal segment `%1`, line %2 is damaged: %3")
                                    .arg(toText(segmentPath(m_directory, m_segment)))
                                    .arg(m_next - m_segment + 1)
                                    .arg(what)};
}

void JournalReader::close()
{
    if (m_file >= 0)
        ::close(m_file);
    m_file = -1;
}

Result<QByteArray> readLine(const std::filesystem::path &directory, const LinePosition &position)
{
    TRY_LET(const auto segments, listSegments(directory));
    const Segment *segment = segmentOf(segments, position.sequence);
    if (segment == nullptr)
        return fail(ErrorCode::NotFound, QStringLiteral("record %1 is not in journal `%2`")
                                             .arg(position.sequence)
                                             .arg(toText(directory)));
    const auto changed = [&] {
        return fail(ErrorCode::Storage,
                    QStringLiteral("journal segment `%1`: record %2 is not where it was written")
                        .arg(toText(segment->path))
                        .arg(position.sequence));
    };
    if (position.bytes <= 0 || position.bytes > lineBytesMax || position.offset < 0)
        return changed();
    const int file = ::open(segment->path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(ErrorCode::Storage, QStringLiteral("cannot read journal segment `%1`: %2")
                                            .arg(toText(segment->path), systemErrorText(errno)));
    QByteArray line(position.bytes, Qt::Uninitialized);
    const ssize_t got =
        ::pread(file, line.data(), std::size_t(line.size()), off_t(position.offset));
    ::close(file);
    const auto header = got == line.size() ? readHeader(line) : std::nullopt;
    if (!header || header->sequence != position.sequence)
        return changed();
    return line;
}

} // namespace provost::audit
