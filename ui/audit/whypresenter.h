// WhyPresenter: one record of the audit log and its explanation, without widgets. Answers about a record that is not the
// chosen one any more are dropped.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/page.h"

namespace provost::ui {

class WhyPresenter : public QObject
{
    Q_OBJECT

public:
    explicit WhyPresenter(control::ControlPlane &control, QObject *parent = nullptr); // borrowed

    void show(const control::RecordId &id);
    void clear();
    [[nodiscard]] const std::optional<control::RecordId> &record() const { return m_record; }

    // None while it is not answered.
    [[nodiscard]] const std::optional<Result<control::Why>> &why() const { return m_why; }
    [[nodiscard]] const std::optional<Result<control::AuditDetail>> &detail() const
    {
        return m_detail;
    }

    // Where the buttons lead; none while there is nothing to go to.
    [[nodiscard]] std::optional<Link> ruleLink() const;
    [[nodiscard]] std::optional<Link> simulateLink() const;
    [[nodiscard]] std::optional<Link> recordLink() const;
    // The filter that shows the record's whole workflow; empty if it belongs to none.
    [[nodiscard]] QString workflowFilter() const;

Q_SIGNALS:
    void recordChanged(); // another record, or none; nothing is answered yet
    void whyChanged();
    void detailChanged();

private:
    [[nodiscard]] const control::AuditRow *row() const;

    control::ControlPlane &m_control;
    std::optional<control::RecordId> m_record;
    std::optional<Result<control::Why>> m_why;
    std::optional<Result<control::AuditDetail>> m_detail;
};

} // namespace provost::ui
