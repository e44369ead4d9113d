#include "app/serving.h"

#include "app/command.h"
#include "app/signals.h"
#ifdef PROVOST_UI
#include "app/desktop.h"
#endif

#include <QHostAddress>

namespace provost::app {

bool displayIsThere()
{
#ifdef PROVOST_UI
    return qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY")
           || qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
#else
    return false;
#endif
}

Result<HostAndPort> parseHostAndPort(const QString &text)
{
    const auto colon = text.lastIndexOf(QLatin1Char(':'));
    bool ok = false;
    const quint16 port = text.mid(colon + 1).toUShort(&ok);
    QString host = text.left(colon);
    if (host.startsWith(QLatin1Char('[')) && host.endsWith(QLatin1Char(']')))
        host = host.sliced(1, host.size() - 2);
    if (colon <= 0 || !ok
        || (host != QLatin1StringView("localhost") && QHostAddress(host).isNull()))
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("`%1` is not an address such as 127.0.0.1:7777").arg(text));
    return HostAndPort{host.toUtf8(), port};
}

std::unique_ptr<QCoreApplication> makeApplication(Mode mode)
{
    static int argumentCount = 1;
    static char name[] = "provost";
    static char *arguments[] = {name, nullptr};
    blockStopSignals();
    QCoreApplication::setOrganizationName(QStringLiteral("Provost"));
    QCoreApplication::setApplicationName(QStringLiteral("provost"));
    QCoreApplication::setApplicationVersion(QStringLiteral(PROVOST_VERSION));
#ifdef PROVOST_UI
    if (mode == Mode::Desktop)
        return makeDesktopApplication(argumentCount, arguments);
#else
    Q_UNUSED(mode)
#endif
    return std::make_unique<QCoreApplication>(argumentCount, arguments);
}

int serve(Serving serving)
{
    auto host = host::Host::start(std::move(serving.options));
    if (!host) {
        printError(host.error().message);
        return exitFailure;
    }
    const StopSignals signals([] { QCoreApplication::quit(); });
    if (serving.onListening)
        serving.onListening(**host);
#ifdef PROVOST_UI
    if (serving.mode == Mode::Desktop)
        return runDesktop((*host)->control(), serving.safeMode);
#endif
    return QCoreApplication::exec();
}

} // namespace provost::app
