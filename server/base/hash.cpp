#include "server/base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <QtEndian>

#include <array>
#include <initializer_list>
#include <memory>

namespace provost {

namespace {

// crcTables[k][b]: what the byte b becomes k bytes later ("slicing by 8"), so that eight bytes cost one round.
constexpr std::size_t crcStride = 8;
using CrcTables = std::array<std::array<std::uint32_t, 256>, crcStride>;

constexpr CrcTables makeCrcTables()
{
    CrcTables tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1U) != 0 ? (value >> 1U) ^ 0x82f63b78U : value >> 1U;
        tables[0][i] = value;
    }
    for (std::size_t k = 1; k < crcStride; ++k) {
        for (std::size_t i = 0; i < 256; ++i) {
            const std::uint32_t before = tables[k - 1][i];
            tables[k][i] = tables[0][before & 0xffU] ^ (before >> 8U);
        }
    }
    return tables;
}

std::uint32_t crcByTables(std::uint32_t crc, const unsigned char *at, std::size_t left)
{
    static constexpr CrcTables tables = makeCrcTables();
    for (; left >= crcStride; left -= crcStride, at += crcStride) {
        const auto low = crc ^ qFromLittleEndian<std::uint32_t>(at);
        const auto high = qFromLittleEndian<std::uint32_t>(at + 4);
        crc = tables[7][low & 0xffU] ^ tables[6][(low >> 8U) & 0xffU]
              ^ tables[5][(low >> 16U) & 0xffU] ^ tables[4][low >> 24U] ^ tables[3][high & 0xffU]
              ^ tables[2][(high >> 8U) & 0xffU] ^ tables[1][(high >> 16U) & 0xffU]
              ^ tables[0][high >> 24U];
    }
    for (; left > 0; --left, ++at)
        crc = tables[0][(crc ^ *at) & 0xffU] ^ (crc >> 8U);
    return crc;
}

#ifdef __x86_64__
// The processor has an instruction for this very polynomial; ten times as fast.
__attribute__((target("sse4.2"))) std::uint32_t
crcByInstruction(std::uint32_t crc, const unsigned char *at, std::size_t left)
{
    std::uint64_t wide = crc;
    for (; left >= crcStride; left -= crcStride, at += crcStride)
        wide = __builtin_ia32_crc32di(wide, qFromLittleEndian<std::uint64_t>(at));
    crc = static_cast<std::uint32_t>(wide);
    for (; left > 0; --left, ++at)
        crc = __builtin_ia32_crc32qi(crc, *at);
    return crc;
}
#endif

using CrcUpdate = std::uint32_t (*)(std::uint32_t crc, const unsigned char *at, std::size_t left);

CrcUpdate fastestCrc()
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("sse4.2"))
        return crcByInstruction;
#endif
    return crcByTables;
}

const unsigned char *bytes(QByteArrayView data)
{
    return reinterpret_cast<const unsigned char *>(data.data());
}

using Sha256Block = std::array<unsigned char, SHA256_CBLOCK>;

// The digest of the parts, one behind the other. The algorithm is looked up once and the context kept for each thread: both take
// longer than hashing a key.
void digestInto(unsigned char *digest, std::initializer_list<QByteArrayView> parts)
{
    static const EVP_MD *const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
        EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    bool works = algorithm != nullptr && context != nullptr
                 && EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1;
    for (const QByteArrayView part : parts)
        works =
            works && EVP_DigestUpdate(context.get(), part.data(), std::size_t(part.size())) == 1;
    if (!works || EVP_DigestFinal_ex(context.get(), digest, nullptr) != 1)
        qFatal("SHA-256 is not available from OpenSSL");
}

QByteArray digestOf(std::initializer_list<QByteArrayView> parts)
{
    QByteArray digest(SHA256_DIGEST_LENGTH, Qt::Uninitialized);
    digestInto(reinterpret_cast<unsigned char *>(digest.data()), parts);
    return digest;
}

Sha256Block padded(QByteArrayView key, unsigned char pad)
{
    Sha256Block block;
    block.fill(pad);
    for (qsizetype i = 0; i < key.size(); ++i)
        block[std::size_t(i)] ^= static_cast<unsigned char>(key[i]);
    return block;
}

} // namespace

QByteArray sha256(QByteArrayView data)
{
    return digestOf({data});
}

QByteArray hmacSha256(QByteArrayView key, QByteArrayView data)
{
    // RFC 2104 by two digests: much faster than OpenSSL's HMAC(), which looks its algorithms up every time.
    if (key.size() > SHA256_CBLOCK)
        return hmacSha256(sha256(key), data);
    const Sha256Block inner = padded(key, 0x36);
    const Sha256Block outer = padded(key, 0x5c);
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hashed{};
    digestInto(hashed.data(), {QByteArrayView(inner), data});
    return digestOf({QByteArrayView(outer), QByteArrayView(hashed)});
}

bool equalInConstantTime(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size()
           && CRYPTO_memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size())) == 0;
}

std::uint32_t crc32c(QByteArrayView data)
{
    static const auto update = fastestCrc();
    return ~update(~0U, bytes(data), std::size_t(data.size()));
}

} // namespace provost
