#include "server/base/jsonwriter.h"

#include <cstdint>
#include <cstring>

namespace provost {

namespace {

// The bytes of a word that a JSON string cannot hold as they are: below 0x20, a quote, a backslash. Not zero if there
// is one; a byte below n borrows from its highest bit when n is taken from it.
std::uint64_t unplain(std::uint64_t word)
{
    constexpr std::uint64_t each = 0x0101010101010101U;
    constexpr std::uint64_t highest = 0x80 * each;
    const std::uint64_t quote = word ^ ('"' * each);
    const std::uint64_t backslash = word ^ ('\\' * each);
    return (((word - 0x20 * each) & ~word) | ((quote - each) & ~quote)
            | ((backslash - each) & ~backslash))
           & highest;
}

bool isPlain(char c)
{
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

// Copies while it looks, eight bytes at a time. False if `text` has to be escaped; what was copied is then worth nothing.
bool copyPlain(char *to, QByteArrayView text)
{
    constexpr qsizetype step = sizeof(std::uint64_t);
    const auto copy = [&](qsizetype at) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, step);
        std::memcpy(to + at, &word, step);
        return unplain(word);
    };
    const qsizetype size = text.size();
    if (size < step) {
        bool plain = true;
        for (qsizetype i = 0; i < size; ++i) {
            to[i] = text.data()[i];
            plain &= isPlain(to[i]);
        }
        return plain;
    }
    std::uint64_t found = 0;
    for (qsizetype at = 0; at + step < size; at += step)
        found |= copy(at);
    return (found | copy(size - step)) == 0; // the last word overlaps the one before
}

} // namespace

void JsonWriter::string(QByteArrayView text)
{
    ensure(std::size_t(text.size()) + 2);
    if (!copyPlain(m_at + 1, text))
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

void JsonWriter::makeRoom(qsizetype used, qsizetype bytes)
{
    m_out.resize(std::max(m_out.capacity(), used + bytes));
    m_at = m_out.data() + used;
    m_end = m_out.data() + m_out.size();
}

} // namespace provost
