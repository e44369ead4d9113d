#include "server/org/orgfiles.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace provost::org {

namespace {

constexpr int folderDepthMax = 3;
constexpr qint64 fileBytesMax = 8LL << 20;

bool isPolicyText(const QString &name)
{
    return name.endsWith(QLatin1StringView(".yaml")) || name.endsWith(QLatin1StringView(".yml"))
           || name.endsWith(QLatin1StringView(".json"));
}

// Names of YAML files below `folder`, relative to the top, in order.
void collectNames(const QDir &folder, const QString &prefix, int depth,
                  std::vector<QByteArray> &names)
{
    const auto entries =
        folder.entryInfoList(QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
    for (const QFileInfo &entry : entries) {
        const QString name = prefix + entry.fileName();
        if (entry.isSymLink() || entry.fileName().startsWith(QLatin1Char('.')))
            continue;
        if (entry.isDir() && depth < folderDepthMax)
            collectNames(QDir(entry.filePath()), name + QLatin1Char('/'), depth + 1, names);
        else if (entry.isFile() && isPolicyText(name))
            names.push_back(name.toUtf8());
    }
}

Result<File> readFile(const QString &path, const QByteArray &name)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot read `%1`: %2").arg(path, file.errorString()));
    if (file.size() > fileBytesMax)
        return fail(ErrorCode::TooLarge, QStringLiteral("`%1` is larger than 8 MiB").arg(path));
    return File{name, file.readAll()};
}

} // namespace

Result<std::vector<File>> readOrgFiles(const std::filesystem::path &path)
{
    const QFileInfo top(QString::fromStdString(path.string()));
    std::vector<File> files;
    if (top.isFile()) {
        TRY_LET(File file, readFile(top.filePath(), top.fileName().toUtf8()));
        files.push_back(std::move(file));
        return files;
    }
    if (!top.isDir())
        return fail(
            ErrorCode::NotFound,
            QStringLiteral("`%1` is neither an org directory nor a file").arg(top.filePath()));
    const QDir folder(top.filePath());
    std::vector<QByteArray> names;
    collectNames(folder, {}, 1, names);
    for (const QByteArray &name : names) {
        TRY_LET(File file, readFile(folder.filePath(QString::fromUtf8(name)), name));
        files.push_back(std::move(file));
    }
    return files;
}

bool isOrgFileName(QByteArrayView name)
{
    if (name.isEmpty() || name.size() > 200 || !isPolicyText(QString::fromUtf8(name)))
        return false;
    const auto parts = QByteArray::fromRawData(name.data(), name.size()).split('/');
    const auto isPlain = [](const QByteArray &part) {
        return !part.isEmpty() && !part.startsWith('.')
               && std::all_of(part.begin(), part.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                             || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                  });
    };
    return parts.size() <= folderDepthMax && std::all_of(parts.begin(), parts.end(), isPlain);
}

} // namespace provost::org
