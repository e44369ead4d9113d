// ConfirmDialog: asks before something that cannot simply be undone, and says what it does to whom. Never blocks: open()
// it and connect to accepted().
// Thread: ui thread.
#pragma once

#include <QDialog>

class QVBoxLayout;

namespace provost::ui {

class Button;
class Label;
class LineField;

struct Confirmation
{
    QString title;            // "Revoke key k7Fq2?"
    QString text;             // what will be done
    QStringList consequences; // for whom it means what: "billing-bot can no longer connect"
    QString confirmText;      // "Revoke key": a verb, never "OK"
    bool dangerous = false;
    QString typeToConfirm;   // the reader must type this, e.g. the tenant's name; empty: no need
    bool asksReason = false; // a reason must be given; see reason()
};

class ConfirmDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ConfirmDialog(const Confirmation &confirmation, QWidget *parent);

    [[nodiscard]] QString reason() const;
    // More to see above the buttons, such as a DiffView.
    void addContent(QWidget *widget);

private:
    void checkInputs();

    Confirmation m_asked;
    QVBoxLayout *m_content = nullptr;
    LineField *m_typed = nullptr;
    LineField *m_reason = nullptr;
    Button *m_confirm = nullptr;
};

} // namespace provost::ui
