#include "server/telemetry/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace provost::telemetry {

int Histogram::bucketOf(std::int64_t us)
{
    const auto value = static_cast<std::uint64_t>(
        std::clamp(us, std::int64_t{0}, (std::int64_t{1} << (exponentMax + 1)) - 1));
    if (value < subBuckets)
        return static_cast<int>(value);
    const int exponent = static_cast<int>(std::bit_width(value)) - 1;
    const auto sub = static_cast<int>(value >> static_cast<unsigned>(exponent - subBits));
    return (exponent - subBits) * subBuckets + sub;
}

std::int64_t Histogram::middleOf(int bucket)
{
    if (bucket < subBuckets)
        return bucket;
    const int shift = bucket / subBuckets - 1;
    const auto from = std::int64_t{bucket % subBuckets + subBuckets} << shift;
    return from + ((std::int64_t{1} << shift) >> 1);
}

void Histogram::add(Microseconds duration)
{
    ++m_buckets[static_cast<std::size_t>(bucketOf(duration.count()))];
    ++m_count;
    m_sum += std::max(duration, Microseconds{0});
}

void Histogram::add(const Histogram &other)
{
    m_count += other.m_count;
    m_sum += other.m_sum;
    for (std::size_t i = 0; i < m_buckets.size(); ++i)
        m_buckets[i] += other.m_buckets[i];
}

void Histogram::clear()
{
    if (m_count > 0)
        *this = Histogram();
}

std::int64_t Histogram::percentileUs(double share) const
{
    if (m_count == 0)
        return 0;
    const auto rank =
        std::clamp(std::int64_t(std::ceil(share * double(m_count))), std::int64_t{1}, m_count);
    std::int64_t seen = 0;
    for (int bucket = 0; bucket < bucketCount; ++bucket) {
        seen += m_buckets[static_cast<std::size_t>(bucket)];
        if (seen >= rank)
            return middleOf(bucket);
    }
    return middleOf(bucketCount - 1);
}

} // namespace provost::telemetry
