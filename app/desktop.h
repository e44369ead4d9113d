// The console's window. Only this file of app/ knows the ui.
// Thread: the main thread.
#pragma once

#include "server/control/controlplane.h"

#include <QCoreApplication>

#include <memory>

namespace provost::app {

[[nodiscard]] std::unique_ptr<QCoreApplication> makeDesktopApplication(int &argc, char **argv);

// Shows the main window until it is closed or the application quits; the exit code.
[[nodiscard]] int runDesktop(control::ControlPlane &control, bool safeMode);

} // namespace provost::app
