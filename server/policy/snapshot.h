// Snapshot: the policies of one tenant, compiled. Immutable; a change publishes a new one.
// Thread: all members are const and safe from any thread.
#pragma once

#include "server/policy/decision.h"
#include "server/policy/model.h"

#include <memory>
#include <span>

namespace provost::policy {

class Snapshot
{
public:
    // Compiles one tenant of a checked org. `revision` is carried into explanations and records.
    // Errors: InvalidInput when the model has errors that check() would have reported.
    [[nodiscard]] static Result<std::shared_ptr<const Snapshot>> compile(const Tenant &tenant,
                                                                         QByteArray revision);

    ~Snapshot();

    // Pure; allocates only for what the decision returns. At Stage::Discovery an Allow means that some call may be
    // allowed or asked for; limits are not looked at.
    [[nodiscard]] Decision decide(const Request &request) const;
    [[nodiscard]] Explanation explain(const Request &request) const;

    [[nodiscard]] const TenantId &tenant() const;
    [[nodiscard]] const QByteArray &revision() const;
    [[nodiscard]] const Tenant &model() const; // what it was compiled from

    Snapshot(const Snapshot &) = delete;
    Snapshot &operator=(const Snapshot &) = delete;

private:
    struct Compiled;
    explicit Snapshot(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> m_compiled;
};

} // namespace provost::policy
