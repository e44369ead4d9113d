#include "server/audit/filter.h"

#include "server/audit/filtervalue.h"
#include "server/storage/database.h"

#include <algorithm>
#include <limits>

namespace provost::audit {

namespace {

using Kind = FilterNode::Kind;
using Limits = std::numeric_limits<std::int64_t>;

bool matchesText(const FieldInfo &info, const TextPattern &pattern, const Record &record)
{
    if (info.kind == FieldKind::Texts)
        return pattern.matchesAny(record.roles);
    return pattern.matches(info.text(record));
}

std::optional<std::int64_t> numberOf(Field field, const Record &record, std::int64_t sequence)
{
    return field == Field::Sequence ? sequence : infoOf(field).number(record);
}

bool matchesFreeText(const TextPattern &pattern, const Record &record)
{
    const auto fields = allFields();
    return std::any_of(fields.begin(), fields.end(),
                       [&](const FieldInfo &info) {
                           return isFreeText(info) && matchesText(info, pattern, record);
                       })
           || pattern.matches(searchedArguments(record));
}

bool matchesNode(const FilterNode &node, const Record &record, std::int64_t sequence)
{
    const auto matchesChild = [&](const FilterNode &child) {
        return matchesNode(child, record, sequence);
    };
    switch (node.kind) {
    case Kind::All: return true;
    case Kind::And: return std::all_of(node.children.begin(), node.children.end(), matchesChild);
    case Kind::Or: return std::any_of(node.children.begin(), node.children.end(), matchesChild);
    case Kind::Not: return !matchesChild(node.children.front());
    case Kind::Text: return matchesText(infoOf(node.field), node.pattern, record);
    case Kind::Number: {
        const auto value = numberOf(node.field, record, sequence);
        return value && node.range.contains(*value);
    }
    case Kind::Present: return numberOf(node.field, record, sequence).has_value();
    case Kind::FreeText: return matchesFreeText(node.pattern, record);
    }
    return false;
}

QByteArray numberText(const FieldInfo &info, std::int64_t value)
{
    if (info.kind != FieldKind::Time)
        return decimalText(value, info.digits);
    return toRfc3339(WallTime(Microseconds(value)));
}

void appendRange(QByteArray &out, const FieldInfo &info, const NumberRange &range)
{
    if (range.from > range.until && range.from == 1)
        out.append('<').append(numberText(info, Limits::min())); // nothing lies there
    else if (range.from == range.until)
        out.append(':').append(numberText(info, range.from));
    else if (range.from == Limits::min())
        out.append("<=").append(numberText(info, range.until));
    else if (range.until == Limits::max())
        out.append(">=").append(numberText(info, range.from));
    else
        out.append(':')
            .append(numberText(info, range.from))
            .append("..")
            .append(numberText(info, range.until));
}

void appendNode(QByteArray &out, const FilterNode &node, bool isPart)
{
    const FieldInfo &info = infoOf(node.field);
    const auto appendField = [&] { out.append(info.name.data(), qsizetype(info.name.size())); };
    switch (node.kind) {
    case Kind::All: return;
    case Kind::And:
    case Kind::Or: {
        const bool needsParentheses = isPart;
        if (needsParentheses)
            out.append('(');
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            if (i > 0)
                out.append(node.kind == Kind::Or ? " OR " : " ");
            appendNode(out, node.children[i], true);
        }
        if (needsParentheses)
            out.append(')');
        return;
    }
    case Kind::Not:
        out.append('-');
        appendNode(out, node.children.front(), true);
        return;
    case Kind::Text:
        appendField();
        out.append(':');
        if (node.pattern.kind == TextPattern::Kind::NotEmpty)
            out.append('*');
        else if (node.pattern.kind == TextPattern::Kind::Glob)
            out.append(unescapedFromGlob(node.pattern.text));
        else
            out.append(quotedValue(node.pattern.text));
        return;
    case Kind::Number:
        appendField();
        appendRange(out, info, node.range);
        return;
    case Kind::Present:
        appendField();
        out.append(":*");
        return;
    case Kind::FreeText: {
        QByteArray text = unescapedFromLike(node.pattern.text);
        text.replace('\\', "\\\\").replace('"', "\\\"");
        out.append('"').append(text).append('"');
    }
    }
}

} // namespace

bool TextPattern::matches(const QByteArray &value) const
{
    switch (kind) {
    case Kind::Equals: return value == text;
    case Kind::Glob: return storage::matchesGlob(text, value);
    case Kind::Contains: return storage::matchesLike(text, value);
    case Kind::NotEmpty: return !value.isEmpty();
    }
    return false;
}

bool TextPattern::matchesAny(const std::vector<QByteArray> &values) const
{
    return values.empty() ? matches({})
                          : std::any_of(values.begin(), values.end(),
                                        [this](const QByteArray &value) { return matches(value); });
}

Filter::Filter(FilterNode root)
    : m_root(std::move(root))
{
}

bool Filter::matches(const Record &record, std::int64_t sequence) const
{
    return matchesNode(m_root, record, sequence);
}

QByteArray Filter::canonical() const
{
    QByteArray out;
    appendNode(out, m_root, false);
    return out;
}

QByteArray quotedValue(const QByteArray &value)
{
    const bool isPlain = !value.isEmpty() && std::none_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || QByteArrayView("\"\\()*?:<>=!").contains(c);
    });
    if (isPlain)
        return value;
    QByteArray text = value;
    text.replace('\\', "\\\\").replace('"', "\\\"");
    return '"' + text + '"';
}

} // namespace provost::audit
