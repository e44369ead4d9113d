// int(), uint(), double(), string(), bytes(), bool(), timestamp() and duration().
#include "server/policy/condition/functions.h"

#include "server/policy/condition/times.h"

#include <array>
#include <charconv>
#include <cmath>

namespace provost::policy::condition {

namespace {

constexpr double twoTo63 = 9223372036854775808.0;
constexpr double twoTo64 = 18446744073709551616.0;

template <class Number>
Value parsed(const CallFrame &frame, Value (*make)(Number))
{
    const QByteArrayView text = frame.argument(0).toView();
    Number value = 0;
    const auto result = std::from_chars(text.begin(), text.end(), value);
    if (result.ec == std::errc::result_out_of_range)
        return frame.fault(Fault::OutOfRange);
    if (result.ec != std::errc() || result.ptr != text.end())
        return frame.fault(Fault::BadText);
    return make(value);
}

// CEL writes 3.0 as "3" and 1e30 with an exponent, as C's %g does with enough digits.
QByteArray textOfReal(double value)
{
    QByteArray text = formatReal(value);
    if (text.endsWith(".0"))
        text.chop(2);
    return text;
}

} // namespace

Value toInt(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    switch (value.type()) {
    case Type::Int: return value;
    case Type::Uint:
        return value.toUnsigned() > static_cast<std::uint64_t>(INT64_MAX)
                   ? frame.fault(Fault::OutOfRange)
                   : Value::integer(static_cast<std::int64_t>(value.toUnsigned()));
    case Type::Double:
        // Both ends are out: they are not exact.
        if (!(value.toReal() > -twoTo63 && value.toReal() < twoTo63))
            return frame.fault(Fault::OutOfRange);
        return Value::integer(static_cast<std::int64_t>(value.toReal()));
    case Type::String: return parsed<std::int64_t>(frame, Value::integer);
    case Type::Timestamp: return Value::integer(value.toInstant().seconds);
    default: return frame.wrongType();
    }
}

Value toUint(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    switch (value.type()) {
    case Type::Uint: return value;
    case Type::Int:
        return value.toInteger() < 0
                   ? frame.fault(Fault::OutOfRange)
                   : Value::unsignedInteger(static_cast<std::uint64_t>(value.toInteger()));
    case Type::Double:
        if (!(value.toReal() >= 0 && value.toReal() < twoTo64))
            return frame.fault(Fault::OutOfRange);
        return Value::unsignedInteger(static_cast<std::uint64_t>(value.toReal()));
    case Type::String: return parsed<std::uint64_t>(frame, Value::unsignedInteger);
    default: return frame.wrongType();
    }
}

Value toDouble(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    switch (value.type()) {
    case Type::Double: return value;
    case Type::Int: return Value::real(static_cast<double>(value.toInteger()));
    case Type::Uint: return Value::real(static_cast<double>(value.toUnsigned()));
    case Type::String: return parsed<double>(frame, Value::real);
    default: return frame.wrongType();
    }
}

Value toStringValue(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    const auto text = [&](QByteArray bytes) {
        return Value::string(frame.arena.keep(std::move(bytes)));
    };
    switch (value.type()) {
    case Type::String: return value;
    case Type::Int: return text(QByteArray::number(static_cast<qint64>(value.toInteger())));
    case Type::Uint: return text(QByteArray::number(static_cast<quint64>(value.toUnsigned())));
    case Type::Double: return text(textOfReal(value.toReal()));
    case Type::Bool: return text(value.isTrue() ? "true" : "false");
    case Type::Bytes:
        return value.toView().isValidUtf8() ? Value::string(value.toView())
                                            : frame.fault(Fault::BadText);
    case Type::Timestamp: return text(formatTimestamp(value.toInstant()));
    case Type::Duration: return text(formatDuration(value.toInstant()));
    default: return frame.wrongType();
    }
}

Value toBytesValue(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    if (value.type() == Type::Bytes)
        return value;
    return value.type() == Type::String ? Value::bytes(value.toView()) : frame.wrongType();
}

Value toBool(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    if (value.type() == Type::Bool)
        return value;
    if (value.type() != Type::String)
        return frame.wrongType();
    for (const char *text : {"1", "t", "true", "TRUE", "True"}) {
        if (value.toView() == text)
            return Value::boolean(true);
    }
    for (const char *text : {"0", "f", "false", "FALSE", "False"}) {
        if (value.toView() == text)
            return Value::boolean(false);
    }
    return frame.fault(Fault::BadText);
}

Value toTimestamp(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    if (value.type() == Type::Timestamp)
        return value;
    if (value.type() == Type::Int) {
        const Instant instant{value.toInteger(), 0};
        return isTimestamp(instant) ? Value::timestamp(instant) : frame.fault(Fault::OutOfRange);
    }
    if (value.type() != Type::String)
        return frame.wrongType();
    const auto instant = parseTimestamp(value.toView());
    return instant ? Value::timestamp(*instant) : frame.fault(Fault::BadText);
}

Value toDuration(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    if (value.type() == Type::Duration)
        return value;
    if (value.type() == Type::Int) {
        const Instant length{value.toInteger(), 0};
        constexpr std::int64_t secondsMax = 315'576'000'000;
        return value.toInteger() >= -secondsMax && value.toInteger() <= secondsMax
                   ? Value::duration(length)
                   : frame.fault(Fault::OutOfRange);
    }
    if (value.type() != Type::String)
        return frame.wrongType();
    const auto length = parseDuration(value.toView());
    return length && isDuration(*length) ? Value::duration(*length) : frame.fault(Fault::BadText);
}

} // namespace provost::policy::condition
