#include "server/policy/condition/value.h"

#include "server/policy/condition/times.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace provost::policy::condition {

namespace {

constexpr qsizetype bytesPerStep = 64;

Value numberOf(const QByteArray &text)
{
    const char *begin = text.constData();
    const char *end = begin + text.size();
    const bool isWhole = text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
    if (isWhole) {
        std::int64_t integer = 0;
        if (const auto r = std::from_chars(begin, end, integer);
            r.ec == std::errc() && r.ptr == end)
            return Value::integer(integer);
        std::uint64_t large = 0;
        if (const auto r = std::from_chars(begin, end, large); r.ec == std::errc() && r.ptr == end)
            return Value::unsignedInteger(large);
        // A double would make different numbers equal.
        return Value::error(Fault::OutOfRange, -1);
    }
    double real = 0;
    if (const auto r = std::from_chars(begin, end, real); r.ec == std::errc() && r.ptr == end)
        return Value::real(real);
    return Value::error(Fault::OutOfRange, -1);
}

// As CEL: the whole number becomes a double, so beyond 2^53 neighbours are equal to it.
std::partial_ordering orderWith(double a, std::int64_t b)
{
    return a <=> static_cast<double>(b);
}

std::partial_ordering orderWith(double a, std::uint64_t b)
{
    return a <=> static_cast<double>(b);
}

std::partial_ordering orderNumbers(const Value &a, const Value &b)
{
    if (a.type() == Type::Double && b.type() == Type::Double)
        return a.toReal() <=> b.toReal();
    if (a.type() == Type::Double)
        return b.type() == Type::Int ? orderWith(a.toReal(), b.toInteger())
                                     : orderWith(a.toReal(), b.toUnsigned());
    if (b.type() == Type::Double)
        return 0 <=> orderNumbers(b, a);
    if (a.type() == Type::Int && b.type() == Type::Int)
        return a.toInteger() <=> b.toInteger();
    if (a.type() == Type::Uint && b.type() == Type::Uint)
        return a.toUnsigned() <=> b.toUnsigned();
    if (a.type() == Type::Int)
        return a.toInteger() < 0 ? std::partial_ordering::less
                                 : std::partial_ordering(static_cast<std::uint64_t>(a.toInteger())
                                                         <=> b.toUnsigned());
    return 0 <=> orderNumbers(b, a);
}

std::optional<bool> equalLists(const Value &a, const Value &b, Budget &budget)
{
    if (a.size() != b.size())
        return false;
    bool failed = false;
    for (qsizetype i = 0; i < a.size() && budget.spend(1); ++i) {
        const auto same = equal(a.item(i), b.item(i), budget);
        if (same == false)
            return false;
        failed = failed || !same;
    }
    return failed ? std::nullopt : std::optional(true);
}

std::optional<bool> equalMaps(const Value &a, const Value &b, Budget &budget)
{
    if (a.size() != b.size())
        return false;
    bool failed = false;
    for (qsizetype i = 0; i < a.size() && budget.spend(1); ++i) {
        const auto [key, value] = a.entry(i);
        const auto other = b.find(key, budget);
        if (!other)
            return false;
        const auto same = equal(value, *other, budget);
        if (same == false)
            return false;
        failed = failed || !same;
    }
    return failed ? std::nullopt : std::optional(true);
}

QByteArray quoted(QByteArrayView text)
{
    QByteArray out;
    appendJsonString(out, text);
    return out;
}

} // namespace

const char *nameOf(Type type)
{
    switch (type) {
    case Type::Error: return "error";
    case Type::Null: return "null_type";
    case Type::Bool: return "bool";
    case Type::Int: return "int";
    case Type::Uint: return "uint";
    case Type::Double: return "double";
    case Type::String: return "string";
    case Type::Bytes: return "bytes";
    case Type::List: return "list";
    case Type::Map: return "map";
    case Type::Timestamp: return "google.protobuf.Timestamp";
    case Type::Duration: return "google.protobuf.Duration";
    case Type::Type: return "type";
    case Type::Dynamic: return "dyn";
    }
    return "";
}

const char *phraseFor(Type type)
{
    switch (type) {
    case Type::Error: return "an error";
    case Type::Null: return "null";
    case Type::Bool: return "a bool";
    case Type::Int: return "an int";
    case Type::Uint: return "a uint";
    case Type::Double: return "a double";
    case Type::String: return "a string";
    case Type::Bytes: return "bytes";
    case Type::List: return "a list";
    case Type::Map: return "a map";
    case Type::Timestamp: return "a timestamp";
    case Type::Duration: return "a duration";
    case Type::Type: return "a type";
    case Type::Dynamic: return "any value";
    }
    return "";
}

Value Value::null()
{
    return {Type::Null, 0, 0, {.integer = 0}};
}

Value Value::boolean(bool value)
{
    return {Type::Bool, 0, 0, {.integer = value ? 1 : 0}};
}

Value Value::integer(std::int64_t value)
{
    return {Type::Int, 0, 0, {.integer = value}};
}

Value Value::unsignedInteger(std::uint64_t value)
{
    return {Type::Uint, 0, 0, {.unsignedInteger = value}};
}

Value Value::real(double value)
{
    return {Type::Double, 0, 0, {.real = value}};
}

Value Value::string(QByteArrayView text)
{
    return {Type::String, 0, static_cast<std::uint32_t>(text.size()), {.text = text.data()}};
}

Value Value::bytes(QByteArrayView bytes)
{
    return {Type::Bytes, 0, static_cast<std::uint32_t>(bytes.size()), {.text = bytes.data()}};
}

Value Value::list(const ValueList &items)
{
    return {Type::List, Values, 0, {.values = &items}};
}

Value Value::list(const std::vector<QByteArray> &texts)
{
    return {Type::List, Texts, 0, {.texts = &texts}};
}

Value Value::map(const ValueMap &entries)
{
    return {Type::Map, Values, 0, {.entries = &entries}};
}

Value Value::timestamp(Instant instant)
{
    return {Type::Timestamp,
            0,
            static_cast<std::uint32_t>(instant.nanos),
            {.integer = instant.seconds}};
}

Value Value::duration(Instant length)
{
    return {
        Type::Duration, 0, static_cast<std::uint32_t>(length.nanos), {.integer = length.seconds}};
}

Value Value::typeName(Type type)
{
    return {Type::Type, 0, static_cast<std::uint32_t>(type), {.integer = 0}};
}

Value Value::json(const Json &json)
{
    if (json.isString())
        return string(json.toByteArray()); // shares the bytes, which live as long as `json`
    if (json.isNumber())
        return numberOf(json.numberText());
    if (json.isBool())
        return boolean(json.toBool());
    if (json.isArray())
        return {Type::List, JsonTree, 0, {.json = &json}};
    if (json.isObject())
        return {Type::Map, JsonTree, 0, {.json = &json}};
    return null();
}

Value Value::error(Fault fault, int node, Type a, Type b)
{
    const auto types = (static_cast<std::uint32_t>(a) << 8U) | static_cast<std::uint32_t>(b);
    return {Type::Error, static_cast<std::uint8_t>(fault), types, {.integer = node}};
}

qsizetype Value::size() const
{
    switch (static_cast<Store>(m_detail)) {
    case Values:
        return m_type == Type::List ? static_cast<qsizetype>(m_payload.values->size())
                                    : static_cast<qsizetype>(m_payload.entries->size());
    case Texts: return static_cast<qsizetype>(m_payload.texts->size());
    case JsonTree: break;
    }
    return m_type == Type::List ? static_cast<qsizetype>(m_payload.json->items().size())
                                : static_cast<qsizetype>(m_payload.json->members().size());
}

Value Value::item(qsizetype index) const
{
    const auto at = static_cast<std::size_t>(index);
    switch (static_cast<Store>(m_detail)) {
    case Values: return (*m_payload.values)[at];
    case Texts: return string((*m_payload.texts)[at]);
    case JsonTree: break;
    }
    return json(m_payload.json->items()[at]);
}

std::pair<Value, Value> Value::entry(qsizetype index) const
{
    const auto at = static_cast<std::size_t>(index);
    if (static_cast<Store>(m_detail) == Values)
        return (*m_payload.entries)[at];
    const Json::Member &member = m_payload.json->members()[at];
    return {string(member.key), json(member.value)};
}

std::optional<Value> Value::find(const Value &key, Budget &budget) const
{
    constexpr qsizetype keysPerStep = 8;
    budget.spend(size() / keysPerStep);
    if (static_cast<Store>(m_detail) == JsonTree) {
        if (key.type() != Type::String)
            return std::nullopt;
        const Json *found = m_payload.json->find(key.toView());
        if (found == nullptr || found->isNull())
            return std::nullopt;
        return json(*found);
    }
    for (const auto &[name, value] : *m_payload.entries) {
        if (equal(name, key, budget) == true)
            return value;
    }
    return std::nullopt;
}

Arena::Store &Arena::store()
{
    if (!m_store)
        m_store = std::make_unique<Store>();
    return *m_store;
}

QByteArrayView Arena::keep(QByteArray text)
{
    return store().texts.emplace_back(std::move(text));
}

const ValueList &Arena::keep(ValueList items)
{
    return store().lists.emplace_back(std::move(items));
}

const ValueMap &Arena::keep(ValueMap entries)
{
    return store().maps.emplace_back(std::move(entries));
}

std::optional<bool> equal(const Value &a, const Value &b, Budget &budget)
{
    if (a.isError() || b.isError())
        return std::nullopt;
    if (a.isNumber() && b.isNumber())
        return orderNumbers(a, b) == 0;
    if (a.type() != b.type())
        return false;
    switch (a.type()) {
    case Type::Null: return true;
    case Type::Bool: return a.toInteger() == b.toInteger();
    case Type::String:
    case Type::Bytes:
        budget.spend(std::min(a.toView().size(), b.toView().size()) / bytesPerStep);
        return a.toView() == b.toView();
    case Type::List: return equalLists(a, b, budget);
    case Type::Map: return equalMaps(a, b, budget);
    case Type::Timestamp:
    case Type::Duration: return a.toInstant() == b.toInstant();
    case Type::Type: return a.toType() == b.toType();
    default: return std::nullopt;
    }
}

std::optional<std::partial_ordering> order(const Value &a, const Value &b)
{
    if (a.isNumber() && b.isNumber())
        return orderNumbers(a, b);
    if (a.type() != b.type())
        return std::nullopt;
    switch (a.type()) {
    case Type::Bool: return a.toInteger() <=> b.toInteger();
    case Type::String:
    case Type::Bytes: return a.toView().compare(b.toView()) <=> 0; // UTF-8 sorts as code points do
    case Type::Timestamp:
    case Type::Duration: return a.toInstant() <=> b.toInstant();
    default: return std::nullopt;
    }
}

bool isKeyType(Type type)
{
    return type == Type::Bool || type == Type::Int || type == Type::Uint || type == Type::String;
}

QByteArray toText(const Value &value)
{
    switch (value.type()) {
    case Type::Null: return "null";
    case Type::Bool: return value.isTrue() ? "true" : "false";
    case Type::Int: return QByteArray::number(static_cast<qint64>(value.toInteger()));
    case Type::Uint: return QByteArray::number(static_cast<quint64>(value.toUnsigned())) + 'u';
    case Type::Double: return formatReal(value.toReal());
    case Type::String: return quoted(value.toView());
    case Type::Bytes: return "b\"" + value.toView().toByteArray().toPercentEncoding() + '"';
    case Type::Timestamp: return "timestamp(\"" + formatTimestamp(value.toInstant()) + "\")";
    case Type::Duration: return "duration(\"" + formatDuration(value.toInstant()) + "\")";
    case Type::Type: return nameOf(value.toType());
    case Type::List: {
        QByteArray out = "[";
        for (qsizetype i = 0; i < value.size(); ++i)
            out += (i > 0 ? ", " : "") + toText(value.item(i));
        return out + ']';
    }
    case Type::Map: {
        QByteArray out = "{";
        for (qsizetype i = 0; i < value.size(); ++i) {
            const auto [key, member] = value.entry(i);
            out += (i > 0 ? ", " : "") + toText(key) + ": " + toText(member);
        }
        return out + '}';
    }
    case Type::Error:
    case Type::Dynamic: break;
    }
    return "error";
}

std::optional<Json> toJson(const Value &value)
{
    switch (value.type()) {
    case Type::Null: return Json();
    case Type::Bool: return Json(value.isTrue());
    case Type::Int: return Json(value.toInteger());
    case Type::Uint:
        return Json::number(QByteArray::number(static_cast<quint64>(value.toUnsigned())));
    case Type::Double:
        if (!std::isfinite(value.toReal()))
            return std::nullopt;
        return Json::number(formatReal(value.toReal()));
    case Type::String: return Json(value.toView());
    case Type::List: {
        Json items = Json::array();
        for (qsizetype i = 0; i < value.size(); ++i) {
            auto item = toJson(value.item(i));
            if (!item)
                return std::nullopt;
            items.append(*std::move(item));
        }
        return items;
    }
    case Type::Map: {
        Json members = Json::object();
        for (qsizetype i = 0; i < value.size(); ++i) {
            const auto [key, member] = value.entry(i);
            auto converted = toJson(member);
            if (key.type() != Type::String || !converted)
                return std::nullopt;
            members.set(key.toView(), *std::move(converted));
        }
        return members;
    }
    default: return std::nullopt;
    }
}

} // namespace provost::policy::condition
