// Makes the authorizer of an upstream whose configuration has one, with what it keeps on disk:
//
//     <data>/keys/upstreams.key                   the key that seals, of the whole installation
//     <data>/tenants/<tenant>/oauth/<server>.sealed
//
// Thread: the control thread.
#pragma once

#include "server/tools/adapters.h"
#include "server/tools/adapters/mcp/config.h"
#include "server/tools/adapters/mcp/httpauthorizer.h"

namespace provost::tools::mcp::oauth {

// REQUIRES: config.oauth. Errors: Storage if the key cannot be had.
[[nodiscard]] Result<std::unique_ptr<HttpAuthorizer>>
makeAuthorizer(const Config &config, const TenantId &tenant, const AdapterEnvironment &environment);

} // namespace provost::tools::mcp::oauth
