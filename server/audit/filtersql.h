// A filter as the WHERE clause of index.db. Values are bound; what stands in the text is column names and numbers.
// Thread: pure, but for the words that it looks up.
#pragma once

#include "server/audit/filter.h"
#include "server/storage/database.h"

#include <stop_token>
#include <variant>

namespace provost::audit {

struct SqlCondition
{
    QByteArray text = "1";
    std::vector<std::variant<std::int64_t, QByteArray>>
        values; // in the order of the question marks

    void add(const QByteArray &condition, std::int64_t value); // AND condition
};

// Errors: Storage, Cancelled.
[[nodiscard]] Result<SqlCondition> conditionOf(const Filter &filter, storage::Database &index);

// Binds `condition` from parameter `from` on; the number of the next one.
int bindCondition(storage::Statement &statement, const SqlCondition &condition, int from);

} // namespace provost::audit
