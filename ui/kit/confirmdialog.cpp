#include "ui/kit/confirmdialog.h"

#include "ui/kit/button.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/theme.h"

#include <QBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

ConfirmDialog::ConfirmDialog(const Confirmation &confirmation, QWidget *parent)
    : QDialog(parent)
    , m_asked(confirmation)
    , m_content(new QVBoxLayout)
{
    setObjectName(u"confirm"_s);
    setWindowTitle(confirmation.title);
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    setMinimumWidth(440);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(metrics::Gap);
    column->addWidget(new Label(confirmation.title, TextRole::Title, this));
    const auto addWords = [&](const QString &text, TextRole role) {
        auto *const label = new Label(text, role, this);
        label->setWordWrap(true);
        column->addWidget(label);
    };
    if (!confirmation.text.isEmpty()) {
        addWords(confirmation.text, TextRole::Body);
    }
    for (const QString &consequence : confirmation.consequences) {
        addWords((confirmation.dangerous ? u"!  "_s : u"·  "_s) + consequence, TextRole::Body);
    }
    column->addLayout(m_content);
    if (confirmation.asksReason) {
        m_reason = new LineField(u"confirm.reason"_s, tr("Reason"), this);
        m_reason->setPlaceholderText(tr("Why (kept in the history)"));
        column->addWidget(m_reason);
        connect(m_reason, &QLineEdit::textChanged, this, &ConfirmDialog::checkInputs);
    }
    if (!confirmation.typeToConfirm.isEmpty()) {
        addWords(tr("Type %1 to confirm.").arg(confirmation.typeToConfirm), TextRole::Caption);
        m_typed = new LineField(u"confirm.typed"_s, tr("Type to confirm"), this);
        m_typed->setMono();
        column->addWidget(m_typed);
        connect(m_typed, &QLineEdit::textChanged, this, &ConfirmDialog::checkInputs);
    }
    auto *const buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    auto *const cancel = new Button(tr("Cancel"), ButtonKind::Outlined, this);
    cancel->setObjectName(u"confirm.cancel"_s);
    m_confirm = new Button(confirmation.confirmText,
                           confirmation.dangerous ? ButtonKind::Danger : ButtonKind::Primary, this);
    m_confirm->setObjectName(u"confirm.accept"_s);
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_confirm);
    column->addSpacing(4);
    column->addLayout(buttons);
    connect(cancel, &Button::clicked, this, &QDialog::reject);
    connect(m_confirm, &Button::clicked, this, &QDialog::accept);
    // Enter does what is asked only where it can do no harm.
    (confirmation.dangerous ? cancel : m_confirm)->setDefault(true);
    checkInputs();
}

QString ConfirmDialog::reason() const
{
    return m_reason == nullptr ? QString() : m_reason->text().trimmed();
}

void ConfirmDialog::addContent(QWidget *widget)
{
    m_content->addWidget(widget);
}

void ConfirmDialog::checkInputs()
{
    QString missing;
    if (m_typed != nullptr && m_typed->text() != m_asked.typeToConfirm) {
        missing = tr("Type %1 first").arg(m_asked.typeToConfirm);
    } else if (m_reason != nullptr && reason().isEmpty()) {
        missing = tr("Give a reason first");
    }
    setBlocked(*m_confirm, missing);
}

} // namespace provost::ui
