// Histogram of durations with buckets that grow with the value: 32 per power of two, so that a percentile is at most
// 1.6 % off. From 0 to 38 hours; longer ones count as 38 hours.
// Thread: a value.
#pragma once

#include "server/base/clock.h"

#include <array>
#include <cstdint>

namespace provost::telemetry {

class Histogram
{
public:
    void add(Microseconds duration);
    void add(const Histogram &other); // all its values
    void clear();

    [[nodiscard]] std::int64_t count() const { return m_count; }
    [[nodiscard]] Microseconds sum() const { return m_sum; }
    // The value that `share` (0 to 1) of all values do not exceed; 0 when there are none.
    [[nodiscard]] std::int64_t percentileUs(double share) const;
    // How many do not exceed each of `boundsUs`, which ascend. Exact to within a bucket.
    template <std::size_t Size>
    [[nodiscard]] std::array<std::int64_t, Size>
    cumulative(const std::array<std::int64_t, Size> &boundsUs) const
    {
        std::array<std::int64_t, Size> counts{};
        std::int64_t seen = 0;
        int bucket = 0;
        for (std::size_t i = 0; i < Size; ++i) {
            for (; bucket < bucketCount && middleOf(bucket) <= boundsUs[i]; ++bucket)
                seen += m_buckets[static_cast<std::size_t>(bucket)];
            counts[i] = seen;
        }
        return counts;
    }

private:
    static constexpr int subBits = 5;
    static constexpr int subBuckets = 1 << subBits;
    static constexpr int exponentMax = 36; // 2^37 us are 38 hours
    static constexpr int bucketCount = subBuckets * (exponentMax - subBits + 2);

    [[nodiscard]] static int bucketOf(std::int64_t us);
    [[nodiscard]] static std::int64_t middleOf(int bucket);

    std::int64_t m_count = 0;
    Microseconds m_sum{0};
    std::array<std::int64_t, bucketCount> m_buckets{};
};

} // namespace provost::telemetry
