// TaskStore: the tasks of one tenant in its own SQLite file (README.md has the schema). A change is durable when its
// function returns. Whoever is not the owner of a task finds nothing.
// INVARIANT: a task that has ended never changes again. The key of a question is never used twice in one task.
// Thread: one; every function waits for the disk.
#pragma once

#include "server/base/clock.h"
#include "server/protocol/tasks.h"
#include "server/storage/database.h"

#include <optional>

namespace provost::tasks {

struct TaskLimits
{
    std::chrono::milliseconds ttl = std::chrono::hours(6); // from creation, running time included
    std::size_t perOwnerMax = 1'000;                       // kept, of one user
    std::size_t unfinishedPerOwnerMax = 100;
    qint64 bytesPerOwnerMax = qint64(64) << 20; // of what is kept; a task may begin below it
    qsizetype bytesMax = qsizetype(4) << 20; // of a call's parameters, of a result, of all answers
    std::chrono::milliseconds upkeep =
        std::chrono::seconds(10); // how often what is over is removed
};

struct NewTask
{
    protocol::TaskId id;
    QByteArray tool;
    Json call; // what is needed to make the next round's call; the store only keeps it
};

// How a call ended, or what it asks.
struct Conclusion
{
    protocol::TaskStatus status = protocol::TaskStatus::Completed; // never Working
    QByteArray message;                                            // for people; may be empty
    Json detail;      // as TaskState has it; the keys of questions are the tool's own
    QByteArray state; // InputRequired: comes back with the answers
};

// All is answered: the call is to be made again.
struct NextRound
{
    Json call;
    Json responses; // by the tool's own keys
    QByteArray state;
};

// A place among the tasks of an owner, which stand in the order of their creation. The default is before them all.
struct TaskPlace
{
    WallTime created = WallTime::min();
    protocol::TaskId id;
};

class TaskStore
{
public:
    // Creates the file. Tasks that were working belonged to an earlier process and become failed with `interrupted`, a
    // JSON-RPC error object. `clock` outlives the store. Errors: Storage.
    [[nodiscard]] static Result<TaskStore> open(const std::filesystem::path &path,
                                                const Clock &clock, TaskLimits limits,
                                                const Json &interrupted);

    // Working from now on. Errors: RateLimited (the owner has too many), TooLarge, Storage.
    [[nodiscard]] Result<protocol::TaskState> create(const UserId &owner, const NewTask &task);

    // Errors everywhere: NotFound (unknown, expired, or somebody else's), Storage.
    [[nodiscard]] Result<protocol::TaskState> find(const UserId &owner, const protocol::TaskId &id);

    // The owner's tasks after `place`, `tasksMax` at most. Of their details only `isError` of a result is there.
    [[nodiscard]] Result<std::vector<protocol::TaskState>>
    list(const UserId &owner, const TaskPlace &place, std::size_t tasksMax);

    // Keeps the answers to what is asked, ignores others. When nothing is left to be answered, the task is working again.
    // Errors: also TooLarge.
    [[nodiscard]] Result<std::optional<NextRound>>
    answer(const UserId &owner, const protocol::TaskId &id, const Json &responses);

    // The same where not all will be answered. Nothing if the task waits for no answers.
    [[nodiscard]] Result<std::optional<NextRound>> giveUp(const UserId &owner,
                                                          const protocol::TaskId &id);

    // What the next round of a task that waits for answers would be made of. Nothing if it waits for none.
    [[nodiscard]] Result<std::optional<NextRound>> waiting(const UserId &owner,
                                                           const protocol::TaskId &id);

    // Ends a task that waits for answers. A working one stays as it is: its call is to be stopped.
    [[nodiscard]] Result<protocol::TaskStatus> cancel(const UserId &owner,
                                                      const protocol::TaskId &id);

    // Ends a task whatever its call does. The answer is how it is then. Errors: also InvalidInput, it has ended already.
    [[nodiscard]] Result<protocol::TaskState> cancelAtOnce(const UserId &owner,
                                                           const protocol::TaskId &id);

    // Of a working task; nothing happens to another. Errors: also TooLarge, upon which nothing was written.
    [[nodiscard]] Result<void> conclude(const UserId &owner, const protocol::TaskId &id,
                                        const Conclusion &conclusion);

    // Removes what has ended and is past its time. Answers the tasks that are past it and still working.
    [[nodiscard]] Result<std::vector<protocol::TaskId>> removeExpired();

private:
    struct Row;

    TaskStore(storage::Database database, const Clock &clock, TaskLimits limits);

    [[nodiscard]] Result<void> checkRoom(const UserId &owner);
    // What was expired at `when` is not found.
    [[nodiscard]] Result<Row> read(const UserId &owner, const protocol::TaskId &id, WallTime when);
    [[nodiscard]] static Result<NextRound> nextRoundOf(const Row &row);
    [[nodiscard]] Result<NextRound> workAgain(const Row &row);
    [[nodiscard]] Result<void> end(const protocol::TaskId &id, const Conclusion &conclusion);

    storage::Database m_database;
    const Clock *m_clock; // never null; the store can be moved
    TaskLimits m_limits;
};

} // namespace provost::tasks
