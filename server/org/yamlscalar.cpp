#include "server/org/yamlscalar.h"

#include <QStringBuilder>

#include <algorithm>

namespace provost::org {

namespace {

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// Some reader takes these for a boolean, null or a number.
bool hasOtherReading(QByteArrayView text)
{
    static constexpr QByteArrayView words[] = {"y",     "n",    "yes", "no",  "on",  "off", "true",
                                               "false", "null", "nan", "inf", "nil", "none"};
    const QByteArray lower = text.toByteArray().toLower();
    return std::find(std::begin(words), std::end(words), lower) != std::end(words);
}

// "1000/hour"
bool isRate(QByteArrayView text)
{
    const auto slash = std::find_if_not(text.begin(), text.end(), isDigit);
    return slash != text.begin() && slash != text.end() && *slash == '/' && slash + 1 != text.end()
           && std::all_of(slash + 1, text.end(), isLetter);
}

// Line ends and what some readers drop, of any script: C0, C1, U+2028, U+2029, U+FEFF.
bool needsDoubleQuotes(QByteArrayView text)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c == 0x7f)
            return true;
        if (c == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0)
            return true;
        const QByteArrayView three = text.sliced(i, std::min<qsizetype>(3, text.size() - i));
        if (three == "\xe2\x80\xa8" || three == "\xe2\x80\xa9" || three == "\xef\xbb\xbf")
            return true;
    }
    return false;
}

QByteArray escaped(int code)
{
    const QByteArray digits = QByteArray::number(code, 16).rightJustified(4, '0');
    return "\\u" + digits;
}

// As JSON wants it, which YAML reads as well.
QByteArray inDoubleQuotes(QByteArrayView text)
{
    QByteArray quoted = "\"";
    for (qsizetype i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const QByteArrayView rest = text.sliced(i);
        if (c == '"' || c == '\\') {
            quoted.append('\\').append(text[i]);
        } else if (c == '\n') {
            quoted.append("\\n");
        } else if (c < 0x20 || c == 0x7f) {
            quoted.append(escaped(c));
        } else if (c == 0xc2 && static_cast<unsigned char>(rest[1]) < 0xa0) {
            quoted.append(escaped(static_cast<unsigned char>(rest[1])));
            i += 1;
        } else if (rest.startsWith("\xe2\x80\xa8") || rest.startsWith("\xe2\x80\xa9")) {
            quoted.append(escaped(rest[2] == '\xa8' ? 0x2028 : 0x2029));
            i += 2;
        } else if (rest.startsWith("\xef\xbb\xbf")) {
            quoted.append(escaped(0xfeff));
            i += 2;
        } else {
            quoted.append(text[i]);
        }
    }
    return quoted.append('"');
}

} // namespace

bool isPlainWord(QByteArrayView text)
{
    if (text.empty() || hasOtherReading(text))
        return false;
    if (isRate(text))
        return true;
    const auto isInside = [](char c) {
        return isLetter(c) || isDigit(c) || QByteArrayView("_-./*@+").contains(c);
    };
    return isLetter(text.front()) && std::all_of(text.begin(), text.end(), isInside);
}

QByteArray yamlScalar(QByteArrayView text, Quotes quotes)
{
    if (quotes == Quotes::AsNeeded && isPlainWord(text))
        return text.toByteArray();
    if (quotes == Quotes::Double || needsDoubleQuotes(text))
        return inDoubleQuotes(text);
    const QByteArray inner = text.toByteArray().replace('\'', "''");
    return '\'' + inner + '\'';
}

} // namespace provost::org
