// SqliteGuard: while it lives, the connection runs one statement of a call and nothing else: an authorizer refuses what
// is not on its list, a progress handler stops it at its deadline or when the call is cancelled.
// Thread: the connection's.
#pragma once

#include "server/tools/adapters/sql/session.h"

struct sqlite3;

namespace provost::tools::sql {

class SqliteGuard
{
public:
    // A column of a foreign key, on either side: SQLite reads it to check a write.
    struct Key
    {
        QByteArray table;
        QByteArray column;
    };

    struct Rules
    {
        QByteArray secret; // a view, CTE or trigger whose name begins so was made for this call
        std::vector<QByteArray> views; // that the statement may read
        QByteArray target;             // table that it may change; empty: none
        std::vector<QByteArray> own; // names of its own common table expressions that are no tables
        std::vector<QByteArray> whole; // tables without a row condition: their size is no secret
        std::vector<Key> keys;         // that a write may read
    };

    SqliteGuard(sqlite3 *handle, Rules rules, const Job &job, const Clock &clock);
    ~SqliteGuard();

    SqliteGuard(const SqliteGuard &) = delete;
    SqliteGuard &operator=(const SqliteGuard &) = delete;

private:
    static int authorize(void *self, int action, const char *third, const char *fourth,
                         const char *database, const char *context);
    static int interrupt(void *self);

    [[nodiscard]] bool mayRead(QByteArrayView table, QByteArrayView column, QByteArrayView database,
                               QByteArrayView context) const;
    [[nodiscard]] bool mayChange(QByteArrayView table, QByteArrayView context) const;

    sqlite3 *m_handle;
    const Rules m_rules;
    const Job &m_job;
    const Clock &m_clock;
};

} // namespace provost::tools::sql
