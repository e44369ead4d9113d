// The grammar of filters:
//
//     either := both { "OR" both }            both := unary { [ "AND" ] unary }
//     unary  := ( "-" | "NOT" ) unary | "(" either ")" | term
//     term   := field operator value | "quoted" | word
//     operator := ":" | "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" before one of these
#include "server/audit/filter.h"
#include "server/audit/filtervalue.h"

#include <algorithm>
#include <limits>

namespace provost::audit {

namespace {

constexpr int depthMax = 64;
constexpr qsizetype textBytesMax = 8192;

using Node = FilterNode;
using Parsed = tl::expected<Node, FilterError>;

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

Node combined(Node::Kind kind, std::vector<Node> children)
{
    if (children.size() == 1)
        return std::move(children.front());
    Node node;
    node.kind = kind;
    node.children = std::move(children);
    return node;
}

Node negated(Node node)
{
    if (node.kind == Node::Kind::Not)
        return Node(std::move(node.children.front()));
    Node result;
    result.kind = Node::Kind::Not;
    result.children.push_back(std::move(node));
    return result;
}

class Parser
{
public:
    Parser(QByteArrayView text, WallTime now)
        : m_text(text)
        , m_now(now)
    {
    }

    Parsed parse()
    {
        if (m_text.size() > textBytesMax)
            return error(0, QStringLiteral("the filter is longer than %1 bytes").arg(textBytesMax));
        if (!m_text.isValidUtf8())
            return error(0, QStringLiteral("the filter is not UTF-8"));
        skipSpace();
        if (atEnd())
            return Node();
        TRY_LET(Node node, either(0));
        if (!atEnd())
            return error(m_at, QStringLiteral("`)` without a `(` before it"));
        return node;
    }

private:
    Parsed either(int depth)
    {
        std::vector<Node> alternatives;
        do {
            TRY_LET(Node node, both(depth));
            alternatives.push_back(std::move(node));
        } while (takeWord("OR"));
        return combined(Node::Kind::Or, std::move(alternatives));
    }

    Parsed both(int depth)
    {
        std::vector<Node> parts;
        do {
            TRY_LET(Node node, unary(depth));
            // A parenthesis inside does not change what `and` means.
            if (node.kind == Node::Kind::And)
                std::move(node.children.begin(), node.children.end(), std::back_inserter(parts));
            else
                parts.push_back(std::move(node));
        } while (takeWord("AND") || (!atEnd() && peek() != ')' && !isWord("OR")));
        return combined(Node::Kind::And, std::move(parts));
    }

    Parsed unary(int depth)
    {
        if (depth > depthMax)
            return error(m_at, QStringLiteral("more than %1 levels").arg(depthMax));
        if (atEnd() || peek() == ')')
            return error(m_at, QStringLiteral("a term is missing here"));
        if (isWord("OR") || isWord("AND"))
            return error(m_at, QStringLiteral("`OR` and `AND` stand between two terms; write "
                                              "\"OR\" in quotes to look for the word"));
        if (peek() == '-' || isWord("NOT")) {
            m_at += peek() == '-' ? 1 : 3;
            skipSpace();
            TRY_LET(Node node, unary(depth + 1));
            return negated(std::move(node));
        }
        if (peek() == '(') {
            const qsizetype opened = m_at++;
            skipSpace();
            TRY_LET(Node node, either(depth + 1));
            if (atEnd())
                return error(opened, QStringLiteral("this `(` is not closed"));
            ++m_at;
            skipSpace();
            return node;
        }
        return term();
    }

    Parsed term()
    {
        const qsizetype start = m_at;
        if (peek() != '"') {
            qsizetype nameEnd = m_at;
            while (nameEnd < m_text.size() && isNameCharacter(m_text[nameEnd]))
                ++nameEnd;
            const QByteArrayView name = m_text.sliced(start, nameEnd - start);
            m_at = nameEnd;
            if (const Operator op = takeOperator(); op != Operator::None && !name.isEmpty()) {
                const FieldInfo *info = fieldNamed(name);
                if (info == nullptr)
                    return error(start, unknownField(name));
                return fieldTerm(*info, op);
            }
            m_at = start;
        }
        TRY_LET(const Value value, takeValue());
        Node node;
        node.kind = Node::Kind::FreeText;
        node.pattern = {TextPattern::Kind::Contains, escapedForLike(value.text)};
        return node;
    }

    Parsed fieldTerm(const FieldInfo &info, Operator op)
    {
        const qsizetype start = m_at;
        if (atEnd() || isSpace(peek()) || peek() == ')')
            return error(
                start, QStringLiteral("a value is missing after `%1`")
                           .arg(QString::fromUtf8(info.name.data(), qsizetype(info.name.size()))));
        TRY_LET(const Value value, takeValue());
        auto node = nodeOf(info, op, value, m_now);
        if (!node)
            return error(start, node.error());
        return op == Operator::Unequal ? negated(*std::move(node)) : *std::move(node);
    }

    Operator takeOperator()
    {
        static constexpr std::pair<std::string_view, Operator> operators[] = {
            {"!=", Operator::Unequal}, {"<=", Operator::AtMost}, {">=", Operator::AtLeast},
            {"<", Operator::Less},     {">", Operator::Greater}, {"=", Operator::Equal},
        };
        const qsizetype start = m_at;
        const bool hasColon = !atEnd() && peek() == ':';
        if (hasColon)
            ++m_at;
        for (const auto &[text, op] : operators) {
            if (m_text.sliced(m_at).startsWith(
                    QByteArrayView(text.data(), qsizetype(text.size())))) {
                m_at += qsizetype(text.size());
                return op;
            }
        }
        if (!hasColon)
            m_at = start;
        return hasColon ? Operator::Like : Operator::None;
    }

    // A quoted text, or everything up to a space or parenthesis.
    tl::expected<Value, FilterError> takeValue()
    {
        Value value;
        const qsizetype start = m_at;
        if (peek() != '"') {
            while (!atEnd() && !isSpace(peek()) && peek() != '(' && peek() != ')' && peek() != '"')
                value.text.append(m_text[m_at++]);
            if (m_at == start)
                return error(start, QStringLiteral("a value is missing here"));
            skipSpace();
            return value;
        }
        value.isQuoted = true;
        for (++m_at; !atEnd(); ++m_at) {
            char c = peek();
            if (c == '"') {
                ++m_at;
                skipSpace();
                return value;
            }
            if (c == '\\' && m_at + 1 < m_text.size())
                c = m_text[++m_at];
            value.text.append(c);
        }
        return error(start, QStringLiteral("this quotation mark is not closed"));
    }

    static QString unknownField(QByteArrayView name)
    {
        const QByteArray lower = name.toByteArray().toLower();
        QStringList similar;
        for (const FieldInfo &info : allFields()) {
            const QByteArrayView known(info.name.data(), qsizetype(info.name.size()));
            if (known.startsWith(lower.first(1)) && known.size() > 1)
                similar.append(QString::fromUtf8(known));
        }
        QString text = QStringLiteral("there is no field `%1`").arg(QString::fromUtf8(name));
        if (!similar.isEmpty())
            text += QStringLiteral("; similar: ") + similar.join(QStringLiteral(", "));
        return text + QStringLiteral("; to look for the text, put it in quotes");
    }

    bool isWord(QByteArrayView word) const
    {
        const QByteArrayView rest = m_text.sliced(m_at);
        return rest.startsWith(word)
               && (rest.size() == word.size() || isSpace(rest[word.size()])
                   || rest[word.size()] == '(' || rest[word.size()] == ')');
    }

    bool takeWord(QByteArrayView word)
    {
        if (!isWord(word))
            return false;
        m_at += word.size();
        skipSpace();
        return true;
    }

    void skipSpace()
    {
        while (!atEnd() && isSpace(peek()))
            ++m_at;
    }

    [[nodiscard]] bool atEnd() const { return m_at >= m_text.size(); }
    [[nodiscard]] char peek() const { return m_text[m_at]; }

    static tl::unexpected<FilterError> error(qsizetype position, QString message)
    {
        return tl::make_unexpected(FilterError{int(position), std::move(message)});
    }

    QByteArrayView m_text;
    WallTime m_now;
    qsizetype m_at = 0;
};

} // namespace

tl::expected<Filter, FilterError> Filter::parse(QByteArrayView text, WallTime now)
{
    TRY_LET(Node root, Parser(text, now).parse());
    return Filter(std::move(root));
}

Result<Filter> Filter::fromText(QByteArrayView text, WallTime now)
{
    auto filter = parse(text, now);
    if (!filter)
        return fail(ErrorCode::InvalidInput, QStringLiteral("filter, character %1: %2")
                                                 .arg(filter.error().position + 1)
                                                 .arg(filter.error().message));
    return *std::move(filter);
}

} // namespace provost::audit
