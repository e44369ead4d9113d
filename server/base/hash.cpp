#include "server/base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace provost {

namespace {

constexpr std::array<std::uint32_t, 256> makeCrcTable()
{
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1U) != 0 ? (value >> 1U) ^ 0x82f63b78U : value >> 1U;
        table[i] = value;
    }
    return table;
}

const unsigned char *bytes(QByteArrayView data)
{
    return reinterpret_cast<const unsigned char *>(data.data());
}

// Looked up once: that takes longer than hashing a record.
void digestInto(unsigned char *digest, QByteArrayView data)
{
    static const EVP_MD *const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (algorithm == nullptr
        || EVP_Digest(data.data(), static_cast<std::size_t>(data.size()), digest, nullptr,
                      algorithm, nullptr)
               != 1)
        qFatal("SHA-256 is not available from OpenSSL");
}

} // namespace

QByteArray sha256(QByteArrayView data)
{
    QByteArray digest(SHA256_DIGEST_LENGTH, Qt::Uninitialized);
    digestInto(reinterpret_cast<unsigned char *>(digest.data()), data);
    return digest;
}

QByteArray hmacSha256(QByteArrayView key, QByteArrayView data)
{
    // RFC 2104 by two digests: a third of the time of OpenSSL's HMAC(), which looks its algorithms up every time.
    const QByteArray hashedKey = key.size() > SHA256_CBLOCK ? sha256(key) : QByteArray();
    const QByteArrayView used = key.size() > SHA256_CBLOCK ? QByteArrayView(hashedKey) : key;
    QByteArray inner(SHA256_CBLOCK, '\x36');
    QByteArray outer(SHA256_CBLOCK, '\x5c');
    for (qsizetype i = 0; i < used.size(); ++i) {
        inner[i] = static_cast<char>(inner[i] ^ used[i]);
        outer[i] = static_cast<char>(outer[i] ^ used[i]);
    }
    inner.append(data);
    outer.append(sha256(inner));
    return sha256(outer);
}

bool equalInConstantTime(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size()
           && CRYPTO_memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size())) == 0;
}

std::uint32_t crc32c(QByteArrayView data)
{
    static constexpr auto table = makeCrcTable();
    std::uint32_t crc = ~0U;
    for (qsizetype i = 0; i < data.size(); ++i)
        crc = table[(crc ^ bytes(data)[i]) & 0xffU] ^ (crc >> 8U);
    return ~crc;
}

} // namespace provost
