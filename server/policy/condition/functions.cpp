#include "server/policy/condition/functions.h"

#include "server/policy/condition/times.h"

#include <re2/re2.h>

#include <algorithm>

namespace provost::policy::condition {

namespace {

constexpr qsizetype bytesPerStep = 16;

// How often a text of this size may be looked through is paid for before it is.
bool pay(const CallFrame &frame)
{
    return frame.budget.spend(1 + frame.argument(0).toView().size() / bytesPerStep);
}

bool areStrings(const CallFrame &frame)
{
    return frame.argument(0).type() == Type::String && frame.argument(1).type() == Type::String;
}

Value size(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    switch (value.type()) {
    case Type::String: {
        if (!pay(frame))
            return frame.fault(Fault::OverBudget);
        const QByteArrayView text = value.toView();
        return Value::integer(std::count_if(text.begin(), text.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; // characters, not bytes
        }));
    }
    case Type::Bytes: return Value::integer(value.toView().size());
    case Type::List:
    case Type::Map: return Value::integer(value.size());
    default: return frame.wrongType();
    }
}

Value startsWith(const CallFrame &frame)
{
    if (!areStrings(frame))
        return frame.wrongType();
    return Value::boolean(frame.argument(0).toView().startsWith(frame.argument(1).toView()));
}

Value endsWith(const CallFrame &frame)
{
    if (!areStrings(frame))
        return frame.wrongType();
    return Value::boolean(frame.argument(0).toView().endsWith(frame.argument(1).toView()));
}

Value contains(const CallFrame &frame)
{
    if (!areStrings(frame))
        return frame.wrongType();
    if (!pay(frame))
        return frame.fault(Fault::OverBudget);
    return Value::boolean(frame.argument(0).toView().contains(frame.argument(1).toView()));
}

// A pattern that is written in the condition is compiled when the condition is; this is for the others.
Value matches(const CallFrame &frame)
{
    if (!areStrings(frame))
        return frame.wrongType();
    constexpr qsizetype patternBytesMax = 1024;
    constexpr std::int64_t compileSteps = 2'000;
    const QByteArrayView pattern = frame.argument(1).toView();
    if (pattern.size() > patternBytesMax)
        return frame.fault(Fault::OutOfRange);
    if (!pay(frame) || !frame.budget.spend(compileSteps))
        return frame.fault(Fault::OverBudget);
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(1 << 20);
    const RE2 expression({pattern.data(), static_cast<std::size_t>(pattern.size())}, options);
    if (!expression.ok())
        return frame.fault(Fault::BadText);
    const QByteArrayView text = frame.argument(0).toView();
    return Value::boolean(
        RE2::PartialMatch({text.data(), static_cast<std::size_t>(text.size())}, expression));
}

Value typeOf(const CallFrame &frame)
{
    return Value::typeName(frame.argument(0).type());
}

Value same(const CallFrame &frame)
{
    return frame.argument(0);
}

template <int CalendarTime::*Field, int Shift = 0>
Value calendarField(const CallFrame &frame)
{
    std::chrono::seconds offset{0};
    if (frame.argument(0).type() != Type::Timestamp)
        return frame.wrongType();
    if (frame.arguments.size() > 1) {
        if (frame.argument(1).type() != Type::String)
            return frame.wrongType();
        const auto parsed = parseOffset(frame.argument(1).toView());
        if (!parsed)
            return frame.fault(Fault::BadText);
        offset = *parsed;
    }
    const CalendarTime time = calendarTime(frame.argument(0).toInstant(), offset);
    return Value::integer(time.*Field + Shift);
}

// A timestamp's field, or a length in whole units.
template <int CalendarTime::*Field, int UnitSeconds>
Value timeField(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    if (value.type() != Type::Duration || frame.arguments.size() > 1)
        return calendarField<Field>(frame);
    const Instant length = value.toInstant();
    // Toward zero, also for negative lengths with a fraction.
    const std::int64_t whole = length.seconds + (length.seconds < 0 && length.nanos > 0 ? 1 : 0);
    return Value::integer(whole / UnitSeconds);
}

Value milliseconds(const CallFrame &frame)
{
    const Value &value = frame.argument(0);
    if (value.type() != Type::Duration || frame.arguments.size() > 1)
        return calendarField<&CalendarTime::milliseconds>(frame);
    return Value::integer(value.toInstant().nanos / 1'000'000);
}

std::vector<Function> makeFunctions()
{
    using enum Function::Form;
    constexpr auto any = Type::Dynamic;
    constexpr auto text = Type::String;
    constexpr auto time = Type::Timestamp;
    constexpr auto length = Type::Duration;
    const std::vector<Signature> timeOnly{{Type::Int, {time}}, {Type::Int, {time, text}}};
    const std::vector<Signature> timeOrLength{
        {Type::Int, {time}}, {Type::Int, {time, text}}, {Type::Int, {length}}};
    return {
        {"size",
         Both,
         {{Type::Int, {text}},
          {Type::Int, {Type::Bytes}},
          {Type::Int, {Type::List}},
          {Type::Int, {Type::Map}}},
         size,
         "Characters of a text, bytes, items of a list or entries of a map."},
        {"startsWith",
         Method,
         {{Type::Bool, {text, text}}},
         startsWith,
         "Whether the text begins so."},
        {"endsWith", Method, {{Type::Bool, {text, text}}}, endsWith, "Whether the text ends so."},
        {"contains",
         Method,
         {{Type::Bool, {text, text}}},
         contains,
         "Whether the text holds the other."},
        {"matches",
         Both,
         {{Type::Bool, {text, text}}},
         matches,
         "Whether a part of the text matches the regular expression (RE2)."},
        {"int",
         Global,
         {{Type::Int, {Type::Int}},
          {Type::Int, {Type::Uint}},
          {Type::Int, {Type::Double}},
          {Type::Int, {text}},
          {Type::Int, {time}}},
         toInt,
         "A whole number; of a timestamp the seconds since 1970."},
        {"uint",
         Global,
         {{Type::Uint, {Type::Uint}},
          {Type::Uint, {Type::Int}},
          {Type::Uint, {Type::Double}},
          {Type::Uint, {text}}},
         toUint,
         "A whole number without sign."},
        {"double",
         Global,
         {{Type::Double, {Type::Double}},
          {Type::Double, {Type::Int}},
          {Type::Double, {Type::Uint}},
          {Type::Double, {text}}},
         toDouble,
         "A number with a fraction."},
        {"string",
         Global,
         {{text, {text}},
          {text, {Type::Int}},
          {text, {Type::Uint}},
          {text, {Type::Double}},
          {text, {Type::Bool}},
          {text, {Type::Bytes}},
          {text, {time}},
          {text, {length}}},
         toStringValue,
         "The value as text."},
        {"bytes",
         Global,
         {{Type::Bytes, {Type::Bytes}}, {Type::Bytes, {text}}},
         toBytesValue,
         "The UTF-8 bytes of a text."},
        {"bool",
         Global,
         {{Type::Bool, {Type::Bool}}, {Type::Bool, {text}}},
         toBool,
         "Of the texts 1, t, true, 0, f, false."},
        {"timestamp",
         Global,
         {{time, {time}}, {time, {text}}, {time, {Type::Int}}},
         toTimestamp,
         "A point in time from RFC 3339 text or seconds since 1970."},
        {"duration",
         Global,
         {{length, {length}}, {length, {text}}, {length, {Type::Int}}},
         toDuration,
         "A length of time from text such as 1h30m or seconds."},
        {"dyn",
         Global,
         {{any, {any}}},
         same,
         "The value itself, of a type that the checker does not know."},
        {"type", Global, {{Type::Type, {any}}}, typeOf, "The type of the value."},
        {"getFullYear", Method, timeOnly, calendarField<&CalendarTime::year>, "The year."},
        {"getMonth", Method, timeOnly, calendarField<&CalendarTime::month>, "The month, 0 to 11."},
        {"getDate", Method, timeOnly, calendarField<&CalendarTime::day>,
         "The day of the month, 1 to 31."},
        {"getDayOfMonth", Method, timeOnly, calendarField<&CalendarTime::day, -1>,
         "The day of the month, 0 to 30."},
        {"getDayOfWeek", Method, timeOnly, calendarField<&CalendarTime::dayOfWeek>,
         "0 (Sunday) to 6."},
        {"getDayOfYear", Method, timeOnly, calendarField<&CalendarTime::dayOfYear>, "0 to 365."},
        {"getHours", Method, timeOrLength, timeField<&CalendarTime::hours, 3600>, "Hours."},
        {"getMinutes", Method, timeOrLength, timeField<&CalendarTime::minutes, 60>, "Minutes."},
        {"getSeconds", Method, timeOrLength, timeField<&CalendarTime::seconds, 1>, "Seconds."},
        {"getMilliseconds", Method, timeOrLength, milliseconds, "Milliseconds within the second."},
    };
}

} // namespace

const std::vector<Function> &functions()
{
    static const std::vector<Function> all = makeFunctions();
    return all;
}

const Function *findFunction(QByteArrayView name, bool method, std::size_t arguments)
{
    for (const Function &function : functions()) {
        const bool form = function.form == Function::Form::Both
                          || (function.form == Function::Form::Method) == method;
        const bool count = std::any_of(
            function.signatures.begin(), function.signatures.end(),
            [&](const Signature &signature) { return signature.parameters.size() == arguments; });
        if (name == function.name && form && count)
            return &function;
    }
    return nullptr;
}

} // namespace provost::policy::condition
