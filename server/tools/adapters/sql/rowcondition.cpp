#include "server/tools/adapters/sql/rowcondition.h"

#include <cmath>

namespace provost::tools::sql {

namespace {

using policy::RowFilter;
using Operator = RowFilter::Operator;

QByteArray joined(const std::vector<QByteArray> &parts, const char *between, const char *ifEmpty)
{
    if (parts.empty())
        return ifEmpty;
    QByteArray out = "(";
    for (const QByteArray &part : parts)
        out += (out.size() > 1 ? QByteArray(between) : QByteArray()) + part;
    return out + ')';
}

class Generator
{
public:
    Generator(const std::vector<Column> &columns, const ConditionOptions &options)
        : m_columns(columns)
        , m_options(options)
    {
    }

    std::vector<Json> values;

    // The SQL text for "the filter is certainly `wanted`".
    QByteArray certainly(bool wanted, const RowFilter &filter)
    {
        switch (filter.op) {
        case Operator::True: return wanted ? always : never;
        case Operator::False: return wanted ? never : always;
        case Operator::And:
            return wanted ? allOf(true, filter.operands) : anyOf(false, filter.operands);
        case Operator::Or:
            return wanted ? anyOf(true, filter.operands) : allOf(false, filter.operands);
        case Operator::Not:
            return filter.operands.size() == 1 ? certainly(!wanted, filter.operands.front())
                                               : never;
        default: return leaf(wanted, filter);
        }
    }

private:
    QByteArray allOf(bool wanted, const std::vector<RowFilter> &operands)
    {
        std::vector<QByteArray> parts;
        parts.reserve(operands.size());
        for (const RowFilter &operand : operands)
            parts.push_back(certainly(wanted, operand));
        return joined(parts, " AND ", always);
    }

    QByteArray anyOf(bool wanted, const std::vector<RowFilter> &operands)
    {
        std::vector<QByteArray> parts;
        parts.reserve(operands.size());
        for (const RowFilter &operand : operands)
            parts.push_back(certainly(wanted, operand));
        return joined(parts, " OR ", never);
    }

    [[nodiscard]] const Column *find(QByteArrayView name) const
    {
        for (const Column &column : m_columns) {
            if (column.name == name)
                return &column;
        }
        return nullptr;
    }

    QByteArray leaf(bool wanted, const RowFilter &filter)
    {
        const Column *column = find(filter.attribute);
        if (filter.op == Operator::Has) {
            if (column == nullptr)
                return wanted ? never : always;
            return '(' + name(*column) + (wanted ? " IS NOT NULL)" : " IS NULL)");
        }
        if (column == nullptr || column->kind == ColumnKind::Other)
            return never;
        switch (filter.op) {
        case Operator::Equal: return equals(wanted, *column, filter.value);
        case Operator::NotEqual: return equals(!wanted, *column, filter.value);
        case Operator::In: {
            std::vector<QByteArray> parts;
            if (!wanted) // also where the list is empty
                parts.push_back(decidable(*column, {}));
            for (const Json &item : filter.value.items())
                parts.push_back(equals(wanted, *column, item));
            return joined(parts, wanted ? " OR " : " AND ", never);
        }
        default: return compares(wanted, filter.op, *column, filter.value);
        }
    }

    // Where it is certain that the column's value is not `value` unless the two compare equal; empty if nowhere.
    [[nodiscard]] QByteArray decidable(const Column &column, const Json &value) const
    {
        // Blobs reach agents as text that the database does not know, so nothing is certain about them.
        if (column.kind == ColumnKind::Dynamic)
            return "(typeof(" + name(column) + ")"
                   + (isLarge(value) ? " IN ('integer','text'))"
                                     : " IN ('integer','real','text'))");
        if (column.kind == ColumnKind::Number && isLarge(value))
            return {};
        return '(' + name(column) + " IS NOT NULL)";
    }

    // Values of different types are not equal; that is certain. Only a missing value is neither.
    QByteArray equals(bool wanted, const Column &column, const Json &value)
    {
        const QByteArray certain = decidable(column, value);
        if (!isComparable(value) || certain.isEmpty())
            return never;
        const QByteArray guard = typeGuard(column, value);
        if (guard.isEmpty())
            return wanted ? QByteArray(never) : certain;
        const QByteArray same =
            '(' + guard + " AND " + operand(column, Operator::Equal) + '=' + bound(value) + ')';
        return wanted ? same : '(' + certain + " AND NOT " + same + ')';
    }

    // Order and parts of text exist within one type only; across types it is neither.
    QByteArray compares(bool wanted, Operator op, const Column &column, const Json &value)
    {
        const bool ofText = isTextOperator(op);
        const QByteArray guard = typeGuard(column, value);
        if (!isComparable(value) || guard.isEmpty() || (ofText && !value.isString()))
            return never;
        const QByteArray test =
            ofText ? textTest(op, column, value) : operand(column, op) + symbol(op) + bound(value);
        return '(' + guard + " AND " + (wanted ? "" : "NOT ") + '(' + test + "))";
    }

    // Conditions turn a whole number into a double where it meets one, databases do not. Beyond 2^53 that differs, so
    // there a whole number is compared with whole numbers only, and a double with nothing.
    static bool isLarge(const Json &value)
    {
        const auto number = value.toDouble();
        return value.isNumber() && (!number || std::abs(*number) >= 9007199254740992.0);
    }

    static bool isComparable(const Json &value)
    {
        if (!isLarge(value))
            return true;
        const QByteArray text = value.numberText();
        const bool isWhole = !text.contains('.') && !text.contains('e') && !text.contains('E');
        return isWhole && value.toInteger().has_value();
    }

    [[nodiscard]] QByteArray name(const Column &column) const
    {
        return m_options.row + quoted(column.name);
    }

    // Holds only where the column's value has the type of `value`; empty if it never can.
    [[nodiscard]] QByteArray typeGuard(const Column &column, const Json &value) const
    {
        const QByteArray given = name(column) + " IS NOT NULL";
        switch (column.kind) {
        case ColumnKind::Dynamic:
            if (value.isString())
                return "typeof(" + name(column) + ")='text'";
            if (value.isNumber())
                return "typeof(" + name(column) + ") IN "
                       + (isLarge(value) ? "('integer')" : "('integer','real')");
            return {}; // SQLite has no booleans: 1 is a number
        case ColumnKind::Text:
        case ColumnKind::TextLike: return value.isString() ? given : QByteArray();
        case ColumnKind::WholeNumber: return value.isNumber() ? given : QByteArray();
        case ColumnKind::Number:
            // JSON has no such numbers.
            return value.isNumber() && !isLarge(value)
                       ? given + " AND " + name(column)
                             + "::text NOT IN ('NaN','Infinity','-Infinity')"
                       : QByteArray();
        case ColumnKind::Boolean: return value.isBool() ? given : QByteArray();
        case ColumnKind::Other: return {};
        }
        return {};
    }

    QByteArray bound(const Json &value)
    {
        values.push_back(value);
        return m_options.placeholder(m_options.valuesBefore + values.size() - 1);
    }

    // The column as it is compared: bytes of text, or the number itself.
    [[nodiscard]] QByteArray operand(const Column &column, Operator op) const
    {
        switch (column.kind) {
        case ColumnKind::Dynamic:
            // `+` takes the column's type affinity off, which would convert the other side. Equality needs it not
            // (the guard has compared types already) and keeps its index.
            return (op == Operator::Equal ? "" : "+") + name(column) + " COLLATE BINARY";
        case ColumnKind::Text: return name(column) + "::text COLLATE \"C\"";
        case ColumnKind::TextLike: return "(to_json(" + name(column) + ")#>>'{}') COLLATE \"C\"";
        default: return name(column);
        }
    }

    static bool isTextOperator(Operator op)
    {
        return op == Operator::StartsWith || op == Operator::EndsWith || op == Operator::Contains;
    }

    static const char *symbol(Operator op)
    {
        switch (op) {
        case Operator::Less: return "<";
        case Operator::LessOrEqual: return "<=";
        case Operator::Greater: return ">";
        case Operator::GreaterOrEqual: return ">=";
        default: return "=";
        }
    }

    QByteArray textTest(Operator op, const Column &column, const Json &value)
    {
        if (value.toByteArray().isEmpty())
            return always; // any text begins with, ends with and contains the empty one
        const bool isSqlite = m_options.engine == Engine::Sqlite;
        // As bytes: SQLite's functions on text end at a NUL.
        const auto bytes = [&](const QByteArray &term) {
            return isSqlite ? QByteArray("CAST(" + term + " AS BLOB)") : term;
        };
        const QByteArray part = bytes(bound(value));
        const QByteArray text = bytes(isSqlite ? name(column) : operand(column, op));
        const QByteArray found = (isSqlite ? "instr(" : "strpos(") + text + ',' + part + ')';
        switch (op) {
        case Operator::StartsWith: return found + "=1";
        case Operator::Contains: return found + ">0";
        default: break;
        }
        const QByteArray end = isSqlite ? QByteArray("substr(" + text + ",-length(" + part + "))")
                                        : QByteArray("right(" + text + ",length(" + part + "))");
        return "length(" + text + ")>=length(" + part + ") AND " + end + '=' + part;
    }

    const std::vector<Column> &m_columns;
    const ConditionOptions &m_options;
};

} // namespace

ConditionText conditionFor(const RowFilter &filter, const std::vector<Column> &columns,
                           const ConditionOptions &options)
{
    Generator generator(columns, options);
    QByteArray sql = generator.certainly(true, filter);
    return {std::move(sql), std::move(generator.values)};
}

} // namespace provost::tools::sql
