// Names as small numbers. Made for look-ups with texts that come from a request: two memory accesses, no allocation.
// Thread: const members are safe from any thread.
#pragma once

#include <QByteArrayView>

#include <cstdint>
#include <vector>

namespace provost::policy {

class NameTable
{
public:
    static constexpr std::uint32_t none = 0;

    // The number of the name, from 1 up; a new one if it is not known.
    std::uint32_t add(QByteArrayView name);
    [[nodiscard]] std::uint32_t find(QByteArrayView name) const; // none if it is not known
    [[nodiscard]] std::size_t size() const { return m_count; }

private:
    struct Slot // of an open-addressing table; number none: free
    {
        std::uint32_t hash = 0;
        std::uint32_t number = none;
        std::uint32_t begin = 0; // in m_bytes
        std::uint32_t size = 0;
    };

    [[nodiscard]] std::size_t slotOf(QByteArrayView name, std::uint32_t hash) const;
    void grow();

    std::vector<Slot> m_slots = std::vector<Slot>(16);
    std::vector<char> m_bytes;
    std::uint32_t m_count = 0;
};

} // namespace provost::policy
