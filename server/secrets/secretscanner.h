// Finds text that has the form of a secret. One pass, no regular expression: records are written on the way of a call.
// Thread: pure functions.
#pragma once

#include <QByteArrayView>

#include <optional>

namespace provost::secrets {

// Bytes [from, from + size) of a text.
struct TextRange
{
    qsizetype from = 0;
    qsizetype size = 0;
    bool operator==(const TextRange &) const = default;
};

// The first secret at or after `from`. Of "Bearer abc…" and "password=abc…" only the value is the secret.
[[nodiscard]] std::optional<TextRange> findSecret(QByteArrayView text, qsizetype from);

} // namespace provost::secrets
