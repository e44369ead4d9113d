// TenantsPage: the tenants, and of one of them keys, users, tools and limits. Links: "tenants", "tenants/acme-corp".
// INVARIANT: the detail shows the selected tenant or nothing.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/listpage.h"

#include <QStringList>

namespace provost::ui {

class Card;
class CellTable;
class KeysPanel;
class PartsCard;
class TenantPanel;

class TenantsPage : public ListPage
{
    Q_OBJECT

public:
    // Both outlive the page.
    TenantsPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);

    void openLink(const Link &link) override;
    [[nodiscard]] Link place() const override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

private:
    Card *buildList();
    PartsCard *buildDetail();
    void addPanel(const QString &id, const QString &title, TenantPanel *panel);

    void refresh() override;
    void showTenants(const Result<std::vector<control::TenantRow>> &answer);
    void select(const TenantId &id);
    void showSelected();
    void openNewTenant();
    void tenantCreated(const TenantId &id);
    // Of the selected tenant.
    void openNewKey();

    control::ControlPlane &m_control;
    std::vector<control::TenantRow> m_tenants;
    TenantId m_selected;
    int m_asked = 0;
    CellTable *m_table = nullptr;
    PartsCard *m_detail = nullptr;
    KeysPanel *m_keys = nullptr;
};

} // namespace provost::ui
