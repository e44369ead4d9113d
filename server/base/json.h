// Json: a JSON value that passes through losslessly. Members keep their order, numbers keep the text they were
// written in, unknown fields stay. Text is UTF-8; what is not (a byte order mark, half a surrogate pair) is refused, and
// so are numbers that no double can hold (1e400). Source: RFC 8259; RapidJSON reads.
// INVARIANT: a value that was parsed with DuplicateKeys::Refuse has no object with two equal keys, so what a rule
// decided on is what the tool receives.
// Thread: a value.
#pragma once

#include "server/base/result.h"

#include <QByteArray>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace provost {

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
    struct Number
    {
        QByteArray text;
        bool operator==(const Number &) const = default;
    };

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
    [[nodiscard]] static Json object(std::initializer_list<Member> members = {});
    [[nodiscard]] static Json array(std::initializer_list<Json> items = {});
    // A number by its text. REQUIRES: `text` is a JSON number.
    [[nodiscard]] static Json number(QByteArray text);

    // One JSON text and nothing after it. Errors: InvalidInput with the byte offset, TooLarge.
    [[nodiscard]] static Result<Json> parse(QByteArrayView text, const JsonLimits &limits = {});

    // Compact text; parse(toBytes()) gives an equal value.
    [[nodiscard]] QByteArray toBytes() const;
    void appendTo(QByteArray &out) const;
    // Two spaces a level, for people.
    [[nodiscard]] QByteArray toIndented() const;

    [[nodiscard]] bool isNull() const { return m_value.index() == 0; }
    [[nodiscard]] bool isBool() const { return m_value.index() == 1; }
    [[nodiscard]] bool isNumber() const { return m_value.index() == 2; }
    [[nodiscard]] bool isString() const { return m_value.index() == 3; }
    [[nodiscard]] bool isArray() const { return m_value.index() == 4; }
    [[nodiscard]] bool isObject() const { return m_value.index() == 5; }

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
    std::variant<std::monostate, bool, Number, QByteArray, Array, Object> m_value;
};

struct Json::Member
{
    QByteArray key;
    Json value;
    bool operator==(const Member &) const = default;
};

// Inline, as values are moved more often than anything else; here, where a Member is known.
inline Json::Json(Json &&other) noexcept = default;
inline Json &Json::operator=(Json &&other) noexcept = default;
inline Json::~Json() = default;

// Whether `text` stands in a JSON string as it is. Whether it is UTF-8 is not looked at.
[[nodiscard]] bool isPlainJsonText(QByteArrayView text);

// Appends `text` as a JSON string with quotes.
void appendJsonString(QByteArray &out, QByteArrayView text);

} // namespace provost
