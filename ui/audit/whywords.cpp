#include "ui/audit/whywords.h"

#include "ui/audit/auditwords.h"
#include "ui/kit/words.h"

#include <QCoreApplication>

namespace provost::ui {

using namespace control;
using namespace policy;
using namespace Qt::StringLiterals;
using Outcome = TraceStep::Outcome;

namespace {

constexpr std::size_t OthersMax = 6; // policies that did not apply
constexpr qsizetype RevisionShown = 8;
constexpr std::size_t ArgumentsMax = 4;
constexpr qsizetype ValueMax = 60; // characters of one value

QString tr(const char *text)
{
    return QCoreApplication::translate("Why", text);
}

QString textOf(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

bool applied(const TraceStep &step)
{
    return step.outcome == Outcome::Applied || step.outcome == Outcome::RowDependent;
}

BadgeKind kindOf(Effect effect)
{
    return verdictOf(effect).kind;
}

// How near a policy came to applying: the later the gate, the nearer.
int distanceOf(const TraceStep &step)
{
    if (step.outcome != Outcome::DidNotMatch)
        return 0;
    return step.gate == "permission" ? 1
           : step.gate == "resource" ? 2
           : step.gate == "tool"     ? 3
                                     : 4;
}

QString remarkOf(const TraceStep &step)
{
    QString effect = verdictOf(step.effect).text;
    switch (step.outcome) {
    case Outcome::Applied: return tr("%1, everything it asks for holds").arg(effect);
    case Outcome::RowDependent: return tr("%1, row by row").arg(effect);
    case Outcome::DidNotMatch:
    case Outcome::ConditionFalse:
        return tr("%1, first gate that failed: %2").arg(effect, textOf(step.gate));
    case Outcome::ConditionError: return tr("%1, a condition could not be evaluated").arg(effect);
    case Outcome::OutsideValidity: return tr("%1, not valid at that time").arg(effect);
    case Outcome::RateExhausted: return tr("%1, its rate limit is used up").arg(effect);
    }
    return effect;
}

QString valueText(const Json &value)
{
    QString text = textOf(value.toBytes());
    if (text.size() > ValueMax)
        text = text.left(ValueMax) + u'…';
    return text;
}

// What the deciding policy looked at, with the values that the request had.
QStringList factsOf(const Json &request)
{
    QStringList facts;
    const auto add = [&](const char *name, const Json &value) {
        if (!value.isNull())
            facts << QString::fromLatin1(name) + u" = "_s + valueText(value);
    };
    add("tool", request["tool"]);
    add("resource", request["resource"]["id"]);
    add("permission", request["permission"]);
    add("user.roles", request["user"]["roles"]);
    std::size_t arguments = 0;
    for (const Json::Member &member : request["args"].members()) {
        if (arguments++ < ArgumentsMax)
            facts << u"args."_s + textOf(member.key) + u" = "_s + valueText(member.value);
    }
    return facts;
}

WhyStep wordsOf(const TraceStep &step, const Why &why)
{
    WhyStep words{.kind = applied(step) ? kindOf(step.effect) : BadgeKind::Neutral,
                  .policy = textOf(step.rule.policy),
                  .remark = remarkOf(step)};
    words.decided = applied(step) && why.then && why.then->decision.rule == step.rule;
    if (!step.detail.isEmpty())
        words.facts << textOf(step.detail);
    if (words.decided) {
        words.facts << factsOf(why.request);
        const Decision &decision = why.then->decision;
        if (decision.rowFilter && step.outcome != Outcome::RowDependent)
            words.facts << u"rows where "_s + textOf(toText(*decision.rowFilter));
        for (const QByteArray &field : decision.fields.mask)
            words.facts << tr("masks %1").arg(textOf(field));
        for (const QByteArray &field : decision.fields.drop)
            words.facts << tr("drops %1").arg(textOf(field));
    }
    return words;
}

void addSteps(const Why &why, WhyWords &words)
{
    std::vector<const TraceStep *> others;
    for (const TraceStep &step : why.then->steps) {
        if (applied(step))
            words.steps.push_back(wordsOf(step, why));
        else
            others.push_back(&step);
    }
    std::stable_sort(words.steps.begin(), words.steps.end(),
                     [](const WhyStep &a, const WhyStep &b) { return a.decided && !b.decided; });
    std::stable_sort(others.begin(), others.end(), [](const TraceStep *a, const TraceStep *b) {
        return distanceOf(*a) < distanceOf(*b);
    });
    const std::size_t shown = std::min(others.size(), OthersMax);
    words.stepsLeftOut = static_cast<int>(others.size() - shown);
    others.resize(shown);
    for (const TraceStep *step : others)
        words.steps.push_back(wordsOf(*step, why));
}

void addLive(const Why &why, WhyWords &words)
{
    if (!why.then)
        return;
    if (!why.live) {
        words.live = tr("The live revision could not be asked.");
        return;
    }
    const Decision &then = why.then->decision;
    const Decision &live = why.live->decision;
    const auto name = [](const Decision &decision) {
        return decision.rule ? decision.rule->policy : QByteArray();
    };
    if (then.effect == live.effect && name(then) == name(live)) {
        words.live = why.then->revision == why.live->revision
                         ? tr("This is the live revision.")
                         : tr("Live revision %1 says the same.")
                               .arg(textOf(why.live->revision.left(RevisionShown)));
        return;
    }
    const BadgeLook look = verdictOf(live.effect);
    words.liveTone = Tone::Ask;
    words.live =
        tr("Live revision %1 says something else: %2 %3%4")
            .arg(textOf(why.live->revision.left(RevisionShown)), signOf(look.kind), look.text,
                 live.rule ? tr(" by %1").arg(textOf(live.rule->policy)) : QString());
}

} // namespace

std::optional<SourceLocation> ruleOf(const Why &why)
{
    if (why.then && why.then->decision.rule)
        return why.then->decision.rule->where;
    if (!why.row.policyFile.isEmpty())
        return SourceLocation{why.row.policyFile, why.row.policyLine, 0};
    return std::nullopt;
}

WhyWords wordsOf(const Why &why)
{
    const AuditRow &row = why.row;
    WhyWords words{.verdict = verdictOf(row),
                   .by = textOf(row.policy),
                   .reason = textOf(row.reason),
                   .note = textOf(why.note)};
    if (const auto rule = ruleOf(why))
        words.place = placeText(rule->file, rule->line);
    if (why.then) {
        if (words.by.isEmpty() && why.then->decision.rule)
            words.by = textOf(why.then->decision.rule->policy);
        if (words.reason.isEmpty())
            words.reason = textOf(why.then->decision.reason);
        const QString revision =
            tr("revision %1").arg(textOf(why.then->revision.left(RevisionShown)));
        words.place = words.place.isEmpty() ? revision : words.place + u", "_s + revision;
        addSteps(why, words);
        for (const QByteArray &suggestion : why.then->suggestions)
            words.suggestions << textOf(suggestion);
    }
    addLive(why, words);
    const auto fact = [&](const QString &name, const QString &value) {
        if (!value.isEmpty())
            words.facts.emplace_back(name, value);
    };
    fact(tr("Time"), dateText(row.timestamp));
    fact(tr("Person"), textOf(row.user.value));
    fact(tr("Agent"), textOf(row.agent));
    fact(tr("Tool"), textOf(row.tool.isEmpty() ? row.action : row.tool));
    fact(tr("Resource"), textOf(row.resource));
    fact(tr("Workflow"), textOf(row.workflowId));
    fact(tr("Request"), textOf(row.requestId));
    if (row.durationUs > 0)
        fact(tr("Took"), durationText(row.durationUs));
    if (row.recordsReturned)
        fact(tr("Rows"), numberText(*row.recordsReturned));
    return words;
}

} // namespace provost::ui
