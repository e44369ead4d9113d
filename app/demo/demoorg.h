// The demo organisation: three tenants with their policies, tool servers, data and users, made fresh in a data
// directory.
// Thread: any one thread.
#pragma once

#include "server/identity/identitystore.h"

#include <filesystem>
#include <vector>

namespace provost::app {

struct DemoKey
{
    identity::User user;
    QByteArray key; // shown once
};

// Writes org/, tenants/*/analytics.db and state.db. Errors: Conflict if the directory already holds an organisation.
[[nodiscard]] Result<std::vector<DemoKey>>
createDemoOrganisation(const std::filesystem::path &data);

} // namespace provost::app
