// `provost tenant`: tenants of an org directory. A server that runs on it sees the change within seconds.
#include "app/command.h"
#include "app/table.h"

#include "server/base/clock.h"
#include "server/host/tenanttemplate.h"
#include "server/org/orgrepository.h"
#include "server/tenancy/orgrevision.h"

namespace provost::app {

namespace {

int report(const Error &error)
{
    printError(error.message);
    return exitFailure;
}

Json describe(const policy::Tenant &tenant)
{
    return Json::object({{"tenant", tenant.id.value},
                         {"name", tenant.name},
                         {"file", tenant.where.file},
                         {"policies", static_cast<std::int64_t>(tenant.policies.size())}});
}

} // namespace

int runTenant(const QStringList &arguments)
{
    const Command &command = commandNamed("tenant");
    QCommandLineParser parser;
    parser.addPositionalArgument(QStringLiteral("verb"), QStringLiteral("create or list"));
    parser.addOptions(
        {{QStringLiteral("data"), QStringLiteral("Data directory."), QStringLiteral("DIR")},
         {QStringLiteral("org"), QStringLiteral("Org directory (default: DATA/org)."),
          QStringLiteral("DIR")},
         {QStringLiteral("tenant"), QStringLiteral("create: the new tenant's id, a-z, 0-9 and -."),
          QStringLiteral("ID")},
         {QStringLiteral("name"), QStringLiteral("create: its name for people."),
          QStringLiteral("TEXT")},
         {QStringLiteral("template"),
          QStringLiteral("create: what to start from: %1 (default empty).")
              .arg(host::tenantTemplates().join(QStringLiteral(", "))),
          QStringLiteral("NAME")},
         {QStringLiteral("json"), QStringLiteral("One JSON object a line.")}});
    parse(parser, command, arguments, 1);
    const QStringList given = parser.positionalArguments();
    const bool create = !given.isEmpty() && given.first() == QLatin1StringView("create");
    if (!create && (given.isEmpty() || given.first() != QLatin1StringView("list")))
        usageError(command, QStringLiteral("one of create, list is needed"));
    const QString data = parser.value(QStringLiteral("data"));
    const QString org = parser.value(QStringLiteral("org"));
    if (data.isEmpty() && org.isEmpty())
        usageError(command, QStringLiteral("--data or --org is needed"));
    const QString directory = org.isEmpty() ? data + QStringLiteral("/org") : org;
    if (const auto there = create ? Result<void>() : requireDirectory(directory); !there)
        return report(there.error());
    const SystemClock clock;
    const auto repository = org::OrgRepository::open(directory.toStdString(), clock);
    if (!repository)
        return report(repository.error());
    auto files = (*repository)->workingFiles();
    if (!files)
        return report(files.error());

    if (!create) {
        const tenancy::CheckedOrg checked = tenancy::checkOrg(*files, {});
        std::vector<Json> rows;
        for (const policy::Tenant &tenant : checked.revision.org.tenants)
            rows.push_back(describe(tenant));
        printRows(rows, parser.isSet(QStringLiteral("json")));
        return exitOk;
    }
    const QString name = parser.value(QStringLiteral("template"));
    const auto file =
        host::newTenantFile({.id = TenantId(parser.value(QStringLiteral("tenant")).toUtf8()),
                             .name = parser.value(QStringLiteral("name")).toUtf8(),
                             .templateName = name.isEmpty() ? QByteArray("empty") : name.toUtf8()},
                            *files);
    if (!file)
        return report(file.error());
    const auto applied =
        (*repository)
            ->apply({.files = {*file},
                     .author = author(),
                     .reason = "Create tenant " + parser.value(QStringLiteral("tenant")).toUtf8(),
                     .expectedRevision = {}});
    if (!applied)
        return report(applied.error());
    printLine("created " + file->name);
    return exitOk;
}

} // namespace provost::app
