// What a governed call sees of its tenant. The policy and the registry are snapshots: a call that started under one
// ends under it.
// Thread: TenantDirectory::find() from any thread.
#pragma once

#include "server/audit/journal.h"
#include "server/identity/identitystore.h"
#include "server/limits/ratelimiter.h"
#include "server/policy/snapshot.h"
#include "server/telemetry/metrics.h"
#include "server/tools/registry.h"

namespace provost::calls {

struct TenantView
{
    TenantId id;
    std::shared_ptr<const policy::Snapshot> policy;
    std::shared_ptr<const tools::Registry> registry;
    std::shared_ptr<limits::RateLimiter> limiter;
    std::shared_ptr<audit::Journal> journal;
};

class TenantDirectory
{
public:
    virtual ~TenantDirectory() = default;
    // Nothing for a tenant that does not exist or is closed.
    [[nodiscard]] virtual std::optional<TenantView> find(const TenantId &id) const = 0;
};

} // namespace provost::calls
