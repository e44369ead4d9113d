#include "server/policy/condition/lexer.h"

#include <array>
#include <charconv>
#include <string_view>

namespace provost::policy::condition {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isHexDigit(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

void appendUtf8(QByteArray &out, std::uint32_t code)
{
    const auto put = [&](std::uint32_t byte) { out.append(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

class Lexer
{
public:
    Lexer(QByteArrayView text, Arena &arena)
        : m_text(text)
        , m_arena(arena)
    {
    }

    Parsed<std::vector<Token>> run()
    {
        std::vector<Token> tokens;
        while (true) {
            skipBlanks();
            Token token;
            token.begin = m_at;
            if (m_at < size() && !read(token))
                return tl::make_unexpected(m_error);
            token.end = m_at;
            tokens.push_back(token);
            if (token.kind == TokenKind::End)
                return tokens;
        }
    }

private:
    [[nodiscard]] int size() const { return static_cast<int>(m_text.size()); }
    [[nodiscard]] char peek(int ahead = 0) const
    {
        return m_at + ahead < size() ? m_text[m_at + ahead] : '\0';
    }
    bool fail(QByteArray message, int at)
    {
        m_error = {std::move(message), at};
        return false;
    }

    void skipBlanks()
    {
        while (m_at < size()) {
            if (peek() == '/' && peek(1) == '/') {
                while (m_at < size() && peek() != '\n')
                    ++m_at;
            } else if (isBlank(peek())) {
                ++m_at;
            } else {
                return;
            }
        }
    }

    bool read(Token &token)
    {
        const char c = peek();
        if (isDigit(c) || (c == '.' && isDigit(peek(1))))
            return readNumber(token);
        if (const int prefix = stringPrefix(); prefix >= 0)
            return readString(token, prefix);
        if (isLetter(c))
            return readIdentifier(token);
        if (c == '$')
            return readReference(token);
        if (c == '`')
            return readQuotedIdentifier(token);
        return readOperator(token);
    }

    // How many letters of r, R, b, B stand before a quote here; -1 if no string begins.
    [[nodiscard]] int stringPrefix() const
    {
        int letters = 0;
        while (letters < 2 && (peek(letters) | 0x20) != 0x20
               && ((peek(letters) | 0x20) == 'r' || (peek(letters) | 0x20) == 'b'))
            ++letters;
        const char quote = peek(letters);
        return quote == '"' || quote == '\'' ? letters : -1;
    }

    bool readIdentifier(Token &token)
    {
        while (isLetter(peek()) || isDigit(peek()))
            ++m_at;
        token.kind = TokenKind::Identifier;
        token.text = m_text.sliced(token.begin, m_at - token.begin).toByteArray();
        return true;
    }

    bool readQuotedIdentifier(Token &token)
    {
        const qsizetype close = m_text.indexOf('`', m_at + 1);
        if (close <= m_at + 1)
            return fail("a name in ` ` is not closed or is empty", m_at);
        token.kind = TokenKind::QuotedIdentifier;
        token.text = m_text.sliced(m_at + 1, close - m_at - 1).toByteArray();
        m_at = static_cast<int>(close) + 1;
        return true;
    }

    bool readReference(Token &token)
    {
        const qsizetype close = m_text.indexOf('}', m_at);
        if (peek(1) != '{' || close < 0)
            return fail("a reference is written `${user.region}`", m_at);
        const QByteArrayView path = m_text.sliced(m_at + 2, close - m_at - 2).trimmed();
        bool expectsName = true;
        for (const char c : path) {
            const bool ok = expectsName ? isLetter(c) : isLetter(c) || isDigit(c) || c == '.';
            if (!ok)
                return fail("`${" + path + "}` names no attribute; write `${user.region}`", m_at);
            expectsName = c == '.';
        }
        if (expectsName)
            return fail("`${" + path + "}` names no attribute; write `${user.region}`", m_at);
        token.kind = TokenKind::Reference;
        token.text = path.toByteArray();
        m_at = static_cast<int>(close) + 1;
        return true;
    }

    bool readOperator(Token &token)
    {
        static constexpr std::array<std::string_view, 27> operators{
            "==", "!=", "<=", ">=", "&&", "||", "=", "<", ">", "!", "?", ":", "+", "-",
            "*",  "/",  "%",  "(",  ")",  "[",  "]", "{", "}", ",", ".", "&", "|"};
        const std::string_view rest(m_text.data() + m_at, static_cast<std::size_t>(size() - m_at));
        for (const std::string_view op : operators) {
            if (rest.substr(0, op.size()) != op)
                continue;
            if (op == "&" || op == "|")
                return fail("write `&&` for and, `||` for or", m_at);
            token.kind = TokenKind::Operator;
            token.text = QByteArray(op.data(), static_cast<qsizetype>(op.size()));
            m_at += static_cast<int>(op.size());
            return true;
        }
        return fail("a character that does not belong here", m_at);
    }

    bool readNumber(Token &token)
    {
        token.kind = TokenKind::Literal;
        const bool hex = peek() == '0' && (peek(1) | 0x20) == 'x';
        if (hex)
            m_at += 2;
        const int digitsAt = m_at;
        bool real = false;
        while (hex ? isHexDigit(peek()) : isDigit(peek()))
            ++m_at;
        if (!hex && peek() == '.' && isDigit(peek(1))) {
            real = true;
            ++m_at;
            while (isDigit(peek()))
                ++m_at;
        }
        const int sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
        if (!hex && (peek() | 0x20) == 'e' && isDigit(peek(1 + sign))) {
            real = true;
            m_at += 1 + sign;
            while (isDigit(peek()))
                ++m_at;
        }
        const char *begin = m_text.data() + digitsAt;
        const char *end = m_text.data() + m_at;
        const bool isUnsigned = !real && (peek() | 0x20) == 'u';
        if (isUnsigned)
            ++m_at;
        if (isLetter(peek()) || isDigit(peek()) || begin == end)
            return fail("not a number", token.begin);
        return real ? readReal(token, begin, end) : readWhole(token, begin, end, hex, isUnsigned);
    }

    bool readReal(Token &token, const char *begin, const char *end)
    {
        double value = 0;
        const auto result = std::from_chars(begin, end, value);
        // An underflow reads as 0, as it does in CEL.
        if (result.ec == std::errc::result_out_of_range && value > 1)
            return fail("this number is too large", token.begin);
        token.value = Value::real(result.ec == std::errc() ? value : 0.0);
        return true;
    }

    bool readWhole(Token &token, const char *begin, const char *end, bool hex, bool isUnsigned)
    {
        std::uint64_t value = 0;
        const auto result = std::from_chars(begin, end, value, hex ? 16 : 10);
        if (result.ec != std::errc())
            return fail("this number is too large", token.begin);
        constexpr auto intMax = static_cast<std::uint64_t>(INT64_MAX);
        if (isUnsigned)
            token.value = Value::unsignedInteger(value);
        else if (value <= intMax)
            token.value = Value::integer(static_cast<std::int64_t>(value));
        else if (value == intMax + 1) // only behind a minus; the parser looks at the text
            token.value = Value::integer(INT64_MIN);
        else
            return fail("this number is too large", token.begin);
        return true;
    }

    bool readString(Token &token, int prefix)
    {
        bool raw = false;
        bool bytes = false;
        for (int i = 0; i < prefix; ++i) {
            raw = raw || (peek(i) | 0x20) == 'r';
            bytes = bytes || (peek(i) | 0x20) == 'b';
        }
        m_at += prefix;
        const char quote = peek();
        const bool triple = peek(1) == quote && peek(2) == quote;
        m_at += triple ? 3 : 1;
        QByteArray text;
        while (true) {
            if (m_at >= size())
                return fail("a text is not closed", token.begin);
            if (peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote)))
                break;
            if (!triple && (peek() == '\n' || peek() == '\r'))
                return fail("a text is not closed on its line", token.begin);
            if (peek() == '\\' && !raw) {
                if (!readEscape(text, bytes))
                    return false;
                continue;
            }
            text.append(peek());
            ++m_at;
        }
        m_at += triple ? 3 : 1;
        const QByteArrayView kept = m_arena.keep(std::move(text));
        token.kind = TokenKind::Literal;
        token.value = bytes ? Value::bytes(kept) : Value::string(kept);
        return true;
    }

    bool readEscape(QByteArray &out, bool bytes)
    {
        const int at = m_at++;
        const char c = peek();
        ++m_at;
        switch (c) {
        case 'a': out.append('\a'); return true;
        case 'b': out.append('\b'); return true;
        case 'f': out.append('\f'); return true;
        case 'n': out.append('\n'); return true;
        case 'r': out.append('\r'); return true;
        case 't': out.append('\t'); return true;
        case 'v': out.append('\v'); return true;
        case '\\':
        case '?':
        case '"':
        case '\'':
        case '`': out.append(c); return true;
        case 'x':
        case 'X': return readCode(out, at, 2, 16, bytes);
        case 'u': return !bytes && readCode(out, at, 4, 16, false) ? true : badEscape(at);
        case 'U': return !bytes && readCode(out, at, 8, 16, false) ? true : badEscape(at);
        default: break;
        }
        if (c >= '0' && c <= '3') {
            --m_at;
            return readCode(out, at, 3, 8, bytes);
        }
        return badEscape(at);
    }

    bool badEscape(int at) { return fail("not an escape; write `\\\\` for a backslash", at); }

    bool readCode(QByteArray &out, int at, int digits, int base, bool asByte)
    {
        std::uint32_t code = 0;
        if (m_at + digits > size())
            return badEscape(at);
        const char *begin = m_text.data() + m_at;
        const auto result = std::from_chars(begin, begin + digits, code, base);
        const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        if (result.ec != std::errc() || result.ptr != begin + digits || surrogate
            || code > 0x10FFFF)
            return badEscape(at);
        m_at += digits;
        if (asByte)
            out.append(static_cast<char>(code));
        else
            appendUtf8(out, code);
        return true;
    }

    QByteArrayView m_text;
    Arena &m_arena;
    int m_at = 0;
    SyntaxError m_error;
};

} // namespace

Parsed<std::vector<Token>> tokenize(QByteArrayView text, Arena &arena)
{
    return Lexer(text, arena).run();
}

} // namespace provost::policy::condition
