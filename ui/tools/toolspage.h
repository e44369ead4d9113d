// ToolsPage: the tool servers of the scope's tenants, and of one of them what it is and does, its tools, and a place to
// try them. Links: "tools", "tools/acme-corp/analytics", "tools/acme-corp/analytics/read_customers".
// INVARIANT: the detail shows the selected server or tool, or nothing.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/listpage.h"

namespace provost::ui {

class Button;
class Card;
class CellTable;
class EmptyState;
class LineField;
class PartsCard;
class ServerPanel;
class ToolPanel;
class TryPanel;

class ToolsPage : public ListPage
{
    Q_OBJECT

public:
    // Both outlive the page.
    ToolsPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);

    void setScope(const Scope &scope) override;
    void openLink(const Link &link) override;
    [[nodiscard]] Link place() const override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

private:
    Card *buildServers();
    Card *buildTools();
    PartsCard *buildDetail();

    void refresh() override;
    void showServers(const Result<std::vector<control::ServerRow>> &answer);
    void showTools(const Result<std::vector<control::ToolRow>> &answer);
    void fillTools();
    void selectServer(const QByteArray &key);
    void selectTool(const QByteArray &name);
    void showDetail();
    void showPart(const QString &part);
    void openTry();
    void openAdd();
    [[nodiscard]] const control::ServerRow *server() const;
    [[nodiscard]] const control::ToolRow *tool() const;

    control::ControlPlane &m_control;
    Scope m_scope;
    std::vector<control::ServerRow> m_servers;
    std::vector<control::ToolRow> m_tools;
    QByteArray m_server; // key of the selected one
    QByteArray m_tool;   // name of the selected one; empty: none
    int m_asked = 0;

    CellTable *m_serverTable = nullptr;
    CellTable *m_toolTable = nullptr;
    LineField *m_filter = nullptr;
    EmptyState *m_noTools = nullptr;
    PartsCard *m_detail = nullptr;
    Button *m_toolPart = nullptr;
    Button *m_tryPart = nullptr;
    ServerPanel *m_serverPanel = nullptr;
    ToolPanel *m_toolPanel = nullptr;
    TryPanel *m_tryPanel = nullptr;
};

} // namespace provost::ui
