// What a journal does before it takes records: finds the end of what was written, cuts a torn tail, and learns which
// calls were left open. Reads the last segment only; of the others it checks that they join without a gap.
// INVARIANT: nothing that can have been acknowledged is cut; damage there is an error that names file and line.
// Thread: one at a time, with the journal's lock held.
#pragma once

#include "server/audit/journalreader.h"
#include "server/audit/segmentfile.h"

#include <map>

namespace provost::audit {

using OpenCalls = std::map<QByteArray, LinePosition>; // call id -> its intent

struct OpenedSegments
{
    SegmentFile segment; // the last one, trimmed
    std::int64_t lastSequence = 0;
    OpenCalls openCalls;
    qint64 bytesCut = 0; // of a batch that a crash left incomplete; never acknowledged
};

// Errors: Storage with path and need.
[[nodiscard]] Result<OpenedSegments> openSegments(const std::filesystem::path &directory,
                                                  Disk &disk);

// Follows `line` in the set of calls without an outcome.
void noteCall(OpenCalls &openCalls, const LineCall &call, const LinePosition &position);

// The event at the start of each segment but the first names the calls that are open there, so that finding them
// never needs an earlier segment.
[[nodiscard]] Record segmentEvent(const OpenCalls &openCalls, WallTime now, const QString &reason);
[[nodiscard]] OpenCalls openCallsOf(const Record &segmentEvent);

// Holds the journal's directory for this process. Errors: Storage.
class DirectoryLock
{
public:
    [[nodiscard]] static Result<DirectoryLock> take(const std::filesystem::path &directory);
    ~DirectoryLock();
    DirectoryLock(DirectoryLock &&other) noexcept;
    DirectoryLock &operator=(DirectoryLock &&) = delete;

private:
    explicit DirectoryLock(int file);
    int m_file;
};

} // namespace provost::audit
