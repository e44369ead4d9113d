// FirstCallPresenter: waits for the next call of a tenant's agents, so that whoever connects one sees that it arrived.
// INVARIANT: at most one question is under way; an answer about a former tenant is dropped.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"

#include <optional>

namespace provost::ui {

class FirstCallPresenter : public QObject
{
    Q_OBJECT

public:
    // `control` outlives the presenter.
    explicit FirstCallPresenter(control::ControlPlane &control, QObject *parent = nullptr);

    // From now on, calls of `tenant` count; forgets what came before.
    void watch(const TenantId &tenant);
    [[nodiscard]] const TenantId &tenant() const { return m_tenant; }
    // The first call since watch(), once it came.
    [[nodiscard]] const std::optional<control::AuditRow> &call() const { return m_call; }
    // Why the log cannot be read; empty while it can.
    [[nodiscard]] QString trouble() const { return m_trouble; }

Q_SIGNALS:
    void changed();

private:
    void ask();
    void take(Result<control::AuditPage> page);
    [[nodiscard]] control::AuditQuery query() const;

    control::ControlPlane &m_control;
    TenantId m_tenant;
    int m_watch = 0;      // counts calls of watch()
    bool m_begun = false; // m_last is known
    bool m_asking = false;
    bool m_askAgain = false;
    std::optional<control::AuditRow> m_last; // the newest before the watch began
    std::optional<control::AuditRow> m_call;
    QString m_trouble;
};

} // namespace provost::ui
