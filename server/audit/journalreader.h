// JournalReader: the lines of a journal in order, across segments and up to the last complete one, each checked
// against its checksum and the expected sequence. It follows a live journal, of this process or another: at the end
// next() gives nothing, and later more.
// INVARIANT: no line is left out; a missing or damaged one is an error that names file and line, and stays one.
// Thread: one at a time; any number of readers beside the writer.
#pragma once

#include "server/audit/journalformat.h"

namespace provost::audit {

// Where a line is, for reading it again.
struct LinePosition
{
    std::int64_t sequence = 0;
    qint64 offset = 0; // in its segment file
    qint64 bytes = 0;  // without the newline

    bool operator==(const LinePosition &) const = default;
};

struct JournalLine
{
    LineHeader header;
    LinePosition position;
    QByteArrayView
        text; // the exact bytes, without the newline; valid until the next call of next()
};

class JournalReader
{
public:
    // Starts with line `from`, or with the first one kept if that is later. A journal without a segment has no lines yet.
    explicit JournalReader(std::filesystem::path directory, std::int64_t from = 1);
    ~JournalReader();
    JournalReader(JournalReader &&other) noexcept;
    JournalReader &operator=(JournalReader &&) = delete;

    // Starts after a line whose position is known, without reading what is before it.
    [[nodiscard]] static JournalReader after(std::filesystem::path directory,
                                             const LinePosition &line);

    // Errors: Storage.
    [[nodiscard]] Result<std::optional<JournalLine>> next();

    // Where the next line will begin, and in which segment; 0 before the first line was found.
    [[nodiscard]] qint64 offset() const { return m_lineOffset; }
    [[nodiscard]] std::int64_t segment() const { return m_segment; }

private:
    [[nodiscard]] Result<bool> openSegment();
    [[nodiscard]] Result<bool> openFollowing();
    [[nodiscard]] Result<void> open(const Segment &segment, qint64 offset);
    [[nodiscard]] Result<bool> fill();
    [[nodiscard]] Result<std::optional<QByteArrayView>> completeLine();
    [[nodiscard]] Error damaged(const QString &what) const;
    void close();

    std::filesystem::path m_directory;
    std::int64_t m_from;
    std::int64_t m_next = 0; // sequence of the next line; 0 before the first segment is known
    qint64 m_startOffset = 0;
    int m_file = -1;
    std::int64_t m_segment = 0;
    qint64 m_lineOffset = 0; // of the next line; m_buffer[m_at] is its first byte
    QByteArray m_buffer;
    qsizetype m_at = 0;
};

// One line again, checked. Errors: NotFound (no such segment), Storage (not what it was).
[[nodiscard]] Result<QByteArray> readLine(const std::filesystem::path &directory,
                                          const LinePosition &position);

} // namespace provost::audit
