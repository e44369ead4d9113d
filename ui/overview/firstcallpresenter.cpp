#include "ui/overview/firstcallpresenter.h"

namespace provost::ui {

using namespace control;

FirstCallPresenter::FirstCallPresenter(ControlPlane &control, QObject *parent)
    : QObject(parent)
    , m_control(control)
{
    connect(&control, &ControlPlane::recordsAppended, this, &FirstCallPresenter::ask);
}

void FirstCallPresenter::watch(const TenantId &tenant)
{
    ++m_watch;
    m_tenant = tenant;
    m_begun = false;
    m_asking = false;
    m_askAgain = false;
    m_last.reset();
    m_call.reset();
    m_trouble.clear();
    Q_EMIT changed();
    ask();
}

AuditQuery FirstCallPresenter::query() const
{
    // What agents do, and not what the console records about itself.
    return {.tenant = m_tenant,
            .filter = "action:tool_call OR action:list_tools OR action:denied_access"};
}

void FirstCallPresenter::ask()
{
    if (m_tenant.isEmpty() || m_call)
        return;
    if (m_asking) {
        m_askAgain = true;
        return;
    }
    m_asking = true;
    m_askAgain = false;
    const auto direction = m_begun ? PageDirection::Newer : PageDirection::Older;
    m_control.auditPage({query(), m_last, direction, 1},
                        {this, [this, watch = m_watch](Result<AuditPage> page) {
                             if (watch == m_watch)
                                 take(std::move(page));
                         }});
}

void FirstCallPresenter::take(Result<AuditPage> page)
{
    m_asking = false;
    if (!page) {
        m_trouble = page.error().message;
        Q_EMIT changed();
        return; // asked again when something is recorded
    }
    m_trouble.clear();
    if (!page->rows.empty())
        (m_begun ? m_call : m_last) = page->rows.back();
    m_begun = true;
    Q_EMIT changed();
    if (m_askAgain)
        ask();
}

} // namespace provost::ui
