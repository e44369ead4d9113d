// Json: a JSON value that passes through losslessly. Members keep their order, numbers keep the text they were
// written in, unknown fields stay. Text is UTF-8; what is not (a byte order mark, half a surrogate pair) is refused, and
// so are numbers that no double can hold (1e400). Source: RFC 8259; RapidJSON reads.
// INVARIANT: a value that was parsed with DuplicateKeys::Refuse has no object with two equal keys, so what a rule
// decided on is what the tool receives.
// Thread: a value.
#pragma once

#include "server/base/result.h"

#include <QByteArray>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace provost {

class JsonWriter;

enum class DuplicateKeys { Refuse, Allow };

struct JsonLimits
{
    int depthMax = 64; // REQUIRES: at most 1,000; reading costs stack
    qsizetype bytesMax = 16 << 20;
    DuplicateKeys duplicateKeys = DuplicateKeys::Refuse;
};

class Json
{
public:
    struct Member;
    using Array = std::vector<Json>;
    using Object = std::vector<Member>;
    struct Entry; // of an object literal
    struct Item;  // of an array literal

    Json() noexcept;
    Json(std::nullptr_t) noexcept; // NOLINT(google-explicit-constructor): literals read as JSON
    Json(bool value);              // NOLINT(google-explicit-constructor): as above
    Json(int value);               // NOLINT(google-explicit-constructor): as above
    Json(std::int64_t value);      // NOLINT(google-explicit-constructor): as above
    Json(double value);            // NOLINT(google-explicit-constructor): as above; must be finite
    Json(const char *text);        // NOLINT(google-explicit-constructor): as above
    Json(QByteArray text);         // NOLINT(google-explicit-constructor): a string, UTF-8
    Json(QByteArrayView text);     // NOLINT(google-explicit-constructor): as above
    Json(const QString &text);     // NOLINT(google-explicit-constructor): as above
    Json(Array items);             // NOLINT(google-explicit-constructor): as above
    Json(Object members);          // NOLINT(google-explicit-constructor): as above
    Json(const Json &other);
    Json(Json &&other) noexcept;
    Json &operator=(const Json &other);
    Json &operator=(Json &&other) noexcept;
    ~Json();

    // An object literal: Json::object({{"name", "x"}, {"size", 3}}).
    [[nodiscard]] static Json object(std::initializer_list<Entry> entries = {});
    [[nodiscard]] static Json array(std::initializer_list<Item> items = {});
    // A number by its text. REQUIRES: `text` is a JSON number.
    [[nodiscard]] static Json number(QByteArray text);

    // One JSON text and nothing after it. Errors: InvalidInput with the byte offset, TooLarge.
    [[nodiscard]] static Result<Json> parse(QByteArrayView text, const JsonLimits &limits = {});

    // Compact text; parse(toBytes()) gives an equal value.
    [[nodiscard]] QByteArray toBytes() const;
    void appendTo(QByteArray &out) const;
    void writeTo(JsonWriter &out) const;
    // Two spaces a level, for people.
    [[nodiscard]] QByteArray toIndented() const;

    [[nodiscard]] bool isNull() const { return m_kind == Kind::Null; }
    [[nodiscard]] bool isBool() const { return m_kind == Kind::Bool; }
    [[nodiscard]] bool isNumber() const { return m_kind == Kind::Number; }
    [[nodiscard]] bool isString() const { return m_kind == Kind::String; }
    [[nodiscard]] bool isArray() const { return m_kind == Kind::Array; }
    [[nodiscard]] bool isObject() const { return m_kind == Kind::Object; }

    // The value, or the fallback if it is of another type.
    [[nodiscard]] bool toBool(bool fallback = false) const;
    [[nodiscard]] QByteArray toByteArray() const; // of a string; empty otherwise
    [[nodiscard]] QString toText() const;         // the same for people
    // Of a number without fraction that fits, 3.0 and 3e0 included.
    [[nodiscard]] std::optional<std::int64_t> toInteger() const;
    [[nodiscard]] std::optional<double> toDouble() const;
    [[nodiscard]] QByteArray numberText() const;

    // Empty unless the value is an array or object.
    [[nodiscard]] const Array &items() const;
    [[nodiscard]] const Object &members() const;
    [[nodiscard]] Array &itemsRef();    // turns anything else into an empty array
    [[nodiscard]] Object &membersRef(); // turns anything else into an empty object

    // Null if this is not an object or has no such member. Keys match exactly.
    [[nodiscard]] const Json *find(QByteArrayView key) const;
    [[nodiscard]] Json *find(QByteArrayView key);
    // As find(), but a null value stands for "absent".
    [[nodiscard]] const Json &operator[](QByteArrayView key) const;
    [[nodiscard]] bool contains(QByteArrayView key) const { return find(key) != nullptr; }
    // Replaces in place or appends. Turns anything else into an object.
    void set(QByteArrayView key, Json value);
    bool remove(QByteArrayView key);
    void append(Json item);

    bool operator==(const Json &other) const; // objects compare with order; numbers by text

private:
    enum class Kind : std::uint8_t { Null, Bool, Number, String, Array, Object };

    Json(Kind kind, QByteArray text);
    void take(Json &other) noexcept;
    void release() noexcept;

    // A union and not a std::variant: trees are moved and destroyed more often than read, and most values that are
    // destroyed have been moved from, which is seen here by one comparison.
    Kind m_kind = Kind::Null;
    union
    {
        bool m_flag = false;
        QByteArray m_text; // of a string; of a number as it was written
        Array m_items;
        Object m_members;
    };
};

struct Json::Member
{
    QByteArray key;
    Json value;
    bool operator==(const Member &) const = default;
};

// The elements of a std::initializer_list are const; `mutable` is what lets a literal take its values without a copy.
struct Json::Entry
{
    QByteArrayView key;
    mutable Json value;
};

struct Json::Item
{
    template <class Value>
    requires std::convertible_to<Value, Json>
    // NOLINTNEXTLINE(google-explicit-constructor,bugprone-forwarding-reference-overload): literals read as JSON
    Item(Value &&from)
        : value(std::forward<Value>(from))
    {
    }
    mutable Json value;
};

// REQUIRES: this value is null. Leaves `other` null.
inline void Json::take(Json &other) noexcept
{
    switch (other.m_kind) {
    case Kind::Null: return;
    case Kind::Bool: m_flag = other.m_flag; break;
    case Kind::Number:
    case Kind::String:
        std::construct_at(&m_text, std::move(other.m_text));
        std::destroy_at(&other.m_text);
        break;
    case Kind::Array:
        std::construct_at(&m_items, std::move(other.m_items));
        std::destroy_at(&other.m_items);
        break;
    case Kind::Object:
        std::construct_at(&m_members, std::move(other.m_members));
        std::destroy_at(&other.m_members);
        break;
    }
    m_kind = std::exchange(other.m_kind, Kind::Null);
}

// NOLINTNEXTLINE(modernize-use-equals-default): it would be deleted, for the union
inline Json::Json() noexcept {}
inline Json::Json(std::nullptr_t) noexcept {}

inline Json::Json(Json &&other) noexcept
{
    take(other);
}

// By way of a third, as `other` may be part of this value.
inline Json &Json::operator=(Json &&other) noexcept
{
    Json taken(std::move(other));
    if (m_kind != Kind::Null)
        release();
    take(taken);
    return *this;
}

inline Json::~Json()
{
    if (m_kind > Kind::Bool)
        release();
}

// Appends `text` as a JSON string with quotes. REQUIRES: `text` is not of `out`.
void appendJsonString(QByteArray &out, QByteArrayView text);

} // namespace provost
