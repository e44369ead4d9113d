// Syntax tree -> bytecode, with constants folded and patterns compiled.
#include "server/policy/condition/program.h"

#include <re2/re2.h>

#include <algorithm>

namespace provost::policy::condition {

namespace {

constexpr std::int64_t assumedItems = 100; // of a list that comes with the request

} // namespace

// Emits the code of each node as one range that leaves its value on the stack.
class Compiler
{
public:
    explicit Compiler(Program &program)
        : m_program(program)
        , m_ast(program.m_ast)
        , m_evaluation(m_request)
    {
    }

    std::optional<SyntaxError> run()
    {
        m_program.m_parts.resize(m_ast.nodes.size());
        // Folded values are made in the program's arena, where they stay.
        m_evaluation.arena = std::move(m_program.m_arena);
        m_program.m_cost = emit(m_ast.root);
        m_program.m_arena = std::move(m_evaluation.arena);
        if (!m_error && m_program.m_cost > Program::costMax)
            return SyntaxError{"this condition may take too long: its loops multiply", 0};
        return m_error;
    }

private:
    using Op = Program::Op;

    Program::Part &part(int node) { return m_program.m_parts[Program::index(node)]; }
    [[nodiscard]] int here() const { return static_cast<int>(m_program.m_code.size()); }
    Program::Instruction &at(int instruction)
    {
        return m_program.m_code[Program::index(instruction)];
    }
    int add(Op op, int node, int a = 0)
    {
        m_program.m_code.push_back({op, node, a, 0});
        return here() - 1;
    }
    // The stack's height behind an instruction, so that an evaluation takes its space once.
    void push(int count)
    {
        m_stack += count;
        m_program.m_stackMax = std::max(m_program.m_stackMax, m_stack);
    }
    void fail(QByteArray message, int offset)
    {
        if (!m_error)
            m_error = SyntaxError{std::move(message), offset};
    }

    // Returns the cost in steps.
    std::int64_t emit(int index)
    {
        const Node &node = m_ast[index];
        const int begin = here();
        const std::int64_t cost = 1 + emitBody(index, node);
        Program::Part &own = part(index);
        own.begin = begin;
        own.end = here();
        own.constant = isConstant(node);
        if (own.constant && node.kind != NodeKind::Literal)
            fold(index);
        return cost;
    }

    bool isConstant(const Node &node)
    {
        if (node.kind == NodeKind::Path || node.kind == NodeKind::Local)
            return false;
        // The body of a loop names its variable; a loop over constants is left as it is.
        return node.kind != NodeKind::Loop
               && std::all_of(node.children.begin(), node.children.end(),
                              [&](int child) { return part(child).constant; });
    }

    void fold(int index)
    {
        const Value value = m_program.run(m_evaluation, index);
        m_evaluation.budget = {};
        if (value.isError())
            return; // stays code, so that the error names its node
        Program::Part &own = part(index);
        m_program.m_code.resize(Program::index(own.begin));
        addConstant(index, value);
        own.end = here();
    }

    void addConstant(int index, const Value &value)
    {
        m_program.m_constants.push_back(value);
        add(Op::Constant, index, static_cast<int>(m_program.m_constants.size()) - 1);
    }

    std::int64_t emitChildren(const Node &node)
    {
        std::int64_t cost = 0;
        for (const int child : node.children)
            cost += emit(child);
        return cost;
    }

    std::int64_t emitBody(int index, const Node &node)
    {
        const int children = static_cast<int>(node.children.size());
        std::int64_t cost = 0;
        switch (node.kind) {
        case NodeKind::Literal:
            addConstant(index, node.value);
            push(1);
            return 0;
        case NodeKind::Path:
            add(Op::Path, index);
            push(1);
            return 0;
        case NodeKind::Local:
            add(Op::Local, index, node.slot);
            push(1);
            return 0;
        case NodeKind::Select:
            cost = emitChildren(node);
            add(Op::Select, index);
            return cost;
        case NodeKind::Has: return emitHas(node);
        case NodeKind::Index:
            cost = emitChildren(node);
            add(Op::Index, index);
            push(-1);
            return cost;
        case NodeKind::List:
        case NodeKind::Map:
            cost = emitChildren(node);
            add(node.kind == NodeKind::List ? Op::MakeList : Op::MakeMap, index, children);
            push(1 - children);
            return cost;
        case NodeKind::Unary:
            cost = emitChildren(node);
            add(node.op == Operator::Not ? Op::Not : Op::Operator, index, 1);
            return cost;
        case NodeKind::Binary:
            cost = emitChildren(node);
            add(Op::Operator, index, 2);
            push(-1);
            return cost;
        case NodeKind::Call: return emitCall(index, node);
        case NodeKind::And: return emitChain(index, node, Op::AndFirst, Op::And);
        case NodeKind::Or: return emitChain(index, node, Op::OrFirst, Op::Or);
        case NodeKind::Conditional: return emitConditional(index, node);
        case NodeKind::Loop: return emitLoop(index, node);
        }
        return 0;
    }

    std::int64_t emitHas(const Node &node)
    {
        const int argument = node.children[0];
        const Node &child = m_ast[argument];
        if (child.kind == NodeKind::Path) {
            add(Op::HasPath, argument);
            push(1);
            return 0;
        }
        const std::int64_t cost = emit(child.children[0]);
        part(argument) = part(child.children[0]);
        add(Op::HasMember, argument);
        return cost;
    }

    std::int64_t emitCall(int index, const Node &node)
    {
        const auto arguments = node.children.size();
        part(index).function = findFunction(node.name, node.method, arguments);
        const bool isPattern = node.name == "matches" && arguments == 2
                               && m_ast.child(node, 1).kind == NodeKind::Literal
                               && m_ast.child(node, 1).value.type() == Type::String;
        if (isPattern && part(index).function != nullptr) {
            const std::int64_t cost = emit(node.children[0]);
            part(node.children[1]).constant = true;
            add(Op::Matches, index, compilePattern(m_ast.child(node, 1)));
            return cost;
        }
        const std::int64_t cost = emitChildren(node);
        add(Op::Call, index, static_cast<int>(arguments));
        push(1 - static_cast<int>(arguments));
        return cost;
    }

    int compilePattern(const Node &literal)
    {
        const QByteArrayView pattern = literal.value.toView();
        RE2::Options options(RE2::Quiet);
        options.set_max_mem(1 << 20);
        auto expression = std::make_unique<RE2>(
            re2::StringPiece(pattern.data(), static_cast<std::size_t>(pattern.size())), options);
        if (!expression->ok())
            fail("not a regular expression: " + QByteArray::fromStdString(expression->error()),
                 literal.begin);
        m_program.m_patterns.push_back(std::move(expression));
        return static_cast<int>(m_program.m_patterns.size()) - 1;
    }

    std::int64_t emitChain(int index, const Node &node, Op first, Op next)
    {
        std::int64_t cost = 0;
        std::vector<int> jumps;
        for (const int child : node.children) {
            cost += emit(child);
            const bool isFirst = child == node.children.front();
            jumps.push_back(add(isFirst ? first : next, index));
            if (!isFirst)
                push(-1);
        }
        for (const int jump : jumps)
            at(jump).a = here();
        return cost;
    }

    std::int64_t emitConditional(int index, const Node &node)
    {
        std::int64_t cost = emit(node.children[0]);
        const int branch = add(Op::Branch, index);
        push(-1);
        cost += emit(node.children[1]);
        const int jump = add(Op::Jump, index);
        push(-1);
        at(branch).a = here();
        cost += emit(node.children[2]);
        at(branch).b = here();
        at(jump).a = here();
        return cost;
    }

    std::int64_t emitLoop(int index, const Node &node)
    {
        const std::int64_t rangeCost = emit(node.children[0]);
        const Node &range = m_ast.child(node, 0);
        const std::int64_t items = range.kind == NodeKind::List
                                       ? static_cast<std::int64_t>(range.children.size())
                                       : assumedItems;
        const int loop = add(Op::Loop, index);
        std::int64_t bodyCost = 0;
        for (std::size_t i = 1; i < node.children.size(); ++i) {
            // The bodies run by themselves, on a stack of their own.
            const int outer = std::exchange(m_stack, 0);
            bodyCost += emit(node.children[i]);
            m_stack = outer;
        }
        at(loop).a = here();
        // Saturates well below an overflow.
        return rangeCost
               + std::min(items * std::min(bodyCost, 2 * Program::costMax), 2 * Program::costMax);
    }

    Program &m_program;
    const Ast &m_ast;
    const Request m_request;
    Evaluation m_evaluation;
    int m_stack = 0;
    std::optional<SyntaxError> m_error;
};

Program::Program() = default;
Program::Program(Program &&) noexcept = default;
Program &Program::operator=(Program &&) noexcept = default;
Program::~Program() = default;

Parsed<Program> Program::compile(QByteArrayView text, Equals equals)
{
    Program program;
    auto ast = parse(text, program.m_arena, equals);
    if (!ast)
        return tl::make_unexpected(std::move(ast).error());
    program.m_ast = *std::move(ast);
    if (auto error = Compiler(program).run())
        return tl::make_unexpected(*std::move(error));
    return program;
}

} // namespace provost::policy::condition
