// NewTenantDialog: id, name and template of a tenant to be. accepted() once it was created.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/tenants/formdialog.h"

namespace provost::ui {

class ComboField;
class FormRow;
class LineField;

class NewTenantDialog : public FormDialog
{
    Q_OBJECT

public:
    // `control` outlives the dialog; `taken`: ids that are in use.
    NewTenantDialog(control::ControlPlane &control, QByteArray author, QStringList taken,
                    QWidget *parent);

    [[nodiscard]] TenantId id() const;

protected:
    void submit() override;

private:
    void check();
    void takeTemplates(const std::vector<QByteArray> &names);

    control::ControlPlane &m_control;
    QByteArray m_author;
    QStringList m_taken;
    LineField *m_id = nullptr;
    LineField *m_name = nullptr;
    ComboField *m_template = nullptr;
    FormRow *m_idRow = nullptr;
    FormRow *m_templateRow = nullptr;
};

} // namespace provost::ui
