#include "server/base/eventthread.h"

namespace provost {

void EventThread::Loop::run()
{
    Mailbox<Job> box([](const Job &job) { job(); });
    jobs = box.sender();
    ready.count_down();
    exec();
}

EventThread::EventThread(const char *name)
{
    m_thread.setObjectName(QLatin1StringView(name));
    m_thread.start();
    m_thread.ready.wait();
    m_jobs = m_thread.jobs;
}

EventThread::~EventThread()
{
    m_thread.quit();
    m_thread.wait();
}

void EventThread::run(const Job &job) const
{
    std::latch done(1);
    post([&] {
        job();
        done.count_down();
    });
    done.wait();
}

} // namespace provost
