// A value of the condition language: 16 bytes, copied freely, never owning. Strings, lists and maps point into the
// request, the program's constants or the Arena of the evaluation that made them.
// An error is a value: it says what went wrong and at which node of the condition.
// Thread: values.
#pragma once

#include "server/base/clock.h"
#include "server/base/json.h"

#include <compare>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace provost::policy::condition {

enum class Type : std::uint8_t {
    Error,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    List,
    Map,
    Timestamp,
    Duration,
    Type,
    Dynamic, // of a node whose type is known only when it runs; never of a value
};

// As CEL writes it: "int", "null_type", "google.protobuf.Timestamp".
[[nodiscard]] const char *nameOf(Type type);
// For messages: "an int", "a string".
[[nodiscard]] const char *phraseFor(Type type);

enum class Fault : std::uint8_t {
    Absent,    // an attribute that the request does not have
    NoSuchKey, // of a map or list
    WrongType, // an operator or function does not take these types
    DivideByZero,
    OutOfRange,   // a number, time or conversion outside its range
    BadText,      // a text that a conversion or pattern cannot read
    DuplicateKey, // of a map literal
    Unknown,      // a name or function that does not exist
    OverBudget,   // the evaluation took more steps than it may
};

class Value;
struct Budget;
using ValueList = std::vector<Value>;
using ValueMap = std::vector<std::pair<Value, Value>>; // keys differ

struct Instant // a point in time since 1970 or a length of time
{
    std::int64_t seconds = 0;
    std::int32_t nanos = 0; // 0..999,999,999, also for negative lengths
    auto operator<=>(const Instant &) const = default;
};

class Value
{
public:
    Value() = default; // REQUIRES: assigned before it is read

    [[nodiscard]] static Value null();
    [[nodiscard]] static Value boolean(bool value);
    [[nodiscard]] static Value integer(std::int64_t value);
    [[nodiscard]] static Value unsignedInteger(std::uint64_t value);
    [[nodiscard]] static Value real(double value);
    [[nodiscard]] static Value string(QByteArrayView text);
    [[nodiscard]] static Value bytes(QByteArrayView bytes);
    [[nodiscard]] static Value list(const ValueList &items);
    [[nodiscard]] static Value list(const std::vector<QByteArray> &texts);
    [[nodiscard]] static Value map(const ValueMap &entries);
    [[nodiscard]] static Value timestamp(Instant instant);
    [[nodiscard]] static Value duration(Instant length);
    [[nodiscard]] static Value typeName(Type type);
    // Numbers keep their kind: 3 is an int, 3.0 a double; one that fits no kind exactly is an error.
    [[nodiscard]] static Value json(const Json &json);
    // `a` and `b`: the types that did not fit.
    [[nodiscard]] static Value error(Fault fault, int node, Type a = Type::Dynamic,
                                     Type b = Type::Dynamic);

    [[nodiscard]] Type type() const { return m_type; }
    [[nodiscard]] bool isError() const { return m_type == Type::Error; }
    [[nodiscard]] bool isTrue() const { return m_type == Type::Bool && m_payload.integer != 0; }
    [[nodiscard]] bool isFalse() const { return m_type == Type::Bool && m_payload.integer == 0; }
    [[nodiscard]] bool isNumber() const { return m_type >= Type::Int && m_type <= Type::Double; }

    // REQUIRES for all below: the type fits.
    [[nodiscard]] std::int64_t toInteger() const { return m_payload.integer; }
    [[nodiscard]] std::uint64_t toUnsigned() const { return m_payload.unsignedInteger; }
    [[nodiscard]] double toReal() const { return m_payload.real; }
    [[nodiscard]] QByteArrayView toView() const { return {m_payload.text, m_extra}; }
    [[nodiscard]] Instant toInstant() const
    {
        return {m_payload.integer, static_cast<std::int32_t>(m_extra)};
    }
    [[nodiscard]] Type toType() const { return static_cast<Type>(m_extra); }

    [[nodiscard]] Fault fault() const { return static_cast<Fault>(m_detail); }
    [[nodiscard]] int faultNode() const { return static_cast<int>(m_payload.integer); }
    [[nodiscard]] std::pair<Type, Type> faultTypes() const
    {
        return {static_cast<Type>(m_extra >> 8U), static_cast<Type>(m_extra & 0xffU)};
    }

    [[nodiscard]] qsizetype size() const;                               // of a list or map
    [[nodiscard]] Value item(qsizetype index) const;                    // of a list
    [[nodiscard]] std::pair<Value, Value> entry(qsizetype index) const; // of a map
    // Of a map; numbers are equal by value. A null member of JSON counts as absent.
    [[nodiscard]] std::optional<Value> find(const Value &key, Budget &budget) const;

private:
    enum Store : std::uint8_t { Values, Texts, JsonTree }; // what a list or map points at

    union Payload
    {
        std::int64_t integer;
        std::uint64_t unsignedInteger;
        double real;
        const char *text;
        const ValueList *values;
        const std::vector<QByteArray> *texts;
        const ValueMap *entries;
        const Json *json;
    };

    Value(Type type, std::uint8_t detail, std::uint32_t extra, Payload payload)
        : m_type(type)
        , m_detail(detail)
        , m_extra(extra)
        , m_payload(payload)
    {
    }

    Type m_type;
    std::uint8_t m_detail; // Store or Fault
    std::uint32_t m_extra; // bytes of a text, nanoseconds, Type, types of a fault
    Payload m_payload;
};

// Where the values live that an evaluation or a compilation makes.
class Arena
{
public:
    [[nodiscard]] QByteArrayView keep(QByteArray text);
    [[nodiscard]] const ValueList &keep(ValueList items);
    [[nodiscard]] const ValueMap &keep(ValueMap entries);

private:
    struct Store
    {
        std::deque<QByteArray> texts;
        std::deque<ValueList> lists;
        std::deque<ValueMap> maps;
    };
    Store &store();
    std::unique_ptr<Store> m_store; // made when first needed: most conditions need none
};

// Steps that an evaluation may still take. Whoever walks over input pays for its size.
struct Budget
{
    std::int64_t left = 200'000;

    bool spend(std::int64_t steps) // false once nothing is left
    {
        left -= steps;
        return left > 0;
    }
};

// As CEL: across types false, numbers by value, deep. Nothing if a part of a composite is an error.
[[nodiscard]] std::optional<bool> equal(const Value &a, const Value &b, Budget &budget);
// Nothing if the types cannot be ordered; unordered with a NaN.
[[nodiscard]] std::optional<std::partial_ordering> order(const Value &a, const Value &b);
[[nodiscard]] bool isKeyType(Type type); // of a map literal

// As a condition would write it: "EU" in quotes, [1, 2], timestamp("…").
[[nodiscard]] QByteArray toText(const Value &value);
// Nothing for what JSON does not have: bytes, times, types, NaN, errors, maps with other keys than text.
[[nodiscard]] std::optional<Json> toJson(const Value &value);

} // namespace provost::policy::condition
