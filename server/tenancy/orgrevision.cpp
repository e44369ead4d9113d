#include "server/tenancy/orgrevision.h"

#include "server/policy/check.h"
#include "server/tools/adapters.h"

#include <algorithm>
#include <cstdlib>

namespace provost::tenancy {

namespace {

constexpr char serversFolder[] = "servers/";
constexpr char testsFolder[] = "tests/";
constexpr char settingsFile[] = "provost.yaml"; // of the installation, not of a tenant

void checkNamesOnce(const std::vector<tools::ServerDefinition> &servers,
                    std::vector<policy::Diagnostic> &diagnostics)
{
    for (std::size_t i = 1; i < servers.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (servers[i].id == servers[j].id)
                diagnostics.push_back({policy::Diagnostic::Severity::Error, servers[i].where,
                                       "server `" + servers[i].id.value
                                           + "` is declared twice, first in "
                                           + servers[j].where.file});
        }
    }
}

} // namespace

std::map<QByteArray, QByteArray> variablesFor(const TenantId &tenant,
                                              const std::filesystem::path &directory,
                                              const std::filesystem::path &org)
{
    std::map<QByteArray, QByteArray> variables{
        {"tenant.id", tenant.value},
        {"data", QByteArray::fromStdString(directory.string())},
        {"org", QByteArray::fromStdString(std::filesystem::absolute(org).string())},
    };
    for (char **entry = environ; *entry != nullptr; ++entry) {
        const QByteArray text(*entry);
        const qsizetype equals = text.indexOf('=');
        if (equals > 0)
            variables.emplace("env." + text.first(equals), text.sliced(equals + 1));
    }
    return variables;
}

CheckedOrg checkOrg(const std::vector<policy::SourceFile> &files, QByteArray revision)
{
    CheckedOrg checked;
    checked.revision.id = std::move(revision);
    std::vector<policy::SourceFile> policies;
    for (const policy::SourceFile &file : files) {
        if (file.name.startsWith(testsFolder) || file.name == settingsFile)
            continue;
        if (!file.name.startsWith(serversFolder)) {
            policies.push_back(file);
            continue;
        }
        auto loaded = tools::loadServers(file.bytes, file.name);
        std::move(loaded.servers.begin(), loaded.servers.end(),
                  std::back_inserter(checked.revision.servers));
        std::move(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                  std::back_inserter(checked.diagnostics));
    }
    checkNamesOnce(checked.revision.servers, checked.diagnostics);
    auto loaded = policy::loadOrg(policies);
    checked.revision.org = std::move(loaded.org);
    const bool readable = !loaded.hasErrors();
    std::move(loaded.diagnostics.begin(), loaded.diagnostics.end(),
              std::back_inserter(checked.diagnostics));
    // What could not be read would be reported twice, as something else.
    if (readable) {
        auto meaning = policy::check(checked.revision.org);
        std::move(meaning.begin(), meaning.end(), std::back_inserter(checked.diagnostics));
    }
    return checked;
}

std::vector<policy::Diagnostic> checkServers(const OrgRevision &revision)
{
    using Severity = policy::Diagnostic::Severity;
    const auto &known = revision.org.tenants;
    std::vector<policy::Diagnostic> diagnostics;
    for (const tools::ServerDefinition &server : revision.servers) {
        const QByteArray name = "server `" + server.id.value + "`: ";
        for (const TenantId &tenant : server.tenants) {
            if (std::none_of(known.begin(), known.end(),
                             [&](const policy::Tenant &other) { return other.id == tenant; }))
                diagnostics.push_back({Severity::Warning, server.where,
                                       name + "there is no tenant `" + tenant.value + '`'});
        }
        // Which tenant, and where the directories are, makes no difference to what is wrong.
        const auto config = tools::substitute(server.config, variablesFor(TenantId("t"), "/", "/"));
        if (!config) {
            // The machine that serves may have what this one has not in its environment.
            const QByteArray problem = config.error().message.toUtf8();
            const auto severity = problem.contains("`env.") ? Severity::Warning : Severity::Error;
            diagnostics.push_back({severity, server.where, name + problem});
            continue;
        }
        if (const auto checked = tools::checkConfig(server, *config); !checked)
            diagnostics.push_back(
                {Severity::Error, server.where, name + checked.error().message.toUtf8()});
    }
    return diagnostics;
}

QByteArray errorsOf(const std::vector<policy::Diagnostic> &diagnostics)
{
    QByteArray text;
    for (const policy::Diagnostic &diagnostic : diagnostics) {
        if (diagnostic.severity == policy::Diagnostic::Severity::Error)
            text.append(text.isEmpty() ? "" : "\n").append(policy::toText(diagnostic));
    }
    return text;
}

} // namespace provost::tenancy
