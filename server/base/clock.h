// Time comes in through a Clock, so that tests and replay can hold it. Wall time is UTC microseconds; deadlines
// and latencies use monotonic time, which no operator can set back.
// Thread: implementations are safe from any thread.
#pragma once

#include "server/base/result.h"

#include <QByteArray>

#include <chrono>

namespace provost {

using Microseconds = std::chrono::microseconds;
using WallTime = std::chrono::sys_time<Microseconds>;
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

class Clock
{
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime now() const = 0;
    [[nodiscard]] virtual MonotonicTime monotonic() const = 0;
};

class SystemClock final : public Clock
{
public:
    [[nodiscard]] WallTime now() const override;
    [[nodiscard]] MonotonicTime monotonic() const override;
};

// RFC 3339 in UTC with microseconds: "2026-01-15T14:23:45.000123Z".
[[nodiscard]] QByteArray toRfc3339(WallTime time);

// Accepts RFC 3339 with `Z` or a numeric offset and 0 to 9 fractional digits (cut to microseconds).
[[nodiscard]] Result<WallTime> fromRfc3339(QByteArrayView text);

} // namespace provost
