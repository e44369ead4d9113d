#include "server/policy/condition/split.h"

#include "server/policy/rowfilters.h"

#include <algorithm>
#include <cmath>

namespace provost::policy::condition {

namespace {

constexpr int filterNodesMax = 2000;
constexpr qsizetype unrolledItemsMax = 256;

using Leaf = RowFilter::Operator;

RowFilter leaf(Leaf op, const QByteArray &attribute, Json value = {})
{
    return {.op = op, .operands = {}, .attribute = attribute, .value = std::move(value)};
}

RowFilter constant(bool value)
{
    return {.op = value ? Leaf::True : Leaf::False};
}

RowFilter negated(RowFilter filter)
{
    RowFilter result{.op = Leaf::Not};
    result.operands.push_back(std::move(filter));
    return result;
}

struct Comparison
{
    Leaf whenTrue;
    Leaf whenFalse;
};

// `mirrored`: the attribute stands on the right.
std::optional<Comparison> comparisonOf(Operator op, bool mirrored)
{
    switch (op) {
    case Operator::Equal: return Comparison{Leaf::Equal, Leaf::NotEqual};
    case Operator::NotEqual: return Comparison{Leaf::NotEqual, Leaf::Equal};
    case Operator::Less:
        return mirrored ? Comparison{Leaf::Greater, Leaf::LessOrEqual}
                        : Comparison{Leaf::Less, Leaf::GreaterOrEqual};
    case Operator::LessOrEqual:
        return mirrored ? Comparison{Leaf::GreaterOrEqual, Leaf::Less}
                        : Comparison{Leaf::LessOrEqual, Leaf::Greater};
    case Operator::Greater:
        return mirrored ? Comparison{Leaf::Less, Leaf::GreaterOrEqual}
                        : Comparison{Leaf::Greater, Leaf::LessOrEqual};
    case Operator::GreaterOrEqual:
        return mirrored ? Comparison{Leaf::LessOrEqual, Leaf::Greater}
                        : Comparison{Leaf::GreaterOrEqual, Leaf::Less};
    default: return std::nullopt;
    }
}

// What a filter's leaf can hold and an adapter can bind.
bool isScalar(const Value &value)
{
    switch (value.type()) {
    case Type::Bool:
    case Type::Int:
    case Type::Uint:
    case Type::String: return true;
    case Type::Double: return std::isfinite(value.toReal());
    default: return false;
    }
}

// No value of a row is equal to one of these.
bool neverInRow(const Value &value)
{
    switch (value.type()) {
    case Type::Null:
    case Type::Bytes:
    case Type::Timestamp:
    case Type::Duration:
    case Type::Type: return true;
    default: return false;
    }
}

class Splitter
{
public:
    Splitter(const Program &program, Evaluation &evaluation, const Unknowns &unknowns)
        : m_program(program)
        , m_ast(program.ast())
        , m_evaluation(evaluation)
        , m_unknowns(unknowns)
        , m_depends(m_ast.nodes.size(), false)
    {
        // Children stand before their parents.
        for (std::size_t i = 0; i < m_ast.nodes.size(); ++i) {
            const Node &node = m_ast.nodes[i];
            m_depends[i] = isUnknown(node)
                           || std::any_of(node.children.begin(), node.children.end(),
                                          [&](int child) { return depends(child); });
        }
    }

    [[nodiscard]] bool depends(int node) const { return m_depends[static_cast<std::size_t>(node)]; }
    [[nodiscard]] bool isComplete() const { return m_complete; }

    Split split(int index)
    {
        if (!depends(index))
            return known(m_program.run(m_evaluation, index));
        if (++m_nodes > filterNodesMax)
            return untranslated();
        const Node &node = m_ast[index];
        switch (node.kind) {
        case NodeKind::And: return chain(node, true);
        case NodeKind::Or: return chain(node, false);
        case NodeKind::Unary: {
            if (node.op != Operator::Not)
                return untranslated();
            Split operand = split(node.children[0]);
            return {std::move(operand.whenFalse), std::move(operand.whenTrue)};
        }
        case NodeKind::Conditional: return conditional(node);
        case NodeKind::Binary: return node.op == Operator::In ? membership(node) : comparison(node);
        case NodeKind::Has: return has(node);
        case NodeKind::Call: return textTest(node);
        case NodeKind::Loop: return loop(node);
        case NodeKind::Path: return truthOf(index);
        default: return untranslated();
        }
    }

private:
    [[nodiscard]] bool isUnknown(const Node &node) const
    {
        if (node.kind != NodeKind::Path)
            return false;
        const bool ofResource = node.root == Root::Resource || node.root == Root::Bare;
        const auto &rows = m_unknowns.rowAttributes;
        if (ofResource
            && (node.name.isEmpty() ? !rows.empty()
                                    : std::find(rows.begin(), rows.end(), node.name) != rows.end()))
            return true;
        if (!m_unknowns.openArguments)
            return false;
        if (node.root == Root::Args)
            return true;
        return ofResource && !m_evaluation.load(Root::Resource, node.name);
    }

    static Split known(const Value &value)
    {
        return {constant(value.isTrue()), constant(value.isFalse())};
    }
    static Split error() { return {constant(false), constant(false)}; }

    Split untranslated()
    {
        m_complete = false;
        // Open: both may hold. Closed: neither does.
        const RowFilter maybe = m_unknowns.openArguments ? leaf(Leaf::Has, "?") : constant(false);
        return {maybe, maybe};
    }

    // The attribute of a row that the node names, if it does just that.
    [[nodiscard]] const QByteArray *attribute(int index) const
    {
        const Node &node = m_ast[index];
        return node.kind == NodeKind::Path && depends(index) && !node.name.isEmpty() ? &node.name
                                                                                     : nullptr;
    }

    Split chain(const Node &node, bool isAnd)
    {
        std::vector<RowFilter> whenTrue;
        std::vector<RowFilter> whenFalse;
        for (const int child : node.children) {
            Split one = split(child);
            whenTrue.push_back(std::move(one.whenTrue));
            whenFalse.push_back(std::move(one.whenFalse));
        }
        return isAnd ? Split{allOf(std::move(whenTrue)), anyOf(std::move(whenFalse))}
                     : Split{anyOf(std::move(whenTrue)), allOf(std::move(whenFalse))};
    }

    Split conditional(const Node &node)
    {
        const Split test = split(node.children[0]);
        Split then = split(node.children[1]);
        Split otherwise = split(node.children[2]);
        const auto either = [&](RowFilter a, RowFilter b) {
            return anyOf(
                {allOf({test.whenTrue, std::move(a)}), allOf({test.whenFalse, std::move(b)})});
        };
        return {either(std::move(then.whenTrue), std::move(otherwise.whenTrue)),
                either(std::move(then.whenFalse), std::move(otherwise.whenFalse))};
    }

    // An attribute that stands where true or false is needed. `>=` and `<` hold for no other type.
    Split truthOf(int index)
    {
        const QByteArray *name = attribute(index);
        if (name == nullptr)
            return untranslated();
        return {leaf(Leaf::GreaterOrEqual, *name, true), leaf(Leaf::Less, *name, true)};
    }

    Split comparison(const Node &node)
    {
        const bool mirrored = attribute(node.children[0]) == nullptr;
        const QByteArray *name = attribute(node.children[mirrored ? 1 : 0]);
        const int other = node.children[mirrored ? 0 : 1];
        const auto operators = comparisonOf(node.op, mirrored);
        if (name == nullptr || depends(other) || !operators)
            return untranslated();
        const Value value = m_program.run(m_evaluation, other);
        if (value.isError())
            return error();
        if (isScalar(value)) {
            const Json json = *toJson(value);
            return {leaf(operators->whenTrue, *name, json),
                    leaf(operators->whenFalse, *name, json)};
        }
        const bool isEquality = node.op == Operator::Equal || node.op == Operator::NotEqual;
        if (!isEquality)
            return value.type() == Type::Double ? untranslated() : error();
        if (!neverInRow(value))
            return untranslated();
        const RowFilter present = leaf(Leaf::Has, *name);
        return node.op == Operator::Equal ? Split{constant(false), present}
                                          : Split{present, constant(false)};
    }

    Split membership(const Node &node)
    {
        const QByteArray *name = attribute(node.children[0]);
        if (name == nullptr || depends(node.children[1]))
            return untranslated();
        const Value container = m_program.run(m_evaluation, node.children[1]);
        if (container.type() != Type::List && container.type() != Type::Map)
            return error();
        Json items = Json::array();
        bool hasError = false;
        for (qsizetype i = 0; i < container.size(); ++i) {
            const Value item =
                container.type() == Type::List ? container.item(i) : container.entry(i).first;
            if (++m_nodes > filterNodesMax)
                return untranslated();
            if (item.isError())
                hasError = true;
            else if (isScalar(item))
                items.append(*toJson(item));
            else if (!neverInRow(item))
                return untranslated();
        }
        if (items.items().empty())
            return {constant(false), hasError ? constant(false) : leaf(Leaf::Has, *name)};
        RowFilter in = leaf(Leaf::In, *name, std::move(items));
        RowFilter notIn = hasError ? constant(false) : negated(in);
        return {std::move(in), std::move(notIn)};
    }

    Split has(const Node &node)
    {
        const QByteArray *name = attribute(node.children[0]);
        if (name == nullptr)
            return untranslated();
        return {leaf(Leaf::Has, *name), negated(leaf(Leaf::Has, *name))};
    }

    Split textTest(const Node &node)
    {
        const std::optional<Leaf> op = node.name == "startsWith" ? std::optional(Leaf::StartsWith)
                                       : node.name == "endsWith" ? std::optional(Leaf::EndsWith)
                                       : node.name == "contains" ? std::optional(Leaf::Contains)
                                                                 : std::nullopt;
        if (!op || !node.method || node.children.size() != 2)
            return untranslated();
        const QByteArray *name = attribute(node.children[0]);
        if (name == nullptr || depends(node.children[1]))
            return untranslated();
        const Value text = m_program.run(m_evaluation, node.children[1]);
        if (text.type() != Type::String)
            return error();
        const RowFilter test = leaf(*op, *name, *toJson(text));
        return {test, negated(test)};
    }

    // user.regions.exists(r, r == resource.region): the items are known, so the loop becomes a chain.
    Split loop(const Node &node)
    {
        const bool isAll = node.loop == LoopKind::All;
        if ((!isAll && node.loop != LoopKind::Exists) || depends(node.children[0]))
            return untranslated();
        const Value range = m_program.run(m_evaluation, node.children[0]);
        if (range.type() != Type::List && range.type() != Type::Map)
            return error();
        if (range.size() > unrolledItemsMax)
            return untranslated();
        std::vector<RowFilter> whenTrue;
        std::vector<RowFilter> whenFalse;
        for (qsizetype i = 0; i < range.size(); ++i) {
            m_evaluation.locals[static_cast<std::size_t>(node.slot)] =
                range.type() == Type::List ? range.item(i) : range.entry(i).first;
            Split one = split(node.children[1]);
            whenTrue.push_back(std::move(one.whenTrue));
            whenFalse.push_back(std::move(one.whenFalse));
        }
        return isAll ? Split{allOf(std::move(whenTrue)), anyOf(std::move(whenFalse))}
                     : Split{anyOf(std::move(whenTrue)), allOf(std::move(whenFalse))};
    }

    const Program &m_program;
    const Ast &m_ast;
    Evaluation &m_evaluation;
    const Unknowns &m_unknowns;
    std::vector<bool> m_depends;
    int m_nodes = 0;
    bool m_complete = true;
};

} // namespace

std::optional<Split> split(const Program &program, Evaluation &evaluation, const Unknowns &unknowns)
{
    Splitter splitter(program, evaluation, unknowns);
    if (!splitter.depends(program.ast().root))
        return std::nullopt;
    Split result = splitter.split(program.ast().root);
    result.complete = splitter.isComplete();
    return result;
}

} // namespace provost::policy::condition
