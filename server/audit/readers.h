// Reading the journals of a data directory line by line, without an index: for the command line, and for export. Works
// beside a running server, which never notices.
// Thread: any; blocks.
#pragma once

#include "server/audit/filter.h"
#include "server/base/ids.h"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

namespace provost::audit {

// Where one tenant's log is; the installation's own has no tenant.
struct JournalPlace
{
    TenantId tenant;
    std::filesystem::path journal; // directory
    std::filesystem::path index;   // file
};

[[nodiscard]] JournalPlace placeOf(const std::filesystem::path &data, const TenantId &tenant);

// Those that exist: the installation's first, then the tenants' by name. Errors: NotFound (no data directory).
[[nodiscard]] Result<std::vector<JournalPlace>> journalsIn(const std::filesystem::path &data);

// Gets the exact bytes of a line, without its newline, and the record; false ends the reading.
using LineSink = std::function<bool(QByteArrayView line, const Record &record)>;

// Outcomes and events that match, journal after journal, oldest first; open calls are left out. A call is judged as one
// record, as in the index. Answers how many there were.
// Errors: Storage (names file and line), NotFound, Cancelled.
[[nodiscard]] Result<std::int64_t> readMatching(const std::vector<JournalPlace> &places,
                                                const Filter &filter, const LineSink &sink,
                                                const std::stop_token &stop = {});

// The same for what is written from now on, in all journals of `data`, those included that are made meanwhile. Until
// `stop` asks to stop or `sink` ends it.
[[nodiscard]] Result<void> followMatching(const std::filesystem::path &data, const Filter &filter,
                                          const LineSink &sink, const std::stop_token &stop);

} // namespace provost::audit
