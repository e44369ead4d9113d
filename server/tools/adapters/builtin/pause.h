// Waiting inside a builtin tool.
// Thread: that of the caller, which needs an event loop.
#pragma once

#include "server/base/task.h"

#include <QTimer>

#include <algorithm>
#include <stop_token>

namespace provost::tools::builtin {

inline Task<> pause(std::chrono::milliseconds time)
{
    Completion<void> ended;
    auto resolver = std::make_shared<Resolver<void>>(ended.resolver());
    QTimer::singleShot(time, [resolver] { resolver->resolve({}); });
    (void)co_await ended;
}

// False if the call was stopped meanwhile; that is noticed within a twentieth of a second.
inline Task<bool> pause(std::chrono::milliseconds time, std::stop_token stop)
{
    constexpr std::chrono::milliseconds step{50};
    while (time > std::chrono::milliseconds(0) && !stop.stop_requested()) {
        co_await pause(std::min(step, time));
        time -= step;
    }
    co_return !stop.stop_requested();
}

} // namespace provost::tools::builtin
