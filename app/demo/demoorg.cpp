#include "app/demo/demoorg.h"

#include "app/demo/analyticsdata.h"

#include <QDirIterator>
#include <QFile>

namespace provost::app {

namespace {

// policies/demo, compiled in; see app/CMakeLists.txt.
constexpr char demoRoot[] = ":/demo";
constexpr char usersFile[] = ":/demo/users.json";

Result<QByteArray> readResource(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Internal, QStringLiteral("`%1` is not compiled in").arg(path));
    return file.readAll();
}

Result<void> writeFile(const std::filesystem::path &path, const QByteArray &bytes)
{
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    QFile file(QString::fromStdString(path.string()));
    if (error || !file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()
        || !file.flush())
        return fail(
            ErrorCode::Storage,
            QStringLiteral("cannot write `%1`: %2").arg(file.fileName(), file.errorString()));
    return {};
}

Result<void> copyOrg(const std::filesystem::path &org)
{
    QDirIterator files(QString::fromUtf8(demoRoot), {QStringLiteral("*.yaml")}, QDir::Files,
                       QDirIterator::Subdirectories);
    const auto prefix = QString::fromUtf8(demoRoot).size() + 1;
    while (files.hasNext()) {
        const QString resource = files.next();
        TRY_LET(const QByteArray bytes, readResource(resource));
        TRY_DO(writeFile(org / resource.mid(prefix).toStdString(), bytes));
    }
    return {};
}

Result<std::vector<identity::User>> readUsers()
{
    TRY_LET(const QByteArray text, readResource(QString::fromUtf8(usersFile)));
    TRY_LET(const Json list, Json::parse(text));
    std::vector<identity::User> users;
    for (const Json &entry : list.items()) {
        identity::User user;
        user.tenant = TenantId(entry["tenant"].toByteArray());
        user.id = UserId(entry["user"].toByteArray());
        user.displayName = entry["name"].toByteArray();
        for (const Json &role : entry["roles"].items())
            user.roles.push_back(role.toByteArray());
        user.attributes = entry["attributes"];
        users.push_back(std::move(user));
    }
    return users;
}

} // namespace

Result<std::vector<DemoKey>> createDemoOrganisation(const std::filesystem::path &data)
{
    if (std::filesystem::exists(data / "org") || std::filesystem::exists(data / "state.db"))
        return fail(ErrorCode::Conflict,
                    QStringLiteral("`%1` already holds an organisation; serve it with `provost "
                                   "serve --data %1`, or name an "
                                   "empty directory")
                        .arg(QString::fromStdString(data.string())));
    TRY_DO(copyOrg(data / "org"));
    TRY_LET(const std::vector<identity::User> users, readUsers());
    const SystemClock clock;
    SystemRandom random;
    TRY_LET(const auto store, identity::IdentityStore::open(data, clock, random));
    std::vector<DemoKey> keys;
    std::map<TenantId, std::uint64_t> seeds;
    for (const identity::User &user : users) {
        TRY_DO(store->putUser(user));
        TRY_LET(const identity::NewKey created,
                store->createKey({user.tenant, user.id, "demo", std::nullopt}));
        keys.push_back({user, created.secret});
        seeds.emplace(user.tenant, seeds.size() + 1);
    }
    for (const auto &[tenant, seed] : seeds) {
        const auto directory = data / "tenants" / tenant.value.toStdString();
        std::error_code error;
        std::filesystem::create_directories(directory, error);
        TRY_DO(generateAnalyticsDatabase(directory / "analytics.db", seed));
    }
    return keys;
}

} // namespace provost::app
