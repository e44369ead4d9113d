// Journal: the truth about what happened in one tenant (or in the installation), as append-only segment files of JSON
// lines; README.md specifies the format. Group commit: a committer of the shared pool writes what waits and syncs once.
// INVARIANT: append() answers success only after the record is on disk. After a failed write or sync the journal
// acknowledges nothing until the files are proved again, which an append tries at most once a second; every other
// append meanwhile fails.
// Thread: append() and the getters from any thread; open, close and setOnCommitted from the thread that owns the journal.
#pragma once

#include "server/audit/committerpool.h"
#include "server/audit/disk.h"
#include "server/audit/record.h"
#include "server/base/task.h"

#include <filesystem>
#include <memory>

namespace provost::audit {

struct Receipt
{
    std::int64_t sequence = 0; // from 1, without gaps
};

struct JournalOptions
{
    qint64 segmentBytesMax = 64LL << 20;
    std::size_t waitingMax = 8192;    // records; a full queue refuses
    std::size_t openCallsMax = 32768; // intents without an outcome; more are refused
    qint64 recordBytesMax = 1 << 20;  // as a line; callers cut what they capture
    TenantId tenant;                  // stamped on the journal's own events
    Disk *disk = &Disk::system();     // borrowed; outlives the journal
};

// What open() found.
struct JournalOpening
{
    qint64 bytesCut = 0; // of a batch that a crash left incomplete; never acknowledged
    std::int64_t callsInterrupted = 0; // intents that were closed with status "interrupted"
};

class Journal
{
public:
    // Opens or creates the journal in `directory`, cuts a torn tail, and closes every intent without an outcome with
    // an outcome of status "interrupted".
    // Errors: Storage with path and need.
    [[nodiscard]] static Result<std::unique_ptr<Journal>> open(std::filesystem::path directory,
                                                               CommitterPool &committers,
                                                               const Clock &clock,
                                                               JournalOptions options = {});

    ~Journal(); // commits what waits

    // Durable when it answers. An outcome that was refused must not be appended again: once the journal works, it
    // closes that call as "interrupted" itself.
    // Errors: Storage (path and need), Unavailable (queue full), InvalidInput (call id), TooLarge.
    [[nodiscard]] Completion<Receipt> append(const Record &record);

    // The same for callers without an event loop; blocks. Not for gateway or ui threads.
    [[nodiscard]] Result<Receipt> appendAndWait(const Record &record);

    [[nodiscard]] std::int64_t lastSequence() const; // durable ones, any thread
    [[nodiscard]] const std::filesystem::path &directory() const;
    [[nodiscard]] const JournalOpening &opening() const;

    // Called on a committer thread after each durable batch, with the last sequence. Must only post, and may still be
    // running when it has been replaced: what it captures is its own.
    void setOnCommitted(std::function<void(std::int64_t)> onCommitted);

    // The last failure, if the journal refuses now; any thread.
    [[nodiscard]] std::optional<Error> failure() const;

    Journal(const Journal &) = delete;
    Journal &operator=(const Journal &) = delete;

private:
    class State;
    explicit Journal(std::shared_ptr<State> state);
    std::shared_ptr<State> m_state;
};

} // namespace provost::audit
