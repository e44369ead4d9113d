// PostgresChannel: one connection, opened by Qt's driver and then used through libpq. Qt's driver would send a prepared
// statement as text in which a second statement can follow, and its values as literals; the extended protocol takes
// exactly one statement and its values beside it. Every wait ends at a deadline or when the call is cancelled.
// Thread: the one that opened it.
#pragma once

#include "server/base/clock.h"
#include "server/base/json.h"
#include "server/base/random.h"
#include "server/tools/adapters/sql/config.h"

#include <QSqlDatabase>

#include <functional>
#include <memory>
#include <stop_token>

typedef struct pg_conn PGconn;     // NOLINT(modernize-use-using): as libpq declares it
typedef struct pg_result PGresult; // NOLINT(modernize-use-using): as libpq declares it

namespace provost::tools::sql {

class PostgresChannel
{
public:
    struct Bounds
    {
        MonotonicTime deadline;
        std::stop_token stop;
    };

    // A field is null where the database has NULL. False: no more rows are wanted.
    using OnRow = std::function<bool(const std::vector<std::optional<QByteArray>> &)>;

    // Errors: Unavailable with the cause, which is for operators.
    [[nodiscard]] static Result<std::unique_ptr<PostgresChannel>>
    open(const DatabaseAddress &address, const Clock &clock, Random &random);
    ~PostgresChannel();

    // Statements of our own, without values or rows.
    [[nodiscard]] Result<void> script(const QByteArray &sql, const Bounds &bounds);

    // One statement. Returns the number of rows that a write changed. Errors: as Session::run().
    [[nodiscard]] Result<std::int64_t> execute(const QByteArray &sql,
                                               const std::vector<BoundValue> &values,
                                               const Bounds &bounds, const OnRow &onRow = {});

    // The names of the columns that one statement would give.
    [[nodiscard]] Result<std::vector<QByteArray>>
    columnsOf(const QByteArray &sql, const std::vector<BoundValue> &values, const Bounds &bounds);

    [[nodiscard]] bool isUsable() const { return m_isUsable; }

    PostgresChannel(const PostgresChannel &) = delete;
    PostgresChannel &operator=(const PostgresChannel &) = delete;

private:
    explicit PostgresChannel(const Clock &clock);

    using OnResult = std::function<void(const PGresult *)>;
    [[nodiscard]] Result<void> finish(bool sent, const Bounds &bounds, const OnResult &onResult);
    [[nodiscard]] bool awaitInput(const Bounds &bounds, bool &wasCancelled);
    void cancel();
    [[nodiscard]] Error errorOf(const PGresult *result, const Bounds &bounds) const;
    [[nodiscard]] Error lost();

    const Clock &m_clock;
    QString m_name;
    QSqlDatabase m_database;
    PGconn *m_connection = nullptr; // the driver's
    bool m_isUsable = true;
};

} // namespace provost::tools::sql
