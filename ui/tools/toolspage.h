// ToolsPage: the tool servers of the scope's tenants, and of one of them what it is and does, its tools, and a place to
// try them. Links: "tools", "tools/acme-corp/analytics", "tools/acme-corp/analytics/read_customers".
// INVARIANT: the detail shows the selected server or tool, or nothing.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/page.h"

#include <QTimer>

class QStackedLayout;
class QStackedWidget;

namespace provost::ui {

class Banner;
class Button;
class Card;
class CellModel;
class EmptyState;
class ErrorState;
class Label;
class LineField;
class Segments;
class ServerPanel;
class TableView;
class ToolPanel;
class TryPanel;

class ToolsPage : public Page
{
    Q_OBJECT

public:
    // Both outlive the page.
    ToolsPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);

    void setScope(const Scope &scope) override;
    void activate() override;
    void deactivate() override;
    void openLink(const Link &link) override;
    [[nodiscard]] Link place() const override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

private:
    QWidget *buildContent();
    Card *buildServers();
    Card *buildTools();
    Card *buildDetail();

    void refresh();
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
    bool m_inFront = false;
    bool m_selecting = false; // the selection is moved by us and not by the user
    QTimer m_refresh;         // while in front: states and figures move

    QStackedLayout *m_states = nullptr;
    EmptyState *m_empty = nullptr;
    ErrorState *m_error = nullptr;
    Banner *m_banner = nullptr;
    CellModel *m_serverModel = nullptr;
    TableView *m_serverTable = nullptr;
    CellModel *m_toolModel = nullptr;
    TableView *m_toolTable = nullptr;
    LineField *m_filter = nullptr;
    Label *m_noTools = nullptr;
    Card *m_detail = nullptr;
    Label *m_name = nullptr;
    Segments *m_parts = nullptr;
    Button *m_toolPart = nullptr;
    Button *m_tryPart = nullptr;
    QStackedWidget *m_stack = nullptr;
    ServerPanel *m_serverPanel = nullptr;
    ToolPanel *m_toolPanel = nullptr;
    TryPanel *m_tryPanel = nullptr;
};

} // namespace provost::ui
