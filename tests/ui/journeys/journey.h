// A real server with a small organisation, a real window on it, and an agent that calls over HTTP: what the journeys
// share.
// Thread: the ui thread; the server has its own.
#pragma once

#include "server/host/host.h"
#include "ui/kit/theme.h"
#include "ui/shell/mainwindow.h"

#include <QTemporaryDir>
#include <QTest>

namespace provost::testing {

class Journey
{
public:
    Journey();
    ~Journey();

    // Starts the server and the window, and makes the key of the one user. False if something failed; see error.
    [[nodiscard]] bool begin();

    // tools/call of a tool by the user; the JSON-RPC answer, null if the server did not answer.
    [[nodiscard]] Json call(const QByteArray &tool, const Json &arguments) const;

    [[nodiscard]] ui::MainWindow &window() { return *m_window; }
    [[nodiscard]] control::ControlPlane &control() { return m_host->control(); }
    [[nodiscard]] ui::Theme &theme() { return *m_theme; }
    // Ends the window and opens another on the same server, as after a restart of the console.
    void reopenWindow();

    QString error;

private:
    [[nodiscard]] bool makeKey();

    QTemporaryDir m_folder;
    SystemClock m_clock;
    std::unique_ptr<host::Host> m_host;
    ui::Theme *m_theme = nullptr; // owned by the application
    std::unique_ptr<ui::MainWindow> m_window;
    QByteArray m_key;
};

// Asks the control plane and waits for the answer.
template <class T, class Ask>
[[nodiscard]] Result<T> answerOf(Ask ask)
{
    QObject receiver;
    std::optional<Result<T>> result;
    ask(control::Answer<T>(&receiver, [&](Result<T> answer) { result = std::move(answer); }));
    if (!QTest::qWaitFor([&] { return result.has_value(); }, 10'000))
        return fail(ErrorCode::Timeout, QStringLiteral("the control plane did not answer"));
    return *std::move(result);
}

} // namespace provost::testing
