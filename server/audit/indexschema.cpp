#include "server/audit/indexschema.h"

#include <array>
#include <vector>

namespace provost::audit {

namespace {

constexpr const char *tables = R"sql(
    -- One line: the last one of the journal that is folded in.
    CREATE TABLE watermark (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL,
                            line_offset INTEGER NOT NULL, line_bytes INTEGER NOT NULL,
                            line_start TEXT NOT NULL);
    CREATE TABLE word (id INTEGER PRIMARY KEY, field INTEGER NOT NULL, text TEXT NOT NULL,
                       UNIQUE (field, text));
    -- The rows whose first lines are numbered first_seq to last_seq, in this order. Open ones have no outcome yet.
    CREATE TABLE block (first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL,
                        outcome_last INTEGER NOT NULL, time_first INTEGER NOT NULL,
                        time_last INTEGER NOT NULL, row_count INTEGER NOT NULL,
                        open_count INTEGER NOT NULL);
    -- The values of one column of a block, see blockcodec.h; id is cellKey(). A column without values has no cell.
    CREATE TABLE cell (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
    -- In which stretches a value occurs: a word, or what stands for a call's id; `stretches` is their group.
    CREATE TABLE posting (stretches INTEGER NOT NULL, field INTEGER NOT NULL, value INTEGER NOT NULL,
                          stretch INTEGER NOT NULL,
                          PRIMARY KEY (stretches, field, value, stretch)) WITHOUT ROWID;
    -- How much happened in each minute since 1970.
    CREATE TABLE minute (minute INTEGER PRIMARY KEY, total INTEGER NOT NULL, denied INTEGER NOT NULL,
                         limited INTEGER NOT NULL, errors INTEGER NOT NULL);
)sql";

ColumnKind kindFromFields(Column column)
{
    if (column == columnOf(Field::Call) || column == columnOf(Field::Request)
        || column == Column::Arguments)
        return ColumnKind::Inline;
    return column <= columnOf(Field::Sequence) && infoOf(Field(column)).isText()
               ? ColumnKind::Word
               : ColumnKind::Number;
}

constexpr std::size_t kindCount = std::size_t(ColumnKind::Number) + 1;

struct Kinds
{
    std::array<ColumnKind, columnCount> ofColumn{};
    std::array<std::vector<Column>, kindCount> columns;
};

Kinds allKinds()
{
    Kinds kinds;
    for (int i = 0; i < columnCount; ++i) {
        const ColumnKind kind = kindFromFields(Column(i));
        kinds.ofColumn.at(std::size_t(i)) = kind;
        kinds.columns.at(std::size_t(kind)).push_back(Column(i));
    }
    return kinds;
}

const Kinds &kinds()
{
    static const Kinds all = allKinds();
    return all;
}

} // namespace

ColumnKind columnKindOf(Column column)
{
    return kinds().ofColumn.at(std::size_t(column));
}

std::span<const Column> columnsOf(ColumnKind kind)
{
    return kinds().columns.at(std::size_t(kind));
}

std::string_view memberOf(Field field)
{
    // A line has both, for reading and exact.
    if (field == Field::Milliseconds)
        return "duration_us";
    if (field == Field::Cost)
        return "cost_micro_usd";
    return infoOf(field).jsonName;
}

QByteArray createIndexSql()
{
    return tables + ("PRAGMA user_version = " + QByteArray::number(indexVersion) + ";");
}

} // namespace provost::audit
