#include "server/tools/adapters/mcp/stdiotransport.h"

#include <QDir>

#include <csignal>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace provost::tools::mcp {

namespace {

constexpr qint64 unreadInputMax = 64 << 20; // bytes that wait for the child to read
constexpr qsizetype skippedMax = 1 << 30;   // of one line
constexpr std::size_t errorLinesMax = 20;
constexpr qsizetype errorLineBytesMax = 500;
constexpr int lastGraceMs = 500; // each, when the event loop itself ends

// Between fork and exec: only calls that are safe there.
void isolateChild(const ChildLimits &limits)
{
    setsid();
    limitThisProcess(limits);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

} // namespace

StdioTransport::StdioTransport(StdioOptions options)
    : m_options(std::move(options))
    , m_lines(m_options.messageBytesMax)
{
    m_graceTimer.setSingleShot(true);
    connect(&m_graceTimer, &QTimer::timeout, this, &StdioTransport::nextStepOfClosing);
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &StdioTransport::readOutput);
    connect(&m_process, &QProcess::readyReadStandardError, this, &StdioTransport::readErrors);
    connect(&m_process, &QProcess::started, this, [this] { m_group = m_process.processId(); });
    connect(&m_process, &QProcess::finished, this, &StdioTransport::onFinished,
            Qt::QueuedConnection);
    connect(
        &m_process, &QProcess::errorOccurred, this,
        [this](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                onStartFailed(m_process.errorString());
        },
        Qt::QueuedConnection);
}

StdioTransport::~StdioTransport()
{
    m_process.disconnect(this);
    if (m_process.state() == QProcess::NotRunning)
        return;
    // Only where the event loop ends too, so that close() has no time: the same steps, but waiting.
    m_process.closeWriteChannel();
    if (!m_process.waitForFinished(lastGraceMs)) {
        signalGroup(SIGTERM);
        m_process.waitForFinished(lastGraceMs);
    }
    signalGroup(SIGKILL);
    m_process.kill(); // it may not lead its group yet
    m_process.waitForFinished(lastGraceMs);
}

void StdioTransport::open()
{
    const auto directory = prepareWorkingDirectory();
    if (!directory) {
        QMetaObject::invokeMethod(
            this, [this, error = directory.error()] { end(error); }, Qt::QueuedConnection);
        return;
    }
    QStringList arguments;
    for (const QByteArray &argument : m_options.command)
        arguments.append(QString::fromUtf8(argument));
    m_process.setProgram(arguments.takeFirst());
    m_process.setArguments(arguments);
    m_process.setWorkingDirectory(*directory);
    m_process.setProcessEnvironment(childEnvironment(*directory));
    m_process.setChildProcessModifier([limits = m_options.limits] { isolateChild(limits); });
    m_process.start();
}

Result<QString> StdioTransport::prepareWorkingDirectory()
{
    if (m_options.workingDirectory.isEmpty()) {
        m_temporaryDirectory = std::make_unique<QTemporaryDir>();
        if (!m_temporaryDirectory->isValid())
            return fail(ErrorCode::Storage,
                        QStringLiteral("no temporary directory for the server: ")
                            + m_temporaryDirectory->errorString());
        return m_temporaryDirectory->path();
    }
    const QString path = QDir::cleanPath(QString::fromUtf8(m_options.workingDirectory));
    if (QDir(path).exists())
        return path;
    if (!QDir().mkpath(path))
        return fail(ErrorCode::Storage,
                    QStringLiteral("the directory `%1` cannot be made").arg(path));
    QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    return path;
}

QProcessEnvironment StdioTransport::childEnvironment(const QString &home) const
{
    const QProcessEnvironment ours = QProcessEnvironment::systemEnvironment();
    QProcessEnvironment theirs;
    theirs.insert(
        QStringLiteral("PATH"),
        ours.value(QStringLiteral("PATH"), QStringLiteral("/usr/local/bin:/usr/bin:/bin")));
    theirs.insert(QStringLiteral("LANG"),
                  ours.value(QStringLiteral("LANG"), QStringLiteral("C.UTF-8")));
    theirs.insert(QStringLiteral("HOME"), home);
    for (const auto &[name, value] : m_options.environment)
        theirs.insert(QString::fromUtf8(name), QString::fromUtf8(value));
    return theirs;
}

Result<void> StdioTransport::send(const Outgoing &message)
{
    if (m_process.state() == QProcess::NotRunning || m_isClosing)
        return fail(ErrorCode::Unavailable, QStringLiteral("the server is not running"));
    if (m_process.bytesToWrite() + message.text.size() > unreadInputMax)
        return fail(ErrorCode::Unavailable, QStringLiteral("the server does not read its input"));
    m_process.write(message.text);
    m_process.write("\n", 1);
    return {};
}

void StdioTransport::readOutput()
{
    const QByteArray bytes = m_process.readAllStandardOutput();
    if (m_isClosed)
        return;
    for (const Line &line : m_lines.feed(bytes)) {
        if (const auto *message = std::get_if<QByteArray>(&line)) {
            Q_EMIT received(*message, NoRequest);
        } else if (const auto &oversized = std::get<OversizedLine>(line); oversized.id) {
            Q_EMIT tooLarge(*oversized.id);
        } else {
            Q_EMIT garbage(oversized.bytes);
        }
    }
    if (m_lines.skipped() > skippedMax) {
        signalGroup(SIGKILL);
        end({ErrorCode::Upstream, QStringLiteral("the server writes a message without end")});
    }
}

void StdioTransport::readErrors()
{
    m_errorLine += m_process.readAllStandardError();
    qsizetype begin = 0;
    for (qsizetype end = m_errorLine.indexOf('\n'); end >= 0;
         end = m_errorLine.indexOf('\n', begin)) {
        const QByteArray line = m_errorLine.mid(begin, std::min(end - begin, errorLineBytesMax));
        begin = end + 1;
        if (line.trimmed().isEmpty())
            continue;
        m_errorLines.push_back(line);
        if (m_errorLines.size() > errorLinesMax)
            m_errorLines.pop_front();
    }
    m_errorLine = m_errorLine.mid(begin, errorLineBytesMax);
}

QByteArray StdioTransport::lastWords() const
{
    return m_errorLines.empty() ? m_errorLine : m_errorLines.back();
}

void StdioTransport::onFinished(int exitCode, QProcess::ExitStatus status)
{
    readErrors();
    readOutput();
    signalGroup(SIGKILL); // what the child started and left behind
    m_group = 0;          // the number may belong to somebody else from now on
    if (m_isClosing) {
        end({ErrorCode::Cancelled, QStringLiteral("the server was stopped")});
        return;
    }
    const QString how = status == QProcess::CrashExit
                            ? crashWords(exitCode)
                            : QStringLiteral("ended with exit code %1").arg(exitCode);
    end({ErrorCode::Upstream, QStringLiteral("the server ") + how});
}

void StdioTransport::onStartFailed(const QString &why)
{
    end({ErrorCode::Unavailable, QStringLiteral("`%1` cannot be started: %2")
                                     .arg(QString::fromUtf8(m_options.command.front()), why)});
}

void StdioTransport::close()
{
    if (m_isClosing || m_isClosed)
        return;
    m_isClosing = true;
    if (m_process.state() == QProcess::NotRunning) {
        QMetaObject::invokeMethod(
            this,
            [this] {
                end({ErrorCode::Cancelled, QStringLiteral("the server was stopped")});
            },
            Qt::QueuedConnection);
        return;
    }
    m_process.closeWriteChannel();
    m_graceTimer.start(m_options.grace);
}

void StdioTransport::nextStepOfClosing()
{
    signalGroup(m_wasTerminated ? SIGKILL : SIGTERM);
    if (!std::exchange(m_wasTerminated, true))
        m_graceTimer.start(m_options.grace);
}

void StdioTransport::signalGroup(int signal) const
{
    if (m_group > 0)
        ::kill(static_cast<pid_t>(-m_group), signal);
}

void StdioTransport::end(const Error &error)
{
    if (std::exchange(m_isClosed, true))
        return;
    m_graceTimer.stop();
    Q_EMIT closed(error);
}

} // namespace provost::tools::mcp
