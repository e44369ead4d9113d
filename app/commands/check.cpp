// `provost check` and `provost decide`: an org directory, without a server.
#include "app/command.h"

#include "server/base/clock.h"
#include "server/org/orgfiles.h"
#include "server/policy/decidejson.h"
#include "server/policy/snapshot.h"
#include "server/tenancy/orgrevision.h"

#include <iostream>
#include <string>

namespace provost::app {

namespace {

constexpr std::size_t lineBytesMax = 4 << 20;

// The org directory named on the command line, or an exit code.
tl::expected<tenancy::CheckedOrg, int> readOrg(const Command &command,
                                               const QCommandLineParser &parser)
{
    if (parser.positionalArguments().size() != 1)
        usageError(command, QStringLiteral("one org directory is needed"));
    const auto files = org::readOrgFiles(parser.positionalArguments().first().toStdString());
    if (!files) {
        printError(files.error().message);
        return tl::make_unexpected(exitFailure);
    }
    tenancy::CheckedOrg checked = tenancy::checkOrg(*files, {});
    if (checked.revision.org.tenants.empty() && checked.diagnostics.empty()) {
        printError(QStringLiteral("`%1` holds no tenant; expected tenants/*.yaml")
                       .arg(parser.positionalArguments().first()));
        return tl::make_unexpected(exitFailure);
    }
    return checked;
}

Json toJson(const policy::Diagnostic &diagnostic)
{
    return Json::object(
        {{"file", diagnostic.where.file},
         {"line", diagnostic.where.line},
         {"column", diagnostic.where.column},
         {"severity",
          diagnostic.severity == policy::Diagnostic::Severity::Error ? "error" : "warning"},
         {"message", diagnostic.message}});
}

using Snapshots = std::map<TenantId, std::shared_ptr<const policy::Snapshot>>;

// One line of input to one line of output; false if the line could not be read.
bool decideLine(QByteArrayView line, const Snapshots &snapshots, bool explain, WallTime now)
{
    const auto parsed = Json::parse(line);
    const auto asked = parsed ? policy::decideRequestFromJson(*parsed, now)
                              : Result<policy::DecideRequest>(fail(parsed.error()));
    if (!asked) {
        Json answer = Json::object();
        if (parsed && parsed->contains("id"))
            answer.set("id", (*parsed)["id"]);
        answer.set("error", asked.error().message);
        printLine(answer.toBytes());
        return false;
    }
    const auto snapshot = snapshots.find(asked->request.tenant);
    if (snapshot == snapshots.end())
        printLine(policy::decisionToJson(asked->id, policy::unknownTenant(asked->request.tenant))
                      .toBytes());
    else if (explain)
        printLine(
            policy::decisionToJson(asked->id, snapshot->second->explain(asked->request)).toBytes());
    else
        printLine(
            policy::decisionToJson(asked->id, snapshot->second->decide(asked->request)).toBytes());
    return true;
}

} // namespace

int runCheck(const QStringList &arguments)
{
    const Command &command = commandNamed("check");
    QCommandLineParser parser;
    parser.addPositionalArgument(QStringLiteral("ORG"),
                                 QStringLiteral("Org directory, or one YAML file."));
    parser.addOption({QStringLiteral("json"), QStringLiteral("One JSON object a line.")});
    parse(parser, command, arguments, 1);
    const auto org = readOrg(command, parser);
    if (!org)
        return org.error();
    std::vector<policy::Diagnostic> diagnostics = org->diagnostics;
    const auto ofServers = tenancy::checkServers(org->revision);
    diagnostics.insert(diagnostics.end(), ofServers.begin(), ofServers.end());
    for (const policy::Diagnostic &diagnostic : diagnostics)
        printLine(parser.isSet(QStringLiteral("json")) ? toJson(diagnostic).toBytes()
                                                       : policy::toText(diagnostic));
    return policy::hasErrors(diagnostics) ? exitFailure : exitOk;
}

int runDecide(const QStringList &arguments)
{
    const Command &command = commandNamed("decide");
    QCommandLineParser parser;
    parser.addPositionalArgument(QStringLiteral("ORG"),
                                 QStringLiteral("Org directory, or one YAML file."));
    parser.addOption({QStringLiteral("explain"), QStringLiteral("Add the trace of the decision.")});
    parse(parser, command, arguments, 1);
    const auto org = readOrg(command, parser);
    if (!org)
        return org.error();
    if (const QByteArray errors = tenancy::errorsOf(org->diagnostics); !errors.isEmpty()) {
        printError(QString::fromUtf8(errors));
        return exitFailure;
    }
    Snapshots snapshots;
    for (const policy::Tenant &tenant : org->revision.org.tenants) {
        auto snapshot = policy::Snapshot::compile(tenant, {});
        if (!snapshot) {
            printError(snapshot.error().message);
            return exitFailure;
        }
        snapshots.emplace(tenant.id, std::move(*snapshot));
    }
    const SystemClock clock;
    bool allRead = true;
    std::string line;
    while (std::getline(std::cin, line)) {
        if (line.empty())
            continue;
        if (line.size() > lineBytesMax) {
            printLine(Json::object({{"error", "the line is longer than 4 MiB"}}).toBytes());
            allRead = false;
            continue;
        }
        allRead &= decideLine({line.data(), static_cast<qsizetype>(line.size())}, snapshots,
                              parser.isSet(QStringLiteral("explain")), clock.now());
    }
    return allRead ? exitOk : exitFailure;
}

} // namespace provost::app
