#include "ui/audit/whydrawer.h"

#include "ui/audit/whyview.h"
#include "ui/kit/button.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/jsontree.h"
#include "ui/kit/label.h"

#include <QBoxLayout>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1StringView WhyTab = "why"_L1;
constexpr QLatin1StringView RecordTab = "record"_L1;
constexpr int TreeHeight = 300;
constexpr int RawHeight = 46; // a line and its scroll bar
constexpr int TreeNameWidth = 136;

} // namespace

WhyDrawer::WhyDrawer(WhyPresenter &presenter, QWidget *parent)
    : Drawer(u"audit.drawer"_s, tr("Why"), parent)
    , m_presenter(presenter)
    , m_tabs(new Segments(this))
{
    auto *const content = new QWidget;
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    auto *const top = new QHBoxLayout;
    top->setContentsMargins(metrics::CardPadding, 4, metrics::CardPadding, 2);
    m_tabs->setObjectName(u"audit.drawer.tabs"_s);
    m_tabs->add(WhyTab, tr("Why"));
    m_tabs->add(RecordTab, tr("Record"));
    m_tabs->setCurrent(WhyTab);
    top->addWidget(m_tabs);
    top->addStretch(1);
    m_column->addLayout(top);
    m_record = makeRecordTab();
    m_record->hide();
    m_column->addWidget(m_record, 1);
    setContent(content);
    body()->addWidget(new Hairline(Qt::Horizontal, this));
    body()->addWidget(makeButtons());

    connect(m_tabs, &Segments::chosen, this, &WhyDrawer::showTab);
    connect(&m_presenter, &WhyPresenter::recordChanged, this, &WhyDrawer::showRecord);
    connect(&m_presenter, &WhyPresenter::whyChanged, this, &WhyDrawer::showWhy);
    connect(&m_presenter, &WhyPresenter::detailChanged, this, &WhyDrawer::showDetail);
    showRecord();
}

QWidget *WhyDrawer::makeRecordTab()
{
    auto *const tab = new QWidget;
    auto *const column = new QVBoxLayout(tab);
    column->setContentsMargins(metrics::CardPadding, 10, metrics::CardPadding, metrics::Gap);
    column->setSpacing(8);
    m_tree = new JsonTree(u"audit.record.tree"_s, tr("Record as a tree"), tab);
    m_tree->setMinimumHeight(TreeHeight);
    m_tree->setColumnWidth(0, TreeNameWidth);
    column->addWidget(m_tree, 1);
    m_rawIntent = new CopyField(u"audit.record.intent"_s, tr("raw intent"), tab);
    m_rawOutcome = new CopyField(u"audit.record.outcome"_s, tr("raw outcome"), tab);
    for (CopyField *const raw : {m_rawIntent, m_rawOutcome})
        raw->setMinimumHeight(RawHeight);
    column->addWidget(new Label(tr("Intent, as it stands in the journal"), TextRole::Heading));
    column->addWidget(m_rawIntent);
    column->addWidget(new Label(tr("Outcome, as it stands in the journal"), TextRole::Heading));
    column->addWidget(m_rawOutcome);
    connect(m_tree, &JsonTree::filterRequested, this,
            [this](const QString &, const QString &value) { Q_EMIT valueChosen(value); });
    return tab;
}

QWidget *WhyDrawer::makeButtons()
{
    auto *const footer = new QWidget(this);
    auto *const rows = new QVBoxLayout(footer);
    rows->setContentsMargins(metrics::CardPadding, metrics::Gap, metrics::CardPadding,
                             metrics::Gap);
    rows->setSpacing(8);
    const auto add = [&](QHBoxLayout *row, const char *name, const QString &text, ButtonKind kind,
                         void (WhyDrawer::*signal)()) {
        auto *const button = new Button(text, kind, footer);
        button->setObjectName(u"audit.drawer."_s + QString::fromLatin1(name));
        connect(button, &Button::clicked, this, signal);
        row->addWidget(button);
        return button;
    };
    auto *const first = new QHBoxLayout;
    auto *const second = new QHBoxLayout;
    for (QHBoxLayout *const row : {first, second}) {
        row->setSpacing(8);
        rows->addLayout(row);
    }
    m_rule = add(first, "rule", tr("Go to rule"), ButtonKind::Primary, &WhyDrawer::ruleRequested);
    m_rule->setKeyHint(u"F2"_s);
    m_simulate = add(first, "simulate", tr("Simulate"), ButtonKind::Outlined,
                     &WhyDrawer::simulationRequested);
    m_workflow = add(second, "workflow", tr("Follow workflow"), ButtonKind::Outlined,
                     &WhyDrawer::workflowRequested);
    m_copyLink = add(second, "copyLink", tr("Copy link"), ButtonKind::Outlined,
                     &WhyDrawer::linkCopyRequested);
    first->addStretch(1);
    second->addStretch(1);
    return footer;
}

void WhyDrawer::showTab(const QString &tab)
{
    m_record->setVisible(tab == RecordTab);
    m_why->setVisible(tab == WhyTab);
}

void WhyDrawer::showRecord()
{
    m_tree->setValue(Json::object());
    m_rawIntent->setText({});
    m_rawOutcome->setText({});
    showWhy();
}

void WhyDrawer::showWhy()
{
    WhyView *view = nullptr;
    QString subject;
    if (!m_presenter.record()) {
        view = new WhyView(tr("No record is chosen"),
                           tr("Select a record in the table and press Enter."), false);
    } else if (!m_presenter.why()) {
        view = new WhyView(tr("Reading the record…"), {}, false);
    } else if (const Result<Why> &why = *m_presenter.why(); why) {
        view = new WhyView(wordsOf(*why));
        subject = QString::fromUtf8(why->row.requestId);
    } else {
        view = new WhyView(tr("The explanation could not be read"), why.error().message, true);
        connect(
            view, &WhyView::retry, this, [this] { m_presenter.show(*m_presenter.record()); },
            Qt::QueuedConnection); // the view dies of it
    }
    view->setObjectName(u"audit.why"_s);
    delete m_why;
    m_why = view;
    m_column->insertWidget(1, m_why, 1);
    showTab(m_tabs->current());
    setSubject(subject);
    updateButtons();
}

void WhyDrawer::showDetail()
{
    const Result<AuditDetail> &detail = *m_presenter.detail();
    if (!detail) {
        m_tree->setValue(Json::object({{"error", Json(detail.error().message)}}));
        return;
    }
    Json both = Json::object();
    if (!detail->intent.isNull())
        both.set("intent", detail->intent);
    if (!detail->outcome.isNull())
        both.set("outcome", detail->outcome);
    m_tree->setValue(both);
    m_rawIntent->setText(QString::fromUtf8(detail->rawIntent));
    m_rawOutcome->setText(QString::fromUtf8(detail->rawOutcome));
    updateButtons();
}

void WhyDrawer::updateButtons()
{
    const bool chosen = m_presenter.record().has_value();
    const QString nothing = tr("No record is chosen");
    const auto block = [&](QWidget &button, bool possible, const QString &reason) {
        setBlocked(button, possible ? QString() : chosen ? reason : nothing);
    };
    block(*m_rule, m_presenter.ruleLink().has_value(), tr("No rule decided this call"));
    block(*m_simulate, m_presenter.simulateLink().has_value(),
          tr("Policy was not asked about this call"));
    block(*m_workflow, !m_presenter.workflowFilter().isEmpty(), tr("The agent named no workflow"));
    block(*m_copyLink, chosen, nothing);
}

} // namespace provost::ui
