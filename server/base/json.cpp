#include "server/base/json.h"

#include "server/base/jsonwriter.h"

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
#include <array>
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

    TreeBuilder(const JsonLimits &limits, QByteArrayView text)
        : m_limits(limits)
        , m_hasEscapes(text.contains('\\'))
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
    // The text is UTF-8, but RapidJSON lets an escaped low surrogate stand alone, which no UTF-8 can say: \ud800 to
    // \udfff would be ED A0 80 to ED BF BF.
    bool isText(const char *text, std::size_t size)
    {
        if (!m_hasEscapes)
            return true;
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
    const bool m_hasEscapes;
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

QByteArray shortestText(double value)
{
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.begin(), text.end(), value).ptr;
    return {text.data(), end - text.data()};
}

} // namespace

Json::Json(Kind kind, QByteArray text)
    : m_kind(kind)
    , m_text(std::move(text))
{
}
Json::Json(bool value)
    : m_kind(Kind::Bool)
    , m_flag(value)
{
}
Json::Json(int value)
    : Json(Kind::Number, QByteArray::number(value))
{
}
Json::Json(std::int64_t value)
    : Json(Kind::Number, QByteArray::number(qint64(value)))
{
}
Json::Json(double value)
    : Json(Kind::Number, shortestText(std::isfinite(value) ? value : 0.0))
{
}
Json::Json(const char *text)
    : Json(Kind::String, text)
{
}
Json::Json(QByteArray text)
    : Json(Kind::String, std::move(text))
{
}
Json::Json(QByteArrayView text)
    : Json(Kind::String, text.toByteArray())
{
}
Json::Json(const QString &text)
    : Json(Kind::String, text.toUtf8())
{
}
Json::Json(Array items)
    : m_kind(Kind::Array)
    , m_items(std::move(items))
{
}
Json::Json(Object members)
    : m_kind(Kind::Object)
    , m_members(std::move(members))
{
}

Json::Json(const Json &other)
{
    switch (other.m_kind) {
    case Kind::Null: break;
    case Kind::Bool: m_flag = other.m_flag; break;
    case Kind::Number:
    case Kind::String: std::construct_at(&m_text, other.m_text); break;
    case Kind::Array: std::construct_at(&m_items, other.m_items); break;
    case Kind::Object: std::construct_at(&m_members, other.m_members); break;
    }
    m_kind = other.m_kind;
}

Json &Json::operator=(const Json &other)
{
    return *this = Json(other);
}

void Json::release() noexcept
{
    switch (std::exchange(m_kind, Kind::Null)) {
    case Kind::Null:
    case Kind::Bool: break;
    case Kind::Number:
    case Kind::String: std::destroy_at(&m_text); break;
    case Kind::Array: std::destroy_at(&m_items); break;
    case Kind::Object: std::destroy_at(&m_members); break;
    }
}

Json Json::object(std::initializer_list<Entry> entries)
{
    Object members;
    members.reserve(entries.size());
    for (const Entry &entry : entries)
        members.push_back({entry.key.toByteArray(), std::move(entry.value)});
    return members;
}

Json Json::array(std::initializer_list<Item> items)
{
    Array values;
    values.reserve(items.size());
    for (const Item &item : items)
        values.push_back(std::move(item.value));
    return values;
}

Json Json::number(QByteArray text)
{
    return {Kind::Number, std::move(text)};
}

Result<Json> Json::parse(QByteArrayView text, const JsonLimits &limits)
{
    if (text.size() > limits.bytesMax)
        return fail(ErrorCode::TooLarge, QStringLiteral("JSON of %1 bytes, at most %2 are taken")
                                             .arg(text.size())
                                             .arg(limits.bytesMax));
    TreeBuilder builder(limits, text);
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
    appendTo(out);
    return out;
}

void Json::appendTo(QByteArray &out) const
{
    JsonWriter writer(out);
    writeTo(writer);
}

void Json::writeTo(JsonWriter &out) const
{
    switch (m_kind) {
    case Kind::Null: out.raw("null"); return;
    case Kind::Bool: out.raw(m_flag ? "true" : "false"); return;
    case Kind::Number: out.raw(m_text); return;
    case Kind::String: out.string(m_text); return;
    case Kind::Array: {
        char before = '[';
        for (const Json &item : m_items) {
            out.raw(std::exchange(before, ','));
            item.writeTo(out);
        }
        out.raw(m_items.empty() ? "[]" : "]");
        return;
    }
    case Kind::Object: {
        char before = '{';
        for (const Member &member : m_members) {
            out.raw(std::exchange(before, ','));
            out.string(member.key);
            out.raw(':');
            member.value.writeTo(out);
        }
        out.raw(m_members.empty() ? "{}" : "}");
        return;
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
    return isBool() ? m_flag : fallback;
}

QByteArray Json::toByteArray() const
{
    return isString() ? m_text : QByteArray();
}

QString Json::toText() const
{
    return QString::fromUtf8(toByteArray());
}

std::optional<std::int64_t> Json::toInteger() const
{
    if (!isNumber())
        return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(m_text.constData(), m_text.constData() + m_text.size(), value);
    if (error == std::errc() && end == m_text.constData() + m_text.size())
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
    double value = 0;
    const auto [end, error] =
        std::from_chars(m_text.constData(), m_text.constData() + m_text.size(), value);
    if (error != std::errc() || end != m_text.constData() + m_text.size())
        return std::nullopt;
    return value;
}

QByteArray Json::numberText() const
{
    return isNumber() ? m_text : QByteArray();
}

const Json::Array &Json::items() const
{
    static const Array none;
    return isArray() ? m_items : none;
}

const Json::Object &Json::members() const
{
    static const Object none;
    return isObject() ? m_members : none;
}

Json::Array &Json::itemsRef()
{
    if (!isArray())
        *this = Array();
    return m_items;
}

Json::Object &Json::membersRef()
{
    if (!isObject())
        *this = Object();
    return m_members;
}

const Json *Json::find(QByteArrayView key) const
{
    for (const Member &member : members()) {
        if (member.key.size() == key.size()
            && std::memcmp(member.key.constData(), key.data(), std::size_t(key.size())) == 0)
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
    return isObject()
           && std::erase_if(m_members, [&](const Member &m) { return m.key == key; }) > 0;
}

void Json::append(Json item)
{
    itemsRef().push_back(std::move(item));
}

bool Json::operator==(const Json &other) const
{
    if (m_kind != other.m_kind)
        return false;
    switch (m_kind) {
    case Kind::Null: return true;
    case Kind::Bool: return m_flag == other.m_flag;
    case Kind::Number:
    case Kind::String: return m_text == other.m_text;
    case Kind::Array: return m_items == other.m_items;
    case Kind::Object: return m_members == other.m_members;
    }
    return false;
}

void appendJsonString(QByteArray &out, QByteArrayView text)
{
    JsonWriter(out, text.size() + 2).string(text);
}

} // namespace provost
