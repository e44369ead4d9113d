#include "server/gateway/mcpservices.h"

#include "server/calls/governedcall.h"

namespace provost::gateway {

McpServices makeMcpServices(const McpParts &parts)
{
    const auto headersOf =
        [&tenants = parts.tenants](const TenantId &tenant,
                                   QByteArrayView name) -> std::vector<protocol::ParameterHeader> {
        const auto view = tenants.find(tenant);
        const auto *tool = view ? view->registry->tool(name) : nullptr;
        return tool != nullptr ? tool->headers : std::vector<protocol::ParameterHeader>();
    };
    const auto taskModeOf =
        [&tenants = parts.tenants](const TenantId &tenant,
                                   QByteArrayView name) -> std::optional<tools::TaskMode> {
        const auto view = tenants.find(tenant);
        const auto *tool = view ? view->registry->tool(name) : nullptr;
        return tool != nullptr ? std::optional(tool->descriptor.taskMode) : std::nullopt;
    };
    return {.run = [&calls = parts.calls](
                       calls::CallRequest request) { return calls.run(std::move(request)); },
            .readKey = [&identities =
                            parts.identities](QByteArrayView key) { return identities.read(key); },
            .authenticate =
                [&identities = parts.identities](const identity::PresentedKey &key) {
                    return identities.authenticate(key);
                },
            .countFailedAuthentication =
                [&metrics = parts.metrics] { metrics.countFailedAuthentication(); },
            .parameterHeaders = headersOf,
            .instructions = parts.instructions,
            .clock = parts.clock,
            .random = parts.random,
            .sessions = parts.sessions,
            .presence = parts.presence,
            .news = parts.news,
            .tasks = parts.tasks,
            .isServed = [&tenants = parts.tenants](
                            const TenantId &tenant) { return tenants.find(tenant).has_value(); },
            .taskMode = taskModeOf};
}

} // namespace provost::gateway
