#include "server/policy/nametable.h"

#include <QHash>

#include <cstring>

namespace provost::policy {

namespace {

std::uint32_t hashOf(QByteArrayView name)
{
    return static_cast<std::uint32_t>(
        qHashBits(name.data(), static_cast<std::size_t>(name.size())));
}

} // namespace

// Where the name stands, or the free slot where it would.
std::size_t NameTable::slotOf(QByteArrayView name, std::uint32_t hash) const
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t at = hash & mask;
    while (m_slots[at].number != none) {
        const Slot &slot = m_slots[at];
        if (slot.hash == hash && slot.size == static_cast<std::uint32_t>(name.size())
            && std::memcmp(m_bytes.data() + slot.begin, name.data(), slot.size) == 0)
            break;
        at = (at + 1) & mask;
    }
    return at;
}

std::uint32_t NameTable::find(QByteArrayView name) const
{
    return m_slots[slotOf(name, hashOf(name))].number;
}

std::uint32_t NameTable::add(QByteArrayView name)
{
    const std::uint32_t hash = hashOf(name);
    std::size_t at = slotOf(name, hash);
    if (m_slots[at].number != none)
        return m_slots[at].number;
    if (2 * (std::size_t(m_count) + 1) > m_slots.size()) {
        grow();
        at = slotOf(name, hash);
    }
    m_slots[at] = {hash, ++m_count, static_cast<std::uint32_t>(m_bytes.size()),
                   static_cast<std::uint32_t>(name.size())};
    m_bytes.insert(m_bytes.end(), name.begin(), name.end());
    return m_count;
}

void NameTable::grow()
{
    std::vector<Slot> old(m_slots.size() * 2);
    old.swap(m_slots);
    const std::size_t mask = m_slots.size() - 1;
    for (const Slot &slot : old) {
        if (slot.number == none)
            continue;
        std::size_t at = slot.hash & mask;
        while (m_slots[at].number != none)
            at = (at + 1) & mask;
        m_slots[at] = slot;
    }
}

} // namespace provost::policy
