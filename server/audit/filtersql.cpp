#include "server/audit/filtersql.h"

#include "server/audit/indexschema.h"

namespace provost::audit {

namespace {

using Kind = FilterNode::Kind;
using storage::Statement;

constexpr const char *never = "0";

class Builder
{
public:
    explicit Builder(storage::Database &index)
        : m_index(index)
    {
    }

    Result<QByteArray> build(const FilterNode &node)
    {
        switch (node.kind) {
        case Kind::All: return QByteArray("1");
        case Kind::And: return joined(node.children, " AND ");
        case Kind::Or: return joined(node.children, " OR ");
        case Kind::Not: {
            TRY_LET(const QByteArray child, build(node.children.front()));
            return "NOT " + child;
        }
        case Kind::Text: return text(node.field, node.pattern);
        case Kind::Number: return number(node.field, node.range);
        case Kind::Present: return "(" + columnOf(node.field) + " IS NOT NULL)";
        case Kind::FreeText: return freeText(node.pattern);
        }
        return QByteArray(never);
    }

    std::vector<std::variant<std::int64_t, QByteArray>> values;

private:
    Result<QByteArray> joined(const std::vector<FilterNode> &children, const char *by)
    {
        QByteArray all;
        for (const FilterNode &child : children) {
            TRY_LET(const QByteArray one, build(child));
            all += (all.isEmpty() ? QByteArray() : QByteArray(by)) + one;
        }
        return "(" + all + ")";
    }

    // A missing number is in no range; NULL would make the negation unknown.
    QByteArray number(Field field, const NumberRange &range)
    {
        const QByteArray column = columnOf(field);
        values.emplace_back(range.from);
        values.emplace_back(range.until);
        const QByteArray inRange = column + " BETWEEN ? AND ?";
        const bool isNeverNull = field == Field::Time || field == Field::Sequence;
        if (isNeverNull)
            return "(" + inRange + ")";
        return "(" + column + " IS NOT NULL AND " + inRange + ")";
    }

    Result<QByteArray> text(Field field, const TextPattern &pattern)
    {
        if (columnKindOf(field) == ColumnKind::Inline)
            return inlineText(columnOf(field), pattern);
        TRY_LET(const auto ids, wordsLike(field, pattern));
        return inList(columnOf(field), ids, pattern.matches({}));
    }

    QByteArray inlineText(const QByteArray &column, const TextPattern &pattern)
    {
        if (pattern.kind == TextPattern::Kind::NotEmpty)
            return "(" + column + " <> '')";
        values.emplace_back(pattern.text);
        switch (pattern.kind) {
        case TextPattern::Kind::Glob: return "(" + column + " GLOB ?)";
        case TextPattern::Kind::Contains: return "(" + column + " LIKE ? ESCAPE '\\')";
        case TextPattern::Kind::Equals:
        case TextPattern::Kind::NotEmpty: break;
        }
        return "(" + column + " = ?)";
    }

    Result<QByteArray> freeText(const TextPattern &pattern)
    {
        QByteArray any;
        for (const FieldInfo &info : allFields()) {
            if (!isFreeText(info))
                continue;
            TRY_LET(const QByteArray one, text(info.field, pattern));
            if (one != never)
                any += one + " OR ";
        }
        values.emplace_back(pattern.text);
        return "(" + any
               + "EXISTS (SELECT 1 FROM argument WHERE argument.seq = entry.seq AND "
                 "argument.text LIKE ? ESCAPE '\\'))";
    }

    // Whether a word is one of these. NULL stands for the empty text, and must not make a negation unknown.
    static QByteArray inList(const QByteArray &column, const std::vector<std::int64_t> &ids,
                             bool isEmptyToo)
    {
        QByteArray list;
        for (const std::int64_t id : ids)
            list += (list.isEmpty() ? "" : ",") + QByteArray::number(qint64(id));
        if (ids.empty())
            return isEmptyToo ? QByteArray("(" + column + " IS NULL)") : QByteArray(never);
        // With one word the index gives the rows in the order of time.
        const QByteArray isOne = ids.size() == 1 ? QByteArray(column + " = " + list)
                                                 : QByteArray(column + " IN (" + list + ")");
        if (isEmptyToo)
            return "(" + column + " IS NULL OR " + isOne + ")";
        return "(" + column + " IS NOT NULL AND " + isOne + ")";
    }

    // The words are judged here, by the function that judges records.
    Result<std::vector<std::int64_t>> wordsLike(Field field, const TextPattern &pattern)
    {
        const bool isSet = infoOf(field).kind == FieldKind::Texts;
        const bool isExact = pattern.kind == TextPattern::Kind::Equals && !isSet;
        TRY_LET(Statement words,
                m_index.prepare(isExact ? "SELECT id, text FROM word WHERE field = ? AND text = ?"
                                        : "SELECT id, text FROM word WHERE field = ?"));
        words.rewind(isExact ? 2 : 1);
        words.bindAt(1, int(field));
        if (isExact)
            words.bindAt(2, pattern.text);
        std::vector<std::int64_t> ids;
        for (;;) {
            TRY_LET(const bool isRow, words.step());
            if (!isRow)
                return ids;
            const QByteArray word = words.get<QByteArray>(1);
            if (isSet ? matchesSet(field, pattern, word) : pattern.matches(word))
                ids.push_back(words.get<std::int64_t>(0));
        }
    }

    static bool matchesSet(Field field, const TextPattern &pattern, const QByteArray &word)
    {
        Record record;
        infoOf(field).setText(record, word);
        return pattern.matchesAny(record.roles);
    }

    storage::Database &m_index;
};

} // namespace

void SqlCondition::add(const QByteArray &condition, std::int64_t value)
{
    text += " AND " + condition;
    values.emplace_back(value);
}

Result<SqlCondition> conditionOf(const Filter &filter, storage::Database &index)
{
    Builder builder(index);
    TRY_LET(const QByteArray text, builder.build(filter.root()));
    return SqlCondition{text, std::move(builder.values)};
}

int bindCondition(Statement &statement, const SqlCondition &condition, int from)
{
    for (const auto &value : condition.values) {
        std::visit([&](const auto &bound) { statement.bindAt(from, bound); }, value);
        ++from;
    }
    return from;
}

} // namespace provost::audit
