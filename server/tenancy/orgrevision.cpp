#include "server/tenancy/orgrevision.h"

#include "server/policy/check.h"

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
