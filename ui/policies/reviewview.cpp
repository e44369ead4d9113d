#include "ui/policies/reviewview.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/words.h"
#include "ui/policies/diffstack.h"

#include <QBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

ReviewView::ReviewView(PoliciesPresenter &presenter, QWidget *parent)
    : QWidget(parent)
    , m_presenter(presenter)
{
    setObjectName(u"policies.review"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::Gap);

    auto *const head = new QHBoxLayout;
    head->setSpacing(metrics::Gap);
    auto *const back = new Button(Icon::ChevronLeft, tr("Back to the text"), this);
    back->setObjectName(u"policies.leaveReview"_s);
    head->addWidget(back);
    head->addWidget(new Label(tr("Review difference"), TextRole::Title, this));
    m_subject = new Label({}, TextRole::Caption, this);
    head->addWidget(m_subject);
    head->addStretch(1);
    column->addLayout(head);

    m_notice = new Banner(this);
    column->addWidget(m_notice);
    m_stack = new DiffStack(u"policies.diffs"_s, tr("Differences"), this);
    column->addWidget(m_stack, 1);

    auto *const card = new Card(this);
    auto *const row = new QHBoxLayout;
    row->setSpacing(metrics::Gap);
    m_verdict = new Badge(BadgeKind::Neutral, {}, card);
    m_summary = new Label({}, TextRole::Caption, card);
    m_reason = new LineField(u"policies.reason.apply"_s, tr("Reason for the change"), card);
    m_reason->setPlaceholderText(tr("Why? Kept with the revision"));
    m_blocked = new Label({}, TextRole::Caption, card);
    m_apply = new Button(tr("Apply"), ButtonKind::Primary, card);
    m_apply->setObjectName(u"policies.apply"_s);
    row->addWidget(m_verdict);
    row->addWidget(m_summary);
    row->addWidget(m_reason, 1);
    row->addWidget(m_apply);
    card->body()->addLayout(row);
    card->body()->addWidget(m_blocked);
    column->addWidget(card);

    connect(back, &Button::clicked, this, &ReviewView::left);
    connect(m_reason, &QLineEdit::textChanged, this, &ReviewView::refreshApply);
    connect(m_reason, &QLineEdit::returnPressed, m_apply, &QPushButton::click);
    connect(m_apply, &Button::clicked, this, [this] { Q_EMIT applyAsked(reason()); });
    connect(m_stack, &DiffStack::keepMine, &m_presenter, &PoliciesPresenter::keepMine);
    connect(m_stack, &DiffStack::takeTheirs, &m_presenter, &PoliciesPresenter::takeTheirs);
    connect(&m_presenter, &PoliciesPresenter::filesChanged, this, &ReviewView::refresh);
    connect(&m_presenter, &PoliciesPresenter::checked, this, &ReviewView::refresh);
}

QString ReviewView::reason() const
{
    return m_reason->text().trimmed();
}

void ReviewView::begin()
{
    m_reason->clear();
    m_notice->set(Tone::Neutral, {});
    m_tellsConflict = false;
    refresh();
    m_reason->setFocus();
}

void ReviewView::showNotice(Tone tone, const QString &text)
{
    m_notice->set(tone, text);
}

void ReviewView::refresh()
{
    if (isHidden()) {
        return;
    }
    const QString live =
        tr("live revision %1").arg(QString::fromUtf8(m_presenter.revision().left(12)));
    std::vector<FileDifference> differences;
    for (const DraftFile &file : m_presenter.draft().files) {
        const QByteArray theirs = m_presenter.liveText(file.name);
        const bool conflicted = theirs != file.base;
        differences.push_back({file.name, QString::fromUtf8(theirs), QString::fromUtf8(file.text),
                               conflicted ? tr("theirs, %1").arg(live) : live,
                               conflicted ? tr("yours, draft") : tr("draft"), conflicted});
    }
    const bool conflict = !m_presenter.conflicts().empty();
    if (conflict != m_tellsConflict) {
        m_tellsConflict = conflict;
        m_notice->set(conflict ? Tone::Deny : Tone::Neutral,
                      conflict ? tr("The org has moved on, in files that you changed too. Decide "
                                    "for each which text stays.")
                               : QString());
    }
    m_subject->setText(
        tr("%1 · %2").arg(counted(qint64(differences.size()), tr("file"), tr("files")), live));
    m_stack->setDifferences(differences);

    const int errors = m_presenter.errorCount();
    const int warnings = m_presenter.warningCount();
    if (m_presenter.isChecking()) {
        m_verdict->set(BadgeKind::Neutral, tr("checking"));
    } else if (m_presenter.checkError() || errors > 0) {
        m_verdict->set(BadgeKind::Deny, tr("not valid"));
    } else {
        m_verdict->set(warnings > 0 ? BadgeKind::Warning : BadgeKind::Allow,
                       warnings > 0 ? tr("warnings") : tr("valid"));
    }
    m_summary->setText(tr("%1, %2").arg(counted(errors, tr("error"), tr("errors")),
                                        counted(warnings, tr("warning"), tr("warnings"))));
    refreshApply();
}

void ReviewView::refreshApply()
{
    const QString blocked = m_presenter.applyBlocked(reason());
    setBlocked(*m_apply, blocked);
    m_blocked->setText(blocked);
    m_blocked->setVisible(!blocked.isEmpty());
}

} // namespace provost::ui
