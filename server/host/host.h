// Host: the whole server, built and taken down in the right order. See server/README.md for its threads.
// INVARIANT: while a Host exists, its data directory is locked by it, and every answered call is in a journal.
// Thread: made and destroyed on the main thread, which it blocks only then.
#pragma once

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/control/controlplane.h"

#include <filesystem>
#include <memory>

namespace provost::host {

struct HostOptions
{
    std::filesystem::path data; // created if missing
    std::filesystem::path org;  // empty: data/org
    QByteArray listenHost = "127.0.0.1";
    quint16 listenPort = 7777; // 0: any free one
    QByteArray adminHost = "127.0.0.1";
    quint16 adminPort = 0;
    int gatewayLoops = 0; // 0: one per core
    bool jsonLog =
        false; // what is logged goes to standard error as JSON lines, with secrets masked
};

class Host
{
public:
    // Listening when it returns. Errors: Storage, Conflict (another process serves this data directory),
    // InvalidInput (the org directory has errors; the message lists them), Unavailable (address).
    [[nodiscard]] static Result<std::unique_ptr<Host>> start(HostOptions options);
    // Stops listening, lets calls in flight end (at most 30 s), closes the journals.
    ~Host();

    [[nodiscard]] QByteArray endpointUrl() const; // "http://127.0.0.1:7777"
    [[nodiscard]] QByteArray adminUrl() const;
    // Lives on the main thread.
    [[nodiscard]] control::ControlPlane &control();

    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;

private:
    class Building;
    explicit Host(std::unique_ptr<Building> building);
    std::unique_ptr<Building> m_building;
};

} // namespace provost::host
