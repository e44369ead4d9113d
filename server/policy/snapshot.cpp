#include "server/policy/snapshot.h"

#include "server/policy/check.h"
#include "server/policy/compiledtenant.h"
#include "server/policy/loader.h"

namespace provost::policy {

struct Snapshot::Compiled : CompiledTenant
{
    using CompiledTenant::CompiledTenant;
};

Snapshot::Snapshot(std::unique_ptr<Compiled> compiled)
    : m_compiled(std::move(compiled))
{
}

Snapshot::~Snapshot() = default;

Result<std::shared_ptr<const Snapshot>> Snapshot::compile(const Tenant &tenant, QByteArray revision)
{
    for (const Diagnostic &diagnostic : check(tenant)) {
        if (diagnostic.severity == Diagnostic::Severity::Error)
            return fail(ErrorCode::InvalidInput, QString::fromUtf8(toText(diagnostic)));
    }
    auto compiled = std::make_unique<Compiled>(tenant, std::move(revision));
    TRY_DO(compiled->build());
    return std::shared_ptr<const Snapshot>(new Snapshot(std::move(compiled)));
}

Decision Snapshot::decide(const Request &request) const
{
    return m_compiled->decide(request);
}

Explanation Snapshot::explain(const Request &request) const
{
    return m_compiled->explain(request);
}

const TenantId &Snapshot::tenant() const
{
    return m_compiled->tenant.id;
}

const QByteArray &Snapshot::revision() const
{
    return m_compiled->revision;
}

const Tenant &Snapshot::model() const
{
    return m_compiled->tenant;
}

} // namespace provost::policy
