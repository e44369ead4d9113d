// `provost audit query|tail`: the journals of a data directory, beside a running server or without one.
#include "app/command.h"
#include "app/signals.h"

#include "server/audit/fields.h"
#include "server/audit/readers.h"

#include <csignal>
#include <thread>

namespace provost::app {

namespace {

// One line for people; --json prints the record as it stands in the journal.
QByteArray forPeople(const audit::Record &record)
{
    QByteArray line = toRfc3339(record.timestamp).replace('T', ' ').chopped(4) + "  ";
    line.append(record.tenant.value.leftJustified(12)).append(' ');
    line.append(record.user.value.leftJustified(12)).append(' ');
    line.append((record.tool.isEmpty() ? record.action : record.tool).leftJustified(22))
        .append(' ');
    line.append(record.status.leftJustified(12));
    if (!record.policy.isEmpty())
        line.append(' ')
            .append(record.policy)
            .append(" (")
            .append(record.policyFile)
            .append(':')
            .append(QByteArray::number(record.policyLine))
            .append(')');
    if (record.status != "success" && !record.reason.isEmpty())
        line.append("  ").append(record.reason);
    return line;
}

QString fieldNames()
{
    QStringList names;
    for (const audit::FieldInfo &field : audit::allFields())
        names.append(
            QString::fromUtf8(field.name.data(), static_cast<qsizetype>(field.name.size())));
    return names.join(QStringLiteral(", "));
}

// SIGINT and SIGTERM end a tail: they are blocked here and waited for by a thread.
class StopOnSignal
{
public:
    StopOnSignal()
    {
        blockStopSignals();
        m_waiter = std::jthread([this](const std::stop_token &token) {
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, SIGINT);
            sigaddset(&set, SIGTERM);
            const timespec slice{0, 200'000'000};
            while (!token.stop_requested()) {
                if (sigtimedwait(&set, nullptr, &slice) > 0)
                    m_stop.request_stop();
            }
        });
    }
    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
    std::jthread m_waiter;
};

// A term such as -status:success is no option, though it looks like one. The blank means nothing to the filter.
QStringList withTermsForWords(QStringList arguments)
{
    for (qsizetype i = 1; i < arguments.size(); ++i) {
        QString &argument = arguments[i];
        const bool isValue = arguments.at(i - 1) == QLatin1StringView("--data");
        if (argument == QLatin1StringView("--"))
            break;
        if (!isValue && argument.size() > 2 && argument.startsWith(QLatin1Char('-'))
            && argument.at(1) != QLatin1Char('-'))
            argument.prepend(QLatin1Char(' '));
    }
    return arguments;
}

} // namespace

int runAudit(const QStringList &arguments)
{
    const Command &command = commandNamed("audit");
    QCommandLineParser parser;
    parser.addPositionalArgument(
        QStringLiteral("verb"),
        QStringLiteral("query: what was recorded, one tenant after the other; tail: what is "
                       "recorded from now on"));
    parser.addPositionalArgument(
        QStringLiteral("FILTER"),
        QStringLiteral("Such as: tenant:acme-corp 'tool:read_*' -status:success 'time>-1h'. "
                       "Fields: %1.")
            .arg(fieldNames()),
        QStringLiteral("[FILTER]"));
    parser.addOptions(
        {{QStringLiteral("data"), QStringLiteral("Data directory."), QStringLiteral("DIR")},
         {QStringLiteral("json"),
          QStringLiteral("Print the records as they stand in the journal, one a line.")}});
    parse(parser, command, withTermsForWords(arguments), arguments.size());
    const QStringList given = parser.positionalArguments();
    const bool tail = !given.isEmpty() && given.first() == QLatin1StringView("tail");
    if (!tail && (given.isEmpty() || given.first() != QLatin1StringView("query")))
        usageError(command, QStringLiteral("one of query, tail is needed"));
    const std::filesystem::path data = parser.value(QStringLiteral("data")).toStdString();
    if (data.empty())
        usageError(command, QStringLiteral("--data is needed"));
    const SystemClock clock;
    const auto filter =
        audit::Filter::fromText(given.mid(1).join(QLatin1Char(' ')).toUtf8(), clock.now());
    if (!filter)
        usageError(command, filter.error().message);

    const bool json = parser.isSet(QStringLiteral("json"));
    const auto print = [json](QByteArrayView line, const audit::Record &record) {
        printLine(json ? line.toByteArray() : forPeople(record));
        return true;
    };
    Result<void> read;
    if (tail) {
        const StopOnSignal stop;
        read = audit::followMatching(data, *filter, print, stop.token());
    } else if (const auto places = audit::journalsIn(data); !places) {
        read = fail(places.error());
    } else if (const auto count = audit::readMatching(*places, *filter, print); !count) {
        read = fail(count.error());
    }
    if (!read) {
        printError(read.error().message);
        return exitFailure;
    }
    return exitOk;
}

} // namespace provost::app
