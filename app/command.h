// A subcommand of `provost`. Exit codes: 0 ok, 1 a finding or failure, 2 wrong usage.
// Thread: the main thread.
#pragma once

#include "server/base/result.h"

#include <QCommandLineParser>
#include <QString>
#include <QStringList>

#include <span>

namespace provost::app {

inline constexpr int exitOk = 0;
inline constexpr int exitFailure = 1;
inline constexpr int exitUsage = 2;

struct Command
{
    const char *name;
    const char *synopsis; // after `provost`: "serve --data DIR [--listen HOST:PORT]"
    const char *summary;  // one line
    // `arguments` begin with the program's name and the command's.
    int (*run)(const QStringList &arguments);
};

// Every subcommand, in the order of `provost --help`. A further one is one line in commands.cpp.
[[nodiscard]] std::span<const Command> commands();

// Parses a subcommand's options; --help prints them and ends the process with 0. An unknown option ends it with 2, and so
// do more than `wordsMax` arguments that are no options: a word that is ignored would mean something to whoever typed it.
void parse(QCommandLineParser &parser, const Command &command, const QStringList &arguments,
           qsizetype wordsMax);
// Ends the process with 2 after saying what is wrong and how to get help.
[[noreturn]] void usageError(const Command &command, const QString &problem);
[[nodiscard]] const Command &commandNamed(const char *name);

// One line on standard output or standard error, with a line end.
void printLine(const QByteArray &line);
void printError(const QString &message);
// Who runs the command, for the records: the account, which unlike $USER is always there.
[[nodiscard]] QByteArray author();
// For commands that read a data directory: opening a store would create what a misspelt name does not find.
[[nodiscard]] Result<void> requireDirectory(const QString &directory);

// Commands that need no running server are functions of their own file in app/commands.
int runAudit(const QStringList &arguments);
int runCheck(const QStringList &arguments);
int runDecide(const QStringList &arguments);
int runDemo(const QStringList &arguments);
int runKey(const QStringList &arguments);
int runServe(const QStringList &arguments);
int runTenant(const QStringList &arguments);
int runUser(const QStringList &arguments);
// `provost` alone: the console on the default data directory.
int runConsole(const QStringList &arguments);

} // namespace provost::app
