// ToolPool: a few threads for tools that block (SQL drivers). A full queue refuses.
// Thread: run() from any thread; jobs run on pool threads.
#pragma once

#include "server/base/boundedqueue.h"
#include "server/base/result.h"

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace provost::tools {

// What one pool thread keeps from job to job, such as a database connection, which only the thread that opened it
// may use. A thing is destroyed on its thread: when its owner is gone (seen before the next job), when more than
// keptMax others were used since, or with the pool.
// Thread: the pool thread that hands it to a job.
class ToolThread
{
public:
    static constexpr std::size_t keptMax = 64;

    // What was kept for `owner`; null if nothing. REQUIRES: the same T as in keep().
    template <class T>
    [[nodiscard]] std::shared_ptr<T> kept(const std::shared_ptr<const void> &owner)
    {
        return std::static_pointer_cast<T>(find(owner));
    }
    void keep(const std::shared_ptr<const void> &owner, std::shared_ptr<void> thing);
    void drop(const std::shared_ptr<const void> &owner);

    // Destroys what has lost its owner.
    void sweep();

private:
    struct Kept
    {
        std::weak_ptr<const void> owner;
        std::shared_ptr<void> thing;
    };
    [[nodiscard]] std::shared_ptr<void> find(const std::shared_ptr<const void> &owner);

    std::vector<Kept> m_kept; // the last one used stands last
};

class ToolPool
{
public:
    explicit ToolPool(int threads, std::size_t jobsMax = 1024);
    ~ToolPool(); // runs what is queued, then joins

    // Errors: Unavailable when the queue is full.
    [[nodiscard]] Result<void> run(std::function<void()> job);
    [[nodiscard]] Result<void> run(std::function<void(ToolThread &)> job);

    [[nodiscard]] std::size_t waiting() const;

    ToolPool(const ToolPool &) = delete;
    ToolPool &operator=(const ToolPool &) = delete;

private:
    BoundedQueue<std::function<void(ToolThread &)>> m_jobs;
    std::vector<std::jthread> m_threads;
};

} // namespace provost::tools
