#include "server/identity/keytable.h"

#include "server/base/hash.h"

namespace provost::identity {

KeyTable::KeyTable(Entries entries)
    : m_entries(std::move(entries))
{
}

const KeyEntry *KeyTable::find(const PresentedKey &key, WallTime now) const
{
    const auto it = m_entries.find(key.id);
    if (it == m_entries.end() || !equalInConstantTime(key.keyedHash, it->second.keyedHash))
        return nullptr;
    const KeyEntry &entry = it->second;
    return entry.expires && now >= *entry.expires ? nullptr : &entry;
}

} // namespace provost::identity
