// RateLimiter: at most N calls in any rolling period, per key. The period is cut into 60 slots aligned to absolute
// time; a call counts in its slot, and a take is refused when the current slot and the 60 before it would hold more
// than N. So the true count in any window of one period never passes N, and replay over recorded times repeats every
// answer.
// INVARIANT: setting the clock back admits nothing more. A step back of up to a second (threads that race, a clock
// that is slewed) counts in the latest slot; after a longer one the limiter goes on from where it was.
// Thread: all functions are safe from any thread. One lock, because every call of a tenant passes the tenant's own
// key anyway; each tenant has a limiter of its own.
#pragma once

#include "server/base/clock.h"
#include "server/base/mutex.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace provost::limits {

// At most 4,294,967,295 calls count; a period lasts from 60 us to ten years.
struct Rate
{
    std::int64_t callsMax = 0;
    Microseconds period{0};
    bool operator==(const Rate &) const = default;
};

// One limit that a call must pass.
struct RateCheck
{
    // Unique within the tenant: "tenant", "user/alice", "tool/query_analytics", "policy/sales-ops-access".
    QByteArray key;
    Rate rate;
};

struct RateRefusal
{
    QByteArray key;
    Rate rate;
    // From now until all checks of the take pass, if nobody else takes. Zero: waiting does not help, because the
    // rate admits nothing at all.
    Microseconds retryAfter{0};
};

struct RateLimiterOptions
{
    // REQUIRES: more than the checks of one take. Keys that were used within their period. At the mark, a take with a new key is refused until one falls silent.
    std::size_t keysMax = 100'000;
};

class RateLimiter
{
public:
    explicit RateLimiter(const RateLimiterOptions &options = {});
    ~RateLimiter();
    RateLimiter(const RateLimiter &) = delete;
    RateLimiter &operator=(const RateLimiter &) = delete;

    // Takes one from each key, or from none: the first that is exhausted is returned and nothing is counted. A key
    // that stands twice with the same period is counted once.
    [[nodiscard]] std::optional<RateRefusal> take(std::span<const RateCheck> checks, WallTime now);

    // Calls counted in the window of `key` that ends at `now`. A changed period starts a new count.
    [[nodiscard]] std::int64_t count(QByteArrayView key, Microseconds period, WallTime now) const;

    // Keys in memory, the silent ones that were not dropped yet included.
    [[nodiscard]] std::size_t keyCount() const;

private:
    struct Windows;

    mutable Mutex m_mutex;
    const std::unique_ptr<Windows> m_windows; // contents guarded by m_mutex
};

} // namespace provost::limits
