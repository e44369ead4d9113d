// The bytes of a journal: lines, their checksums, and the names of segment files. README.md specifies them.
// INVARIANT: a line that sealLine() wrote passes readLine(); one that differs from it in any bit does not.
// Thread: pure functions; listSegments() reads a directory.
#pragma once

#include "server/audit/record.h"

#include <filesystem>

namespace provost::audit {

constexpr qsizetype lineBytesMax = 4 << 20; // one record; also what a reader holds in memory

struct LineHeader
{
    std::int64_t sequence = 0;
    std::int64_t batch =
        0; // lines that were written and synced with this one, the first; 0 on the others
};

// Appends `{"crc":"…","seq":…,["batch":…,]MEMBERS}` and a newline.
void sealLine(QByteArray &out, const LineHeader &header, QByteArrayView members);

// At most this many bytes are added to the members by sealLine().
constexpr qsizetype sealBytesMax = 80;

// The header of a line (without its newline) whose checksum is right; nothing if the line is not as it was written.
[[nodiscard]] std::optional<LineHeader> readHeader(QByteArrayView line);

// What tells calls apart, read from the start of a line of ours.
struct LineCall
{
    Phase phase = Phase::Event;
    QByteArray callId;
    WallTime timestamp;
};
[[nodiscard]] LineCall readCall(QByteArrayView line);

struct Segment
{
    std::int64_t first = 0; // sequence of its first line, which is its name
    std::filesystem::path path;
};

[[nodiscard]] std::filesystem::path segmentPath(const std::filesystem::path &directory,
                                                std::int64_t first);

// In order. Errors: Storage.
[[nodiscard]] Result<std::vector<Segment>> listSegments(const std::filesystem::path &directory);

[[nodiscard]] QString toText(const std::filesystem::path &path);

} // namespace provost::audit
