// How the overview is laid out: tiles above, what needs a person and who is connected at the left, figures over time at
// the right.
#include "ui/kit/cellmodel.h"
#include "ui/kit/label.h"
#include "ui/kit/linechart.h"
#include "ui/kit/stattile.h"
#include "ui/kit/tableview.h"
#include "ui/kit/words.h"
#include "ui/overview/attentionlist.h"
#include "ui/overview/connectcard.h"
#include "ui/overview/overviewpage.h"

#include <QHBoxLayout>
#include <QScrollArea>
#include <QVBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int PageMargin = 14;
constexpr int TableRowsMax = 5;
constexpr int AgentRowsMax = 4;

QScrollArea *scrolling(const QString &name, QWidget *content, QWidget *parent)
{
    auto *const area = new QScrollArea(parent);
    area->setObjectName(name);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFocusPolicy(Qt::NoFocus);
    area->viewport()->setAutoFillBackground(false);
    area->setWidget(content);
    content->setAutoFillBackground(false); // the scroll area had turned it on
    return area;
}

} // namespace

QWidget *OverviewPage::buildContent()
{
    auto *const content = new QWidget(this);
    auto *const column = new QVBoxLayout(content);
    column->setContentsMargins(PageMargin, PageMargin, PageMargin, PageMargin);
    column->setSpacing(metrics::Gap);
    column->addLayout(buildTiles());
    auto *const halves = new QHBoxLayout;
    halves->setSpacing(metrics::Gap);
    m_left = new QVBoxLayout;
    m_left->setSpacing(metrics::Gap);
    m_figures = buildFigures();
    halves->addLayout(m_left, 13);
    halves->addWidget(m_figures, 14);
    column->addLayout(halves, 1);

    auto *const needs = new Card(tr("Needs you"), content);
    needs->setFlush();
    needs->setSeparated();
    m_attentionCount = new Label({}, TextRole::Heading, needs);
    needs->addToHeader(m_attentionCount);
    m_attention = new AttentionList(needs);
    needs->body()->addWidget(scrolling(u"overview.attention.scroll"_s, m_attention, needs));
    needs->setMinimumHeight(140);
    connect(m_attention, &AttentionList::opened, this, &OverviewPage::open);
    m_left->addWidget(needs, 1);

    m_left->addWidget(m_connected.card);
    m_connect = new ConnectCard(m_control, content);
    connect(m_connect, &ConnectCard::linkWanted, this, &OverviewPage::open);
    m_left->addWidget(m_connect);
    return scrolling(u"overview.scroll"_s, content, this);
}

QHBoxLayout *OverviewPage::buildTiles()
{
    auto *const row = new QHBoxLayout;
    row->setSpacing(metrics::Gap);
    const auto add = [&](Tile &tile, const char *name, const QString &label, const QString &tip,
                         int share = 2) {
        tile.widget = new StatTile(label, this);
        tile.widget->setObjectName(u"overview.tile."_s + QLatin1StringView(name));
        tile.widget->setClickable(tip);
        connect(tile.widget, &StatTile::clicked, this, [this, &tile] { open(tile.link); });
        row->addWidget(tile.widget, share);
    };
    add(m_rate, "rate", tr("Calls / s"), tr("Open the calls of the last minute"));
    add(m_denied, "denied", tr("Denied"), tr("Open the denied calls"));
    add(m_latency, "latency", tr("p50 · p95 · p99 (ms)"),
        tr("Time that the gateway adds to a call, since the start. Open the calls"), 3);
    add(m_errors, "errors", tr("Errors"), tr("Open the failed calls"));
    add(m_agents, "agents", tr("Agents"), tr("Open the calls of the last 5 minutes"));
    add(m_calls, "calls", tr("Calls"), tr("Open all calls of the range"));
    return row;
}

QWidget *OverviewPage::buildFigures()
{
    auto *const figures = new QWidget(this);
    auto *const column = new QVBoxLayout(figures);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::Gap);
    buildCharts(column);

    const auto table = [&](Table &made, const QString &name, const QString &title,
                           std::vector<CellModel::Column> columns, const std::vector<int> &widths) {
        made.card = new Card(title, figures);
        made.card->setFlush();
        made.model = new CellModel(std::move(columns), made.card);
        made.view = new TableView(name, title, made.card);
        made.view->setModel(made.model);
        made.view->setColumnWidths(widths);
        made.view->setHeightToRows(TableRowsMax);
        made.view->setSelectionMode(QAbstractItemView::SingleSelection);
        made.card->body()->addWidget(made.view);
        made.card->body()->addStretch(1);
        openLinksOf(made);
    };
    const auto right = Qt::AlignRight;
    table(m_denials, u"overview.denials"_s, tr("Top denials"),
          {{tr("Rule")}, {tr("Calls"), right}, {tr("Users"), right}}, {-1, 64, 56});
    table(m_tools, u"overview.tools"_s, tr("Top tools"), {{tr("Tool")}, {tr("Calls"), right}},
          {-1, 80});
    table(m_connected, u"overview.agents"_s, tr("Connected agents"),
          {{tr("Tenant")},
           {tr("User")},
           {tr("Agent, as claimed")},
           {tr("Last seen")},
           {tr("Calls"), right}},
          {90, -1, 124, 80, 74});
    m_denials.view->setPlaceholder(tr("Nothing was denied"));
    m_tools.view->setPlaceholder(tr("No tool was called"));
    m_connected.view->setPlaceholder(tr("None in the last 5 minutes"));
    auto *const pair = new QHBoxLayout;
    pair->setSpacing(metrics::Gap);
    pair->addWidget(m_denials.card, 1);
    pair->addWidget(m_tools.card, 1);
    column->addLayout(pair);
    m_connected.view->setHeightToRows(AgentRowsMax);
    return figures;
}

void OverviewPage::buildCharts(QVBoxLayout *column)
{
    const auto chart = [&](const QString &name, const QString &title) {
        auto *const card = new Card(title, this);
        auto *const lines = new LineChart(name, title, card);
        lines->setSpan(15 * 60);
        lines->setPlaceholder(tr("No calls in the last 15 minutes"));
        card->addToHeader(lines->makeLegend(card));
        card->body()->addWidget(lines);
        column->addWidget(card, 1);
        return lines;
    };
    m_latencyChart = chart(u"overview.latency"_s, tr("Latency of the gateway, 15 min"));
    m_latencyChart->setFormat(
        [](double ms) { return durationText(static_cast<qint64>(ms * 1000.0)); });
    m_rateChart = chart(u"overview.rate"_s, tr("Calls per second, 15 min"));
}

void OverviewPage::openLinksOf(const Table &table)
{
    connect(table.view, &TableView::opened, this,
            [this, model = table.model](const QModelIndex &at) {
                if (const CellRow *const row = model->rowAt(at))
                    open(row->link);
            });
}

} // namespace provost::ui
