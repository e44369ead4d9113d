#include "ui/tenants/userdialog.h"

#include "ui/kit/chipseditor.h"
#include "ui/kit/form.h"
#include "ui/tenants/userattributeseditor.h"

#include <QCheckBox>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

UserDialog::UserDialog(ControlPlane &control, Subject subject, QWidget *parent)
    : FormDialog(u"user"_s, subject.user ? tr("Edit user") : tr("New user"),
                 subject.user ? tr("Save user") : tr("Add user"), parent)
    , m_control(control)
    , m_subject(std::move(subject))
    , m_id(new LineField(u"user.id"_s, tr("Id of the user"), this))
    , m_name(new LineField(u"user.name"_s, tr("Name of the user"), this))
    , m_roles(new ChipsEditor(u"user.roles"_s, tr("Roles"), this))
    , m_attributes(new UserAttributesEditor(this))
    , m_disabled(new QCheckBox(tr("Disabled: every call of this user is refused"), this))
{
    m_id->setPlaceholderText(u"ana@acme.example"_s);
    m_roles->setPlaceholder(tr("No role: only policies for everyone apply"));
    m_disabled->setObjectName(u"user.disabled"_s);
    m_disabled->setAccessibleName(m_disabled->text());
    m_idRow = form()->addRow(tr("Id"), m_id);
    form()->addRow(tr("Name"), m_name);
    form()->addRow(tr("Roles"), m_roles);
    m_attributesRow = form()->addRow(tr("Attributes"), m_attributes);
    m_attributesRow->setHint(tr("Conditions read them: region == ${user.region}"));
    form()->addRow({}, m_disabled);
    connect(m_id, &QLineEdit::textChanged, this, &UserDialog::check);
    connect(m_attributes, &UserAttributesEditor::changed, this, &UserDialog::check);
    m_control.vocabulary(m_subject.tenant, {this, [this](const Result<Vocabulary> &words) {
                                                if (!words)
                                                    return; // roles can be typed
                                                QStringList roles;
                                                for (const QByteArray &role : words->roles)
                                                    roles.append(QString::fromUtf8(role));
                                                m_roles->setCandidates(roles);
                                            }});
    fill();
    check();
}

void UserDialog::fill()
{
    if (!m_subject.user)
        return;
    const UserRow &user = *m_subject.user;
    QStringList roles;
    for (const QByteArray &role : user.roles)
        roles.append(QString::fromUtf8(role));
    m_id->setText(QString::fromUtf8(user.id.value));
    m_id->setReadOnly(true);
    m_name->setText(QString::fromUtf8(user.displayName));
    m_roles->setNames(roles);
    m_attributes->setTexts(attributeTexts(user.attributes));
    m_disabled->setChecked(user.disabled);
}

void UserDialog::check()
{
    const QString idProblem =
        m_subject.user ? QString() : userIdProblem(m_id->text(), m_subject.taken);
    const QString attributeProblem = attributesProblem(m_attributes->texts());
    m_idRow->setError(m_id->text().isEmpty() ? QString() : idProblem);
    m_attributesRow->setError(attributeProblem);
    setBlockedBecause(idProblem.isEmpty() ? attributeProblem : idProblem);
}

void UserDialog::submit()
{
    UserRow user{.tenant = m_subject.tenant,
                 .id = UserId(m_id->text().toUtf8()),
                 .displayName = m_name->text().trimmed().toUtf8(),
                 .attributes = attributesOf(m_attributes->texts()),
                 .disabled = m_disabled->isChecked()};
    for (const QString &role : m_roles->names())
        user.roles.push_back(role.toUtf8());
    m_control.putUser(std::move(user), m_subject.author,
                      {this, [this](const Result<UserRow> &stored) {
                           if (stored)
                               accept();
                           else
                               setTrouble(stored.error().message);
                       }});
}

} // namespace provost::ui
