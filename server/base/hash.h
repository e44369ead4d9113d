// Digests, by OpenSSL. Raw bytes in, raw bytes out; hex() for showing.
// Thread: pure functions.
#pragma once

#include <QByteArray>

#include <cstdint>

namespace provost {

[[nodiscard]] QByteArray sha256(QByteArrayView data);                         // 32 bytes
[[nodiscard]] QByteArray hmacSha256(QByteArrayView key, QByteArrayView data); // 32 bytes, RFC 2104
[[nodiscard]] bool equalInConstantTime(QByteArrayView a, QByteArrayView b);
[[nodiscard]] std::uint32_t crc32c(QByteArrayView data); // Castagnoli, RFC 3720 appendix B.4

} // namespace provost
