// What the overview says: figures, chart lines and table rows out of the control plane's answers, each with the link to
// the audit filter behind it.
// Thread: pure.
#pragma once

#include "server/control/types.h"
#include "ui/kit/cellmodel.h"
#include "ui/kit/linechart.h"

namespace provost::ui {

struct Figure
{
    QString value;
    QString detail;
    Tone tone = Tone::Neutral;
    QByteArray link;
    bool operator==(const Figure &) const = default;
};

// "audit?filter=status%3Adenied"
[[nodiscard]] QByteArray auditLink(const QByteArray &filter);

[[nodiscard]] Figure rateFigure(const control::Overview &overview);
[[nodiscard]] Figure denialsFigure(const control::Overview &overview);
[[nodiscard]] Figure latencyFigure(const control::Overview &overview);
[[nodiscard]] Figure errorsFigure(const control::Overview &overview);
[[nodiscard]] Figure agentsFigure(const control::ServerStatus &status);
[[nodiscard]] Figure callsFigure(const control::Overview &overview, const QString &range);

// Milliseconds of the gateway. Seconds without a call have no latency and are left out.
[[nodiscard]] std::vector<LineChart::Series>
latencySeries(const std::vector<control::LatencyPoint> &points);
// Calls and denials per second.
[[nodiscard]] std::vector<LineChart::Series>
rateSeries(const std::vector<control::LatencyPoint> &points);

[[nodiscard]] std::vector<CellRow> denialRows(const std::vector<control::NamedCount> &counts);
[[nodiscard]] std::vector<CellRow> toolRows(const std::vector<control::NamedCount> &counts);
// Last seen first; `now` tells how long ago that was.
[[nodiscard]] std::vector<CellRow> agentRows(std::vector<control::AgentRow> agents, WallTime now);

[[nodiscard]] BadgeLook kindOf(control::Attention::Kind kind);
[[nodiscard]] QString nameOf(control::Attention::Kind kind);
// What became of a call, in one word.
[[nodiscard]] BadgeLook outcomeOf(const control::AuditRow &row);
// The filter that finds exactly this record.
[[nodiscard]] QByteArray recordLink(const control::RecordId &id);
// "just now", "4 min ago", "2026-11-22 12:58 UTC"
[[nodiscard]] QString agoText(WallTime time, WallTime now);

} // namespace provost::ui
