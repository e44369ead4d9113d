// ToolPool: a few threads for tools that block (SQL drivers). A full queue refuses.
// Thread: run() from any thread; jobs run on pool threads.
#pragma once

#include "server/base/boundedqueue.h"
#include "server/base/result.h"

#include <functional>
#include <thread>
#include <vector>

namespace provost::tools {

class ToolPool
{
public:
    explicit ToolPool(int threads, std::size_t jobsMax = 1024);
    ~ToolPool(); // runs what is queued, then joins

    // Errors: Unavailable when the queue is full.
    [[nodiscard]] Result<void> run(std::function<void()> job);

    [[nodiscard]] std::size_t waiting() const;

private:
    BoundedQueue<std::function<void()>> m_jobs;
    std::vector<std::jthread> m_threads;
};

} // namespace provost::tools
