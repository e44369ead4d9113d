// Runs the bytecode.
#include "server/policy/condition/program.h"

#include "server/policy/condition/times.h"

#include <QVarLengthArray>

#include <re2/re2.h>

namespace provost::policy::condition {

namespace {

constexpr int inlineStack = 24;
constexpr qsizetype bytesPerStep = 16;

std::optional<Value> attributeOf(const Json &attributes, const QByteArray &name)
{
    const Json *found = attributes.find(name);
    // Missing never equals missing, and an attribute that is null is missing.
    if (found == nullptr || found->isNull())
        return std::nullopt;
    return Value::json(*found);
}

std::optional<Value> nonEmpty(const QByteArray &text)
{
    return text.isEmpty() ? std::nullopt : std::optional(Value::string(text));
}

// `a` and `b` of a && b, of which `a` is not false (of a || b: not true).
Value merge(const Value &a, const Value &b, bool absorbing, int node)
{
    if (b.type() == Type::Bool && b.isTrue() == absorbing)
        return b;
    if (a.isError())
        return a;
    if (a.type() != Type::Bool)
        return Value::error(Fault::WrongType, node, a.type());
    if (b.isError() || b.type() == Type::Bool)
        return b;
    return Value::error(Fault::WrongType, node, b.type());
}

} // namespace

std::optional<Value> Evaluation::load(Root root, const QByteArray &name) const
{
    const Request &r = m_request;
    switch (root) {
    case Root::User:
        if (name.isEmpty())
            return Value::json(r.user.attributes);
        // What the credential says wins over what is called the same.
        if (name == "id")
            return nonEmpty(r.user.id.value);
        if (name == "roles")
            return Value::list(r.user.roles);
        return attributeOf(r.user.attributes, name);
    case Root::Resource:
        if (name.isEmpty())
            return Value::json(r.resource.attributes);
        if (name == "id")
            return nonEmpty(r.resource.id);
        if (name == "within")
            return Value::list(r.resource.within);
        return attributeOf(r.resource.attributes, name);
    case Root::Tool:
        return name.isEmpty() || name == "id" || name == "name" ? nonEmpty(r.tool) : std::nullopt;
    case Root::Tenant:
        return name.isEmpty() || name == "id" ? nonEmpty(r.tenant.value) : std::nullopt;
    case Root::Args: return name.isEmpty() ? Value::json(r.args) : attributeOf(r.args, name);
    case Root::Request:
        return name.isEmpty() ? Value::json(r.context) : attributeOf(r.context, name);
    case Root::Now: return Value::timestamp(instantOf(r.now));
    case Root::Bare: {
        auto value = load(Root::Resource, name);
        return value ? value : attributeOf(r.args, name);
    }
    }
    return std::nullopt;
}

class Machine
{
public:
    Machine(const Program &program, Evaluation &evaluation)
        : m_program(program)
        , m_evaluation(evaluation)
    {
    }

    Value run(int begin, int end)
    {
        QVarLengthArray<Value, inlineStack> stack(std::max(m_program.m_stackMax, 1));
        Value *top = stack.data() - 1; // the last value
        for (int pc = begin; pc < end;) {
            const Program::Instruction &in = m_program.m_code[Program::index(pc)];
            ++pc;
            switch (in.op) {
            case Program::Op::Constant: *++top = m_program.m_constants[Program::index(in.a)]; break;
            case Program::Op::Path: *++top = path(in.node); break;
            case Program::Op::HasPath: *++top = Value::boolean(load(in.node).has_value()); break;
            case Program::Op::Local: *++top = m_evaluation.locals[Program::index(in.a)]; break;
            case Program::Op::Select: *top = select(*top, in.node); break;
            case Program::Op::HasMember: *top = hasMember(*top, in.node); break;
            case Program::Op::Index:
                --top;
                *top = element(top[0], top[1], in.node);
                break;
            case Program::Op::MakeList:
            case Program::Op::MakeMap:
                top -= in.a - 1;
                *top = in.op == Program::Op::MakeList ? makeList(top, in.a)
                                                      : makeMap(top, in.a, in.node);
                break;
            case Program::Op::Not: *top = negated(*top, in.node); break;
            case Program::Op::Operator:
                top -= in.a - 1;
                *top = operate(top, in.a, in.node);
                break;
            case Program::Op::Call:
                top -= in.a - 1;
                *top = call(top, in.a, in.node);
                break;
            case Program::Op::Matches: *top = matches(*top, in); break;
            case Program::Op::AndFirst:
                if (top->isFalse())
                    pc = in.a;
                break;
            case Program::Op::OrFirst:
                if (top->isTrue())
                    pc = in.a;
                break;
            case Program::Op::And:
                --top;
                *top = merge(top[0], top[1], false, in.node);
                if (top->isFalse())
                    pc = in.a;
                break;
            case Program::Op::Or:
                --top;
                *top = merge(top[0], top[1], true, in.node);
                if (top->isTrue())
                    pc = in.a;
                break;
            case Program::Op::Branch:
                if (top->type() == Type::Bool) {
                    pc = top->isTrue() ? pc : in.a;
                    --top;
                } else {
                    if (!top->isError())
                        *top = Value::error(Fault::WrongType, in.node, top->type());
                    pc = in.b;
                }
                break;
            case Program::Op::Jump: pc = in.a; break;
            case Program::Op::Loop:
                *top = loop(*top, in.node);
                pc = in.a;
                break;
            }
        }
        return *top;
    }

private:
    [[nodiscard]] const Node &node(int index) const { return m_program.m_ast[index]; }
    [[nodiscard]] std::optional<Value> load(int index) const
    {
        return m_evaluation.load(node(index).root, node(index).name);
    }

    Value path(int index)
    {
        const auto value = load(index);
        if (!value)
            return Value::error(Fault::Absent, index);
        return named(*value, index);
    }

    // An error of Value::json() does not know its node.
    static Value named(const Value &value, int index)
    {
        return value.isError() && value.faultNode() < 0 ? Value::error(value.fault(), index)
                                                        : value;
    }

    Value select(const Value &target, int index)
    {
        if (target.isError())
            return target;
        if (target.type() != Type::Map)
            return Value::error(Fault::WrongType, index, target.type());
        const auto member = target.find(Value::string(node(index).name), m_evaluation.budget);
        return member ? named(*member, index) : Value::error(Fault::Absent, index);
    }

    Value hasMember(const Value &target, int index)
    {
        if (target.isError())
            return target;
        if (target.type() != Type::Map)
            return Value::error(Fault::WrongType, index, target.type());
        const auto member = target.find(Value::string(node(index).name), m_evaluation.budget);
        return Value::boolean(member.has_value());
    }

    Value element(const Value &target, const Value &key, int index)
    {
        if (target.isError())
            return target;
        if (key.isError())
            return key;
        if (target.type() == Type::Map) {
            const auto value = target.find(key, m_evaluation.budget);
            return value ? named(*value, index) : Value::error(Fault::NoSuchKey, index);
        }
        if (target.type() != Type::List || !key.isNumber())
            return Value::error(Fault::WrongType, index, target.type(), key.type());
        if (!(*order(key, Value::integer(0)) >= 0)
            || !(*order(key, Value::integer(target.size())) < 0))
            return Value::error(Fault::NoSuchKey, index);
        const auto at = key.type() == Type::Double ? static_cast<qsizetype>(key.toReal())
                                                   : static_cast<qsizetype>(key.toInteger());
        if (*order(key, Value::integer(at)) != 0)
            return Value::error(Fault::NoSuchKey, index); // 0.5
        return named(target.item(at), index);
    }

    Value makeList(const Value *first, int count)
    {
        ValueList items(first, first + count);
        for (const Value &item : items) {
            if (item.isError())
                return item;
        }
        return Value::list(m_evaluation.arena.keep(std::move(items)));
    }

    Value makeMap(const Value *first, int count, int index)
    {
        ValueMap entries;
        for (int i = 0; i + 1 < count; i += 2) {
            const Value &key = first[i];
            const Value &value = first[i + 1];
            if (key.isError())
                return key;
            if (value.isError())
                return value;
            if (!isKeyType(key.type()))
                return Value::error(Fault::WrongType, index, key.type());
            for (const auto &[other, unused] : entries) {
                if (equal(other, key, m_evaluation.budget) == true)
                    return Value::error(Fault::DuplicateKey, index);
            }
            entries.emplace_back(key, value);
        }
        return Value::map(m_evaluation.arena.keep(std::move(entries)));
    }

    static Value negated(const Value &value, int index)
    {
        if (value.isError())
            return value;
        return value.type() == Type::Bool ? Value::boolean(value.isFalse())
                                          : Value::error(Fault::WrongType, index, value.type());
    }

    Value operate(const Value *operands, int count, int index)
    {
        for (int i = 0; i < count; ++i) {
            if (operands[i].isError())
                return operands[i];
        }
        const CallFrame frame{m_evaluation.arena, m_evaluation.budget, index,
                              std::span(operands, static_cast<std::size_t>(count))};
        switch (node(index).op) {
        case Operator::Equal:
        case Operator::NotEqual: {
            const auto same = equal(operands[0], operands[1], m_evaluation.budget);
            if (!same)
                return frame.fault(Fault::OutOfRange);
            return Value::boolean(*same == (node(index).op == Operator::Equal));
        }
        case Operator::Less:
        case Operator::LessOrEqual:
        case Operator::Greater:
        case Operator::GreaterOrEqual: return compare(frame, node(index).op);
        case Operator::In: return isIn(frame);
        case Operator::Add: return add(frame);
        case Operator::Subtract: return subtract(frame);
        case Operator::Multiply: return multiply(frame);
        case Operator::Divide: return divide(frame);
        case Operator::Modulo: return modulo(frame);
        case Operator::Negate: return negate(frame);
        case Operator::Not: break;
        }
        return frame.fault(Fault::Unknown);
    }

    static Value compare(const CallFrame &frame, Operator op)
    {
        const auto ordering = order(frame.argument(0), frame.argument(1));
        if (!ordering)
            return frame.wrongType();
        switch (op) {
        case Operator::Less: return Value::boolean(*ordering < 0);
        case Operator::LessOrEqual: return Value::boolean(*ordering <= 0);
        case Operator::Greater: return Value::boolean(*ordering > 0);
        default: return Value::boolean(*ordering >= 0);
        }
    }

    Value call(const Value *arguments, int count, int index)
    {
        const Function *function = m_program.m_parts[Program::index(index)].function;
        if (function == nullptr)
            return Value::error(Fault::Unknown, index);
        for (int i = 0; i < count; ++i) {
            if (arguments[i].isError())
                return arguments[i];
        }
        return function->evaluate({m_evaluation.arena, m_evaluation.budget, index,
                                   std::span(arguments, static_cast<std::size_t>(count))});
    }

    Value matches(const Value &value, const Program::Instruction &in)
    {
        if (value.isError())
            return value;
        if (value.type() != Type::String)
            return Value::error(Fault::WrongType, in.node, value.type());
        const QByteArrayView text = value.toView();
        m_evaluation.budget.spend(1 + text.size() / bytesPerStep);
        return Value::boolean(
            RE2::PartialMatch({text.data(), static_cast<std::size_t>(text.size())},
                              *m_program.m_patterns[Program::index(in.a)]));
    }

    Value loop(const Value &range, int index);

    const Program &m_program;
    Evaluation &m_evaluation;
};

Value Machine::loop(const Value &range, int index)
{
    if (range.isError())
        return range;
    if (range.type() != Type::List && range.type() != Type::Map)
        return Value::error(Fault::WrongType, index, range.type());
    const Node &loop = node(index);
    const auto bodyOf = [&](std::size_t child) {
        const Program::Part &part = m_program.m_parts[Program::index(loop.children[child])];
        return run(part.begin, part.end);
    };
    const auto codeSize = static_cast<std::int64_t>(m_program.m_code.size());
    const bool exists = loop.loop == LoopKind::Exists;
    Value result = Value::boolean(loop.loop == LoopKind::All);
    ValueList kept;
    int found = 0;
    for (qsizetype i = 0; i < range.size(); ++i) {
        if (!m_evaluation.budget.spend(codeSize))
            return Value::error(Fault::OverBudget, index);
        Value &item = m_evaluation.locals[Program::index(loop.slot)];
        item = range.type() == Type::List ? named(range.item(i), index) : range.entry(i).first;
        const Value current = item;
        Value body = bodyOf(1);
        if (loop.loop == LoopKind::All || exists) {
            result = merge(result, body, exists, index);
            if (result.type() == Type::Bool && result.isTrue() == exists)
                return result;
            continue;
        }
        const bool isTest = loop.loop != LoopKind::Map || loop.children.size() == 3;
        if (body.isError())
            return body;
        if (isTest && body.type() != Type::Bool)
            return Value::error(Fault::WrongType, index, body.type());
        if (isTest && !body.isTrue())
            continue;
        ++found;
        if (loop.loop == LoopKind::Filter) {
            kept.push_back(current);
        } else if (loop.loop == LoopKind::Map) {
            m_evaluation.locals[Program::index(loop.slot)] = current;
            kept.push_back(isTest ? bodyOf(2) : body);
            if (kept.back().isError())
                return kept.back();
        }
    }
    if (loop.loop == LoopKind::Filter || loop.loop == LoopKind::Map)
        return Value::list(m_evaluation.arena.keep(std::move(kept)));
    return loop.loop == LoopKind::ExistsOne ? Value::boolean(found == 1) : result;
}

Value Program::run(Evaluation &evaluation, int node) const
{
    const Part &part = m_parts[index(node)];
    const Value value = Machine(*this, evaluation).run(part.begin, part.end);
    // Whatever a part of it made of that: an evaluation that ran out of steps has no result.
    return evaluation.budget.left > 0 ? value : Value::error(Fault::OverBudget, node);
}

Value Program::test(Evaluation &evaluation) const
{
    const Value value = run(evaluation, m_ast.root);
    if (value.isError() || value.type() == Type::Bool)
        return value;
    return Value::error(Fault::WrongType, m_ast.root, value.type());
}

QByteArray Program::describe(const Value &error) const
{
    if (error.faultNode() < 0)
        return "a value is out of range";
    const Node &node = m_ast[error.faultNode()];
    QByteArray text = toText(m_ast, error.faultNode());
    const auto [a, b] = error.faultTypes();
    const QByteArray phraseA = phraseFor(a);
    switch (error.fault()) {
    case Fault::Absent:
        return node.kind == NodeKind::Path && node.root == Root::Bare
                   ? QByteArray(text + " is absent, and so is args." + node.name)
                   : QByteArray(text + " is absent");
    case Fault::NoSuchKey: return text + " does not exist";
    case Fault::WrongType:
        if (node.kind == NodeKind::Binary)
            return text + ": `" + nameOf(node.op) + "` does not take " + phraseA + " and "
                   + phraseFor(b);
        if (node.kind == NodeKind::Call || node.kind == NodeKind::Unary)
            return text + " does not take " + phraseA;
        if (node.kind == NodeKind::Select || node.kind == NodeKind::Index
            || node.kind == NodeKind::Loop)
            return text + ": " + phraseA + " is not what it needs";
        return text + ": " + phraseA + " is neither true nor false";
    case Fault::DivideByZero: return text + " divides by zero";
    case Fault::OutOfRange: return text + " is out of range";
    case Fault::BadText: return text + " cannot be read";
    case Fault::DuplicateKey: return text + " has the same key twice";
    case Fault::Unknown: return "the function `" + node.name + "` does not exist";
    case Fault::OverBudget: return "it takes too many steps";
    }
    return text;
}

} // namespace provost::policy::condition
