#include "ui/tools/toolwords.h"

#include "ui/kit/words.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Tools", text);
}

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

Cell figureCell(std::int64_t number)
{
    return {.text = numberText(number), .tone = number == 0 ? Tone::Muted : Tone::Neutral};
}

Cell latencyCell(std::int64_t microseconds)
{
    return microseconds == 0 ? Cell{.text = u"–"_s, .tone = Tone::Muted}
                             : Cell{.text = durationText(microseconds)};
}

Cell errorsCell(const CallFigures &figures)
{
    Cell cell = figureCell(figures.errors);
    if (figures.errors > 0) {
        cell.tone = Tone::Deny;
        cell.text = u"✕ "_s + cell.text;
    }
    return cell;
}

} // namespace

QByteArray serverKey(const ServerRow &server)
{
    return server.tenant.value + '/' + server.id.value;
}

BadgeLook serverState(const QByteArray &state)
{
    if (state == "ready")
        return {BadgeKind::Allow, tr("running")};
    if (state == "failed")
        return {BadgeKind::Deny, tr("failed")};
    if (state == "starting")
        return {BadgeKind::Accent, tr("starting")};
    if (state == "disabled")
        return {BadgeKind::Neutral, tr("disabled")};
    if (state == "unconfirmed")
        return {BadgeKind::Ask, tr("waits for you")};
    if (state == "stopped")
        return {BadgeKind::Neutral, tr("not started")};
    return {BadgeKind::Neutral, text(state)};
}

QString serverSentence(const ServerRow &server, WallTime now)
{
    if (!server.authorizeAt.isEmpty())
        return tr("An administrator must grant access to it");
    if (server.state == "failed") {
        QString words = text(server.detail);
        if (server.nextTry) {
            const auto left = std::max(Microseconds(0), *server.nextTry - now);
            words +=
                (words.isEmpty() ? QString() : u" · "_s)
                + (left < std::chrono::seconds(1) ? tr("tried again now")
                                                  : tr("tried again in %1").arg(spanText(left)));
        }
        return words;
    }
    if (server.state == "unconfirmed")
        return tr("Its command was written in the console and runs once somebody has confirmed it");
    if (server.state == "disabled")
        return tr("Its tools are not offered until it is enabled");
    if (server.state == "starting")
        return server.detail.isEmpty() ? tr("It has not introduced itself yet")
                                       : tr("Last time: %1").arg(text(server.detail));
    return {};
}

QString transportText(const ServerRow &server)
{
    QString words = text(server.transport);
    if (server.era == "legacy")
        words += tr(" · legacy era");
    else if (server.era == "modern")
        words += tr(" · modern era");
    return words;
}

QString momentText(WallTime time)
{
    const auto milliseconds =
        std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
    return QDateTime::fromMSecsSinceEpoch(milliseconds).toString(u"yyyy-MM-dd HH:mm:ss"_s);
}

std::vector<CellRow> serverRows(const std::vector<ServerRow> &servers, WallTime now)
{
    const bool several = std::any_of(servers.begin(), servers.end(), [&](const ServerRow &server) {
        return server.tenant != servers.front().tenant;
    });
    std::vector<CellRow> rows;
    for (const ServerRow &server : servers) {
        const BadgeLook state = serverState(server.state);
        Cell name{.text = several ? text(server.tenant.value) + u" / "_s + text(server.id.value)
                                  : text(server.id.value),
                  .font = CellFont::Strong};
        Cell version{.text = text(server.version.isEmpty() ? server.target : server.version),
                     .font = server.version.isEmpty() ? CellFont::Mono : CellFont::Words,
                     .tone = Tone::Muted,
                     .toolTip = text(server.target)};
        if (const QString sentence = serverSentence(server, now);
            server.state == "failed" && !sentence.isEmpty())
            version = {.text = sentence, .tone = Tone::Deny, .toolTip = sentence};
        rows.push_back(
            {serverKey(server),
             {name,
              {.text = state.text, .badge = state.kind, .toolTip = serverSentence(server, now)},
              version,
              {.text = transportText(server), .tone = Tone::Muted},
              figureCell(server.tools),
              figureCell(server.figures.calls),
              errorsCell(server.figures),
              latencyCell(server.figures.p50Us),
              latencyCell(server.figures.p95Us),
              figureCell(server.restarts),
              server.since ? Cell{.text = spanText(now - *server.since),
                                  .tone = Tone::Muted,
                                  .toolTip = momentText(*server.since)}
                           : Cell{}}});
    }
    return rows;
}

std::vector<CellRow> toolRows(const std::vector<ToolRow> &tools, const ServerRow &server,
                              const QString &filter)
{
    std::vector<CellRow> rows;
    for (const ToolRow &tool : tools) {
        if (tool.tenant != server.tenant || tool.server != server.id.value)
            continue;
        const auto holds = [&](const QByteArray &words) {
            return text(words).contains(filter, Qt::CaseInsensitive);
        };
        if (!holds(tool.name) && !holds(tool.title) && !holds(tool.description))
            continue;
        rows.push_back({tool.name,
                        {{.text = text(tool.name),
                          .font = CellFont::Mono,
                          .toolTip = text(tool.title.isEmpty() ? tool.description : tool.title)},
                         {.text = text(tool.permission)},
                         figureCell(tool.figures.calls),
                         errorsCell(tool.figures),
                         latencyCell(tool.figures.p95Us)}});
    }
    return rows;
}

std::vector<QString> claimsOf(const Json &annotations)
{
    std::vector<QString> claims;
    const auto claim = [&](const char *hint, bool value, const QString &words) {
        const Json &said = annotations[hint];
        if (said.isBool() && said.toBool() == value)
            claims.push_back(words);
    };
    claim("readOnlyHint", true, tr("claims: only reads"));
    claim("readOnlyHint", false, tr("claims: writes"));
    claim("destructiveHint", true, tr("claims: may destroy"));
    claim("destructiveHint", false, tr("claims: only adds"));
    claim("idempotentHint", true, tr("claims: safe to repeat"));
    claim("openWorldHint", true, tr("claims: reaches outside"));
    claim("openWorldHint", false, tr("claims: stays inside"));
    return claims;
}

} // namespace provost::ui
