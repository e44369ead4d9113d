// Administration: the installation's own audit journal: who changed what, when and why, and each start and stop.
// Thread: the control thread, or the main thread while no control thread runs.
#pragma once

#include "server/audit/journal.h"

namespace provost::host {

struct AdministrativeAct
{
    QByteArray action; // "key_created", "policy_change", "start", …
    QByteArray author; // who, as the console or the operating system names them
    TenantId tenant;   // concerned; empty if the whole installation
    QByteArray reason;
    Json details = Json::object();
};

class Administration
{
public:
    Administration(audit::Journal &journal, const Clock &clock);

    // Durable when it returns. An act that cannot be recorded must not happen: call this first.
    [[nodiscard]] Result<void> record(const AdministrativeAct &act);

private:
    audit::Journal &m_journal;
    const Clock &m_clock;
};

} // namespace provost::host
