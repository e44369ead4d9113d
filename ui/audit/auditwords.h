// How the audit page words what it shows.
// Thread: any.
#pragma once

#include "server/control/types.h"
#include "ui/kit/badge.h"

namespace provost::ui {

[[nodiscard]] QString clockText(WallTime time); // "12:58:40.791", UTC
[[nodiscard]] QString dateText(WallTime time);  // "2026-11-22 12:58:40.791 UTC"

// Wall time as charts count it: seconds since 1970 UTC.
[[nodiscard]] double secondsOf(WallTime time);
[[nodiscard]] WallTime timeOf(double seconds);

// What became of a call in one word: allow, filtered, deny, asked, limited, error, …
[[nodiscard]] BadgeLook verdictOf(const control::AuditRow &row);
[[nodiscard]] BadgeLook verdictOf(policy::Effect effect);

// "tenants/acme-corp.yaml, line 31"
[[nodiscard]] QString placeText(const QByteArray &file, int line);

} // namespace provost::ui
