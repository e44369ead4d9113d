#include "server/tools/adapters/mcp/oauth/challenge.h"

#include <QList>
#include <QStringBuilder>

#include <algorithm>

namespace provost::tools::mcp::oauth {

namespace {

constexpr std::size_t scopesMax = 64;
constexpr qsizetype scopeBytesMax = 256;

bool isTokenByte(char byte)
{
    constexpr QByteArrayView marks = "!#$%&'*+-.^_`|~";
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z')
           || (byte >= 'a' && byte <= 'z') || marks.contains(byte);
}

bool isScope(QByteArrayView text)
{
    return !text.isEmpty() && text.size() <= scopeBytesMax
           && std::all_of(text.begin(), text.end(), [](char byte) {
                  return byte >= 0x21 && byte <= 0x7e && byte != '"' && byte != '\\';
              });
}

// Reads `scheme name=value, name="value", scheme …`, the list that RFC 9110, 11.6.1 describes.
class Reader
{
public:
    explicit Reader(QByteArrayView text)
        : m_text(text)
    {
    }

    [[nodiscard]] bool atEnd() const { return m_at >= m_text.size(); }

    void skip(QByteArrayView bytes)
    {
        while (!atEnd() && bytes.contains(m_text[m_at]))
            ++m_at;
    }

    QByteArray token()
    {
        const qsizetype from = m_at;
        while (!atEnd() && isTokenByte(m_text[m_at]))
            ++m_at;
        return m_text.sliced(from, m_at - from).toByteArray();
    }

    // True if "=" and a value follow. Trailing equals signs belong to the credentials of another scheme.
    bool takeEquals()
    {
        const qsizetype from = m_at;
        skip(" \t");
        if (atEnd() || m_text[m_at] != '=') {
            m_at = from;
            return false;
        }
        ++m_at;
        skip(" \t");
        return !atEnd() && m_text[m_at] != '=' && m_text[m_at] != ',';
    }

    QByteArray value()
    {
        if (m_text[m_at] != '"')
            return token();
        QByteArray value;
        for (++m_at; !atEnd() && m_text[m_at] != '"'; ++m_at) {
            if (m_text[m_at] == '\\' && m_at + 1 < m_text.size())
                ++m_at;
            value.append(m_text[m_at]);
        }
        ++m_at;
        return value;
    }

    void skipByte() { ++m_at; }

private:
    QByteArrayView m_text;
    qsizetype m_at = 0;
};

} // namespace

Challenge readChallenge(QByteArrayView wwwAuthenticate)
{
    Challenge challenge;
    bool isBearer = false;
    bool wasBearer = false;
    for (Reader reader(wwwAuthenticate); !reader.atEnd();) {
        reader.skip(" \t,=");
        const QByteArray name = reader.token().toLower();
        if (name.isEmpty()) {
            if (!reader.atEnd())
                reader.skipByte();
        } else if (!reader.takeEquals()) {
            isBearer = name == "bearer" && !wasBearer;
            wasBearer = wasBearer || isBearer;
        } else {
            const QByteArray value = reader.value();
            if (isBearer && name == "resource_metadata")
                challenge.resourceMetadata = value;
            else if (isBearer && name == "scope")
                challenge.scopes = readScopes(value);
            else if (isBearer && name == "error")
                challenge.error = value;
        }
    }
    return challenge;
}

Scopes readScopes(QByteArrayView text)
{
    Scopes scopes;
    for (const QByteArray &scope : text.toByteArray().split(' ')) {
        if (isScope(scope) && scopes.size() < scopesMax
            && std::find(scopes.begin(), scopes.end(), scope) == scopes.end())
            scopes.push_back(scope);
    }
    return scopes;
}

QByteArray textOf(const Scopes &scopes)
{
    QByteArray text;
    for (const QByteArray &scope : scopes)
        text += (text.isEmpty() ? QByteArray() : QByteArray(" ")) + scope;
    return text;
}

bool isWithin(const Scopes &some, const Scopes &all)
{
    return std::all_of(some.begin(), some.end(), [&all](const QByteArray &scope) {
        return std::find(all.begin(), all.end(), scope) != all.end();
    });
}

Scopes unionOf(Scopes first, const Scopes &second)
{
    for (const QByteArray &scope : second) {
        if (first.size() < scopesMax && !isWithin({scope}, first))
            first.push_back(scope);
    }
    return first;
}

} // namespace provost::tools::mcp::oauth
