#include "server/base/workerpool.h"

#include <pthread.h>

namespace provost {

WorkerPool::WorkerPool(const char *name, int threads, std::size_t jobsMax)
    : m_jobs(jobsMax)
{
    for (int i = 0; i < threads; ++i) {
        m_threads.emplace_back([this] {
            while (auto job = m_jobs.pop())
                (*job)();
        });
        pthread_setname_np(m_threads.back().native_handle(), name);
    }
}

WorkerPool::~WorkerPool()
{
    m_jobs.close();
}

Result<void> WorkerPool::run(Job job)
{
    if (!m_jobs.tryPush(std::move(job)))
        return fail(ErrorCode::Unavailable,
                    QStringLiteral("too much work waits; try again in a moment"));
    return {};
}

} // namespace provost
