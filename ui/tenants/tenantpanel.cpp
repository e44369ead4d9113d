#include "ui/tenants/tenantpanel.h"

#include "ui/kit/label.h"
#include "ui/kit/states.h"

#include <QStackedLayout>
#include <QVBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

TenantPanel::TenantPanel(const QString &name, const QString &nothing,
                         control::ControlPlane &control, PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_control(control)
    , m_context(context)
    , m_states(new QStackedLayout(this))
    , m_content(new QVBoxLayout)
    , m_toolbar(new QHBoxLayout)
    , m_summary(new Label({}, TextRole::Caption, this))
    , m_empty(new EmptyState(Icon::Tenants, nothing, this))
    , m_error(new ErrorState(this))
{
    setObjectName(name);
    auto *const full = new QWidget(this);
    full->setLayout(m_content);
    m_content->setContentsMargins(0, 0, 0, 0);
    m_content->setSpacing(0);
    m_toolbar->setContentsMargins(metrics::CardPadding - 1, 8, metrics::CardPadding - 1, 8);
    m_toolbar->setSpacing(8);
    m_summary->setElided();
    m_toolbar->addWidget(m_summary, 1);
    m_content->addLayout(m_toolbar);
    m_states->addWidget(full);
    m_states->addWidget(m_empty);
    m_states->addWidget(m_error);
    m_error->setRetry(true);
    connect(m_error, &ErrorState::retry, this, &TenantPanel::reload);
}

void TenantPanel::setTenant(const control::TenantRow &tenant)
{
    if (tenant.id != m_tenant.id) {
        clear();
        setSummary({});
        m_states->setCurrentIndex(0);
    }
    m_tenant = tenant;
    reload();
}

void TenantPanel::reload()
{
    ++m_asked;
    if (!m_tenant.id.isEmpty())
        load();
}

void TenantPanel::setSummary(const QString &summary)
{
    m_summary->setText(summary);
}

void TenantPanel::showContent(bool some)
{
    m_states->setCurrentIndex(some ? 0 : 1);
}

void TenantPanel::showError(const QString &happened, const Error &error)
{
    m_error->setTrouble(troubleOf(happened, error));
    m_states->setCurrentIndex(2);
}

} // namespace provost::ui
