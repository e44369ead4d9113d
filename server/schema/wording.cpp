#include "server/schema/wording.h"

#include "server/schema/documents.h"

#include <array>

namespace provost::schema {

namespace {

constexpr qsizetype quotedBytesMax = 120;

bool isPlainName(QByteArrayView name)
{
    return !name.isEmpty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || c == '_' || c == '-' || c == '$' || (static_cast<unsigned char>(c) & 0x80U) != 0;
    });
}

// Characters stay whole, and what could end the line is taken out.
QByteArray clipped(QByteArrayView text)
{
    QString characters = QString::fromUtf8(text.first(std::min(text.size(), 4 * quotedBytesMax)));
    for (QChar &c : characters) {
        if (!c.isPrint() && !c.isSurrogate())
            c = u' ';
    }
    if (characters.size() > quotedBytesMax)
        characters = characters.left(quotedBytesMax) + u'…';
    return characters.toUtf8();
}

QByteArray pathOf(const Location &location)
{
    if (location.parent == nullptr)
        return {};
    const QByteArray path = pathOf(*location.parent);
    if (location.name == nullptr)
        return path + '[' + QByteArray::number(qulonglong(location.index)) + ']';
    const QByteArray name = clipped(*location.name);
    if (!isPlainName(name))
        return path + "[\"" + name + "\"]";
    return path.isEmpty() ? name : path + '.' + name;
}

} // namespace

QByteArray pointerTo(const Location &location)
{
    if (location.parent == nullptr)
        return {};
    const QByteArray step = location.name != nullptr
                                ? pointerStep(*location.name)
                                : '/' + QByteArray::number(qulonglong(location.index));
    return pointerTo(*location.parent) + step;
}

QByteArray nameOf(const Location &location, const QByteArray &whole)
{
    return location.parent == nullptr ? whole : '`' + pathOf(location) + '`';
}

JsonType typeOf(const Json &value)
{
    if (value.isNull())
        return JsonType::Null;
    if (value.isBool())
        return JsonType::Boolean;
    if (value.isString())
        return JsonType::String;
    if (value.isArray())
        return JsonType::Array;
    if (value.isObject())
        return JsonType::Object;
    return Decimal(value.numberText()).isInteger() ? JsonType::Integer : JsonType::Number;
}

QByteArray inWords(unsigned types)
{
    static constexpr std::array<std::pair<JsonType, const char *>, 7> names{{
        {JsonType::String, "a string"},
        {JsonType::Integer, "a whole number"},
        {JsonType::Number, "a number"},
        {JsonType::Boolean, "true or false"},
        {JsonType::Array, "an array"},
        {JsonType::Object, "an object"},
        {JsonType::Null, "null"},
    }};
    QByteArray words;
    for (const auto &[type, name] : names) {
        if ((types & static_cast<unsigned>(type)) != 0)
            words += (words.isEmpty() ? QByteArray() : QByteArray(" or ")) + name;
    }
    return words.isEmpty() ? QByteArray("of no type") : words;
}

QByteArray counted(std::int64_t count, const char *one, const char *many)
{
    return QByteArray::number(qint64(count)) + ' ' + (count == 1 ? one : many);
}

QByteArray quoted(QByteArrayView text)
{
    return '`' + clipped(text) + '`';
}

} // namespace provost::schema
