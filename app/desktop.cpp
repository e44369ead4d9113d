#include "app/desktop.h"

#include "ui/kit/theme.h"
#include "ui/shell/mainwindow.h"

#include <QApplication>

namespace provost::app {

std::unique_ptr<QCoreApplication> makeDesktopApplication(int &argc, char **argv)
{
    return std::make_unique<QApplication>(argc, argv);
}

int runDesktop(control::ControlPlane &control, bool safeMode)
{
    const SystemClock clock;
    auto *const theme = new ui::Theme(*qApp); // parented to the application
    ui::MainWindow window(
        control, *theme, clock,
        {.safeMode = safeMode,
         .author = qgetenv("USER").isEmpty() ? QByteArray("administrator") : qgetenv("USER")});
    window.show();
    return QApplication::exec();
}

} // namespace provost::app
