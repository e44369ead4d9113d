#include "server/org/yamledit.h"

#include "server/org/yamllist.h"

#include <algorithm>

namespace provost::org {

namespace {

using Node = YamlText::Node;
using Member = YamlText::Member;

constexpr qsizetype flowListBytesMax = 80;

const char *lineEndOf(const YamlText &yaml)
{
    return yaml.usesCrLf() ? "\r\n" : "\n";
}

const Member *memberOf(const Node &map, QByteArrayView key)
{
    const auto it = std::find_if(map.members.begin(), map.members.end(),
                                 [&](const Member &member) { return member.key.text == key; });
    return it == map.members.end() ? nullptr : &*it;
}

// JSON and YAML that looks like it: keys in double quotes.
bool isJsonStyle(const YamlText &yaml, const Node &map)
{
    return yaml.isFlow(map) && !map.members.empty()
           && yaml.bytes()[yaml.keyRange(map.members.front()).from] == '"';
}

Quotes quotesIn(const YamlText &yaml, const Node &map, Quotes wanted)
{
    return isJsonStyle(yaml, map) ? Quotes::Double : wanted;
}

QByteArray keyText(const YamlText &yaml, const Node &map, QByteArrayView key)
{
    return isJsonStyle(yaml, map) ? yamlScalar(key, Quotes::Double) : key.toByteArray();
}

// The quotes that a written text has, or those that are wanted if it has none.
Quotes quotesOf(const YamlText &yaml, ByteRange range, Quotes wanted)
{
    if (range.from == range.to)
        return wanted;
    switch (yaml.bytes()[range.from]) {
    case '"': return Quotes::Double;
    case '\'': return Quotes::Single;
    default: return wanted;
    }
}

qsizetype rankOf(QByteArrayView key, std::span<const char *const> order)
{
    return std::find_if(order.begin(), order.end(), [&](const char *name) { return key == name; })
           - order.begin();
}

// The member behind which a new one is written; null in an empty map.
const Member *predecessorOf(const Node &map, QByteArrayView key, std::span<const char *const> order)
{
    const Member *found = nullptr;
    for (const Member &member : map.members) {
        if (rankOf(member.key.text, order) < rankOf(key, order))
            found = &member;
    }
    return found != nullptr || map.members.empty() ? found : &map.members.front();
}

// The end of a block member's lines, with comments below it that are indented deeper than its key.
qsizetype endOfLines(const YamlText &yaml, const Member &member)
{
    const qsizetype indent = yaml.columnOf(yaml.keyRange(member).from);
    qsizetype end = yaml.lineEnd(yaml.valueRange(member).to);
    while (end < yaml.bytes().size()) {
        const QByteArrayView line = yaml.lineAt(end);
        if (!isCommentLine(line) || indentOf(line) <= indent)
            break;
        end = yaml.lineEnd(end);
    }
    return end;
}

// Whole lines at the start of a line, or at the end of a text whose last line has no end.
QByteArray withLinesAt(const YamlText &yaml, qsizetype at, QByteArray lines)
{
    QByteArray bytes = yaml.bytes();
    if (at == bytes.size() && !bytes.isEmpty() && !bytes.endsWith('\n')) {
        lines.prepend(lineEndOf(yaml));
        lines.chop(static_cast<qsizetype>(qstrlen(lineEndOf(yaml))));
    }
    return bytes.insert(at, lines);
}

QByteArray flowValue(const YamlValue &value, Quotes quotes)
{
    return value.isList ? flowList(value.list, quotes) : yamlScalar(value.text, quotes);
}

// "key: value" for a block map; long lists and lists of quoted texts get a line per item.
QByteArray blockMember(const YamlText &yaml, const QByteArray &indent, QByteArrayView key,
                       const YamlValue &value)
{
    const QByteArray inLine = flowValue(value, value.quotes);
    const bool asLines = value.isList && !value.list.empty()
                         && (value.quotes != Quotes::AsNeeded || inLine.size() > flowListBytesMax);
    QByteArray text = indent + key.toByteArray() + ':';
    if (!asLines)
        return text + ' ' + inLine + lineEndOf(yaml);
    text.append(lineEndOf(yaml));
    for (const QByteArray &item : value.list)
        text.append(indent + "  - " + yamlScalar(item, value.quotes) + lineEndOf(yaml));
    return text;
}

// What parts a new entry from the one at `at` in flow style: a new line where entries have lines of their own.
QByteArray separatorLike(const YamlText &yaml, qsizetype at)
{
    const QByteArrayView lead =
        QByteArrayView(yaml.bytes()).sliced(yaml.lineStart(at), yaml.columnOf(at));
    if (!isBlankLine(lead))
        return ", ";
    return ',' + QByteArray(lineEndOf(yaml)) + lead.toByteArray();
}

QByteArray addFlowMember(const YamlText &yaml, const Node &map, QByteArrayView key,
                         const QByteArray &valueText, std::span<const char *const> order)
{
    QByteArray bytes = yaml.bytes();
    const QByteArray text = keyText(yaml, map, key) + ": " + valueText;
    const Member *before = predecessorOf(map, key, order);
    if (before == nullptr)
        return bytes.insert(yaml.rangeOf(map, 0).from + 1, text);
    const qsizetype at = yaml.valueRange(*before).to;
    const qsizetype keyAt = yaml.keyRange(*before).from;
    return bytes.insert(at, separatorLike(yaml, keyAt) + text);
}

QByteArray appendFlowItem(const YamlText &yaml, const Node &map, QByteArrayView key,
                          const YamlItem &item, std::span<const char *const> order)
{
    const Member *list = memberOf(map, key);
    const bool hasItems = list != nullptr && !list->value.items.empty();
    const Node &style = hasItems ? list->value.items.back() : map;
    QByteArray text = "{";
    for (const auto &[name, value] : item.members) {
        if (text.size() > 1)
            text.append(", ");
        text.append(keyText(yaml, style, name)).append(": ");
        text.append(flowValue(value, quotesIn(yaml, style, value.quotes)));
    }
    text.append('}');
    if (list == nullptr)
        return addFlowMember(yaml, map, key, '[' + text + ']', order);
    if (!hasItems)
        return replaceValue(yaml, *list, '[' + text + ']');
    QByteArray bytes = yaml.bytes();
    const ByteRange last = yaml.rangeOf(list->value.items.back(), 0);
    return bytes.insert(last.to, separatorLike(yaml, last.from) + text);
}

// "- name: …" and what follows it.
QByteArray itemLines(const YamlText &yaml, const YamlItem &item, qsizetype dashColumn)
{
    QByteArray lines;
    for (const auto &[name, value] : item.members)
        lines.append(blockMember(yaml, QByteArray(dashColumn + 2, ' '), name, value));
    lines[dashColumn] = '-';
    return lines;
}

// Whether a blank line stands above the last of several items, or above its comments.
bool standApart(const YamlText &yaml, const std::vector<Node> &items)
{
    qsizetype start = yaml.lineStart(yaml.dashOf(items.back()));
    while (start > 0 && isCommentLine(yaml.lineAt(start - 1)))
        start = yaml.lineStart(start - 1);
    return items.size() > 1 && start > 0 && isBlankLine(yaml.lineAt(start - 1));
}

// Behind the item's lines and the comments below them that are indented deeper than its dash.
qsizetype endOfItem(const YamlText &yaml, const Node &item)
{
    const qsizetype column = yaml.columnOf(yaml.dashOf(item));
    qsizetype end = yaml.lineEnd(yaml.rangeOf(item, column).to);
    while (end < yaml.bytes().size() && isCommentLine(yaml.lineAt(end))
           && indentOf(yaml.lineAt(end)) > column)
        end = yaml.lineEnd(end);
    return end;
}

QByteArray appendBlockItem(const YamlText &yaml, const Member &list, const YamlItem &item)
{
    const std::vector<Node> &items = list.value.items;
    const qsizetype column = yaml.columnOf(yaml.dashOf(items.front()));
    QByteArray lines = itemLines(yaml, item, column);
    if (standApart(yaml, items))
        lines.prepend(lineEndOf(yaml));
    return withLinesAt(yaml, endOfItem(yaml, items.back()), lines);
}

QByteArray removeFlowMember(const YamlText &yaml, const Node &map, const Member &member)
{
    QByteArray bytes = yaml.bytes();
    const auto index = static_cast<std::size_t>(&member - map.members.data());
    qsizetype from = yaml.keyRange(member).from;
    qsizetype to = yaml.valueRange(member).to;
    if (index + 1 < map.members.size())
        to = yaml.keyRange(map.members[index + 1]).from;
    else if (index > 0)
        from = yaml.valueRange(map.members[index - 1]).to;
    return bytes.remove(from, to - from);
}

} // namespace

QByteArray flowMap(const YamlText &yaml, const Node &parent, QByteArrayView key,
                   const YamlValue &value)
{
    return '{' + keyText(yaml, parent, key) + ": "
           + flowValue(value, quotesIn(yaml, parent, value.quotes)) + '}';
}

QByteArray addMember(const YamlText &yaml, const Node &map, QByteArrayView key,
                     const QByteArray &valueText, std::span<const char *const> order)
{
    if (yaml.isFlow(map))
        return addFlowMember(yaml, map, key, valueText, order);
    const Member *before = predecessorOf(map, key, order);
    const QByteArray indent(yaml.columnOf(yaml.keyRange(*before).from), ' ');
    return withLinesAt(yaml, endOfLines(yaml, *before),
                       indent + key.toByteArray() + ": " + valueText + lineEndOf(yaml));
}

Result<QByteArray> setMember(const YamlText &yaml, const Node &map, QByteArrayView key,
                             const YamlValue &value, std::span<const char *const> order)
{
    const Member *member = memberOf(map, key);
    const Quotes quotes = quotesIn(yaml, map, value.quotes);
    if (member == nullptr) {
        if (yaml.isFlow(map))
            return addFlowMember(yaml, map, key, flowValue(value, quotes), order);
        const Member *before = predecessorOf(map, key, order);
        const QByteArray indent(yaml.columnOf(yaml.keyRange(*before).from), ' ');
        return withLinesAt(yaml, endOfLines(yaml, *before), blockMember(yaml, indent, key, value));
    }
    const Node &old = member->value;
    const bool isListOfTexts = old.isSequence()
                               && std::all_of(old.items.begin(), old.items.end(),
                                              [](const Node &item) { return item.isScalar(); });
    if (value.isList && isListOfTexts)
        return setItems(yaml, *member, value.list, quotes);
    return replaceValue(yaml, *member,
                        flowValue(value, quotesOf(yaml, yaml.valueRange(*member), quotes)));
}

QByteArray removeMember(const YamlText &yaml, const Node &map, QByteArrayView key)
{
    const Member &member = *memberOf(map, key);
    if (yaml.isFlow(map))
        return removeFlowMember(yaml, map, member);
    QByteArray bytes = yaml.bytes();
    const qsizetype keyFrom = yaml.keyRange(member).from;
    const qsizetype lineFrom = yaml.lineStart(keyFrom);
    const qsizetype valueTo = yaml.valueRange(member).to;
    const bool afterDash = !isBlankLine(QByteArrayView(bytes).sliced(lineFrom, keyFrom - lineFrom));
    if (!afterDash)
        return bytes.remove(lineFrom, yaml.lineEnd(valueTo) - lineFrom);
    // The next member moves up behind the dash, unless a comment stands between them.
    const auto index = static_cast<std::size_t>(&member - map.members.data());
    if (index + 1 < map.members.size()) {
        const qsizetype next = yaml.keyRange(map.members[index + 1]).from;
        if (!bytes.sliced(valueTo, next - valueTo).contains('#'))
            return bytes.remove(keyFrom, next - keyFrom);
    }
    return bytes.remove(keyFrom, valueTo - keyFrom);
}

Result<QByteArray> appendItem(const YamlText &yaml, const Node &map, QByteArrayView key,
                              const YamlItem &item, std::span<const char *const> order)
{
    const Member *list = memberOf(map, key);
    const bool hasItems = list != nullptr && !list->value.items.empty();
    if (yaml.isFlow(map) || (hasItems && yaml.isFlow(list->value)))
        return appendFlowItem(yaml, map, key, item, order);
    if (hasItems)
        return appendBlockItem(yaml, *list, item);
    if (list != nullptr) { // with nothing or `[]` behind the colon
        const qsizetype colon = yaml.colonEnd(*list);
        const qsizetype dashColumn = yaml.columnOf(yaml.keyRange(*list).from) + 2;
        QByteArray bytes =
            withLinesAt(yaml, yaml.lineEnd(colon), itemLines(yaml, item, dashColumn));
        return bytes.remove(colon, yaml.valueRange(*list).to - colon);
    }
    const Member *before = predecessorOf(map, key, order);
    const qsizetype keyColumn = yaml.columnOf(yaml.keyRange(*before).from);
    const QByteArray head = QByteArray(keyColumn, ' ') + key.toByteArray() + ':' + lineEndOf(yaml);
    return withLinesAt(yaml, endOfLines(yaml, *before),
                       head + itemLines(yaml, item, keyColumn + 2));
}

Result<QByteArray> removeItem(const YamlText &yaml, const Member &list, std::size_t index)
{
    const std::vector<Node> &items = list.value.items;
    QByteArray bytes = yaml.bytes();
    if (yaml.isFlow(list.value)) {
        if (items.size() == 1)
            return replaceValue(yaml, list, "[]");
        const ByteRange item = yaml.rangeOf(items[index], 0);
        const qsizetype from = index > 0 ? yaml.rangeOf(items[index - 1], 0).to : item.from;
        const qsizetype to = index > 0 ? item.to : yaml.rangeOf(items[index + 1], 0).from;
        if (bytes.sliced(from, to - from).contains("\n#")
            || bytes.sliced(from, to - from).contains(" #"))
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("comments stand around this item; remove it in the text "
                                       "editor"));
        return bytes.remove(from, to - from);
    }
    const qsizetype dash = yaml.dashOf(items[index]);
    const qsizetype column = yaml.columnOf(dash);
    qsizetype from = yaml.lineStart(dash);
    if (!isBlankLine(QByteArrayView(bytes).sliced(from, dash - from)))
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("this list is laid out in a way that only the text editor can "
                                   "change"));
    const qsizetype to = endOfItem(yaml, items[index]);
    while (from > 0 && isCommentLine(yaml.lineAt(from - 1))
           && indentOf(yaml.lineAt(from - 1)) == column)
        from = yaml.lineStart(from - 1);
    const bool blankBelow = to >= bytes.size() || isBlankLine(yaml.lineAt(to));
    if (from > 0 && isBlankLine(yaml.lineAt(from - 1)) && blankBelow)
        from = yaml.lineStart(from - 1);
    bytes.remove(from, to - from);
    if (items.size() == 1)
        bytes.insert(yaml.colonEnd(list), " []");
    return bytes;
}

} // namespace provost::org
