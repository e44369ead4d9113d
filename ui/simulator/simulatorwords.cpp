#include "ui/simulator/simulatorwords.h"

#include "ui/kit/words.h"

#include <QCoreApplication>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Simulator", text);
}

} // namespace

BadgeLook effectOf(policy::Effect effect)
{
    switch (effect) {
    case policy::Effect::Allow: return {BadgeKind::Allow, tr("allow")};
    case policy::Effect::Deny: return {BadgeKind::Deny, tr("deny")};
    case policy::Effect::Ask: return {BadgeKind::Ask, tr("ask a person")};
    }
    return {BadgeKind::Deny, tr("deny")};
}

BadgeLook outcomeOf(const policy::TraceStep &step)
{
    using Outcome = policy::TraceStep::Outcome;
    switch (step.outcome) {
    case Outcome::Applied: return effectOf(step.effect);
    case Outcome::RowDependent: return {BadgeKind::Masked, tr("some rows")};
    case Outcome::DidNotMatch: return {BadgeKind::Neutral, tr("no match")};
    case Outcome::ConditionFalse: return {BadgeKind::Neutral, tr("condition false")};
    case Outcome::ConditionError: return {BadgeKind::Warning, tr("not evaluable")};
    case Outcome::OutsideValidity: return {BadgeKind::Neutral, tr("not valid now")};
    case Outcome::RateExhausted: return {BadgeKind::Warning, tr("limit used up")};
    }
    return {BadgeKind::Neutral, {}};
}

QString placeText(const policy::SourceLocation &where)
{
    if (where.file.isEmpty()) {
        return {};
    }
    return QString::fromUtf8(where.file.mid(where.file.lastIndexOf('/') + 1)) + u':'
           + QString::number(where.line);
}

QString rateText(const policy::RateCharge &charge)
{
    const QString calls = numberText(charge.callsMax);
    switch (charge.period.count() / 1'000'000) {
    case 1: return tr("%1 per second").arg(calls);
    case 60: return tr("%1 per minute").arg(calls);
    case 3600: return tr("%1 per hour").arg(calls);
    case 86'400: return tr("%1 per day").arg(calls);
    default: return tr("%1 in %2").arg(calls, durationText(charge.period.count()));
    }
}

Link linkTo(const policy::SourceLocation &where, const QByteArray &revision)
{
    Link link{
        u"policies"_s, QString::fromUtf8(where.file) + u':' + QString::number(where.line), {}};
    if (!revision.isEmpty()) {
        link.parameters[u"revision"_s] = QString::fromUtf8(revision);
    }
    return link;
}

} // namespace provost::ui
