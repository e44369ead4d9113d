// ToolDesk: what the console asks and does about tool servers and their tools. Every act is an audit record before it
// happens; a trial is a governed call like any other.
// Thread: the control thread, but for awaitTrials().
#pragma once

#include "server/control/types.h"
#include "server/host/administration.h"
#include "server/host/orgservice.h"
#include "server/host/serverholds.h"

#include "server/calls/governedcall.h"
#include "server/telemetry/metrics.h"

#include <functional>
#include <stop_token>

namespace provost::host {

class ToolDesk
{
public:
    struct Services
    {
        OrgService &org;
        ServerHolds &holds;
        identity::IdentityStore &identities;
        Administration &administration;
        calls::GovernedCall &calls;
        const telemetry::Metrics &metrics;
        const Clock &clock;
        Random &random;
    };
    explicit ToolDesk(Services services);

    // Of all tenants if none is named.
    [[nodiscard]] Result<std::vector<control::ToolRow>> tools(const TenantId &tenant) const;
    [[nodiscard]] Result<std::vector<control::ServerRow>> servers(const TenantId &tenant) const;

    [[nodiscard]] Result<control::ServerRow> change(const control::ServerCommand &command);
    [[nodiscard]] Result<control::ServerRow> confirm(const control::ServerConfirmation &given);
    [[nodiscard]] Result<control::ServerDraft> draft(const control::ServerSource &source) const;
    [[nodiscard]] Result<QByteArray> add(const control::NewServers &added);

    using TrialEnd = std::function<void(Result<control::TrialResult>)>;
    using TrialNews = std::function<void(control::TrialProgress)>;
    // `end` runs once, on this thread; `news` on any thread, if it is not empty.
    void tryTool(control::ToolTrial trial, std::stop_source stop, TrialNews news, TrialEnd end);
    // Cancels the trials that run. None begins any more.
    void stopTrials();
    // Until their records are written, or patience ends. From another thread, which it blocks.
    void awaitTrials(std::chrono::milliseconds patience) const;

private:
    struct Trials; // that run now

    [[nodiscard]] Result<std::shared_ptr<tenancy::TenantRuntime>>
    runtimeOf(const TenantId &tenant) const;
    [[nodiscard]] Result<control::ServerRow> rowOf(const tenancy::TenantRuntime &runtime,
                                                   const ServerId &server) const;
    [[nodiscard]] control::ServerRow rowOf(const calls::TenantView &view,
                                           const tenancy::ServerHealth &server) const;
    [[nodiscard]] Result<identity::Principal> principalFor(const TenantId &tenant,
                                                           const UserId &user) const;
    static Task<void> run(Services services, std::shared_ptr<Trials> trials,
                          calls::CallRequest request, TrialEnd end);

    const Services m_services;
    const std::shared_ptr<Trials> m_trials;
};

} // namespace provost::host
