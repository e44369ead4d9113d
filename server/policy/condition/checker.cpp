#include "server/policy/condition/checker.h"

#include "server/policy/shorthand.h"

#include <algorithm>

namespace provost::policy::condition {

namespace {

bool isNumber(Type type)
{
    return type >= Type::Int && type <= Type::Double;
}

bool mayBe(Type type, Type wanted)
{
    return type == Type::Dynamic || wanted == Type::Dynamic || type == wanted;
}

class Checker
{
public:
    explicit Checker(const Program &program)
        : m_program(program)
        , m_ast(program.ast())
    {
    }

    std::vector<Problem> run()
    {
        const Type type = typeOf(m_ast.root);
        const Node &root = m_ast[m_ast.root];
        if (!mayBe(type, Type::Bool))
            error(root, "a condition is true or false, this is " + QByteArray(phraseFor(type)));
        else if (m_problems.empty() && m_program.isConstant(m_ast.root))
            checkConstant(root);
        return std::move(m_problems);
    }

private:
    void error(const Node &node, QByteArray message)
    {
        m_problems.push_back({true, std::move(message), node.begin});
    }
    void warning(const Node &node, QByteArray message)
    {
        m_problems.push_back({false, std::move(message), node.begin});
    }

    void checkConstant(const Node &root)
    {
        const Request request;
        Evaluation evaluation(request);
        const Value value = m_program.test(evaluation);
        if (value.isFalse())
            warning(root, "this condition is never true");
        else if (value.isError())
            error(root, "this condition always fails: " + m_program.describe(value));
    }

    std::vector<Type> typesOf(const Node &node)
    {
        std::vector<Type> types;
        for (const int child : node.children)
            types.push_back(typeOf(child));
        return types;
    }

    Type typeOf(int index)
    {
        const Node &node = m_ast[index];
        switch (node.kind) {
        case NodeKind::Literal: return node.value.type();
        case NodeKind::Path: return typeOfPath(node);
        case NodeKind::Local: return Type::Dynamic;
        case NodeKind::Select:
            checkRoot(m_ast.child(node, 0));
            typesOf(node);
            return Type::Dynamic;
        case NodeKind::Has: typesOf(node); return Type::Bool;
        case NodeKind::Index: typesOf(node); return Type::Dynamic;
        case NodeKind::List: typesOf(node); return Type::List;
        case NodeKind::Map: typesOf(node); return Type::Map;
        case NodeKind::And:
        case NodeKind::Or: return chain(node);
        case NodeKind::Conditional: return conditional(node);
        case NodeKind::Unary: return unary(node);
        case NodeKind::Binary: return binary(node);
        case NodeKind::Call: return call(node);
        case NodeKind::Loop: return loop(node);
        }
        return Type::Dynamic;
    }

    // `usr.region` is the member `region` of an attribute `usr`: possible, and hardly ever meant.
    void checkRoot(const Node &from)
    {
        if (from.kind != NodeKind::Path || from.root != Root::Bare)
            return;
        static const std::vector<QByteArray> roots{"user", "resource", "args", "request"};
        if (const auto meant = nearestWord(from.name, roots))
            warning(from, "`" + from.name + "` is an attribute here; did you mean the variable `"
                              + *meant + "`?");
    }

    Type typeOfPath(const Node &node)
    {
        switch (node.root) {
        case Root::Now: return Type::Timestamp;
        case Root::Tool:
        case Root::Tenant:
            if (!node.name.isEmpty() && node.name != "id"
                && !(node.root == Root::Tool && node.name == "name"))
                error(node, "`" + QByteArray(nameOf(node.root)) + "` has no attribute `" + node.name
                                + "`; it is the name itself");
            return Type::String;
        default: break;
        }
        if (node.name.isEmpty())
            return Type::Map;
        const bool own = node.root == Root::User || node.root == Root::Resource;
        if (own && node.name == "id")
            return Type::String;
        if ((node.root == Root::User && node.name == "roles")
            || (node.root == Root::Resource && node.name == "within"))
            return Type::List;
        return Type::Dynamic;
    }

    void needBool(const Node &node, Type type)
    {
        if (!mayBe(type, Type::Bool))
            error(node, "this is " + QByteArray(phraseFor(type)) + ", not true or false");
    }

    Type chain(const Node &node)
    {
        for (const int child : node.children) {
            needBool(m_ast[child], typeOf(child));
            const Node &part = m_ast[child];
            if (node.kind == NodeKind::And && part.kind == NodeKind::Literal
                && part.value.isFalse())
                warning(part, "with this the condition is never true");
        }
        return Type::Bool;
    }

    Type conditional(const Node &node)
    {
        const std::vector<Type> types = typesOf(node);
        needBool(m_ast.child(node, 0), types[0]);
        return types[1] == types[2] ? types[1] : Type::Dynamic;
    }

    Type unary(const Node &node)
    {
        const Type type = typeOf(node.children[0]);
        if (node.op == Operator::Not) {
            needBool(m_ast.child(node, 0), type);
            return Type::Bool;
        }
        if (!mayBe(type, Type::Int) && type != Type::Double)
            error(node, "`-` does not take " + QByteArray(phraseFor(type)));
        return type;
    }

    Type binary(const Node &node)
    {
        const std::vector<Type> types = typesOf(node);
        const Type a = types[0];
        const Type b = types[1];
        switch (node.op) {
        case Operator::Equal:
        case Operator::NotEqual: checkEquality(node, a, b); return Type::Bool;
        case Operator::Less:
        case Operator::LessOrEqual:
        case Operator::Greater:
        case Operator::GreaterOrEqual: checkOrder(node, a, b); return Type::Bool;
        case Operator::In:
            if (!mayBe(b, Type::List) && b != Type::Map)
                error(m_ast.child(node, 1),
                      "`in` needs a list or a map, this is " + QByteArray(phraseFor(b)));
            return Type::Bool;
        default: return arithmetic(node, a, b);
        }
    }

    void checkEquality(const Node &node, Type a, Type b)
    {
        // `type == "pdf"` compares CEL's type named type, which is never what is meant.
        for (const bool left : {true, false}) {
            const Node &side = m_ast.child(node, left ? 0 : 1);
            if (side.kind == NodeKind::Literal && side.value.type() == Type::Type
                && (left ? b : a) != Type::Type) {
                const QByteArray name = nameOf(side.value.toType());
                error(side, "`" + name + "` is a type here; write `resource." + name
                                + "` for the attribute");
                return;
            }
        }
        for (const bool left : {true, false}) {
            if ((left ? a : b) == Type::Null && (left ? b : a) == Type::Dynamic) {
                warning(node, "an attribute that is null counts as absent, so this is never true; "
                              "write has(…) or !has(…)");
                return;
            }
        }
        if (a != Type::Dynamic && b != Type::Dynamic && a != b && !(isNumber(a) && isNumber(b)))
            warning(node, QByteArray(phraseFor(a)) + " never equals " + phraseFor(b));
    }

    void checkOrder(const Node &node, Type a, Type b)
    {
        const auto orderable = [](Type type) {
            return type != Type::List && type != Type::Map && type != Type::Null
                   && type != Type::Type;
        };
        const bool fits =
            a == Type::Dynamic || b == Type::Dynamic || a == b || (isNumber(a) && isNumber(b));
        if (!orderable(a) || !orderable(b) || !fits)
            error(node, "`" + QByteArray(nameOf(node.op)) + "` does not take " + phraseFor(a)
                            + " and " + phraseFor(b));
    }

    Type arithmetic(const Node &node, Type a, Type b)
    {
        const auto unfit = [&] {
            error(node, "`" + QByteArray(nameOf(node.op)) + "` does not take " + phraseFor(a)
                            + " and " + phraseFor(b));
            return Type::Dynamic;
        };
        const auto isTime = [](Type t) { return t == Type::Timestamp || t == Type::Duration; };
        if (a == Type::Dynamic || b == Type::Dynamic) {
            const Type known = a == Type::Dynamic ? b : a;
            if (known == Type::Bool || known == Type::Null || known == Type::Map
                || known == Type::Type)
                return unfit();
            return isNumber(known) ? known : Type::Dynamic;
        }
        if (node.op == Operator::Modulo)
            return a == b && (a == Type::Int || a == Type::Uint) ? a : unfit();
        if (isNumber(a))
            return a == b ? a : unfit();
        if (node.op == Operator::Add && a == b
            && (a == Type::String || a == Type::Bytes || a == Type::List || a == Type::Duration))
            return a;
        if (node.op == Operator::Add && isTime(a) && isTime(b) && a != b)
            return Type::Timestamp;
        if (node.op == Operator::Subtract && isTime(a) && isTime(b)
            && !(a == Type::Duration && b == Type::Timestamp))
            return a == b ? Type::Duration : Type::Timestamp;
        return unfit();
    }

    Type call(const Node &node)
    {
        const std::vector<Type> types = typesOf(node);
        const Function *function = findFunction(node.name, node.method, types.size());
        if (function == nullptr) {
            unknownFunction(node);
            return Type::Dynamic;
        }
        for (const Signature &signature : function->signatures) {
            if (signature.parameters.size() == types.size()
                && std::equal(types.begin(), types.end(), signature.parameters.begin(), mayBe))
                return signature.result;
        }
        QByteArray given;
        for (const Type type : types)
            given += (given.isEmpty() ? "" : ", ") + QByteArray(phraseFor(type));
        error(node, "`" + node.name + "` does not take " + given);
        return Type::Dynamic;
    }

    void unknownFunction(const Node &node)
    {
        std::vector<QByteArray> names;
        bool exists = false;
        for (const Function &function : functions()) {
            names.emplace_back(function.name);
            exists = exists || node.name == function.name;
        }
        if (exists) {
            error(node, "`" + node.name + "` is not called like this");
            return;
        }
        const auto meant = nearestWord(node.name, names);
        error(node, "the function `" + node.name + "` does not exist"
                        + (meant ? QByteArray("; did you mean `" + *meant + "`?") : QByteArray()));
    }

    Type loop(const Node &node)
    {
        const std::vector<Type> types = typesOf(node);
        if (!mayBe(types[0], Type::List) && types[0] != Type::Map)
            error(m_ast.child(node, 0), "`" + QByteArray(nameOf(node.loop))
                                            + "` needs a list or a map, " + "this is "
                                            + phraseFor(types[0]));
        const bool isTest = node.loop != LoopKind::Map || types.size() == 3;
        if (isTest)
            needBool(m_ast.child(node, 1), types[1]);
        return node.loop == LoopKind::Map || node.loop == LoopKind::Filter ? Type::List
                                                                           : Type::Bool;
    }

    const Program &m_program;
    const Ast &m_ast;
    std::vector<Problem> m_problems;
};

} // namespace

std::vector<Problem> findProblems(const Program &program)
{
    return Checker(program).run();
}

} // namespace provost::policy::condition
