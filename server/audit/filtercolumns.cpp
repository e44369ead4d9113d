#include "server/audit/filtercolumns.h"

#include "server/audit/blockwriter.h"

#include <algorithm>
#include <iterator>

namespace provost::audit {

namespace {

constexpr std::size_t postedWordsMax = 8; // looking for more costs as much as looking at the rows
constexpr std::int64_t listedStretchesMax = 1000; // of a range of sequence numbers

// Adds those of one value, in order.
Result<void> addStretches(storage::Database &index, Column column, std::int64_t value,
                          std::vector<std::int64_t> &stretches)
{
    TRY_LET(auto last, index.prepare("SELECT last_seq FROM block ORDER BY first_seq DESC LIMIT 1"));
    TRY_LET(const auto sequence,
            last.first([](const storage::Statement &row) { return row.get<std::int64_t>(0); }));
    TRY_LET(auto select, index.prepare("SELECT stretch FROM posting WHERE stretches = ? AND "
                                       "field = ? AND value = ?"));
    const std::int64_t groups = groupOf(stretchOf(sequence.value_or(0))) + 1;
    for (std::int64_t group = 0; group < groups; ++group) {
        select.bind(group, std::int64_t(column), value);
        for (;;) {
            TRY_LET(const bool isRow, select.step());
            if (!isRow)
                break;
            stretches.push_back(select.get<std::int64_t>(0));
        }
    }
    return {};
}

void narrowWords(const Numbers &numbers, const std::vector<std::int64_t> &words, bool takesNone,
                 Selection &selection)
{
    // Neighbours often have the same word.
    std::int64_t last = none;
    bool isWanted = takesNone;
    for (std::size_t row = 0; row < selection.size(); ++row) {
        if (numbers[row] != last) {
            last = numbers[row];
            isWanted =
                last == none ? takesNone : std::binary_search(words.begin(), words.end(), last);
        }
        selection[row] = selection[row] != 0 && isWanted ? 1 : 0;
    }
}

void narrowNumbers(const Numbers &numbers, const NumberRange &range, Selection &selection)
{
    for (std::size_t row = 0; row < selection.size(); ++row) {
        const bool isIn = numbers[row] != none && range.contains(numbers[row]);
        selection[row] = selection[row] != 0 && isIn ? 1 : 0;
    }
}

void narrowTexts(const Texts &texts, const TextPattern &pattern, Selection &selection)
{
    for (std::size_t row = 0; row < selection.size(); ++row) {
        if (selection[row] == 0)
            continue;
        const QByteArrayView text = texts.at(row);
        const bool matches =
            pattern.kind == TextPattern::Kind::Equals
                ? text == pattern.text
                : pattern.matches(QByteArray::fromRawData(text.data(), text.size()));
        selection[row] = matches ? 1 : 0;
    }
}

} // namespace

bool isEmpty(const Selection &selection)
{
    return std::find(selection.begin(), selection.end(), 1) == selection.end();
}

int FilterColumns::Node::cost() const
{
    if (kind == Kind::Text)
        return column == Column::Arguments ? 3 : 2;
    return children.empty() ? 0 : 1;
}

Result<FilterColumns> FilterColumns::prepare(const Filter &filter, storage::Database &index,
                                             Words &words)
{
    FilterColumns columns;
    TRY_LET(columns.m_root, build(filter.root(), words));
    TRY_LET(columns.m_stretches, stretchesOf(columns.m_root, index));
    return columns;
}

Result<FilterColumns::Node> FilterColumns::build(const FilterNode &node, Words &words)
{
    using Kind = FilterNode::Kind;
    using Limits = std::numeric_limits<std::int64_t>;
    switch (node.kind) {
    case Kind::All: return Node();
    case Kind::And: return buildAll(Node::Kind::Every, node.children, words);
    case Kind::Or: return buildAll(Node::Kind::Any, node.children, words);
    case Kind::Not: return buildAll(Node::Kind::Not, node.children, words);
    case Kind::Text: return buildText(columnOf(node.field), node.pattern, words);
    case Kind::FreeText: return buildFreeText(node.pattern, words);
    case Kind::Number:
    case Kind::Present: break;
    }
    Node number{.kind = Node::Kind::Number, .column = columnOf(node.field)};
    number.range =
        node.kind == Kind::Present ? NumberRange{Limits::min(), Limits::max()} : node.range;
    return number;
}

Result<FilterColumns::Node>
FilterColumns::buildAll(Node::Kind kind, const std::vector<FilterNode> &children, Words &words)
{
    Node all{.kind = kind};
    for (const FilterNode &child : children) {
        TRY_LET(Node one, build(child, words));
        all.children.push_back(std::move(one));
    }
    std::stable_sort(all.children.begin(), all.children.end(),
                     [](const Node &a, const Node &b) { return a.cost() < b.cost(); });
    return all;
}

Result<FilterColumns::Node> FilterColumns::buildText(Column column, const TextPattern &pattern,
                                                     Words &words)
{
    if (columnKindOf(column) == ColumnKind::Inline)
        return Node{.kind = Node::Kind::Text, .column = column, .pattern = pattern};
    TRY_LET(auto ids, words.wordsLike(Field(column), pattern));
    return Node{.kind = Node::Kind::Word,
                .column = column,
                .words = std::move(ids),
                .takesNone = pattern.matches({})};
}

Result<FilterColumns::Node> FilterColumns::buildFreeText(const TextPattern &pattern, Words &words)
{
    Node any{.kind = Node::Kind::Any};
    for (const FieldInfo &info : allFields()) {
        if (!isFreeText(info))
            continue;
        TRY_LET(Node one, buildText(columnOf(info.field), pattern, words));
        if (one.kind != Node::Kind::Word || one.takesNone || !one.words.empty())
            any.children.push_back(std::move(one));
    }
    any.children.push_back(
        {.kind = Node::Kind::Text, .column = Column::Arguments, .pattern = pattern});
    std::stable_sort(any.children.begin(), any.children.end(),
                     [](const Node &a, const Node &b) { return a.cost() < b.cost(); });
    return any;
}

Result<std::optional<FilterColumns::Stretches>> FilterColumns::stretchesOf(const Node &node,
                                                                           storage::Database &index)
{
    Stretches stretches;
    switch (node.kind) {
    case Node::Kind::Word:
        if (node.takesNone || node.words.size() > postedWordsMax)
            return std::nullopt;
        for (const std::int64_t word : node.words)
            TRY_DO(addStretches(index, node.column, word, stretches));
        break;
    case Node::Kind::Text:
        if (node.column != columnOf(Field::Call) || node.pattern.text.isEmpty()
            || node.pattern.kind != TextPattern::Kind::Equals)
            return std::nullopt;
        TRY_DO(addStretches(index, node.column, postedCall(node.pattern.text), stretches));
        break;
    case Node::Kind::Any:
        for (const Node &child : node.children) {
            TRY_LET(const auto some, stretchesOf(child, index));
            if (!some)
                return std::nullopt;
            stretches.insert(stretches.end(), some->begin(), some->end());
        }
        break;
    case Node::Kind::Every: {
        std::optional<Stretches> common;
        for (const Node &child : node.children) {
            TRY_LET(const auto some, stretchesOf(child, index));
            if (!some)
                continue;
            if (!common) {
                common = *some;
                continue;
            }
            Stretches both;
            std::set_intersection(common->begin(), common->end(), some->begin(), some->end(),
                                  std::back_inserter(both));
            common = std::move(both);
        }
        return common;
    }
    case Node::Kind::Number: {
        const std::int64_t first = stretchOf(std::max<std::int64_t>(node.range.from, 0));
        const std::int64_t last = stretchOf(node.range.until);
        if (node.column != columnOf(Field::Sequence) || last - first >= listedStretchesMax)
            return std::nullopt;
        for (std::int64_t stretch = first; stretch <= last; ++stretch)
            stretches.push_back(stretch);
        break;
    }
    case Node::Kind::All:
    case Node::Kind::Not: return std::nullopt;
    }
    std::sort(stretches.begin(), stretches.end());
    stretches.erase(std::unique(stretches.begin(), stretches.end()), stretches.end());
    return stretches;
}

bool FilterColumns::mayMatch(const BlockInfo &block) const
{
    if (!m_stretches)
        return true;
    const auto found =
        std::lower_bound(m_stretches->begin(), m_stretches->end(), stretchOf(block.first));
    return found != m_stretches->end() && *found <= stretchOf(block.last);
}

Result<void> FilterColumns::narrow(Block &block, Selection &selection) const
{
    return narrow(m_root, block, selection);
}

Result<void> FilterColumns::narrow(const Node &node, Block &block, Selection &selection)
{
    switch (node.kind) {
    case Node::Kind::All: break;
    case Node::Kind::Any: return narrowAny(node, block, selection);
    case Node::Kind::Every:
        for (const Node &child : node.children) {
            if (!isEmpty(selection))
                TRY_DO(narrow(child, block, selection));
        }
        break;
    case Node::Kind::Not: {
        Selection matching = selection;
        TRY_DO(narrow(node.children.front(), block, matching));
        for (std::size_t row = 0; row < selection.size(); ++row)
            selection[row] = selection[row] != 0 && matching[row] == 0 ? 1 : 0;
        break;
    }
    case Node::Kind::Word: {
        TRY_LET(const Numbers *words, block.numbers(node.column));
        narrowWords(*words, node.words, node.takesNone, selection);
        break;
    }
    case Node::Kind::Number: {
        TRY_LET(const Numbers *numbers, block.numbers(node.column));
        narrowNumbers(*numbers, node.range, selection);
        break;
    }
    case Node::Kind::Text: {
        TRY_LET(const Texts *texts, block.texts(node.column));
        narrowTexts(*texts, node.pattern, selection);
    }
    }
    return {};
}

// Each child is asked only about the rows that those before it did not take.
Result<void> FilterColumns::narrowAny(const Node &node, Block &block, Selection &selection)
{
    Selection left = selection;
    for (const Node &child : node.children) {
        if (isEmpty(left))
            return {};
        Selection taken = left;
        TRY_DO(narrow(child, block, taken));
        for (std::size_t row = 0; row < left.size(); ++row)
            left[row] = left[row] != 0 && taken[row] == 0 ? 1 : 0;
    }
    for (std::size_t row = 0; row < selection.size(); ++row)
        selection[row] = selection[row] != 0 && left[row] == 0 ? 1 : 0;
    return {};
}

} // namespace provost::audit
