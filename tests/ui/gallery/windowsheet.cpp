// The whole window around an empty page, over a control plane that answers with made-up figures.
#include "tests/support/fakecontrolplane.h"
#include "tests/ui/gallery/sheets.h"
#include "ui/kit/states.h"
#include "ui/shell/helpwindow.h"
#include "ui/shell/mainwindow.h"

#include <QBoxLayout>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

namespace gallery {

namespace {

class EmptyPage : public Page
{
public:
    EmptyPage(PageContext &context, QWidget *parent)
        : Page(context, parent)
    {
        auto *const column = new QVBoxLayout(this);
        auto *const empty = new EmptyState(Icon::Terminal, u"No calls yet. Connect an agent."_s);
        empty->setDetail(u"Its first call appears here as it comes in."_s);
        empty->setAction(u"Create a key"_s, ButtonKind::Primary);
        column->addWidget(empty);
    }
};

class StillClock : public Clock
{
public:
    [[nodiscard]] WallTime now() const override { return WallTime(std::chrono::hours(481'261)); }
    [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
};

// The window borrows its control plane and clock; here they go with it.
class Stage : public QWidget
{
public:
    Stage()
    {
        m_control.serverStatus.agents = 214;
        m_control.serverStatus.callsPerSecond = 412;
        m_control.serverStatus.p99Us = 3100;
        m_control.serverStatus.problems = {"tool server `crm` failed"};
        m_control.tenantRows.resize(2);
        m_control.tenantRows[0].id = TenantId("acme-corp");
        m_control.tenantRows[0].name = "ACME Corporation";
        m_control.tenantRows[1].id = TenantId("beta-inc");
        WindowOptions options;
        options.safeMode = true;
        options.pages.clear();
        const std::initializer_list<std::tuple<QString, QString, Icon>> entries = {
            {u"overview"_s, u"Overview"_s, Icon::Overview},
            {u"audit"_s, u"Audit"_s, Icon::Audit},
            {u"policies"_s, u"Policies"_s, Icon::Shield},
            {u"simulator"_s, u"Simulator"_s, Icon::Simulator},
            {u"tenants"_s, u"Tenants"_s, Icon::Tenants},
            {u"tools"_s, u"Tools"_s, Icon::Tools},
            {u"sessions"_s, u"Sessions"_s, Icon::Sessions}};
        for (const auto &[id, title, icon] : entries) {
            options.pages.push_back(
                {id, title, icon,
                 [](control::ControlPlane &, PageContext &context, QWidget *parent) -> Page * {
                     return new EmptyPage(context, parent);
                 }});
        }
        window = std::make_unique<MainWindow>(m_control, *Theme::running(), m_clock, options);
        auto *const column = new QVBoxLayout(this);
        column->setContentsMargins(0, 0, 0, 0);
        column->addWidget(window.get());
    }

    ~Stage() override { window.reset(); }

    std::unique_ptr<MainWindow> window;

private:
    testing::FakeControlPlane m_control;
    StillClock m_clock;
};

QWidget *makeWindow()
{
    auto *const stage = new Stage;
    return stage;
}

QWidget *makePalette()
{
    auto *const stage = new Stage;
    stage->window->resize(1366, 850);
    stage->window->openPalette(u"th"_s);
    return stage;
}

QWidget *makeHelp()
{
    auto *const stage = new Stage;
    auto *const help = new HelpWindow(stage->window->actions(), nullptr);
    stage->setParent(help);
    stage->hide();
    help->open(u"audit"_s);
    return help;
}

} // namespace

std::vector<Sheet> sheets()
{
    return {{u"window"_s, 850, makeWindow},
            {u"palette"_s, 850, makePalette},
            {u"help"_s, 700, makeHelp}};
}

} // namespace gallery
