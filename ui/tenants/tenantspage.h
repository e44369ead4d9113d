// TenantsPage: the tenants, and of one of them keys, users, tools and limits. Links: "tenants", "tenants/acme-corp".
// INVARIANT: the detail shows the selected tenant or nothing.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/page.h"

#include <QStringList>

class QStackedLayout;
class QStackedWidget;

namespace provost::ui {

class Banner;
class Button;
class Card;
class CellModel;
class EmptyState;
class ErrorState;
class KeysPanel;
class Label;
class Segments;
class TableView;
class TenantPanel;

class TenantsPage : public Page
{
    Q_OBJECT

public:
    // Both outlive the page.
    TenantsPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);

    void activate() override;
    void deactivate() override;
    void openLink(const Link &link) override;
    [[nodiscard]] Link place() const override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

private:
    QWidget *buildContent();
    Card *buildList();
    Card *buildDetail();
    void addPanel(const QString &id, const QString &title, TenantPanel *panel);

    void refresh();
    void showTenants(const Result<std::vector<control::TenantRow>> &answer);
    void select(const TenantId &id);
    void showSelected();
    void openNewTenant();
    void tenantCreated(const TenantId &id);
    // Of the selected tenant.
    void openNewKey();
    void showKeys();

    control::ControlPlane &m_control;
    std::vector<control::TenantRow> m_tenants;
    TenantId m_selected;
    int m_asked = 0;
    bool m_inFront = false;
    bool m_loaded = false;
    bool m_selecting = false; // the selection is moved by us and not by the user

    QStackedLayout *m_states = nullptr;
    EmptyState *m_empty = nullptr;
    ErrorState *m_error = nullptr;
    Banner *m_banner = nullptr;
    CellModel *m_model = nullptr;
    TableView *m_table = nullptr;
    Card *m_detail = nullptr;
    Label *m_id = nullptr;
    Segments *m_segments = nullptr;
    QStackedWidget *m_panels = nullptr;
    KeysPanel *m_keys = nullptr;
};

} // namespace provost::ui
