// RowReader: rows of index.db as values; looks words up once.
// Thread: that of the index's connection.
#pragma once

#include "server/audit/indexschema.h"
#include "server/audit/query.h"
#include "server/storage/database.h"

#include <QHash>

namespace provost::audit {

class RowReader
{
public:
    explicit RowReader(storage::Database &index);

    // What a SELECT from `entry` names first, for read().
    [[nodiscard]] static QByteArray columns();
    [[nodiscard]] static int columnCount();

    [[nodiscard]] Result<AuditRow> read(const storage::Statement &row);
    [[nodiscard]] Result<QByteArray> word(std::int64_t id);

private:
    storage::Database &m_index;
    std::optional<storage::Statement> m_findWord;
    QHash<std::int64_t, QByteArray> m_words;
};

} // namespace provost::audit
