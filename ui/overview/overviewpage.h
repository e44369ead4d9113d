// OverviewPage: is it healthy, and what needs me; and how to connect the first agent.
// INVARIANT: asks at most once a second, only while in front, one question of a kind at a time. What was shown stays
// until the next answer; a failure is told above it.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/page.h"

#include <QTimer>

#include <functional>

class QHBoxLayout;
class QStackedLayout;
class QVBoxLayout;

namespace provost::ui {

class AttentionList;
class Banner;
class Card;
class CellModel;
class ConnectCard;
class ErrorState;
class Label;
class LineChart;
class StatTile;
class TableView;
struct Figure;

class OverviewPage : public Page
{
    Q_OBJECT

public:
    // Both outlive the page.
    OverviewPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);
    ~OverviewPage() override;

    void setScope(const Scope &scope) override;
    void activate() override;
    void deactivate() override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

private:
    struct Tile
    {
        StatTile *widget = nullptr;
        QByteArray link;
    };
    struct Table
    {
        CellModel *model = nullptr;
        TableView *view = nullptr;
        Card *card = nullptr;
    };

    QWidget *buildContent();
    QHBoxLayout *buildTiles();
    QWidget *buildFigures();
    void buildCharts(QVBoxLayout *column);
    void openLinksOf(const Table &table);

    void tick();
    void refresh();
    void askTenants();
    void showOverview(const Result<control::Overview> &answer);
    void showStatus(const Result<control::ServerStatus> &answer);
    void showFigure(Tile &tile, const Figure &figure);
    // Before the first call, connecting an agent is what this page is for.
    void setConnecting(bool connecting);
    void open(const QByteArray &link);

    control::ControlPlane &m_control;
    Scope m_scope;
    QTimer m_tick;
    std::stop_source m_question;
    int m_asked = 0;   // the overview's question that is waited for
    int m_waiting = 0; // of its two answers
    int m_quietTicks = 0;
    bool m_stale = true;
    bool m_shown = false;
    bool m_tenantsKnown = false;
    bool m_connecting = false;

    QStackedLayout *m_states = nullptr;
    ErrorState *m_error = nullptr;
    Banner *m_banner = nullptr;
    Tile m_rate, m_denied, m_latency, m_errors, m_agents, m_calls;
    AttentionList *m_attention = nullptr;
    Label *m_attentionCount = nullptr;
    ConnectCard *m_connect = nullptr;
    QVBoxLayout *m_left = nullptr;
    QWidget *m_figures = nullptr;
    LineChart *m_latencyChart = nullptr;
    LineChart *m_rateChart = nullptr;
    Table m_denials, m_tools, m_connected;
};

} // namespace provost::ui
