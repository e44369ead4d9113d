// KeyTable: the keys that may be used now, with whom they stand for. Immutable; a change publishes a new one.
// Thread: all members are const and safe from any thread.
#pragma once

#include "server/base/clock.h"
#include "server/identity/presentedkey.h"
#include "server/identity/principal.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace provost::identity {

// When a key was last used, shared by successive tables. Minutes since 1970; 0: never.
using LastUsed = std::shared_ptr<std::atomic<std::int64_t>>;

struct KeyEntry
{
    Principal principal;
    QByteArray keyedHash; // HMAC-SHA256(pepper, key)
    std::optional<WallTime> expires;
    LastUsed lastUsed;
};

class KeyTable
{
public:
    using Entries = std::unordered_map<CredentialId, KeyEntry>;

    KeyTable(QByteArray pepper, Entries entries);

    // What to keep of a key's text. Takes as long for a wrong secret as for an unknown id.
    [[nodiscard]] PresentedKey read(QByteArrayView key) const;

    // Nothing unless `key` is one of the table and has not expired.
    [[nodiscard]] const KeyEntry *find(const PresentedKey &key, WallTime now) const;

    [[nodiscard]] const Entries &entries() const { return m_entries; }

private:
    const QByteArray m_pepper;
    const Entries m_entries;
};

} // namespace provost::identity
