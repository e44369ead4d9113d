#include "ui/overview/connectcard.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/overview/figures.h"
#include "ui/overview/firstcallpresenter.h"
#include "ui/overview/snippets.h"

#include <QHBoxLayout>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

QHBoxLayout *rowIn(QWidget *widget)
{
    auto *const row = new QHBoxLayout(widget);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    return row;
}

} // namespace

ConnectCard::ConnectCard(ControlPlane &control, QWidget *parent)
    : Card(tr("Connect an agent"), parent)
    , m_firstCall(new FirstCallPresenter(control, this))
{
    setObjectName(u"overview.connect"_s);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);
    body()->setSpacing(8);
    buildChoices();
    m_where = new Label({}, TextRole::Caption, this);
    body()->addWidget(m_where);
    m_snippet = new CopyField(u"connect.snippet"_s, tr("Snippet"), this);
    body()->addWidget(m_snippet);
    buildWaiting();

    m_noTenant = new QWidget(this);
    QHBoxLayout *const missing = rowIn(m_noTenant);
    missing->addWidget(new Label(tr("Agents connect to a tenant. There is none yet."),
                                 TextRole::Body, m_noTenant));
    missing->addStretch(1);
    auto *const create = new Button(tr("New tenant"), ButtonKind::Outlined, m_noTenant);
    create->setObjectName(u"connect.newTenant"_s);
    missing->addWidget(create);
    body()->addWidget(m_noTenant);
    connect(create, &Button::clicked, this, [this] { Q_EMIT linkWanted("tenants"); });

    connect(m_firstCall, &FirstCallPresenter::changed, this, &ConnectCard::showCall);
    setTenants({}, {});
}

void ConnectCard::buildChoices()
{
    m_choices = new QWidget(this);
    QHBoxLayout *const row = rowIn(m_choices);
    m_tenant = new ComboField(u"connect.tenant"_s, tr("Tenant to connect to"), m_choices);
    m_tenant->setPrefix(tr("Tenant"));
    m_client = new ComboField(u"connect.client"_s, tr("Client"), m_choices);
    m_client->setPrefix(tr("Client"));
    for (const McpClient client : mcpClients())
        m_client->addItem(nameOf(client), keyOf(client));
    m_key = new Button(tr("Create a key"), ButtonKind::Outlined, m_choices);
    m_key->setObjectName(u"connect.key"_s);
    m_key->setToolTip(
        plainToolTip(tr("A key is shown once, when it is made. Put it in the place of %1.")
                         .arg(QLatin1StringView(keyPlaceholder))));
    row->addWidget(m_tenant);
    row->addWidget(m_client);
    row->addStretch(1);
    row->addWidget(m_key);
    body()->addWidget(m_choices);
    connect(m_tenant, &QComboBox::currentIndexChanged, this, &ConnectCard::watchChosen);
    connect(m_client, &QComboBox::currentIndexChanged, this, &ConnectCard::showSnippet);
    connect(m_key, &Button::clicked, this,
            [this] { Q_EMIT linkWanted("tenants/" + tenant().value); });
}

void ConnectCard::buildWaiting()
{
    m_waiting = new QWidget(this);
    QHBoxLayout *const row = rowIn(m_waiting);
    m_outcome = new Badge(BadgeKind::Neutral, {}, m_waiting);
    m_call = new Label({}, TextRole::Body, m_waiting);
    m_call->setObjectName(u"connect.call"_s);
    m_call->setElided();
    m_open = new Button(tr("Open in Audit"), ButtonKind::Outlined, m_waiting);
    m_open->setObjectName(u"connect.open"_s);
    row->addWidget(m_outcome);
    row->addWidget(m_call, 1);
    row->addWidget(m_open);
    m_waiting->setMinimumHeight(metrics::ControlHeight);
    body()->addWidget(m_waiting);
    connect(m_open, &Button::clicked, this, [this] {
        if (const auto &call = m_firstCall->call())
            Q_EMIT linkWanted(recordLink(call->id));
    });
}

void ConnectCard::setServer(const QByteArray &server)
{
    if (m_server == server)
        return;
    m_server = server;
    showSnippet();
}

void ConnectCard::setTenants(const std::vector<TenantRow> &tenants, const TenantId &preferred)
{
    const TenantId before = tenant();
    {
        const QSignalBlocker quiet(m_tenant);
        m_tenant->clear();
        for (const TenantRow &row : tenants)
            m_tenant->addItem(QString::fromUtf8(row.id.value), QString::fromUtf8(row.id.value));
    }
    const bool kept = !before.isEmpty() && m_tenant->choose(QString::fromUtf8(before.value));
    if (!kept && !m_tenant->choose(QString::fromUtf8(preferred.value)) && !tenants.empty())
        m_tenant->choose(QString::fromUtf8(tenants.front().id.value));
    for (QWidget *const part :
         {m_choices, static_cast<QWidget *>(m_where), static_cast<QWidget *>(m_snippet), m_waiting})
        part->setVisible(!tenants.empty());
    m_noTenant->setVisible(tenants.empty());
    if (tenant() != before)
        watchChosen();
}

TenantId ConnectCard::tenant() const
{
    return TenantId(m_tenant->chosen().toUtf8());
}

void ConnectCard::watchChosen()
{
    showSnippet();
    m_firstCall->watch(tenant());
}

void ConnectCard::showSnippet()
{
    const McpClient client = mcpClients()[static_cast<std::size_t>(m_client->currentIndex())];
    m_where->setText(placeOf(client));
    m_snippet->setText(
        QString::fromUtf8(snippetOf(client, endpointOf(m_server, tenant()), keyPlaceholder)));
}

void ConnectCard::showCall()
{
    const auto &call = m_firstCall->call();
    m_outcome->setVisible(call.has_value());
    m_open->setVisible(call.has_value());
    if (!call) {
        m_call->setTone(Tone::Muted);
        m_call->setText(m_firstCall->trouble().isEmpty()
                            ? tr("Waiting for a call…")
                            : tr("! The audit log cannot be read: %1").arg(m_firstCall->trouble()));
        return;
    }
    const BadgeLook outcome = outcomeOf(*call);
    const QByteArray &what = call->tool.isEmpty() ? call->action : call->tool;
    m_outcome->set(outcome.kind, outcome.text);
    m_call->setTone(Tone::Neutral);
    m_call->setText(
        tr("%1 by %2").arg(QString::fromUtf8(what), QString::fromUtf8(call->user.value)));
}

} // namespace provost::ui
