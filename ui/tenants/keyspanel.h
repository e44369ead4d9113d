// KeysPanel: the API keys of a tenant: make one, revoke one.
// Thread: ui thread.
#pragma once

#include "ui/tenants/tenantpanel.h"

namespace provost::ui {

class Button;
class CellModel;
class TableView;

class KeysPanel : public TenantPanel
{
    Q_OBJECT

public:
    KeysPanel(control::ControlPlane &control, PageContext &context, QWidget *parent);

    void openNewKey();

protected:
    void load() override;
    void clear() override;

private:
    void showKeys(const std::vector<control::KeyRow> &keys);
    void confirmRevoke();
    void revoke(const CredentialId &id);
    void updateRevoke();
    // Null if none is selected.
    [[nodiscard]] const control::KeyRow *selected() const;

    CellModel *m_model = nullptr;
    TableView *m_table = nullptr;
    Button *m_revoke = nullptr;
    std::vector<control::KeyRow> m_keys;
};

} // namespace provost::ui
