#include "server/audit/rowreader.h"

namespace provost::audit {

RowReader::RowReader(storage::Database &index)
    : m_index(index)
{
}

QByteArray RowReader::columns()
{
    QByteArray columns = "seq, outcome_seq";
    for (const FieldInfo &info : allFields()) {
        if (columnKindOf(info.field) != ColumnKind::Key)
            columns += ", " + columnOf(info.field);
    }
    return columns;
}

int RowReader::columnCount()
{
    return int(allFields().size()) + 1; // the key is a field
}

Result<AuditRow> RowReader::read(const storage::Statement &row)
{
    AuditRow result;
    result.key.sequence = row.get<std::int64_t>(0);
    result.concluded = row.get<std::optional<std::int64_t>>(1);
    int column = 1;
    for (const FieldInfo &info : allFields()) {
        switch (columnKindOf(info.field)) {
        case ColumnKind::Key: break;
        case ColumnKind::Inline: info.setText(result.record, row.get<QByteArray>(++column)); break;
        case ColumnKind::Number:
            info.setNumber(result.record, row.get<std::optional<std::int64_t>>(++column));
            break;
        case ColumnKind::Word: {
            if (row.isNull(++column))
                break;
            TRY_LET(const QByteArray text, word(row.get<std::int64_t>(column)));
            info.setText(result.record, text);
        }
        }
    }
    result.key.time = result.record.timestamp;
    return result;
}

Result<QByteArray> RowReader::word(std::int64_t id)
{
    if (const auto known = m_words.constFind(id); known != m_words.constEnd())
        return *known;
    if (!m_findWord) {
        TRY_LET(m_findWord, m_index.prepare("SELECT text FROM word WHERE id = ?"));
    }
    m_findWord->bind(id);
    TRY_LET(const auto text, m_findWord->first([](const storage::Statement &found) {
        return found.get<QByteArray>(0);
    }));
    return *m_words.insert(id, text.value_or(QByteArray()));
}

} // namespace provost::audit
