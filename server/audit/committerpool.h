// CommitterPool: the threads that write the journals. Syncs of several journals run in parallel; one journal is
// served by one thread at a time. The pool is wide because its threads wait for the disk, not for the processor.
// Thread: schedule() from any thread.
#pragma once

#include "server/base/boundedqueue.h"

#include <memory>
#include <thread>
#include <vector>

namespace provost::audit {

class CommitterPool
{
public:
    // What a journal hands in. REQUIRES: not scheduled again while it runs or waits.
    class Work
    {
    public:
        virtual ~Work() = default;
        // On a committer. Whether there is more: then it runs again, after the others that wait.
        [[nodiscard]] virtual bool commitWaiting() = 0;
    };

    static constexpr int threadsDefault = 16;

    explicit CommitterPool(int threads = threadsDefault);
    ~CommitterPool(); // REQUIRES: the journals are gone
    CommitterPool(const CommitterPool &) = delete;
    CommitterPool &operator=(const CommitterPool &) = delete;

    void schedule(std::shared_ptr<Work> work);

private:
    static constexpr std::size_t journalsMax = 1 << 20; // each waits at most once

    BoundedQueue<std::shared_ptr<Work>> m_ready{journalsMax};
    std::vector<std::jthread> m_threads;
};

} // namespace provost::audit
