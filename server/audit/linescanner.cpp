#include "server/audit/linescanner.h"

#include <algorithm>
#include <cstring>

namespace provost::audit {

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
    const char *const start = m_at;
    for (;;) {
        const auto *quote =
            static_cast<const char *>(std::memchr(m_at, '"', std::size_t(m_end - m_at)));
        if (quote == nullptr)
            return false;
        m_at = quote + 1;
        isPlain = isPlain && std::memchr(start, '\\', std::size_t(quote - start)) == nullptr;
        // An even number of backslashes before it are escapes of each other.
        const char *escape = quote;
        while (escape != start && escape[-1] == '\\')
            --escape;
        if ((quote - escape) % 2 == 0)
            return true;
    }
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
    LineScanner scanner(line);
    while (const auto member = scanner.next()) {
        if (member->name == name)
            return member->value;
    }
    return {};
}

} // namespace provost::audit
