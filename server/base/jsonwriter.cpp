#include "server/base/jsonwriter.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace provost {

namespace {

// Sixteen bytes at once, by the compiler's own vectors: SSE2 on x86-64, NEON on ARM.
using Block = unsigned char __attribute__((vector_size(16)));

// 0xff where a byte cannot stand in a JSON string as it is.
Block unplain(Block text)
{
    return Block((text < 0x20) | (text == '"') | (text == '\\'));
}

bool isZero(Block block)
{
    std::array<std::uint64_t, 2> words{};
    static_assert(sizeof words == sizeof block);
    std::memcpy(words.data(), &block, sizeof block);
    return (words[0] | words[1]) == 0;
}

bool isPlain(char c)
{
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

// Copies the first and the last `Part` of a text of one to two parts, and puts both into one block, again and again.
template <class Part>
Block copyEnds(char *to, const char *from, std::size_t size)
{
    std::array<Part, sizeof(Block) / sizeof(Part)> parts{};
    std::memcpy(&parts[0], from, sizeof(Part));
    std::memcpy(&parts[1], from + size - sizeof(Part), sizeof(Part));
    std::memcpy(to, &parts[0], sizeof(Part));
    std::memcpy(to + size - sizeof(Part), &parts[1], sizeof(Part));
    for (std::size_t i = 2; i < parts.size(); ++i)
        parts[i] = parts[0];
    Block block;
    std::memcpy(&block, parts.data(), sizeof block);
    return block;
}

// Copies while it looks. False if the text has to be escaped; what was copied is then worth nothing.
bool copyPlain(char *to, const char *from, std::size_t size)
{
    constexpr std::size_t step = sizeof(Block);
    if (size < sizeof(std::uint32_t)) {
        bool plain = true;
        for (std::size_t i = 0; i < size; ++i) {
            to[i] = from[i];
            plain &= isPlain(from[i]);
        }
        return plain;
    }
    if (size < sizeof(std::uint64_t))
        return isZero(unplain(copyEnds<std::uint32_t>(to, from, size)));
    if (size < step)
        return isZero(unplain(copyEnds<std::uint64_t>(to, from, size)));
    const auto copy = [&](std::size_t at) {
        Block block;
        std::memcpy(&block, from + at, step);
        std::memcpy(to + at, &block, step);
        return unplain(block);
    };
    Block found = copy(size - step); // overlaps the one before
    for (std::size_t at = 0; at + step < size; at += step)
        found |= copy(at);
    return isZero(found);
}

} // namespace

void JsonWriter::string(QByteArrayView text)
{
    ensure(std::size_t(text.size()) + 2);
    if (!copyPlain(m_at + 1, text.data(), std::size_t(text.size())))
        return escaped(text);
    *m_at = '"';
    m_at += text.size() + 1;
    *m_at++ = '"';
}

void JsonWriter::escaped(QByteArrayView text)
{
    static constexpr char hex[] = "0123456789abcdef";
    raw('"');
    while (!text.isEmpty()) {
        const auto *const plainEnd = std::find_if_not(text.begin(), text.end(), isPlain);
        raw(text.first(plainEnd - text.begin()));
        text = text.sliced(plainEnd - text.begin());
        if (text.isEmpty())
            break;
        const char c = text.front();
        text = text.sliced(1);
        switch (c) {
        case '"': raw("\\\""); break;
        case '\\': raw("\\\\"); break;
        case '\n': raw("\\n"); break;
        case '\r': raw("\\r"); break;
        case '\t': raw("\\t"); break;
        default:
            raw("\\u00");
            raw(hex[static_cast<unsigned char>(c) >> 4U]);
            raw(hex[static_cast<unsigned char>(c) & 0xfU]);
        }
    }
    raw('"');
}

} // namespace provost
