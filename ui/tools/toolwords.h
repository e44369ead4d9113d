// Servers and tools in words and as rows of tables.
// Thread: ui thread; pure functions of what they are given.
#pragma once

#include "server/control/types.h"
#include "ui/kit/cellmodel.h"

namespace provost::ui {

// What names a server on the page and in links: "acme-corp/analytics".
[[nodiscard]] QByteArray serverKey(const control::ServerRow &server);

[[nodiscard]] BadgeLook serverState(const QByteArray &state);
// What the state means now: "since 3 h", "tried again in 12 s"; empty if there is nothing to tell.
[[nodiscard]] QString serverSentence(const control::ServerRow &server, WallTime now);
// "stdio · legacy era".
[[nodiscard]] QString transportText(const control::ServerRow &server);
// In the reader's time zone: "2026-01-15 14:23:45".
[[nodiscard]] QString momentText(WallTime time);

// By tenant, then as they are declared. The tenant stands in the first column where there are several.
[[nodiscard]] std::vector<CellRow> serverRows(const std::vector<control::ServerRow> &servers,
                                              WallTime now);
// Those of `server` whose name, title or description holds `filter`.
[[nodiscard]] std::vector<CellRow> toolRows(const std::vector<control::ToolRow> &tools,
                                            const control::ServerRow &server,
                                            const QString &filter);

// A server's claims of a tool: "claims: read only", "claims: destructive".
[[nodiscard]] std::vector<QString> claimsOf(const Json &annotations);

} // namespace provost::ui
