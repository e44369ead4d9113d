#include "server/org/yamllist.h"

#include <algorithm>
#include <optional>

namespace provost::org {

namespace {

using Node = YamlText::Node;

// Which old item each new one is, by a longest common subsequence: what is not in it is new or gone.
std::vector<std::optional<std::size_t>> matchItems(const std::vector<Node> &old,
                                                   const std::vector<QByteArray> &items)
{
    const std::size_t rows = old.size();
    const std::size_t columns = items.size();
    std::vector<std::vector<int>> length(rows + 1, std::vector<int>(columns + 1, 0));
    for (std::size_t i = rows; i-- > 0;) {
        for (std::size_t j = columns; j-- > 0;)
            length[i][j] = old[i].text == items[j] ? length[i + 1][j + 1] + 1
                                                   : std::max(length[i + 1][j], length[i][j + 1]);
    }
    std::vector<std::optional<std::size_t>> matched(columns);
    for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
        if (old[i].text == items[j])
            matched[j++] = i++;
        else if (length[i + 1][j] >= length[i][j + 1])
            ++i;
        else
            ++j;
    }
    return matched;
}

// The lines of a list: those of one item, or one that holds no item.
struct Line
{
    std::optional<std::size_t> item; // its index in the old list
    ByteRange range;                 // with the line end
};

// Nothing if an item shares a line with another one or with the brackets.
std::optional<std::vector<Line>> linesOf(const YamlText &yaml, const Node &list, qsizetype from,
                                         qsizetype to)
{
    std::vector<Line> lines;
    qsizetype at = from;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const ByteRange item = yaml.rangeOf(list.items[i], yaml.columnOf(from));
        const qsizetype start = yaml.lineStart(item.from);
        if (start < at)
            return std::nullopt;
        for (; at < start; at = yaml.lineEnd(at))
            lines.push_back({std::nullopt, {at, yaml.lineEnd(at)}});
        at = yaml.lineEnd(item.to);
        lines.push_back({i, {start, at}});
    }
    for (; at < to; at = yaml.lineEnd(at))
        lines.push_back({std::nullopt, {at, yaml.lineEnd(at)}});
    return lines;
}

// The old lines without those of removed items, and new lines behind the item that they follow.
template <class NewLine, class OldLine>
QByteArray rebuilt(const std::vector<Line> &lines, const std::vector<QByteArray> &items,
                   const std::vector<std::optional<std::size_t>> &matched, const NewLine &newLine,
                   const OldLine &oldLine)
{
    QByteArray text;
    std::size_t next = 0; // of the new list
    const auto addNew = [&] {
        for (; next < items.size() && !matched[next]; ++next)
            text.append(newLine(items[next], next));
    };
    const bool startsWithNew = !items.empty() && !matched[0];
    const auto firstItem = std::find_if(lines.begin(), lines.end(),
                                        [](const Line &line) { return line.item.has_value(); });
    for (auto line = lines.begin(); line != lines.end(); ++line) {
        if (line == firstItem && startsWithNew)
            addNew();
        if (!line->item) {
            text.append(oldLine(*line, std::nullopt));
        } else if (next < items.size() && matched[next] == line->item) {
            text.append(oldLine(*line, next));
            ++next;
            addNew();
        }
    }
    addNew();
    return text;
}

QByteArray slice(const YamlText &yaml, ByteRange range)
{
    return yaml.bytes().sliced(range.from, range.to - range.from);
}

QByteArray replaced(const YamlText &yaml, ByteRange range, const QByteArray &text)
{
    QByteArray bytes = yaml.bytes();
    return bytes.replace(range.from, range.to - range.from, text);
}

const char *lineEndOf(const YamlText &yaml)
{
    return yaml.usesCrLf() ? "\r\n" : "\n";
}

Result<QByteArray> setBlockItems(const YamlText &yaml, const Node &list,
                                 const std::vector<QByteArray> &items, Quotes quotes)
{
    const ByteRange range = yaml.rangeOf(list, 0);
    const qsizetype from = yaml.lineStart(range.from);
    const qsizetype to = yaml.lineEnd(range.to);
    const auto lines = linesOf(yaml, list, from, to);
    if (!lines)
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("this list is laid out in a way that only the text editor can "
                                   "change"));
    const QByteArray indent(yaml.columnOf(range.from), ' ');
    const char *lineEnd = lineEndOf(yaml);
    const bool endsWithLine = yaml.bytes().sliced(from, to - from).endsWith('\n');
    QByteArray text = rebuilt(
        *lines, items, matchItems(list.items, items),
        [&](const QByteArray &item, std::size_t) {
            return QByteArray(indent + "- " + yamlScalar(item, quotes) + lineEnd);
        },
        [&](const Line &line, std::optional<std::size_t>) {
            const QByteArray old = slice(yaml, line.range);
            return old.endsWith('\n') ? old : QByteArray(old + lineEnd);
        });
    if (!endsWithLine)
        text.chop(static_cast<qsizetype>(qstrlen(lineEnd)));
    return replaced(yaml, {from, to}, text);
}

// "[ a, b ]" on one line, or over lines without comments: written anew between its brackets, kept items as they were.
QByteArray setInlineItems(const YamlText &yaml, const Node &list,
                          const std::vector<QByteArray> &items, Quotes quotes)
{
    const ByteRange range = yaml.rangeOf(list, 0);
    const QByteArray old = slice(yaml, range);
    const bool isPadded = old.startsWith("[ ");
    const auto matched = matchItems(list.items, items);
    QByteArray text = isPadded ? "[ " : "[";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0)
            text.append(", ");
        text.append(matched[i] ? slice(yaml, yaml.rangeOf(list.items[*matched[i]], 0))
                               : yamlScalar(items[i], quotes));
    }
    text.append(isPadded ? " ]" : "]");
    return replaced(yaml, range, text);
}

// A flow list with each item on a line of its own, as JSON files have them.
QByteArray setFlowLines(const YamlText &yaml, const Node &list, ByteRange inside,
                        const std::vector<Line> &lines, const std::vector<QByteArray> &items,
                        Quotes quotes)
{
    const qsizetype first = yaml.rangeOf(list.items.front(), 0).from;
    const QByteArray indent = slice(yaml, {yaml.lineStart(first), first});
    const ByteRange last = yaml.rangeOf(list.items.back(), 0);
    const bool commaAtEnd = slice(yaml, {last.to, inside.to}).trimmed().startsWith(',');
    const auto comma = [&](std::size_t index) {
        return index + 1 < items.size() || commaAtEnd ? "," : "";
    };
    const QByteArray text = rebuilt(
        lines, items, matchItems(list.items, items),
        [&](const QByteArray &item, std::size_t index) {
            return QByteArray(indent + yamlScalar(item, quotes) + comma(index) + lineEndOf(yaml));
        },
        [&](const Line &line, std::optional<std::size_t> index) {
            if (!index)
                return slice(yaml, line.range);
            const qsizetype end = yaml.rangeOf(list.items[*line.item], 0).to;
            QByteArray behind = slice(yaml, {end, line.range.to});
            if (behind.trimmed().startsWith(','))
                behind.remove(behind.indexOf(','), 1);
            return QByteArray(slice(yaml, {line.range.from, end}) + comma(*index) + behind);
        });
    return replaced(yaml, inside, text);
}

} // namespace

QByteArray flowList(const std::vector<QByteArray> &items, Quotes quotes)
{
    QByteArray text = "[";
    for (const QByteArray &item : items)
        text.append(text.size() > 1 ? ", " : "").append(yamlScalar(item, quotes));
    return text.append(']');
}

QByteArray replaceValue(const YamlText &yaml, const YamlText::Member &member,
                        const QByteArray &text)
{
    const qsizetype colon = yaml.colonEnd(member);
    const ByteRange value = yaml.valueRange(member);
    if (value.from == value.to || yaml.lineStart(value.from) == yaml.lineStart(colon)) {
        const bool needsBlank = value.from == colon;
        return replaced(yaml, value, (needsBlank ? " " : "") + text);
    }
    QByteArray bytes = yaml.bytes();
    const qsizetype from = yaml.lineStart(value.from);
    bytes.remove(from, yaml.lineEnd(value.to) - from);
    return bytes.insert(colon, ' ' + text);
}

Result<QByteArray> setItems(const YamlText &yaml, const YamlText::Member &member,
                            const std::vector<QByteArray> &items, Quotes quotes)
{
    const Node &list = member.value;
    if (items.empty() || list.items.empty())
        return replaceValue(yaml, member, flowList(items, quotes));
    if (!yaml.isFlow(list))
        return setBlockItems(yaml, list, items, quotes);

    const ByteRange range = yaml.rangeOf(list, 0);
    const QByteArray text = slice(yaml, range);
    if (!text.contains('\n'))
        return setInlineItems(yaml, list, items, quotes);
    const ByteRange inside{yaml.lineEnd(range.from), yaml.lineStart(range.to - 1)};
    const bool startsOnItsOwnLine = inside.from <= yaml.rangeOf(list.items.front(), 0).from;
    const bool endsOnItsOwnLine = inside.to >= yaml.rangeOf(list.items.back(), 0).to;
    if (startsOnItsOwnLine && endsOnItsOwnLine) {
        if (const auto lines = linesOf(yaml, list, inside.from, inside.to))
            return setFlowLines(yaml, list, inside, *lines, items, quotes);
    }
    if (!text.contains('#'))
        return setInlineItems(yaml, list, items, quotes);
    return fail(
        ErrorCode::InvalidInput,
        QStringLiteral("this list is laid out in a way that only the text editor can change"));
}

} // namespace provost::org
