// What SQLite's result codes mean for people and for callers.
// Thread: that of the connection.
#pragma once

#include "server/base/result.h"

struct sqlite3;

namespace provost::storage::detail {

[[nodiscard]] Error errorOf(sqlite3 *connection, int code);
[[nodiscard]] Error errorOf(const QString &path, int code, const QString &cause);

} // namespace provost::storage::detail
