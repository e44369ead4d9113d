// Task<T>: a coroutine that runs on one thread, so that the order on the page is the order in time. It starts when
// it is awaited (or handed to spawn()) and resumes on the thread where it waits.
//
// Completion<T> and Resolver<T>: a one-shot answer from another thread. The Resolver goes to the other side and is
// resolved there; the awaiting Task continues on its own event loop.
// INVARIANT: a Completion is always answered. A Resolver that is destroyed unresolved answers with an error.
// Thread: Task and Completion stay on one thread, which needs an event loop; Resolver is safe from any thread.
#pragma once

#include "server/base/mutex.h"
#include "server/base/result.h"

#include <atomic>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace provost {

template <class T>
class Task;

namespace detail {

struct FinalAwaiter
{
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept
    {
        const auto next = self.promise().continuation;
        return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
};

struct PromiseBase
{
    std::coroutine_handle<> continuation;
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
    // Nothing of ours throws; what escapes a third-party call is a bug that must not be answered with success.
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase
{
    std::optional<T> value;
    Task<T> get_return_object();
    template <class U>
    void return_value(U &&result)
    {
        value.emplace(std::forward<U>(result));
    }
    T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase
{
    Task<void> get_return_object();
    void return_void() const noexcept {}
    void take() const noexcept {}
};

} // namespace detail

template <class T = void>
class [[nodiscard]] Task
{
public:
    using promise_type = detail::Promise<T>;

    explicit Task(std::coroutine_handle<promise_type> handle)
        : m_handle(handle)
    {
    }
    Task(Task &&other) noexcept
        : m_handle(std::exchange(other.m_handle, nullptr))
    {
    }
    Task &operator=(Task &&) = delete;
    ~Task()
    {
        if (m_handle)
            m_handle.destroy();
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    // Runs the task until it ends or waits. One that ends at once returns here, so that a loop over such tasks needs
    // no stack, in unoptimised builds neither.
    bool await_suspend(std::coroutine_handle<> waiting)
    {
        m_handle.resume();
        if (m_handle.done())
            return false;
        m_handle.promise().continuation = waiting;
        return true;
    }
    T await_resume() { return m_handle.promise().take(); }

private:
    std::coroutine_handle<promise_type> m_handle;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object()
{
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline Task<void> detail::Promise<void>::get_return_object()
{
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

namespace detail {

struct Detached
{
    struct promise_type
    {
        [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
        [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
        [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };
};

// Schedules what waits on the event loop of the thread that called currentResumer().
class Resumer
{
public:
    virtual ~Resumer() = default;
    virtual void resume(std::vector<std::coroutine_handle<>> waiting) = 0; // safe from any thread
};
std::shared_ptr<Resumer> currentResumer();
// Now, or when the ResolveTogether of this thread ends.
void resume(std::shared_ptr<Resumer> resumer, std::coroutine_handle<> waiting);

template <class T>
struct CompletionState
{
    Mutex mutex;
    std::optional<Result<T>> value GUARDED_BY(mutex);
    std::coroutine_handle<> waiting GUARDED_BY(mutex);
    std::shared_ptr<Resumer> resumer GUARDED_BY(mutex);
};

} // namespace detail

// Runs `task` to its end on this thread. Its frame frees itself.
inline void spawn(Task<void> task)
{
    [](Task<void> owned) -> detail::Detached { co_await owned; }(std::move(task));
}

// What this thread resolves while it lives continues when it ends: each event loop is woken once for all of them.
// REQUIRES: a local variable, not within another.
class [[nodiscard]] ResolveTogether
{
public:
    ResolveTogether();
    ~ResolveTogether();
    ResolveTogether(const ResolveTogether &) = delete;
    ResolveTogether &operator=(const ResolveTogether &) = delete;

private:
    friend void detail::resume(std::shared_ptr<detail::Resumer>, std::coroutine_handle<>);
    struct Loop
    {
        std::shared_ptr<detail::Resumer> resumer;
        std::vector<std::coroutine_handle<>> waiting;
    };
    std::vector<Loop> m_loops;
};

template <class T>
class Resolver
{
public:
    Resolver() = default;
    explicit Resolver(std::shared_ptr<detail::CompletionState<T>> state)
        : m_state(std::move(state))
    {
    }
    Resolver(Resolver &&) noexcept = default;
    Resolver &operator=(Resolver &&other) noexcept
    {
        abandon();
        m_state = std::move(other.m_state);
        return *this;
    }
    ~Resolver() { abandon(); }

    [[nodiscard]] bool isPending() const { return m_state != nullptr; }

    // Answers once; later calls do nothing.
    void resolve(Result<T> value)
    {
        const auto state = std::exchange(m_state, nullptr);
        if (!state)
            return;
        std::coroutine_handle<> waiting;
        std::shared_ptr<detail::Resumer> resumer;
        {
            const Lock lock(state->mutex);
            state->value.emplace(std::move(value));
            waiting = std::exchange(state->waiting, nullptr);
            resumer = std::move(state->resumer);
        }
        if (waiting)
            detail::resume(std::move(resumer), waiting);
    }

private:
    void abandon()
    {
        if (m_state)
            resolve(fail(ErrorCode::Internal, QStringLiteral("the answer was abandoned")));
    }

    std::shared_ptr<detail::CompletionState<T>> m_state;
};

template <class T>
class [[nodiscard]] Completion
{
public:
    Completion()
        : m_state(std::make_shared<detail::CompletionState<T>>())
    {
    }

    // REQUIRES: called once.
    [[nodiscard]] Resolver<T> resolver() const { return Resolver<T>(m_state); }

    [[nodiscard]] bool await_ready() const
    {
        const Lock lock(m_state->mutex);
        return m_state->value.has_value();
    }
    bool await_suspend(std::coroutine_handle<> waiting)
    {
        auto resumer = detail::currentResumer();
        const Lock lock(m_state->mutex);
        if (m_state->value)
            return false;
        m_state->waiting = waiting;
        m_state->resumer = std::move(resumer);
        return true;
    }
    Result<T> await_resume()
    {
        const Lock lock(m_state->mutex);
        return std::move(*m_state->value);
    }

private:
    std::shared_ptr<detail::CompletionState<T>> m_state;
};

} // namespace provost
