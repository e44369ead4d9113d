// Text of clients on its way into answers and records: bounded, and valid UTF-8 whatever was sent.
// Thread: pure functions.
#pragma once

#include <QByteArray>

namespace provost::protocol {

[[nodiscard]] bool isVisibleAscii(QByteArrayView text, qsizetype bytesMax); // and not empty

// At most `bytesMax` bytes, cut between characters. REQUIRES: `text` is valid UTF-8, as all text from JSON is.
[[nodiscard]] QByteArray clipped(QByteArrayView text, qsizetype bytesMax);

// A header's value, which may be any bytes: at most `bytesMax`, what is not printable ASCII replaced by `?`.
[[nodiscard]] QByteArray asciiOf(QByteArrayView headerValue, qsizetype bytesMax);

} // namespace provost::protocol
