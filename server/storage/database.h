// Database: one connection to one SQLite file, in WAL mode, so that readers never wait for the writer.
// Errors everywhere: Storage with the path, the cause and what to do; Conflict for a broken constraint; Cancelled when
// the token of stopWith() asked to stop.
// Thread: one at a time. Each thread opens its own Database on the file.
#pragma once

#include "server/storage/statement.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

struct sqlite3;

namespace provost::storage {

enum class Access {
    ReadWrite, // creates the file, for its owner only
    ReadOnly,
};

// What a commit survives.
enum class Durability {
    PowerLoss, // each commit is synced
    Process, // for what can be built again: a power loss may undo the last commits, never tear them
};

struct DatabaseOptions
{
    Access access = Access::ReadWrite;
    Durability durability = Durability::PowerLoss;
    std::chrono::milliseconds busyTimeout{5000}; // how long to wait for another writer
};

class Transaction;

class Database
{
public:
    [[nodiscard]] static Result<Database> open(const std::filesystem::path &path,
                                               const DatabaseOptions &options = {});
    ~Database();
    Database(Database &&other) noexcept;
    Database &operator=(Database &&other) noexcept;

    [[nodiscard]] Result<Statement> prepare(const QByteArray &sql);

    // One statement with its parameters, to its end.
    template <class... Values>
    [[nodiscard]] Result<void> execute(const QByteArray &sql, const Values &...values)
    {
        TRY_LET(Statement statement, prepare(sql));
        statement.bind(values...);
        return statement.run();
    }

    // Several statements without parameters, separated by semicolons.
    [[nodiscard]] Result<void> executeScript(const QByteArray &sql);

    // Takes the write lock at once. Undone unless committed.
    [[nodiscard]] Result<Transaction> begin();

    [[nodiscard]] std::int64_t lastInsertedRow() const;
    [[nodiscard]] std::int64_t changedRows() const; // by the last statement

    // Running statements end with Cancelled soon after the token asks to stop. An empty token takes it back.
    void stopWith(std::stop_token stop);

    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }

private:
    friend class Transaction;
    explicit Database(std::filesystem::path path);

    std::filesystem::path m_path;
    sqlite3 *m_connection = nullptr;
    std::unique_ptr<std::stop_token> m_stop; // its address is known to SQLite
};

class Transaction
{
public:
    ~Transaction(); // rolls back what was not committed
    Transaction(Transaction &&other) noexcept;
    Transaction &operator=(Transaction &&) = delete;

    [[nodiscard]] Result<void> commit();

private:
    friend class Database;
    explicit Transaction(sqlite3 *connection);
    sqlite3 *m_connection;
};

// Brings the schema to the version steps.size(): step i turns version i into i + 1. Each step is a script and runs with
// its version number in one transaction. Errors: Storage, also for a file of a newer Provost.
[[nodiscard]] Result<void> migrate(Database &database, std::span<const char *const> steps);

// SQL's own comparisons, for judging values outside the database exactly as it does.
[[nodiscard]] bool matchesGlob(const QByteArray &pattern, const QByteArray &text);
// `pattern` with % and _, escaped by a backslash; ASCII letters match in either case.
[[nodiscard]] bool matchesLike(const QByteArray &pattern, const QByteArray &text);

} // namespace provost::storage
