#include "server/tools/adapters.h"

#include "server/tools/adapters/builtin/builtinadapter.h"
#include "server/tools/adapters/mcp/mcpadapter.h"
#include "server/tools/adapters/sql/sqladapter.h"

namespace provost::tools {

namespace {

using Made = Result<std::shared_ptr<Adapter>>;

Made makeSql(const ServerDefinition &definition, const Json &config, const TenantId &,
             const AdapterEnvironment &environment)
{
    TRY_LET(sql::Config read, sql::readConfig(definition, config));
    return std::shared_ptr<Adapter>(
        std::make_shared<sql::SqlAdapter>(std::move(read), environment));
}

Made makeMcp(const ServerDefinition &definition, const Json &config, const TenantId &tenant,
             const AdapterEnvironment &environment)
{
    return mcp::McpAdapter::make(definition, config, tenant, environment);
}

Made makeBuiltin(const ServerDefinition &, const Json &config, const TenantId &,
                 const AdapterEnvironment &)
{
    return builtin::makeBuiltinAdapter(config);
}

struct Kind
{
    const char *name;
    Made (*make)(const ServerDefinition &, const Json &, const TenantId &,
                 const AdapterEnvironment &);
};

// A further kind is one line here.
constexpr Kind kinds[]{
    {"sql", &makeSql},
    {"mcp", &makeMcp},
    {"builtin", &makeBuiltin},
};

} // namespace

Result<std::shared_ptr<Adapter>> makeAdapter(const ServerDefinition &definition, const Json &config,
                                             const TenantId &tenant,
                                             const AdapterEnvironment &environment)
{
    for (const Kind &kind : kinds) {
        if (definition.kind == kind.name)
            return kind.make(definition, config, tenant, environment);
    }
    return fail(ErrorCode::InvalidInput,
                u"`kind` is `" % QString::fromUtf8(definition.kind) % u"`, which is not known");
}

} // namespace provost::tools
