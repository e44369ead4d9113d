// What `provost`, `provost demo` and `provost serve` share: an application object, a Host, and a run until a signal or
// the closed window.
// Thread: the main thread.
#pragma once

#include "server/base/result.h"
#include "server/host/host.h"

#include <QCoreApplication>
#include <QString>

#include <functional>
#include <memory>

namespace provost::app {

enum class Mode { Headless, Desktop };

// True if a window can be shown: a display is named, or a platform is asked for by QT_QPA_PLATFORM.
[[nodiscard]] bool displayIsThere();

struct HostAndPort
{
    QByteArray host;
    quint16 port = 0;
};
// "127.0.0.1:7777", "[::1]:0", "localhost:7777". Errors: InvalidInput.
[[nodiscard]] Result<HostAndPort> parseHostAndPort(const QString &text);

struct Serving
{
    Mode mode = Mode::Headless;
    host::HostOptions options;
    // Runs once the server listens, before the window opens.
    std::function<void(host::Host &)> onListening;
    bool safeMode = false; // ignore the window's saved state
};

// Serves until SIGINT, SIGTERM or the closed window; the exit code of the process. The application object exists
// already (makeApplication()).
[[nodiscard]] int serve(Serving serving);

// REQUIRES: called once, before anything of Qt that needs an application.
[[nodiscard]] std::unique_ptr<QCoreApplication> makeApplication(Mode mode);

} // namespace provost::app
