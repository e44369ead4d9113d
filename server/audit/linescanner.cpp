#include "server/audit/linescanner.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace provost::audit {

namespace {

// The upper bit of every byte that is `c`, and perhaps of some behind the first of these.
constexpr std::uint64_t bytesThatAre(std::uint64_t bytes, char c)
{
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    const std::uint64_t zeros = bytes ^ (ones * static_cast<unsigned char>(c));
    return (zeros - ones) & ~zeros & (ones << 7U);
}

// The first quote or backslash. Most strings are short, so that a call of memchr() would cost more than its search.
const char *findQuoteOrEscape(const char *at, const char *end)
{
    static_assert(std::endian::native == std::endian::little);
    for (std::uint64_t bytes = 0; end - at >= qsizetype(sizeof bytes); at += sizeof bytes) {
        std::memcpy(&bytes, at, sizeof bytes);
        if (const auto found = bytesThatAre(bytes, '"') | bytesThatAre(bytes, '\\'); found != 0)
            return at + std::countr_zero(found) / 8;
    }
    return std::find_if(at, end, [](char c) { return c == '"' || c == '\\'; });
}

} // namespace

LineScanner::LineScanner(QByteArrayView line)
    : m_at(line.data())
    , m_end(line.data() + line.size())
{
}

std::optional<LineScanner::Member> LineScanner::next()
{
    if (!take(m_isFirst ? '{' : ',')) {
        m_isAtEnd = !m_isFirst && take('}') && m_at == m_end;
        return std::nullopt;
    }
    m_isFirst = false;
    Member member;
    const char *start = m_at;
    bool isPlain = true;
    if (!skipString(isPlain) || !isPlain)
        return std::nullopt;
    member.name = QByteArrayView(start + 1, m_at - 1);
    if (!take(':') || m_at == m_end)
        return std::nullopt;
    start = m_at;
    if (*m_at == '"') {
        if (!skipString(member.isPlainString))
            return std::nullopt;
    } else if (*m_at == '{' || *m_at == '[') {
        if (!skipNested())
            return std::nullopt;
    } else {
        m_at = std::find_if(m_at, m_end, [](char c) { return c == ',' || c == '}'; });
    }
    member.value = QByteArrayView(start, m_at);
    return member;
}

bool LineScanner::skipString(bool &isPlain)
{
    isPlain = true;
    if (!take('"'))
        return false;
    for (;;) {
        m_at = findQuoteOrEscape(m_at, m_end);
        if (take('"'))
            return true;
        if (m_end - m_at < 2)
            return false;
        m_at += 2; // whatever is escaped
        isPlain = false;
    }
}

bool LineScanner::skip(QByteArrayView member)
{
    if (member.isEmpty() || m_end - m_at <= member.size() + 1 || *m_at != (m_isFirst ? '{' : ','))
        return false;
    const char *const start = m_at + 1;
    const char *const end = start + member.size();
    if ((*end != ',' && *end != '}')
        || std::memcmp(start, member.data(), std::size_t(member.size())) != 0)
        return false;
    m_at = end;
    m_isFirst = false;
    return true;
}

// To the brace that closes the one here. That the inside is right JSON is for its reader to find out.
bool LineScanner::skipNested()
{
    int depth = 0;
    while (m_at != m_end) {
        if (*m_at == '"') {
            bool isPlain = false;
            if (!skipString(isPlain))
                return false;
            continue;
        }
        const char c = *m_at++;
        if (c == '{' || c == '[')
            ++depth;
        else if ((c == '}' || c == ']') && --depth == 0)
            return true;
    }
    return false;
}

bool LineScanner::take(char wanted)
{
    if (m_at == m_end || *m_at != wanted)
        return false;
    ++m_at;
    return true;
}

QByteArrayView valueInLine(QByteArrayView line, QByteArrayView name)
{
    // To see that it is not there is quicker than to read all members.
    if (::memmem(line.data(), std::size_t(line.size()), name.data(), std::size_t(name.size()))
        == nullptr)
        return {};
    LineScanner scanner(line);
    while (const auto member = scanner.next()) {
        if (member->name == name)
            return member->value;
    }
    return {};
}

} // namespace provost::audit
