// The files of an org directory on disk: YAML or JSON, at most three folders deep. Dot-folders and symbolic links are not part
// of it.
// Thread: functions that block on disk.
#pragma once

#include "server/policy/loader.h"

#include <filesystem>

namespace provost::org {

using File = policy::SourceFile;

// All files below the directory `path`, by name; or the one file that `path` is.
// Errors: NotFound, Storage, TooLarge (a file over 8 MiB).
[[nodiscard]] Result<std::vector<File>> readOrgFiles(const std::filesystem::path &path);

// A name that may be written: relative, below the org directory, *.yaml, *.yml or *.json, no dot-folders.
[[nodiscard]] bool isOrgFileName(QByteArrayView name);

} // namespace provost::org
