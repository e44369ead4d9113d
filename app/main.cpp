// The executable: picks the subcommand. What a command needs it builds itself, in its own file.
#include "app/command.h"

#include <cstdio>

namespace {

using namespace provost::app;

void printUsage(FILE *stream)
{
    std::fputs("Provost governs what AI agents may do with a company's tools.\n\n"
               "  provost                    open the console on the default data directory and "
               "serve agents\n",
               stream);
    for (const Command &command : commands())
        std::fprintf(stream, "  provost %-18s %s\n", command.name, command.summary);
    std::fputs("\n`provost COMMAND --help` tells more.\n", stream);
}

} // namespace

int main(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));

    if (arguments.size() < 2
        || (arguments[1].startsWith(QLatin1Char('-')) && arguments[1] != QLatin1StringView("--help")
            && arguments[1] != QLatin1StringView("-h")
            && arguments[1] != QLatin1StringView("--version")))
        return runConsole(arguments);
    const QString first = arguments[1];
    if (first == QLatin1StringView("--help") || first == QLatin1StringView("-h")
        || first == QLatin1StringView("help")) {
        printUsage(stdout);
        return exitOk;
    }
    if (first == QLatin1StringView("--version")) {
        printLine("provost " PROVOST_VERSION);
        return exitOk;
    }
    for (const Command &command : commands()) {
        if (first == QLatin1StringView(command.name))
            return command.run(arguments);
    }
    printError(QStringLiteral("`%1` is not a command").arg(first));
    printUsage(stderr);
    return exitUsage;
}
