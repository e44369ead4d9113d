#include "server/storage/database.h"

#include "server/storage/sqliteerror.h"

#include <sqlite3.h>

#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace provost::storage {

namespace {

constexpr int stepsBetweenStopChecks =
    2000; // of SQLite's virtual machine; well under a millisecond

QString toText(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

int mustStop(void *stop)
{
    return static_cast<std::stop_token *>(stop)->stop_requested() ? 1 : 0;
}

// SQLite gives its other files the permissions of the database.
void createPrivate(const std::filesystem::path &path)
{
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0)
        ::close(file);
}

} // namespace

Result<Database> Database::open(const std::filesystem::path &path, const DatabaseOptions &options)
{
    const bool canWrite = options.access == Access::ReadWrite;
    if (canWrite)
        createPrivate(path);
    Database database(path);
    const int flags = (canWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
                      | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &database.m_connection, flags, nullptr);
    if (code != SQLITE_OK)
        return fail(detail::errorOf(toText(path), code, QString::fromUtf8(sqlite3_errstr(code))));
    sqlite3_busy_timeout(database.m_connection, int(options.busyTimeout.count()));
    // Nothing in a file, were it forged, runs or reads what this program did not ask for.
    sqlite3_db_config(database.m_connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database.m_connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    TRY_DO(database.executeScript("PRAGMA foreign_keys = ON"));
    if (canWrite) {
        TRY_DO(database.executeScript("PRAGMA journal_mode = WAL"));
        TRY_DO(database.executeScript(options.durability == Durability::PowerLoss
                                          ? "PRAGMA synchronous = FULL"
                                          : "PRAGMA synchronous = NORMAL"));
    } else {
        TRY_DO(database.executeScript("PRAGMA query_only = ON"));
    }
    return database;
}

Database::Database(std::filesystem::path path)
    : m_path(std::move(path))
{
}

Database::~Database()
{
    // Waits for its statements, should one live longer.
    sqlite3_close_v2(m_connection);
}

Database::Database(Database &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_connection(std::exchange(other.m_connection, nullptr))
    , m_stop(std::move(other.m_stop))
{
}

Database &Database::operator=(Database &&other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_connection, other.m_connection);
    std::swap(m_stop, other.m_stop);
    return *this;
}

Result<Statement> Database::prepare(const QByteArray &sql)
{
    sqlite3_stmt *statement = nullptr;
    const int code = sqlite3_prepare_v3(m_connection, sql.constData(), int(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK)
        return fail(detail::errorOf(m_connection, code));
    return Statement(statement);
}

Result<void> Database::executeScript(const QByteArray &sql)
{
    const int code = sqlite3_exec(m_connection, sql.constData(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return fail(detail::errorOf(m_connection, code));
    return {};
}

Result<Transaction> Database::begin()
{
    TRY_DO(executeScript("BEGIN IMMEDIATE"));
    return Transaction(m_connection);
}

std::int64_t Database::lastInsertedRow() const
{
    return sqlite3_last_insert_rowid(m_connection);
}

std::int64_t Database::changedRows() const
{
    return sqlite3_changes64(m_connection);
}

void Database::stopWith(std::stop_token stop)
{
    if (!stop.stop_possible()) {
        sqlite3_progress_handler(m_connection, 0, nullptr, nullptr);
        m_stop.reset();
        return;
    }
    m_stop = std::make_unique<std::stop_token>(std::move(stop));
    sqlite3_progress_handler(m_connection, stepsBetweenStopChecks, mustStop, m_stop.get());
}

Transaction::Transaction(sqlite3 *connection)
    : m_connection(connection)
{
}

Transaction::Transaction(Transaction &&other) noexcept
    : m_connection(std::exchange(other.m_connection, nullptr))
{
}

Transaction::~Transaction()
{
    // After some errors SQLite has rolled back by itself; then there is nothing left to undo.
    if (m_connection != nullptr && sqlite3_get_autocommit(m_connection) == 0)
        sqlite3_exec(m_connection, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Transaction::commit()
{
    const int code = sqlite3_exec(m_connection, "COMMIT", nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return fail(detail::errorOf(m_connection, code));
    m_connection = nullptr;
    return {};
}

Result<void> migrate(Database &database, std::span<const char *const> steps)
{
    TRY_LET(Transaction transaction, database.begin());
    TRY_LET(Statement current, database.prepare("PRAGMA user_version"));
    TRY_LET(const auto version,
            current.first([](const Statement &row) { return row.get<std::size_t>(0); }));
    const std::size_t from = version.value_or(0);
    if (from > steps.size())
        return fail(ErrorCode::Storage,
                    QStringLiteral("database `%1` has schema version %2, this program knows up to "
                                   "%3; use the program that wrote it, or a newer one")
                        .arg(toText(database.path()))
                        .arg(from)
                        .arg(steps.size()));
    if (from == steps.size())
        return {}; // nothing is written, so that readers of data_version see no change
    for (std::size_t step = from; step < steps.size(); ++step)
        TRY_DO(database.executeScript(steps[step]));
    TRY_DO(database.executeScript("PRAGMA user_version = "
                                  + QByteArray::number(qulonglong(steps.size()))));
    return transaction.commit();
}

bool matchesGlob(const QByteArray &pattern, const QByteArray &text)
{
    return sqlite3_strglob(pattern.constData(), text.constData()) == 0;
}

bool matchesLike(const QByteArray &pattern, const QByteArray &text)
{
    return sqlite3_strlike(pattern.constData(), text.constData(), '\\') == 0;
}

} // namespace provost::storage
