// A condition, compiled: syntax tree and bytecode of one stack machine. Any part of the tree can be run by itself,
// which is how explanations show both values and how row filters find what is known.
// Thread: Program is immutable and safe from any thread; an Evaluation belongs to one.
#pragma once

#include "server/policy/condition/ast.h"
#include "server/policy/condition/functions.h"
#include "server/policy/condition/parser.h"
#include "server/policy/decision.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace re2 {
class RE2;
}

namespace provost::policy::condition {

// The state of deciding one request: cheap to make, allocates only when a condition builds texts or lists.
class Evaluation
{
public:
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing `locals` costs a fifth of a decision
    explicit Evaluation(const Request &request)
        : m_request(request)
    {
    }

    // The attribute that a Path node names; nothing if the request does not have it. A null attribute counts as absent.
    [[nodiscard]] std::optional<Value> load(Root root, const QByteArray &name) const;

    [[nodiscard]] const Request &request() const { return m_request; }

    Arena arena;
    Budget budget;
    std::array<Value, loopsMax> locals; // of the loops around, by slot

private:
    const Request &m_request;
};

class Program
{
public:
    // Errors: what the parser refuses, and a cost above costMax.
    [[nodiscard]] static Parsed<Program> compile(QByteArrayView text,
                                                 Equals equals = Equals::Double);
    static constexpr std::int64_t costMax = 100'000;

    Program(Program &&) noexcept;
    Program &operator=(Program &&) noexcept;
    ~Program();

    // The value of the whole condition. Errors are values; what is no bool is one too.
    [[nodiscard]] Value test(Evaluation &evaluation) const;
    // The value of one node. REQUIRES: it is no part of a constant, and its loops' variables are set.
    [[nodiscard]] Value run(Evaluation &evaluation, int node) const;

    [[nodiscard]] const Ast &ast() const { return m_ast; }
    [[nodiscard]] QByteArray text() const { return toText(m_ast, m_ast.root); } // canonical
    // Whether the node's value is the same for every request.
    [[nodiscard]] bool isConstant(int node) const { return m_parts[index(node)].constant; }
    // "resource.risk is absent". REQUIRES: the value is an error of this program.
    [[nodiscard]] QByteArray describe(const Value &error) const;

    // Steps that an evaluation takes at most when lists have a thousand items.
    [[nodiscard]] std::int64_t cost() const { return m_cost; }

private:
    friend class Compiler;
    friend class Machine;

    enum class Op : std::uint8_t {
        Constant,  // push constants[a]
        Path,      // push the attribute of node
        HasPath,   // push whether it is there
        Local,     // push locals[a]
        Select,    // replace the top by its member, named by node
        HasMember, // replace the top by whether it has the member
        Index,
        MakeList, // of the top a values
        MakeMap,  // of the top 2a values
        Not,
        Operator, // the binary operator of node, or Negate
        Call,     // node's function with a arguments
        Matches,  // the top against patterns[a]
        And,      // merge two into one; if it is false go to a. The first operand: only test it
        AndFirst,
        Or,
        OrFirst,
        Branch, // pop: true goes on, false goes to a, an error stays and goes to b
        Jump,   // to a
        Loop,   // over the top; the bodies follow, go on at a
    };

    struct Instruction
    {
        Op op = Op::Constant;
        std::int32_t node = -1;
        std::int32_t a = 0;
        std::int32_t b = 0;
    };

    struct Part // of the code, for each node
    {
        std::int32_t begin = 0;
        std::int32_t end = 0;
        bool constant = false;
        const Function *function = nullptr; // of a Call
    };

    Program();
    static std::size_t index(int node) { return static_cast<std::size_t>(node); }

    Arena m_arena; // the texts and lists of the constants
    Ast m_ast;
    std::vector<Part> m_parts;
    std::vector<Instruction> m_code;
    std::vector<Value> m_constants;
    std::vector<std::unique_ptr<re2::RE2>> m_patterns;
    int m_stackMax = 0;
    std::int64_t m_cost = 0;
};

} // namespace provost::policy::condition
