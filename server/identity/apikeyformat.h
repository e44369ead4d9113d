// The text of an API key: pv_<id>_<secret><check>. Id: 8 symbols of [0-9A-Za-z], public. Secret: 30 symbols, 178 random
// bits. Check: CRC-32C of all before it in 6 symbols of base 62, so that scanners and typing errors are told apart.
// Thread: pure functions.
#pragma once

#include "server/base/ids.h"
#include "server/base/random.h"

#include <optional>

namespace provost::identity {

struct NewKeyText
{
    CredentialId id;
    QByteArray key; // the whole text
};

[[nodiscard]] NewKeyText makeKeyText(Random &random);

// The public id of a well-formed key; nothing for any other text. Says nothing about whether the key exists.
[[nodiscard]] std::optional<QByteArrayView> idOfKeyText(QByteArrayView key);

} // namespace provost::identity
