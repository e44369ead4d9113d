// WorkerPool: a few threads for work that blocks (SQL drivers, searching the audit log). A full queue refuses.
// Thread: run() and waiting() from any thread; jobs run on the pool's threads.
#pragma once

#include "server/base/boundedqueue.h"
#include "server/base/result.h"

#include <functional>
#include <thread>
#include <vector>

namespace provost {

class WorkerPool
{
public:
    using Job = std::function<void()>;

    // `name` as debuggers show it, up to 15 characters.
    WorkerPool(const char *name, int threads, std::size_t jobsMax);
    ~WorkerPool(); // runs what is queued, then joins

    // Errors: Unavailable when the queue is full.
    [[nodiscard]] Result<void> run(Job job);

    [[nodiscard]] std::size_t waiting() const { return m_jobs.size(); }

    WorkerPool(const WorkerPool &) = delete;
    WorkerPool &operator=(const WorkerPool &) = delete;

private:
    BoundedQueue<Job> m_jobs;
    std::vector<std::jthread> m_threads;
};

} // namespace provost
