// BoundedQueue<T>: the one way for work to reach a pool of plain threads. Full means refuse, never wait and never
// grow: tryPush() returns false and the caller refuses its request.
// Thread: all members are safe from any thread.
#pragma once

#include "server/base/mutex.h"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace provost {

template <class T>
class BoundedQueue
{
public:
    explicit BoundedQueue(std::size_t entriesMax)
        : m_entriesMax(entriesMax)
    {
    }

    // Moves `value` in; false if the queue is full or closed, and `value` is then left as it was.
    [[nodiscard]] bool tryPush(T &&value)
    {
        {
            const Lock lock(m_mutex);
            if (m_closed || m_entries.size() >= m_entriesMax)
                return false;
            m_entries.push_back(std::move(value));
        }
        m_filled.notify_one();
        return true;
    }

    // Waits for an entry; nothing once the queue is closed and drained.
    [[nodiscard]] std::optional<T> pop()
    {
        m_mutex.lock();
        while (m_entries.empty() && !m_closed)
            m_filled.wait(m_mutex);
        std::optional<T> value;
        if (!m_entries.empty()) {
            value.emplace(std::move(m_entries.front()));
            m_entries.pop_front();
        }
        m_mutex.unlock();
        return value;
    }

    // Puts `value` at the end and takes what is first, which may be the same. For whoever took an entry and has not
    // finished with it: nobody is woken, and the queue is never too full for what was in it.
    [[nodiscard]] T rotate(T value)
    {
        const Lock lock(m_mutex);
        if (!m_entries.empty()) {
            m_entries.push_back(std::move(value));
            value = std::move(m_entries.front());
            m_entries.pop_front();
        }
        return value;
    }

    // No more entries are taken; what is queued is still handed out.
    void close()
    {
        {
            const Lock lock(m_mutex);
            m_closed = true;
        }
        m_filled.notify_all();
    }

    [[nodiscard]] std::size_t size() const
    {
        const Lock lock(m_mutex);
        return m_entries.size();
    }

private:
    const std::size_t m_entriesMax;
    mutable Mutex m_mutex;
    Condition m_filled;
    std::deque<T> m_entries GUARDED_BY(m_mutex);
    bool m_closed GUARDED_BY(m_mutex) = false;
};

} // namespace provost
