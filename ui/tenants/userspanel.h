// UsersPanel: the users of a tenant, with their roles and attributes.
// Thread: ui thread.
#pragma once

#include "ui/tenants/tenantpanel.h"

class QModelIndex;

namespace provost::ui {

class Button;
class CellModel;
class TableView;

class UsersPanel : public TenantPanel
{
    Q_OBJECT

public:
    UsersPanel(control::ControlPlane &control, PageContext &context, QWidget *parent);

protected:
    void load() override;
    void clear() override;

private:
    void showUsers(const std::vector<control::UserRow> &users);
    void openNew();
    void openEdit(const QModelIndex &index);
    void openDialog(const std::optional<control::UserRow> &user);
    void updateEdit();

    CellModel *m_model = nullptr;
    TableView *m_table = nullptr;
    Button *m_edit = nullptr;
    std::vector<control::UserRow> m_users;
};

} // namespace provost::ui
