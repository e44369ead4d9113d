// Qt's event dispatcher for gateway threads, on epoll. Qt's own asks the system about every open connection each time
// around, so thousands of idle ones make each active request many times dearer (measured: 8,000 idle connections, 13
// times); here idle connections cost nothing.
// Every semantics of QAbstractEventDispatcher that sockets, timers and posted events need is here; native event filters
// and nested loops that exclude events are not used on gateway threads.
// INVARIANT: what epoll watches is brought in line with the notifiers before every wait, and a descriptor is taken out
// before its owner can close it. No wakeUp() is lost between looking at what was posted and sleeping.
// Thread: that of its loop; wakeUp() and interrupt() from any.
#pragma once

#include "server/gateway/descriptor.h"

#include <QAbstractEventDispatcher>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace provost::gateway {

class EpollDispatcher final : public QAbstractEventDispatcher
{
    Q_OBJECT
public:
    // Makes a dispatcher for the current thread. REQUIRES: it has none yet.
    static void install();

    EpollDispatcher();
    ~EpollDispatcher() override;

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;

    void registerSocketNotifier(QSocketNotifier *notifier) override;
    void unregisterSocketNotifier(QSocketNotifier *notifier) override;

    void registerTimer(int timerId, qint64 interval, Qt::TimerType type, QObject *object) override;
    bool unregisterTimer(int timerId) override;
    bool unregisterTimers(QObject *object) override;
    QList<TimerInfo> registeredTimers(QObject *object) const override;
    int remainingTime(int timerId) override;

    void wakeUp() override;
    void interrupt() override;

private:
    using Steady = std::chrono::steady_clock;

    // By wakeUp(). Only a thread that sleeps, or is about to, costs a system call to wake.
    enum class Call { None, Awaited, Pending };

    struct Watch
    {
        QSocketNotifier *read = nullptr;
        QSocketNotifier *write = nullptr;
        std::uint32_t known = 0; // what epoll was told
        bool changed = false;    // and is in m_changed
    };
    struct Timer
    {
        std::chrono::milliseconds interval;
        Qt::TimerType type;
        QObject *object;
        Steady::time_point due;
    };

    QSocketNotifier **placeOf(QSocketNotifier &notifier);
    void noteChange(int descriptor);
    void applyChanges();
    [[nodiscard]] int waitMs() const;
    [[nodiscard]] bool dispatchSockets(bool mayWait);
    [[nodiscard]] bool notify(int descriptor, QSocketNotifier *Watch::*side);
    [[nodiscard]] bool dispatchTimers();

    Descriptor m_epoll;
    Descriptor m_bell; // an eventfd, written to wake the thread
    std::atomic<Call> m_call{Call::None};
    std::atomic<bool> m_interrupted{false};
    std::vector<Watch> m_watches; // by descriptor
    std::vector<int> m_changed;
    std::map<int, Timer> m_timers;
    std::set<std::pair<Steady::time_point, int>> m_due;
};

} // namespace provost::gateway
