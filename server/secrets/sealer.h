// Sealer: hands bytes to somebody who shall keep them, but neither read nor change them: AES-256-GCM (NIST SP 800-38D)
// under a key that stays here. What the bytes are bound to (`context`) is checked on opening and not part of the text.
// INVARIANT: what was sealed for one context opens under no other, and whatever was changed opens not at all.
// Thread: safe from any thread, as far as `random` is.
#pragma once

#include "server/base/random.h"
#include "server/base/result.h"

namespace provost::secrets {

class Sealer
{
public:
    static constexpr int keyBytes = 32;

    // REQUIRES: a key of `keyBytes` (see keyfile.h); `random` outlives the sealer.
    Sealer(QByteArray key, Random &random);

    // base64url without padding, about 4/3 of (plain + 28) bytes.
    [[nodiscard]] QByteArray seal(const QByteArray &plain, const QByteArray &context) const;

    // Errors: InvalidInput for whatever this key did not seal for this context; never says which part is wrong.
    [[nodiscard]] Result<QByteArray> open(const QByteArray &sealed,
                                          const QByteArray &context) const;

private:
    const QByteArray m_key;
    Random &m_random;
};

} // namespace provost::secrets
