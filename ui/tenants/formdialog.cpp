#include "ui/tenants/formdialog.h"

#include "ui/kit/button.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"

#include <QVBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

FormDialog::FormDialog(const QString &name, const QString &title, const QString &submitText,
                       QWidget *parent)
    : QDialog(parent)
    , m_form(new Form(this))
    , m_content(new QVBoxLayout)
    , m_buttons(new QHBoxLayout)
    , m_trouble(new Label({}, TextRole::Body, this))
    , m_cancel(new Button(tr("Cancel"), ButtonKind::Outlined, this))
    , m_submit(new Button(submitText, ButtonKind::Primary, this))
{
    setObjectName(name);
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    setMinimumWidth(500);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(metrics::Gap);
    column->addWidget(new Label(title, TextRole::Title, this));
    column->addLayout(m_content);
    m_content->setSpacing(metrics::Gap);
    m_content->addWidget(m_form);
    m_trouble->setObjectName(name + u".trouble"_s);
    m_trouble->setTone(Tone::Deny);
    m_trouble->setWordWrap(true);
    m_trouble->hide();
    column->addWidget(m_trouble);
    column->addStretch(1);
    m_cancel->setObjectName(name + u".cancel"_s);
    m_submit->setObjectName(name + u".submit"_s);
    m_buttons->setSpacing(8);
    m_buttons->addStretch(1);
    m_buttons->addWidget(m_cancel);
    m_buttons->addWidget(m_submit);
    column->addLayout(m_buttons);
    m_submit->setDefault(true);
    connect(m_cancel, &Button::clicked, this, &QDialog::reject);
    connect(m_submit, &Button::clicked, this, [this] {
        setTrouble({});
        m_waiting = true;
        updateSubmit();
        submit();
    });
}

void FormDialog::setTrouble(const QString &trouble)
{
    m_trouble->setText(trouble.isEmpty() ? QString() : u"✕ "_s + trouble);
    m_trouble->setVisible(!trouble.isEmpty());
    m_waiting = false;
    updateSubmit();
}

void FormDialog::setBlockedBecause(const QString &reason)
{
    m_blocked = reason;
    updateSubmit();
}

void FormDialog::updateSubmit()
{
    setBlocked(*m_submit, m_waiting ? tr("Waiting for the answer") : m_blocked);
}

} // namespace provost::ui
