#include "server/identity/keytable.h"

#include "server/base/hash.h"
#include "server/identity/apikeyformat.h"

namespace provost::identity {

namespace {

constexpr qsizetype keyedHashBytes = 32;

} // namespace

KeyTable::KeyTable(QByteArray pepper, Entries entries)
    : m_pepper(std::move(pepper))
    , m_entries(std::move(entries))
{
}

PresentedKey KeyTable::read(QByteArrayView key) const
{
    const auto id = idOfKeyText(key);
    if (!id)
        return {};
    return {CredentialId(id->toByteArray()), hmacSha256(m_pepper, key)};
}

const KeyEntry *KeyTable::find(const PresentedKey &key, WallTime now) const
{
    // Two hashes that are not there would be equal.
    if (key.keyedHash.size() != keyedHashBytes)
        return nullptr;
    const auto it = m_entries.find(key.id);
    if (it == m_entries.end() || !equalInConstantTime(key.keyedHash, it->second.keyedHash))
        return nullptr;
    const KeyEntry &entry = it->second;
    return entry.expires && now >= *entry.expires ? nullptr : &entry;
}

} // namespace provost::identity
