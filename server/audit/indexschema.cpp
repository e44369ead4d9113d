#include "server/audit/indexschema.h"

namespace provost::audit {

namespace {

constexpr const char *fixedTables = R"sql(
    -- One line: the last one of the journal that is folded in.
    CREATE TABLE watermark (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL,
                            line_offset INTEGER NOT NULL, line_bytes INTEGER NOT NULL,
                            line_start TEXT NOT NULL);
    CREATE TABLE word (id INTEGER PRIMARY KEY, field INTEGER NOT NULL, text TEXT NOT NULL,
                       UNIQUE (field, text));
    -- What free text is looked for in besides the words.
    CREATE TABLE argument (seq INTEGER PRIMARY KEY, text TEXT NOT NULL);
    -- How much happened in each minute since 1970.
    CREATE TABLE minute (minute INTEGER PRIMARY KEY, total INTEGER NOT NULL, denied INTEGER NOT NULL,
                         limited INTEGER NOT NULL, errors INTEGER NOT NULL);
)sql";

// Each serves an equality of the filter in the order of the list.
constexpr Field searchedFields[] = {Field::Tool, Field::User,     Field::Status, Field::Decision,
                                    Field::Rule, Field::Workflow, Field::Session};

} // namespace

ColumnKind columnKindOf(Field field)
{
    if (field == Field::Sequence)
        return ColumnKind::Key;
    if (field == Field::Call || field == Field::Request)
        return ColumnKind::Inline;
    return infoOf(field).isText() ? ColumnKind::Word : ColumnKind::Number;
}

QByteArray columnOf(Field field)
{
    if (field == Field::Milliseconds)
        return "duration_us";
    if (field == Field::Cost)
        return "cost_micro_usd";
    const std::string_view name = infoOf(field).jsonName;
    return {name.data(), qsizetype(name.size())};
}

QByteArray createIndexSql()
{
    // One row per call or event. A call is open while outcome_seq is NULL; an outcome without an intent has no intent_bytes.
    QByteArray sql = "CREATE TABLE entry (seq INTEGER PRIMARY KEY, intent_offset INTEGER,"
                     " intent_bytes INTEGER, outcome_seq INTEGER, outcome_offset INTEGER,"
                     " outcome_bytes INTEGER";
    for (const FieldInfo &info : allFields()) {
        switch (columnKindOf(info.field)) {
        case ColumnKind::Key: break;
        case ColumnKind::Inline: sql += ", " + columnOf(info.field) + " TEXT NOT NULL"; break;
        case ColumnKind::Word:
        case ColumnKind::Number: sql += ", " + columnOf(info.field) + " INTEGER"; break;
        }
    }
    sql += ");";
    sql += fixedTables;
    sql += "CREATE INDEX entry_time ON entry (timestamp);"
           "CREATE INDEX entry_call ON entry (call_id);"
           "CREATE INDEX entry_request ON entry (request_id);"
           "CREATE INDEX entry_outcome ON entry (outcome_seq);";
    for (const Field field : searchedFields)
        sql += "CREATE INDEX entry_" + columnOf(field) + " ON entry (" + columnOf(field)
               + ", timestamp) WHERE " + columnOf(field) + " IS NOT NULL;";
    return sql + "PRAGMA user_version = " + QByteArray::number(indexVersion) + ";";
}

} // namespace provost::audit
