// One revision of the org directory: tenants and tool servers, read and checked together.
// Thread: values and pure functions.
#pragma once

#include "server/policy/loader.h"
#include "server/tools/serverdefinition.h"

#include <filesystem>
#include <map>

namespace provost::tenancy {

struct OrgRevision
{
    QByteArray id;
    policy::Org org;
    std::vector<tools::ServerDefinition> servers;
};

struct CheckedOrg
{
    OrgRevision revision; // as far as it could be read
    std::vector<policy::Diagnostic> diagnostics;
};

// Loads the tenants and the servers/ of `files` and checks them. Files in tests/ are not part of what is served.
[[nodiscard]] CheckedOrg checkOrg(const std::vector<policy::SourceFile> &files,
                                  QByteArray revision);

// What keeps single servers from starting as they are declared. No part of checkOrg(): a server that cannot start must not
// hold up the revision. Environment variables are those of this process.
[[nodiscard]] std::vector<policy::Diagnostic> checkServers(const OrgRevision &revision);

// What `${…}` stands for in the servers of a tenant whose data is in `directory`.
[[nodiscard]] std::map<QByteArray, QByteArray> variablesFor(const TenantId &tenant,
                                                            const std::filesystem::path &directory,
                                                            const std::filesystem::path &org);

// The errors among the diagnostics as one text, a line each; empty if there are none.
[[nodiscard]] QByteArray errorsOf(const std::vector<policy::Diagnostic> &diagnostics);

} // namespace provost::tenancy
