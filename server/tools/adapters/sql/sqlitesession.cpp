#include "server/tools/adapters/sql/sqlitesession.h"

#include "server/tools/adapters/sql/sqliteshape.h"

#include <QFileInfo>
#include <QSqlDriver>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QVariant>

#include <sqlite3.h>

#include <cmath>

namespace provost::tools::sql {

namespace {

constexpr const char *rowRefused = "provost: outside of the row condition";
constexpr const char *mask = "'***'";

QVariant variantOf(const Json &value)
{
    if (value.isString())
        return value.toText();
    if (value.isBool())
        return value.toBool() ? 1 : 0;
    if (const auto whole = value.toInteger())
        return QVariant::fromValue<qlonglong>(*whole);
    if (const auto number = value.toDouble())
        return *number;
    return {};
}

Json jsonOf(const QVariant &value)
{
    if (value.isNull())
        return nullptr;
    switch (value.typeId()) {
    case QMetaType::Int:
    case QMetaType::LongLong: return static_cast<std::int64_t>(value.toLongLong());
    case QMetaType::Double: {
        const double number = value.toDouble();
        return std::isfinite(number) ? Json(number) : Json(number > 0 ? "Infinity" : "-Infinity");
    }
    case QMetaType::QByteArray: return value.toByteArray().toBase64();
    default: return value.toString();
    }
}

Error errorOf(const QSqlError &error, const Job *job, const Clock &clock)
{
    // The low byte is the primary code.
    const int code = error.nativeErrorCode().toInt() & 0xff;
    const QString text = error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
    if (job != nullptr
        && (code == SQLITE_INTERRUPT || code == SQLITE_AUTH)) { // the guard's ways to stop it
        if (clock.monotonic() >= job->deadline)
            return {ErrorCode::Timeout, QStringLiteral("the statement ran longer than it may")};
        if (job->stop.stop_requested())
            return {ErrorCode::Cancelled, QStringLiteral("the call was cancelled")};
    }
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::Timeout, QStringLiteral("the database is busy")};
    case SQLITE_CONSTRAINT:
        if (text.contains(QLatin1String(rowRefused)))
            return {ErrorCode::Denied, QStringLiteral("the row is outside of what you may write")};
        return {ErrorCode::Conflict, text};
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_NOTADB:
        return {ErrorCode::Unavailable, QStringLiteral("the database cannot be used now")};
    default: break;
    }
    return {ErrorCode::InvalidInput, text};
}

// What stands behind CREATE VIEW. Masked columns hold the mask, dropped ones are not there.
QByteArray viewOf(const Table &table, const policy::FieldRules &fields, const QByteArray &condition,
                  const QByteArray &secret)
{
    const bool isEmpty = condition == never;
    QByteArray inner;
    QByteArray names;
    for (const Column &column : table.columns) {
        if (contains(fields.drop, column.name))
            continue;
        const QByteArray name = quoted(column.name);
        const QByteArray comma = names.isEmpty() ? "" : ", ";
        const QByteArray value = isEmpty                              ? QByteArray("NULL")
                                 : contains(fields.mask, column.name) ? QByteArray(mask)
                                                                      : name;
        inner += comma + value + " AS " + name;
        names += comma + name;
    }
    if (names.isEmpty()) { // nothing of it may be seen, the number of rows apart
        inner = "NULL AS nothing";
        names = "nothing";
    }
    QByteArray from = " WHERE 0";
    if (!isEmpty) {
        from = " FROM main." + quoted(table.rule.source) + " WHERE " + condition;
        // Where no column is read but the row's number, SQLite asks the authorizer as if the statement had named the
        // table itself. So a condition always reads one more.
        if (condition != always)
            from += " AND typeof(" + quoted(table.columns.back().name) + ")<>''";
    }
    return "AS WITH " + quoted(secret) + " AS (SELECT " + inner + from + ") SELECT " + names
           + " FROM " + quoted(secret);
}

// Names the n-th value of a one-row table made by createValues().
std::function<QByteArray(std::size_t)> valueIn(const QByteArray &table)
{
    return [table](std::size_t n) -> QByteArray {
        return "(SELECT v" + QByteArray::number(static_cast<int>(n)) + " FROM temp." + quoted(table)
               + ')';
    };
}

} // namespace

SqliteSession::SqliteSession(std::shared_ptr<const Config> config, const Clock &clock,
                             Random &random)
    : m_config(std::move(config))
    , m_clock(clock)
    , m_random(random)
{
}

SqliteSession::~SqliteSession()
{
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_connection);
}

Result<std::shared_ptr<Session>> SqliteSession::open(std::shared_ptr<const Config> config,
                                                     Access access, const Clock &clock,
                                                     Random &random)
{
    std::shared_ptr<SqliteSession> session(new SqliteSession(std::move(config), clock, random));
    TRY_DO(session->connect(access));
    return std::shared_ptr<Session>(std::move(session));
}

Result<void> SqliteSession::connect(Access access)
{
    const QString path = QString::fromUtf8(m_config->database.path);
    if (!QFileInfo(path).isFile()) // opening would make it
        return fail(ErrorCode::Unavailable, u"the database file `" % path % u"` is missing");
    m_connection = u"provost-sql-" % QString::fromLatin1(randomToken(m_random, 22));
    m_database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection);
    m_database.setDatabaseName(path);
    if (access == Access::Read)
        m_database.setConnectOptions(QStringLiteral("QSQLITE_OPEN_READONLY"));
    if (!m_database.open())
        return fail(ErrorCode::Unavailable, QStringLiteral("the database cannot be opened"));
    const QVariant handle = m_database.driver()->handle();
    if (qstrcmp(handle.typeName(), "sqlite3*") == 0)
        m_handle = *static_cast<sqlite3 *const *>(handle.constData());
    // The driver may have an SQLite of its own; its handle must not be given to another one.
    QSqlQuery source(m_database);
    if (m_handle == nullptr || !source.exec(QStringLiteral("SELECT sqlite_source_id()"))
        || !source.next() || source.value(0).toString() != QLatin1String(sqlite3_sourceid()))
        return fail(ErrorCode::Unavailable,
                    QStringLiteral("Qt's SQLite driver is not usable here"));
    for (const auto &[option, value] :
         {std::pair(SQLITE_DBCONFIG_DEFENSIVE, 1), std::pair(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
          std::pair(SQLITE_DBCONFIG_DQS_DML, 0), std::pair(SQLITE_DBCONFIG_ENABLE_FKEY, 1),
          std::pair(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)}) {
        if (sqlite3_db_config(m_handle, option, value, nullptr) != SQLITE_OK)
            return fail(ErrorCode::Unavailable, QStringLiteral("SQLite refuses a safety option"));
    }
    // REPLACE deletes rows; only so do its deletions meet the triggers.
    TRY_DO(execute("PRAGMA recursive_triggers=ON"));
    TRY_LET(m_tables, describe());
    if (access == Access::Write)
        TRY_DO(readForeignKeys());
    return {};
}

Result<void> SqliteSession::readForeignKeys()
{
    QSqlQuery query(m_database);
    // A key that names no column of the other table means its primary key.
    if (!query.exec(QStringLiteral(
            "SELECT m.name, f.\"from\", f.\"table\", coalesce(f.\"to\", p.name) "
            "FROM main.sqlite_master m, pragma_foreign_key_list(m.name, 'main') f "
            "LEFT JOIN pragma_table_info(f.\"table\", 'main') p ON f.\"to\" IS NULL AND p.pk > 0 "
            "WHERE m.type='table'")))
        return fail(errorOf(query.lastError(), nullptr, m_clock));
    while (query.next()) {
        for (const int at : {0, 2})
            m_keys.push_back(
                {query.value(at).toString().toUtf8(), query.value(at + 1).toString().toUtf8()});
    }
    return {};
}

Result<void> SqliteSession::execute(const QByteArray &sql, const std::vector<Json> &values)
{
    QSqlQuery query(m_database);
    bool done = query.prepare(QString::fromUtf8(sql));
    for (const Json &value : values)
        query.addBindValue(variantOf(value));
    done = done && query.exec();
    if (!done)
        return fail(errorOf(query.lastError(), nullptr, m_clock));
    return {};
}

Result<std::vector<Table>> SqliteSession::describe()
{
    std::vector<Table> tables;
    for (const TableRule &rule : m_config->tables) {
        Table table{.rule = rule, .columns = {}};
        QSqlQuery query(m_database);
        query.prepare(
            QStringLiteral("SELECT x.name, x.type, x.\"notnull\" FROM main.sqlite_master m, "
                           "pragma_table_xinfo(m.name, 'main') x WHERE m.type='table' "
                           "AND m.name=?1 COLLATE NOCASE AND x.hidden<>1 ORDER BY x.cid"));
        query.addBindValue(QString::fromUtf8(rule.source));
        if (!query.exec())
            return fail(errorOf(query.lastError(), nullptr, m_clock));
        while (query.next()) {
            const QByteArray name = query.value(0).toString().toUtf8();
            if (rule.columns.empty() || contains(rule.columns, name))
                table.columns.push_back({name, query.value(1).toString().toUtf8().toLower(),
                                         ColumnKind::Dynamic, query.value(2).toInt() == 0});
        }
        if (table.columns.empty())
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("the database has no table `%1` with visible columns")
                            .arg(QString::fromUtf8(rule.source)));
        tables.push_back(std::move(table));
    }
    return tables;
}

Result<Answer> SqliteSession::run(const Job &job)
{
    TRY_LET(const Cover made, cover(job));
    auto answer = query(job, made);
    uncover(made);
    if (!answer && answer.error().code == ErrorCode::Unavailable)
        m_isUsable = false;
    return answer;
}

Result<SqliteSession::Cover> SqliteSession::cover(const Job &job)
{
    Cover made;
    made.rules.secret = "s" + randomToken(m_random, 22);
    made.rules.keys = m_keys;
    TRY_DO(readShape(job, made));
    if (const auto covered = coverTables(job, made); !covered) {
        uncover(made);
        return fail(covered.error());
    }
    return made;
}

Result<void> SqliteSession::create(Cover &cover, const char *kind, const QByteArray &name,
                                   const QByteArray &definition)
{
    TRY_DO(execute(QByteArray("CREATE TEMP ") + kind + ' ' + quoted(name) + ' ' + definition));
    cover.takenDown.insert(cover.takenDown.begin(),
                           QByteArray("DROP ") + kind + " temp." + quoted(name));
    return {};
}

Result<void> SqliteSession::readShape(const Job &job, Cover &cover)
{
    const SqliteShape shape = shapeOf(job.statement);
    if (job.trust == Job::Trust::Free && shape.copies > copiesMax)
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("its common table expressions name each other too often"));
    for (const QByteArray &name : shape.names) {
        QSqlQuery query(m_database);
        query.prepare(
            QStringLiteral("SELECT 1 FROM main.sqlite_master WHERE name=? COLLATE NOCASE"));
        query.addBindValue(QString::fromUtf8(name));
        if (!query.exec())
            return fail(errorOf(query.lastError(), nullptr, m_clock));
        if (!query.next() && !name.startsWith("sqlite_") && !name.startsWith("pragma_"))
            cover.rules.own.push_back(name);
    }
    return {};
}

Result<void> SqliteSession::createValues(Cover &cover, const QByteArray &name,
                                         const std::vector<Json> &values)
{
    if (values.empty())
        return {};
    QByteArray columns;
    QByteArray places;
    for (std::size_t n = 0; n < values.size(); ++n) {
        columns += (n > 0 ? ", v" : "v") + QByteArray::number(static_cast<int>(n));
        places += n > 0 ? ", ?" : "?";
    }
    TRY_DO(create(cover, "TABLE", name, '(' + columns + ')'));
    return execute("INSERT INTO temp." + quoted(name) + " VALUES (" + places + ')', values);
}

Result<void> SqliteSession::coverTables(const Job &job, Cover &cover)
{
    const QByteArray valuesName = cover.rules.secret + "_values";
    ConditionOptions options;
    options.placeholder = valueIn(valuesName);
    std::vector<Json> values;
    std::vector<std::pair<QByteArray, QByteArray>> views;
    const QByteArray statement = job.statement.toLower();
    for (const Table &table : m_tables) {
        if (isSameName(table.rule.name, job.target)) {
            cover.rules.target = table.rule.source;
            if (job.rowFilter && !contains(job.unfiltered, table.rule.name))
                TRY_DO(guardTarget(job, table, cover));
            continue;
        }
        // A table that is not named needs no view: without one it is out of reach anyway.
        if (!statement.contains(table.rule.name.toLower()))
            continue;
        const bool isFiltered = job.rowFilter && !contains(job.unfiltered, table.rule.name);
        ConditionText condition{.sql = always, .values = {}};
        if (isFiltered) {
            options.valuesBefore = values.size();
            condition = conditionFor(*job.rowFilter, table.columns, options);
            values.insert(values.end(), condition.values.begin(), condition.values.end());
        } else {
            cover.rules.whole.push_back(table.rule.source);
        }
        views.emplace_back(table.rule.name,
                           viewOf(table, job.fields, condition.sql, cover.rules.secret));
    }
    TRY_DO(createValues(cover, valuesName, values));
    for (const auto &[name, definition] : views) {
        TRY_DO(create(cover, "VIEW", name, definition));
        cover.rules.views.push_back(name);
    }
    return {};
}

Result<void> SqliteSession::guardTarget(const Job &job, const Table &target, Cover &cover)
{
    const QByteArray valuesName = cover.rules.secret + "_bounds";
    ConditionOptions options;
    options.placeholder = valueIn(valuesName);
    options.row = "OLD.";
    const ConditionText before = conditionFor(*job.rowFilter, target.columns, options);
    options.row = "NEW.";
    const ConditionText after = conditionFor(*job.rowFilter, target.columns, options);
    TRY_DO(createValues(cover, valuesName, before.values)); // the same as after.values

    const QByteArray table = " ON main." + quoted(target.rule.source) + " WHEN NOT ";
    const QByteArray leaveAlone = " BEGIN SELECT RAISE(IGNORE); END";
    const QByteArray abort = QByteArray(" BEGIN SELECT RAISE(ABORT, '") + rowRefused + "'); END";
    TRY_DO(create(cover, "TRIGGER", cover.rules.secret + "_u",
                  "BEFORE UPDATE" + table + before.sql + leaveAlone));
    TRY_DO(create(cover, "TRIGGER", cover.rules.secret + "_d",
                  "BEFORE DELETE" + table + before.sql + leaveAlone));
    TRY_DO(create(cover, "TRIGGER", cover.rules.secret + "_n",
                  "AFTER UPDATE" + table + after.sql + abort));
    TRY_DO(create(cover, "TRIGGER", cover.rules.secret + "_i",
                  "AFTER INSERT" + table + after.sql + abort));
    return {};
}

Result<Answer> SqliteSession::query(const Job &job, const Cover &cover)
{
    const SqliteGuard guard(m_handle, cover.rules, job, m_clock);
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    bool done = query.prepare(QString::fromUtf8(job.statement));
    for (const BoundValue &bound : job.values)
        query.addBindValue(variantOf(bound.value));
    done = done && query.exec();
    if (!done)
        return fail(errorOf(query.lastError(), &job, m_clock));

    std::vector<QByteArray> columns;
    const QSqlRecord record = query.record();
    columns.reserve(std::size_t(record.count()));
    for (int i = 0; i < record.count(); ++i)
        columns.push_back(record.fieldName(i).toUtf8());
    ResultSet result(std::move(columns), job.limits);
    // The names of what RETURNING gives back are the statement's own, so rules about fields cannot be applied to it.
    bool takesRows = job.access == Access::Read || job.fields == policy::FieldRules{};
    while (query.next()) {
        Json::Array values;
        for (int i = 0; takesRows && i < record.count(); ++i)
            values.push_back(jsonOf(query.value(i)));
        takesRows = takesRows && result.add(std::move(values));
        if (!takesRows && job.access == Access::Read) // a write counts its rows at its very end
            break;
    }
    if (query.lastError().isValid())
        return fail(errorOf(query.lastError(), &job, m_clock));
    Answer answer = result.take();
    if (job.access == Access::Write)
        answer.rowsModified = std::max(query.numRowsAffected(), 0);
    return answer;
}

void SqliteSession::uncover(const Cover &cover)
{
    for (const QByteArray &statement : cover.takenDown) {
        if (!execute(statement))
            m_isUsable = false;
    }
}

} // namespace provost::tools::sql
