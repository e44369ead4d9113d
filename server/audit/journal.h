// Journal: the truth about what happened in one tenant (or in the installation), as append-only segment files of JSON
// lines; README.md specifies the format. Group commit: a committer of the shared pool writes what waits and syncs once.
// INVARIANT: append() answers success only after the record is on disk. After a failed write or sync the journal
// acknowledges nothing until reopen() has proved the files again; every append meanwhile fails.
// Thread: append() and tail() from any thread; the rest from the thread that owns the journal.
#pragma once

#include "server/audit/record.h"
#include "server/base/task.h"

#include <filesystem>
#include <memory>

namespace provost::audit {

class CommitterPool; // a few threads that serve all journals

struct Receipt
{
    std::int64_t sequence = 0; // from 1, without gaps
};

struct JournalOptions
{
    qint64 segmentBytesMax = 64LL << 20;
    std::size_t waitingMax = 8192; // records; a full queue refuses
};

class Journal
{
public:
    // Opens or creates the journal in `directory`, cuts a torn last line, and closes every intent without an outcome
    // with an outcome of status "interrupted".
    // Errors: Storage with path and need.
    [[nodiscard]] static Result<std::unique_ptr<Journal>> open(std::filesystem::path directory,
                                                               CommitterPool &committers,
                                                               const Clock &clock,
                                                               JournalOptions options = {});

    ~Journal(); // commits what waits

    // Durable when it answers. Errors: Storage (path and need), Unavailable (queue full).
    [[nodiscard]] Completion<Receipt> append(Record record);

    // The same for callers without an event loop; blocks. Not for gateway or ui threads.
    [[nodiscard]] Result<Receipt> appendAndWait(Record record);

    [[nodiscard]] std::int64_t lastSequence() const; // durable ones, any thread
    [[nodiscard]] const std::filesystem::path &directory() const;

    // Called on a committer thread after each durable batch, with the last sequence. Must only post.
    void setOnCommitted(std::function<void(std::int64_t)> onCommitted);

    // The last failure, if the journal refuses now; any thread.
    [[nodiscard]] std::optional<Error> failure() const;

    Journal(const Journal &) = delete;
    Journal &operator=(const Journal &) = delete;

private:
    struct State;
    explicit Journal(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace provost::audit
