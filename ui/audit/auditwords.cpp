#include "ui/audit/auditwords.h"

#include <QCoreApplication>

#include <cmath>

namespace provost::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Audit", text);
}

} // namespace

QString clockText(WallTime time)
{
    return QString::fromLatin1(toRfc3339(time).mid(11, 12));
}

QString dateText(WallTime time)
{
    return QString::fromLatin1(toRfc3339(time).replace('T', ' ').first(23))
           + QStringLiteral(" UTC");
}

double secondsOf(WallTime time)
{
    return static_cast<double>(time.time_since_epoch().count()) / 1e6;
}

WallTime timeOf(double seconds)
{
    return WallTime(Microseconds(std::llround(seconds * 1e6)));
}

BadgeLook verdictOf(const control::AuditRow &row)
{
    if (row.status == "denied")
        return {BadgeKind::Deny, tr("deny")};
    if (row.status == "rate_limited")
        return {BadgeKind::Warning, tr("limited")};
    if (row.status == "error")
        return {BadgeKind::Warning, tr("error")};
    if (row.status == "cancelled")
        return {BadgeKind::Neutral, tr("cancelled")};
    if (row.status == "interrupted")
        return {BadgeKind::Warning, tr("interrupted")};
    if (row.status == "pending")
        return {BadgeKind::Neutral, tr("running")};
    if (row.status == "input_required")
        return {BadgeKind::Neutral, tr("needs input")};
    if (row.decision == "ask")
        return {BadgeKind::Ask, tr("asked")};
    if (row.masked)
        return {BadgeKind::Masked, tr("filtered")};
    if (row.decision == "allow")
        return {BadgeKind::Allow, tr("allow")};
    return {BadgeKind::Neutral,
            row.status == "success" ? tr("done") : QString::fromUtf8(row.status)};
}

BadgeLook verdictOf(policy::Effect effect)
{
    switch (effect) {
    case policy::Effect::Allow: return {BadgeKind::Allow, tr("allow")};
    case policy::Effect::Deny: return {BadgeKind::Deny, tr("deny")};
    case policy::Effect::Ask: return {BadgeKind::Ask, tr("ask")};
    }
    return {BadgeKind::Deny, tr("deny")};
}

QString placeText(const QByteArray &file, int line)
{
    return QCoreApplication::translate("Audit", "%1, line %2")
        .arg(QString::fromUtf8(file))
        .arg(line);
}

} // namespace provost::ui
