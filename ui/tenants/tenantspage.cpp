#include "ui/tenants/tenantspage.h"

#include "ui/kit/button.h"
#include "ui/kit/celltable.h"
#include "ui/kit/partscard.h"
#include "ui/kit/states.h"
#include "ui/tenants/keyspanel.h"
#include "ui/tenants/newtenantdialog.h"
#include "ui/tenants/tenantwords.h"
#include "ui/tenants/toolspanel.h"
#include "ui/tenants/userspanel.h"

#include <QVBoxLayout>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int TenantRowsMax = 8;

} // namespace

TenantsPage::TenantsPage(ControlPlane &control, PageContext &context, QWidget *parent)
    : ListPage(u"tenants"_s, Icon::Tenants, tr("No tenants yet"), context, parent)
    , m_control(control)
{
    content()->addWidget(buildList());
    content()->addWidget(buildDetail(), 1);
    empty()->setDetail(tr("A tenant has policies, users, keys and an audit log of its own. Agents "
                          "connect to one."));
    empty()->setAction(tr("New tenant"), ButtonKind::Primary);
    connect(empty(), &EmptyState::actionTriggered, this, &TenantsPage::openNewTenant);
    connect(&control, &ControlPlane::configurationChanged, this, &TenantsPage::refreshInFront);
}

Card *TenantsPage::buildList()
{
    auto *const card = new Card(tr("Tenants"), this);
    card->setFlush();
    auto *const create = new Button(tr("New tenant"), ButtonKind::Primary, card);
    create->setObjectName(u"tenants.new"_s);
    card->addToHeader(create);
    const auto right = Qt::AlignRight;
    m_table = new CellTable(u"tenants.table"_s, tr("Tenants"),
                            {{tr("Name")},
                             {tr("Id"), 190},
                             {tr("Policies"), 84, right},
                             {tr("Users"), 84, right},
                             {tr("Active keys"), 100, right},
                             {tr("Calls"), 100, right},
                             {tr("Denials"), 100, right},
                             {tr("Health"), 130}},
                            card);
    m_table->setHeightToRows(TenantRowsMax);
    card->body()->addWidget(m_table);
    connect(create, &Button::clicked, this, &TenantsPage::openNewTenant);
    connect(m_table, &CellTable::chosen, this, [this](const QByteArray &id) {
        Q_EMIT placeChanged();
        tell({});
        m_selected = TenantId(id);
        showSelected();
    });
    return card;
}

PartsCard *TenantsPage::buildDetail()
{
    m_detail = new PartsCard(u"tenants"_s, this);
    m_keys = new KeysPanel(m_control, context(), m_detail);
    addPanel(u"keys"_s, tr("Keys"), m_keys);
    addPanel(u"users"_s, tr("Users"), new UsersPanel(m_control, context(), m_detail));
    addPanel(u"tools"_s, tr("Tools and servers"), new ToolsPanel(m_control, context(), m_detail));
    addPanel(u"limits"_s, tr("Limits and quotas"), new LimitsPanel(m_control, context(), m_detail));
    connect(m_detail, &PartsCard::chosen, this, &TenantsPage::showSelected);
    return m_detail;
}

void TenantsPage::addPanel(const QString &id, const QString &title, TenantPanel *panel)
{
    m_detail->addPart(id, title, panel);
    connect(panel, &TenantPanel::changed, this, &TenantsPage::refresh);
}

void TenantsPage::openLink(const Link &link)
{
    tell({});
    if (link.target.isEmpty())
        return;
    m_selected = TenantId(link.target.toUtf8());
    refreshInFront();
}

Link TenantsPage::place() const
{
    return {u"tenants"_s, QString::fromUtf8(m_selected.value), {}};
}

std::vector<ActionSpec> TenantsPage::actions()
{
    const auto spec = [](const QString &id, const QString &text, Icon icon,
                         std::function<void()> run, std::function<QString()> blocked) {
        return ActionSpec{.id = id,
                          .text = text,
                          .category = tr("Tenants"),
                          .shortcut = {},
                          .icon = icon,
                          .run = std::move(run),
                          .blocked = std::move(blocked)};
    };
    return {spec(u"tenants.new"_s, tr("New tenant"), Icon::Plus, [this] { openNewTenant(); }, {}),
            spec(
                u"tenants.newKey"_s, tr("New key for the selected tenant"), Icon::Key,
                [this] { openNewKey(); },
                [this] { return m_tenants.empty() ? tr("Select a tenant first") : QString(); })};
}

void TenantsPage::refresh()
{
    m_control.tenants(
        {this, [this, asked = ++m_asked](const Result<std::vector<TenantRow>> &answer) {
             if (asked == m_asked)
                 showTenants(answer);
         }});
}

void TenantsPage::showTenants(const Result<std::vector<TenantRow>> &answer)
{
    if (!answer) {
        showError(tr("The tenants could not be read"), answer.error());
        return;
    }
    m_tenants = *answer;
    showList(!m_tenants.empty());
    m_table->setRows(tenantRows(m_tenants));
    if (!m_tenants.empty())
        select(m_selected);
}

void TenantsPage::select(const TenantId &id)
{
    const QString gone = tr("There is no tenant %1.").arg(QString::fromUtf8(id.value));
    m_selected = TenantId(selectIn(*m_table, id.value, gone));
    showSelected();
}

void TenantsPage::showSelected()
{
    const auto tenant = std::find_if(m_tenants.begin(), m_tenants.end(),
                                     [&](const TenantRow &row) { return row.id == m_selected; });
    if (tenant == m_tenants.end())
        return;
    m_detail->setSubject(
        QString::fromUtf8(tenant->name.isEmpty() ? tenant->id.value : tenant->name),
        QString::fromUtf8(tenant->id.value));
    if (auto *const panel = qobject_cast<TenantPanel *>(m_detail->currentPart()))
        panel->setTenant(*tenant);
}

void TenantsPage::openNewTenant()
{
    QStringList taken;
    for (const TenantRow &tenant : m_tenants)
        taken.append(QString::fromUtf8(tenant.id.value));
    auto *const dialog = new NewTenantDialog(m_control, context().author(), taken, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { tenantCreated(dialog->id()); });
    dialog->open();
}

void TenantsPage::tenantCreated(const TenantId &id)
{
    context().notify({Tone::Allow, tr("Tenant %1 was created").arg(QString::fromUtf8(id.value)),
                      tr("Create the first user and key"), [page = QPointer(this), id] {
                          if (page && page->m_selected == id)
                              page->openNewKey();
                      }});
    m_selected = id;
    m_detail->setCurrent(u"keys"_s);
    refresh();
}

void TenantsPage::openNewKey()
{
    m_detail->setCurrent(u"keys"_s);
    showSelected();
    m_keys->openNewKey();
}

} // namespace provost::ui
