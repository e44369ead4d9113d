// Rows of index.db as values.
// Thread: that of the index's connection.
#pragma once

#include "server/audit/block.h"
#include "server/audit/query.h"
#include "server/audit/words.h"

namespace provost::audit {

// Row number `row` of `block`. Errors: Storage, Cancelled.
[[nodiscard]] Result<AuditRow> readRow(Block &block, std::size_t row, Words &words);

// The row whose first or last line is `sequence`, as its block and its number there. Errors: as above, NotFound.
struct FoundRow
{
    std::unique_ptr<Cells> cells; // the block refers to it
    Block block;
    std::size_t row = 0;
};
[[nodiscard]] Result<FoundRow> findRow(storage::Database &index, std::int64_t sequence);

} // namespace provost::audit
