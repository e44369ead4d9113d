// The common table expressions of a query, as far as safety needs to know them. SQLite copies one for each place that
// names it while it reads the statement, which nothing can interrupt: thirty of them, each naming the one before
// twice, are 2^30 copies. So they are counted first.
// Thread: pure functions.
#pragma once

#include <QByteArray>

#include <cstdint>
#include <vector>

namespace provost::tools::sql {

struct SqliteShape
{
    std::vector<QByteArray> names; // of the common table expressions, in lower case
    std::int64_t copies = 0; // at least as many as SQLite will make; counted up to copiesMax + 1
};

constexpr std::int64_t copiesMax = 1000;

// Never fails: what is no SQL has some shape, too.
[[nodiscard]] SqliteShape shapeOf(QByteArrayView query);

} // namespace provost::tools::sql
