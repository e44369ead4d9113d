// The explanation of a decision, worded for the Why drawer.
// Thread: any; pure.
#pragma once

#include "server/control/types.h"
#include "ui/kit/badge.h"

#include <QStringList>

namespace provost::ui {

// One policy's part in the decision.
struct WhyStep
{
    BadgeKind kind = BadgeKind::Neutral; // Neutral: it did not apply
    QString policy;
    QString remark;    // "deny, all its conditions hold", "first gate that failed: region"
    QStringList facts; // data, one a line: "tool = write_deals"
    bool decided = false;
};

struct WhyWords
{
    BadgeLook verdict;
    QString by;                  // the policy that decided; empty if none did
    QString place;               // "tenants/acme-corp.yaml, line 31, revision 3f9c2ab0"
    QString live;                // what the live revision says
    Tone liveTone = Tone::Muted; // Ask: it says something else
    QString reason;              // as the agent saw it
    QString note;                // why there is no explanation, or what it lacks
    std::vector<WhyStep> steps;  // those that applied, then the nearest of the others
    int stepsLeftOut = 0;
    QStringList suggestions;
    std::vector<std::pair<QString, QString>> facts; // "Person", "ana@acme.example"
};

[[nodiscard]] WhyWords wordsOf(const control::Why &why);

// Where the deciding rule stands; none if no rule decided.
[[nodiscard]] std::optional<policy::SourceLocation> ruleOf(const control::Why &why);

} // namespace provost::ui
