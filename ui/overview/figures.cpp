#include "ui/overview/figures.h"

#include "ui/kit/words.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Overview", text);
}

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

// Milliseconds without the unit: "0.9", "31".
QString msText(std::int64_t us)
{
    const double ms = double(us) / 1000.0;
    return QLocale().toString(ms, 'f', ms < 10 ? 1 : 0);
}

double secondsOf(WallTime time)
{
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

// What agents did, and not what the installation records about its own administration.
QByteArray callsLink(const QByteArray &filter = {})
{
    const QByteArray calls = "tenant:* -transport:console";
    return auditLink(filter.isEmpty() ? calls : filter + ' ' + calls);
}

// As a value in the filter language, whatever it holds.
QByteArray quoted(const QByteArray &value)
{
    QByteArray escaped = value;
    escaped.replace('\\', "\\\\").replace('"', "\\\"");
    return '"' + escaped + '"';
}

LineChart::Series lineOf(const QString &name, Tone tone, LineChart::Stroke stroke,
                         bool filled = false)
{
    return {.name = name, .tone = tone, .stroke = stroke, .filled = filled, .points = {}};
}

} // namespace

QByteArray auditLink(const QByteArray &filter)
{
    return "audit?filter=" + filter.toPercentEncoding();
}

QByteArray recordLink(const RecordId &id)
{
    const QByteArray tenant =
        id.tenant.isEmpty() ? QByteArray() : "tenant:" + id.tenant.value + " -transport:console ";
    return auditLink(tenant + "seq:" + QByteArray::number(qint64(id.sequence)));
}

Figure rateFigure(const Overview &overview)
{
    const double rate = overview.callsPerSecond;
    return {QLocale().toString(rate, 'f', rate > 0 && rate < 10 ? 1 : 0), tr("last 10 s"),
            Tone::Neutral, callsLink("time>-1m")};
}

Figure denialsFigure(const Overview &overview)
{
    // Short where there are two: a tile is narrow.
    const QString detail = overview.limited > 0
                               ? tr("%1 policy · %2 rate")
                                     .arg(numberText(overview.denied), numberText(overview.limited))
                               : tr("%1 by policy").arg(numberText(overview.denied));
    return {shareText(overview.denied, overview.calls), detail, Tone::Neutral,
            auditLink("status:denied")};
}

Figure latencyFigure(const Overview &overview)
{
    if (overview.p99Us == 0)
        return {u"–"_s, tr("gateway, since start"), Tone::Neutral, callsLink()};
    return {msText(overview.p50Us) + u" · "_s + msText(overview.p95Us) + u" · "_s
                + msText(overview.p99Us),
            tr("gateway, since start"), Tone::Neutral, callsLink()};
}

Figure errorsFigure(const Overview &overview)
{
    return {shareText(overview.errors, overview.calls),
            counted(overview.errors, tr("call failed"), tr("calls failed")), Tone::Neutral,
            auditLink("status:error")};
}

Figure agentsFigure(const ServerStatus &status)
{
    if (!status.listening)
        return {u"–"_s, tr("✕ not listening"), Tone::Deny, callsLink("time>-5m")};
    return {numberText(status.agents), tr("last 5 min"), Tone::Neutral, callsLink("time>-5m")};
}

Figure callsFigure(const Overview &overview, const QString &range)
{
    return {numberText(overview.calls), range, Tone::Neutral, callsLink()};
}

std::vector<LineChart::Series> latencySeries(const std::vector<LatencyPoint> &points)
{
    std::vector<LineChart::Series> lines{
        lineOf(u"p50"_s, Tone::Accent, LineChart::Stroke::Solid, true),
        lineOf(u"p95"_s, Tone::Ask, LineChart::Stroke::Dashed),
        lineOf(u"p99"_s, Tone::Deny, LineChart::Stroke::Solid)};
    for (const LatencyPoint &point : points) {
        if (point.calls == 0)
            continue;
        const double x = secondsOf(point.at);
        lines[0].points.push_back({x, double(point.p50Us) / 1000.0});
        lines[1].points.push_back({x, double(point.p95Us) / 1000.0});
        lines[2].points.push_back({x, double(point.p99Us) / 1000.0});
    }
    return lines;
}

std::vector<LineChart::Series> rateSeries(const std::vector<LatencyPoint> &points)
{
    std::vector<LineChart::Series> lines{
        lineOf(tr("calls"), Tone::Accent, LineChart::Stroke::Solid, true),
        lineOf(tr("denied"), Tone::Deny, LineChart::Stroke::Dashed)};
    if (std::none_of(points.begin(), points.end(),
                     [](const LatencyPoint &point) { return point.calls > 0; }))
        return lines; // a flat line would look like a measurement
    for (const LatencyPoint &point : points) {
        const double x = secondsOf(point.at);
        lines[0].points.push_back({x, double(point.calls)});
        lines[1].points.push_back({x, double(point.denied)});
    }
    return lines;
}

std::vector<CellRow> denialRows(const std::vector<NamedCount> &counts)
{
    std::vector<CellRow> rows;
    for (const NamedCount &count : counts) {
        const bool noRule = count.name.isEmpty();
        rows.push_back({count.name,
                        {{.text = noRule ? tr("no policy allows it") : text(count.name),
                          .tone = noRule ? Tone::Muted : Tone::Neutral},
                         {.text = numberText(count.count)},
                         {.text = numberText(count.agents)}},
                        count.link});
    }
    return rows;
}

std::vector<CellRow> toolRows(const std::vector<NamedCount> &counts)
{
    std::int64_t most = 1;
    for (const NamedCount &count : counts)
        most = std::max(most, count.count);
    std::vector<CellRow> rows;
    for (const NamedCount &count : counts) {
        const bool noTool = count.name.isEmpty();
        rows.push_back(
            {count.name,
             {{.text = noTool ? tr("(no tool)") : text(count.name),
               .font = noTool ? CellFont::Words : CellFont::Mono,
               .tone = noTool ? Tone::Muted : Tone::Neutral},
              {.text = numberText(count.count), .share = double(count.count) / double(most)}},
             count.link});
    }
    return rows;
}

std::vector<CellRow> agentRows(std::vector<AgentRow> agents, WallTime now)
{
    std::stable_sort(agents.begin(), agents.end(),
                     [](const AgentRow &a, const AgentRow &b) { return a.lastSeen > b.lastSeen; });
    std::vector<CellRow> rows;
    for (const AgentRow &agent : agents) {
        QByteArray filter = "tenant:" + quoted(agent.tenant.value)
                            + " user:" + quoted(agent.user.value) + " agent:" + quoted(agent.agent);
        const bool silent = agent.agent.isEmpty();
        rows.push_back(
            {filter,
             {{.text = text(agent.tenant.value)},
              {.text = text(agent.user.value)},
              {.text = silent ? tr("not told") : text(agent.agent),
               .font = silent ? CellFont::Words : CellFont::Mono,
               .tone = Tone::Muted,
               .toolTip = silent ? QString() : tr("As the agent calls itself; not verified.")},
              {.text = agoText(agent.lastSeen, now), .tone = Tone::Muted},
              {.text = numberText(agent.calls)}},
             auditLink(filter)});
    }
    return rows;
}

BadgeLook kindOf(Attention::Kind kind)
{
    switch (kind) {
    case Attention::Kind::Info: return {BadgeKind::Accent, u"i"_s};
    case Attention::Kind::Warning: return {BadgeKind::Warning, {}};
    case Attention::Kind::Problem: return {BadgeKind::Deny, {}};
    }
    return {};
}

QString nameOf(Attention::Kind kind)
{
    switch (kind) {
    case Attention::Kind::Info: return tr("Information");
    case Attention::Kind::Warning: return tr("Warning");
    case Attention::Kind::Problem: return tr("Problem");
    }
    return {};
}

BadgeLook outcomeOf(const AuditRow &row)
{
    if (row.status == "denied")
        return {BadgeKind::Deny, tr("deny")};
    if (row.status == "rate_limited")
        return {BadgeKind::Warning, tr("limited")};
    if (row.status == "error")
        return {BadgeKind::Warning, tr("error")};
    if (row.masked)
        return {BadgeKind::Masked, tr("filtered")};
    if (row.decision == "ask")
        return {BadgeKind::Ask, tr("asked")};
    if (row.status == "success")
        return {BadgeKind::Allow, row.decision == "allow" ? tr("allow") : tr("done")};
    return {BadgeKind::Neutral, text(row.status)};
}

QString agoText(WallTime time, WallTime now)
{
    const auto ago = now - time;
    if (ago < std::chrono::minutes(1))
        return tr("just now");
    if (ago < std::chrono::hours(1))
        return tr("%1 min ago").arg(std::chrono::duration_cast<std::chrono::minutes>(ago).count());
    if (ago < std::chrono::hours(24))
        return tr("%1 h ago").arg(std::chrono::duration_cast<std::chrono::hours>(ago).count());
    return text(toRfc3339(time).first(16).replace('T', ' ')) + u" UTC"_s;
}

} // namespace provost::ui
