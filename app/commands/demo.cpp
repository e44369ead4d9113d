// `provost demo`: the product on a fresh demo organisation.
#include "app/command.h"
#include "app/demo/demoorg.h"
#include "app/serving.h"

#include <QTemporaryDir>

namespace provost::app {

namespace {

constexpr quint16 demoPort = 7777;

Json toJson(const std::vector<DemoKey> &keys)
{
    Json::Array array;
    for (const DemoKey &demo : keys)
        array.push_back(
            Json::object({{"tenant", demo.user.tenant.value},
                          {"user", demo.user.id.value},
                          {"roles", Json::Array(demo.user.roles.begin(), demo.user.roles.end())},
                          {"key", demo.key}}));
    return array;
}

QByteArray joined(const std::vector<QByteArray> &words)
{
    QByteArray text;
    for (const QByteArray &word : words)
        text.append(text.isEmpty() ? "" : ", ").append(word);
    return text;
}

void printForPeople(const host::Host &host, const std::vector<DemoKey> &keys)
{
    printLine("listening " + host.endpointUrl());
    printLine("");
    printLine("Demo keys, shown once:");
    for (const DemoKey &demo : keys)
        printLine("  " + demo.user.tenant.value.leftJustified(11)
                  + demo.user.id.value.leftJustified(24) + joined(demo.user.roles).leftJustified(18)
                  + demo.key);
    const DemoKey &first = keys.front();
    printLine("");
    printLine("Connect an agent, for example:");
    printLine("  claude mcp add --transport http provost " + host.endpointUrl() + "/t/"
              + first.user.tenant.value + "/mcp --header \"Authorization: Bearer " + first.key
              + "\"");
}

Result<HostAndPort> demoAddress(const QCommandLineParser &parser)
{
    const QString asked = parser.value(QStringLiteral("listen"));
    if (!asked.isEmpty())
        return parseHostAndPort(asked);
    return HostAndPort{"127.0.0.1", demoPort};
}

} // namespace

int runDemo(const QStringList &arguments)
{
    const Command &command = commandNamed("demo");
    QCommandLineParser parser;
    parser.addOptions({
        {QStringLiteral("headless"), QStringLiteral("Serve without a window.")},
        {QStringLiteral("json"), QStringLiteral("Print one line of JSON when the server listens.")},
        {QStringLiteral("listen"),
         QStringLiteral("Address for agents (default 127.0.0.1:7777; port 0 takes a free one)."),
         QStringLiteral("HOST:PORT")},
        {QStringLiteral("data"),
         QStringLiteral(
             "Keep the organisation in this empty directory (default: a temporary one)."),
         QStringLiteral("DIR")},
    });
    parse(parser, command, arguments, 0);
    const auto address = demoAddress(parser);
    if (!address)
        usageError(command, address.error().message);
    const bool windowed = !parser.isSet(QStringLiteral("headless")) && displayIsThere();
    if (!windowed && !parser.isSet(QStringLiteral("headless")))
        printError(QStringLiteral("no display: serving without a window"));
    const Mode mode = windowed ? Mode::Desktop : Mode::Headless;
    const auto application = makeApplication(mode);

    const QTemporaryDir temporary;
    const QString asked = parser.value(QStringLiteral("data"));
    const std::filesystem::path data = (asked.isEmpty() ? temporary.path() : asked).toStdString();
    const auto keys = createDemoOrganisation(data);
    if (!keys) {
        printError(keys.error().message);
        return exitFailure;
    }
    const bool json = parser.isSet(QStringLiteral("json"));
    return serve(
        {.mode = mode,
         .options = {.data = data, .listenHost = address->host, .listenPort = address->port},
         .onListening = [&](const host::Host &host) {
             if (json)
                 printLine(Json::object({{"listening", host.endpointUrl()},
                                         {"admin", host.adminUrl()},
                                         {"keys", toJson(*keys)}})
                               .toBytes());
             else
                 printForPeople(host, *keys);
         }});
}

} // namespace provost::app
