// ResultView: the answer of a run: the decision (with a draft: live and draft side by side), the trace, suggestions.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"
#include "ui/kit/page.h"

#include <QWidget>

class QVBoxLayout;

namespace provost::ui {

class Badge;
class Card;
class DecisionView;
class Label;
class TableView;
class TraceModel;

class ResultView : public QWidget
{
    Q_OBJECT

public:
    explicit ResultView(QWidget *parent = nullptr);

    void setResult(const control::SimulationResult &result);
    // The request was changed since: what is shown is about the former one.
    void setStale(const QString &text);

Q_SIGNALS:
    void linkActivated(const provost::ui::Link &link);

private:
    void showDetail(int row);
    void showLines(Card &card, QVBoxLayout &column, const QStringList &lines, const QString &name);

    Label *m_stale = nullptr;
    DecisionView *m_live = nullptr;
    QWidget *m_between = nullptr;
    Badge *m_differs = nullptr;
    DecisionView *m_decision = nullptr;
    Label *m_revision = nullptr;
    TraceModel *m_model = nullptr;
    TableView *m_trace = nullptr;
    Label *m_noTrace = nullptr;
    Label *m_detail = nullptr;
    Card *m_suggestionsCard = nullptr;
    QVBoxLayout *m_suggestions = nullptr;
    Card *m_problemsCard = nullptr;
    QVBoxLayout *m_problems = nullptr;
};

} // namespace provost::ui
