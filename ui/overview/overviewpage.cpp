#include "ui/overview/overviewpage.h"

#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/stattile.h"
#include "ui/kit/tableview.h"
#include "ui/overview/attentionlist.h"
#include "ui/overview/connectcard.h"
#include "ui/overview/figures.h"

#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

// Rates fall without anything being recorded, so the page looks now and then even when all is quiet.
constexpr int quietTicksMax = 5;

TimeRange rangeUntilNow(RangePreset preset)
{
    const auto length = lengthOf(preset);
    return length ? TimeRange{SystemClock().now() - *length, std::nullopt} : TimeRange();
}

} // namespace

OverviewPage::OverviewPage(ControlPlane &control, PageContext &context, QWidget *parent)
    : Page(context, parent)
    , m_control(control)
    , m_states(new QStackedLayout)
    , m_error(new ErrorState(this))
    , m_banner(new Banner(this))
{
    setObjectName(u"overview"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_banner->setObjectName(u"overview.banner"_s);
    m_banner->set(Tone::Neutral, {});
    column->addWidget(m_banner);
    column->addLayout(m_states, 1);
    m_error->setRetry(true);
    m_states->addWidget(buildContent());
    m_states->addWidget(m_error);
    connect(m_error, &ErrorState::retry, this, &OverviewPage::refresh);

    m_tick.setInterval(1s);
    connect(&m_tick, &QTimer::timeout, this, &OverviewPage::tick);
    connect(&control, &ControlPlane::recordsAppended, this, [this] { m_stale = true; });
    connect(&control, &ControlPlane::statusChanged, this, [this] { m_stale = true; });
    connect(&control, &ControlPlane::configurationChanged, this, [this] {
        m_stale = true;
        m_tenantsKnown = false;
    });
}

OverviewPage::~OverviewPage()
{
    m_question.request_stop();
}

void OverviewPage::setScope(const Scope &scope)
{
    m_scope = scope;
    m_stale = true;
    m_question.request_stop();
    ++m_asked; // answers about the former scope are dropped
    m_waiting = 0;
    if (m_tick.isActive())
        refresh();
}

void OverviewPage::activate()
{
    m_tick.start();
    refresh();
}

void OverviewPage::deactivate()
{
    m_tick.stop();
    m_stale = true;
}

std::vector<ActionSpec> OverviewPage::actions()
{
    return {{.id = u"overview.refresh"_s,
             .text = tr("Refresh the overview"),
             .category = tr("Overview"),
             .shortcut = {},
             .icon = Icon::Refresh,
             .run = [this] { refresh(); },
             .blocked = {}}};
}

void OverviewPage::tick()
{
    if (m_stale || ++m_quietTicks >= quietTicksMax)
        refresh();
}

void OverviewPage::refresh()
{
    if (!m_tenantsKnown)
        askTenants();
    if (m_waiting > 0)
        return; // the next tick asks again
    m_stale = false;
    m_quietTicks = 0;
    m_waiting = 2;
    ++m_asked;
    m_control.status({this, [this, asked = m_asked](const Result<ServerStatus> &answer) {
                          if (asked == m_asked)
                              showStatus(answer);
                      }});
    m_question = m_control.overview(m_scope.tenant, rangeUntilNow(m_scope.range),
                                    {this, [this, asked = m_asked](const Result<Overview> &answer) {
                                         if (asked == m_asked)
                                             showOverview(answer);
                                     }});
}

void OverviewPage::askTenants()
{
    m_tenantsKnown = true;
    m_control.tenants({this, [this](const Result<std::vector<TenantRow>> &answer) {
                           m_tenantsKnown = answer.has_value();
                           if (answer)
                               m_connect->setTenants(*answer, m_scope.tenant);
                       }});
}

void OverviewPage::showStatus(const Result<ServerStatus> &answer)
{
    --m_waiting;
    if (!answer)
        return; // the overview's own answer tells what is wrong
    showFigure(m_agents, agentsFigure(*answer));
    m_connect->setServer(answer->endpoint);
}

void OverviewPage::showOverview(const Result<Overview> &answer)
{
    --m_waiting;
    if (!answer) {
        if (answer.error().code == ErrorCode::Cancelled)
            return;
        const Trouble trouble = troubleOf(tr("The overview could not be read"), answer.error());
        m_error->setTrouble(trouble);
        m_states->setCurrentIndex(m_shown ? 0 : 1);
        if (m_shown)
            m_banner->set(Tone::Deny,
                          trouble.happened + u". "_s + tr("What you see is from the last answer."));
        return;
    }
    m_shown = true;
    m_banner->set(Tone::Neutral, {});
    m_states->setCurrentIndex(0);
    showFigure(m_rate, rateFigure(*answer));
    showFigure(m_denied, denialsFigure(*answer));
    showFigure(m_latency, latencyFigure(*answer));
    showFigure(m_errors, errorsFigure(*answer));
    showFigure(m_calls, callsFigure(*answer, textOf(m_scope.range)));
    m_attention->setItems(answer->attention);
    const auto needs = static_cast<int>(answer->attention.size());
    m_attentionCount->setText(needs > 0 ? QString::number(needs) : QString());
    const auto urgent =
        std::count_if(answer->attention.begin(), answer->attention.end(),
                      [](const Attention &item) { return item.kind == Attention::Kind::Problem; });
    Q_EMIT countChanged(static_cast<int>(urgent));
    m_latencyChart->setSeries(latencySeries(answer->points));
    m_rateChart->setSeries(rateSeries(answer->points));
    m_denials.model->setRows(denialRows(answer->topDenials));
    m_tools.model->setRows(toolRows(answer->topTools));
    m_connected.model->setRows(agentRows(answer->agents, SystemClock().now()));
    setConnecting(answer->calls == 0 && answer->agents.empty());
}

void OverviewPage::showFigure(Tile &tile, const Figure &figure)
{
    tile.widget->setValue(figure.value, figure.tone);
    tile.widget->setDetail(figure.detail, figure.tone == Tone::Neutral ? Tone::Muted : figure.tone);
    tile.link = figure.link;
}

void OverviewPage::setConnecting(bool connecting)
{
    if (connecting == m_connecting)
        return;
    m_connecting = connecting;
    m_figures->setVisible(!connecting);
    m_connected.card->setVisible(!connecting);
    m_left->removeWidget(m_connect);
    m_left->insertWidget(connecting ? 0 : m_left->count(), m_connect);
}

void OverviewPage::open(const QByteArray &link)
{
    if (const auto to = Link::parse(QString::fromUtf8(link)))
        context().open(*to);
}

} // namespace provost::ui
