// Session on SQLite, through Qt's driver and its handle.
//
// A read: the connection is opened read-only. For each table T that the statement may name there is a temporary view T,
//     CREATE TEMP VIEW T AS WITH S AS (SELECT … FROM main.T WHERE <row condition>) SELECT … FROM S
// where S is a random name of this call. An authorizer lets main.T be read only inside S and denies everything else
// that is not on its list. The name must be random: the authorizer is told the innermost view *or CTE* by name alone,
// so a statement could otherwise call its own CTE like the view (`WITH T AS (SELECT * FROM main.T) …`) and be let in.
// Values of the condition come from a one-row temporary table, never as text.
//
// A write: the same views, but the target itself is named, and temporary triggers hold the row condition: rows outside
// it are left alone, and a row that would come to lie outside it fails the statement.
// Thread: the one that opened it.
#pragma once

#include "server/tools/adapters/sql/sqliteguard.h"

#include <QSqlDatabase>

struct sqlite3;

namespace provost::tools::sql {

class SqliteSession final : public Session
{
public:
    [[nodiscard]] static Result<std::shared_ptr<Session>>
    open(std::shared_ptr<const Config> config, Access access, const Clock &clock, Random &random);
    ~SqliteSession() override;

    [[nodiscard]] Result<std::vector<Table>> describe() override;
    [[nodiscard]] Result<Answer> run(const Job &job) override;
    [[nodiscard]] bool isUsable() const override { return m_isUsable; }

    SqliteSession(const SqliteSession &) = delete;
    SqliteSession &operator=(const SqliteSession &) = delete;

private:
    // What stands in the temporary schema for one statement, and what the statement may do with it.
    struct Cover
    {
        SqliteGuard::Rules rules;
        std::vector<QByteArray> takenDown; // statements that remove all of it, last first
    };

    SqliteSession(std::shared_ptr<const Config> config, const Clock &clock, Random &random);

    [[nodiscard]] Result<void> connect(Access access);
    [[nodiscard]] Result<void> execute(const QByteArray &sql, const std::vector<Json> &values = {});
    [[nodiscard]] Result<Cover> cover(const Job &job);
    [[nodiscard]] Result<void> readForeignKeys();
    [[nodiscard]] Result<void> coverTables(const Job &job, Cover &cover);
    [[nodiscard]] Result<void> guardTarget(const Job &job, const Table &target, Cover &cover);
    [[nodiscard]] Result<void> readShape(const Job &job, Cover &cover);
    [[nodiscard]] Result<void> createValues(Cover &cover, const QByteArray &name,
                                            const std::vector<Json> &values);
    [[nodiscard]] Result<void> create(Cover &cover, const char *kind, const QByteArray &name,
                                      const QByteArray &definition);
    [[nodiscard]] Result<Answer> query(const Job &job, const Cover &cover);
    void uncover(const Cover &cover);

    std::shared_ptr<const Config> m_config;
    const Clock &m_clock;
    Random &m_random;
    QString m_connection;
    QSqlDatabase m_database;
    sqlite3 *m_handle = nullptr;
    std::vector<Table> m_tables;
    std::vector<SqliteGuard::Key> m_keys; // of a connection that writes
    bool m_isUsable = true;
};

} // namespace provost::tools::sql
