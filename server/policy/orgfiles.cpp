#include "server/policy/orgfiles.h"

#include "server/policy/yamltree.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace provost::policy {

namespace {

Result<SourceFile> readFile(const QString &path, const QString &name)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot read `%1`: %2").arg(path, file.errorString()));
    // One byte more than is taken, so that the loader reports it with its limit.
    return SourceFile{name.toUtf8(), file.read(YamlLimits().bytesMax + 1)};
}

QStringList policyFilesIn(const QDir &directory)
{
    QStringList names = directory.entryList(
        {QStringLiteral("*.yaml"), QStringLiteral("*.yml"), QStringLiteral("*.json")}, QDir::Files);
    names.removeAll(QStringLiteral("provost.yaml"));
    return names;
}

} // namespace

Result<std::vector<SourceFile>> readOrgFiles(const QString &path)
{
    const QFileInfo info(path);
    if (!info.exists())
        return fail(ErrorCode::NotFound, QStringLiteral("`%1` does not exist").arg(path));
    std::vector<SourceFile> files;
    if (!info.isDir()) {
        TRY_LET(SourceFile file, readFile(path, info.fileName()));
        files.push_back(std::move(file));
        return files;
    }
    const QDir root(path);
    QStringList names;
    for (const QString &folder :
         {QString(), QStringLiteral("policies/"), QStringLiteral("tenants/")}) {
        const QDir directory(root.filePath(folder.isEmpty() ? QStringLiteral(".") : folder));
        for (const QString &name : policyFilesIn(directory))
            names.append(folder + name);
    }
    if (names.isEmpty())
        return fail(ErrorCode::NotFound,
                    QStringLiteral("`%1` holds no policy file (tenants/*.yaml)").arg(path));
    if (names.size() > orgFilesMax)
        return fail(
            ErrorCode::TooLarge,
            QStringLiteral("`%1` holds more than %2 policy files").arg(path).arg(orgFilesMax));
    std::sort(names.begin(), names.end());
    for (const QString &name : names) {
        TRY_LET(SourceFile file, readFile(root.filePath(name), name));
        files.push_back(std::move(file));
    }
    return files;
}

} // namespace provost::policy
