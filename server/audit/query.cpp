#include "server/audit/query.h"

#include "server/audit/histogram.h"
#include "server/audit/journalreader.h"
#include "server/audit/rowreader.h"

#include <QSet>

#include <algorithm>
#include <map>

namespace provost::audit {

namespace {

using storage::Statement;

std::int64_t micros(WallTime time)
{
    return time.time_since_epoch().count();
}

std::int64_t integerOf(const Statement &row)
{
    return row.get<std::int64_t>(0);
}

} // namespace

struct AuditReader::State
{
    State(storage::Database database, std::filesystem::path directory)
        : index(std::move(database))
        , journal(std::move(directory))
    {
    }

    storage::Database index;
    std::filesystem::path journal;
    RowReader rows{index};

    [[nodiscard]] Result<SqlCondition> condition(const AuditQuery &query)
    {
        TRY_LET(SqlCondition condition, conditionOf(query.filter, index));
        if (query.range.from)
            condition.add("timestamp >= ?", micros(*query.range.from));
        if (query.range.until)
            condition.add("timestamp < ?", micros(*query.range.until));
        return condition;
    }

    // SQL with one WHERE condition and then one limit.
    [[nodiscard]] Result<Statement> prepare(const QByteArray &sql, const SqlCondition &condition,
                                            std::int64_t limit)
    {
        TRY_LET(Statement statement, index.prepare(sql));
        statement.rewind(condition.values.size() + 1);
        statement.bindAt(bindCondition(statement, condition, 1), limit);
        return statement;
    }
};

Result<AuditReader> AuditReader::open(const std::filesystem::path &index,
                                      std::filesystem::path journal)
{
    std::error_code error;
    if (!std::filesystem::exists(index, error))
        return fail(ErrorCode::NotFound,
                    QStringLiteral("there is no index `%1` yet").arg(toText(index)));
    TRY_LET(auto database, storage::Database::open(index, {.access = storage::Access::ReadOnly}));
    TRY_LET(auto version, database.prepare("PRAGMA user_version"));
    TRY_LET(const auto found, version.first(integerOf));
    if (found != indexVersion)
        return fail(ErrorCode::NotFound,
                    QStringLiteral("index `%1` is being built").arg(toText(index)));
    return AuditReader(std::make_unique<State>(std::move(database), std::move(journal)));
}

AuditReader::AuditReader(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}

AuditReader::~AuditReader() = default;
AuditReader::AuditReader(AuditReader &&other) noexcept = default;

void AuditReader::stopWith(std::stop_token stop)
{
    m_state->index.stopWith(std::move(stop));
}

Result<AuditPage> AuditReader::page(const AuditQuery &query, const PageRequest &request)
{
    TRY_LET(SqlCondition condition, m_state->condition(query));
    const bool isOlder = request.direction == Direction::Older;
    if (request.anchor) {
        condition.text +=
            isOlder ? " AND (timestamp, seq) < (?, ?)" : " AND (timestamp, seq) > (?, ?)";
        condition.values.emplace_back(micros(request.anchor->time));
        condition.values.emplace_back(request.anchor->sequence);
    }
    const QByteArray order =
        isOlder ? " ORDER BY timestamp DESC, seq DESC" : " ORDER BY timestamp, seq";
    const int rowsMax = std::max(request.rowsMax, 1);
    TRY_LET(Statement select,
            m_state->prepare("SELECT " + RowReader::columns() + " FROM entry WHERE "
                                 + condition.text + order + " LIMIT ?",
                             condition, rowsMax + 1));
    AuditPage page;
    for (;;) {
        TRY_LET(const bool isRow, select.step());
        if (!isRow)
            break;
        if (page.rows.size() == std::size_t(rowsMax)) {
            page.more = true;
            break;
        }
        TRY_LET(AuditRow row, m_state->rows.read(select));
        page.rows.push_back(std::move(row));
    }
    if (!isOlder)
        std::reverse(page.rows.begin(), page.rows.end());
    return page;
}

Result<AuditCount> AuditReader::count(const AuditQuery &query, std::int64_t countMax)
{
    if (query.filter.matchesAll()) {
        TRY_LET(const HistogramBar all, sumOf(m_state->index, query.range));
        return AuditCount{all.total, false};
    }
    TRY_LET(const SqlCondition condition, m_state->condition(query));
    TRY_LET(Statement select, m_state->prepare("SELECT count(*) FROM (SELECT 1 FROM entry WHERE "
                                                   + condition.text + " LIMIT ?)",
                                               condition, countMax + 1));
    TRY_LET(const auto found, select.first(integerOf));
    return AuditCount{std::min(found.value_or(0), countMax), found > countMax};
}

Result<Histogram> AuditReader::histogram(const AuditQuery &query, int barsMax)
{
    TRY_LET(const auto range, closedRange(m_state->index, query.range));
    if (!range)
        return Histogram();
    if (query.filter.matchesAll())
        return histogramOfAll(m_state->index, *range, barsMax);
    TRY_LET(const SqlCondition condition,
            m_state->condition({query.filter, {range->from, range->until}}));
    return histogramOf(m_state->index, condition, *range, barsMax);
}

Result<Facets> AuditReader::facets(const AuditQuery &query, std::span<const Field> fields,
                                   int valuesMax, std::int64_t rowsMax)
{
    struct Tally
    {
        std::int64_t count = 0;
        QSet<std::int64_t> users;
    };
    TRY_LET(const SqlCondition condition, m_state->condition(query));
    QByteArray columns = columnOf(Field::User);
    for (const Field field : fields) {
        if (columnKindOf(field) != ColumnKind::Word)
            return fail(
                ErrorCode::InvalidInput,
                QStringLiteral("`%1` has no facets").arg(QString::fromUtf8(columnOf(field))));
        columns += ", " + columnOf(field);
    }
    TRY_LET(Statement select,
            m_state->prepare("SELECT " + columns + " FROM entry WHERE " + condition.text
                                 + " ORDER BY timestamp DESC, seq DESC LIMIT ?",
                             condition, rowsMax + 1));
    Facets result;
    std::vector<QHash<std::int64_t, Tally>> tallies(fields.size());
    for (;;) {
        TRY_LET(const bool isRow, select.step());
        if (!isRow)
            break;
        if (result.rows == rowsMax) {
            result.isSample = true;
            break;
        }
        ++result.rows;
        const auto user = select.get<std::int64_t>(0);
        for (std::size_t i = 0; i < fields.size(); ++i) {
            Tally &tally = tallies[i][select.get<std::int64_t>(int(i) + 1)];
            ++tally.count;
            tally.users.insert(user);
        }
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        Facet facet{fields[i], {}};
        for (auto tally = tallies[i].cbegin(); tally != tallies[i].cend(); ++tally) {
            TRY_LET(const QByteArray word, m_state->rows.word(tally.key()));
            if (!word.isEmpty())
                facet.values.push_back({word, tally->count, std::int64_t(tally->users.size())});
        }
        std::sort(facet.values.begin(), facet.values.end(),
                  [](const FacetValue &a, const FacetValue &b) {
                      return a.count != b.count ? a.count > b.count : a.value < b.value;
                  });
        facet.values.resize(std::min(facet.values.size(), std::size_t(std::max(valuesMax, 0))));
        result.facets.push_back(std::move(facet));
    }
    return result;
}

Result<std::vector<AgentActivity>> AuditReader::agents(const AuditQuery &query,
                                                       std::int64_t rowsMax)
{
    TRY_LET(const SqlCondition condition, m_state->condition(query));
    TRY_LET(
        Statement select,
        m_state->prepare(
            "SELECT user_id, agent, max(timestamp) AS last, count(*) FROM (SELECT user_id, agent,"
            " timestamp FROM entry WHERE "
                + condition.text
                + " ORDER BY timestamp DESC LIMIT ?) GROUP BY 1, 2 ORDER BY last DESC",
            condition, rowsMax));
    std::vector<AgentActivity> agents;
    for (;;) {
        TRY_LET(const bool isRow, select.step());
        if (!isRow)
            return agents;
        TRY_LET(QByteArray user, m_state->rows.word(select.get<std::int64_t>(0)));
        TRY_LET(QByteArray agent, m_state->rows.word(select.get<std::int64_t>(1)));
        if (!user.isEmpty())
            agents.push_back({UserId(std::move(user)), std::move(agent), select.get<WallTime>(2),
                              select.get<std::int64_t>(3)});
    }
}

Result<AuditDetail> AuditReader::detail(std::int64_t sequence)
{
    TRY_LET(Statement select,
            m_state->index.prepare("SELECT " + RowReader::columns()
                                   + ", intent_offset, intent_bytes, outcome_offset, outcome_bytes"
                                     " FROM entry WHERE seq = ?1 OR outcome_seq = ?1 LIMIT 1"));
    select.bind(sequence);
    TRY_LET(const bool isRow, select.step());
    if (!isRow)
        return fail(ErrorCode::NotFound, QStringLiteral("there is no record %1").arg(sequence));
    AuditDetail detail;
    TRY_LET(detail.row, m_state->rows.read(select));
    const int at = RowReader::columnCount();
    if (!select.isNull(at)) {
        TRY_LET(detail.intentLine,
                readLine(m_state->journal, {detail.row.key.sequence, select.get<qint64>(at),
                                            select.get<qint64>(at + 1)}));
    }
    if (detail.row.concluded) {
        TRY_LET(detail.outcomeLine,
                readLine(m_state->journal, {*detail.row.concluded, select.get<qint64>(at + 2),
                                            select.get<qint64>(at + 3)}));
    }
    return detail;
}

Result<std::vector<QByteArray>> AuditReader::values(Field field, const QByteArray &prefix,
                                                    int valuesMax)
{
    std::vector<QByteArray> found;
    if (columnKindOf(field) != ColumnKind::Word)
        return found;
    TRY_LET(
        Statement select,
        m_state->index.prepare(
            "SELECT text FROM word WHERE field = ? AND text >= ? AND text <> '' ORDER BY text"));
    select.bind(int(field), prefix);
    while (found.size() < std::size_t(std::max(valuesMax, 0))) {
        TRY_LET(const bool isRow, select.step());
        const QByteArray text = isRow ? select.get<QByteArray>(0) : QByteArray();
        if (!isRow || !text.startsWith(prefix))
            break;
        found.push_back(text);
    }
    return found;
}

Result<std::int64_t> AuditReader::watermark()
{
    TRY_LET(Statement select, m_state->index.prepare("SELECT seq FROM watermark"));
    TRY_LET(const auto sequence, select.first(integerOf));
    return sequence.value_or(0);
}

} // namespace provost::audit
