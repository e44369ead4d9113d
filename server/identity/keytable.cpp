#include "server/identity/keytable.h"

#include "server/base/hash.h"
#include "server/identity/apikeyformat.h"

namespace provost::identity {

KeyTable::KeyTable(QByteArray pepper, Entries entries)
    : m_pepper(std::move(pepper))
    , m_entries(std::move(entries))
{
}

const KeyEntry *KeyTable::find(QByteArrayView key, WallTime now) const
{
    const auto id = idOfKeyText(key);
    if (!id)
        return nullptr;
    const QByteArray hash = hmacSha256(m_pepper, key);
    const auto it = m_entries.find(CredentialId(id->toByteArray()));
    if (it == m_entries.end() || !equalInConstantTime(hash, it->second.keyedHash))
        return nullptr;
    const KeyEntry &entry = it->second;
    return entry.expires && now >= *entry.expires ? nullptr : &entry;
}

} // namespace provost::identity
