// What the tests of the audit page share: a clock that stands still, and a control plane with believable records.
// Thread: ui thread.
#pragma once

#include "tests/support/fakecontrolplane.h"

namespace provost::testing {

class StillClock final : public Clock
{
public:
    [[nodiscard]] WallTime now() const override { return time; }
    [[nodiscard]] MonotonicTime monotonic() const override { return {}; }

    WallTime time{std::chrono::hours(24 * 365 * 50)};
};

// `count` records before `newest`, with everything that the page shows of them.
inline void fill(FakeControlPlane &control, int count, WallTime newest)
{
    using policy::Effect;
    using policy::TraceStep;
    control.auditRows = FakeControlPlane::makeAuditRows(count, newest);
    control.histogramAnswer.clear();
    for (int i = 0; i < 96; ++i) {
        const std::int64_t total = 40 + (i * 37) % 61 + (i % 24) * 3;
        control.histogramAnswer.push_back(
            {.from = newest - std::chrono::minutes(450 * (96 - i) / 60),
             .total = total,
             .denied = i % 5 == 0 ? total / 6 : 1});
    }
    control.facetsAnswer = {
        {"tool",
         {{"query_analytics", count / 2},
          {"read_customers", count / 6},
          {"write_deals", count / 6}}},
        {"user", {{"ana@acme.example", count / 3}, {"sam@acme.example", count / 3}}},
        {"agent", {{"claude-code 2.1", count / 2}, {"crm-sync 0.9", count / 2}}},
        {"rule", {{"large-deals", count / 6}, {"regional-isolation", count / 6}}},
        {"status", {{"success", count / 2}, {"denied", count / 6}}}};
    const policy::SourceLocation where{"tenants/gamma-llc.yaml", 38, 5};
    const policy::RuleReference rule{"large-deals", where};
    policy::Explanation then;
    then.decision = {.effect = Effect::Deny, .denyKind = policy::DenyKind::Rule, .rule = rule};
    then.revision = "3f9c2ab01d77";
    then.steps = {{.rule = rule, .effect = Effect::Deny, .outcome = TraceStep::Outcome::Applied},
                  {.rule = {"sales-ops-access", {"tenants/gamma-llc.yaml", 20, 5}},
                   .effect = Effect::Allow,
                   .outcome = TraceStep::Outcome::Applied},
                  {.rule = {"data-analyst-access", {"tenants/gamma-llc.yaml", 12, 5}},
                   .effect = Effect::Allow,
                   .outcome = TraceStep::Outcome::DidNotMatch,
                   .gate = "role",
                   .detail = "role: policy=data-analyst, user=sales-ops"},
                  {.rule = {"finance-may-write", {"tenants/gamma-llc.yaml", 44, 5}},
                   .effect = Effect::Allow,
                   .outcome = TraceStep::Outcome::ConditionFalse,
                   .gate = "condition",
                   .detail = "user.team == \"finance\": user.team=sales"}};
    then.suggestions = {"Policy `finance-may-write` would allow it if user.team were finance."};
    control.whyAnswer.request =
        Json::parse(R"({"tenant":"gamma-llc","user":{"id":"rita@acme.example",
        "roles":["sales-ops"]},"tool":"write_deals","resource":{"id":"crm.deals"},"permission":"write",
        "args":{"deal":"D-1187","amount":2400000}})")
            .value();
    control.whyAnswer.live = then;
    control.whyAnswer.live->revision = "77aa00bb11cc";
    control.whyAnswer.then = std::move(then);
    control.detailAnswer.rawIntent =
        R"({"sequence":41,"phase":"intent","tool_name":"write_deals","arguments":{"amount":2400000}})";
    control.detailAnswer.rawOutcome =
        R"({"sequence":42,"phase":"outcome","status":"denied","decision":"deny"})";
    control.detailAnswer.intent = Json::parse(control.detailAnswer.rawIntent).value();
    control.detailAnswer.outcome = Json::parse(control.detailAnswer.rawOutcome).value();
}

} // namespace provost::testing
