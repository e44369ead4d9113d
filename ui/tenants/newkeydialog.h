// NewKeyDialog: makes a key for a user of a tenant, existing or new, and shows the secret once.
// INVARIANT: once a secret is shown, the dialog closes only after the reader said that it is stored.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/tenants/formdialog.h"

class QCheckBox;

namespace provost::ui {

class ChipsEditor;
class ComboField;
class FormRow;
class LineField;

class NewKeyDialog : public FormDialog
{
    Q_OBJECT

public:
    // `control` outlives the dialog.
    NewKeyDialog(control::ControlPlane &control, QByteArray author, TenantId tenant,
                 QWidget *parent);

    void reject() override;

protected:
    void submit() override;

private:
    void askChoices();
    void check();
    void showSecret(const control::CreatedKey &key);
    [[nodiscard]] bool isNewUser() const;

    control::ControlPlane &m_control;
    QByteArray m_author;
    TenantId m_tenant;
    QStringList m_known;
    ComboField *m_user = nullptr;
    LineField *m_newUser = nullptr;
    ChipsEditor *m_roles = nullptr;
    LineField *m_label = nullptr;
    ComboField *m_expiry = nullptr;
    FormRow *m_newUserRow = nullptr;
    FormRow *m_rolesRow = nullptr;
    QCheckBox *m_stored = nullptr; // null until the secret is shown
};

} // namespace provost::ui
