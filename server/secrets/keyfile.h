// Key files: random bytes that stay on this machine, each in a file of mode 0600 in a directory of mode 0700.
// INVARIANT: a key file that others could read, that is a link, belongs to another user or has the wrong size is
// refused, never repaired: it may have been read or replaced.
// Thread: any; two processes that create the same file get the same key.
#pragma once

#include "server/base/random.h"
#include "server/base/result.h"

#include <filesystem>

namespace provost::secrets {

// Reads the key, or makes it of `bytes` random bytes; durable when this returns. Parent directories are created.
// Errors: Storage, with the path and what is needed.
[[nodiscard]] Result<QByteArray> readOrCreateKey(const std::filesystem::path &file, int bytes,
                                                 Random &random);

// Errors: NotFound; Storage as above.
[[nodiscard]] Result<QByteArray> readKey(const std::filesystem::path &file, int bytes);

} // namespace provost::secrets
