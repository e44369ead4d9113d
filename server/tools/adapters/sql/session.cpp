#include "server/tools/adapters/sql/session.h"

#include "server/tools/adapters/sql/postgressession.h"
#include "server/tools/adapters/sql/sqlitesession.h"

namespace provost::tools::sql {

Result<std::shared_ptr<Session>> openSession(std::shared_ptr<const Config> config, Access access,
                                             const Clock &clock, Random &random)
{
    switch (config->database.engine) {
    case Engine::Sqlite: return SqliteSession::open(std::move(config), access, clock, random);
    case Engine::Postgres: return PostgresSession::open(std::move(config), clock, random);
    }
    return fail(ErrorCode::Internal, QStringLiteral("an engine without a session"));
}

} // namespace provost::tools::sql
