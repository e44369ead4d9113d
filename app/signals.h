// SIGINT and SIGTERM as calls on the main thread. A second signal ends the process at once.
// Thread: the main thread.
#pragma once

#include <QObject>

#include <functional>

class QSocketNotifier;

namespace provost::app {

class StopSignals final : public QObject
{
public:
    explicit StopSignals(std::function<void()> onStop);
    ~StopSignals() override;

private:
    std::function<void()> m_onStop;
    int m_descriptor = -1; // a signalfd
    QSocketNotifier *m_notifier = nullptr;
};

// Blocks the signals in this thread and all that it starts later, so that only StopSignals sees them. REQUIRES: called
// before any thread is started.
void blockStopSignals();

} // namespace provost::app
