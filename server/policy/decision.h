// The question that policy answers, and its answer, as plain values. Time, counters and attributes come in; nothing
// else does. Same request and same snapshot, same decision: that is what makes simulation exact and replay fast.
// Thread: values.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"
#include "server/base/json.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace provost::policy {

struct Subject
{
    UserId id;
    std::vector<QByteArray> roles;
    Json attributes = Json::object(); // read in conditions as user.<name>
};

struct Resource
{
    QByteArray id;                    // "analytics_db.sales"; empty if the tool names none
    std::vector<QByteArray> within;   // its containers, nearest first: "analytics_db"
    Json attributes = Json::object(); // known values, resource.<name>
    // Attributes that differ from row to row and are unknown before the tool runs. Conditions over them become the
    // decision's row filter instead of an error.
    std::vector<QByteArray> rowAttributes;
};

struct Usage
{
    std::map<QByteArray, std::int64_t> callsByRole;    // this calendar month, UTC
    std::map<QByteArray, std::int64_t> microUsdByRole; // the same
    std::map<QByteArray, std::int64_t>
        callsByPolicyInPeriod; // of rate-limited policies, within their period
};

// Call: all arguments are known. Discovery: they are not yet, and a condition over `args` counts as one that may come
// out either way, so a tool is listed unless every call of it would be denied.
enum class Stage { Call, Discovery };

struct Request
{
    Stage stage = Stage::Call;
    TenantId tenant;
    Subject user;
    QByteArray tool; // empty when only a resource is asked for
    Resource resource;
    QByteArray permission; // "read", "write", "run", …
    Json args = Json::object();
    Json context = Json::object(); // request.<name>: what the gateway knows of the request
    WallTime now;
    Usage usage;
};

enum class Effect { Allow, Deny, Ask };
[[nodiscard]] const char *nameOf(Effect effect); // "allow", "deny", "ask"

// Where a rule stands. Lines and columns count from 1.
struct SourceLocation
{
    QByteArray file; // relative to the org directory
    int line = 0;
    int column = 0;
    bool operator==(const SourceLocation &) const = default;
};

struct RuleReference
{
    QByteArray policy;
    SourceLocation where;
    bool operator==(const RuleReference &) const = default;
};

// A condition over a row, for adapters to push down as a parameterised WHERE or to apply to result rows. Leaves
// compare one row attribute with a constant. Three-valued like the conditions: a row for which the filter is neither
// true nor false (missing value, other type) is left out.
struct RowFilter
{
    enum class Operator {
        True,
        False,
        And,
        Or,
        Not,
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        In,
        Has,
        StartsWith,
        EndsWith,
        Contains
    };

    Operator op = Operator::True;
    std::vector<RowFilter> operands; // And, Or: any number; Not: one
    QByteArray attribute;            // of leaves
    Json value;                      // of leaves; an array for In; unused for Has

    bool operator==(const RowFilter &) const = default;
};

// "region == \"EU\" && segment in [\"a\", \"b\"]": for people and records, never for execution.
[[nodiscard]] QByteArray toText(const RowFilter &filter);
// Decides one row whose attributes are known: only a filter that is certainly true lets it pass.
[[nodiscard]] bool admits(const RowFilter &filter, const Json &row);

// A policy's rate limit that the decision rests on; the caller takes one from it before it goes on.
struct RateCharge
{
    QByteArray policy;
    std::int64_t callsMax = 0;
    Microseconds period{0};
    bool operator==(const RateCharge &) const = default;
};

enum class DenyKind {
    None,           // not denied
    NoGrant,        // nothing allows it
    Rule,           // a deny policy applies
    Unevaluable,    // a deny or ask policy could not be evaluated
    RateExhausted,  // only policies whose rate limit is used up would allow it
    QuotaExhausted, // only roles whose monthly quota is used up would allow it
};

struct FieldRules
{
    std::vector<QByteArray> mask;
    std::vector<QByteArray> drop;
    bool operator==(const FieldRules &) const = default;
};

struct Decision
{
    Effect effect = Effect::Deny;
    DenyKind denyKind = DenyKind::NoGrant;
    QByteArray reason; // for the agent: one sentence, no internals beyond policy names
    std::optional<RuleReference> rule;  // the policy that decided; none when nothing matched
    std::optional<RowFilter> rowFilter; // none: all rows
    FieldRules fields;
    std::optional<RateCharge> charge;
};

// One policy's part in a decision.
struct TraceStep
{
    enum class Outcome {
        Applied,
        DidNotMatch,
        ConditionFalse,
        ConditionError,
        OutsideValidity,
        RateExhausted,
        RowDependent
    };

    RuleReference rule;
    Effect effect = Effect::Allow;
    Outcome outcome = Outcome::DidNotMatch;
    QByteArray
        gate; // the first gate that failed: "role", "tool", "resource", "permission", "valid", "condition", "rate"
    QByteArray detail;                   // with both values: "region: resource=US, user=EU"
    std::optional<SourceLocation> where; // of the failing condition
};

struct Explanation
{
    Decision decision;
    std::vector<TraceStep> steps; // applied ones first, then in file order
    QByteArray revision;          // of the org directory, as the snapshot was built with
    // Of a denial: the nearest grants and the smallest change that would allow the call, in words.
    std::vector<QByteArray> suggestions;
};

[[nodiscard]] Json toJson(const Decision &decision);
[[nodiscard]] Json toJson(const Explanation &explanation);

} // namespace provost::policy
