// ToolsPanel: the tool servers of a tenant, and the tools that they offer. LimitsPanel: its quotas and rate limits,
// which stand in its policy file and are changed there.
// Thread: ui thread.
#pragma once

#include "ui/tenants/tenantpanel.h"

namespace provost::ui {

class CellModel;
class TableView;

class ToolsPanel : public TenantPanel
{
    Q_OBJECT

public:
    ToolsPanel(control::ControlPlane &control, PageContext &context, QWidget *parent);

protected:
    void load() override;
    void clear() override;

private:
    void summarize();

    CellModel *m_servers = nullptr;
    CellModel *m_tools = nullptr;
};

class LimitsPanel : public TenantPanel
{
    Q_OBJECT

public:
    LimitsPanel(control::ControlPlane &control, PageContext &context, QWidget *parent);

protected:
    void load() override;
    void clear() override;

private:
    void edit();

    CellModel *m_model = nullptr;
    TableView *m_table = nullptr;
};

} // namespace provost::ui
