// Connected agents and their messages in words and as rows of tables.
// Thread: ui thread; pure functions of what they are given.
#pragma once

#include "server/control/types.h"
#include "ui/kit/cellmodel.h"

namespace provost::ui {

// What an agent calls itself, or that it does not.
[[nodiscard]] QString agentText(const control::SessionRow &session);
// "session of the legacy era", "modern era, without sessions".
[[nodiscard]] QString eraText(const control::SessionRow &session);

// The tenant is named where there are several.
[[nodiscard]] std::vector<CellRow> sessionRows(const std::vector<control::SessionRow> &sessions,
                                               WallTime now);
[[nodiscard]] std::vector<CellRow>
messageRows(const std::vector<control::SessionMessage> &messages);

} // namespace provost::ui
