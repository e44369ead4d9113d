// McpAdapter: an upstream MCP server as an adapter; Provost is its client. The server runs or is connected to on the
// adapter's event loop (Upstream); calls are passed through as they are, results come back as they are.
// Thread: any; see Adapter.
#pragma once

#include "server/tools/adapters.h"
#include "server/tools/adapters/mcp/calling.h"

namespace provost::tools::mcp {

class McpAdapter final : public Adapter
{
public:
    // Errors: InvalidInput with the member of `config` that is wrong.
    [[nodiscard]] static Result<std::shared_ptr<Adapter>>
    make(const ServerDefinition &definition, const Json &config, const TenantId &tenant,
         const AdapterEnvironment &environment);

    McpAdapter(Config config, QThread &loop, std::unique_ptr<HttpAuthorizer> authorizer = nullptr);
    ~McpAdapter() override; // does not wait: the server is stopped in order by its event loop

    // Answers within 5 seconds. Unavailable while the server is down or still starting; what was set by
    // setOnCatalogChanged() is called once its lists are known.
    [[nodiscard]] Task<Result<Catalog>> catalog() override;
    [[nodiscard]] Task<Result<Output>> call(QByteArray nativeName, Json arguments,
                                            CallContext context) override;
    [[nodiscard]] Task<Result<Output>> readResource(QByteArray nativeUri,
                                                    CallContext context) override;
    [[nodiscard]] Task<Result<Output>> getPrompt(QByteArray nativeName, Json arguments,
                                                 CallContext context) override;
    [[nodiscard]] Task<Result<Output>> complete(Json params, CallContext context) override;
    // Null if the server is known not to tell.
    void abandon(QByteArray state, TenantId tenant, UserId user) override;
    [[nodiscard]] std::unique_ptr<Watch> watch(QByteArray nativeUri,
                                               std::function<void()> onUpdated) override;
    void setOnCatalogChanged(std::function<void()> onChanged) override;
    [[nodiscard]] AdapterStatus status() const override;

private:
    const Config m_config;
    const std::shared_ptr<Shared> m_shared;
    const Upstream::Mail m_upstream;
    const Line m_line;
};

} // namespace provost::tools::mcp
