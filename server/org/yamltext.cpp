#include "server/org/yamltext.h"

#include "server/policy/loader.h"

#include <algorithm>

namespace provost::org {

namespace {

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

} // namespace

bool isBlankLine(QByteArrayView line)
{
    return std::all_of(line.begin(), line.end(), isBlank);
}

bool isCommentLine(QByteArrayView line)
{
    return line.trimmed().startsWith('#');
}

qsizetype indentOf(QByteArrayView line)
{
    return std::find_if(line.begin(), line.end(), [](char c) { return c != ' '; }) - line.begin();
}

YamlText::YamlText(QByteArray bytes, Node root)
    : m_bytes(std::move(bytes))
    , m_root(std::move(root))
    , m_lines{0}
{
    for (qsizetype i = 0; i < m_bytes.size(); ++i) {
        if (m_bytes[i] == '\n')
            m_lines.push_back(i + 1);
    }
}

Result<YamlText> YamlText::parse(QByteArray bytes)
{
    policy::YamlTree tree = policy::parseYaml({}, bytes);
    if (tree.error)
        return fail(ErrorCode::InvalidInput, QStringLiteral("line %1: %2")
                                                 .arg(tree.error->where.line)
                                                 .arg(QString::fromUtf8(tree.error->message)));
    return YamlText(std::move(bytes), std::move(tree.root));
}

bool YamlText::usesCrLf() const
{
    const qsizetype first = m_bytes.indexOf('\n');
    return first > 0 && m_bytes[first - 1] == '\r';
}

qsizetype YamlText::offsetOf(const policy::SourceLocation &where) const
{
    const auto line = static_cast<std::size_t>(std::max(where.line, 1) - 1);
    qsizetype at = line < m_lines.size() ? m_lines[line] : m_bytes.size();
    for (int column = 1; column < where.column && at < m_bytes.size(); ++column) {
        ++at;
        while (at < m_bytes.size() && (static_cast<unsigned char>(m_bytes[at]) & 0xc0U) == 0x80U)
            ++at;
    }
    return at;
}

bool YamlText::isFlow(const Node &node) const
{
    const qsizetype from = offsetOf(node.where);
    return from < m_bytes.size() && (m_bytes[from] == '[' || m_bytes[from] == '{');
}

ByteRange YamlText::rangeOf(const Node &node, qsizetype indent) const
{
    const qsizetype from = offsetOf(node.where);
    switch (node.kind) {
    case Node::Kind::Null: {
        // `~` and `null` are written; nothing is not.
        const QByteArrayView rest = QByteArrayView(m_bytes).sliced(from);
        const qsizetype size = rest.startsWith('~') ? 1 : rest.startsWith("null") ? 4 : 0;
        return {from, from + size};
    }
    case Node::Kind::Scalar:
        if (node.plain)
            return {from, plainEnd(from, node.text)};
        if (m_bytes[from] == '"' || m_bytes[from] == '\'')
            return {from, quotedEnd(from)};
        return {from, blockScalarEnd(from, indent)};
    case Node::Kind::Sequence:
        if (isFlow(node))
            return {from, flowEnd(from)};
        return {from, node.items.empty() ? from : rangeOf(node.items.back(), columnOf(from)).to};
    case Node::Kind::Map:
        if (isFlow(node))
            return {from, flowEnd(from)};
        return {from, node.members.empty() ? from : valueRange(node.members.back()).to};
    }
    return {from, from};
}

ByteRange YamlText::keyRange(const Member &member) const
{
    return rangeOf(member.key, 0);
}

qsizetype YamlText::colonEnd(const Member &member) const
{
    return m_bytes.indexOf(':', keyRange(member).to) + 1;
}

ByteRange YamlText::valueRange(const Member &member) const
{
    const ByteRange range = rangeOf(member.value, columnOf(keyRange(member).from));
    if (member.value.isNull() && range.from == range.to)
        return {colonEnd(member), colonEnd(member)};
    return range;
}

qsizetype YamlText::dashOf(const Node &item) const
{
    return m_bytes.lastIndexOf('-', std::max<qsizetype>(offsetOf(item.where) - 1, 0));
}

qsizetype YamlText::flowEnd(qsizetype from) const
{
    int depth = 0;
    for (qsizetype at = from; at < m_bytes.size(); ++at) {
        const char c = m_bytes[at];
        if (c == '"' || c == '\'') {
            // A quote inside a plain text is a character like others.
            const bool opens =
                isBlank(m_bytes[at - 1]) || QByteArrayView("[{,:").contains(m_bytes[at - 1]);
            if (opens)
                at = quotedEnd(at) - 1;
        } else if (c == '#' && isBlank(m_bytes[at - 1])) {
            at = lineEnd(at) - 1;
        } else if (c == '[' || c == '{') {
            ++depth;
        } else if ((c == ']' || c == '}') && --depth == 0) {
            return at + 1;
        }
    }
    return m_bytes.size();
}

qsizetype YamlText::quotedEnd(qsizetype from) const
{
    const char quote = m_bytes[from];
    for (qsizetype at = from + 1; at < m_bytes.size(); ++at) {
        const bool doubled = quote == '\'' && m_bytes[at] == '\'' && at + 1 < m_bytes.size()
                             && m_bytes[at + 1] == '\'';
        if (doubled || (quote == '"' && m_bytes[at] == '\\'))
            ++at;
        else if (m_bytes[at] == quote)
            return at + 1;
    }
    return m_bytes.size();
}

// A plain text may go on over lines, which read as blanks.
qsizetype YamlText::plainEnd(qsizetype from, QByteArrayView text) const
{
    qsizetype at = from;
    for (const char c : text) {
        if (isBlank(c))
            continue;
        while (at < m_bytes.size() && isBlank(m_bytes[at]))
            ++at;
        ++at;
    }
    return std::min(at, m_bytes.size());
}

qsizetype YamlText::blockScalarEnd(qsizetype from, qsizetype indent) const
{
    qsizetype end = lineStart(from) + lineAt(from).size();
    for (qsizetype at = lineEnd(from); at < m_bytes.size(); at = lineEnd(at)) {
        const QByteArrayView line = lineAt(at);
        if (isBlankLine(line))
            continue;
        if (indentOf(line) <= indent)
            break;
        end = at + line.size();
    }
    return end;
}

qsizetype YamlText::lineStart(qsizetype at) const
{
    const auto next = std::upper_bound(m_lines.begin(), m_lines.end(), at);
    return *std::prev(next);
}

qsizetype YamlText::lineEnd(qsizetype at) const
{
    const auto next = std::upper_bound(m_lines.begin(), m_lines.end(), at);
    return next == m_lines.end() ? m_bytes.size() : *next;
}

qsizetype YamlText::columnOf(qsizetype at) const
{
    return at - lineStart(at);
}

QByteArrayView YamlText::lineAt(qsizetype at) const
{
    QByteArrayView line =
        QByteArrayView(m_bytes).sliced(lineStart(at), lineEnd(at) - lineStart(at));
    while (line.endsWith('\n') || line.endsWith('\r'))
        line.chop(1);
    return line;
}

} // namespace provost::org
