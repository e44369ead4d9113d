// GovernedCall: the one way to a tool. Its eight steps are in governedcall.cpp, in the order in which they happen.
// INVARIANT: no effect without a durable intent, no answer without a durable outcome.
// Thread: run() on the gateway loop of the request; it resumes there.
#pragma once

#include "server/calls/call.h"
#include "server/calls/tenantview.h"

namespace provost::calls {

class GovernedCall
{
public:
    // All references outlive the object.
    GovernedCall(const TenantDirectory &tenants, const identity::IdentityStore &identities,
                 audit::Journal &installation, const Clock &clock, Random &random,
                 telemetry::Metrics &metrics);

    // Never fails: what goes wrong is a refusal in the reply, and recorded.
    [[nodiscard]] Task<CallReply> run(CallRequest request);

private:
    const TenantDirectory &m_tenants;
    const identity::IdentityStore &m_identities;
    audit::Journal &m_installation;
    const Clock &m_clock;
    Random &m_random;
    telemetry::Metrics &m_metrics;
};

} // namespace provost::calls
