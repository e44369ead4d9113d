#include "ui/audit/whypresenter.h"

#include "ui/audit/auditsource.h"
#include "ui/audit/filterterms.h"
#include "ui/audit/whywords.h"

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

WhyPresenter::WhyPresenter(ControlPlane &control, QObject *parent)
    : QObject(parent)
    , m_control(control)
{
}

void WhyPresenter::show(const RecordId &id)
{
    if (m_record == id && m_why && m_why->has_value())
        return; // a record never changes; what failed is asked again
    m_record = id;
    m_why.reset();
    m_detail.reset();
    Q_EMIT recordChanged();
    m_control.why(id, {this, [this, id](Result<Why> why) {
                           if (m_record != id)
                               return;
                           m_why = std::move(why);
                           Q_EMIT whyChanged();
                       }});
    m_control.auditDetail(id, {this, [this, id](Result<AuditDetail> detail) {
                                   if (m_record != id)
                                       return;
                                   m_detail = std::move(detail);
                                   Q_EMIT detailChanged();
                               }});
}

void WhyPresenter::clear()
{
    if (!m_record)
        return;
    m_record.reset();
    m_why.reset();
    m_detail.reset();
    Q_EMIT recordChanged();
}

const AuditRow *WhyPresenter::row() const
{
    if (m_why && *m_why)
        return &(*m_why)->row;
    return m_detail && *m_detail ? &(*m_detail)->row : nullptr;
}

std::optional<Link> WhyPresenter::ruleLink() const
{
    if (!m_why || !*m_why)
        return std::nullopt;
    const auto rule = ruleOf(**m_why);
    if (!rule)
        return std::nullopt;
    return Link{.page = u"policies"_s,
                .target = u"%1:%2"_s.arg(QString::fromUtf8(rule->file)).arg(rule->line),
                .parameters = {}};
}

std::optional<Link> WhyPresenter::simulateLink() const
{
    // Without a decision there is nothing to decide again.
    if (!m_record || row() == nullptr || row()->decision.isEmpty())
        return std::nullopt;
    return Link{.page = u"simulator"_s,
                .target = u"record"_s,
                .parameters = {{u"tenant"_s, QString::fromUtf8(m_record->tenant.value)},
                               {u"sequence"_s, QString::number(qint64(m_record->sequence))}}};
}

std::optional<Link> WhyPresenter::recordLink() const
{
    if (!m_record)
        return std::nullopt;
    return Link{.page = u"audit"_s,
                .target = {},
                .parameters = {{u"record"_s, QString::fromUtf8(textOf(*m_record))}}};
}

QString WhyPresenter::workflowFilter() const
{
    const AuditRow *const known = row();
    return known == nullptr || known->workflowId.isEmpty() ? QString()
                                                           : termOf("workflow", known->workflowId);
}

} // namespace provost::ui
