// Org directory -> Org: reads the YAML of the reference architecture and what policies/README.md adds to it, strictly.
// Everything that could be read in two ways is an error with its place. Pure: files come in as bytes.
// Thread: pure functions and values.
#pragma once

#include "server/policy/model.h"

#include <vector>

namespace provost::policy {

struct SourceFile
{
    QByteArray name; // relative to the org directory: "tenants/acme-corp.yaml"
    QByteArray bytes;
    bool operator==(const SourceFile &) const = default;
};

struct LoadedOrg
{
    Org org;                             // what could be read; not to be served when hasErrors()
    std::vector<Diagnostic> diagnostics; // in the order of files and lines

    [[nodiscard]] bool hasErrors() const;
};

// What the text alone tells: its form. check() of check.h says what the rules mean together.
[[nodiscard]] LoadedOrg loadOrg(const std::vector<SourceFile> &files);

// "tenants/acme.yaml:12:5: error: unknown key `role`"
[[nodiscard]] QByteArray toText(const Diagnostic &diagnostic);
[[nodiscard]] bool hasErrors(const std::vector<Diagnostic> &diagnostics);

} // namespace provost::policy
