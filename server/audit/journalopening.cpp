#include "server/audit/journalopening.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace provost::audit {

namespace {

constexpr const char *segmentAction = "segment";

Result<QByteArray> readRange(const std::filesystem::path &path, qint64 from, qint64 to)
{
    QByteArray bytes(std::max<qint64>(to - from, 0), Qt::Uninitialized);
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    qint64 got = 0;
    ssize_t part = file < 0 ? -1 : 1;
    while (part > 0 && got < bytes.size()) {
        part =
            ::pread(file, bytes.data() + got, std::size_t(bytes.size() - got), off_t(from + got));
        got += std::max<ssize_t>(part, 0);
    }
    const int error = errno;
    if (file >= 0)
        ::close(file);
    if (part < 0)
        return fail(ErrorCode::Storage, QStringLiteral("cannot read journal segment `%1`: %2")
                                            .arg(toText(path), systemErrorText(error)));
    bytes.truncate(got);
    return bytes;
}

// The sequence of the last line of a closed segment.
Result<std::int64_t> lastSequenceOf(const Segment &segment)
{
    std::error_code error;
    const auto size = qint64(std::filesystem::file_size(segment.path, error));
    for (qint64 window = 64 << 10;; window *= 4) {
        const qint64 from = std::max<qint64>(0, size - window);
        TRY_LET(QByteArray tail, readRange(segment.path, from, error ? 0 : size));
        while (tail.endsWith('\0'))
            tail.chop(1);
        if (tail.endsWith('\n'))
            tail.chop(1);
        const qsizetype before = tail.lastIndexOf('\n');
        if (before < 0 && from > 0 && window < 4 * lineBytesMax)
            continue;
        const auto header = readHeader(QByteArrayView(tail).sliced(before + 1));
        if (!header)
            return fail(ErrorCode::Storage,
                        QStringLiteral("journal segment `%1`: its last line is damaged; restore "
                                       "the file from a backup, or move the journal aside")
                            .arg(toText(segment.path)));
        return header->sequence;
    }
}

Result<void> checkJoints(const std::vector<Segment> &segments)
{
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
        TRY_LET(const std::int64_t last, lastSequenceOf(segments[i]));
        if (last + 1 != segments[i + 1].first)
            return fail(ErrorCode::Storage,
                        QStringLiteral("journal records %1 to %2 are missing between `%3` and "
                                       "`%4`; restore the segment from a backup, or move the "
                                       "journal aside")
                            .arg(last + 1)
                            .arg(segments[i + 1].first - 1)
                            .arg(toText(segments[i].path), toText(segments[i + 1].path)));
    }
    return {};
}

// How many bytes of an unfinished batch stand behind the good lines. A batch is written only after the one before it
// was synced: so a line behind the damage that begins a batch proves that what is damaged was acknowledged.
Result<qint64> tornBytes(const Segment &segment, qint64 goodBytes, std::int64_t lastSequence)
{
    std::error_code error;
    const auto size = qint64(std::filesystem::file_size(segment.path, error));
    TRY_LET(QByteArray tail, readRange(segment.path, goodBytes, error ? goodBytes : size));
    qsizetype end = tail.size();
    while (end > 0 && tail.at(end - 1) == '\0')
        --end;
    tail.truncate(end);
    for (qsizetype from = 0; from < tail.size();) {
        qsizetype newline = tail.indexOf('\n', from);
        if (newline < 0)
            newline = tail.size();
        while (from < newline && tail.at(from) == '\0')
            ++from;
        const auto header = readHeader(QByteArrayView(tail).sliced(from, newline - from));
        if (header && header->batch > 0 && header->sequence > lastSequence + 1)
            return fail(ErrorCode::Storage,
                        QStringLiteral("journal segment `%1`, line %2 is damaged, though record "
                                       "%3 after it is whole; restore the file from a backup, or "
                                       "move the journal aside")
                            .arg(toText(segment.path))
                            .arg(lastSequence - segment.first + 2)
                            .arg(header->sequence));
        from = newline + 1;
    }
    return tail.size();
}

struct SegmentContents
{
    std::int64_t lastSequence = 0;
    qint64 bytes = 0;
    OpenCalls openCalls;
};

Result<SegmentContents> readSegment(const std::filesystem::path &directory, const Segment &segment)
{
    SegmentContents contents{segment.first - 1, 0, {}};
    JournalReader reader(directory, segment.first);
    for (;;) {
        TRY_LET(const auto line, reader.next());
        if (!line)
            break;
        contents.lastSequence = line->position.sequence;
        const LineCall call = readCall(line->text);
        noteCall(contents.openCalls, call, line->position);
        if (contents.lastSequence == segment.first && call.phase == Phase::Event) {
            TRY_LET(const Record event, recordFromLine(line->text));
            contents.openCalls = openCallsOf(event);
        }
    }
    contents.bytes = reader.offset();
    return contents;
}

} // namespace

Result<OpenedSegments> openSegments(const std::filesystem::path &directory, Disk &disk)
{
    TRY_LET(auto segments, listSegments(directory));
    if (segments.empty()) {
        TRY_LET(SegmentFile segment, SegmentFile::create(directory, 1, disk));
        return OpenedSegments{std::move(segment), 0, {}, 0};
    }
    TRY_DO(checkJoints(segments));
    TRY_LET(SegmentContents contents, readSegment(directory, segments.back()));
    TRY_LET(qint64 bytesCut, tornBytes(segments.back(), contents.bytes, contents.lastSequence));
    if (contents.bytes == 0 && segments.size() > 1) {
        // Its first event, which names the open calls, never became durable: the one before it goes on.
        std::error_code error;
        std::filesystem::remove(segments.back().path, error);
        TRY_DO(syncDirectory(directory, disk));
        segments.pop_back();
        TRY_LET(contents, readSegment(directory, segments.back()));
    }
    TRY_LET(SegmentFile segment, SegmentFile::reopen(segments.back(), contents.bytes, disk));
    return OpenedSegments{std::move(segment), contents.lastSequence, std::move(contents.openCalls),
                          bytesCut};
}

void noteCall(OpenCalls &openCalls, const LineCall &call, const LinePosition &position)
{
    switch (call.phase) {
    case Phase::Intent: openCalls.insert_or_assign(call.callId, position); return;
    case Phase::Outcome: openCalls.erase(call.callId); return;
    case Phase::Event: return;
    }
}

Record segmentEvent(const OpenCalls &openCalls, WallTime now, const QString &reason)
{
    Json calls = Json::object();
    for (const auto &[callId, intent] : openCalls)
        calls.membersRef().push_back(
            {callId, Json::array({intent.sequence, std::int64_t(intent.offset),
                                  std::int64_t(intent.bytes)})});
    Record event;
    event.timestamp = now;
    event.action = segmentAction;
    event.status = "success";
    event.reason = reason.toUtf8();
    event.details = Json::object({{"open_calls", std::move(calls)}});
    return event;
}

OpenCalls openCallsOf(const Record &segmentEvent)
{
    OpenCalls openCalls;
    if (segmentEvent.action != segmentAction)
        return openCalls;
    for (const auto &[callId, intent] : segmentEvent.details["open_calls"].members()) {
        const Json::Array &position = intent.items();
        if (position.size() == 3)
            openCalls.emplace(callId, LinePosition{position[0].toInteger().value_or(0),
                                                   position[1].toInteger().value_or(0),
                                                   position[2].toInteger().value_or(0)});
    }
    return openCalls;
}

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path &directory)
{
    const std::filesystem::path path = directory / "lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return fail(
            ErrorCode::Storage,
            QStringLiteral("cannot open `%1`: %2").arg(toText(path), systemErrorText(errno)));
    DirectoryLock lock(file);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorCode::Storage,
                    QStringLiteral("journal `%1` is in use by another process; stop it first, or "
                                   "choose another data directory")
                        .arg(toText(directory)));
    return lock;
}

DirectoryLock::DirectoryLock(int file)
    : m_file(file)
{
}

DirectoryLock::~DirectoryLock()
{
    if (m_file >= 0)
        ::close(m_file);
}

DirectoryLock::DirectoryLock(DirectoryLock &&other) noexcept
    : m_file(std::exchange(other.m_file, -1))
{
}

} // namespace provost::audit
