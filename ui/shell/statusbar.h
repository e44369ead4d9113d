// StatusBar: the server in one line: address, agents, enforcement, decisions, latency, what is wrong, the time.
// Thread: ui thread.
#pragma once

#include "server/base/clock.h"
#include "server/control/types.h"
#include "ui/kit/tokens.h"

#include <QTimer>
#include <QWidget>

namespace provost::ui {

class Button;
class Label;

class StatusBar : public QWidget
{
    Q_OBJECT

public:
    explicit StatusBar(const Clock &clock, QWidget *parent = nullptr);

    void show(const control::ServerStatus &status);
    // The server did not answer.
    void showError(const Error &error);
    // At the right, before the clock: "1 draft in acme-corp". Empty: none.
    void setNote(const QString &note);

Q_SIGNALS:
    // The problems were clicked.
    void problemsRequested();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void tick();

    const Clock &m_clock;
    QTimer m_second;
    Tone m_light = Tone::Muted;
    Label *m_address = nullptr;
    Label *m_agents = nullptr;
    Label *m_mode = nullptr;
    Label *m_rate = nullptr;
    Button *m_problems = nullptr;
    Label *m_journal = nullptr;
    Label *m_note = nullptr;
    Label *m_time = nullptr;
};

} // namespace provost::ui
