#include "ui/sessions/sessionwords.h"

#include "ui/kit/words.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Sessions", text);
}

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

QString clockText(WallTime time)
{
    const auto milliseconds =
        std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
    return QDateTime::fromMSecsSinceEpoch(milliseconds).toString(u"HH:mm:ss.zzz"_s);
}

Cell spanCell(Microseconds span, WallTime time)
{
    return {.text = spanText(span), .tone = Tone::Muted, .toolTip = text(toRfc3339(time))};
}

} // namespace

QString agentText(const SessionRow &session)
{
    return session.agent.isEmpty() ? tr("(does not name itself)") : text(session.agent);
}

QString eraText(const SessionRow &session)
{
    return session.era == "legacy" ? tr("a session of the legacy era")
                                   : tr("the modern era, which has no sessions");
}

std::vector<CellRow> sessionRows(const std::vector<SessionRow> &sessions, WallTime now)
{
    const bool several =
        std::any_of(sessions.begin(), sessions.end(), [&](const SessionRow &session) {
            return session.tenant != sessions.front().tenant;
        });
    std::vector<CellRow> rows;
    for (const SessionRow &session : sessions) {
        const QString user = text(session.user.value);
        Cell busy{.text = tr("idle"), .tone = Tone::Muted};
        if (session.callsInFlight > 0)
            busy = {.text = counted(session.callsInFlight, tr("call"), tr("calls")),
                    .badge = BadgeKind::Accent};
        rows.push_back({session.key,
                        {{.text = several ? text(session.tenant.value) + u" / "_s + user : user,
                          .font = CellFont::Strong},
                         {.text = agentText(session),
                          .tone = session.agent.isEmpty() ? Tone::Muted : Tone::Neutral},
                         {.text = text(session.era)},
                         {.text = text(session.transport), .tone = Tone::Muted},
                         busy,
                         {.text = session.streaming ? tr("open") : u"–"_s,
                          .tone = session.streaming ? Tone::Neutral : Tone::Muted},
                         spanCell(now - session.since, session.since),
                         spanCell(now - session.lastSeen, session.lastSeen)}});
    }
    return rows;
}

std::vector<CellRow> messageRows(const std::vector<SessionMessage> &messages)
{
    std::vector<CellRow> rows;
    rows.reserve(messages.size());
    for (const SessionMessage &message : messages) {
        rows.push_back({QByteArray::number(qint64(message.sequence)),
                        {{.text = clockText(message.when), .font = CellFont::Mono},
                         {.text = message.toAgent ? tr("← to agent") : tr("→ from agent"),
                          .tone = message.toAgent ? Tone::Muted : Tone::Accent},
                         {.text = message.method.isEmpty() ? tr("answer") : text(message.method),
                          .font = CellFont::Mono,
                          .tone = message.method.isEmpty() ? Tone::Muted : Tone::Neutral},
                         {.text = QLocale().formattedDataSize(message.bytes, 1,
                                                              QLocale::DataSizeTraditionalFormat),
                          .tone = Tone::Muted}}});
    }
    return rows;
}

} // namespace provost::ui
