// ServerPanel: one tool server: where it is declared, what is run or reached, how it does, its last failures; restart,
// disable, enable, and the agreement to run a command that was written in the console.
// INVARIANT: what is confirmed is the command that is shown here, to the letter.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/page.h"

#include <QWidget>

class QVBoxLayout;

namespace provost::ui {

class Badge;
class Banner;
class Button;
class CopyField;
class Facts;
class Label;

class ServerPanel : public QWidget
{
    Q_OBJECT

public:
    // Both outlive the panel.
    ServerPanel(control::ControlPlane &control, PageContext &context, QWidget *parent);

    void setServer(const control::ServerRow &server, WallTime now);
    void restart();
    void disableOrEnable();
    // Opens the page where access to the server is granted, in the person's browser.
    void authorize();
    // Why it cannot be done now; empty: it can.
    [[nodiscard]] QString restartBlocked() const;
    [[nodiscard]] bool isDisabled() const { return m_server.state == "disabled"; }

Q_SIGNALS:
    // The server is another state by now.
    void changed();

private:
    QWidget *buildHead();
    void showFailures();
    void confirmCommand();
    void ask(control::ServerCommand::Act act, const QByteArray &reason);
    void tell(const QString &done, const Result<control::ServerRow> &answer);

    control::ControlPlane &m_control;
    PageContext &m_context;
    control::ServerRow m_server;
    Badge *m_state = nullptr;
    Label *m_sentence = nullptr;
    Button *m_restart = nullptr;
    Button *m_disable = nullptr;
    Banner *m_waits = nullptr;
    Banner *m_wantsAccess = nullptr;
    CopyField *m_target = nullptr;
    Facts *m_facts = nullptr;
    Label *m_failuresTitle = nullptr;
    Facts *m_failures = nullptr;
};

} // namespace provost::ui
