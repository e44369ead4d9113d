// GovernedCall: the one way to a tool. Its eight steps are in governedcall.cpp, in the order in which they happen;
// discovery (tools/list and the like) takes the same steps.
// INVARIANT: no effect without a durable intent, no answer without a durable outcome.
// Thread: run() on the gateway loop of the request; it resumes there. The members are safe from any loop.
#pragma once

#include "server/calls/call.h"
#include "server/calls/tenantview.h"

namespace provost::secrets {
class Sealer;
}

namespace provost::calls {

struct CallProgress; // what the steps of one call have learned so far

class GovernedCall
{
public:
    // All references outlive the object.
    struct Services
    {
        const TenantDirectory &tenants;
        const identity::IdentityStore &identities;
        audit::Journal &installation; // records what belongs to no tenant: failed authentication
        const Clock &clock;
        Random &random;
        telemetry::Metrics &metrics;
        const secrets::Sealer &sealer; // of what agents keep between the rounds of a call
    };
    explicit GovernedCall(Services services);

    // Never fails: what goes wrong is a refusal in the reply, and recorded.
    [[nodiscard]] Task<CallReply> run(CallRequest request);

private:
    using Step = tl::expected<void, Refusal>;

    [[nodiscard]] Step identify(CallProgress &call) const;
    [[nodiscard]] Step admit(CallProgress &call) const;
    [[nodiscard]] Step decide(CallProgress &call) const;
    [[nodiscard]] Task<Step> intend(CallProgress &call) const;
    [[nodiscard]] Task<Step> execute(CallProgress &call) const;
    [[nodiscard]] Step filter(CallProgress &call) const;
    void settle(CallProgress &call, const Step &outcome) const;
    [[nodiscard]] Task<CallReply> conclude(CallProgress &call, Step outcome) const;

    [[nodiscard]] bool mayRecordFailedAuthentication(const CallProgress &call) const;

    Services m_services;
    mutable limits::RateLimiter m_failedAuthentications;
};

} // namespace provost::calls
