#include "server/policy/condition/parser.h"

#include <QList>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace provost::policy::condition {

namespace {

constexpr std::array<std::string_view, 17> reservedWords{
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

constexpr std::array rootsByName{Root::User,    Root::Resource, Root::Tool, Root::Args,
                                 Root::Request, Root::Tenant,   Root::Now};

constexpr std::array typesByName{Type::Null,   Type::Bool,  Type::Int,  Type::Uint, Type::Double,
                                 Type::String, Type::Bytes, Type::List, Type::Map,  Type::Type};

constexpr std::array loopsByName{LoopKind::All, LoopKind::Exists, LoopKind::ExistsOne,
                                 LoopKind::Map, LoopKind::Filter};

struct OperatorName
{
    std::string_view text;
    Operator op;
};
constexpr std::array relations{
    OperatorName{"==", Operator::Equal},  OperatorName{"!=", Operator::NotEqual},
    OperatorName{"<", Operator::Less},    OperatorName{"<=", Operator::LessOrEqual},
    OperatorName{">", Operator::Greater}, OperatorName{">=", Operator::GreaterOrEqual}};
constexpr std::array additions{OperatorName{"+", Operator::Add},
                               OperatorName{"-", Operator::Subtract}};
constexpr std::array multiplications{OperatorName{"*", Operator::Multiply},
                                     OperatorName{"/", Operator::Divide},
                                     OperatorName{"%", Operator::Modulo}};

template <class Enum, std::size_t N>
std::optional<Enum> byName(const std::array<Enum, N> &all, QByteArrayView name)
{
    const auto found =
        std::find_if(all.begin(), all.end(), [&](Enum e) { return name == nameOf(e); });
    return found == all.end() ? std::nullopt : std::optional(*found);
}

// Recursive descent. Each function returns the index of its node, or -1 with m_error set.
class Parser
{
public:
    Parser(std::vector<Token> tokens, Equals equals)
        : m_tokens(std::move(tokens))
        , m_equals(equals)
    {
    }

    Parsed<Ast> run()
    {
        m_ast.root = expression();
        if (m_ast.root >= 0 && token().kind != TokenKind::End)
            fail("the condition should end before this");
        if (m_error)
            return tl::make_unexpected(*m_error);
        return std::move(m_ast);
    }

private:
    static constexpr int none = -1;

    [[nodiscard]] const Token &token(std::size_t ahead = 0) const
    {
        return m_tokens[std::min(m_at + ahead, m_tokens.size() - 1)];
    }
    [[nodiscard]] bool at(std::string_view op, std::size_t ahead = 0) const
    {
        const Token &t = token(ahead);
        return t.kind == TokenKind::Operator
               && t.text == QByteArrayView(op.data(), static_cast<qsizetype>(op.size()));
    }
    bool take(std::string_view op)
    {
        if (!at(op))
            return false;
        ++m_at;
        return true;
    }
    bool expect(std::string_view op)
    {
        if (take(op))
            return true;
        fail("`" + QByteArray(op.data(), static_cast<qsizetype>(op.size())) + "` is missing here");
        return false;
    }
    int fail(QByteArray message) { return failAt(std::move(message), token().begin); }
    int failAt(QByteArray message, int offset)
    {
        if (!m_error)
            m_error = SyntaxError{std::move(message), offset};
        return none;
    }

    int add(Node node)
    {
        for (const int child : node.children)
            node.depth = std::max(node.depth, m_ast[child].depth + 1);
        if (node.depth > depthMax)
            return failAt("nested deeper than " + QByteArray::number(depthMax), node.begin);
        m_ast.nodes.push_back(std::move(node));
        return static_cast<int>(m_ast.nodes.size()) - 1;
    }

    Node make(NodeKind kind, int begin) const
    {
        Node node;
        node.kind = kind;
        node.begin = begin;
        node.end = m_at > 0 ? m_tokens[m_at - 1].end : begin;
        return node;
    }

    int combine(NodeKind kind, std::vector<int> children, Operator op = Operator::Not)
    {
        Node node = make(kind, m_ast[children.front()].begin);
        node.op = op;
        node.children = std::move(children);
        return add(std::move(node));
    }

    int expression()
    {
        if (++m_depth > depthMax) {
            --m_depth;
            return fail("nested deeper than " + QByteArray::number(depthMax));
        }
        int node = chain("||", NodeKind::Or, [this] {
            return chain("&&", NodeKind::And, [this] { return relation(); });
        });
        if (node >= 0 && take("?"))
            node = conditional(node);
        --m_depth;
        return node;
    }

    int conditional(int test)
    {
        const int then = chain("||", NodeKind::Or, [this] {
            return chain("&&", NodeKind::And, [this] { return relation(); });
        });
        if (then < 0 || !expect(":"))
            return none;
        const int otherwise = expression();
        return otherwise < 0 ? none : combine(NodeKind::Conditional, {test, then, otherwise});
    }

    // a && b && c is one node with three children.
    template <class Operand>
    int chain(std::string_view op, NodeKind kind, Operand operand)
    {
        std::vector<int> children{operand()};
        while (children.back() >= 0 && take(op))
            children.push_back(operand());
        if (children.back() < 0)
            return none;
        return children.size() == 1 ? children.front() : combine(kind, std::move(children));
    }

    template <std::size_t N>
    std::optional<Operator> takeOne(const std::array<OperatorName, N> &operators)
    {
        for (const OperatorName &candidate : operators) {
            if (take(candidate.text))
                return candidate.op;
        }
        return std::nullopt;
    }

    template <std::size_t N, class Operand>
    int leftToRight(const std::array<OperatorName, N> &operators, Operand operand)
    {
        int left = operand();
        while (left >= 0) {
            const auto op = takeOne(operators);
            if (!op)
                break;
            const int right = operand();
            left = right < 0 ? none : combine(NodeKind::Binary, {left, right}, *op);
        }
        return left;
    }

    int relation()
    {
        int left = addition();
        while (left >= 0) {
            auto op = takeOne(relations);
            if (!op && at("=")) {
                if (m_equals == Equals::Double)
                    return fail("`=` compares nothing; write `==`");
                ++m_at;
                op = Operator::Equal;
            }
            if (!op && token().kind == TokenKind::Identifier && token().text == "in") {
                ++m_at;
                op = Operator::In;
            }
            if (!op)
                break;
            const int right = addition();
            left = right < 0 ? none : combine(NodeKind::Binary, {left, right}, *op);
        }
        return left;
    }

    int addition()
    {
        return leftToRight(
            additions, [this] { return leftToRight(multiplications, [this] { return unary(); }); });
    }

    int unary()
    {
        const int begin = token().begin;
        const bool isNot = at("!");
        if (!isNot && !at("-"))
            return member();
        const bool isNumber = !isNot && token(1).kind == TokenKind::Literal
                              && token(1).value.isNumber() && token(1).value.type() != Type::Uint;
        ++m_at;
        if (isNumber)
            return member(begin);
        if (++m_depth > depthMax) {
            --m_depth;
            return failAt("nested deeper than " + QByteArray::number(depthMax), begin);
        }
        const int operand = unary();
        --m_depth;
        if (operand < 0)
            return none;
        Node node = make(NodeKind::Unary, begin);
        node.op = isNot ? Operator::Not : Operator::Negate;
        node.children = {operand};
        return add(std::move(node));
    }

    // `minusAt`: where the minus of a negative number stands.
    int member(std::optional<int> minusAt = std::nullopt)
    {
        int node = minusAt ? negativeNumber(*minusAt) : primary();
        while (node >= 0) {
            if (take("."))
                node = selection(node);
            else if (at("["))
                node = index(node);
            else
                break;
        }
        return node;
    }

    int negativeNumber(int minusAt)
    {
        const Value value = token().value;
        ++m_at;
        Node node = make(NodeKind::Literal, minusAt);
        if (value.type() == Type::Double)
            node.value = Value::real(-value.toReal());
        else if (value.toInteger() == INT64_MIN)
            node.value = value;
        else
            node.value = Value::integer(-value.toInteger());
        return add(std::move(node));
    }

    int index(int target)
    {
        ++m_at;
        const int key = expression();
        if (key < 0 || !expect("]"))
            return none;
        // resource["region"] is resource.region.
        const Node &base = m_ast[target];
        const Node &literal = m_ast[key];
        const bool named =
            literal.kind == NodeKind::Literal && literal.value.type() == Type::String;
        if (named && base.kind == NodeKind::Path && base.name.isEmpty() && base.root != Root::Now)
            return path(base.root, literal.value.toView().toByteArray(), base.begin);
        return combine(NodeKind::Index, {target, key});
    }

    int selection(int target)
    {
        const Token name = token();
        if (name.kind != TokenKind::Identifier && name.kind != TokenKind::QuotedIdentifier)
            return fail("a name is missing behind the point");
        ++m_at;
        if (name.kind == TokenKind::Identifier && take("("))
            return method(target, name);
        const Node &base = m_ast[target];
        if (base.kind == NodeKind::Path && base.name.isEmpty() && base.root != Root::Now)
            return path(base.root, name.text, base.begin);
        Node node = make(NodeKind::Select, base.begin);
        node.name = name.text;
        node.children = {target};
        return add(std::move(node));
    }

    int path(Root root, QByteArray name, int begin)
    {
        Node node = make(NodeKind::Path, begin);
        node.root = root;
        node.name = std::move(name);
        return add(std::move(node));
    }

    int method(int target, const Token &name)
    {
        if (const auto kind = byName(loopsByName, name.text))
            return loop(target, *kind);
        std::vector<int> children{target};
        if (!arguments(")", children))
            return none;
        return call(name, std::move(children), m_ast[target].begin, true);
    }

    int call(const Token &name, std::vector<int> children, int begin, bool method)
    {
        Node node = make(NodeKind::Call, begin);
        node.name = name.text;
        node.method = method;
        node.children = std::move(children);
        return add(std::move(node));
    }

    // Up to and with the closing bracket.
    bool arguments(std::string_view close, std::vector<int> &children)
    {
        while (!take(close)) {
            const int argument = expression();
            if (argument < 0)
                return false;
            children.push_back(argument);
            if (!at(close) && !expect(","))
                return false;
        }
        return true;
    }

    int loop(int range, LoopKind kind)
    {
        const Token variable = token();
        if (variable.kind != TokenKind::Identifier || !at(",", 1))
            return fail("the first argument of `" + QByteArray(nameOf(kind))
                        + "` is the name of its variable");
        if (static_cast<int>(m_variables.size()) >= loopsMax)
            return fail("more than " + QByteArray::number(loopsMax) + " loops inside each other");
        m_at += 2;
        Node node = make(NodeKind::Loop, m_ast[range].begin);
        node.loop = kind;
        node.name = variable.text;
        node.slot = static_cast<int>(m_variables.size());
        node.children = {range};
        m_variables.push_back(variable.text);
        const bool ok = arguments(")", node.children);
        m_variables.pop_back();
        if (!ok)
            return none;
        const std::size_t bodies = node.children.size() - 1;
        if (bodies != 1 && !(kind == LoopKind::Map && bodies == 2))
            return fail("`" + QByteArray(nameOf(kind)) + "` takes a variable and a condition");
        node.end = m_tokens[m_at - 1].end;
        return add(std::move(node));
    }

    int primary()
    {
        const bool isRooted = take("."); // .name is name: there are no packages
        const Token name = token();
        if (name.kind == TokenKind::Identifier)
            return identifier(name);
        if (isRooted)
            return fail("a name is missing behind the point");
        if (name.kind == TokenKind::Reference)
            return reference(name);
        if (name.kind == TokenKind::Literal)
            return literal(name);
        if (take("("))
            return brackets();
        if (take("["))
            return list(name.begin);
        if (take("{"))
            return map(name.begin);
        return fail(name.kind == TokenKind::End ? "the condition ends too early"
                                                : "a value is missing here");
    }

    int brackets()
    {
        const int node = expression();
        return node >= 0 && expect(")") ? node : none;
    }

    int literal(const Token &token)
    {
        // 9223372036854775808 exists only behind a minus.
        if (token.value.type() == Type::Int && token.value.toInteger() == INT64_MIN)
            return fail("this number is too large");
        ++m_at;
        Node node = make(NodeKind::Literal, token.begin);
        node.value = token.value;
        return add(std::move(node));
    }

    int list(int begin)
    {
        std::vector<int> children;
        if (!arguments("]", children))
            return none;
        Node node = make(NodeKind::List, begin);
        node.children = std::move(children);
        return add(std::move(node));
    }

    int map(int begin)
    {
        std::vector<int> children;
        while (!take("}")) {
            const int key = expression();
            const int value = key >= 0 && expect(":") ? expression() : none;
            if (value < 0)
                return none;
            children.push_back(key);
            children.push_back(value);
            if (!at("}") && !expect(","))
                return none;
        }
        Node node = make(NodeKind::Map, begin);
        node.children = std::move(children);
        return add(std::move(node));
    }

    int identifier(const Token &name)
    {
        ++m_at;
        if (name.text == "true" || name.text == "false" || name.text == "null") {
            Node node = make(NodeKind::Literal, name.begin);
            node.value = name.text == "null" ? Value::null() : Value::boolean(name.text == "true");
            return add(std::move(node));
        }
        if (name.text == "in")
            return failAt("a value is missing before `in`", name.begin);
        const bool reserved =
            std::any_of(reservedWords.begin(), reservedWords.end(),
                        [&](std::string_view w) { return name.text == w.data(); });
        if (reserved)
            return failAt("`" + name.text + "` is a reserved word; write `resource." + name.text
                              + "`",
                          name.begin);
        if (take("(")) {
            if (name.text == "has")
                return has(name);
            std::vector<int> children;
            return arguments(")", children) ? call(name, std::move(children), name.begin, false)
                                            : none;
        }
        return variable(name.text, name.begin);
    }

    // The innermost loop variable, a root, a type of CEL, or a bare attribute.
    int variable(const QByteArray &name, int begin)
    {
        for (std::size_t slot = m_variables.size(); slot-- > 0;) {
            if (m_variables[slot] != name)
                continue;
            Node node = make(NodeKind::Local, begin);
            node.name = name;
            node.slot = static_cast<int>(slot);
            return add(std::move(node));
        }
        if (const auto root = byName(rootsByName, name))
            return path(*root, {}, begin);
        if (const auto type = byName(typesByName, name)) {
            Node node = make(NodeKind::Literal, begin);
            node.value = Value::typeName(*type);
            return add(std::move(node));
        }
        return path(Root::Bare, name, begin);
    }

    // ${user.region} is user.region, whatever loop variables are called.
    int reference(const Token &token)
    {
        ++m_at;
        const QList<QByteArray> parts = token.text.split('.');
        const auto root = byName(rootsByName, parts.front());
        int node = none;
        qsizetype used = 1;
        if (!root) {
            node = path(Root::Bare, parts.front(), token.begin);
        } else {
            used = parts.size() > 1 ? 2 : 1;
            node = path(*root, used == 2 ? parts[1] : QByteArray(), token.begin);
        }
        for (; node >= 0 && used < parts.size(); ++used) {
            Node select = make(NodeKind::Select, token.begin);
            select.name = parts[used];
            select.children = {node};
            node = add(std::move(select));
        }
        return node;
    }

    int has(const Token &name)
    {
        const int argument = expression();
        if (argument < 0 || !expect(")"))
            return none;
        const Node &child = m_ast[argument];
        const bool isAttribute = child.kind == NodeKind::Path && !child.name.isEmpty();
        if (!isAttribute && child.kind != NodeKind::Select)
            return failAt("`has` takes an attribute: has(resource.region)", child.begin);
        Node node = make(NodeKind::Has, name.begin);
        node.children = {argument};
        return add(std::move(node));
    }

    std::vector<Token> m_tokens;
    Equals m_equals;
    std::size_t m_at = 0;
    int m_depth = 0;
    std::vector<QByteArray> m_variables; // of the loops around, by slot
    Ast m_ast;
    std::optional<SyntaxError> m_error;
};

} // namespace

Parsed<Ast> parse(QByteArrayView text, Arena &arena, Equals equals)
{
    if (text.size() > textBytesMax)
        return tl::make_unexpected(SyntaxError{
            "a condition has at most " + QByteArray::number(textBytesMax) + " bytes", 0});
    auto tokens = tokenize(text, arena);
    if (!tokens)
        return tl::make_unexpected(std::move(tokens).error());
    return Parser(*std::move(tokens), equals).run();
}

} // namespace provost::policy::condition
