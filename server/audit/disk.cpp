#include "server/audit/disk.h"

#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace provost::audit {

int Disk::write(int file, QByteArrayView bytes, qint64 offset)
{
    while (!bytes.isEmpty()) {
        const ssize_t written =
            ::pwrite(file, bytes.data(), std::size_t(bytes.size()), off_t(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : EIO;
        bytes = bytes.sliced(written);
        offset += written;
    }
    return 0;
}

int Disk::sync(int file)
{
    return ::fdatasync(file) == 0 ? 0 : errno;
}

int Disk::syncAll(int file)
{
    return ::fsync(file) == 0 ? 0 : errno;
}

int Disk::truncate(int file, qint64 bytes)
{
    return ::ftruncate(file, off_t(bytes)) == 0 ? 0 : errno;
}

Disk &Disk::system()
{
    static Disk disk; // stateless
    return disk;
}

QString systemErrorText(int code)
{
    return QString::fromStdString(std::generic_category().message(code));
}

} // namespace provost::audit
