// SeededRandom: the same bytes for the same seed, for tests.
// Thread: one.
#pragma once

#include "server/base/random.h"

#include <cstdint>
#include <random>

namespace provost::testing {

class SeededRandom final : public Random
{
public:
    explicit SeededRandom(std::uint64_t seed = 1)
        : m_engine(seed)
    {
    }

    void fill(std::span<std::byte> bytes) override
    {
        for (std::byte &byte : bytes)
            byte = static_cast<std::byte>(m_engine() & 0xffU);
    }

    // 0 to `limit` - 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return m_engine() % limit; }

private:
    std::mt19937_64 m_engine;
};

} // namespace provost::testing
