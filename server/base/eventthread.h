// EventThread: a thread with an event loop and a box for work. What is posted runs there, in order.
// INVARIANT: from constructor to destructor the loop runs. Jobs that have not run by then are destroyed, on that
// thread.
// Thread: post() from any thread; run() from any other thread.
#pragma once

#include "server/base/mailbox.h"

#include <QThread>

#include <functional>
#include <latch>

namespace provost {

class EventThread
{
public:
    using Job = std::function<void()>;

    // `name` as debuggers and /proc show it, up to 15 characters.
    explicit EventThread(const char *name);
    ~EventThread();

    void post(Job job) const { m_jobs.post(std::move(job)); }
    // Runs `job` there and waits for its end. Not for gateway or ui threads once the server runs.
    void run(const Job &job) const;

    // Runs an event loop; QObjects may be moved to it.
    [[nodiscard]] QThread &thread() { return m_thread; }

    EventThread(const EventThread &) = delete;
    EventThread &operator=(const EventThread &) = delete;

private:
    class Loop final : public QThread
    {
    public:
        void run() override;

        std::latch ready{1};
        Mailbox<Job>::Sender jobs;
    };

    Loop m_thread;
    Mailbox<Job>::Sender m_jobs;
};

} // namespace provost
