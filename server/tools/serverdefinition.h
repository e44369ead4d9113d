// A tool server as the org directory's servers/*.yaml declare it. The common members are read here; what is special
// to a kind stays in `config` for its adapter.
//
//     servers:
//       - id: analytics
//         kind: sql                 # sql | mcp | builtin
//         tenants: [acme-corp]      # omitted: every tenant
//         prefix: ""                # put before each tool name; default "" for sql and builtin, "<id>__" for mcp
//         output_validation: warn   # off | warn | strict; default warn for mcp, off for what is our own
//         ...                       # members of the kind
//
// `${tenant.id}`, `${data}` (the tenant's directory), `${org}` and `${env.NAME}` are replaced in strings when a
// tenant's adapter is made; an unknown name is an error. `${user.…}` stays: adapters bind it at each call.
// Thread: values and pure functions.
#pragma once

#include "server/base/ids.h"
#include "server/base/json.h"
#include "server/policy/model.h"
#include "server/tools/toolschemas.h"

#include <map>

namespace provost::tools {

struct ServerDefinition
{
    ServerId id;
    QByteArray kind;
    std::vector<TenantId> tenants; // empty: every tenant
    QByteArray prefix;
    Json config; // the whole mapping as JSON, scalars typed by YAML 1.2's core schema
    OutputValidation outputValidation = OutputValidation::Off;
    policy::SourceLocation where;
};

struct LoadedServers
{
    std::vector<ServerDefinition> servers;
    std::vector<policy::Diagnostic> diagnostics; // any error: the file must not be used
};

// `file` is named in diagnostics.
[[nodiscard]] LoadedServers loadServers(QByteArrayView text, const QByteArray &file);

// Replaces ${…} in every string of `config`. Errors: InvalidInput naming the unknown variable.
[[nodiscard]] Result<Json> substitute(const Json &config,
                                      const std::map<QByteArray, QByteArray> &variables);

} // namespace provost::tools
