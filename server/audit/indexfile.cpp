#include "server/audit/indexfile.h"

#include <algorithm>

namespace provost::audit {

namespace {

using storage::Statement;

constexpr int wordsCachedMax = 100'000;
// A batch touches a page of every index; a cache that holds them writes each page once.
constexpr const char *writerSettings =
    "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000";
constexpr qsizetype lineStartBytes =
    40; // holds the checksum: tells one journal's line from another's

// The line of a record that this version cannot read still has its row.
Record readRecord(QByteArrayView line)
{
    auto record = recordFromLine(line);
    if (record)
        return *std::move(record);
    Record unreadable;
    unreadable.action = "unreadable";
    unreadable.reason = record.error().message.toUtf8();
    return unreadable;
}

template <class Position, class Read>
auto partOf(const std::optional<Position> &position, Read read)
{
    return position ? std::optional<std::int64_t>(read(*position)) : std::nullopt;
}

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
    QByteArray columns =
        "seq, intent_offset, intent_bytes, outcome_seq, outcome_offset, outcome_bytes";
    QByteArray values = "?, ?, ?, ?, ?, ?";
    for (const FieldInfo &info : allFields()) {
        if (columnKindOf(info.field) == ColumnKind::Key)
            continue;
        columns += ", " + columnOf(info.field);
        values += ", ?";
    }
    const auto prepareInto = [&](std::optional<Statement> &statement,
                                 const QByteArray &sql) -> Result<void> {
        TRY_LET(statement, m_database.prepare(sql));
        return {};
    };
    TRY_DO(
        prepareInto(m_insertEntry, "INSERT INTO entry (" + columns + ") VALUES (" + values + ")"));
    TRY_DO(prepareInto(m_deleteEntry, "DELETE FROM entry WHERE seq = ?"));
    TRY_DO(prepareInto(m_insertArgument, "REPLACE INTO argument VALUES (?, ?)"));
    TRY_DO(prepareInto(m_findWord, "SELECT id FROM word WHERE field = ? AND text = ?"));
    TRY_DO(prepareInto(m_insertWord, "INSERT INTO word (field, text) VALUES (?, ?)"));
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
    TRY_LET(auto open, m_database.prepare("SELECT call_id, seq, intent_offset, intent_bytes,"
                                          " timestamp FROM entry WHERE outcome_seq IS NULL"));
    for (;;) {
        TRY_LET(const bool isRow, open.step());
        if (!isRow)
            return {};
        m_pending.insert_or_assign(
            open.get<QByteArray>(0),
            Pending{{open.get<std::int64_t>(1), open.get<qint64>(2), open.get<qint64>(3)},
                    open.get<WallTime>(4)});
    }
}

void IndexFile::add(const JournalLine &line)
{
    const LineCall call = readCall(line.text);
    m_watermark = line.position;
    m_watermarkStart = line.text.first(std::min(line.text.size(), lineStartBytes)).toByteArray();
    if (call.phase == Phase::Outcome) {
        if (const auto open = m_pending.find(call.callId); open != m_pending.end()) {
            const Pending pending = open->second;
            m_pending.erase(open);
            Row &row = m_rows[pending.intent.sequence];
            row.intentLine = std::exchange(row.line, line.text.toByteArray());
            row.intent = pending.intent;
            row.outcome = line.position;
            row.began = pending.began;
            return;
        }
    }
    Row &row = m_rows[line.position.sequence];
    row.line = line.text.toByteArray();
    row.began = call.timestamp;
    if (call.phase == Phase::Intent) {
        row.intent = line.position;
        m_pending.insert_or_assign(call.callId, Pending{line.position, call.timestamp});
    } else {
        row.outcome = line.position;
    }
}

Result<void> IndexFile::flush()
{
    TRY_LET(auto transaction, m_database.begin());
    for (const auto &[sequence, row] : m_rows)
        TRY_DO(writeRow(sequence, row));
    TRY_DO(writeMinutes());
    TRY_DO(writeWatermark());
    m_rows.clear();
    m_minutes.clear();
    return transaction.commit();
}

Result<void> IndexFile::writeRow(std::int64_t sequence, const Row &row)
{
    Record record = readRecord(row.line);
    if (row.intent && row.outcome)
        record.timestamp = row.began;
    sum(row, record);
    // Those of an intent that came in an earlier batch are there already.
    QByteArrayView arguments = searchedArguments(row.line);
    if (arguments.isEmpty())
        arguments = searchedArguments(row.intentLine);
    if (!arguments.isEmpty()) {
        m_insertArgument->bind(sequence, arguments);
        TRY_DO(m_insertArgument->run());
    }
    return writeEntry(sequence, row, record);
}

Result<void> IndexFile::writeEntry(std::int64_t sequence, const Row &row, const Record &record)
{
    const auto sequenceOf = [](const LinePosition &position) { return position.sequence; };
    const auto offsetOf = [](const LinePosition &position) { return position.offset; };
    const auto bytesOf = [](const LinePosition &position) { return position.bytes; };
    const auto fields = allFields();
    // REPLACE would be one statement, but makes SQLite keep a copy of every page for the case that it fails half-way.
    if (row.wasWrittenOpen()) {
        m_deleteEntry->bind(sequence);
        TRY_DO(m_deleteEntry->run());
    }
    Statement &insert = *m_insertEntry;
    insert.rewind(fields.size() + 5); // the key is a field
    insert.bindAt(1, sequence);
    insert.bindAt(2, partOf(row.intent, offsetOf));
    insert.bindAt(3, partOf(row.intent, bytesOf));
    insert.bindAt(4, partOf(row.outcome, sequenceOf));
    insert.bindAt(5, partOf(row.outcome, offsetOf));
    insert.bindAt(6, partOf(row.outcome, bytesOf));
    int index = 6;
    for (const FieldInfo &info : fields) {
        switch (columnKindOf(info.field)) {
        case ColumnKind::Key: break;
        case ColumnKind::Inline: insert.bindAt(++index, info.text(record)); break;
        case ColumnKind::Number: insert.bindAt(++index, info.number(record)); break;
        case ColumnKind::Word: {
            TRY_LET(const auto word, wordId(info.field, info.text(record)));
            insert.bindAt(++index, word);
        }
        }
    }
    return insert.run();
}

// A call counts in the minute when it began; how it ended is added later.
void IndexFile::sum(const Row &row, const Record &record)
{
    const auto minute = std::chrono::floor<std::chrono::minutes>(record.timestamp);
    MinuteSums &sums = m_minutes[minute.time_since_epoch().count()];
    sums.total += row.wasWrittenOpen() ? 0 : 1;
    sums.denied += record.status == "denied" ? 1 : 0;
    sums.limited += record.status == "rate_limited" ? 1 : 0;
    sums.errors += record.status == "error" ? 1 : 0;
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
    m_setWatermark->bind(m_watermark.sequence, m_watermark.offset, m_watermark.bytes,
                         m_watermarkStart);
    return m_setWatermark->run();
}

Result<std::optional<std::int64_t>> IndexFile::wordId(Field field, const QByteArray &text)
{
    if (text.isEmpty())
        return std::nullopt;
    const std::pair<int, QByteArray> key(int(field), text);
    if (const auto known = m_wordIds.constFind(key); known != m_wordIds.constEnd())
        return *known;
    m_findWord->bind(key.first, text);
    TRY_LET(auto id,
            m_findWord->first([](const Statement &row) { return row.get<std::int64_t>(0); }));
    if (!id) {
        m_insertWord->bind(key.first, text);
        TRY_DO(m_insertWord->run());
        id = m_database.lastInsertedRow();
    }
    if (m_wordIds.size() >= wordsCachedMax)
        m_wordIds.clear();
    m_wordIds.insert(key, *id);
    return id;
}

} // namespace provost::audit
