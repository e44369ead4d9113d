#include "server/audit/segmentfile.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace provost::audit {

namespace {

// The file grows by zeros in steps, so that most syncs change no metadata: small ones while the journal is small.
constexpr qint64 stepBytesMin = 256 << 10;
constexpr qint64 stepBytesMax = 1 << 20; // who waits for a sync waits for these zeros as well
constexpr qint64 copyBytes = 1 << 20;
constexpr mode_t privateMode = 0600;

qint64 bytesFree(const std::filesystem::path &path)
{
    struct statvfs info = {};
    if (::statvfs(path.parent_path().c_str(), &info) != 0)
        return 0;
    return qint64(info.f_bavail) * qint64(info.f_frsize);
}

// Never the times. Whoever asks for them makes the kernel (Linux 6.13) note the exact time of the next write, which then writes the
// inode with every sync: measured 102 instead of 66 us of CPU, 239 instead of 174 us in all.
constexpr unsigned wantedState = STATX_TYPE | STATX_MODE | STATX_INO | STATX_SIZE;

// Nothing, and errno, if there is no such file. `path` empty: `directory` itself, an open file.
std::optional<FileState> stateOf(int directory, const char *path)
{
    struct statx info = {};
    if (::statx(directory, path, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, wantedState, &info) != 0)
        return std::nullopt;
    return FileState{gnu_dev_makedev(info.stx_dev_major, info.stx_dev_minor), info.stx_ino,
                     info.stx_mode, qint64(info.stx_size)};
}

std::optional<FileState> stateOf(int file)
{
    return stateOf(file, "");
}

std::optional<FileState> stateOf(const std::filesystem::path &path)
{
    return stateOf(AT_FDCWD, path.c_str());
}

// A name that is not taken, beside `path`.
std::filesystem::path unusedName(const std::filesystem::path &path, const char *suffix)
{
    std::error_code error;
    std::filesystem::path name = path.string() + suffix;
    for (int i = 2; std::filesystem::exists(name, error); ++i)
        name = path.string() + suffix + std::to_string(i);
    return name;
}

} // namespace

SegmentFile::SegmentFile(std::filesystem::path path, std::int64_t first, int file, Disk &disk)
    : m_path(std::move(path))
    , m_first(first)
    , m_disk(&disk)
    , m_file(file)
{
}

SegmentFile::~SegmentFile()
{
    if (m_file >= 0)
        ::close(m_file);
}

SegmentFile::SegmentFile(SegmentFile &&other) noexcept
{
    *this = std::move(other);
}

SegmentFile &SegmentFile::operator=(SegmentFile &&other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_file, other.m_file);
    m_first = other.m_first;
    m_disk = other.m_disk;
    m_state = other.m_state;
    m_bytes = other.m_bytes;
    m_allocated = other.m_allocated;
    return *this;
}

Result<SegmentFile> SegmentFile::create(const std::filesystem::path &directory, std::int64_t first,
                                        Disk &disk)
{
    SegmentFile segment(segmentPath(directory, first), first, -1, disk);
    TRY_DO(segment.open(O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW));
    TRY_DO(segment.reserve(stepBytesMin));
    if (const int error = disk.syncAll(segment.m_file); error != 0)
        return segment.failure(QStringLiteral("cannot sync"), error, stepBytesMin);
    TRY_DO(syncDirectory(directory, disk));
    return segment;
}

Result<SegmentFile> SegmentFile::reopen(const Segment &from, qint64 bytes, Disk &disk)
{
    SegmentFile segment(from.path, from.first, -1, disk);
    TRY_DO(segment.open(O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    segment.m_bytes = bytes;
    if (segment.m_allocated != bytes)
        TRY_DO(segment.trim());
    return segment;
}

Result<void> SegmentFile::open(int flags)
{
    m_file = ::open(m_path.c_str(), flags, privateMode);
    const auto state = m_file < 0 ? std::nullopt : stateOf(m_file);
    if (!state)
        return failure(QStringLiteral("cannot open"), errno);
    m_state = *state;
    m_allocated = state->bytes;
    return {};
}

Result<void> SegmentFile::append(QByteArrayView lines)
{
    const qint64 end = m_bytes + lines.size();
    if (end > m_allocated)
        TRY_DO(reserve(end + std::clamp(end, stepBytesMin, stepBytesMax)));
    if (const int error = m_disk->write(m_file, lines, m_bytes); error != 0)
        return failure(QStringLiteral("cannot write to"), error, lines.size());
    // The answer of the first sync is final: after a failed one the kernel may report success for data it dropped.
    if (const int error = m_disk->sync(m_file); error != 0)
        return failure(QStringLiteral("cannot sync"), error, lines.size());
    TRY_DO(checkInPlace());
    m_bytes = end;
    return {};
}

Result<void> SegmentFile::trim()
{
    if (const int error = m_disk->truncate(m_file, m_bytes); error != 0)
        return failure(QStringLiteral("cannot trim"), error);
    m_allocated = m_bytes;
    if (const int error = m_disk->syncAll(m_file); error != 0)
        return failure(QStringLiteral("cannot sync"), error);
    return {};
}

Result<void> SegmentFile::repair()
{
    const auto found = stateOf(m_path);
    if (!found && errno != ENOENT)
        return failure(QStringLiteral("cannot look at"), errno);
    if (!found || !found->isSameFile(m_state))
        return putBack();
    TRY_DO(trim());
    return checkInPlace();
}

// Whether the file still stands under its name as it was opened. A record in a file that nobody can find is lost.
Result<void> SegmentFile::checkInPlace() const
{
    const auto found = stateOf(m_path);
    if (!found)
        return failure(QStringLiteral("cannot find"), errno);
    const auto changed = [&](const QString &what) {
        return fail(ErrorCode::Storage,
                    QStringLiteral("journal segment `%1` %2").arg(toText(m_path), what));
    };
    if (!found->isSameFile(m_state))
        return changed(QStringLiteral("was replaced by another file while it was open"));
    if (found->mode != m_state.mode)
        return changed(QStringLiteral("changed its mode from %1 to %2 while it was open; set it "
                                      "back with chmod")
                           .arg(m_state.mode & 07777U, 4, 8, QLatin1Char('0'))
                           .arg(found->mode & 07777U, 4, 8, QLatin1Char('0')));
    if (found->bytes != m_allocated)
        return changed(QStringLiteral("was written to by another program: it has %1 bytes instead "
                                      "of %2")
                           .arg(found->bytes)
                           .arg(m_allocated));
    return {};
}

// Grows the file to `bytes`. The zeros are really written: a later sync then changes neither size nor extents.
Result<void> SegmentFile::reserve(qint64 bytes)
{
    static const QByteArray zeros(copyBytes, '\0');
    while (m_allocated < bytes) {
        const auto part = QByteArrayView(zeros).first(std::min(copyBytes, bytes - m_allocated));
        if (const int error = m_disk->write(m_file, part, m_allocated); error != 0)
            return failure(QStringLiteral("cannot extend"), error, bytes - m_allocated);
        m_allocated += part.size();
    }
    return {};
}

Result<void> SegmentFile::putBack()
{
    const std::filesystem::path copyPath = m_path.string() + ".restored";
    SegmentFile copy(copyPath, m_first, -1, *m_disk);
    TRY_DO(copy.open(O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW));
    QByteArray part(copyBytes, Qt::Uninitialized);
    while (copy.m_bytes < m_bytes) {
        const auto wanted = std::size_t(std::min(copyBytes, m_bytes - copy.m_bytes));
        const ssize_t got = ::pread(m_file, part.data(), wanted, off_t(copy.m_bytes));
        if (got <= 0)
            return failure(QStringLiteral("cannot read back"), got < 0 ? errno : EIO);
        const auto view = QByteArrayView(part).first(got);
        if (const int error = m_disk->write(copy.m_file, view, copy.m_bytes); error != 0)
            return copy.failure(QStringLiteral("cannot write to"), error, m_bytes - copy.m_bytes);
        copy.m_bytes += got;
    }
    TRY_DO(copy.trim());
    std::error_code error;
    const bool isStrangerThere =
        std::filesystem::exists(std::filesystem::symlink_status(m_path, error));
    error.clear(); // that nothing is there is no error
    if (isStrangerThere)
        std::filesystem::rename(m_path, unusedName(m_path, ".stranger"), error);
    if (!error)
        std::filesystem::rename(copyPath, m_path, error);
    if (error)
        return failure(QStringLiteral("cannot put back"), error.value());
    TRY_DO(syncDirectory(m_path.parent_path(), *m_disk));
    copy.m_path = m_path;
    *this = std::move(copy);
    return checkInPlace();
}

tl::unexpected<Error> SegmentFile::failure(const QString &doing, int code, qint64 bytesNeeded) const
{
    QString message = QStringLiteral("%1 journal segment `%2`: %3")
                          .arg(doing, toText(m_path), systemErrorText(code));
    if ((code == ENOSPC || code == EDQUOT) && bytesNeeded > 0)
        message += QStringLiteral("; %1 bytes are needed, the file system has %2 free")
                       .arg(bytesNeeded)
                       .arg(bytesFree(m_path));
    else if (code == EFBIG)
        message += QStringLiteral("; raise the limit on the size of files (ulimit -f)");
    return fail(ErrorCode::Storage, std::move(message));
}

Result<void> syncDirectory(const std::filesystem::path &directory, Disk &disk)
{
    const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = file < 0 ? errno : 0;
    if (file >= 0) {
        error = disk.syncAll(file);
        ::close(file);
    }
    if (error != 0)
        return fail(ErrorCode::Storage, QStringLiteral("cannot sync journal directory `%1`: %2")
                                            .arg(toText(directory), systemErrorText(error)));
    return {};
}

} // namespace provost::audit
