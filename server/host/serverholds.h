// ServerHolds: which tool servers are held back although the org declares them: those that an administrator disabled,
// and commands written through the console that nobody has confirmed yet. Kept in the data directory, beside the org:
// an emergency stop needs no revision, and agreement to run a command belongs to this machine.
// INVARIANT: a command that was written through the console is not run before somebody confirmed exactly it. One that
// stands in the org directory by hand counts as confirmed by that.
// Thread: the control thread.
#pragma once

#include "server/tools/adapter.h"
#include "server/tools/serverdefinition.h"

#include <filesystem>
#include <memory>
#include <set>

namespace provost::host {

// Names the command, its arguments, environment and directory as they are declared; empty if the server runs none.
[[nodiscard]] QByteArray commandDigest(const Json &config);

class ServerHolds
{
public:
    // Reads `file`, which need not exist. Errors: Storage, also for a file that cannot be understood: what was held
    // back must not start because of that.
    [[nodiscard]] static Result<std::unique_ptr<ServerHolds>> open(std::filesystem::path file);

    // The state that keeps it from being started; none: it may start.
    [[nodiscard]] std::optional<tools::AdapterState>
    heldBack(const TenantId &tenant, const tools::ServerDefinition &server) const;

    [[nodiscard]] Result<void> setDisabled(const TenantId &tenant, const ServerId &server,
                                           bool disabled);
    [[nodiscard]] Result<void> confirm(const QByteArray &digest);
    // Of a revision that the console is about to write: commands that were never served wait for confirmation.
    [[nodiscard]] Result<void> holdNew(const std::vector<tools::ServerDefinition> &servers);
    // Of a revision that is about to be served: whatever does not wait counts as confirmed from now on.
    [[nodiscard]] Result<void> acceptServed(const std::vector<tools::ServerDefinition> &servers);

private:
    struct State
    {
        std::set<QByteArray> disabled;  // "tenant/server"
        std::set<QByteArray> confirmed; // digests
        std::set<QByteArray> waiting;   // digests
        bool operator==(const State &) const = default;
    };

    explicit ServerHolds(std::filesystem::path file);
    // Written before it counts.
    [[nodiscard]] Result<void> change(State next);

    const std::filesystem::path m_file;
    State m_state;
};

} // namespace provost::host
