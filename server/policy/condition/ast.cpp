#include "server/policy/condition/ast.h"

#include <algorithm>

namespace provost::policy::condition {

namespace {

// How tightly a node binds; an operand that binds less gets brackets.
enum Binding {
    Conditional,
    OrBinding,
    AndBinding,
    Relation,
    Addition,
    Multiplication,
    Unary,
    Primary
};

Binding bindingOf(const Node &node)
{
    switch (node.kind) {
    case NodeKind::Conditional: return Conditional;
    case NodeKind::Or: return OrBinding;
    case NodeKind::And: return AndBinding;
    case NodeKind::Unary: return Unary;
    case NodeKind::Literal: {
        const bool negative = (node.value.type() == Type::Int && node.value.toInteger() < 0)
                              || (node.value.type() == Type::Double && node.value.toReal() < 0);
        return negative ? Unary : Primary;
    }
    case NodeKind::Binary:
        switch (node.op) {
        case Operator::Add:
        case Operator::Subtract: return Addition;
        case Operator::Multiply:
        case Operator::Divide:
        case Operator::Modulo: return Multiplication;
        default: return Relation;
        }
    default: return Primary;
    }
}

class Printer
{
public:
    explicit Printer(const Ast &ast)
        : m_ast(ast)
    {
    }

    QByteArray print(int index, Binding least = Conditional) const
    {
        const Node &node = m_ast[index];
        QByteArray text = bare(node);
        return bindingOf(node) < least ? QByteArray('(' + text + ')') : text;
    }

private:
    QByteArray bare(const Node &node) const
    {
        switch (node.kind) {
        case NodeKind::Literal: return toText(node.value);
        case NodeKind::Path: return path(node);
        case NodeKind::Local: return node.name;
        case NodeKind::Select: return print(node.children[0], Primary) + field(node.name);
        case NodeKind::Index:
            return print(node.children[0], Primary) + '[' + print(node.children[1]) + ']';
        case NodeKind::Has: return "has(" + print(node.children[0]) + ')';
        case NodeKind::Call: return call(node);
        case NodeKind::Unary:
            return (node.op == Operator::Not ? "!" : "-") + print(node.children[0], Unary);
        case NodeKind::Binary: {
            const Binding own = bindingOf(node);
            return print(node.children[0], own) + ' ' + nameOf(node.op) + ' '
                   + print(node.children[1], static_cast<Binding>(own + 1));
        }
        case NodeKind::And: return joined(node, " && ", Relation);
        case NodeKind::Or: return joined(node, " || ", AndBinding);
        case NodeKind::Conditional:
            return print(node.children[0], OrBinding) + " ? " + print(node.children[1], OrBinding)
                   + " : " + print(node.children[2]);
        case NodeKind::List: return '[' + joined(node, ", ", Conditional) + ']';
        case NodeKind::Map: return map(node);
        case NodeKind::Loop: return loop(node);
        }
        return {};
    }

    static QByteArray field(const QByteArray &name)
    {
        const bool plain = !name.isEmpty() && !(name[0] >= '0' && name[0] <= '9')
                           && std::all_of(name.begin(), name.end(), [](char c) {
                                  return c == '_' || (c >= '0' && c <= '9')
                                         || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                              });
        return plain ? QByteArray('.' + name) : QByteArray(".`" + name + '`');
    }

    // A bare name is read as an attribute of the resource first; that is how it is shown.
    static QByteArray path(const Node &node)
    {
        const QByteArray root = node.root == Root::Bare ? "resource" : nameOf(node.root);
        return node.name.isEmpty() ? root : QByteArray(root + field(node.name));
    }

    QByteArray joined(const Node &node, const char *separator, Binding least) const
    {
        QByteArray text;
        for (const int child : node.children)
            text += (child == node.children.front() ? "" : separator) + print(child, least);
        return text;
    }

    QByteArray call(const Node &node) const
    {
        QByteArray text = node.method ? QByteArray(print(node.children[0], Primary) + '.') : "";
        text += node.name + '(';
        const std::size_t first = node.method ? 1 : 0;
        for (std::size_t i = first; i < node.children.size(); ++i)
            text += (i > first ? ", " : "") + print(node.children[i]);
        return text + ')';
    }

    QByteArray map(const Node &node) const
    {
        QByteArray text = "{";
        for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
            text +=
                (i > 0 ? ", " : "") + print(node.children[i]) + ": " + print(node.children[i + 1]);
        return text + '}';
    }

    QByteArray loop(const Node &node) const
    {
        QByteArray text =
            print(node.children[0], Primary) + '.' + nameOf(node.loop) + '(' + node.name;
        for (std::size_t i = 1; i < node.children.size(); ++i)
            text += ", " + print(node.children[i]);
        return text + ')';
    }

    const Ast &m_ast;
};

} // namespace

const char *nameOf(Root root)
{
    switch (root) {
    case Root::User: return "user";
    case Root::Resource: return "resource";
    case Root::Tool: return "tool";
    case Root::Args: return "args";
    case Root::Request: return "request";
    case Root::Tenant: return "tenant";
    case Root::Now: return "now";
    case Root::Bare: break;
    }
    return "";
}

const char *nameOf(Operator op)
{
    switch (op) {
    case Operator::Not: return "!";
    case Operator::Negate: return "-";
    case Operator::Equal: return "==";
    case Operator::NotEqual: return "!=";
    case Operator::Less: return "<";
    case Operator::LessOrEqual: return "<=";
    case Operator::Greater: return ">";
    case Operator::GreaterOrEqual: return ">=";
    case Operator::In: return "in";
    case Operator::Add: return "+";
    case Operator::Subtract: return "-";
    case Operator::Multiply: return "*";
    case Operator::Divide: return "/";
    case Operator::Modulo: return "%";
    }
    return "";
}

const char *nameOf(LoopKind kind)
{
    switch (kind) {
    case LoopKind::All: return "all";
    case LoopKind::Exists: return "exists";
    case LoopKind::ExistsOne: return "exists_one";
    case LoopKind::Map: return "map";
    case LoopKind::Filter: return "filter";
    }
    return "";
}

QByteArray toText(const Ast &ast, int node)
{
    return Printer(ast).print(node);
}

} // namespace provost::policy::condition
