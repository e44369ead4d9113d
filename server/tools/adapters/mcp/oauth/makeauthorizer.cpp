#include "server/tools/adapters/mcp/oauth/makeauthorizer.h"

#include "server/secrets/keyfile.h"
#include "server/tools/adapters/mcp/oauth/authorizer.h"

namespace provost::tools::mcp::oauth {

Result<std::unique_ptr<HttpAuthorizer>> makeAuthorizer(const Config &config, const TenantId &tenant,
                                                       const AdapterEnvironment &environment)
{
    std::shared_ptr<CredentialFile> file;
    if (!environment.data.empty()) {
        TRY_LET(QByteArray key,
                secrets::readOrCreateKey(environment.data / "keys" / "upstreams.key",
                                         secrets::Sealer::keyBytes, environment.random));
        const auto path = environment.data / "tenants" / tenant.value.toStdString() / "oauth"
                          / (config.server.value.toStdString() + ".sealed");
        // A server that moves to another address must not take its tokens there.
        const QByteArray context =
            Json::array({"upstream", tenant.value, config.server.value, config.url.toEncoded()})
                .toBytes();
        file = std::make_shared<CredentialFile>(
            path, secrets::Sealer(std::move(key), environment.random), context, environment.pool);
    }
    return std::make_unique<Authorizer>(config.url, *config.oauth, environment.clock,
                                        environment.random, std::move(file));
}

} // namespace provost::tools::mcp::oauth
