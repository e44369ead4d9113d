// StdioTransport: a child process that speaks MCP over its standard input and output. It gets PATH, LANG, HOME (its
// working directory) and what the configuration names, and no descriptor but its three.
// INVARIANT: the child leads a process group of its own, and nothing of that group outlives this object; should
// Provost be killed, the kernel ends the child.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/childlimits.h"
#include "server/tools/adapters/mcp/linereader.h"
#include "server/tools/adapters/mcp/transport.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace provost::tools::mcp {

struct StdioOptions
{
    std::vector<QByteArray> command;
    std::vector<NamedText> environment;
    QByteArray workingDirectory; // empty: a temporary one
    ChildLimits limits;
    qsizetype messageBytesMax = 16 << 20;
    // How long the child has to end by itself after the end of its input, and again after SIGTERM.
    std::chrono::milliseconds grace{2'000};
};

class StdioTransport final : public Transport
{
    Q_OBJECT

public:
    explicit StdioTransport(StdioOptions options);
    ~StdioTransport() override; // waits for a child that still runs, 1.5 s at most

    void open() override;
    [[nodiscard]] Result<void> send(const Outgoing &message) override;
    void release(RequestId) override {}
    void handshakeBegins() override {}
    void handshakeEnded(const QByteArray &) override {}
    void close() override;
    [[nodiscard]] QByteArray name() const override { return "stdio"; }
    [[nodiscard]] QByteArray lastWords() const override;

private:
    [[nodiscard]] Result<QString> prepareWorkingDirectory();
    [[nodiscard]] QProcessEnvironment childEnvironment(const QString &home) const;
    void readOutput();
    void readErrors();
    void onFinished(int exitCode, QProcess::ExitStatus status);
    void onStartFailed(const QString &why);
    void nextStepOfClosing();
    void signalGroup(int signal) const;
    void end(const Error &error);

    const StdioOptions m_options;
    std::unique_ptr<QTemporaryDir> m_temporaryDirectory;
    QProcess m_process;
    qint64 m_group = 0; // process id of the child, which leads its group
    LineReader m_lines;
    std::deque<QByteArray> m_errorLines;
    QByteArray m_errorLine; // the unfinished one
    QTimer m_graceTimer;
    bool m_isClosing = false;
    bool m_wasTerminated = false;
    bool m_isClosed = false;
};

} // namespace provost::tools::mcp
