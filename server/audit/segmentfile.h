// SegmentFile: the open segment of a journal, as its writer holds it.
// INVARIANT: bytes() counts only what is synced while the file still stood under its name, unchanged. After an error
// append() must not be called again; repair() puts the file back to bytes(), or says why it cannot.
// Thread: one at a time.
#pragma once

#include "server/audit/disk.h"
#include "server/audit/journalformat.h"

namespace provost::audit {

// Which file a path leads to, and what of it nobody else may change while it is open.
struct FileState
{
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    unsigned mode = 0;
    qint64 bytes = 0;

    [[nodiscard]] bool isSameFile(const FileState &other) const
    {
        return device == other.device && inode == other.inode;
    }
};

class SegmentFile
{
public:
    // A new, empty segment whose first line will be `first`. A file of that name may only be there if it holds no record.
    [[nodiscard]] static Result<SegmentFile> create(const std::filesystem::path &directory,
                                                    std::int64_t first, Disk &disk);
    // An existing one of which the first `bytes` are good; the rest is cut.
    [[nodiscard]] static Result<SegmentFile> reopen(const Segment &from, qint64 bytes, Disk &disk);

    ~SegmentFile();
    SegmentFile(SegmentFile &&other) noexcept;
    SegmentFile &operator=(SegmentFile &&other) noexcept;

    // Writes and syncs; `lines` are durable when it answers. Errors: Storage with path and need.
    [[nodiscard]] Result<void> append(QByteArrayView lines);

    // Cuts the zeros behind the last line. Errors: Storage.
    [[nodiscard]] Result<void> trim();

    // After an error: cuts what is not durable; if the file was deleted or replaced, puts it back from the descriptor
    // that is still open, and keeps the stranger under another name. Errors: Storage.
    [[nodiscard]] Result<void> repair();

    [[nodiscard]] std::int64_t first() const { return m_first; }
    [[nodiscard]] qint64 bytes() const { return m_bytes; }
    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }

private:
    SegmentFile(std::filesystem::path path, std::int64_t first, int file, Disk &disk);
    [[nodiscard]] Result<void> open(int flags);
    [[nodiscard]] Result<void> checkInPlace() const;
    [[nodiscard]] Result<void> reserve(qint64 bytes);
    [[nodiscard]] Result<void> putBack();
    [[nodiscard]] tl::unexpected<Error> failure(const QString &doing, int code,
                                                qint64 bytesNeeded = 0) const;

    std::filesystem::path m_path;
    std::int64_t m_first = 0;
    Disk *m_disk = nullptr;
    int m_file = -1;
    FileState m_state;      // as it was opened
    qint64 m_bytes = 0;     // durable
    qint64 m_allocated = 0; // size of the file, zeros behind m_bytes
};

// Makes names that were created, renamed or removed in `directory` durable. Errors: Storage.
[[nodiscard]] Result<void> syncDirectory(const std::filesystem::path &directory, Disk &disk);

} // namespace provost::audit
