// The policy's row filter as SQL. A filter is three-valued (true, false, neither) and only rows for which it is true
// may pass, so NOT must not turn "neither" into true as SQL's own NULL logic and type conversions would. The text made
// here is two-valued: it says "certainly true" and is never NULL.
// Thread: pure functions and values.
#pragma once

#include "server/policy/decision.h"
#include "server/tools/adapters/sql/statement.h"

#include <functional>
#include <vector>

namespace provost::tools::sql {

// What values a column holds, as far as conditions care. SQLite types each value, not the column.
enum class ColumnKind { Dynamic, Text, TextLike, WholeNumber, Number, Boolean, Other };

struct Column
{
    QByteArray name;
    QByteArray type; // as declared
    ColumnKind kind = ColumnKind::Dynamic;
    bool nullable = true;
    bool operator==(const Column &) const = default;
};

// The whole of a condition that holds for every row, or for none.
inline constexpr const char *always = "(1=1)";
inline constexpr const char *never = "(1=0)";

struct ConditionText
{
    QByteArray sql;
    std::vector<Json> values; // bound to what `placeholder` names, in order
};

struct ConditionOptions
{
    Engine engine = Engine::Sqlite;
    QByteArray row; // put before column names: `OLD.` in a trigger
    // The SQL expression for the n-th value, from 0.
    std::function<QByteArray(std::size_t)> placeholder;
    std::size_t valuesBefore = 0; // numbers used up already
};

// An attribute that is no column counts as missing: what depends on it is not true.
[[nodiscard]] ConditionText conditionFor(const policy::RowFilter &filter,
                                         const std::vector<Column> &columns,
                                         const ConditionOptions &options);

} // namespace provost::tools::sql
