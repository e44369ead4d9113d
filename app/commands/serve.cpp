// `provost serve`, and `provost` alone.
#include "app/command.h"
#include "app/serving.h"

#include <QStandardPaths>

namespace provost::app {

namespace {

void announce(const host::Host &host)
{
    printLine("listening " + host.endpointUrl());
    printLine("health and metrics " + host.adminUrl());
}

HostAndPort addressOr(const Command &command, const QString &text, HostAndPort fallback)
{
    if (text.isEmpty())
        return fallback;
    auto parsed = parseHostAndPort(text);
    if (!parsed)
        usageError(command, parsed.error().message);
    return *parsed;
}

host::HostOptions optionsFrom(const Command &command, const QCommandLineParser &parser,
                              const QString &data)
{
    host::HostOptions options;
    options.data = data.toStdString();
    const QString org = parser.value(QStringLiteral("org"));
    // Made anew, a misspelt one would serve no tenant at all.
    if (const auto there = org.isEmpty() ? Result<void>() : requireDirectory(org); !there)
        usageError(command, there.error().message);
    options.org = org.toStdString();
    const HostAndPort listen =
        addressOr(command, parser.value(QStringLiteral("listen")), {"127.0.0.1", 7777});
    const HostAndPort admin =
        addressOr(command, parser.value(QStringLiteral("admin")), {"127.0.0.1", 0});
    options.listenHost = listen.host;
    options.listenPort = listen.port;
    options.adminHost = admin.host;
    options.adminPort = admin.port;
    options.jsonLog = parser.isSet(QStringLiteral("log-json"));
    return options;
}

void addServingOptions(QCommandLineParser &parser)
{
    parser.addOptions({
        {QStringLiteral("data"), QStringLiteral("Data directory; created if missing."),
         QStringLiteral("DIR")},
        {QStringLiteral("org"),
         QStringLiteral("Org directory with tenants/ and servers/ (default: DATA/org, created if "
                        "missing)."),
         QStringLiteral("DIR")},
        {QStringLiteral("listen"),
         QStringLiteral("Address for agents (default 127.0.0.1:7777; port 0 takes a free one)."),
         QStringLiteral("HOST:PORT")},
        {QStringLiteral("admin"),
         QStringLiteral(
             "Address for /healthz, /readyz and /metrics (default 127.0.0.1, a free port)."),
         QStringLiteral("HOST:PORT")},
        {QStringLiteral("log-json"),
         QStringLiteral("Log to standard error as one JSON object a line, with secrets masked.")},
    });
}

} // namespace

int runServe(const QStringList &arguments)
{
    const Command &command = commandNamed("serve");
    QCommandLineParser parser;
    addServingOptions(parser);
    parse(parser, command, arguments, 0);
    const QString data = parser.value(QStringLiteral("data"));
    if (data.isEmpty())
        usageError(command,
                   QStringLiteral("--data is needed: the directory that holds keys and journals"));
    Serving serving{.mode = Mode::Headless,
                    .options = optionsFrom(command, parser, data),
                    .onListening = announce};
    const auto application = makeApplication(serving.mode);
    return serve(std::move(serving));
}

int runConsole(const QStringList &arguments)
{
    static constexpr Command command{"",
                                     "[--data DIR] [--org DIR] [--listen HOST:PORT] "
                                     "[--admin HOST:PORT] [--log-json] [--safe-mode]",
                                     "open the console and serve agents", runConsole};
    QStringList own = arguments;
    own.insert(1, QString()); // parse() expects a command's name
    QCommandLineParser parser;
    addServingOptions(parser);
    parser.addOption(
        {QStringLiteral("safe-mode"), QStringLiteral("Ignore the saved window state.")});
    parse(parser, command, own, 0);
    const Mode mode = displayIsThere() ? Mode::Desktop : Mode::Headless;
    if (mode == Mode::Headless)
        printError(QStringLiteral("no display: serving without a window"));
    const auto application = makeApplication(mode);
    QString data = parser.value(QStringLiteral("data"));
    if (data.isEmpty())
        data = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
    return serve({.mode = mode,
                  .options = optionsFrom(command, parser, data),
                  .onListening = announce,
                  .safeMode = parser.isSet(QStringLiteral("safe-mode"))});
}

} // namespace provost::app
