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

Result<void> checkSql(const ServerDefinition &definition, const Json &config)
{
    return sql::readConfig(definition, config).map([](const auto &) {});
}

Result<void> checkMcp(const ServerDefinition &definition, const Json &config)
{
    return mcp::readConfig(definition, config).map([](const auto &) {});
}

Result<void> checkBuiltin(const ServerDefinition &, const Json &config)
{
    return builtin::makeBuiltinAdapter(config).map([](const auto &) {});
}

struct Kind
{
    const char *name;
    Result<void> (*check)(const ServerDefinition &, const Json &);
    Made (*make)(const ServerDefinition &, const Json &, const TenantId &,
                 const AdapterEnvironment &);
};

// A further kind is one line here.
constexpr Kind kinds[]{
    {"sql", &checkSql, &makeSql},
    {"mcp", &checkMcp, &makeMcp},
    {"builtin", &checkBuiltin, &makeBuiltin},
};

Result<const Kind *> kindOf(const ServerDefinition &definition)
{
    for (const Kind &kind : kinds) {
        if (definition.kind == kind.name)
            return &kind;
    }
    return fail(ErrorCode::InvalidInput,
                u"`kind` is `" % QString::fromUtf8(definition.kind) % u"`, which is not known");
}

} // namespace

Result<std::shared_ptr<Adapter>> makeAdapter(const ServerDefinition &definition, const Json &config,
                                             const TenantId &tenant,
                                             const AdapterEnvironment &environment)
{
    TRY_LET(const Kind *kind, kindOf(definition));
    return kind->make(definition, config, tenant, environment);
}

Result<void> checkConfig(const ServerDefinition &definition, const Json &config)
{
    TRY_LET(const Kind *kind, kindOf(definition));
    return kind->check(definition, config);
}

} // namespace provost::tools
