// PresentedKey: what calls, sessions and streams keep of a key that someone presents. It is enough to verify the key again
// for as long as they live, and not enough to present it anywhere.
// Thread: a value.
#pragma once

#include "server/base/ids.h"

namespace provost::identity {

struct PresentedKey
{
    CredentialId id;      // empty: there was no key, or a text that is none
    QByteArray keyedHash; // HMAC-SHA256(pepper, key)
    bool operator==(const PresentedKey &) const = default;
};

} // namespace provost::identity
