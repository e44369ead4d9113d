#include "tests/ui/gallery/sheets.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/diffview.h"
#include "ui/kit/drawer.h"
#include "ui/kit/filterbar.h"
#include "ui/kit/fonts.h"
#include "ui/kit/histogram.h"
#include "ui/kit/icons.h"
#include "ui/kit/jsontree.h"
#include "ui/kit/label.h"
#include "ui/kit/linechart.h"
#include "ui/kit/tableview.h"
#include "ui/kit/theme.h"
#include "ui/kit/windowedtable.h"

#include <QBoxLayout>
#include <QPainter>
#include <QSplitter>
#include <QStandardItemModel>

#include <cmath>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

namespace gallery {

namespace {

constexpr qint64 Rows = 118'204'331;
constexpr double Start = 1'731'600'000;

// A hundred million made-up records, each computed from its number.
class MadeUpRows : public RowSource
{
public:
    using RowSource::RowSource;

    [[nodiscard]] std::vector<Column> columns() const override
    {
        return {{u"time"_s, u"Time"_s, 108},           {u"tenant"_s, u"Tenant"_s, 92},
                {u"agent"_s, u"Agent"_s, 104},         {u"tool"_s, u"Tool"_s, 172},
                {u"decision"_s, u"Decision"_s, 96},    {u"rule"_s, u"Rule"_s, -1},
                {u"ms"_s, u"ms"_s, 60, Qt::AlignRight}};
    }

    [[nodiscard]] Cell cell(const WindowRow &row, int column) const override
    {
        const qint64 n = row.id.toLongLong();
        const auto pick = [n](const QStringList &from, int salt) {
            return from[static_cast<qsizetype>((n * 2654435761LL + salt * 40503LL) / 7
                                               % from.size())];
        };
        static const QStringList decisions = {u"allow"_s, u"deny"_s,  u"allow"_s, u"masked"_s,
                                              u"allow"_s, u"asked"_s, u"allow"_s};
        static const QStringList rules = {
            u"data-analyst-access"_s, u"no-prod-delete"_s,  u"repo-read"_s,       u"pii-masking"_s,
            u"regional-isolation"_s,  u"refund-approval"_s, u"sales-ops-access"_s};
        switch (column) {
        case 0:
            return {.text = u"12:%1:%2.%3"_s.arg(59 - n / 60000 % 60, 2, 10, QChar(u'0'))
                                .arg(59 - n / 1000 % 60, 2, 10, QChar(u'0'))
                                .arg(999 - n % 1000, 3, 10, QChar(u'0')),
                    .font = CellFont::Mono};
        case 1: return {.text = pick({u"acme-corp"_s, u"beta-inc"_s, u"gamma-llc"_s}, 1)};
        case 2: return {.text = pick({u"billing-bot"_s, u"code-review"_s, u"crm-sync"_s}, 2)};
        case 3:
            return {.text = pick({u"db.delete_row"_s, u"query_analytics"_s, u"fs.read_file"_s,
                                  u"write_customer_notes"_s},
                                 3),
                    .font = CellFont::Mono};
        case 4: {
            const QString word = pick(decisions, 4);
            return {.text = word,
                    .badge = word == u"deny"_s     ? BadgeKind::Deny
                             : word == u"masked"_s ? BadgeKind::Masked
                             : word == u"asked"_s  ? BadgeKind::Ask
                                                   : BadgeKind::Allow};
        }
        case 5: return {.text = pick(rules, 4)};
        default: return {.text = QString::number(0.5 + static_cast<double>(n % 50) / 10, 'f', 1)};
        }
    }

    [[nodiscard]] std::optional<qint64> total() const override { return Rows; }
    void cancel(quint64) override {}

    void request(const RowRequest &request) override
    {
        const qint64 anchor = request.anchor ? request.anchor->id.toLongLong() : 0;
        qint64 first = 0;
        switch (request.from) {
        case RowRequest::From::Top: break;
        case RowRequest::From::Bottom: first = Rows - request.rowsMax; break;
        case RowRequest::From::Below: first = anchor + 1; break;
        case RowRequest::From::Above: first = anchor - request.rowsMax; break;
        case RowRequest::From::Around: first = anchor - request.rowsMax / 2; break;
        case RowRequest::From::Fraction:
            first = static_cast<qint64>(request.fraction * static_cast<double>(Rows));
            break;
        }
        first = std::max<qint64>(first, 0);
        const qint64 end = request.from == RowRequest::From::Above
                               ? anchor
                               : std::min<qint64>(first + request.rowsMax, Rows);
        RowPage page;
        page.token = request.token;
        for (qint64 n = first; n < end; ++n) {
            page.rows.push_back({QByteArray::number(n), nullptr});
        }
        page.atTop = first == 0;
        page.atBottom = end == Rows;
        page.above = first;
        Q_EMIT pageReady(page);
    }
};

std::vector<HistogramBar> madeUpBars()
{
    std::vector<HistogramBar> bars;
    for (int i = 0; i < 140; ++i) {
        const double wave = std::sin(i / 14.0) + 1.2 + 0.4 * std::sin(i * 1.7);
        const auto total = static_cast<qint64>(std::max(wave, 0.1) * 900);
        bars.push_back({Start + i * 300.0, total, i > 88 && i < 96 ? total / 2 : total / 40, 0});
    }
    return bars;
}

std::vector<LineChart::Series> madeUpLines()
{
    std::vector<LineChart::Series> all = {
        {u"p50"_s, Tone::Accent, LineChart::Stroke::Solid, true, {}},
        {u"p95"_s, Tone::Ask, LineChart::Stroke::Dashed, false, {}},
        {u"p99"_s, Tone::Deny, LineChart::Stroke::Solid, false, {}}};
    for (int i = 0; i < 720; ++i) {
        const double x = Start + i * 60.0;
        const double wave = std::sin(i / 60.0);
        const double peak = i > 480 && i < 530 ? 18 : 0;
        all[0].points.push_back({x, 6 + wave});
        all[1].points.push_back({x, 16 + 2 * wave + std::sin(i * 1.3)});
        all[2].points.push_back({x, 26 + 4 * wave + 2 * std::sin(i * 0.9) + peak});
    }
    return all;
}

QWidget *topDenials(QWidget *parent)
{
    auto *const card = new Card(u"Top denials"_s, parent);
    card->setFlush();
    auto *const model = new QStandardItemModel(0, 3, card);
    model->setHorizontalHeaderLabels({u"Rule"_s, u"Calls"_s, u"Agents"_s});
    const std::initializer_list<std::tuple<QString, QString, double>> rows = {
        {u"no-prod-delete"_s, u"1,204"_s, 1.0},
        {u"no-export"_s, u"803"_s, 0.66},
        {u"regional-isolation"_s, u"311"_s, 0.25},
        {u"contractor-window"_s, u"96"_s, 0.08}};
    for (const auto &[rule, calls, share] : rows) {
        auto *const name = new QStandardItem(rule);
        name->setData(QVariant::fromValue(Cell{.text = rule, .share = share}), CellRole);
        auto *const count = new QStandardItem(calls);
        count->setData(QVariant::fromValue(Cell{.text = calls, .font = CellFont::Strong}),
                       CellRole);
        count->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        auto *const agents = new QStandardItem(u"17"_s);
        agents->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        agents->setData(QVariant::fromValue(Cell{.text = u"17"_s}), CellRole);
        model->appendRow({name, count, agents});
    }
    auto *const table = new TableView(u"denials"_s, u"Top denials"_s, card);
    table->setModel(model);
    table->setColumnWidths({-1, 70, 70});
    card->body()->addWidget(table);
    return card;
}

const QString Yaml = uR"(# ACME: who may do what. Owners: platform team.
tenants:
  - id: acme-corp
    name: ACME Corporation
    policies:
      - name: data-analyst-access
        roles: [data-analyst]
        resources: [analytics_db, data_warehouse]
        permissions: [read]

      - name: no-prod-delete
        effect: deny
        tools: [db.delete_*]
        conditions:
          - resource.env == "prod"
          - args.amount > 1000
        reason: Needs a ticket, see KB-12

      - name: regional-isolation
        roles: [regional-manager]
        resources: [customer_data]
        permissions: [read, write]
        conditions:
          - region == ${user.region}
)"_s;

} // namespace

QWidget *makeData()
{
    auto *const sheet = new QWidget;
    auto *const column = new QVBoxLayout(sheet);
    column->setContentsMargins(14, 14, 14, 14);
    column->setSpacing(metrics::Gap);
    auto *const filter = new FilterBar(u"filter"_s, u"Filter"_s, sheet);
    filter->setText(u"tenant:acme-corp tool:db.* decision:deny"_s);
    filter->setResult(u"1,204 of 118,204,331 · 0.04 s"_s);
    auto *const wrong = new FilterBar(u"wrong"_s, u"Filter"_s, sheet);
    wrong->setCheck([](const QString &) {
        return FilterBar::Check{false, 5, u"expected a value after `:`"_s};
    });
    wrong->setText(u"tool: AND"_s);
    auto *const bars = new QHBoxLayout;
    bars->addWidget(filter, 3);
    bars->addWidget(wrong, 1);
    column->addLayout(bars);
    auto *const holder = new Card(sheet);
    auto *const histogram = new Histogram(u"histogram"_s, u"Records over time"_s, holder);
    histogram->setBars(madeUpBars(), Start + 140 * 300.0);
    histogram->setSelection(TimeSpan{Start + 89 * 300.0, Start + 101 * 300.0});
    holder->body()->addWidget(histogram);
    column->addWidget(holder);

    auto *const row = new QSplitter(sheet);
    row->setChildrenCollapsible(false);
    auto *const tableCard = new Card(row);
    tableCard->setFlush();
    auto *const table = new WindowedTable(u"records"_s, u"Audit records"_s, tableCard);
    table->setSource(new MadeUpRows(table));
    table->select("5");
    table->noteNewRows(12480);
    tableCard->body()->addWidget(table);
    auto *const drawer = new Drawer(u"why"_s, u"Why"_s, row);
    drawer->setSubject(u"req_7f3a91c2"_s);
    auto *const tree = new JsonTree(u"json"_s, u"Record"_s);
    tree->setValue(Json::parse(R"({"id":12345678901234567890,"tool":"db.delete_row","args":{"id":88,
        "amount":1204.50,"note":"<b>not bold</b>"},"roles":["billing","ops"],"ok":false,"rule":null})")
                       .value_or(Json()));
    drawer->setContent(tree);
    row->addWidget(tableCard);
    row->addWidget(drawer);
    row->setSizes({960, 360});
    column->addWidget(row, 1);

    auto *const below = new QHBoxLayout;
    auto *const chartCard = new Card(u"Latency"_s, sheet);
    auto *const chart = new LineChart(u"latency"_s, u"Latency"_s, chartCard);
    chart->setSeries(madeUpLines());
    chart->setFormat(
        [](double value) -> QString { return QString::number(value, 'g', 3) + u" ms"_s; });
    chart->setLimit(50, u"objective 50 ms"_s);
    chartCard->addToHeader(chart->makeLegend(chartCard));
    chartCard->body()->addWidget(chart);
    below->addWidget(chartCard, 3);
    below->addWidget(topDenials(sheet), 2);
    column->addLayout(below, 1);
    return sheet;
}

QWidget *makeCode()
{
    auto *const sheet = new QWidget;
    auto *const column = new QVBoxLayout(sheet);
    column->setContentsMargins(14, 14, 14, 14);
    column->setSpacing(metrics::Gap);
    auto *const row = new QHBoxLayout;
    auto *const editor = new CodeEditor(u"policy"_s, u"Policy"_s, CodeLanguage::Yaml, sheet);
    QString base = Yaml;
    base.replace(u"          - args.amount > 1000\n"_s, u"          - args.amount > 500\n"_s);
    base.replace(u"    name: ACME Corporation\n"_s, QString());
    editor->setBase(base);
    editor->setText(Yaml);
    editor->highlightLines(11, 11);
    editor->setNote(16, u"Replay, 30 days: 41 calls newly allowed, 0 newly denied"_s, Tone::Ask);
    editor->setProblems(
        {{7, 17, 12, CodeProblem::Severity::Error, u"role `data-analyst` has no members"_s},
         {24, 13, 6, CodeProblem::Severity::Warning,
          u"`region` may be absent: the rule then denies"_s}});
    row->addWidget(editor, 3);
    auto *const json = new CodeEditor(u"request"_s, u"Request"_s, CodeLanguage::Json, sheet);
    json->setText(uR"({
  "tenant": "acme-corp",
  "user": { "id": "alice", "roles": ["data-analyst"] },
  "tool": "query_analytics",
  "args": { "limit": 10, "dry": true, "until": null }
}
)"_s);
    row->addWidget(json, 2);
    column->addLayout(row, 1);
    auto *const diffCard = new Card(sheet);
    diffCard->setFlush();
    auto *const diff = new DiffView(u"diff"_s, u"Difference"_s, diffCard);
    diff->setTexts(base, Yaml);
    diff->setTitles(u"live, revision 41"_s, u"draft"_s);
    diff->setContextLines(2);
    diffCard->body()->addWidget(diff);
    auto *const unifiedCard = new Card(sheet);
    unifiedCard->setFlush();
    auto *const unified = new DiffView(u"unified"_s, u"Difference"_s, unifiedCard);
    unified->setLayoutKind(DiffView::Layout::Unified);
    unified->setTexts(base, Yaml);
    unified->setTitles(u"r41"_s, u"r42"_s);
    unified->setContextLines(1);
    unifiedCard->body()->addWidget(unified);
    auto *const below = new QHBoxLayout;
    below->addWidget(diffCard, 3);
    below->addWidget(unifiedCard, 2);
    column->addLayout(below, 1);
    return sheet;
}

namespace {

class IconSheet : public QWidget
{
protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setPen(tokens().muted);
        int x = 14;
        int y = 14;
        for (const Icon icon : allIcons()) {
            painter.drawPixmap(x, y, iconPixmap(icon, tokens().text, 32, devicePixelRatioF()));
            painter.drawPixmap(x + 40, y + 8,
                               iconPixmap(icon, tokens().accent, 16, devicePixelRatioF()));
            x += 96;
            if (x + 96 > width()) {
                x = 14;
                y += 64;
            }
        }
    }
};

} // namespace

QWidget *makeIcons()
{
    return new IconSheet;
}

} // namespace gallery
