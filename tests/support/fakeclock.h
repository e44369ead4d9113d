// FakeClock: time that a test holds. Both times move together by advance(); the wall alone by setWall(), as when an
// operator sets the clock.
// Thread: safe from any thread.
#pragma once

#include "server/base/clock.h"

#include <atomic>

namespace provost::testing {

class FakeClock final : public Clock
{
public:
    explicit FakeClock(WallTime wall = WallTime{std::chrono::seconds{
                           1'768'487'025}}) // 2026-01-15T14:23:45Z
        : m_wallUs(wall.time_since_epoch().count())
    {
    }

    [[nodiscard]] WallTime now() const override { return WallTime{Microseconds{m_wallUs}}; }
    [[nodiscard]] MonotonicTime monotonic() const override
    {
        return MonotonicTime{Microseconds{m_monotonicUs}};
    }

    void advance(Microseconds by)
    {
        m_wallUs += by.count();
        m_monotonicUs += by.count();
    }
    void setWall(WallTime wall) { m_wallUs = wall.time_since_epoch().count(); }

private:
    std::atomic<std::int64_t> m_wallUs;
    std::atomic<std::int64_t> m_monotonicUs{0};
};

} // namespace provost::testing
