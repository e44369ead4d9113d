#include "server/schema/ecmapattern.h"

#include <array>
#include <optional>

namespace provost::schema {

namespace {

// The inside of a character class each.
constexpr QByteArrayView space =
    R"(\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr QByteArrayView notSpace =
    R"(\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr QByteArrayView anyButLineEnds = R"([^\n\r\x{2028}\x{2029}])";
constexpr QByteArrayView anything = R"([\x{0}-\x{10ffff}])";
constexpr QByteArrayView nothing = R"([^\x{0}-\x{10ffff}])";

// General categories by their long names; RE2 knows the short ones, and scripts.
constexpr std::array<std::pair<QByteArrayView, QByteArrayView>, 41> categories{{
    {"Letter", "L"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Surrogate", "Cs"},
    {"Private_Use", "Co"},
    {"Any", "Any"},
}};

tl::unexpected<Error> cannot(const QString &what)
{
    return fail(ErrorCode::InvalidInput, what);
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isSurrogate(unsigned code, unsigned first)
{
    return code >= first && code < first + 0x400;
}

class Translator
{
public:
    explicit Translator(QByteArrayView ecma)
        : m_rest(ecma)
    {
    }

    Result<QByteArray> run()
    {
        while (!m_rest.isEmpty())
            TRY_DO(m_inClass ? translateInClass() : translateOutside());
        if (m_inClass)
            return cannot(QStringLiteral("a `[` has no `]`"));
        return std::move(m_out);
    }

private:
    bool take(QByteArrayView text)
    {
        if (!m_rest.startsWith(text))
            return false;
        m_rest = m_rest.sliced(text.size());
        return true;
    }

    void put(QByteArrayView text) { m_out.append(text); }

    void putCode(unsigned code) { m_out += "\\x{" + QByteArray::number(code, 16) + '}'; }

    void putOne()
    {
        m_out.append(m_rest.front());
        m_rest = m_rest.sliced(1);
    }

    Result<void> translateOutside()
    {
        if (take("\\"))
            return translateEscape();
        if (take("[^]")) {
            put(anything);
        } else if (take("[]")) {
            put(nothing);
        } else if (m_rest.front() == '[') {
            m_inClass = true;
            putOne();
            if (take("^"))
                put("^");
        } else if (take(".")) {
            put(anyButLineEnds);
        } else if (take("(?")) {
            return translateGroup();
        } else {
            putOne();
        }
        return {};
    }

    Result<void> translateInClass()
    {
        if (take("\\"))
            return translateEscape();
        if (m_rest.front() == '[')
            put("\\"); // no class of POSIX
        m_inClass = m_rest.front() != ']';
        putOne();
        return {};
    }

    Result<void> translateGroup()
    {
        if (take(":")) {
            put("(?:");
            return {};
        }
        if (m_rest.startsWith('=') || m_rest.startsWith('!'))
            return cannot(QStringLiteral("look-ahead `(?%1` is not supported")
                              .arg(QLatin1Char(m_rest.front())));
        if (m_rest.startsWith("<=") || m_rest.startsWith("<!"))
            return cannot(
                QStringLiteral("look-behind `(?<%1` is not supported").arg(QLatin1Char(m_rest[1])));
        if (m_rest.startsWith('<')) {
            const qsizetype end = m_rest.indexOf('>');
            if (end < 0)
                return cannot(QStringLiteral("a group's name has no `>`"));
            m_rest = m_rest.sliced(end + 1);
            put("(");
            return {};
        }
        return cannot(QStringLiteral("the group `(?` is of no known kind"));
    }

    // After a backslash.
    Result<void> translateEscape()
    {
        if (m_rest.isEmpty())
            return cannot(QStringLiteral("it ends in a backslash"));
        const char c = m_rest.front();
        m_rest = m_rest.sliced(1);
        switch (c) {
        case 'd':
        case 'D':
        case 'w':
        case 'W':
        case 't':
        case 'n':
        case 'v':
        case 'f':
        case 'r': m_out += QByteArray("\\") + c; return {};
        case 's': putSpaces(space); return {};
        case 'S': putSpaces(notSpace); return {};
        case 'b': put(m_inClass ? "\\x{8}" : "\\b"); return {};
        case 'B':
            if (m_inClass)
                break;
            put("\\B");
            return {};
        case 'c':
            if (m_rest.isEmpty() || !isLetter(m_rest.front()))
                return cannot(QStringLiteral("`\\c` is not followed by a letter"));
            putCode(static_cast<unsigned char>(m_rest.front()) % 32U);
            m_rest = m_rest.sliced(1);
            return {};
        case 'x': return translateHex(2);
        case 'u': return translateUnicode();
        case 'p':
        case 'P': return translateProperty(c);
        case '0':
            if (!m_rest.isEmpty() && m_rest.front() >= '0' && m_rest.front() <= '9')
                break;
            putCode(0);
            return {};
        default:
            if (isLetter(c) || (c >= '1' && c <= '9'))
                break;
            // An identity. RE2 has it for punctuation only.
            if (c != '_' && static_cast<unsigned char>(c) > ' '
                && static_cast<unsigned char>(c) < 0x7f)
                put("\\");
            m_out.append(c);
            return {};
        }
        if (c == 'k' || (c >= '1' && c <= '9'))
            return cannot(
                QStringLiteral("the back reference `\\%1` is not supported").arg(QLatin1Char(c)));
        return cannot(QStringLiteral("the escape `\\%1` is not known").arg(QLatin1Char(c)));
    }

    void putSpaces(QByteArrayView characters)
    {
        if (m_inClass)
            put(characters);
        else
            m_out += '[' + characters.toByteArray() + ']';
    }

    std::optional<unsigned> takeHex(qsizetype digits)
    {
        if (m_rest.size() < digits)
            return std::nullopt;
        bool ok = false;
        const unsigned code = m_rest.first(digits).toByteArray().toUInt(&ok, 16);
        if (!ok)
            return std::nullopt;
        m_rest = m_rest.sliced(digits);
        return code;
    }

    Result<void> translateHex(qsizetype digits)
    {
        const auto code = takeHex(digits);
        if (!code)
            return cannot(QStringLiteral("an escape by number lacks its digits"));
        putCode(*code);
        return {};
    }

    Result<void> translateUnicode()
    {
        if (take("{")) {
            const qsizetype end = m_rest.indexOf('}');
            if (end < 1 || end > 6)
                return cannot(QStringLiteral("an escape by number lacks its digits"));
            TRY_DO(translateHex(end));
            take("}");
            return {};
        }
        auto code = takeHex(4);
        if (!code)
            return cannot(QStringLiteral("an escape by number lacks its digits"));
        if (isSurrogate(*code, 0xd800)) { // written as two halves
            const bool hasSecond = take("\\u");
            const auto second = hasSecond ? takeHex(4) : std::nullopt;
            if (!second || !isSurrogate(*second, 0xdc00))
                return cannot(QStringLiteral("half a surrogate pair is no character"));
            *code = 0x10000 + ((*code - 0xd800) << 10U) + (*second - 0xdc00);
        }
        putCode(*code);
        return {};
    }

    Result<void> translateProperty(char letter)
    {
        const qsizetype end = m_rest.indexOf('}');
        if (!take("{") || end < 0)
            return cannot(
                QStringLiteral("`\\%1` is not followed by a property").arg(QLatin1Char(letter)));
        QByteArrayView name = m_rest.first(end - 1);
        m_rest = m_rest.sliced(end);
        for (const QByteArrayView kind :
             {QByteArrayView("General_Category="), QByteArrayView("gc="), QByteArrayView("Script="),
              QByteArrayView("sc=")}) {
            if (name.startsWith(kind))
                name = name.sliced(kind.size());
        }
        for (const auto &[longName, shortName] : categories) {
            if (name == longName)
                name = shortName;
        }
        m_out += QByteArray("\\") + letter + '{' + name.toByteArray() + '}';
        return {};
    }

    QByteArrayView m_rest;
    QByteArray m_out;
    bool m_inClass = false;
};

} // namespace

Result<QByteArray> toRe2(QByteArrayView ecma)
{
    return Translator(ecma).run();
}

} // namespace provost::schema
