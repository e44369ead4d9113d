#include "ui/simulator/resultview.h"

#include "ui/kit/badge.h"
#include "ui/kit/card.h"
#include "ui/kit/label.h"
#include "ui/kit/tableview.h"
#include "ui/simulator/decisionview.h"
#include "ui/simulator/simulatorpresenter.h"
#include "ui/simulator/simulatorwords.h"
#include "ui/simulator/tracemodel.h"

#include <QBoxLayout>
#include <QItemSelectionModel>
#include <QLayoutItem>

#include <memory>

namespace provost::ui {

using namespace Qt::StringLiterals;

ResultView::ResultView(QWidget *parent)
    : QWidget(parent)
    , m_model(new TraceModel(this))
{
    setObjectName(u"simulator.result"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::Gap);

    auto *const decision = new Card(tr("Decision"), this);
    m_revision = new Label({}, TextRole::Caption, decision);
    m_stale = new Label({}, TextRole::Caption, decision);
    m_stale->setObjectName(u"simulator.stale"_s);
    m_stale->setTone(Tone::Ask);
    decision->addToHeader(m_stale);
    decision->addToHeader(m_revision);
    auto *const sides = new QHBoxLayout;
    sides->setSpacing(metrics::Gap);
    m_live = new DecisionView(u"simulator.live"_s, decision);
    m_live->setTitle(tr("live"));
    m_between = new QWidget(decision);
    auto *const between = new QVBoxLayout(m_between);
    between->setContentsMargins(0, 0, 0, 0);
    auto *const arrow = new Label(u"→"_s, TextRole::Strong, m_between);
    m_differs = new Badge(BadgeKind::Neutral, {}, m_between);
    m_differs->setObjectName(u"simulator.differs"_s);
    between->addWidget(arrow, 0, Qt::AlignHCenter);
    between->addWidget(m_differs, 0, Qt::AlignHCenter);
    between->addStretch(1);
    m_decision = new DecisionView(u"simulator.decision"_s, decision);
    sides->addWidget(m_live, 1);
    sides->addWidget(m_between);
    sides->addWidget(m_decision, 1);
    decision->body()->addLayout(sides);
    column->addWidget(decision);

    m_suggestionsCard = new Card(tr("What would allow it"), this);
    m_suggestions = new QVBoxLayout;
    m_suggestions->setSpacing(6);
    m_suggestionsCard->body()->addLayout(m_suggestions);
    column->addWidget(m_suggestionsCard);
    m_problemsCard = new Card(tr("Problems of the draft"), this);
    m_problems = new QVBoxLayout;
    m_problems->setSpacing(6);
    m_problemsCard->body()->addLayout(m_problems);
    column->addWidget(m_problemsCard);

    auto *const trace = new Card(tr("Trace"), this);
    trace->setFlush();
    m_trace = new TableView(u"simulator.trace"_s, tr("Trace"), trace);
    m_trace->setModel(m_model);
    m_trace->setColumnWidths({122, 160, 80, -1, 158});
    m_noTrace = new Label(tr("No policy had a part in it."), TextRole::Caption, trace);
    m_noTrace->setContentsMargins(metrics::CardPadding, 4, metrics::CardPadding, metrics::Gap);
    trace->body()->addWidget(m_noTrace);
    trace->body()->addWidget(m_trace, 1);
    m_detail = new Label({}, TextRole::Mono, trace);
    m_detail->setObjectName(u"simulator.detail"_s);
    m_detail->setWordWrap(true);
    m_detail->setSelectable();
    m_detail->setContentsMargins(metrics::CardPadding, 4, metrics::CardPadding, metrics::Gap);
    trace->body()->addWidget(m_detail);
    column->addWidget(trace, 1);

    connect(m_live, &DecisionView::linkActivated, this, &ResultView::linkActivated);
    connect(m_decision, &DecisionView::linkActivated, this, &ResultView::linkActivated);
    connect(m_trace->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &index) { showDetail(index.row()); });
    connect(m_trace, &TableView::opened, this, [this](const QModelIndex &index) {
        const policy::TraceStep *const step = m_model->stepAt(index.row());
        if (step != nullptr && !step->rule.where.file.isEmpty()) {
            Q_EMIT linkActivated(linkTo(step->where.value_or(step->rule.where)));
        }
    });
}

void ResultView::setStale(const QString &text)
{
    m_stale->setText(text);
    m_stale->setVisible(!text.isEmpty());
}

void ResultView::setResult(const control::SimulationResult &result)
{
    const bool compares = result.live.has_value();
    m_live->setVisible(compares);
    m_between->setVisible(compares);
    m_decision->setTitle(compares ? tr("draft") : QString());
    m_decision->setDecision(result.explanation.decision, {});
    if (compares) {
        m_live->setDecision(result.live->decision, {});
        const bool other = differs(result.live->decision, result.explanation.decision);
        m_differs->set(other ? BadgeKind::Warning : BadgeKind::Neutral,
                       other ? tr("differs") : tr("the same"));
    }
    const QByteArray revision = compares ? result.live->revision : result.explanation.revision;
    m_revision->setText(revision.isEmpty()
                            ? QString()
                            : tr("live revision %1").arg(QString::fromUtf8(revision.left(12))));

    m_model->setSteps(result.explanation.steps);
    m_noTrace->setVisible(result.explanation.steps.empty());
    m_trace->setVisible(!result.explanation.steps.empty());
    if (m_model->rowCount() > 0) {
        m_trace->selectRow(0);
    }
    showDetail(0);
    QStringList suggestions;
    for (const QByteArray &suggestion : result.explanation.suggestions) {
        suggestions.append(u"· "_s + QString::fromUtf8(suggestion));
    }
    showLines(*m_suggestionsCard, *m_suggestions, suggestions, u"simulator.suggestion"_s);
    QStringList problems;
    for (const policy::Diagnostic &problem : result.diagnostics) {
        const bool error = problem.severity == policy::Diagnostic::Severity::Error;
        problems.append(tr("%1 %2: %3")
                            .arg(error ? tr("✕ error,") : tr("! warning,"),
                                 placeText(problem.where), QString::fromUtf8(problem.message)));
    }
    showLines(*m_problemsCard, *m_problems, problems, u"simulator.problem"_s);
}

// Whole, where the column cuts it off.
void ResultView::showDetail(int row)
{
    const policy::TraceStep *const step = m_model->stepAt(row);
    const QString detail = step != nullptr ? QString::fromUtf8(step->detail) : QString();
    m_detail->setText(detail);
    m_detail->setVisible(!detail.isEmpty());
}

void ResultView::showLines(Card &card, QVBoxLayout &column, const QStringList &lines,
                           const QString &name)
{
    while (const std::unique_ptr<QLayoutItem> item{column.takeAt(0)}) {
        item->widget()->hide();
        item->widget()->deleteLater();
    }
    int number = 0;
    for (const QString &line : lines) {
        auto *const label = new Label(line, TextRole::Body, &card);
        label->setObjectName(name + u'.' + QString::number(++number));
        label->setWordWrap(true);
        label->setSelectable();
        column.addWidget(label);
    }
    card.setVisible(!lines.isEmpty());
}

} // namespace provost::ui
