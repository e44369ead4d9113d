#include "server/tools/adapters/sql/sqliteguard.h"

#include <sqlite3.h>

#include <array>

namespace provost::tools::sql {

namespace {

constexpr int operationsBetweenLooks = 2000; // some 50 us

// A single call of a function cannot be interrupted. Together with this bound on values the worst of them
// (`instr` on two long texts) stays near a second.
constexpr int freeValueBytesMax = 256 << 10;
constexpr int freeStatementBytesMax = 64 << 10;
constexpr int freeOperationsMax = 250'000; // of the compiled statement
constexpr int freeDepthMax = 200;          // of expressions
constexpr int freeColumnsMax = 500;
constexpr int freePatternBytesMax = 1000; // of LIKE and GLOB

struct Bound
{
    int id;
    int max;
};
constexpr std::array<Bound, 6> freeBounds{{
    {SQLITE_LIMIT_LENGTH, freeValueBytesMax},
    {SQLITE_LIMIT_SQL_LENGTH, freeStatementBytesMax},
    {SQLITE_LIMIT_VDBE_OP, freeOperationsMax},
    {SQLITE_LIMIT_EXPR_DEPTH, freeDepthMax},
    {SQLITE_LIMIT_COLUMN, freeColumnsMax},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, freePatternBytesMax},
}};

// What SQLite 3.40 computes from its arguments alone. Sorted.
constexpr QByteArrayView freeFunctions[]{
    "->",
    "->>",
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "ceil",
    "ceiling",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "cos",
    "cosh",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_patch",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "pi",
    "pow",
    "power",
    "printf",
    "quote",
    "radians",
    "random",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "tan",
    "tanh",
    "time",
    "timediff",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unicode",
    "unixepoch",
    "unlikely",
    "upper",
};

bool isFreeFunction(QByteArrayView name)
{
    const QByteArray lower = name.toByteArray().toLower();
    return std::binary_search(std::begin(freeFunctions), std::end(freeFunctions),
                              QByteArrayView(lower));
}

} // namespace

SqliteGuard::SqliteGuard(sqlite3 *handle, Rules rules, const Job &job, const Clock &clock)
    : m_handle(handle)
    , m_rules(std::move(rules))
    , m_job(job)
    , m_clock(clock)
{
    const auto remaining =
        std::chrono::duration_cast<std::chrono::milliseconds>(job.deadline - clock.monotonic());
    sqlite3_busy_timeout(handle,
                         static_cast<int>(std::clamp<std::int64_t>(remaining.count(), 1, 600'000)));
    sqlite3_set_authorizer(handle, &SqliteGuard::authorize, this);
    sqlite3_progress_handler(handle, operationsBetweenLooks, &SqliteGuard::interrupt, this);
    if (job.trust == Job::Trust::Free) {
        for (const auto &[id, max] : freeBounds)
            sqlite3_limit(handle, id, max);
    }
}

SqliteGuard::~SqliteGuard()
{
    sqlite3_progress_handler(m_handle, 0, nullptr, nullptr);
    sqlite3_set_authorizer(m_handle, nullptr, nullptr);
    for (const auto &[id, max] : freeBounds)
        sqlite3_limit(m_handle, id,
                      std::numeric_limits<int>::max()); // back to what SQLite was built with
}

int SqliteGuard::interrupt(void *self)
{
    const auto &guard = *static_cast<const SqliteGuard *>(self);
    return guard.m_job.stop.stop_requested() || guard.m_clock.monotonic() >= guard.m_job.deadline;
}

int SqliteGuard::authorize(void *self, int action, const char *third, const char *fourth,
                           const char *database, const char *context)
{
    const auto &guard = *static_cast<const SqliteGuard *>(self);
    if (interrupt(self) != 0) // reading a statement takes time as well
        return SQLITE_DENY;
    bool allowed = false;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE: allowed = true; break;
    case SQLITE_READ: allowed = guard.mayRead(third, fourth, database, context); break;
    case SQLITE_FUNCTION:
        allowed = guard.m_job.trust == Job::Trust::Free ? isFreeFunction(fourth)
                                                        : qstricmp(fourth, "load_extension") != 0;
        break;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE: allowed = guard.mayChange(third, context); break;
    default: break;
    }
    return allowed ? SQLITE_OK : SQLITE_DENY;
}

bool SqliteGuard::mayRead(QByteArrayView table, QByteArrayView column, QByteArrayView database,
                          QByteArrayView context) const
{
    if (context.startsWith(m_rules.secret))
        return true;
    // Without a column nothing but the number of rows is read. SQLite asks so for a view that it has dissolved, too.
    if (column.isEmpty() && database == QByteArrayView("main") && contains(m_rules.whole, table))
        return true;
    // Without a schema the name is as the statement wrote it: it may be that of a common table expression.
    if (column.isEmpty() && database.isEmpty()
        && (table.startsWith(m_rules.secret) || contains(m_rules.own, table)))
        return true;
    if (database != QByteArrayView("main"))
        return contains(m_rules.views, table);
    if (m_job.access == Access::Read)
        return false;
    const auto isIt = [&](const Key &key) {
        return isSameName(key.table, table) && isSameName(key.column, column);
    };
    return isSameName(table, m_rules.target)
           || !context.isEmpty() // a trigger of the database itself
           || std::any_of(m_rules.keys.begin(), m_rules.keys.end(), isIt);
}

bool SqliteGuard::mayChange(QByteArrayView table, QByteArrayView context) const
{
    return m_job.access == Access::Write
           && (isSameName(table, m_rules.target) || !context.isEmpty());
}

} // namespace provost::tools::sql
