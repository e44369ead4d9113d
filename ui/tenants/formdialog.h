// FormDialog: a form whose answer comes from the control plane. It stays open, with what was typed, until the answer is
// a good one.
// Thread: ui thread.
#pragma once

#include <QDialog>

class QHBoxLayout;
class QVBoxLayout;

namespace provost::ui {

class Button;
class Form;
class Label;

class FormDialog : public QDialog
{
    Q_OBJECT

public:
    // Parts are named "<name>.submit", "<name>.cancel", "<name>.trouble".
    FormDialog(const QString &name, const QString &title, const QString &submitText,
               QWidget *parent);

    // What the control plane answered; empty takes it away. Ends waiting.
    void setTrouble(const QString &trouble);

protected:
    [[nodiscard]] Form *form() const { return m_form; }
    [[nodiscard]] QVBoxLayout *content() const { return m_content; }
    [[nodiscard]] QHBoxLayout *buttons() const { return m_buttons; }
    [[nodiscard]] Button *submitButton() const { return m_submit; }
    [[nodiscard]] Button *cancelButton() const { return m_cancel; }
    // Why it cannot be submitted now; empty: it can.
    void setBlockedBecause(const QString &reason);
    // Asks the control plane. Called once per answer.
    virtual void submit() = 0;

private:
    void updateSubmit();

    Form *m_form = nullptr;
    QVBoxLayout *m_content = nullptr;
    QHBoxLayout *m_buttons = nullptr;
    Label *m_trouble = nullptr;
    Button *m_cancel = nullptr;
    Button *m_submit = nullptr;
    QString m_blocked;
    bool m_waiting = false;
};

} // namespace provost::ui
