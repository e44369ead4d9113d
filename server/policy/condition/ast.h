// The syntax tree of a condition. Nodes live in one vector and name each other by index; an evaluator's faults and the
// explanation of a decision point into it.
// Thread: values.
#pragma once

#include "server/policy/condition/value.h"

#include <vector>

namespace provost::policy::condition {

enum class NodeKind : std::uint8_t {
    Literal,
    Path,        // root and attribute: user.region, resource (no attribute), or a bare name
    Local,       // the variable of a loop
    Select,      // child.name
    Index,       // child[child]
    Has,         // has(path) or has(child.name): the one child is the Path or Select
    Call,        // a function
    Unary,       // Not, Negate
    Binary,      // comparison, arithmetic, in
    And,         // any number of children
    Or,          // the same
    Conditional, // test ? then : otherwise
    List,
    Map,  // key, value, key, value, …
    Loop, // range, body [, second body of map]
};

// The variables that a condition can name. Bare stands for a name without root: resource.<name>, then args.<name>.
enum class Root : std::uint8_t { User, Resource, Tool, Args, Request, Tenant, Now, Bare };
[[nodiscard]] const char *nameOf(Root root); // "" for Bare

enum class Operator : std::uint8_t {
    Not,
    Negate,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
};
[[nodiscard]] const char *nameOf(Operator op); // "=="

enum class LoopKind : std::uint8_t { All, Exists, ExistsOne, Map, Filter };
[[nodiscard]] const char *nameOf(LoopKind kind); // "exists_one"

struct Node
{
    NodeKind kind = NodeKind::Literal;
    Root root = Root::Bare;
    Operator op = Operator::Not;
    LoopKind loop = LoopKind::All;
    bool method = false; // a Call written target.name(…)
    int slot = -1;       // of Local and Loop
    int begin = 0;       // bytes in the condition
    int end = 0;
    int depth = 1;
    QByteArray name;             // attribute, field, function or loop variable
    Value value = Value::null(); // of a Literal
    std::vector<int> children;
};

struct Ast
{
    std::vector<Node> nodes;
    int root = -1;

    [[nodiscard]] const Node &operator[](int index) const
    {
        return nodes[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] const Node &child(const Node &node, std::size_t index) const
    {
        return (*this)[node.children[index]];
    }
};

// The canonical text: `resource.region == user.region`. Parsing it gives the same tree.
[[nodiscard]] QByteArray toText(const Ast &ast, int node);

} // namespace provost::policy::condition
