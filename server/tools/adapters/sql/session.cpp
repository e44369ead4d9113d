#include "server/tools/adapters/sql/session.h"

#include "server/tools/adapters/sql/sqlitesession.h"

namespace provost::tools::sql {

Result<std::shared_ptr<Session>> openSession(std::shared_ptr<const Config> config, Access access,
                                             const Clock &clock, Random &random)
{
    switch (config->database.engine) {
    case Engine::Sqlite: return SqliteSession::open(std::move(config), access, clock, random);
    case Engine::Postgres: break;
    }
    return fail(ErrorCode::InvalidInput, QStringLiteral("this database is not supported"));
}

} // namespace provost::tools::sql
