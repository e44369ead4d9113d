// Randomness comes in through a Random, so that tests can seed it.
// Thread: SystemRandom is safe from any thread.
#pragma once

#include <QByteArray>

#include <cstddef>
#include <span>

namespace provost {

class Random
{
public:
    virtual ~Random() = default;
    // Fills `bytes`. Never fails: a system without randomness ends the process.
    virtual void fill(std::span<std::byte> bytes) = 0;
};

// OpenSSL's generator.
class SystemRandom final : public Random
{
public:
    void fill(std::span<std::byte> bytes) override;
};

// `characters` symbols of [0-9A-Za-z], each worth 5.95 bits, without modulo bias.
[[nodiscard]] QByteArray randomToken(Random &random, int characters);

} // namespace provost
