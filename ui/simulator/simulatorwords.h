// How the simulator words decisions.
// Thread: any; pure.
#pragma once

#include "server/control/types.h"
#include "ui/kit/badge.h"
#include "ui/kit/page.h"

namespace provost::ui {

[[nodiscard]] BadgeLook effectOf(policy::Effect effect);
[[nodiscard]] BadgeLook outcomeOf(const policy::TraceStep &step);
// "acme-corp.yaml:31"
[[nodiscard]] QString placeText(const policy::SourceLocation &where);
// "1,000 per hour"
[[nodiscard]] QString rateText(const policy::RateCharge &charge);
// To the line in the policies, at the revision that decided; empty: the draft or the live one.
[[nodiscard]] Link linkTo(const policy::SourceLocation &where, const QByteArray &revision = {});

} // namespace provost::ui
