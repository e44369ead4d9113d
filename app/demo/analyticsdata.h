// The analytics database of a demo tenant: customers, transactions, deals and notes of an invented company, in five
// regions. The same seed gives the same rows.
// Thread: any one thread.
#pragma once

#include "server/base/result.h"

#include <cstdint>
#include <filesystem>

namespace provost::app {

// 12,000 customers, 90,000 transactions, 6,000 deals and 4,000 notes. Errors: Conflict if the file exists, Storage.
[[nodiscard]] Result<void> generateAnalyticsDatabase(const std::filesystem::path &file,
                                                     std::uint64_t seed);

} // namespace provost::app
