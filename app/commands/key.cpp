// `provost key` and `provost user`: identities, straight in the data directory. A server that runs on it sees the change
// within a second.
#include "app/command.h"
#include "app/table.h"

#include "server/identity/identitystore.h"
#include "server/org/orgfiles.h"
#include "server/tenancy/orgrevision.h"

#include <algorithm>
#include <cstdio>

namespace provost::app {

namespace {

QCommandLineOption option(const char *name, const char *description, const char *value)
{
    return {QString::fromUtf8(name), QString::fromUtf8(description), QString::fromUtf8(value)};
}

QByteArray required(const Command &command, const QCommandLineParser &parser, const char *name)
{
    QByteArray value = parser.value(QString::fromUtf8(name)).toUtf8();
    if (value.isEmpty())
        usageError(command, QStringLiteral("--%1 is needed").arg(QString::fromUtf8(name)));
    return value;
}

// What follows the command's name: "create", "list", …
QString takeVerb(const Command &command, const QCommandLineParser &parser, const QStringList &verbs)
{
    const QStringList given = parser.positionalArguments();
    if (given.isEmpty() || !verbs.contains(given.first()))
        usageError(command,
                   QStringLiteral("one of %1 is needed").arg(verbs.join(QStringLiteral(", "))));
    return given.first();
}

int report(const Error &error)
{
    printError(error.message);
    return exitFailure;
}

Json timeOrNull(const std::optional<WallTime> &time)
{
    return time ? Json(toRfc3339(*time)) : Json();
}

const char *nameOf(identity::KeyState state)
{
    switch (state) {
    case identity::KeyState::Active: return "active";
    case identity::KeyState::Expired: return "expired";
    case identity::KeyState::Revoked: return "revoked";
    }
    return "revoked";
}

Json describe(const identity::ApiKey &key, WallTime now)
{
    return Json::object({{"id", key.id.value},
                         {"tenant", key.tenant.value},
                         {"user", key.user.value},
                         {"label", key.label},
                         {"state", nameOf(identity::stateOf(key, now))},
                         {"created", toRfc3339(key.created)},
                         {"expires", timeOrNull(key.expires)},
                         {"revoked", timeOrNull(key.revoked)},
                         {"last_used", timeOrNull(key.lastUsed)}});
}

Json namesToJson(const std::vector<QByteArray> &names)
{
    return Json::Array(names.begin(), names.end());
}

Json describe(const identity::User &user)
{
    return Json::object({{"tenant", user.tenant.value},
                         {"user", user.id.value},
                         {"name", user.displayName},
                         {"roles", namesToJson(user.roles)},
                         {"attributes", user.attributes},
                         {"disabled", user.disabled}});
}

bool isAskedFor(const UserId &user, const QCommandLineParser &parser)
{
    const QByteArray asked = parser.value(QStringLiteral("user")).toUtf8();
    return asked.isEmpty() || asked == user.value;
}

// A user may come before the tenant; a misspelt one would never be found out.
void tellIfUndeclared(const TenantId &tenant, const std::filesystem::path &data)
{
    const std::filesystem::path org = data / "org";
    std::error_code error;
    if (!std::filesystem::is_directory(org, error))
        return; // the server may be given another one
    const auto files = org::readOrgFiles(org);
    if (!files)
        return;
    const tenancy::CheckedOrg checked = tenancy::checkOrg(*files, {});
    if (policy::hasErrors(checked.diagnostics))
        return; // what could not be read may declare it
    const auto &tenants = checked.revision.org.tenants;
    if (std::none_of(tenants.begin(), tenants.end(),
                     [&](const policy::Tenant &known) { return known.id == tenant; }))
        printError(QStringLiteral("note: `%1` declares no tenant `%2` yet; until it does, the "
                                  "user's keys open nothing")
                       .arg(QString::fromStdString(org.string()), QString::fromUtf8(tenant.value)));
}

std::optional<TenantId> tenantFilter(const QCommandLineParser &parser)
{
    const QByteArray tenant = parser.value(QStringLiteral("tenant")).toUtf8();
    return tenant.isEmpty() ? std::nullopt : std::optional(TenantId(tenant));
}

void printNewKey(const identity::NewKey &created, const QCommandLineParser &parser, WallTime now)
{
    Json object = describe(created.key, now);
    object.set("key", created.secret);
    if (parser.isSet(QStringLiteral("json"))) {
        printLine(object.toBytes());
        return;
    }
    printLine(created.secret);
    std::fputs("This key is shown once; only a hash of it is kept.\n", stderr);
}

// Every grant and revocation is recorded: by the server that runs on the data directory, or by the next one.
Result<void> note(identity::IdentityStore &store, const char *action, const TenantId &tenant,
                  Json details)
{
    return store.noteAct(Json::object({{"action", action},
                                       {"author", author()},
                                       {"tenant", tenant.value},
                                       {"details", std::move(details)}}));
}

std::optional<WallTime> expiry(const Command &command, const QCommandLineParser &parser)
{
    const QByteArray text = parser.value(QStringLiteral("expires")).toUtf8();
    if (text.isEmpty())
        return std::nullopt;
    const auto time = fromRfc3339(text);
    if (!time)
        usageError(command, time.error().message);
    return *time;
}

} // namespace

int runKey(const QStringList &arguments)
{
    const Command &command = commandNamed("key");
    QCommandLineParser parser;
    parser.addPositionalArgument(QStringLiteral("verb"),
                                 QStringLiteral("create, list, rotate ID or revoke ID"));
    parser.addOptions(
        {option("data", "Data directory.", "DIR"),
         option("tenant", "Tenant of the key.", "ID"),
         option("user", "User that the key stands for; see `provost user put`. list: of this one.",
                "ID"),
         option("label", "What the key is for.", "TEXT"),
         option("expires", "When it stops working, such as 2027-01-01T00:00:00Z.", "TIME"),
         option("overlap", "rotate: how long the old key still works (default 3600).", "SECONDS"),
         {QStringLiteral("json"), QStringLiteral("One JSON object a line.")}});
    parse(parser, command, arguments, 2);
    const QStringList verbs{QStringLiteral("create"), QStringLiteral("list"),
                            QStringLiteral("rotate"), QStringLiteral("revoke")};
    const QString verb = takeVerb(command, parser, verbs);
    const QByteArray data = required(command, parser, "data");
    if (const auto there = requireDirectory(QString::fromUtf8(data)); !there)
        return report(there.error());
    const SystemClock clock;
    SystemRandom random;
    const auto store = identity::IdentityStore::open(data.toStdString(), clock, random);
    if (!store)
        return report(store.error());

    if (verb == QLatin1StringView("create")) {
        const TenantId tenant(required(command, parser, "tenant"));
        const UserId user(required(command, parser, "user"));
        const QByteArray label = parser.value(QStringLiteral("label")).toUtf8();
        const auto expires = expiry(command, parser);
        if (const auto noted = note(**store, "key_created", tenant,
                                    Json::object({{"user", user.value}, {"label", label}}));
            !noted)
            return report(noted.error());
        const auto created = (*store)->createKey({tenant, user, label, expires});
        if (!created)
            return report(created.error());
        printNewKey(*created, parser, clock.now());
        return exitOk;
    }
    if (verb == QLatin1StringView("list")) {
        const auto keys = (*store)->keys(tenantFilter(parser));
        if (!keys)
            return report(keys.error());
        std::vector<Json> rows;
        for (const identity::ApiKey &key : *keys) {
            if (isAskedFor(key.user, parser))
                rows.push_back(describe(key, clock.now()));
        }
        printRows(rows, parser.isSet(QStringLiteral("json")));
        return exitOk;
    }
    if (parser.positionalArguments().size() != 2)
        usageError(command,
                   QStringLiteral("the id of a key is needed; `provost key list` shows them"));
    const CredentialId id(parser.positionalArguments().at(1).toUtf8());
    if (verb == QLatin1StringView("rotate")) {
        const QString overlap = parser.value(QStringLiteral("overlap"));
        bool ok = true;
        const int seconds = overlap.isEmpty() ? 3600 : overlap.toInt(&ok);
        if (!ok || seconds < 0)
            usageError(command, QStringLiteral("`%1` is not a number of seconds").arg(overlap));
        if (const auto noted = note(**store, "key_rotated", {}, Json::object({{"key", id.value}}));
            !noted)
            return report(noted.error());
        const auto created = (*store)->rotateKey(id, std::chrono::seconds(seconds));
        if (!created)
            return report(created.error());
        printNewKey(*created, parser, clock.now());
        return exitOk;
    }
    if (const auto noted = note(**store, "revocation", {}, Json::object({{"key", id.value}}));
        !noted)
        return report(noted.error());
    if (const auto revoked = (*store)->revokeKey(id); !revoked)
        return report(revoked.error());
    return exitOk;
}

int runUser(const QStringList &arguments)
{
    const Command &command = commandNamed("user");
    QCommandLineParser parser;
    parser.addPositionalArgument(
        QStringLiteral("verb"),
        QStringLiteral("put: the user is as the options say, what is left out is "
                       "empty; or list"));
    parser.addOptions(
        {option("data", "Data directory.", "DIR"),
         option("tenant", "Tenant of the user.", "ID"),
         option("user", "The user's id, such as alice@acme.com.", "ID"),
         option("name", "The user's name for people.", "TEXT"),
         option("role", "A role; may be given several times.", "ROLE"),
         option("attribute",
                "An attribute for conditions, such as region=EU; may be given several times.",
                "NAME=VALUE"),
         {QStringLiteral("disabled"), QStringLiteral("None of the user's keys works.")},
         {QStringLiteral("json"), QStringLiteral("One JSON object a line.")}});
    parse(parser, command, arguments, 1);
    const QString verb = takeVerb(command, parser, {QStringLiteral("put"), QStringLiteral("list")});
    const QByteArray data = required(command, parser, "data");
    if (const auto there = verb == QLatin1StringView("put")
                               ? Result<void>()
                               : requireDirectory(QString::fromUtf8(data));
        !there)
        return report(there.error());
    const SystemClock clock;
    SystemRandom random;
    const auto store = identity::IdentityStore::open(data.toStdString(), clock, random);
    if (!store)
        return report(store.error());

    if (verb == QLatin1StringView("list")) {
        const auto users = (*store)->users(tenantFilter(parser));
        if (!users)
            return report(users.error());
        std::vector<Json> rows;
        for (const identity::User &user : *users) {
            if (isAskedFor(user.id, parser))
                rows.push_back(describe(user));
        }
        printRows(rows, parser.isSet(QStringLiteral("json")));
        return exitOk;
    }
    identity::User user;
    user.tenant = TenantId(required(command, parser, "tenant"));
    user.id = UserId(required(command, parser, "user"));
    user.displayName = parser.value(QStringLiteral("name")).toUtf8();
    user.disabled = parser.isSet(QStringLiteral("disabled"));
    for (const QString &role : parser.values(QStringLiteral("role")))
        user.roles.push_back(role.toUtf8());
    for (const QString &pair : parser.values(QStringLiteral("attribute"))) {
        const auto equals = pair.indexOf(QLatin1Char('='));
        if (equals <= 0)
            usageError(command, QStringLiteral("`%1` is not NAME=VALUE").arg(pair));
        user.attributes.set(pair.left(equals).toUtf8(), pair.mid(equals + 1));
    }
    if (const auto noted = note(**store, "user_changed", user.tenant, describe(user)); !noted)
        return report(noted.error());
    if (const auto put = (*store)->putUser(user); !put)
        return report(put.error());
    tellIfUndeclared(user.tenant, data.toStdString());
    return exitOk;
}

} // namespace provost::app
