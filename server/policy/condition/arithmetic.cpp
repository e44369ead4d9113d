// The arithmetic operators and `in`. Whole numbers never wrap: what does not fit is an error.
#include "server/policy/condition/functions.h"

#include "server/policy/condition/times.h"

#include <cmath>

namespace provost::policy::condition {

namespace {

enum class Arithmetic { Add, Subtract, Multiply };

template <class Integer>
bool overflows(Arithmetic op, Integer a, Integer b, Integer &result)
{
    switch (op) {
    case Arithmetic::Add: return __builtin_add_overflow(a, b, &result);
    case Arithmetic::Subtract: return __builtin_sub_overflow(a, b, &result);
    case Arithmetic::Multiply: return __builtin_mul_overflow(a, b, &result);
    }
    return true;
}

double compute(Arithmetic op, double a, double b)
{
    switch (op) {
    case Arithmetic::Add: return a + b;
    case Arithmetic::Subtract: return a - b;
    case Arithmetic::Multiply: return a * b;
    }
    return std::nan("");
}

Value numbers(const CallFrame &frame, Arithmetic op)
{
    const Value &a = frame.argument(0);
    const Value &b = frame.argument(1);
    if (a.type() != b.type())
        return frame.wrongType();
    if (a.type() == Type::Double)
        return Value::real(compute(op, a.toReal(), b.toReal()));
    if (a.type() == Type::Int) {
        std::int64_t result = 0;
        return overflows(op, a.toInteger(), b.toInteger(), result) ? frame.fault(Fault::OutOfRange)
                                                                   : Value::integer(result);
    }
    if (a.type() == Type::Uint) {
        std::uint64_t result = 0;
        return overflows(op, a.toUnsigned(), b.toUnsigned(), result)
                   ? frame.fault(Fault::OutOfRange)
                   : Value::unsignedInteger(result);
    }
    return frame.wrongType();
}

Value checkedTimestamp(const CallFrame &frame, Instant instant)
{
    return isTimestamp(instant) ? Value::timestamp(instant) : frame.fault(Fault::OutOfRange);
}

Value checkedDuration(const CallFrame &frame, Instant length)
{
    return isDuration(length) ? Value::duration(length) : frame.fault(Fault::OutOfRange);
}

Value concatenate(const CallFrame &frame)
{
    const Value &a = frame.argument(0);
    const Value &b = frame.argument(1);
    constexpr qsizetype bytesPerStep = 16;
    if (a.type() == Type::List) {
        if (!frame.budget.spend(a.size() + b.size()))
            return frame.fault(Fault::OverBudget);
        ValueList items;
        for (qsizetype i = 0; i < a.size(); ++i)
            items.push_back(a.item(i));
        for (qsizetype i = 0; i < b.size(); ++i)
            items.push_back(b.item(i));
        return Value::list(frame.arena.keep(std::move(items)));
    }
    if (!frame.budget.spend((a.toView().size() + b.toView().size()) / bytesPerStep + 1))
        return frame.fault(Fault::OverBudget);
    const QByteArrayView text = frame.arena.keep(a.toView().toByteArray() + b.toView());
    return a.type() == Type::String ? Value::string(text) : Value::bytes(text);
}

} // namespace

Value add(const CallFrame &frame)
{
    const Value &a = frame.argument(0);
    const Value &b = frame.argument(1);
    const bool joins =
        a.type() == Type::String || a.type() == Type::Bytes || a.type() == Type::List;
    if (joins && a.type() == b.type())
        return concatenate(frame);
    if (a.type() == Type::Duration && b.type() == Type::Duration)
        return checkedDuration(frame, add(a.toInstant(), b.toInstant()));
    if ((a.type() == Type::Timestamp && b.type() == Type::Duration)
        || (a.type() == Type::Duration && b.type() == Type::Timestamp))
        return checkedTimestamp(frame, add(a.toInstant(), b.toInstant()));
    return numbers(frame, Arithmetic::Add);
}

Value subtract(const CallFrame &frame)
{
    const Value &a = frame.argument(0);
    const Value &b = frame.argument(1);
    if (a.type() == Type::Timestamp && b.type() == Type::Duration)
        return checkedTimestamp(frame, subtract(a.toInstant(), b.toInstant()));
    const bool lengths = a.type() == Type::Timestamp || a.type() == Type::Duration;
    if (lengths && a.type() == b.type()) {
        // The difference of two timestamps is bounded by CEL to what 64 bits of nanoseconds hold.
        const Instant length = subtract(a.toInstant(), b.toInstant());
        constexpr std::int64_t nanoSecondsMax = INT64_MAX / 1'000'000'000;
        if (a.type() == Type::Timestamp && std::abs(length.seconds) > nanoSecondsMax)
            return frame.fault(Fault::OutOfRange);
        return checkedDuration(frame, length);
    }
    return numbers(frame, Arithmetic::Subtract);
}

Value multiply(const CallFrame &frame)
{
    return numbers(frame, Arithmetic::Multiply);
}

Value divide(const CallFrame &frame)
{
    const Value &a = frame.argument(0);
    const Value &b = frame.argument(1);
    if (a.type() != b.type())
        return frame.wrongType();
    if (a.type() == Type::Double)
        return Value::real(a.toReal() / b.toReal());
    if (a.type() == Type::Int) {
        if (b.toInteger() == 0)
            return frame.fault(Fault::DivideByZero);
        if (a.toInteger() == INT64_MIN && b.toInteger() == -1)
            return frame.fault(Fault::OutOfRange);
        return Value::integer(a.toInteger() / b.toInteger());
    }
    if (a.type() == Type::Uint)
        return b.toUnsigned() == 0 ? frame.fault(Fault::DivideByZero)
                                   : Value::unsignedInteger(a.toUnsigned() / b.toUnsigned());
    return frame.wrongType();
}

Value modulo(const CallFrame &frame)
{
    const Value &a = frame.argument(0);
    const Value &b = frame.argument(1);
    if (a.type() != b.type())
        return frame.wrongType();
    if (a.type() == Type::Int) {
        if (b.toInteger() == 0)
            return frame.fault(Fault::DivideByZero);
        if (a.toInteger() == INT64_MIN && b.toInteger() == -1)
            return frame.fault(Fault::OutOfRange);
        return Value::integer(a.toInteger() % b.toInteger());
    }
    if (a.type() == Type::Uint)
        return b.toUnsigned() == 0 ? frame.fault(Fault::DivideByZero)
                                   : Value::unsignedInteger(a.toUnsigned() % b.toUnsigned());
    return frame.wrongType();
}

Value negate(const CallFrame &frame)
{
    const Value &a = frame.argument(0);
    if (a.type() == Type::Double)
        return Value::real(-a.toReal());
    if (a.type() != Type::Int)
        return frame.wrongType();
    return a.toInteger() == INT64_MIN ? frame.fault(Fault::OutOfRange)
                                      : Value::integer(-a.toInteger());
}

Value isIn(const CallFrame &frame)
{
    const Value &wanted = frame.argument(0);
    const Value &container = frame.argument(1);
    if (container.type() == Type::Map)
        return Value::boolean(container.find(wanted, frame.budget).has_value());
    if (container.type() != Type::List)
        return frame.wrongType();
    bool failed = false;
    for (qsizetype i = 0; i < container.size(); ++i) {
        if (!frame.budget.spend(1))
            return frame.fault(Fault::OverBudget);
        const auto same = equal(wanted, container.item(i), frame.budget);
        if (same == true)
            return Value::boolean(true);
        failed = failed || !same;
    }
    return failed ? frame.fault(Fault::OutOfRange) : Value::boolean(false);
}

} // namespace provost::policy::condition
