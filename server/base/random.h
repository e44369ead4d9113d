// Randomness comes in through a Random, so that tests can seed it.
// Thread: SystemRandom is safe from any thread.
#pragma once

#include "server/base/clock.h"

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

// OpenSSL's generator, asked for a few thousand bytes at a time by each thread: it costs about as much for one as for
// all of them. Bytes that were given out are wiped.
class SystemRandom final : public Random
{
public:
    void fill(std::span<std::byte> bytes) override;
};

// `characters` symbols of [0-9A-Za-z], each worth 5.95 bits, without modulo bias.
[[nodiscard]] QByteArray randomToken(Random &random, int characters);

// 22 symbols that sort by `time` (9 symbols, microseconds) and are different for calls of the same time (13 symbols, 77
// random bits). For names of what happens in sequence: such names are cheap to keep in an index. Not for secrets.
[[nodiscard]] QByteArray orderedToken(Random &random, WallTime time);

} // namespace provost
