// AdminHandler: health and metrics on the admin listener, apart from the agents' endpoint.
//
//   GET /healthz   200 while the process serves
//   GET /readyz    200 when every tenant of the org is served, 503 with the reasons otherwise
//   GET /metrics   Prometheus text
//
// Thread: its loop.
#pragma once

#include "server/gateway/frontdoor.h"
#include "server/gateway/originpolicy.h"
#include "server/gateway/router.h"
#include "server/telemetry/metrics.h"

#include <functional>

namespace provost::host {

class AdminHandler final : public gateway::LoopHandler
{
public:
    struct Services
    {
        const telemetry::Metrics &metrics;
        std::function<std::vector<QByteArray>()> problems; // any thread
    };

    AdminHandler(const gateway::LoopContext &context, const Services &services);

    void handle(std::shared_ptr<gateway::Exchange> exchange) override;

private:
    const gateway::OriginPolicy m_origin;
    gateway::Router m_router;
};

} // namespace provost::host
