#include "ui/tenants/userspanel.h"

#include "ui/kit/button.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/tableview.h"
#include "ui/kit/words.h"
#include "ui/tenants/tenantwords.h"
#include "ui/tenants/userdialog.h"

#include <QVBoxLayout>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

UsersPanel::UsersPanel(ControlPlane &control, PageContext &context, QWidget *parent)
    : TenantPanel(u"tenants.users"_s, tr("No users yet"), control, context, parent)
    , m_model(new CellModel(
          {{tr("User")}, {tr("Name")}, {tr("Roles")}, {tr("Attributes")}, {tr("State")}}, this))
    , m_table(new TableView(u"users.table"_s, tr("Users"), this))
    , m_edit(new Button(tr("Edit…"), ButtonKind::Outlined, this))
{
    m_table->setModel(m_model);
    m_table->setColumnWidths({220, 170, 220, -1, 110});
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    content()->addWidget(m_table, 1);
    auto *const create = new Button(tr("New user…"), ButtonKind::Outlined, this);
    create->setObjectName(u"users.new"_s);
    m_edit->setObjectName(u"users.edit"_s);
    toolbar()->addWidget(m_edit);
    toolbar()->addWidget(create);
    empty()->setDetail(tr("A user has roles, which policies name, and attributes, which their "
                          "conditions read."));
    empty()->setAction(tr("New user…"));
    connect(empty(), &EmptyState::actionTriggered, this, &UsersPanel::openNew);
    connect(create, &Button::clicked, this, &UsersPanel::openNew);
    connect(m_edit, &Button::clicked, this, [this] { openEdit(m_table->currentIndex()); });
    connect(m_table, &TableView::opened, this, &UsersPanel::openEdit);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &UsersPanel::updateEdit);
    updateEdit();
}

void UsersPanel::load()
{
    control().users(tenant().id, answerTo<std::vector<UserRow>>(
                                     tr("The users could not be read"),
                                     [this](const auto &users) { showUsers(users); }));
}

void UsersPanel::clear()
{
    showUsers({});
}

void UsersPanel::showUsers(const std::vector<UserRow> &users)
{
    m_users = users;
    m_model->setRows(userRows(users));
    setSummary(counted(qint64(users.size()), tr("user"), tr("users")));
    showContent(!users.empty());
    updateEdit();
}

void UsersPanel::updateEdit()
{
    setBlocked(*m_edit, m_table->currentIndex().isValid() ? QString() : tr("Select a user first"));
}

void UsersPanel::openNew()
{
    openDialog(std::nullopt);
}

void UsersPanel::openEdit(const QModelIndex &index)
{
    const CellRow *const row = m_model->rowAt(index);
    const auto user = std::find_if(m_users.begin(), m_users.end(), [&](const UserRow &known) {
        return row != nullptr && known.id.value == row->id;
    });
    if (user != m_users.end())
        openDialog(*user);
}

void UsersPanel::openDialog(const std::optional<UserRow> &user)
{
    QStringList taken;
    for (const UserRow &known : m_users)
        taken.append(QString::fromUtf8(known.id.value));
    auto *const dialog =
        new UserDialog(control(), {tenant().id, user, taken, context().author()}, this);
    connect(dialog, &QDialog::accepted, this, &UsersPanel::changed);
    dialog->open();
}

} // namespace provost::ui
