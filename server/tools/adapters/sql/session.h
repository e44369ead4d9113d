// Session: one connection to the database as an adapter uses it. What a statement may see and change is set up before
// it runs: every table that it may name is hidden behind a view that holds the policy's row condition and masks, and
// the tables themselves are out of its reach. The engines differ in how; sqlitesession.h and postgressession.h say it.
// Thread: the pool thread that opened it.
#pragma once

#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/tools/adapters/sql/config.h"
#include "server/tools/adapters/sql/resultset.h"
#include "server/tools/adapters/sql/rowcondition.h"

#include <memory>
#include <stop_token>

namespace provost::tools::sql {

struct Table
{
    TableRule rule;
    std::vector<Column> columns; // the visible ones
};

// One statement with its bounds.
struct Job
{
    enum class Trust { Declared, Free }; // written by the administrator, or by an agent

    Trust trust = Trust::Declared;
    Access access = Access::Read;
    QByteArray statement;           // with the engine's placeholders
    std::vector<BoundValue> values; // for each placeholder
    std::optional<policy::RowFilter> rowFilter;
    policy::FieldRules fields;
    QByteArray target;                  // the table that a write changes
    std::vector<QByteArray> unfiltered; // tables to which rowFilter does not apply
    Limits limits;
    MonotonicTime deadline;
    std::stop_token stop;
};

class Session
{
public:
    virtual ~Session() = default;

    // The tables of the configuration as they are in the database.
    // Errors: Unavailable; InvalidInput for a table or column that does not exist.
    [[nodiscard]] virtual Result<std::vector<Table>> describe() = 0;

    // Errors: InvalidInput with the database's words (no paths, no address), Conflict with them when values break a rule
    // of the database, Denied when a write would make a row outside the row condition, Timeout, Cancelled, Unavailable.
    [[nodiscard]] virtual Result<Answer> run(const Job &job) = 0;

    // False after an error that leaves the connection in doubt: it must be closed.
    [[nodiscard]] virtual bool isUsable() const = 0;
};

// `access` Read opens SQLite read-only. Errors: Unavailable, InvalidInput.
[[nodiscard]] Result<std::shared_ptr<Session>> openSession(std::shared_ptr<const Config> config,
                                                           Access access, const Clock &clock,
                                                           Random &random);

} // namespace provost::tools::sql
