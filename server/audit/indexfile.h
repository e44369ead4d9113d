// IndexFile: index.db as its writer holds it. Takes the lines of the journal in order and keeps one row per call or
// event, with the watermark in the same transaction.
// INVARIANT: the rows are exactly what the lines up to the watermark say.
// Thread: one.
#pragma once

#include "server/audit/indexschema.h"
#include "server/audit/journalreader.h"
#include "server/storage/database.h"

#include <QHash>

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
    struct Row
    {
        std::optional<LinePosition> intent;
        std::optional<LinePosition> outcome;
        WallTime began;
        QByteArray intentLine; // if it came in the same batch
        QByteArray line;       // the last one; judged when it is written

        // The intent came in an earlier batch: the call stands in the index as an open one.
        [[nodiscard]] bool wasWrittenOpen() const
        {
            return intent && outcome && intentLine.isEmpty();
        }
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
    [[nodiscard]] Result<void> writeRow(std::int64_t sequence, const Row &row);
    [[nodiscard]] Result<void> writeEntry(std::int64_t sequence, const Row &row,
                                          const Record &record);
    [[nodiscard]] Result<void> writeMinutes();
    [[nodiscard]] Result<void> writeWatermark();
    // Nothing for an empty text.
    [[nodiscard]] Result<std::optional<std::int64_t>> wordId(Field field, const QByteArray &text);
    void sum(const Row &row, const Record &record);

    storage::Database m_database;
    std::optional<storage::Statement> m_insertEntry;
    std::optional<storage::Statement> m_deleteEntry;
    std::optional<storage::Statement> m_insertArgument;
    std::optional<storage::Statement> m_findWord;
    std::optional<storage::Statement> m_insertWord;
    std::optional<storage::Statement> m_addMinute;
    std::optional<storage::Statement> m_setWatermark;
    QHash<std::pair<int, QByteArray>, std::int64_t> m_wordIds; // a cache
    std::unordered_map<QByteArray, Pending, std::hash<QByteArray>> m_pending;

    LinePosition m_watermark;
    QByteArray m_watermarkStart;
    std::map<std::int64_t, Row> m_rows; // added, not yet written
    std::map<std::int64_t, MinuteSums> m_minutes;
};

} // namespace provost::audit
