#include "server/audit/rowreader.h"

#include <algorithm>

namespace provost::audit {

namespace {

std::optional<std::int64_t> numberOf(std::int64_t value)
{
    return value == none ? std::nullopt : std::optional(value);
}

Result<std::optional<std::size_t>> rowWith(Block &block, Column column, std::int64_t value)
{
    TRY_LET(const Numbers *numbers, block.numbers(column));
    const auto found = std::find(numbers->begin(), numbers->end(), value);
    return found == numbers->end() ? std::nullopt
                                   : std::optional(std::size_t(found - numbers->begin()));
}

} // namespace

Result<AuditRow> readRow(Block &block, std::size_t row, Words &words)
{
    AuditRow result;
    for (const FieldInfo &info : allFields()) {
        const Column column = columnOf(info.field);
        if (columnKindOf(column) == ColumnKind::Inline) {
            TRY_LET(const Texts *texts, block.texts(column));
            info.setText(result.record, texts->at(row).toByteArray());
            continue;
        }
        TRY_LET(const Numbers *numbers, block.numbers(column));
        const std::int64_t number = numbers->at(row);
        if (info.field == Field::Sequence) {
            result.key.sequence = number;
        } else if (!info.isText()) {
            info.setNumber(result.record, numberOf(number));
        } else if (number != none) {
            TRY_LET(const QByteArray word, words.word(number));
            info.setText(result.record, word);
        }
    }
    TRY_LET(const Numbers *outcomes, block.numbers(Column::OutcomeSequence));
    result.concluded = numberOf(outcomes->at(row));
    result.key.time = result.record.timestamp;
    return result;
}

Result<FoundRow> findRow(storage::Database &index, std::int64_t sequence)
{
    TRY_LET(Cells prepared, Cells::prepare(index));
    auto cells = std::make_unique<Cells>(std::move(prepared));
    // A call stands where it began; the nearer blocks are the likely ones.
    const QByteArray columns = BlockInfo::columns;
    TRY_LET(auto blocks, index.prepare("SELECT " + columns
                                       + " FROM block WHERE first_seq <= ?1 AND (last_seq >= ?1 OR "
                                         "outcome_last >= ?1) ORDER BY first_seq DESC"));
    blocks.bind(sequence);
    for (;;) {
        TRY_LET(const bool isRow, blocks.step());
        if (!isRow)
            return fail(ErrorCode::NotFound, QStringLiteral("there is no record %1").arg(sequence));
        Block block(*cells, BlockInfo::read(blocks));
        TRY_LET(auto row, rowWith(block, columnOf(Field::Sequence), sequence));
        if (!row) {
            TRY_LET(row, rowWith(block, Column::OutcomeSequence, sequence));
        }
        if (row)
            return FoundRow{std::move(cells), std::move(block), *row};
    }
}

} // namespace provost::audit
