// UserDialog: adds a user to a tenant, or changes one: name, roles, attributes, disabled.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/tenants/formdialog.h"

#include <optional>

class QCheckBox;

namespace provost::ui {

class UserAttributesEditor;
class ChipsEditor;
class FormRow;
class LineField;

class UserDialog : public FormDialog
{
    Q_OBJECT

public:
    struct Subject
    {
        TenantId tenant;
        std::optional<control::UserRow> user; // none: a new one
        QStringList taken;                    // ids of the tenant's users
        QByteArray author;
    };

    // `control` outlives the dialog.
    UserDialog(control::ControlPlane &control, Subject subject, QWidget *parent);

protected:
    void submit() override;

private:
    void fill();
    void check();

    control::ControlPlane &m_control;
    Subject m_subject;
    LineField *m_id = nullptr;
    LineField *m_name = nullptr;
    ChipsEditor *m_roles = nullptr;
    UserAttributesEditor *m_attributes = nullptr;
    QCheckBox *m_disabled = nullptr;
    FormRow *m_idRow = nullptr;
    FormRow *m_attributesRow = nullptr;
};

} // namespace provost::ui
