// The files of new tenants, made from templates that travel inside the executable (policies/templates).
// Thread: pure functions over compiled-in resources.
#pragma once

#include "server/control/types.h"

#include <QStringList>

namespace provost::host {

[[nodiscard]] QStringList tenantTemplates(); // names, in order

// The org file of a new tenant. Errors: InvalidInput (not an id), NotFound (no such template), Conflict (`files` has
// that tenant's file).
[[nodiscard]] Result<control::OrgFile> newTenantFile(const control::NewTenant &tenant,
                                                     const std::vector<control::OrgFile> &files);

} // namespace provost::host
