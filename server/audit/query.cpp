#include "server/audit/query.h"

#include "server/audit/blockscan.h"
#include "server/audit/histogram.h"
#include "server/audit/journalreader.h"
#include "server/audit/rowreader.h"

#include <QSet>

#include <algorithm>
#include <map>

namespace provost::audit {

namespace {

using storage::Statement;

QString nameOf(Field field)
{
    const std::string_view name = memberOf(field);
    return QString::fromUtf8(name.data(), qsizetype(name.size()));
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
    Words words{index};
    std::stop_token stop;

    // While it lives, all that is read is of one moment: SQLite keeps it for a statement that has not ended.
    [[nodiscard]] Result<Statement> snapshot()
    {
        TRY_LET(Statement held, index.prepare("SELECT 1 FROM sqlite_schema"));
        TRY_LET([[maybe_unused]] const bool isRow, held.step());
        return held;
    }

    [[nodiscard]] IndexView view() { return {index, words, stop}; }

    [[nodiscard]] Result<BlockScan> scan(const AuditQuery &query,
                                         Direction direction = Direction::Older)
    {
        return BlockScan::start(index, words, query, stop, direction);
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
    m_state->stop = stop;
    m_state->index.stopWith(std::move(stop));
}

Result<AuditPage> AuditReader::page(const AuditQuery &query, const PageRequest &request)
{
    TRY_LET(const Statement snapshot, m_state->snapshot());
    const bool isOlder = request.direction == Direction::Older;
    AuditQuery behind = query;
    if (request.anchor && isOlder) {
        const WallTime until = request.anchor->time + Microseconds(1);
        behind.range.until = std::min(behind.range.until.value_or(until), until);
    } else if (request.anchor) {
        const WallTime from = request.anchor->time;
        behind.range.from = std::max(behind.range.from.value_or(from), from);
    }
    TRY_LET(BlockScan scan, m_state->scan(behind, request.direction));
    OrderedRows rows(std::move(scan), request.anchor);
    const auto rowsMax = std::size_t(std::max(request.rowsMax, 1));
    AuditPage page;
    for (;;) {
        TRY_LET(const auto row, rows.next());
        if (!row)
            break;
        if (page.rows.size() == rowsMax) {
            page.more = true;
            break;
        }
        TRY_LET(AuditRow read, readRow(*row->block, row->index, m_state->words));
        page.rows.push_back(std::move(read));
    }
    if (!isOlder)
        std::reverse(page.rows.begin(), page.rows.end());
    return page;
}

Result<AuditCount> AuditReader::count(const AuditQuery &query, std::int64_t countMax)
{
    TRY_LET(const Statement snapshot, m_state->snapshot());
    if (query.filter.matchesAll()) {
        TRY_LET(const HistogramBar all, sumOf(m_state->view(), query.range));
        return AuditCount{all.total, false};
    }
    TRY_LET(BlockScan scan, m_state->scan(query));
    std::int64_t found = 0;
    while (found <= countMax) {
        TRY_LET(const auto selected, scan.next());
        if (!selected)
            break;
        found += std::count(selected->selection.begin(), selected->selection.end(), 1);
    }
    return AuditCount{std::min(found, countMax), found > countMax};
}

Result<Histogram> AuditReader::histogram(const AuditQuery &query, int barsMax)
{
    TRY_LET(const Statement snapshot, m_state->snapshot());
    TRY_LET(const auto range, closedRange(m_state->index, query.range));
    if (!range)
        return Histogram();
    return query.filter.matchesAll() ? histogramOfAll(m_state->view(), *range, barsMax)
                                     : histogramOf(m_state->view(), query.filter, *range, barsMax);
}

Result<Facets> AuditReader::facets(const AuditQuery &query, std::span<const Field> fields,
                                   int valuesMax, std::int64_t rowsMax)
{
    struct Tally
    {
        std::int64_t count = 0;
        QSet<std::int64_t> users;
    };
    for (const Field field : fields) {
        if (columnKindOf(columnOf(field)) != ColumnKind::Word)
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("`%1` has no facets").arg(nameOf(field)));
    }
    TRY_LET(const Statement snapshot, m_state->snapshot());
    TRY_LET(BlockScan scan, m_state->scan(query));
    OrderedRows rows(std::move(scan), {});
    Facets result;
    std::vector<QHash<std::int64_t, Tally>> tallies(fields.size());
    for (;;) {
        TRY_LET(const auto row, rows.next());
        if (!row)
            break;
        if (result.rows == rowsMax) {
            result.isSample = true;
            break;
        }
        ++result.rows;
        TRY_LET(const Numbers *users, row->block->numbers(columnOf(Field::User)));
        for (std::size_t i = 0; i < fields.size(); ++i) {
            TRY_LET(const Numbers *values, row->block->numbers(columnOf(fields[i])));
            Tally &tally = tallies[i][values->at(row->index)];
            ++tally.count;
            tally.users.insert(users->at(row->index));
        }
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        Facet facet{fields[i], {}};
        for (auto tally = tallies[i].cbegin(); tally != tallies[i].cend(); ++tally) {
            TRY_LET(const QByteArray word, m_state->words.word(tally.key()));
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
    TRY_LET(const Statement snapshot, m_state->snapshot());
    TRY_LET(BlockScan scan, m_state->scan(query));
    OrderedRows rows(std::move(scan), {});
    std::map<std::pair<std::int64_t, std::int64_t>, std::pair<WallTime, std::int64_t>> seen;
    for (std::int64_t count = 0; count < rowsMax; ++count) {
        TRY_LET(const auto row, rows.next());
        if (!row)
            break;
        TRY_LET(const Numbers *users, row->block->numbers(columnOf(Field::User)));
        TRY_LET(const Numbers *agents, row->block->numbers(columnOf(Field::Agent)));
        auto &[last, calls] = seen[{users->at(row->index), agents->at(row->index)}];
        last = calls == 0 ? row->key.time : last; // the newest come first
        ++calls;
    }
    std::vector<AgentActivity> agents;
    for (const auto &[who, activity] : seen) {
        TRY_LET(QByteArray user, m_state->words.word(who.first));
        TRY_LET(QByteArray agent, m_state->words.word(who.second));
        if (!user.isEmpty())
            agents.push_back(
                {UserId(std::move(user)), std::move(agent), activity.first, activity.second});
    }
    std::stable_sort(agents.begin(), agents.end(),
                     [](const auto &a, const auto &b) { return a.lastSeen > b.lastSeen; });
    return agents;
}

Result<AuditDetail> AuditReader::detail(std::int64_t sequence)
{
    TRY_LET(const Statement snapshot, m_state->snapshot());
    TRY_LET(FoundRow found, findRow(m_state->index, sequence));
    AuditDetail detail;
    TRY_LET(detail.row, readRow(found.block, found.row, m_state->words));
    const auto read = [&](std::optional<std::int64_t> line, Column offset,
                          Column bytes) -> Result<QByteArray> {
        TRY_LET(const Numbers *offsets, found.block.numbers(offset));
        TRY_LET(const Numbers *sizes, found.block.numbers(bytes));
        if (!line || offsets->at(found.row) == none)
            return QByteArray();
        return readLine(m_state->journal, {*line, offsets->at(found.row), sizes->at(found.row)});
    };
    TRY_LET(detail.intentLine,
            read(detail.row.key.sequence, Column::IntentOffset, Column::IntentBytes));
    TRY_LET(detail.outcomeLine,
            read(detail.row.concluded, Column::OutcomeOffset, Column::OutcomeBytes));
    return detail;
}

Result<std::vector<QByteArray>> AuditReader::values(Field field, const QByteArray &prefix,
                                                    int valuesMax)
{
    std::vector<QByteArray> found;
    if (columnKindOf(columnOf(field)) != ColumnKind::Word)
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
