// RateLimiter: at most N calls in any rolling period, per key. The period is cut into 60 slots aligned to absolute
// time; a call counts in its slot, and a take is refused when the current slot and the 60 before it would hold more
// than N. So the true count in any window of one period never passes N, and replay over recorded times repeats every
// answer.
// Thread: all functions are safe from any thread (sharded locks, never held across a callback).
#pragma once

#include "server/base/clock.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace provost::limits {

struct Rate
{
    std::int64_t callsMax = 0;
    Microseconds period{0};
    bool operator==(const Rate &) const = default;
};

// One limit that a call must pass.
struct RateCheck
{
    QByteArray
        key; // unique within the tenant: "tenant", "user/alice", "tool/query_analytics", "policy/sales-ops-access"
    Rate rate;
};

struct RateRefusal
{
    QByteArray key;
    Rate rate;
    Microseconds retryAfter{0}; // when a slot falls out of the window so that one call fits again
};

class RateLimiter
{
public:
    RateLimiter();
    ~RateLimiter();

    // Takes one from each key, or from none: the first that is exhausted is returned and nothing is counted.
    [[nodiscard]] std::optional<RateRefusal> take(std::span<const RateCheck> checks, WallTime now);

    // Calls counted in the window of `key` that ends at `now`.
    [[nodiscard]] std::int64_t count(QByteArrayView key, Microseconds period, WallTime now) const;

private:
    struct Shards;
    std::unique_ptr<Shards> m_shards;
};

} // namespace provost::limits
