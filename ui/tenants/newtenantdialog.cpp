#include "ui/tenants/newtenantdialog.h"

#include "ui/kit/form.h"
#include "ui/tenants/tenantwords.h"

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

NewTenantDialog::NewTenantDialog(ControlPlane &control, QByteArray author, QStringList taken,
                                 QWidget *parent)
    : FormDialog(u"newTenant"_s, tr("New tenant"), tr("Create tenant"), parent)
    , m_control(control)
    , m_author(std::move(author))
    , m_taken(std::move(taken))
    , m_id(new LineField(u"newTenant.id"_s, tr("Id of the tenant"), this))
    , m_name(new LineField(u"newTenant.name"_s, tr("Name of the tenant"), this))
    , m_template(new ComboField(u"newTenant.template"_s, tr("Template"), this))
{
    m_id->setMono();
    m_id->setPlaceholderText(u"acme-corp"_s);
    m_name->setPlaceholderText(tr("Acme Corporation"));
    m_idRow = form()->addRow(tr("Id"), m_id);
    m_idRow->setHint(tr("Part of the address that agents connect to. It cannot be changed later."));
    form()->addRow(tr("Name"), m_name);
    m_templateRow = form()->addRow(tr("Template"), m_template);
    connect(m_id, &QLineEdit::textChanged, this, &NewTenantDialog::check);
    connect(m_template, &QComboBox::currentIndexChanged, this, &NewTenantDialog::check);
    m_control.templates(
        {this, [this](const Result<std::vector<QByteArray>> &names) {
             if (names)
                 takeTemplates(*names);
             else
                 setTrouble(tr("The templates could not be read: %1").arg(names.error().message));
         }});
    check();
}

TenantId NewTenantDialog::id() const
{
    return TenantId(m_id->text().toUtf8());
}

void NewTenantDialog::takeTemplates(const std::vector<QByteArray> &names)
{
    for (const QByteArray &name : names)
        m_template->addItem(templateWords(name).title, QString::fromUtf8(name));
    check();
}

void NewTenantDialog::check()
{
    const QString problem = tenantIdProblem(m_id->text(), m_taken);
    m_idRow->setError(m_id->text().isEmpty() ? QString()
                                             : problem); // nothing typed is no mistake yet
    m_templateRow->setHint(templateWords(m_template->chosen().toUtf8()).description);
    setBlockedBecause(problem.isEmpty() && m_template->currentIndex() < 0 ? tr("Choose a template")
                                                                          : problem);
}

void NewTenantDialog::submit()
{
    m_control.createTenant({.id = id(),
                            .name = m_name->text().trimmed().toUtf8(),
                            .templateName = m_template->chosen().toUtf8(),
                            .author = m_author},
                           {this, [this](const Result<QByteArray> &file) {
                                if (file)
                                    accept();
                                else
                                    setTrouble(file.error().message);
                            }});
}

} // namespace provost::ui
