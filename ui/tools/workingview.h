// WorkingView: a trial that runs: for how long, and how far it is as the tool tells. What the tool says is shown as text.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QProgressBar;

namespace provost::ui {

class Label;

class WorkingView : public QWidget
{
    Q_OBJECT

public:
    explicit WorkingView(QWidget *parent);

    void begin();
    void end();
    void setCancelling();
    void setProgress(const control::TrialProgress &progress);

private:
    void showTime();

    QElapsedTimer m_since;
    QTimer m_tick; // while it works
    Label *m_sentence = nullptr;
    QProgressBar *m_bar = nullptr;
    Label *m_told = nullptr;
    Label *m_count = nullptr;
};

// "3 of 10", "30 so far".
[[nodiscard]] QString progressText(const control::TrialProgress &progress);

} // namespace provost::ui
