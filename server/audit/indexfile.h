// IndexFile: index.db as its writer holds it. Takes the lines of the journal in order and keeps one row per call or
// event, with the watermark in the same transaction.
// INVARIANT: the rows are exactly what the lines up to the watermark say.
// Thread: one.
#pragma once

#include "server/audit/blockwriter.h"
#include "server/audit/journalreader.h"
#include "server/audit/linefields.h"
#include "server/audit/words.h"

#include <map>
#include <optional>
#include <unordered_map>

namespace provost::audit {

class IndexFile
{
public:
    // Opens the index of the journal in `journal`, or makes it anew if there is none, or it is damaged, of another
    // version, or of another journal. Errors: Storage.
    [[nodiscard]] static Result<IndexFile> open(const std::filesystem::path &path,
                                                const std::filesystem::path &journal);

    // The last line that is folded in.
    [[nodiscard]] const LinePosition &watermark() const { return m_watermark; }

    // Takes the next line. Nothing is written before flush().
    void add(const JournalLine &line);
    // Writes what was added, in one transaction. After an error the object must not be used again. Errors: Storage.
    [[nodiscard]] Result<void> flush();

private:
    struct Pending // an intent without an outcome
    {
        LinePosition intent;
        WallTime began;
    };
    struct Held // a line, in m_lines
    {
        qsizetype from = 0;
        qsizetype size = 0;
    };
    struct Row
    {
        std::int64_t sequence = 0;
        std::optional<LinePosition> intent;
        std::optional<LinePosition> outcome;
        WallTime began;
        Held intentLine; // if it came in the same batch
        Held line;       // the last one; judged when it is written
    };
    struct MinuteSums
    {
        std::int64_t total = 0;
        std::int64_t denied = 0;
        std::int64_t limited = 0;
        std::int64_t errors = 0;
    };

    explicit IndexFile(storage::Database database);
    [[nodiscard]] static Result<IndexFile> openExisting(const std::filesystem::path &path,
                                                        const std::filesystem::path &journal);
    [[nodiscard]] Result<void> prepare();
    [[nodiscard]] Result<void> load();
    [[nodiscard]] Result<void> loadOpenCalls(Block &block);
    [[nodiscard]] Result<void> write();
    [[nodiscard]] Result<void> writeMinutes();
    [[nodiscard]] Result<void> writeWatermark();
    [[nodiscard]] Held hold(QByteArrayView line);
    [[nodiscard]] QByteArrayView textOf(const Held &line) const;
    // The values of a row, which are good until the next one's, and its share of the sums.
    [[nodiscard]] Result<void> fold(const Row &row, RowValues &values);
    void sum(const Row &row, std::int64_t time, QByteArrayView status);

    storage::Database m_database;
    LineFieldReader m_fields;
    std::optional<WordIds> m_words;
    std::optional<BlockWriter> m_blocks;
    std::optional<storage::Statement> m_addMinute;
    std::optional<storage::Statement> m_setWatermark;
    std::unordered_map<QByteArray, Pending, std::hash<QByteArray>> m_pending;

    LinePosition m_watermark;
    QByteArray m_watermarkStart;
    QByteArray m_lines;           // that are not yet written, one behind the other
    Held m_lastLine;              // of them
    std::vector<Row> m_added;     // in the order of their sequence
    std::vector<Row> m_concluded; // that stand in the index as open calls
    std::map<std::int64_t, MinuteSums> m_minutes;
};

} // namespace provost::audit
