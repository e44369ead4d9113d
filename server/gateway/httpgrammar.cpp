#include "server/gateway/httpgrammar.h"

#include <algorithm>
#include <array>

namespace provost::gateway {

namespace {

enum CharClass : quint8 {
    TokenChar = 1,
    FieldChar = 2,
    PathChar = 4,
    QueryChar = 8,
    HostChar = 16,
    HexChar = 32,
    Digit = 64,
};

constexpr std::array<quint8, 256> classesOfChars()
{
    std::array<quint8, 256> table{};
    const auto mark = [&table](std::string_view characters, int classes) {
        for (const char c : characters) {
            const auto index = std::size_t(static_cast<unsigned char>(c));
            table[index] = quint8(table[index] | classes);
        }
    };
    for (int c = 0x20; c < 0x100; ++c) {
        if (c != 0x7f)
            table[std::size_t(c)] = FieldChar;
    }
    mark("\t", FieldChar);
    mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
         TokenChar | PathChar | QueryChar | HostChar);
    mark("0123456789", Digit | HexChar);
    mark("abcdefABCDEF", HexChar);
    mark("!#$%&'*+-.^_`|~", TokenChar);
    mark("-._~!$&'()*+,;=:@%/", PathChar | QueryChar);
    mark("?", QueryChar);
    mark("-._", HostChar);
    return table;
}

constexpr std::array<quint8, 256> classes = classesOfChars();

bool is(char character, CharClass wanted)
{
    return (classes[static_cast<unsigned char>(character)] & wanted) != 0;
}

bool all(QByteArrayView text, CharClass wanted)
{
    return std::all_of(text.begin(), text.end(), [wanted](char c) { return is(c, wanted); });
}

bool hasValidEscapes(QByteArrayView text)
{
    for (qsizetype i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
        if (i + 2 >= text.size() || !is(text[i + 1], HexChar) || !is(text[i + 2], HexChar))
            return false;
    }
    return true;
}

bool isIpv6Literal(QByteArrayView text)
{
    return text.size() >= 4 && text.front() == '[' && text.back() == ']'
           && std::all_of(text.begin() + 1, text.end() - 1,
                          [](char c) { return is(c, HexChar) || c == ':' || c == '.'; });
}

// The end of the token or quoted string that starts at `from`; `from` itself if there is none.
qsizetype endOfExtensionValue(QByteArrayView text, qsizetype from)
{
    qsizetype at = from;
    if (at < text.size() && text[at] == '"') {
        for (++at; at < text.size(); ++at) {
            if (text[at] == '"')
                return at + 1;
            if (text[at] == '\\')
                ++at;
            if (at >= text.size() || !is(text[at], FieldChar))
                break;
        }
        return from;
    }
    while (at < text.size() && is(text[at], TokenChar))
        ++at;
    return at;
}

} // namespace

bool isToken(QByteArrayView text)
{
    return !text.isEmpty() && all(text, TokenChar);
}

bool isFieldValue(QByteArrayView text)
{
    return all(text, FieldChar);
}

bool isHexDigit(char character)
{
    return is(character, HexChar);
}

int hexValue(char digit)
{
    return is(digit, Digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

QByteArrayView trimmedField(QByteArrayView text)
{
    const auto isBlank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.isEmpty() && isBlank(text.front()))
        text = text.sliced(1);
    while (!text.isEmpty() && isBlank(text.back()))
        text.chop(1);
    return text;
}

bool equalFolded(QByteArrayView a, QByteArrayView b)
{
    const auto folded = [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; };
    for (qsizetype i = 0; i < a.size(); ++i) {
        const char x = a.data()[i];
        const char y = b.data()[i];
        if (x != y && folded(x) != folded(y))
            return false;
    }
    return true;
}

bool listContains(QByteArrayView list, QByteArrayView member)
{
    while (!list.isEmpty()) {
        const qsizetype comma = list.indexOf(',');
        const QByteArrayView item = comma < 0 ? list : list.first(comma);
        if (equalIgnoringCase(trimmedField(item), member))
            return true;
        list = comma < 0 ? QByteArrayView() : list.sliced(comma + 1);
    }
    return false;
}

std::optional<Authority> parseAuthority(QByteArrayView text)
{
    Authority authority;
    const qsizetype bracket = text.lastIndexOf(']');
    const qsizetype colon = text.indexOf(':', bracket + 1);
    authority.host = colon < 0 ? text : text.first(colon);
    if (authority.host.isEmpty())
        return std::nullopt;
    if (!isIpv6Literal(authority.host) && !all(authority.host, HostChar))
        return std::nullopt;
    if (colon < 0)
        return authority;

    const QByteArrayView digits = text.sliced(colon + 1);
    if (digits.isEmpty() || digits.size() > 5 || !all(digits, Digit))
        return std::nullopt;
    int port = 0;
    for (const char digit : digits)
        port = port * 10 + (digit - '0');
    if (port > 0xffff)
        return std::nullopt;
    authority.port = quint16(port);
    return authority;
}

std::optional<RequestTarget> parseRequestTarget(QByteArrayView text)
{
    RequestTarget target;
    if (text == "*") {
        target.path = text;
        return target;
    }
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (text.size() < scheme.size() || !equalIgnoringCase(text.first(scheme.size()), scheme))
            continue;
        text = text.sliced(scheme.size());
        const auto end =
            std::find_if(text.begin(), text.end(), [](char c) { return c == '/' || c == '?'; });
        target.authority = text.first(end - text.begin());
        if (!parseAuthority(target.authority))
            return std::nullopt;
        text = text.sliced(target.authority.size());
        break;
    }
    const qsizetype mark = text.indexOf('?');
    target.path = mark < 0 ? text : text.first(mark);
    if (mark >= 0)
        target.query = text.sliced(mark + 1);
    if (target.path.isEmpty() && !target.authority.isEmpty())
        target.path = "/";
    if (!target.path.startsWith('/') || !all(target.path, PathChar) || !all(target.query, QueryChar)
        || !hasValidEscapes(target.path) || !hasValidEscapes(target.query))
        return std::nullopt;
    return target;
}

bool isChunkExtensions(QByteArrayView text)
{
    qsizetype at = 0;
    while (at < text.size()) {
        if (text[at] != ';')
            return false;
        const qsizetype name = ++at;
        while (at < text.size() && is(text[at], TokenChar))
            ++at;
        if (at == name)
            return false;
        if (at < text.size() && text[at] == '=') {
            const qsizetype value = ++at;
            at = endOfExtensionValue(text, value);
            if (at == value)
                return false;
        }
    }
    return true;
}

std::optional<QByteArray> decodeSegment(QByteArrayView segment)
{
    if (!hasValidEscapes(segment))
        return std::nullopt;
    QByteArray decoded;
    decoded.reserve(segment.size());
    for (qsizetype i = 0; i < segment.size(); ++i) {
        char c = segment[i];
        if (c == '%') {
            c = char(hexValue(segment[i + 1]) * 16 + hexValue(segment[i + 2]));
            i += 2;
            if (c == '\0' || c == '/')
                return std::nullopt;
        }
        decoded.append(c);
    }
    return decoded;
}

} // namespace provost::gateway
