// TaskKeeper: all tasks of all tenants, whichever loop they run on. It keeps them in a TaskStore per tenant, knows what
// stops the running ones, and tells watchers of changes. Every change is durable before it is answered or told.
// INVARIANT: a task that is working has a stop source here, or belongs to an earlier process and is about to fail.
// Thread: safe from any thread, its tasks resume on the caller's; the work is done on a thread of its own, because it
// waits for disks.
#pragma once

#include "server/base/eventthread.h"
#include "server/base/task.h"
#include "server/tasks/taskstore.h"

#include <QTimer>

#include <atomic>
#include <map>
#include <memory>
#include <stop_token>
#include <unordered_map>

namespace provost::tasks {

struct TaskOwner
{
    TenantId tenant;
    UserId user;
    bool operator==(const TaskOwner &) const = default;
};

// Somebody's interest in a task; ends with the object. The callback may run once more just then.
class TaskWatch
{
public:
    explicit TaskWatch(std::function<void()> onChanged)
        : m_onChanged(std::move(onChanged))
    {
    }
    void tell() const { m_onChanged(); }

private:
    const std::function<void()> m_onChanged;
};

class TaskKeeper
{
public:
    static constexpr int requestsMax = 1'000; // waiting for the disk; more are refused

    // `data`: the installation's directory, where tenant ID has its files in tenants/ID. `clock` outlives the keeper.
    TaskKeeper(std::filesystem::path data, const Clock &clock, TaskLimits limits = {});
    ~TaskKeeper(); // what was concluded is on disk by then
    TaskKeeper(const TaskKeeper &) = delete;
    TaskKeeper &operator=(const TaskKeeper &) = delete;

    [[nodiscard]] const TaskLimits &limits() const { return m_limits; }

    // Errors everywhere: those of TaskStore, and Unavailable when too many requests wait.

    // A task whose call runs already; `running` stops it.
    [[nodiscard]] Task<Result<protocol::TaskState>> create(TaskOwner owner, NewTask task,
                                                           std::stop_source running);
    [[nodiscard]] Task<Result<protocol::TaskState>> find(TaskOwner owner, protocol::TaskId id);
    [[nodiscard]] Task<Result<std::vector<protocol::TaskState>>>
    list(TaskOwner owner, TaskPlace place, std::size_t tasksMax);
    // When a round follows, the caller runs it, and `running` stops it.
    [[nodiscard]] Task<Result<std::optional<NextRound>>>
    answer(TaskOwner owner, protocol::TaskId id, Json responses, std::stop_source running);
    [[nodiscard]] Task<Result<std::optional<NextRound>>>
    giveUp(TaskOwner owner, protocol::TaskId id, std::stop_source running);
    // Asks a running call to stop, and ends a task that waits. Nothing happens to one that has ended. The answer is the
    // round for which a tool kept something, and which the caller lets go.
    [[nodiscard]] Task<Result<std::optional<NextRound>>> cancel(TaskOwner owner,
                                                                protocol::TaskId id);

    // The same, but the task is cancelled now; what its call still says is not kept. Errors: InvalidInput, it has ended.
    struct Cancelled
    {
        protocol::TaskState task;
        std::optional<NextRound> left;
    };
    [[nodiscard]] Task<Result<Cancelled>> cancelAtOnce(TaskOwner owner, protocol::TaskId id);

    // The call of a working task has ended. Never refused: what cannot be written is tried again. A call that was
    // stopped says Cancelled; if not its owner did that, the task has failed.
    void conclude(TaskOwner owner, protocol::TaskId id, Conclusion conclusion);

    // `onChanged` runs on any thread whenever find() answers differently, as long as the watch is held; must only post.
    [[nodiscard]] Task<Result<std::shared_ptr<TaskWatch>>>
    watch(TaskOwner owner, protocol::TaskId id, std::function<void()> onChanged);

private:
    // What is known of a task beside what is on disk.
    struct Live
    {
        std::stop_source running;
        bool cancelled = false; // by its owner
    };
    struct Ended
    {
        TaskOwner owner;
        protocol::TaskId id;
        Conclusion conclusion;
    };

    template <class T>
    [[nodiscard]] Task<Result<T>> onThread(std::function<Result<T>()> work);

    // On the thread.
    [[nodiscard]] Result<TaskStore *> storeOf(const TenantId &tenant);
    [[nodiscard]] Result<void> keep(const Ended &ended);
    [[nodiscard]] std::filesystem::path tenantsDirectory() const { return m_data / "tenants"; }
    void openAll();
    void upkeep();
    void tell(const protocol::TaskId &id);
    void stop(const protocol::TaskId &id); // because its owner cancelled it

    const std::filesystem::path m_data;
    const Clock &m_clock;
    const TaskLimits m_limits;
    std::atomic<int> m_waiting{0};

    // Of the thread.
    std::unordered_map<TenantId, TaskStore> m_stores;
    std::map<protocol::TaskId, Live> m_live;
    std::multimap<protocol::TaskId, std::weak_ptr<TaskWatch>> m_watches;
    std::vector<Ended> m_unwritten; // the disk refused
    std::unique_ptr<QTimer> m_upkeep;

    EventThread m_thread{"tasks"}; // last, so that it ends first
};

} // namespace provost::tasks
