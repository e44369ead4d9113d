#include "server/host/administration.h"

namespace provost::host {

Administration::Administration(audit::Journal &journal, const Clock &clock)
    : m_journal(journal)
    , m_clock(clock)
{
}

Result<void> Administration::record(const AdministrativeAct &act)
{
    audit::Record record;
    record.phase = audit::Phase::Event;
    record.timestamp = m_clock.now();
    record.tenant = act.tenant;
    record.user = UserId(act.author);
    record.action = act.action;
    record.status = "success";
    record.reason = act.reason;
    record.transport = "console";
    record.details = act.details;
    TRY_DO(m_journal.appendAndWait(record));
    return {};
}

} // namespace provost::host
