#include "server/audit/block.h"

#include "server/audit/journalformat.h"

namespace provost::audit {

using storage::Blob;
using storage::Statement;

BlockInfo BlockInfo::read(const Statement &row)
{
    return {row.get<std::int64_t>(0), row.get<std::int64_t>(1), row.get<std::int64_t>(2),
            row.get<WallTime>(3),     row.get<WallTime>(4),     row.get<std::int64_t>(5),
            row.get<std::int64_t>(6)};
}

Cells::Cells(QString index, Statement find)
    : m_index(std::move(index))
    , m_find(std::move(find))
{
}

Result<Cells> Cells::prepare(storage::Database &index)
{
    TRY_LET(Statement find, index.prepare("SELECT data FROM cell WHERE id = ?"));
    return Cells(toText(index.path()), std::move(find));
}

Result<QByteArray> Cells::read(std::int64_t block, Column column)
{
    m_find.bind(cellKey(block, column));
    TRY_LET(auto found, m_find.first([](const Statement &row) { return row.get<Blob>(0).bytes; }));
    return std::move(found).value_or(QByteArray());
}

Error Cells::damaged(const BlockInfo &block)
{
    m_foundDamage = true;
    return {ErrorCode::Storage,
            QStringLiteral("index `%1` is damaged at records %2 to %3: stop the server and delete "
                           "the file, it is built again from the journal")
                .arg(m_index)
                .arg(block.first)
                .arg(block.last)};
}

Block::Block(Cells &cells, const BlockInfo &block)
    : m_cells(cells)
    , m_info(block)
{
}

Result<const Numbers *> Block::numbers(Column column)
{
    auto &numbers = m_numbers.at(std::size_t(column));
    if (!numbers) {
        TRY_LET(const QByteArray bytes, cell(column));
        numbers = bytes.isEmpty() ? Numbers(rows(), none) : decodeNumbers(bytes, rows());
        if (!numbers)
            return fail(m_cells.damaged(m_info));
    }
    return &*numbers;
}

Result<const Texts *> Block::texts(Column column)
{
    auto &texts = m_texts.at(std::size_t(column));
    if (!texts) {
        TRY_LET(const QByteArray bytes, cell(column));
        texts = bytes.isEmpty() ? Texts(rows()) : decodeTexts(bytes, rows());
        if (!texts)
            return fail(m_cells.damaged(m_info));
    }
    return &*texts;
}

// A view of the short columns where it can be; they live as long as the block.
Result<QByteArray> Block::cell(Column column)
{
    TRY_DO(readShortColumns());
    if (const QByteArrayView bytes = m_shortColumns.at(std::size_t(column)); !bytes.isEmpty())
        return QByteArray::fromRawData(bytes.data(), bytes.size());
    return m_cells.read(m_info.first, column);
}

Result<void> Block::readShortColumns()
{
    if (m_short)
        return {};
    if (m_info.rows < 1 || m_info.rows > blockRowsMax)
        return fail(m_cells.damaged(m_info));
    TRY_LET(m_short, m_cells.read(m_info.first, shortColumns));
    for (QByteArrayView rest = *m_short; !rest.isEmpty();) {
        const auto at = [&](qsizetype i) { return qsizetype(static_cast<unsigned char>(rest[i])); };
        if (rest.size() < 2 || at(0) >= columnCount || at(1) > rest.size() - 2)
            return fail(m_cells.damaged(m_info));
        m_shortColumns.at(std::size_t(at(0))) = rest.sliced(2, at(1));
        rest = rest.sliced(2 + at(1));
    }
    return {};
}

} // namespace provost::audit
