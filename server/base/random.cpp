#include "server/base/random.h"

#include <QtGlobal>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace provost {

namespace {

constexpr char symbols[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"; // sorted
constexpr unsigned symbolCount = 62;
constexpr int timeSymbols = 9; // until the year 2398
constexpr int randomSymbols = 13;

void generate(std::span<std::byte> bytes)
{
    if (RAND_bytes(reinterpret_cast<unsigned char *>(bytes.data()), static_cast<int>(bytes.size()))
        != 1)
        qFatal("no randomness: the system's generator failed");
}

struct Pool
{
    std::array<std::byte, 4096> bytes{};
    std::size_t used = bytes.size();
};

} // namespace

void SystemRandom::fill(std::span<std::byte> bytes)
{
    thread_local Pool pool;
    if (bytes.size() > pool.bytes.size()) {
        generate(bytes);
        return;
    }
    if (pool.bytes.size() - pool.used < bytes.size()) {
        generate(pool.bytes);
        pool.used = 0;
    }
    const auto taken = std::span(pool.bytes).subspan(pool.used, bytes.size());
    std::copy(taken.begin(), taken.end(), bytes.begin());
    OPENSSL_cleanse(taken.data(), taken.size());
    pool.used += bytes.size();
}

QByteArray randomToken(Random &random, int characters)
{
    constexpr unsigned unbiased = 248; // the largest multiple of 62 that fits a byte
    QByteArray token;
    token.reserve(characters);
    std::array<std::byte, 16> pool{};
    while (token.size() < characters) {
        random.fill(pool);
        for (const std::byte byte : pool) {
            const auto value = std::to_integer<unsigned>(byte);
            if (value < unbiased && token.size() < characters)
                token.append(symbols[value % symbolCount]);
        }
    }
    return token;
}

QByteArray orderedToken(Random &random, WallTime time)
{
    QByteArray token(timeSymbols, '0');
    auto left =
        static_cast<std::uint64_t>(std::max<std::int64_t>(time.time_since_epoch().count(), 0));
    for (int i = timeSymbols; i > 0; left /= symbolCount)
        token[--i] = symbols[left % symbolCount];
    return token.append(randomToken(random, randomSymbols));
}

} // namespace provost
