#include "ui/policies/historyview.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/confirmdialog.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/tableview.h"
#include "ui/policies/diffstack.h"
#include "ui/policies/revisionsmodel.h"

#include <QBoxLayout>
#include <QItemSelectionModel>

namespace provost::ui {

using namespace Qt::StringLiterals;

HistoryView::HistoryView(HistoryPresenter &presenter, QWidget *parent)
    : QWidget(parent)
    , m_presenter(presenter)
    , m_model(new RevisionsModel(this))
{
    setObjectName(u"policies.history"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::Gap);

    auto *const head = new QHBoxLayout;
    head->setSpacing(metrics::Gap);
    auto *const back = new Button(Icon::ChevronLeft, tr("Back to the text"), this);
    back->setObjectName(u"policies.leaveHistory"_s);
    m_subject = new Label({}, TextRole::Caption, this);
    m_open = new Button(tr("Open read only"), ButtonKind::Outlined, this);
    m_open->setObjectName(u"policies.openRevision"_s);
    m_rollBack = new Button(tr("Roll back to this…"), ButtonKind::Outlined, this);
    m_rollBack->setObjectName(u"policies.rollBack"_s);
    head->addWidget(back);
    head->addWidget(new Label(tr("History"), TextRole::Title, this));
    head->addWidget(m_subject);
    head->addStretch(1);
    head->addWidget(m_open);
    head->addWidget(m_rollBack);
    column->addLayout(head);

    auto *const card = new Card(this);
    card->setFlush();
    m_table = new TableView(u"policies.revisions"_s, tr("Revisions"), card);
    m_table->setModel(m_model);
    m_table->setColumnWidths({160, 120, 130, -1, 260});
    m_empty = new EmptyState(Icon::History, tr("No revision yet"), card);
    card->body()->addWidget(m_table);
    card->body()->addWidget(m_empty);
    column->addWidget(card, 2);
    m_stack = new DiffStack(u"policies.changes"_s, tr("What the revision changed"), this);
    column->addWidget(m_stack, 3);

    connect(back, &Button::clicked, this, &HistoryView::left);
    connect(m_open, &Button::clicked, this, [this] { Q_EMIT openAsked(m_presenter.selected()); });
    connect(m_rollBack, &Button::clicked, this, &HistoryView::askRollBack);
    connect(m_table, &TableView::opened, this,
            [this](const QModelIndex &index) { Q_EMIT openAsked(m_model->idAt(index.row())); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &index) { m_presenter.select(m_model->idAt(index.row())); });
    connect(&m_presenter, &HistoryPresenter::refreshed, this, &HistoryView::showRevisions);
    connect(&m_presenter, &HistoryPresenter::compared, this, &HistoryView::showChanges);
    showRevisions();
}

void HistoryView::showRevisions()
{
    const QByteArray chosen = m_presenter.selected();
    m_model->setRevisions(m_presenter.revisions());
    const bool empty = m_model->rowCount() == 0;
    m_table->setVisible(!empty);
    m_empty->setVisible(empty);
    int row = 0;
    for (int i = 0; i < m_model->rowCount(); ++i) {
        if (m_model->idAt(i) == chosen) {
            row = i;
        }
    }
    if (!empty) {
        m_table->selectRow(row);
    }
    showChanges();
}

void HistoryView::showChanges()
{
    std::vector<FileDifference> differences;
    for (const HistoryPresenter::Change &change : m_presenter.changes()) {
        differences.push_back({change.name, QString::fromUtf8(change.before),
                               QString::fromUtf8(change.after), tr("before"),
                               QString::fromUtf8(m_presenter.selected().left(12)), false});
    }
    m_stack->setDifferences(differences);
    const bool isLive = m_model->rowCount() > 0 && m_model->idAt(0) == m_presenter.selected();
    const bool none = m_presenter.selected().isEmpty();
    m_subject->setText(none ? QString()
                            : tr("revision %1 against the one before")
                                  .arg(QString::fromUtf8(m_presenter.selected().left(12))));
    setBlocked(*m_open, none ? tr("Choose a revision") : QString());
    setBlocked(*m_rollBack, none     ? tr("Choose a revision")
                            : isLive ? tr("This revision is live")
                                     : QString());
}

void HistoryView::askRollBack()
{
    const QByteArray revision = m_presenter.selected();
    const QString name = QString::fromUtf8(revision.left(12));
    auto *const dialog = new ConfirmDialog(
        {.title = tr("Roll back to revision %1?").arg(name),
         .text = tr("Makes a new revision with the files as they were in %1. It takes effect for "
                    "every agent at once.")
                     .arg(name),
         .consequences = {tr("Later revisions stay in the history"), tr("Your draft is kept")},
         .confirmText = tr("Roll back"),
         .dangerous = true,
         .typeToConfirm = {},
         .asksReason = true},
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog, revision] { Q_EMIT rollBackAsked(revision, dialog->reason()); });
    dialog->open();
}

} // namespace provost::ui
