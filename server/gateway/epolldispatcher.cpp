#include "server/gateway/epolldispatcher.h"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <QThread>

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <memory>

namespace provost::gateway {

namespace {

constexpr std::size_t eventsMax = 256; // per wait; what is left is reported by the next

} // namespace

void EpollDispatcher::install()
{
    // The thread owns it from here on.
    QThread::currentThread()->setEventDispatcher(std::make_unique<EpollDispatcher>().release());
}

EpollDispatcher::EpollDispatcher()
    : m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    , m_bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET; // each write wakes once, and nobody has to read
    event.data.fd = m_bell.get();
    if (::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, m_bell.get(), &event) != 0)
        qFatal("no descriptors for the event loop of a gateway thread");
}

EpollDispatcher::~EpollDispatcher() = default;

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    m_interrupted = false;
    m_call = Call::None; // before looking at what was posted: whoever posts later calls again
    Q_EMIT awake();
    QCoreApplication::sendPostedEvents();
    if (m_interrupted)
        return true;

    const bool mayWait = flags.testFlag(QEventLoop::WaitForMoreEvents) && m_call == Call::None;
    if (mayWait)
        Q_EMIT aboutToBlock();
    const bool fromSockets = dispatchSockets(mayWait);
    const bool fromTimers = dispatchTimers();
    return fromSockets || fromTimers || m_call == Call::Pending;
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier *notifier)
{
    if (QSocketNotifier **place = placeOf(*notifier)) {
        *place = notifier;
        noteChange(int(notifier->socket()));
    }
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier *notifier)
{
    QSocketNotifier **place = placeOf(*notifier);
    if (place == nullptr || *place != notifier)
        return;
    *place = nullptr;
    const int descriptor = int(notifier->socket());
    Watch &watch = m_watches[std::size_t(descriptor)];
    if (watch.read != nullptr || watch.write != nullptr)
        return noteChange(descriptor);
    // The owner may close it next, and the number be given to another.
    if (watch.known != 0)
        ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, descriptor, nullptr);
    watch.known = 0;
}

void EpollDispatcher::registerTimer(int timerId, qint64 interval, Qt::TimerType type,
                                    QObject *object)
{
    const std::chrono::milliseconds every(interval);
    const auto due = Steady::now() + every;
    m_timers.insert_or_assign(timerId, Timer{every, type, object, due});
    m_due.emplace(due, timerId);
}

bool EpollDispatcher::unregisterTimer(int timerId)
{
    const auto timer = m_timers.find(timerId);
    if (timer == m_timers.end())
        return false;
    m_due.erase({timer->second.due, timerId});
    m_timers.erase(timer);
    return true;
}

bool EpollDispatcher::unregisterTimers(QObject *object)
{
    const auto timers = registeredTimers(object);
    for (const TimerInfo &timer : timers)
        unregisterTimer(timer.timerId);
    return !timers.isEmpty();
}

QList<QAbstractEventDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject *object) const
{
    QList<TimerInfo> timers;
    for (const auto &[id, timer] : m_timers) {
        if (timer.object == object)
            timers.append(TimerInfo(id, int(timer.interval.count()), timer.type));
    }
    return timers;
}

int EpollDispatcher::remainingTime(int timerId)
{
    const auto timer = m_timers.find(timerId);
    if (timer == m_timers.end())
        return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(timer->second.due - Steady::now());
    return int(std::max(left.count(), std::chrono::milliseconds::rep(0)));
}

void EpollDispatcher::wakeUp()
{
    if (m_call.exchange(Call::Pending) != Call::Awaited)
        return; // the thread looks before it sleeps
    const std::uint64_t one = 1;
    // Fails only at 2^64 calls.
    [[maybe_unused]] const ssize_t rung = ::write(m_bell.get(), &one, sizeof one);
}

void EpollDispatcher::interrupt()
{
    m_interrupted = true;
    wakeUp();
}

// Null for the kinds of notifier that no socket of ours uses.
QSocketNotifier **EpollDispatcher::placeOf(QSocketNotifier &notifier)
{
    const auto index = std::size_t(notifier.socket());
    if (index >= m_watches.size())
        m_watches.resize(std::max(index + 1, 2 * m_watches.size()));
    switch (notifier.type()) {
    case QSocketNotifier::Read: return &m_watches[index].read;
    case QSocketNotifier::Write: return &m_watches[index].write;
    case QSocketNotifier::Exception: break;
    }
    return nullptr;
}

// Sockets turn their write notifier on and off again with every answer; applied late, that costs no system call.
void EpollDispatcher::noteChange(int descriptor)
{
    Watch &watch = m_watches[std::size_t(descriptor)];
    if (std::exchange(watch.changed, true))
        return;
    m_changed.push_back(descriptor);
}

void EpollDispatcher::applyChanges()
{
    for (const int descriptor : m_changed) {
        Watch &watch = m_watches[std::size_t(descriptor)];
        watch.changed = false;
        epoll_event event{};
        event.data.fd = descriptor;
        event.events =
            (watch.read != nullptr ? EPOLLIN : 0U) | (watch.write != nullptr ? EPOLLOUT : 0U);
        if (event.events == watch.known)
            continue;
        int failed = -1;
        if (watch.known != 0)
            failed = ::epoll_ctl(m_epoll.get(), EPOLL_CTL_MOD, descriptor, &event);
        if (failed != 0) // new, or closed and opened again behind our back
            failed = ::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, descriptor, &event);
        watch.known = failed == 0 ? event.events : 0;
        if (failed != 0)
            qWarning("epoll does not watch descriptor %d: error %d", descriptor, errno);
    }
    m_changed.clear();
}

// -1: until something happens.
int EpollDispatcher::waitMs() const
{
    if (m_due.empty())
        return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(m_due.begin()->first - Steady::now());
    return int(std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
}

bool EpollDispatcher::dispatchSockets(bool mayWait)
{
    applyChanges();
    auto none = Call::None;
    const bool waits = mayWait && m_call.compare_exchange_strong(none, Call::Awaited);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): epoll_wait fills what is read
    std::array<epoll_event, eventsMax> events;
    const int count =
        ::epoll_wait(m_epoll.get(), events.data(), int(events.size()), waits ? waitMs() : 0);
    auto awaited = Call::Awaited;
    m_call.compare_exchange_strong(awaited, Call::None);
    bool any = false;
    for (int i = 0; i < count; ++i) {
        const epoll_event &event = events[std::size_t(i)];
        const int descriptor = event.data.fd;
        if (descriptor == m_bell.get())
            continue;
        // An earlier event of this round may have removed the notifier; that is why it is looked up each time.
        if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            any |= notify(descriptor, &Watch::read);
        if ((event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
            any |= notify(descriptor, &Watch::write);
    }
    return any;
}

bool EpollDispatcher::notify(int descriptor, QSocketNotifier *Watch::*side)
{
    QSocketNotifier *notifier = m_watches[std::size_t(descriptor)].*side;
    if (notifier == nullptr)
        return false;
    QEvent event(QEvent::SockAct);
    QCoreApplication::sendEvent(notifier, &event);
    return true;
}

bool EpollDispatcher::dispatchTimers()
{
    // Each at most once, so that a timer of no interval starves nobody.
    const auto now = Steady::now();
    std::vector<int> due;
    for (auto next = m_due.begin(); next != m_due.end() && next->first <= now; ++next)
        due.push_back(next->second);
    for (const int id : due) {
        const auto found = m_timers.find(id);
        if (found == m_timers.end())
            continue;
        Timer &timer = found->second;
        m_due.erase({timer.due, id});
        timer.due = std::max(timer.due + timer.interval, now); // what was missed is not made up for
        m_due.emplace(timer.due, id);
        QTimerEvent event(id);
        QCoreApplication::sendEvent(timer.object, &event);
    }
    return !due.empty();
}

} // namespace provost::gateway
