#include "app/signals.h"

#include <QSocketNotifier>

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

namespace provost::app {

namespace {

sigset_t stopSet()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

} // namespace

void blockStopSignals()
{
    const sigset_t set = stopSet();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE,
                SIG_IGN); // a client that goes away is an error of one write, not of the process
}

StopSignals::StopSignals(std::function<void()> onStop)
    : m_onStop(std::move(onStop))
{
    const sigset_t set = stopSet();
    m_descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    m_notifier = new QSocketNotifier(m_descriptor, QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, [this] {
        signalfd_siginfo received{};
        if (read(m_descriptor, &received, sizeof received) != sizeof received)
            return;
        const sigset_t again = stopSet();
        pthread_sigmask(SIG_UNBLOCK, &again, nullptr);
        m_onStop();
    });
}

StopSignals::~StopSignals()
{
    close(m_descriptor);
}

} // namespace provost::app
