// Values that MCP 2026-07-28 carries in HTTP headers: plain visible ASCII as it is, everything else as
// `=?base64?<base64 of the UTF-8>?=`.
// Thread: pure functions.
#pragma once

#include <QByteArray>

#include <optional>

namespace provost::protocol {

// Nothing if the marker is there and what it encloses is not canonical base64 (RFC 4648 section 4, with padding) of
// UTF-8.
[[nodiscard]] std::optional<QByteArray> decodeHeaderValue(QByteArrayView value);

[[nodiscard]] QByteArray encodeHeaderValue(QByteArrayView value);

} // namespace provost::protocol
