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

void fillWithSymbols(Random &random, std::span<char> out)
{
    constexpr unsigned unbiased = 248; // the largest multiple of 62 that fits a byte
    std::array<std::byte, 16> pool{};
    std::size_t filled = 0;
    while (filled < out.size()) {
        random.fill(pool);
        for (const std::byte byte : pool) {
            const auto value = std::to_integer<unsigned>(byte);
            if (value < unbiased && filled < out.size())
                out[filled++] = symbols[value % symbolCount];
        }
    }
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
    QByteArray token(characters, Qt::Uninitialized);
    fillWithSymbols(random, {token.data(), std::size_t(token.size())});
    return token;
}

QByteArray orderedToken(Random &random, WallTime time)
{
    QByteArray token(timeSymbols + randomSymbols, Qt::Uninitialized);
    const std::span symbolsOfToken(token.data(), std::size_t(token.size()));
    auto left =
        static_cast<std::uint64_t>(std::max<std::int64_t>(time.time_since_epoch().count(), 0));
    for (std::size_t i = timeSymbols; i > 0; left /= symbolCount)
        symbolsOfToken[--i] = symbols[left % symbolCount];
    fillWithSymbols(random, symbolsOfToken.subspan(timeSymbols));
    return token;
}

} // namespace provost
