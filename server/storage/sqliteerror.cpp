#include "server/storage/sqliteerror.h"

#include <sqlite3.h>

namespace provost::storage::detail {

namespace {

QString remedyFor(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL: return QStringLiteral("free space on its file system");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return QStringLiteral("another process is writing to it; try again");
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return QStringLiteral("check that the directory is there and that this user may write "
                              "to it");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return QStringLiteral("restore it from a backup");
    case SQLITE_IOERR: return QStringLiteral("check the disk");
    default: return {};
    }
}

} // namespace

Error errorOf(sqlite3 *connection, int code)
{
    const char *path = sqlite3_db_filename(connection, "main");
    return errorOf(QString::fromUtf8(path), code, QString::fromUtf8(sqlite3_errmsg(connection)));
}

Error errorOf(const QString &path, int code, const QString &cause)
{
    if ((code & 0xff) == SQLITE_INTERRUPT)
        return {ErrorCode::Cancelled, QStringLiteral("the search was cancelled")};
    const ErrorCode kind =
        (code & 0xff) == SQLITE_CONSTRAINT ? ErrorCode::Conflict : ErrorCode::Storage;
    QString message = QStringLiteral("database `%1`: %2").arg(path, cause);
    if (const QString remedy = remedyFor(code); !remedy.isEmpty())
        message += QStringLiteral("; ") + remedy;
    return {kind, message};
}

} // namespace provost::storage::detail
