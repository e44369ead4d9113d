#include "ui/tenants/toolspanel.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/tableview.h"
#include "ui/kit/words.h"
#include "ui/tenants/tenantwords.h"

#include <QVBoxLayout>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int serverRowsMax = 4;

} // namespace

ToolsPanel::ToolsPanel(ControlPlane &control, PageContext &context, QWidget *parent)
    : TenantPanel(u"tenants.tools"_s, tr("No tool servers"), control, context, parent)
    , m_servers(new CellModel({{tr("Server")},
                               {tr("Kind")},
                               {tr("State")},
                               {tr("Detail")},
                               {tr("Tools"), Qt::AlignRight}},
                              this))
    , m_tools(new CellModel(
          {{tr("Tool")}, {tr("Title")}, {tr("Server")}, {tr("Permission")}, {tr("Resource")}},
          this))
{
    auto *const servers = new TableView(u"tools.servers"_s, tr("Tool servers"), this);
    servers->setModel(m_servers);
    servers->setColumnWidths({170, 110, 110, -1, 72});
    servers->setHeightToRows(serverRowsMax);
    auto *const tools = new TableView(u"tools.tools"_s, tr("Tools"), this);
    tools->setModel(m_tools);
    tools->setColumnWidths({220, -1, 140, 110, 220});
    content()->addWidget(servers);
    content()->addWidget(new Hairline(Qt::Horizontal, this));
    content()->addWidget(tools, 1);
    empty()->setDetail(tr("Tool servers are described in the servers directory of the org; each "
                          "names the tenants that it serves."));
}

void ToolsPanel::load()
{
    const QString failed = tr("The tools could not be read");
    control().servers(tenant().id,
                      answerTo<std::vector<ServerRow>>(failed, [this](const auto &servers) {
                          m_servers->setRows(serverRows(servers));
                          summarize();
                      }));
    control().tools(tenant().id, answerTo<std::vector<ToolRow>>(failed, [this](const auto &tools) {
                        m_tools->setRows(toolRows(tools));
                        summarize();
                    }));
}

void ToolsPanel::clear()
{
    m_servers->setRows({});
    m_tools->setRows({});
}

void ToolsPanel::summarize()
{
    setSummary(counted(m_servers->rowCount(), tr("server"), tr("servers")) + u" · "_s
               + counted(m_tools->rowCount(), tr("tool"), tr("tools")));
    showContent(m_servers->rowCount() + m_tools->rowCount() > 0);
}

LimitsPanel::LimitsPanel(ControlPlane &control, PageContext &context, QWidget *parent)
    : TenantPanel(u"tenants.limits"_s, tr("No limits beyond those of single policies"), control,
                  context, parent)
    , m_model(new CellModel({{tr("Applies to")}, {tr("At most")}, {tr("Stands in")}}, this))
    , m_table(new TableView(u"limits.table"_s, tr("Limits and quotas"), this))
{
    m_table->setModel(m_model);
    m_table->setColumnWidths({260, -1, 260});
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    content()->addWidget(m_table, 1);
    auto *const edit = new Button(tr("Edit in Policies"), ButtonKind::Outlined, this);
    edit->setObjectName(u"limits.edit"_s);
    toolbar()->addWidget(edit);
    empty()->setDetail(tr("A tenant's file may set limits for the tenant, its users and tools, and "
                          "monthly quotas for roles."));
    empty()->setAction(tr("Edit in Policies"));
    connect(edit, &Button::clicked, this, &LimitsPanel::edit);
    connect(empty(), &EmptyState::actionTriggered, this, &LimitsPanel::edit);
    connect(m_table, &TableView::opened, this, &LimitsPanel::edit);
}

void LimitsPanel::load()
{
    m_model->setRows(limitRows(tenant()));
    setSummary(tr("Checked before any policy is asked. Open a line to change it."));
    showContent(m_model->rowCount() > 0);
}

void LimitsPanel::clear()
{
    m_model->setRows({});
}

void LimitsPanel::edit()
{
    const CellRow *const row = m_model->rowAt(m_table->currentIndex());
    const QByteArray link =
        row != nullptr && !row->link.isEmpty() ? row->link : "policies/" + tenant().file;
    if (const auto to = Link::parse(QString::fromUtf8(link)))
        context().open(*to);
}

} // namespace provost::ui
