// Reads the policy files of an org directory from disk. The one place of this room that touches files: deciding,
// loading and checking are pure.
// Thread: any that may block.
#pragma once

#include "server/policy/loader.h"

namespace provost::policy {

// `path` is a policy file, or a directory with files in tenants/ or policies/ or in itself (*.yaml, *.yml, *.json;
// provost.yaml is not one). Sorted by name; names are relative to the directory.
// Errors: NotFound, Storage (unreadable), TooLarge (more than filesMax or a file above 8 MiB).
[[nodiscard]] Result<std::vector<SourceFile>> readOrgFiles(const QString &path);

constexpr int orgFilesMax = 10'000;

} // namespace provost::policy
