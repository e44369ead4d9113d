#include "app/command.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

namespace provost::app {

std::span<const Command> commands()
{
    static constexpr Command all[] = {
        {"demo", "demo [--headless] [--json] [--listen HOST:PORT] [--data DIR]",
         "start on a fresh demo organisation and print its keys", runDemo},
        {"serve",
         "serve --data DIR [--org DIR] [--listen HOST:PORT] [--admin HOST:PORT] "
         "[--log-json]",
         "serve without a window", runServe},
        {"check", "check ORG [--json]", "check an org directory", runCheck},
        {"decide", "decide ORG [--explain]", "decide requests: JSON lines in, JSON lines out",
         runDecide},
        {"audit", "audit query|tail --data DIR [--json] [FILTER]", "search the audit journal",
         runAudit},
        {"key", "key create|list|rotate|revoke --data DIR …", "manage API keys", runKey},
        {"user", "user put|list --data DIR …", "manage users", runUser},
        {"tenant", "tenant create|list --data DIR …", "manage tenants", runTenant},
    };
    return all;
}

const Command &commandNamed(const char *name)
{
    const auto all = commands();
    return *std::find_if(all.begin(), all.end(),
                         [&](const Command &command) { return qstrcmp(command.name, name) == 0; });
}

void parse(QCommandLineParser &parser, const Command &command, const QStringList &arguments,
           qsizetype wordsMax)
{
    parser.setApplicationDescription(QString::fromUtf8(command.summary));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                  QStringLiteral("Prints this text."));
    parser.addOption(help);
    QStringList own = arguments;
    own.removeAt(1); // the command's name
    if (!parser.parse(own))
        usageError(command, parser.errorText());
    if (parser.isSet(help)) {
        QString text = parser.helpText();
        // The parser knows the program's name only; show the command's own line of usage.
        const auto usageEnd = text.indexOf(QLatin1Char('\n'));
        text.replace(0, usageEnd,
                     QStringLiteral("Usage: provost ") % QString::fromUtf8(command.synopsis));
        std::fputs(text.toUtf8().constData(), stdout);
        std::exit(exitOk); // NOLINT(concurrency-mt-unsafe): no thread runs yet
    }
    const QStringList words = parser.positionalArguments();
    if (words.size() > wordsMax)
        usageError(command,
                   QStringLiteral("`%1` is one argument too many").arg(words.at(wordsMax)));
}

void usageError(const Command &command, const QString &problem)
{
    printError(problem);
    printError(QStringLiteral("usage: provost ") % QString::fromUtf8(command.synopsis));
    std::exit(exitUsage); // NOLINT(concurrency-mt-unsafe): no thread runs yet
}

void printLine(const QByteArray &line)
{
    std::fwrite(line.constData(), 1, static_cast<std::size_t>(line.size()), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

void printError(const QString &message)
{
    std::fprintf(stderr, "provost: %s\n", message.toUtf8().constData());
}

QByteArray author()
{
    const passwd *account =
        getpwuid(geteuid()); // NOLINT(concurrency-mt-unsafe): no thread runs yet
    return account != nullptr ? QByteArray(account->pw_name) : QByteArray::number(geteuid());
}

Result<void> requireDirectory(const QString &directory)
{
    if (QFileInfo(directory).isDir())
        return {};
    return fail(ErrorCode::NotFound, QStringLiteral("there is no directory `%1`").arg(directory));
}

} // namespace provost::app
