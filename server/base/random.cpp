#include "server/base/random.h"

#include <QtGlobal>

#include <openssl/rand.h>

#include <array>

namespace provost {

void SystemRandom::fill(std::span<std::byte> bytes)
{
    if (RAND_bytes(reinterpret_cast<unsigned char *>(bytes.data()), static_cast<int>(bytes.size()))
        != 1)
        qFatal("no randomness: the system's generator failed");
}

QByteArray randomToken(Random &random, int characters)
{
    static constexpr char symbols[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    constexpr unsigned unbiased = 248; // the largest multiple of 62 that fits a byte
    QByteArray token;
    token.reserve(characters);
    std::array<std::byte, 64> pool{};
    while (token.size() < characters) {
        random.fill(pool);
        for (const std::byte byte : pool) {
            const auto value = std::to_integer<unsigned>(byte);
            if (value < unbiased && token.size() < characters)
                token.append(symbols[value % 62]);
        }
    }
    return token;
}

} // namespace provost
