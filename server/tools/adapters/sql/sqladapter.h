// SqlAdapter: declared tools and one free, read-only query over a database. The policy's row condition and field rules
// are pushed down into the database (session.h), so that no statement, declared or free, sees a row that it may not.
// Thread: as Adapter; blocking work runs on the ToolPool, on one connection per pool thread and kind of access.
#pragma once

#include "server/tools/adapters.h"
#include "server/tools/adapters/sql/session.h"

namespace provost::tools::sql {

class SqlAdapter final : public Adapter
{
public:
    SqlAdapter(Config config, const AdapterEnvironment &environment);

    [[nodiscard]] Task<Result<Catalog>> catalog() override;
    [[nodiscard]] Task<Result<Output>> call(QByteArray nativeName, Json arguments,
                                            CallContext context) override;
    // schema://<database>/<table>: the columns that the caller may see.
    [[nodiscard]] Task<Result<Output>> readResource(QByteArray nativeUri,
                                                    CallContext context) override;
    [[nodiscard]] AdapterStatus status() const override;

private:
    struct Shared;
    struct Prepared;

    [[nodiscard]] Result<Prepared> prepare(const QByteArray &name, const Json &arguments,
                                           const CallContext &context) const;

    std::shared_ptr<Shared> m_shared; // outlived by the jobs that use it
    ToolPool &m_pool;
};

} // namespace provost::tools::sql
