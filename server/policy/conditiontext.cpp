#include "server/policy/conditiontext.h"

namespace provost::policy {

namespace {

using condition::Node;
using condition::NodeKind;
using condition::Value;

constexpr qsizetype valueBytesMax = 80; // values are for recognising, not for reading out

class Reader
{
public:
    Reader(const condition::Program &program, condition::Evaluation &evaluation)
        : m_program(program)
        , m_ast(program.ast())
        , m_evaluation(evaluation)
    {
    }

    QByteArray explain(int index)
    {
        const Node &node = m_ast[index];
        if (m_program.isConstant(index))
            return toText(m_ast, index);
        switch (node.kind) {
        case NodeKind::And:
            for (const int child : node.children) {
                if (m_program.run(m_evaluation, child).isFalse())
                    return explain(child);
            }
            break;
        case NodeKind::Or: {
            QByteArray all;
            for (const int child : node.children)
                all += (all.isEmpty() ? "" : "; ") + explain(child);
            return all;
        }
        case NodeKind::Binary: return comparison(node, index);
        default: break;
        }
        return withValues(index);
    }

private:
    // resource.region == user.region reads best as one name with two values.
    QByteArray comparison(const Node &node, int index)
    {
        const Node &left = m_ast.child(node, 0);
        const Node &right = m_ast.child(node, 1);
        const bool sameName = left.kind == NodeKind::Path && right.kind == NodeKind::Path
                              && left.name == right.name && !left.name.isEmpty();
        if (!sameName)
            return withValues(index);
        return left.name + ": " + rootOf(left) + '=' + plain(node.children[0]) + ", "
               + rootOf(right) + '=' + plain(node.children[1]);
    }

    static QByteArray rootOf(const Node &path)
    {
        return path.root == condition::Root::Bare ? "resource" : nameOf(path.root);
    }

    // A text without its quotes.
    QByteArray plain(int index)
    {
        const Value value = m_program.run(m_evaluation, index);
        if (value.isError())
            return "absent";
        const QByteArray text =
            value.type() == condition::Type::String ? value.toView().toByteArray() : toText(value);
        return shortened(text);
    }

    static QByteArray shortened(const QByteArray &text)
    {
        if (text.size() <= valueBytesMax)
            return text;
        qsizetype end = valueBytesMax;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
            --end; // whole characters only
        return text.first(end) + "…";
    }

    // "resource.risk > 5: resource.risk=3"
    QByteArray withValues(int index)
    {
        QByteArray values;
        collect(index, values);
        const QByteArray text = toText(m_ast, index);
        return values.isEmpty() ? text : QByteArray(text + ": " + values);
    }

    void collect(int index, QByteArray &values)
    {
        const Node &node = m_ast[index];
        if (node.kind == NodeKind::Path && !node.name.isEmpty()) {
            const QByteArray one = toText(m_ast, index) + '=' + quotedValue(index);
            if (!values.contains(one))
                values += (values.isEmpty() ? "" : ", ") + one;
        }
        if (node.kind == NodeKind::Has || m_program.isConstant(index))
            return;
        for (const int child : node.children)
            collect(child, values);
    }

    QByteArray quotedValue(int index)
    {
        const Value value = m_program.run(m_evaluation, index);
        return value.isError() ? QByteArray("absent") : shortened(toText(value));
    }

    const condition::Program &m_program;
    const condition::Ast &m_ast;
    condition::Evaluation &m_evaluation;
};

} // namespace

QByteArray whyFalse(const condition::Program &program, condition::Evaluation &evaluation)
{
    return Reader(program, evaluation).explain(program.ast().root);
}

} // namespace provost::policy
