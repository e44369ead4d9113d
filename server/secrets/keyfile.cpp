#include "server/secrets/keyfile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace provost::secrets {

namespace {

namespace fs = std::filesystem;

QString textOf(const fs::path &path)
{
    return QString::fromStdString(path.string());
}

tl::unexpected<Error> storageError(const fs::path &path, const QString &what, int error)
{
    return fail(ErrorCode::Storage,
                QStringLiteral("cannot %1 key file `%2`: %3")
                    .arg(what, textOf(path),
                         QString::fromStdString(std::generic_category().message(error))));
}

class Descriptor
{
public:
    explicit Descriptor(int fd)
        : m_fd(fd)
    {
    }
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    [[nodiscard]] int get() const { return m_fd; }
    [[nodiscard]] bool isOpen() const { return m_fd >= 0; }

private:
    int m_fd;
};

bool writeAll(int fd, const QByteArray &bytes)
{
    qsizetype written = 0;
    while (written < bytes.size()) {
        const ssize_t n = ::write(fd, bytes.constData() + written,
                                  static_cast<std::size_t>(bytes.size() - written));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        written += n;
    }
    return true;
}

bool syncDirectory(const fs::path &directory)
{
    const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return fd.isOpen() && ::fsync(fd.get()) == 0;
}

// Puts a whole, durable file at `file` unless there is one already; that one then counts.
Result<void> publish(const fs::path &file, const QByteArray &key, Random &random)
{
    const fs::path temporary = file.string() + ".new-" + randomToken(random, 12).toStdString();
    {
        const Descriptor fd(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!fd.isOpen())
            return storageError(file, QStringLiteral("create"), errno);
        if (!writeAll(fd.get(), key) || ::fsync(fd.get()) != 0) {
            const int error = errno;
            ::unlink(temporary.c_str());
            return storageError(file, QStringLiteral("write"), error);
        }
    }
    const int linked = ::link(temporary.c_str(), file.c_str());
    const int error = linked == 0 ? 0 : errno;
    ::unlink(temporary.c_str());
    if (error != 0 && error != EEXIST)
        return storageError(file, QStringLiteral("create"), error);
    if (!syncDirectory(file.parent_path()))
        return storageError(file, QStringLiteral("sync the directory of"), errno);
    return {};
}

} // namespace

Result<QByteArray> readKey(const fs::path &file, int bytes)
{
    const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd.isOpen()) {
        if (errno == ENOENT)
            return fail(ErrorCode::NotFound,
                        QStringLiteral("there is no key file `%1`").arg(textOf(file)));
        return storageError(file, QStringLiteral("open"), errno);
    }
    struct stat status
    {
    };
    if (::fstat(fd.get(), &status) != 0)
        return storageError(file, QStringLiteral("read"), errno);
    const auto refuse = [&](const QString &why) {
        return fail(ErrorCode::Storage,
                    QStringLiteral("key file `%1` is refused: %2").arg(textOf(file), why));
    };
    if (!S_ISREG(status.st_mode))
        return refuse(QStringLiteral("it is not a regular file"));
    if (status.st_uid != ::geteuid())
        return refuse(QStringLiteral("it belongs to another user"));
    if ((status.st_mode & 0077U) != 0)
        return refuse(QStringLiteral("others may read it; its mode must be 0600"));
    if (status.st_size != bytes)
        return refuse(
            QStringLiteral("it has %1 bytes instead of %2").arg(qint64(status.st_size)).arg(bytes));
    QByteArray key(bytes, '\0');
    qsizetype read = 0;
    while (read < bytes) {
        const ssize_t n =
            ::read(fd.get(), key.data() + read, static_cast<std::size_t>(bytes - read));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return storageError(file, QStringLiteral("read"), n < 0 ? errno : EIO);
        read += n;
    }
    return key;
}

Result<QByteArray> readOrCreateKey(const fs::path &file, int bytes, Random &random)
{
    auto known = readKey(file, bytes);
    if (known || known.error().code != ErrorCode::NotFound)
        return known;
    const fs::path directory = file.parent_path();
    std::error_code error;
    const bool created = fs::create_directories(directory, error);
    if (error)
        return storageError(directory, QStringLiteral("create the directory of"), error.value());
    if (created && ::chmod(directory.c_str(), 0700) != 0)
        return storageError(directory, QStringLiteral("protect the directory of"), errno);
    QByteArray key(bytes, '\0');
    random.fill(std::as_writable_bytes(std::span(key.data(), static_cast<std::size_t>(bytes))));
    TRY_DO(publish(file, key, random));
    return readKey(file, bytes);
}

} // namespace provost::secrets
