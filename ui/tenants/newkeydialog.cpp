#include "ui/tenants/newkeydialog.h"

#include "ui/kit/button.h"
#include "ui/kit/chipseditor.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/tenants/tenantwords.h"

#include <QCheckBox>
#include <QVBoxLayout>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int defaultDays = 90;

std::vector<QByteArray> bytesOf(const QStringList &names)
{
    std::vector<QByteArray> bytes;
    for (const QString &name : names)
        bytes.push_back(name.toUtf8());
    return bytes;
}

} // namespace

NewKeyDialog::NewKeyDialog(ControlPlane &control, QByteArray author, TenantId tenant,
                           QWidget *parent)
    : FormDialog(u"newKey"_s, tr("New key for %1").arg(QString::fromUtf8(tenant.value)),
                 tr("Create key"), parent)
    , m_control(control)
    , m_author(std::move(author))
    , m_tenant(std::move(tenant))
    , m_user(new ComboField(u"newKey.user"_s, tr("User"), this))
    , m_newUser(new LineField(u"newKey.newUser"_s, tr("Id of the new user"), this))
    , m_roles(new ChipsEditor(u"newKey.roles"_s, tr("Roles of the new user"), this))
    , m_label(new LineField(u"newKey.label"_s, tr("Label"), this))
    , m_expiry(new ComboField(u"newKey.expiry"_s, tr("Valid for"), this))
{
    m_user->addItem(tr("New user…"), QString());
    m_newUser->setPlaceholderText(u"ana@acme.example"_s);
    m_roles->setPlaceholder(tr("No role: only policies for everyone apply"));
    m_label->setPlaceholderText(tr("Where it is used: laptop, crm-sync"));
    for (const int days : {30, defaultDays})
        m_expiry->addItem(tr("%1 days").arg(days), QString::number(days));
    m_expiry->addItem(tr("Never expires"), QString());
    m_expiry->choose(QString::number(defaultDays));
    form()->addRow(tr("User"), m_user);
    m_newUserRow = form()->addRow(tr("New user"), m_newUser);
    m_rolesRow = form()->addRow(tr("Roles"), m_roles);
    form()->addRow(tr("Label"), m_label);
    form()->addRow(tr("Valid for"), m_expiry);
    connect(m_user, &QComboBox::currentIndexChanged, this, &NewKeyDialog::check);
    connect(m_newUser, &QLineEdit::textChanged, this, &NewKeyDialog::check);
    askChoices();
    check();
}

void NewKeyDialog::askChoices()
{
    m_control.users(m_tenant,
                    {this, [this](const Result<std::vector<UserRow>> &users) {
                         if (!users) {
                             setTrouble(
                                 tr("The users could not be read: %1").arg(users.error().message));
                             return;
                         }
                         for (const UserRow &user : *users) {
                             const QString id = QString::fromUtf8(user.id.value);
                             m_known.append(id);
                             m_user->insertItem(m_user->count() - 1, id, id);
                         }
                         m_user->setCurrentIndex(0);
                         check();
                     }});
    m_control.vocabulary(m_tenant, {this, [this](const Result<Vocabulary> &words) {
                                        if (!words)
                                            return; // roles can be typed
                                        QStringList roles;
                                        for (const QByteArray &role : words->roles)
                                            roles.append(QString::fromUtf8(role));
                                        m_roles->setCandidates(roles);
                                    }});
}

bool NewKeyDialog::isNewUser() const
{
    return m_user->chosen().isEmpty();
}

void NewKeyDialog::check()
{
    m_newUserRow->setVisible(isNewUser());
    m_rolesRow->setVisible(isNewUser());
    const QString problem = isNewUser() ? userIdProblem(m_newUser->text(), m_known) : QString();
    m_newUserRow->setError(m_newUser->text().isEmpty() ? QString() : problem);
    setBlockedBecause(problem);
}

void NewKeyDialog::submit()
{
    if (m_stored != nullptr) {
        accept();
        return;
    }
    NewKeyRequest request{.tenant = m_tenant,
                          .user =
                              UserId((isNewUser() ? m_newUser->text() : m_user->chosen()).toUtf8()),
                          .label = m_label->text().trimmed().toUtf8(),
                          .author = m_author};
    if (isNewUser())
        request.roles = bytesOf(m_roles->names());
    if (const int days = m_expiry->chosen().toInt(); days > 0)
        request.expires = SystemClock().now() + std::chrono::days(days);
    m_control.createKey(std::move(request), {this, [this](const Result<CreatedKey> &key) {
                                                 if (key)
                                                     showSecret(*key);
                                                 else
                                                     setTrouble(key.error().message);
                                             }});
}

void NewKeyDialog::showSecret(const CreatedKey &key)
{
    form()->hide();
    auto *const words =
        new Label(tr("Key of %1. This key is shown once: store it now. The copy leaves the "
                     "clipboard after 30 seconds.")
                      .arg(QString::fromUtf8(key.key.user.value)),
                  TextRole::Body, this);
    words->setWordWrap(true);
    auto *const secret = new CopyField(u"newKey.secret"_s, tr("Key"), this);
    secret->setSecret(QString::fromUtf8(key.secret));
    m_stored = new QCheckBox(tr("I have stored the key"), this);
    m_stored->setObjectName(u"newKey.stored"_s);
    m_stored->setAccessibleName(m_stored->text());
    for (QWidget *const part : {static_cast<QWidget *>(words), static_cast<QWidget *>(secret),
                                static_cast<QWidget *>(m_stored)})
        content()->addWidget(part);
    cancelButton()->hide();
    submitButton()->setText(tr("Done"));
    const auto follow = [this] {
        setBlockedBecause(m_stored->isChecked() ? QString() : tr("Store the key first"));
    };
    connect(m_stored, &QCheckBox::toggled, this, follow);
    setTrouble({});
    follow();
    secret->setFocus();
}

void NewKeyDialog::reject()
{
    // Escape or closing the window must not lose a key that nobody can see again.
    if (m_stored == nullptr)
        FormDialog::reject();
    else if (m_stored->isChecked())
        accept();
}

} // namespace provost::ui
