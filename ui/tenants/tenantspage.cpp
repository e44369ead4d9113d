#include "ui/tenants/tenantspage.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/tableview.h"
#include "ui/tenants/keyspanel.h"
#include "ui/tenants/newtenantdialog.h"
#include "ui/tenants/tenantwords.h"
#include "ui/tenants/toolspanel.h"
#include "ui/tenants/userspanel.h"

#include <QStackedLayout>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int PageMargin = 14;
constexpr int TenantRowsMax = 8;

} // namespace

TenantsPage::TenantsPage(ControlPlane &control, PageContext &context, QWidget *parent)
    : Page(context, parent)
    , m_control(control)
    , m_states(new QStackedLayout)
    , m_empty(new EmptyState(Icon::Tenants, tr("No tenants yet"), this))
    , m_error(new ErrorState(this))
    , m_banner(new Banner(this))
{
    setObjectName(u"tenants"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_banner->setObjectName(u"tenants.banner"_s);
    m_banner->set(Tone::Neutral, {});
    column->addWidget(m_banner);
    column->addLayout(m_states, 1);
    m_states->addWidget(buildContent());
    m_states->addWidget(m_empty);
    m_states->addWidget(m_error);
    m_empty->setDetail(tr("A tenant has policies, users, keys and an audit log of its own. Agents "
                          "connect to one."));
    m_empty->setAction(tr("New tenant"), ButtonKind::Primary);
    m_error->setRetry(true);
    connect(m_empty, &EmptyState::actionTriggered, this, &TenantsPage::openNewTenant);
    connect(m_error, &ErrorState::retry, this, &TenantsPage::refresh);
    connect(&control, &ControlPlane::configurationChanged, this, [this] {
        if (m_inFront)
            refresh();
    });
}

QWidget *TenantsPage::buildContent()
{
    auto *const content = new QWidget(this);
    auto *const column = new QVBoxLayout(content);
    column->setContentsMargins(PageMargin, PageMargin, PageMargin, PageMargin);
    column->setSpacing(metrics::Gap);
    column->addWidget(buildList());
    column->addWidget(buildDetail(), 1);
    return content;
}

Card *TenantsPage::buildList()
{
    auto *const card = new Card(tr("Tenants"), this);
    card->setFlush();
    auto *const create = new Button(tr("New tenant"), ButtonKind::Primary, card);
    create->setObjectName(u"tenants.new"_s);
    card->addToHeader(create);
    const auto right = Qt::AlignRight;
    m_model = new CellModel({{tr("Name")},
                             {tr("Id")},
                             {tr("Policies"), right},
                             {tr("Users"), right},
                             {tr("Active keys"), right},
                             {tr("Calls"), right},
                             {tr("Denials"), right},
                             {tr("Health")}},
                            this);
    m_table = new TableView(u"tenants.table"_s, tr("Tenants"), card);
    m_table->setModel(m_model);
    m_table->setColumnWidths({-1, 190, 84, 84, 100, 100, 100, 130});
    m_table->setHeightToRows(TenantRowsMax);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    card->body()->addWidget(m_table);
    connect(create, &Button::clicked, this, &TenantsPage::openNewTenant);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                const CellRow *const row = m_model->rowAt(current);
                if (m_selecting || row == nullptr || m_selected.value == row->id)
                    return;
                Q_EMIT placeChanged();
                m_selected = TenantId(row->id);
                m_banner->set(Tone::Neutral, {});
                showSelected();
            });
    return card;
}

Card *TenantsPage::buildDetail()
{
    m_detail = new Card(u" "_s, this);
    m_detail->setObjectName(u"tenants.detail"_s);
    m_detail->setFlush();
    m_detail->setSeparated();
    m_id = new Label({}, TextRole::Mono, m_detail);
    m_id->setTone(Tone::Muted);
    m_segments = new Segments(m_detail);
    m_segments->setObjectName(u"tenants.segments"_s);
    m_detail->addToHeader(m_id);
    m_detail->addToHeader(m_segments);
    m_panels = new QStackedWidget(m_detail);
    m_detail->body()->addWidget(m_panels, 1);
    m_keys = new KeysPanel(m_control, context(), m_panels);
    addPanel(u"keys"_s, tr("Keys"), m_keys);
    addPanel(u"users"_s, tr("Users"), new UsersPanel(m_control, context(), m_panels));
    addPanel(u"tools"_s, tr("Tools and servers"), new ToolsPanel(m_control, context(), m_panels));
    addPanel(u"limits"_s, tr("Limits and quotas"), new LimitsPanel(m_control, context(), m_panels));
    m_segments->setCurrent(u"keys"_s);
    connect(m_segments, &Segments::chosen, this, [this](const QString &id) {
        m_panels->setCurrentWidget(m_panels->findChild<QWidget *>(u"tenants."_s + id));
        showSelected();
    });
    return m_detail;
}

void TenantsPage::addPanel(const QString &id, const QString &title, TenantPanel *panel)
{
    m_panels->addWidget(panel);
    m_segments->add(id, title);
    connect(panel, &TenantPanel::changed, this, &TenantsPage::refresh);
}

void TenantsPage::activate()
{
    m_inFront = true;
    refresh();
}

void TenantsPage::deactivate()
{
    m_inFront = false;
}

void TenantsPage::openLink(const Link &link)
{
    m_banner->set(Tone::Neutral, {});
    if (link.target.isEmpty())
        return;
    m_selected = TenantId(link.target.toUtf8());
    if (m_loaded)
        refresh();
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
        m_error->setTrouble(troubleOf(tr("The tenants could not be read"), answer.error()));
        m_states->setCurrentIndex(2);
        return;
    }
    m_loaded = true;
    m_tenants = *answer;
    m_states->setCurrentIndex(m_tenants.empty() ? 1 : 0);
    m_selecting = true;
    m_model->setRows(tenantRows(m_tenants));
    m_selecting = false;
    if (!m_tenants.empty())
        select(m_selected);
}

void TenantsPage::select(const TenantId &id)
{
    QModelIndex index = m_model->indexOf(id.value);
    if (!index.isValid()) {
        if (!id.isEmpty())
            m_banner->set(Tone::Ask,
                          tr("! There is no tenant %1.").arg(QString::fromUtf8(id.value)));
        index = m_model->index(0, 0);
    }
    m_selected = TenantId(m_model->rowAt(index)->id);
    m_selecting = true;
    m_table->setCurrentIndex(index);
    m_selecting = false;
    showSelected();
}

void TenantsPage::showSelected()
{
    const auto tenant = std::find_if(m_tenants.begin(), m_tenants.end(),
                                     [&](const TenantRow &row) { return row.id == m_selected; });
    if (tenant == m_tenants.end())
        return;
    m_detail->setTitle(QString::fromUtf8(tenant->name.isEmpty() ? tenant->id.value : tenant->name));
    m_id->setText(QString::fromUtf8(tenant->id.value));
    if (auto *const panel = qobject_cast<TenantPanel *>(m_panels->currentWidget()))
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
    showKeys();
    refresh();
}

void TenantsPage::openNewKey()
{
    showKeys();
    showSelected();
    m_keys->openNewKey();
}

void TenantsPage::showKeys()
{
    m_segments->setCurrent(u"keys"_s);
    m_panels->setCurrentWidget(m_keys);
}

} // namespace provost::ui
