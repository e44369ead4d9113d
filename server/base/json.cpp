#include "server/base/json.h"

#define RAPIDJSON_HAS_STDSTRING 0
#ifdef __SSE2__
#define RAPIDJSON_SSE2 // sixteen bytes of a string at a time
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stream.h>

#include <QSet>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <cmath>

namespace provost {

namespace {

constexpr std::size_t linearKeysMax = 16; // up to here comparing pairs beats hashing

bool hasDuplicate(const Json::Object &members)
{
    if (members.size() <= linearKeysMax) {
        for (std::size_t i = 1; i < members.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (members[i].key == members[j].key)
                    return true;
            }
        }
        return false;
    }
    QSet<QByteArray> seen;
    for (const Json::Member &member : members) {
        if (seen.contains(member.key))
            return true;
        seen.insert(member.key);
    }
    return false;
}

// Builds the tree from RapidJSON's events, and ends the reading when it becomes too deep, which bounds the reader's stack.
class TreeBuilder
{
public:
    using Ch = char;

    explicit TreeBuilder(const JsonLimits &limits)
        : m_limits(limits)
    {
        m_open.reserve(8);
    }

    bool Null() { return add(Json(nullptr)); }
    bool Bool(bool value) { return add(Json(value)); }
    bool RawNumber(const char *text, rapidjson::SizeType size, bool)
    {
        return add(Json::number({text, int(size)}));
    }
    bool String(const char *text, rapidjson::SizeType size, bool)
    {
        return isText(text, size) && add(Json(QByteArray(text, int(size))));
    }
    bool Key(const char *text, rapidjson::SizeType size, bool)
    {
        if (!isText(text, size))
            return false;
        m_open.back().membersRef().push_back({QByteArray(text, int(size)), Json()});
        return true;
    }
    bool StartObject()
    {
        Json::Object members;
        members.reserve(4); // most have as many
        return open(Json(std::move(members)));
    }
    bool EndObject(rapidjson::SizeType)
    {
        if (m_limits.duplicateKeys == DuplicateKeys::Refuse
            && hasDuplicate(m_open.back().members())) {
            failure = QStringLiteral("an object has the same key twice");
            return false;
        }
        return close();
    }
    bool StartArray() { return open(Json(Json::Array())); }
    bool EndArray(rapidjson::SizeType) { return close(); }
    // Never called: numbers arrive as text.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

    Json root;
    QString failure;
    bool tooDeep = false;

private:
    // RapidJSON lets an escaped low surrogate stand alone, which no UTF-8 can say: \ud800 to \udfff would be ED A0 80
    // to ED BF BF.
    bool isText(const char *text, std::size_t size)
    {
        const char *const end = text + size;
        for (const char *at = text; (at = std::find(at, end, '\xed')) != end; ++at) {
            if (at + 1 != end && static_cast<unsigned char>(at[1]) >= 0xa0) {
                failure = QStringLiteral("a string has half a surrogate pair");
                return false;
            }
        }
        return true;
    }
    bool add(Json value)
    {
        if (m_open.empty())
            root = std::move(value);
        else if (Json &parent = m_open.back(); parent.isArray())
            parent.itemsRef().push_back(std::move(value));
        else
            parent.membersRef().back().value = std::move(value);
        return true;
    }
    bool open(Json container)
    {
        if (int(m_open.size()) >= m_limits.depthMax) {
            tooDeep = true;
            return false;
        }
        m_open.push_back(std::move(container));
        return true;
    }
    bool close()
    {
        Json done = std::move(m_open.back());
        m_open.pop_back();
        return add(std::move(done));
    }

    const JsonLimits &m_limits;
    std::vector<Json> m_open;
};

struct Reading
{
    rapidjson::ParseResult result;
    std::size_t bytes = 0; // read
};

// Unescapes in a copy that the reader may write to: no string is gathered byte by byte as in readDoubtful().
// REQUIRES: `text` is UTF-8.
Reading read(QByteArrayView text, TreeBuilder &builder)
{
    constexpr qsizetype readAhead = 16; // the reader looks at so much at once
    QByteArray copy(text.size() + readAhead, Qt::Uninitialized);
    std::fill(std::copy(text.begin(), text.end(), copy.begin()), copy.end(), '\0');
    rapidjson::InsituStringStream stream(copy.data());
    rapidjson::Reader reader;
    constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseInsituFlag;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, builder);
    return {result, stream.Tell()};
}

// Says where the text is not UTF-8.
Reading readDoubtful(QByteArrayView text, TreeBuilder &builder)
{
    rapidjson::MemoryStream stream(text.data(), std::size_t(text.size()));
    rapidjson::Reader reader;
    constexpr unsigned flags =
        rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, builder);
    return {result, stream.Tell()};
}

const Json &absent()
{
    static const Json value;
    return value;
}

bool needsEscape(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void appendEscaped(QByteArray &out, QByteArrayView text)
{
    static constexpr char hex[] = "0123456789abcdef";
    out.append('"');
    qsizetype plainFrom = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (!needsEscape(c))
            continue;
        out.append(text.sliced(plainFrom, i - plainFrom));
        plainFrom = i + 1;
        switch (c) {
        case '"': out.append("\\\""); break;
        case '\\': out.append("\\\\"); break;
        case '\n': out.append("\\n"); break;
        case '\r': out.append("\\r"); break;
        case '\t': out.append("\\t"); break;
        default:
            out.append("\\u00");
            out.append(hex[static_cast<unsigned char>(c) >> 4U]);
            out.append(hex[static_cast<unsigned char>(c) & 0xfU]);
        }
    }
    out.append(text.sliced(plainFrom));
    out.append('"');
}

void appendIndented(const Json &value, QByteArray &out, int level)
{
    const auto newLine = [&](int depth) {
        out.append('\n').append(QByteArray(qsizetype(depth) * 2, ' '));
    };
    if (value.isArray() && !value.items().empty()) {
        out.append('[');
        for (std::size_t i = 0; i < value.items().size(); ++i) {
            if (i > 0)
                out.append(',');
            newLine(level + 1);
            appendIndented(value.items()[i], out, level + 1);
        }
        newLine(level);
        out.append(']');
    } else if (value.isObject() && !value.members().empty()) {
        out.append('{');
        for (std::size_t i = 0; i < value.members().size(); ++i) {
            if (i > 0)
                out.append(',');
            newLine(level + 1);
            appendJsonString(out, value.members()[i].key);
            out.append(": ");
            appendIndented(value.members()[i].value, out, level + 1);
        }
        newLine(level);
        out.append('}');
    } else {
        value.appendTo(out);
    }
}

} // namespace

Json::Json() noexcept = default;
Json::Json(std::nullptr_t) noexcept {}
Json::Json(bool value)
    : m_value(value)
{
}
Json::Json(int value)
    : m_value(Number{QByteArray::number(value)})
{
}
Json::Json(std::int64_t value)
    : m_value(Number{QByteArray::number(qint64(value))})
{
}
Json::Json(const char *text)
    : m_value(QByteArray(text))
{
}
Json::Json(QByteArray text)
    : m_value(std::move(text))
{
}
Json::Json(QByteArrayView text)
    : m_value(text.toByteArray())
{
}
Json::Json(const QString &text)
    : m_value(text.toUtf8())
{
}
Json::Json(Array items)
    : m_value(std::move(items))
{
}
Json::Json(Object members)
    : m_value(std::move(members))
{
}
Json::Json(const Json &other) = default;
Json &Json::operator=(const Json &other) = default;

Json::Json(double value)
{
    char text[32];
    const auto end =
        std::to_chars(text, text + sizeof text, std::isfinite(value) ? value : 0.0).ptr;
    m_value = Number{QByteArray(text, end - text)};
}

Json Json::object(std::initializer_list<Member> members)
{
    return {Object(members)};
}

Json Json::array(std::initializer_list<Json> items)
{
    return {Array(items)};
}

Json Json::number(QByteArray text)
{
    Json value;
    value.m_value = Number{std::move(text)};
    return value;
}

Result<Json> Json::parse(QByteArrayView text, const JsonLimits &limits)
{
    if (text.size() > limits.bytesMax)
        return fail(ErrorCode::TooLarge, QStringLiteral("JSON of %1 bytes, at most %2 are taken")
                                             .arg(text.size())
                                             .arg(limits.bytesMax));
    TreeBuilder builder(limits);
    const Reading reading = text.isValidUtf8() ? read(text, builder) : readDoubtful(text, builder);
    if (builder.tooDeep)
        return fail(ErrorCode::TooLarge,
                    QStringLiteral("JSON is nested deeper than %1").arg(limits.depthMax));
    if (!builder.failure.isEmpty())
        return fail(ErrorCode::InvalidInput, builder.failure);
    if (reading.result.IsError())
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("invalid JSON at byte %1: %2")
                        .arg(reading.result.Offset())
                        .arg(QLatin1StringView(rapidjson::GetParseError_En(reading.result.Code()))
                                 .chopped(1)
                                 .toString()
                                 .toLower()));
    // The reader takes a NUL for the end of the text.
    if (qsizetype(reading.bytes) < text.size())
        return fail(
            ErrorCode::InvalidInput,
            QStringLiteral("invalid JSON at byte %1: text after the value").arg(reading.bytes));
    return std::move(builder.root);
}

QByteArray Json::toBytes() const
{
    QByteArray out;
    out.reserve(256);
    appendTo(out);
    return out;
}

void Json::appendTo(QByteArray &out) const
{
    switch (m_value.index()) {
    case 0: out.append("null"); return;
    case 1: out.append(std::get<bool>(m_value) ? "true" : "false"); return;
    case 2: out.append(std::get<Number>(m_value).text); return;
    case 3: appendJsonString(out, std::get<QByteArray>(m_value)); return;
    case 4: {
        out.append('[');
        bool first = true;
        for (const Json &item : std::get<Array>(m_value)) {
            if (!std::exchange(first, false))
                out.append(',');
            item.appendTo(out);
        }
        out.append(']');
        return;
    }
    default: {
        out.append('{');
        bool first = true;
        for (const Member &member : std::get<Object>(m_value)) {
            if (!std::exchange(first, false))
                out.append(',');
            appendJsonString(out, member.key);
            out.append(':');
            member.value.appendTo(out);
        }
        out.append('}');
    }
    }
}

QByteArray Json::toIndented() const
{
    QByteArray out;
    appendIndented(*this, out, 0);
    return out;
}

bool Json::toBool(bool fallback) const
{
    return isBool() ? std::get<bool>(m_value) : fallback;
}

QByteArray Json::toByteArray() const
{
    return isString() ? std::get<QByteArray>(m_value) : QByteArray();
}

QString Json::toText() const
{
    return QString::fromUtf8(toByteArray());
}

std::optional<std::int64_t> Json::toInteger() const
{
    if (!isNumber())
        return std::nullopt;
    const QByteArray &text = std::get<Number>(m_value).text;
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.constData(), text.constData() + text.size(), value);
    if (error == std::errc() && end == text.constData() + text.size())
        return value;
    // 3.0 and 3e2 are integers too, as far as a double names them exactly.
    const auto number = toDouble();
    constexpr double exactMax = 9007199254740992.0; // 2^53
    if (number && std::trunc(*number) == *number && std::abs(*number) <= exactMax)
        return static_cast<std::int64_t>(*number);
    return std::nullopt;
}

std::optional<double> Json::toDouble() const
{
    if (!isNumber())
        return std::nullopt;
    const QByteArray &text = std::get<Number>(m_value).text;
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.constData(), text.constData() + text.size(), value);
    if (error != std::errc() || end != text.constData() + text.size())
        return std::nullopt;
    return value;
}

QByteArray Json::numberText() const
{
    return isNumber() ? std::get<Number>(m_value).text : QByteArray();
}

const Json::Array &Json::items() const
{
    static const Array none;
    return isArray() ? std::get<Array>(m_value) : none;
}

const Json::Object &Json::members() const
{
    static const Object none;
    return isObject() ? std::get<Object>(m_value) : none;
}

Json::Array &Json::itemsRef()
{
    if (!isArray())
        m_value = Array();
    return std::get<Array>(m_value);
}

Json::Object &Json::membersRef()
{
    if (!isObject())
        m_value = Object();
    return std::get<Object>(m_value);
}

const Json *Json::find(QByteArrayView key) const
{
    for (const Member &member : members()) {
        if (member.key == key)
            return &member.value;
    }
    return nullptr;
}

Json *Json::find(QByteArrayView key)
{
    return const_cast<Json *>(std::as_const(*this).find(key)); // the same object, not const here
}

const Json &Json::operator[](QByteArrayView key) const
{
    const Json *found = find(key);
    return found != nullptr ? *found : absent();
}

void Json::set(QByteArrayView key, Json value)
{
    if (Json *found = find(key); found != nullptr)
        *found = std::move(value);
    else
        membersRef().push_back({key.toByteArray(), std::move(value)});
}

bool Json::remove(QByteArrayView key)
{
    return isObject() && std::erase_if(std::get<Object>(m_value), [&](const Member &m) {
                             return m.key == key;
                         }) > 0;
}

void Json::append(Json item)
{
    itemsRef().push_back(std::move(item));
}

bool Json::operator==(const Json &other) const
{
    return m_value == other.m_value;
}

bool isPlainJsonText(QByteArrayView text)
{
    // Eight bytes at a time: a byte below n borrows from its highest bit when n is taken from it.
    constexpr std::uint64_t each = 0x0101010101010101U;
    constexpr std::uint64_t highest = 0x80 * each;
    const auto hasBelow = [](std::uint64_t word, std::uint64_t n) {
        return ((word - n * each) & ~word & highest) != 0;
    };
    const char *at = text.data();
    qsizetype left = text.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        if (hasBelow(word, 0x20) || hasBelow(word ^ ('"' * each), 1)
            || hasBelow(word ^ ('\\' * each), 1))
            return false;
    }
    return std::none_of(at, at + left, needsEscape);
}

void appendJsonString(QByteArray &out, QByteArrayView text)
{
    // Nearly all text is plain, and one step of growth is what its cost consists of.
    if (isPlainJsonText(text)) {
        const qsizetype start = out.size();
        out.resize(start + text.size() + 2);
        char *at = out.data() + start;
        *at = '"';
        std::copy(text.begin(), text.end(), at + 1);
        at[text.size() + 1] = '"';
        return;
    }
    appendEscaped(out, text);
}

} // namespace provost
