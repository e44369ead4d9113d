// A std::mutex that clang's -Wthread-safety understands. GCC ignores the annotations.
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define PROVOST_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define PROVOST_THREAD_ATTRIBUTE(x)
#endif

#define GUARDED_BY(m) PROVOST_THREAD_ATTRIBUTE(guarded_by(m))
#define REQUIRES_LOCK(m) PROVOST_THREAD_ATTRIBUTE(requires_capability(m))

namespace provost {

class PROVOST_THREAD_ATTRIBUTE(capability("mutex")) Mutex
{
public:
    void lock() PROVOST_THREAD_ATTRIBUTE(acquire_capability()) { m_mutex.lock(); }
    void unlock() PROVOST_THREAD_ATTRIBUTE(release_capability()) { m_mutex.unlock(); }

private:
    std::mutex m_mutex;
};

class PROVOST_THREAD_ATTRIBUTE(scoped_lockable) Lock
{
public:
    explicit Lock(Mutex &mutex) PROVOST_THREAD_ATTRIBUTE(acquire_capability(mutex))
        : m_mutex(mutex)
    {
        m_mutex.lock();
    }
    ~Lock() PROVOST_THREAD_ATTRIBUTE(release_capability()) { m_mutex.unlock(); }
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;

private:
    Mutex &m_mutex;
};

// Waits on a Mutex that the caller holds.
using Condition = std::condition_variable_any;

} // namespace provost
