// The functions of the condition language. One table serves the evaluator, the checker and the reference page: a new
// function is one line in functions.cpp.
// Every function is pure, total and bounded; what it cannot do is an error value.
// Thread: pure functions.
#pragma once

#include "server/policy/condition/value.h"

#include <span>
#include <vector>

namespace provost::policy::condition {

// What one call may use. REQUIRES: no argument is an error.
struct CallFrame
{
    Arena &arena;
    Budget &budget;
    int node = -1;
    std::span<const Value> arguments;

    [[nodiscard]] const Value &argument(std::size_t index) const { return arguments[index]; }
    [[nodiscard]] Value fault(Fault fault) const { return Value::error(fault, node); }
    [[nodiscard]] Value wrongType() const
    {
        return Value::error(Fault::WrongType, node, arguments[0].type(),
                            arguments.size() > 1 ? arguments[1].type() : Type::Dynamic);
    }
};

struct Signature
{
    Type result = Type::Dynamic;
    std::vector<Type> parameters; // of a method the target first
};

struct Function
{
    enum class Form { Global, Method, Both };

    const char *name = "";
    Form form = Form::Global;
    std::vector<Signature> signatures;
    Value (*evaluate)(const CallFrame &frame) = nullptr;
    const char *doc = "";
};

[[nodiscard]] const std::vector<Function> &functions();
// Null if there is none of that name, form and number of arguments.
[[nodiscard]] const Function *findFunction(QByteArrayView name, bool method, std::size_t arguments);

// The operators. Errors among the operands come out again.
[[nodiscard]] Value add(const CallFrame &frame);
[[nodiscard]] Value subtract(const CallFrame &frame);
[[nodiscard]] Value multiply(const CallFrame &frame);
[[nodiscard]] Value divide(const CallFrame &frame);
[[nodiscard]] Value modulo(const CallFrame &frame);
[[nodiscard]] Value negate(const CallFrame &frame);
[[nodiscard]] Value isIn(const CallFrame &frame);

// The conversions: conversions.cpp.
[[nodiscard]] Value toInt(const CallFrame &frame);
[[nodiscard]] Value toUint(const CallFrame &frame);
[[nodiscard]] Value toDouble(const CallFrame &frame);
[[nodiscard]] Value toStringValue(const CallFrame &frame);
[[nodiscard]] Value toBytesValue(const CallFrame &frame);
[[nodiscard]] Value toBool(const CallFrame &frame);
[[nodiscard]] Value toTimestamp(const CallFrame &frame);
[[nodiscard]] Value toDuration(const CallFrame &frame);

} // namespace provost::policy::condition
