#include "server/audit/indexfile.h"

#include <algorithm>

namespace provost::audit {

namespace {

using storage::Statement;

constexpr const char *writerSettings =
    "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000";
constexpr qsizetype linesKeptMax = 4 << 20; // bytes of memory, from one batch to the next
constexpr qsizetype lineStartBytes =
    40; // holds the checksum: tells one journal's line from another's

} // namespace

IndexFile::IndexFile(storage::Database database)
    : m_database(std::move(database))
{
}

Result<IndexFile> IndexFile::open(const std::filesystem::path &path,
                                  const std::filesystem::path &journal)
{
    if (auto existing = openExisting(path, journal))
        return existing;
    // A projection is not repaired but made again.
    std::error_code error;
    for (const char *suffix : {"", "-wal", "-shm"})
        std::filesystem::remove(path.string() + suffix, error);
    TRY_LET(auto database,
            storage::Database::open(path, {.durability = storage::Durability::Process}));
    TRY_DO(database.executeScript("BEGIN;" + createIndexSql() + "COMMIT"));
    IndexFile file(std::move(database));
    TRY_DO(file.prepare());
    return file;
}

Result<IndexFile> IndexFile::openExisting(const std::filesystem::path &path,
                                          const std::filesystem::path &journal)
{
    TRY_LET(auto database,
            storage::Database::open(path, {.durability = storage::Durability::Process}));
    TRY_LET(auto version, database.prepare("PRAGMA user_version"));
    TRY_LET(const auto found, version.first([](const Statement &row) { return row.get<int>(0); }));
    if (found != indexVersion)
        return fail(ErrorCode::Conflict, QStringLiteral("another version"));
    IndexFile file(std::move(database));
    TRY_DO(file.prepare());
    TRY_DO(file.load());
    if (file.m_watermark.sequence > 0) {
        TRY_LET(const QByteArray line, readLine(journal, file.m_watermark));
        if (!line.startsWith(file.m_watermarkStart))
            return fail(ErrorCode::Conflict, QStringLiteral("another journal"));
    }
    return file;
}

Result<void> IndexFile::prepare()
{
    TRY_DO(m_database.executeScript(writerSettings));
    TRY_LET(m_words, WordIds::prepare(m_database));
    TRY_LET(m_blocks, BlockWriter::prepare(m_database));
    const auto prepareInto = [&](std::optional<Statement> &statement,
                                 const QByteArray &sql) -> Result<void> {
        TRY_LET(statement, m_database.prepare(sql));
        return {};
    };
    TRY_DO(prepareInto(
        m_addMinute, "INSERT INTO minute VALUES (?, ?, ?, ?, ?) ON CONFLICT (minute) DO UPDATE SET"
                     " total = total + excluded.total, denied = denied + excluded.denied,"
                     " limited = limited + excluded.limited, errors = errors + excluded.errors"));
    return prepareInto(m_setWatermark, "REPLACE INTO watermark VALUES (1, ?, ?, ?, ?)");
}

Result<void> IndexFile::load()
{
    TRY_LET(auto watermark,
            m_database.prepare("SELECT seq, line_offset, line_bytes, line_start FROM watermark"));
    TRY_LET(const bool isSet, watermark.step());
    if (isSet) {
        m_watermark = {watermark.get<std::int64_t>(0), watermark.get<qint64>(1),
                       watermark.get<qint64>(2)};
        m_watermarkStart = watermark.get<QByteArray>(3);
    }
    const QByteArray columns = BlockInfo::columns;
    TRY_LET(auto open, m_database.prepare("SELECT " + columns
                                          + " FROM block WHERE open_count > 0 ORDER BY first_seq"));
    TRY_LET(const auto blocks, open.all(BlockInfo::read));
    TRY_LET(Cells cells, Cells::prepare(m_database));
    for (const BlockInfo &info : blocks) {
        Block block(cells, info);
        TRY_DO(loadOpenCalls(block));
    }
    return {};
}

Result<void> IndexFile::loadOpenCalls(Block &block)
{
    TRY_LET(const Numbers *outcomes, block.numbers(Column::OutcomeSequence));
    TRY_LET(const Numbers *sequences, block.numbers(columnOf(Field::Sequence)));
    TRY_LET(const Numbers *offsets, block.numbers(Column::IntentOffset));
    TRY_LET(const Numbers *bytes, block.numbers(Column::IntentBytes));
    TRY_LET(const Numbers *times, block.numbers(columnOf(Field::Time)));
    TRY_LET(const Texts *calls, block.texts(columnOf(Field::Call)));
    for (std::size_t row = 0; row < block.rows(); ++row) {
        if (outcomes->at(row) == none)
            m_pending.insert_or_assign(
                calls->at(row).toByteArray(),
                Pending{{sequences->at(row), offsets->at(row), bytes->at(row)},
                        WallTime(Microseconds(times->at(row)))});
    }
    return {};
}

void IndexFile::add(const JournalLine &line)
{
    const LineCall call = readCall(line.text);
    m_watermark = line.position;
    if (call.phase == Phase::Outcome) {
        if (const auto open = m_pending.find(call.callId); open != m_pending.end()) {
            const Pending pending = open->second;
            m_pending.erase(open);
            const auto added =
                std::lower_bound(m_added.begin(), m_added.end(), pending.intent.sequence,
                                 [](const Row &row, std::int64_t s) { return row.sequence < s; });
            const bool isNew = added != m_added.end() && added->sequence == pending.intent.sequence;
            Row &row = isNew ? *added : m_concluded.emplace_back();
            row.sequence = pending.intent.sequence;
            row.intent = pending.intent;
            row.outcome = line.position;
            row.began = pending.began;
            row.intentLine = row.line;
            row.line = hold(line.text);
            return;
        }
    }
    Row &row = m_added.emplace_back();
    row.sequence = line.position.sequence;
    row.line = hold(line.text);
    row.began = call.timestamp;
    if (call.phase == Phase::Intent) {
        row.intent = line.position;
        m_pending.insert_or_assign(call.callId, Pending{line.position, call.timestamp});
    } else {
        row.outcome = line.position;
    }
}

IndexFile::Held IndexFile::hold(QByteArrayView line)
{
    m_lastLine = {m_lines.size(), line.size()};
    m_lines.append(line);
    return m_lastLine;
}

QByteArrayView IndexFile::textOf(const Held &line) const
{
    return QByteArrayView(m_lines).sliced(line.from, line.size);
}

Result<void> IndexFile::flush()
{
    auto written = write();
    // An index that is damaged is one of another version: the next open makes it anew.
    if (!written && m_blocks->foundDamage())
        static_cast<void>(m_database.executeScript("PRAGMA user_version = 0"));
    return written;
}

Result<void> IndexFile::write()
{
    TRY_LET(auto transaction, m_database.begin());
    RowValues values;
    std::sort(m_concluded.begin(), m_concluded.end(),
              [](const Row &a, const Row &b) { return a.sequence < b.sequence; });
    for (const Row &row : m_concluded) {
        TRY_DO(fold(row, values));
        TRY_DO(m_blocks->conclude(values));
    }
    TRY_DO(m_blocks->startAdding(m_added.size()));
    for (const Row &row : m_added) {
        TRY_DO(fold(row, values));
        TRY_DO(m_blocks->add(values));
    }
    TRY_DO(m_blocks->finish());
    TRY_DO(writeMinutes());
    TRY_DO(writeWatermark());
    m_added.clear();
    m_concluded.clear();
    m_minutes.clear();
    m_lines.truncate(0);
    m_lastLine = {};
    if (m_lines.capacity() > linesKeptMax)
        m_lines.squeeze();
    return transaction.commit();
}

Result<void> IndexFile::fold(const Row &row, RowValues &values)
{
    const LineFields &fields = m_fields.read(textOf(row.line));
    std::copy(fields.numbers.begin(), fields.numbers.end(), values.numbers.begin());
    std::copy(fields.texts.begin(), fields.texts.end(), values.texts.begin());
    for (const Column column : columnsOf(ColumnKind::Word)) {
        const auto at = std::size_t(column);
        TRY_LET(values.numbers[at], m_words->idOf(Field(column), fields.texts[at]));
    }
    std::int64_t &time = values.numbers[std::size_t(Field::Time)];
    if (row.intent && row.outcome)
        time = row.began.time_since_epoch().count();
    sum(row, time, fields.texts[std::size_t(Field::Status)]);
    // Those of an intent that came in an earlier batch are there already.
    values.texts[std::size_t(Column::Arguments)] =
        fields.arguments.isEmpty() && row.intentLine.size > 0
            ? searchedArguments(textOf(row.intentLine))
            : fields.arguments;
    const auto set = [&](Column column, const std::optional<LinePosition> &position,
                         auto LinePosition::*part) {
        values.numbers[std::size_t(column)] = position ? (*position).*part : none;
    };
    values.numbers[std::size_t(Field::Sequence)] = row.sequence;
    set(Column::IntentOffset, row.intent, &LinePosition::offset);
    set(Column::IntentBytes, row.intent, &LinePosition::bytes);
    set(Column::OutcomeSequence, row.outcome, &LinePosition::sequence);
    set(Column::OutcomeOffset, row.outcome, &LinePosition::offset);
    set(Column::OutcomeBytes, row.outcome, &LinePosition::bytes);
    return {};
}

// A call counts in the minute when it began; how it ended is added later.
void IndexFile::sum(const Row &row, std::int64_t time, QByteArrayView status)
{
    const auto minute = std::chrono::floor<std::chrono::minutes>(WallTime(Microseconds(time)));
    MinuteSums &sums = m_minutes[minute.time_since_epoch().count()];
    const bool wasWrittenOpen = row.intent && row.outcome && row.intentLine.size == 0;
    sums.total += wasWrittenOpen ? 0 : 1;
    sums.denied += status == "denied" ? 1 : 0;
    sums.limited += status == "rate_limited" ? 1 : 0;
    sums.errors += status == "error" ? 1 : 0;
}

Result<void> IndexFile::writeMinutes()
{
    for (const auto &[minute, sums] : m_minutes) {
        m_addMinute->bind(minute, sums.total, sums.denied, sums.limited, sums.errors);
        TRY_DO(m_addMinute->run());
    }
    return {};
}

Result<void> IndexFile::writeWatermark()
{
    if (m_lastLine.size > 0)
        m_watermarkStart =
            textOf(m_lastLine).first(std::min(m_lastLine.size, lineStartBytes)).toByteArray();
    m_setWatermark->bind(m_watermark.sequence, m_watermark.offset, m_watermark.bytes,
                         m_watermarkStart);
    return m_setWatermark->run();
}

} // namespace provost::audit
