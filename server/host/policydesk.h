// PolicyDesk: what the console asks about policies, changes and simulation, answered on the org repository.
// Thread: the control thread.
#pragma once

#include "server/control/types.h"
#include "server/host/orgservice.h"

namespace provost::host {

class PolicyDesk
{
public:
    PolicyDesk(OrgService &org, const Clock &clock);

    [[nodiscard]] Result<control::OrgState> state() const;
    [[nodiscard]] Result<control::OrgState> stateAt(const QByteArray &revision) const;
    [[nodiscard]] Result<control::DraftCheck>
    check(const std::vector<control::OrgFile> &draft) const;
    [[nodiscard]] static Result<QByteArray> edit(const QByteArray &text,
                                                 const control::PolicyEdit &edit);
    [[nodiscard]] Result<QByteArray> apply(const control::ChangeRequest &change);
    [[nodiscard]] Result<std::vector<control::Revision>> history(int revisionsMax) const;
    [[nodiscard]] Result<QByteArray> rollBack(const QByteArray &revision, const QByteArray &reason,
                                              const QByteArray &author);
    [[nodiscard]] Result<control::Vocabulary> vocabulary(const TenantId &tenant) const;
    [[nodiscard]] Result<control::SimulationResult>
    simulate(const control::Simulation &simulation) const;
    // Decides a recorded call again, at the revision that decided and under the live one.
    [[nodiscard]] Result<control::Why> why(const control::AuditDetail &detail) const;

private:
    OrgService &m_org;
    const Clock &m_clock;
};

} // namespace provost::host
