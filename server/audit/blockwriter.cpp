#include "server/audit/blockwriter.h"

#include <algorithm>

namespace provost::audit {

namespace {

using storage::Blob;
using storage::Statement;

constexpr qsizetype postedSymbols = 6;
constexpr std::size_t postedLatelyBits = 12;
constexpr std::size_t postingsPerStatement =
    32; // many postings cost half of what they do one by one

std::size_t hashOf(std::int64_t value, Column column)
{
    constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15; // spreads over the upper bits
    const std::uint64_t key =
        std::uint64_t(value) * std::uint64_t(columnCount) + std::uint64_t(column);
    return std::size_t(key * golden >> (64U - postedLatelyBits));
}

std::int64_t sequenceOf(const RowValues &row)
{
    return row.numbers[std::size_t(Field::Sequence)];
}

} // namespace

std::int64_t postedCall(QByteArrayView callId)
{
    std::int64_t value = 0;
    for (qsizetype i = 0; i < postedSymbols; ++i)
        value = value << 8 | (i < callId.size() ? static_cast<unsigned char>(callId[i]) : 0);
    return value;
}

BlockWriter::BlockWriter(Cells cells, Statements statements)
    : m_cells(std::move(cells))
    , m_statements(std::move(statements))
    , m_postedLately(std::size_t(1) << postedLatelyBits)
{
}

Result<BlockWriter> BlockWriter::prepare(storage::Database &index)
{
    TRY_LET(Cells cells, Cells::prepare(index));
    const QByteArray columns = BlockInfo::columns;
    TRY_LET(Statement findBlock,
            index.prepare("SELECT " + columns
                          + " FROM block WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1"));
    TRY_LET(Statement insertBlock,
            index.prepare("INSERT INTO block (" + columns + ") VALUES (?, ?, ?, ?, ?, ?, ?)"));
    TRY_LET(Statement deleteBlock, index.prepare("DELETE FROM block WHERE first_seq = ?"));
    TRY_LET(Statement insertCell, index.prepare("INSERT INTO cell VALUES (?, ?)"));
    TRY_LET(Statement deleteCells, index.prepare("DELETE FROM cell WHERE id BETWEEN ? AND ?"));
    const QByteArray insertOne = "INSERT OR IGNORE INTO posting VALUES (?, ?, ?, ?)";
    TRY_LET(Statement insertPosting, index.prepare(insertOne));
    TRY_LET(
        Statement insertPostings,
        index.prepare(insertOne + QByteArray(", (?, ?, ?, ?)").repeated(postingsPerStatement - 1)));
    return BlockWriter(std::move(cells),
                       {std::move(findBlock), std::move(insertBlock), std::move(deleteBlock),
                        std::move(insertCell), std::move(deleteCells), std::move(insertPosting),
                        std::move(insertPostings)});
}

Result<void> BlockWriter::conclude(const RowValues &row)
{
    const std::int64_t sequence = sequenceOf(row);
    if (m_rows.size() == 0 || sequence > m_rows.last()) {
        TRY_DO(saveRows());
        TRY_LET(const auto block, blockAt(sequence));
        if (!block)
            return fail(m_cells.damaged({sequence, sequence}));
        TRY_LET(m_rows, load(*block));
    }
    if (!m_rows.conclude(sequence, row))
        return fail(m_cells.damaged(m_rows.info()));
    post(row);
    return {};
}

Result<void> BlockWriter::startAdding(std::size_t count)
{
    TRY_LET(const auto last, blockAt(std::numeric_limits<std::int64_t>::max()));
    // One that was changed is written anyway.
    if (m_rows.size() > 0 && m_rows.info().first == last->first)
        return {};
    TRY_DO(saveRows());
    if (last && last->rows <= std::int64_t(count) && last->rows < blockRowsMax) {
        TRY_LET(m_rows, load(*last));
    }
    return {};
}

Result<void> BlockWriter::add(const RowValues &row)
{
    if (m_rows.isFull())
        TRY_DO(saveRows());
    m_rows.append(row);
    post(row);
    return {};
}

Result<void> BlockWriter::finish()
{
    if (m_rows.size() > 0)
        TRY_DO(join(m_rows));
    TRY_DO(saveRows());
    return savePostings();
}

Result<void> BlockWriter::saveRows()
{
    if (m_rows.size() > 0)
        TRY_DO(save(m_rows));
    m_rows = {};
    return {};
}

Result<std::optional<BlockInfo>> BlockWriter::blockAt(std::int64_t sequence)
{
    m_statements.findBlock.bind(sequence);
    return m_statements.findBlock.first(BlockInfo::read);
}

Result<BlockRows> BlockWriter::load(const BlockInfo &block)
{
    Block reader(m_cells, block);
    return BlockRows::load(reader);
}

// As in a binary counter: each row is written again a dozen times at most.
Result<void> BlockWriter::join(BlockRows &rows)
{
    for (;;) {
        const std::int64_t first = rows.info().first;
        TRY_LET(const auto before, blockAt(first - 1));
        if (!before || std::size_t(before->rows) > rows.size()
            || before->rows + std::int64_t(rows.size()) > blockRowsMax)
            return {};
        TRY_LET(BlockRows joined, load(*before));
        joined.append(rows);
        TRY_DO(remove(first));
        rows = std::move(joined);
    }
}

Result<void> BlockWriter::save(const BlockRows &rows)
{
    const BlockInfo info = rows.info();
    // REPLACE would be one statement, but makes SQLite keep a copy of every page for the case that it fails half-way.
    TRY_DO(remove(info.first));
    m_statements.insertBlock.bind(info.first, info.last, info.outcomeLast, info.timeFirst,
                                  info.timeLast, info.rows, info.open);
    TRY_DO(m_statements.insertBlock.run());
    Blob shorts;
    for (int i = 0; i < columnCount; ++i) {
        const Blob cell{rows.encoded(Column(i))};
        if (cell.bytes.size() > shortBytesMax) {
            m_statements.insertCell.bind(cellKey(info.first, Column(i)), cell);
            TRY_DO(m_statements.insertCell.run());
        } else if (!cell.bytes.isEmpty()) {
            shorts.bytes.append(char(i)).append(char(cell.bytes.size())).append(cell.bytes);
        }
    }
    m_statements.insertCell.bind(cellKey(info.first, shortColumns), shorts);
    return m_statements.insertCell.run();
}

Result<void> BlockWriter::remove(std::int64_t block)
{
    m_statements.deleteBlock.bind(block);
    TRY_DO(m_statements.deleteBlock.run());
    m_statements.deleteCells.bind(cellKey(block, Column(0)), cellKey(block, shortColumns));
    return m_statements.deleteCells.run();
}

void BlockWriter::post(const RowValues &row)
{
    const std::int64_t stretch = stretchOf(sequenceOf(row));
    for (const Column column : columnsOf(ColumnKind::Word)) {
        if (const std::int64_t word = row.numbers[std::size_t(column)]; word != none)
            post(stretch, column, word);
    }
    const Column call = columnOf(Field::Call);
    if (const QByteArrayView id = row.texts[std::size_t(call)]; !id.isEmpty())
        post(stretch, call, postedCall(id));
}

void BlockWriter::post(std::int64_t stretch, Column column, std::int64_t value)
{
    const Posting posting{groupOf(stretch), std::int64_t(column), value, stretch};
    Posting &lately = m_postedLately[hashOf(value, column)];
    if (lately == posting)
        return;
    lately = posting;
    m_postings.push_back(posting);
}

Result<void> BlockWriter::savePostings()
{
    std::sort(m_postings.begin(), m_postings.end());
    std::span<const Posting> rest = m_postings;
    while (!rest.empty()) {
        const bool areMany = rest.size() >= postingsPerStatement;
        Statement &insert = areMany ? m_statements.insertPostings : m_statements.insertPosting;
        const auto postings = rest.first(areMany ? postingsPerStatement : 1);
        insert.rewind(postings.size() * 4);
        int index = 0;
        for (const Posting &posting : postings) {
            for (const std::int64_t value :
                 {posting.group, posting.field, posting.value, posting.stretch})
                insert.bindAt(++index, value);
        }
        TRY_DO(insert.run());
        rest = rest.subspan(postings.size());
    }
    m_postings.clear();
    return {};
}

} // namespace provost::audit
