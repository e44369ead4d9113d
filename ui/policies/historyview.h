// HistoryView: who changed the org directory when and why; a revision's difference to the one before it; the way back.
// Thread: ui thread.
#pragma once

#include "ui/policies/historypresenter.h"

#include <QWidget>

namespace provost::ui {

class Button;
class DiffStack;
class EmptyState;
class Label;
class RevisionsModel;
class TableView;

class HistoryView : public QWidget
{
    Q_OBJECT

public:
    explicit HistoryView(HistoryPresenter &presenter, QWidget *parent = nullptr);

Q_SIGNALS:
    void left();
    // Shows the files of a revision, read only.
    void openAsked(const QByteArray &revision);
    void rollBackAsked(const QByteArray &revision, const QString &reason);

private:
    void showRevisions();
    void showChanges();
    void askRollBack();

    HistoryPresenter &m_presenter;
    RevisionsModel *m_model = nullptr;
    TableView *m_table = nullptr;
    EmptyState *m_empty = nullptr;
    Label *m_subject = nullptr;
    DiffStack *m_stack = nullptr;
    Button *m_open = nullptr;
    Button *m_rollBack = nullptr;
};

} // namespace provost::ui
