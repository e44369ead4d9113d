// Row filters: as text, and applied to rows in memory.
#include "server/policy/condition/value.h"
#include "server/policy/decision.h"
#include "server/policy/rowfilters.h"

#include <algorithm>

namespace provost::policy {

namespace {

using condition::Budget;
using condition::Type;
using condition::Value;
using Operator = RowFilter::Operator;

enum class Truth { False, True, Unknown };

Truth truthOf(bool value)
{
    return value ? Truth::True : Truth::False;
}

Truth textTest(const RowFilter &leaf, const Value &row, const Value &wanted)
{
    if (row.type() != Type::String || wanted.type() != Type::String)
        return Truth::Unknown;
    const QByteArrayView text = row.toView();
    switch (leaf.op) {
    case Operator::StartsWith: return truthOf(text.startsWith(wanted.toView()));
    case Operator::EndsWith: return truthOf(text.endsWith(wanted.toView()));
    default: return truthOf(text.contains(wanted.toView()));
    }
}

Truth compare(const RowFilter &leaf, const Value &row, const Value &wanted)
{
    const auto ordering = order(row, wanted);
    if (!ordering)
        return Truth::Unknown;
    switch (leaf.op) {
    case Operator::Less: return truthOf(std::is_lt(*ordering));
    case Operator::LessOrEqual: return truthOf(std::is_lteq(*ordering));
    case Operator::Greater: return truthOf(std::is_gt(*ordering));
    default: return truthOf(std::is_gteq(*ordering));
    }
}

Truth testLeaf(const RowFilter &leaf, const Json &row)
{
    const Json *found = row.find(leaf.attribute);
    const bool present =
        found != nullptr && !found->isNull(); // SQL's NULL and JSON's null are absent
    if (leaf.op == Operator::Has)
        return truthOf(present);
    if (!present)
        return Truth::Unknown;
    // A filter is as long as its policy; rows are not decided on beyond that, so no budget is needed.
    Budget budget{INT64_MAX};
    const Value value = Value::json(*found);
    if (leaf.op == Operator::In) {
        bool failed = false;
        for (const Json &item : leaf.value.items()) {
            const auto same = equal(value, Value::json(item), budget);
            if (same == true)
                return Truth::True;
            failed = failed || !same;
        }
        return failed ? Truth::Unknown : Truth::False;
    }
    const Value wanted = Value::json(leaf.value);
    switch (leaf.op) {
    case Operator::Equal:
    case Operator::NotEqual: {
        const auto same = equal(value, wanted, budget);
        return same ? truthOf(*same == (leaf.op == Operator::Equal)) : Truth::Unknown;
    }
    case Operator::Less:
    case Operator::LessOrEqual:
    case Operator::Greater:
    case Operator::GreaterOrEqual: return compare(leaf, value, wanted);
    case Operator::StartsWith:
    case Operator::EndsWith:
    case Operator::Contains: return textTest(leaf, value, wanted);
    default: return Truth::Unknown;
    }
}

Truth test(const RowFilter &filter, const Json &row)
{
    switch (filter.op) {
    case Operator::True: return Truth::True;
    case Operator::False: return Truth::False;
    case Operator::Not: {
        const Truth operand =
            filter.operands.size() == 1 ? test(filter.operands[0], row) : Truth::Unknown;
        return operand == Truth::Unknown ? operand : truthOf(operand == Truth::False);
    }
    case Operator::And:
    case Operator::Or: {
        const Truth absorbing = truthOf(filter.op == Operator::Or);
        Truth result = truthOf(filter.op == Operator::And);
        for (const RowFilter &operand : filter.operands) {
            const Truth one = test(operand, row);
            if (one == absorbing)
                return absorbing;
            if (one == Truth::Unknown)
                result = Truth::Unknown;
        }
        return result;
    }
    default: return testLeaf(filter, row);
    }
}

QByteArray valueText(const Json &value)
{
    if (!value.isArray())
        return value.toBytes();
    QByteArray text = "[";
    for (const Json &item : value.items())
        text += (text.size() > 1 ? ", " : "") + item.toBytes();
    return text + ']';
}

QByteArray joined(const RowFilter &filter, const char *separator)
{
    QByteArray text;
    for (const RowFilter &operand : filter.operands) {
        const bool nested = operand.op == Operator::And || operand.op == Operator::Or;
        text += text.isEmpty() ? "" : separator;
        text += nested ? QByteArray('(' + toText(operand) + ')') : toText(operand);
    }
    return text;
}

RowFilter combine(Operator op, std::vector<RowFilter> operands)
{
    const Operator neutral = op == Operator::And ? Operator::True : Operator::False;
    const Operator absorbing = op == Operator::And ? Operator::False : Operator::True;
    std::vector<RowFilter> kept;
    for (RowFilter &operand : operands) {
        if (operand.op == absorbing)
            return {.op = absorbing};
        if (operand.op == op) // flat
            std::move(operand.operands.begin(), operand.operands.end(), std::back_inserter(kept));
        else if (operand.op != neutral
                 && std::find(kept.begin(), kept.end(), operand) == kept.end())
            kept.push_back(std::move(operand));
    }
    if (kept.empty())
        return {.op = neutral};
    if (kept.size() == 1)
        return std::move(kept.front());
    return {.op = op, .operands = std::move(kept)};
}

} // namespace

RowFilter allOf(std::vector<RowFilter> operands)
{
    return combine(Operator::And, std::move(operands));
}

RowFilter anyOf(std::vector<RowFilter> operands)
{
    return combine(Operator::Or, std::move(operands));
}

bool admits(const RowFilter &filter, const Json &row)
{
    return test(filter, row) == Truth::True;
}

QByteArray toText(const RowFilter &filter)
{
    const auto infix = [&](const char *op) {
        return QByteArray(filter.attribute + ' ' + op + ' ' + valueText(filter.value));
    };
    const auto method = [&](const char *name) {
        return QByteArray(filter.attribute + '.' + name + '(' + valueText(filter.value) + ')');
    };
    switch (filter.op) {
    case Operator::True: return "true";
    case Operator::False: return "false";
    case Operator::And: return joined(filter, " && ");
    case Operator::Or: return joined(filter, " || ");
    case Operator::Not: return "!(" + joined(filter, "") + ')';
    case Operator::Equal: return infix("==");
    case Operator::NotEqual: return infix("!=");
    case Operator::Less: return infix("<");
    case Operator::LessOrEqual: return infix("<=");
    case Operator::Greater: return infix(">");
    case Operator::GreaterOrEqual: return infix(">=");
    case Operator::In: return infix("in");
    case Operator::Has: return "has(" + filter.attribute + ')';
    case Operator::StartsWith: return method("startsWith");
    case Operator::EndsWith: return method("endsWith");
    case Operator::Contains: return method("contains");
    }
    return "false";
}

} // namespace provost::policy
