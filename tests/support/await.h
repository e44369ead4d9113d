// Running a Task to its end inside a test: the event loop turns until it is done.
// Thread: the test's.
#pragma once

#include "server/base/task.h"

#include <QTest>

#include <memory>
#include <optional>

namespace provost::testing {

constexpr int awaitPatienceMs = 20'000;

template <class T>
Task<> keepResult(Task<T> task, std::shared_ptr<std::optional<T>> result)
{
    result->emplace(co_await task);
}

// A task that runs: wait() gives its result.
template <class T>
class Running
{
public:
    explicit Running(Task<T> task) { spawn(keepResult(std::move(task), m_result)); }

    [[nodiscard]] bool isDone() const { return m_result->has_value(); }

    T wait()
    {
        if (!QTest::qWaitFor([this] { return isDone(); }, awaitPatienceMs))
            qFatal("a task did not end");
        return std::move(**m_result);
    }

private:
    std::shared_ptr<std::optional<T>> m_result = std::make_shared<std::optional<T>>();
};

template <class T>
T await(Task<T> task)
{
    return Running<T>(std::move(task)).wait();
}

} // namespace provost::testing
