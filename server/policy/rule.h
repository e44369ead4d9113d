// One policy, compiled: its names as patterns and its conditions as programs. The gates are asked in the order in
// which an explanation names them: role, tool, resource, permission, valid, condition, rate.
// Thread: immutable; safe from any thread.
#pragma once

#include "server/policy/condition/program.h"
#include "server/policy/condition/split.h"
#include "server/policy/model.h"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace provost::policy {

// Names and globs of one key of a policy. Empty, or with a "*" among them, any name fits, and so does none.
class NamePatterns
{
public:
    NamePatterns() = default;
    explicit NamePatterns(const std::vector<Located> &names);

    [[nodiscard]] bool isAny() const { return m_any; }
    [[nodiscard]] bool hasGlobs() const { return !m_globs.empty(); }
    [[nodiscard]] bool isExact() const { return !m_any && m_globs.empty(); }
    [[nodiscard]] const std::vector<QByteArray> &exact() const { return m_exact; }
    [[nodiscard]] bool matches(const QByteArray &name) const;  // an empty name only if any fits
    [[nodiscard]] bool covers(const Resource &resource) const; // itself or one of its containers

private:
    [[nodiscard]] bool matchesPattern(const QByteArray &name) const;

    bool m_any = true;
    std::vector<QByteArray> m_exact;
    std::vector<QByteArray> m_globs;
};

// Conditions that read the same are one program: many policies say `region == ${user.region}`.
class ProgramCache
{
public:
    [[nodiscard]] condition::Parsed<std::shared_ptr<const condition::Program>>
    compile(const QByteArray &text, condition::Equals equals);

private:
    std::map<std::pair<QByteArray, condition::Equals>, std::shared_ptr<const condition::Program>>
        m_programs;
};

struct CompiledCondition
{
    std::shared_ptr<const condition::Program> program;
    Located text;
};

// What a rule's conditions make of a request.
struct ConditionResult
{
    enum class Outcome {
        True,
        False,
        Error,
        RowDependent, // see `rows`
    };

    Outcome outcome = Outcome::True;
    const CompiledCondition *condition = nullptr; // the one that is false or an error
    condition::Value error{};                     // of an Error
    // An Error for every row: an attribute of rows meets what no filter can express, or an error.
    bool untranslatable = false;
    std::optional<condition::Split> rows; // of RowDependent: all conditions together
};

class Rule
{
public:
    // `diagnostics` gets what the conditions' compilation says; nothing if one of them does not compile.
    [[nodiscard]] static std::optional<Rule> compile(const Policy &policy, ProgramCache &programs,
                                                     std::vector<Diagnostic> &diagnostics);

    // Under which names RuleIndex files the rule.
    enum class Filing : std::uint8_t { ByResource, ByTool, ByTarget, ByNoName };
    [[nodiscard]] Filing filing() const { return m_filing; }

    // Of the tenant that was compiled.
    [[nodiscard]] const Policy &policy() const { return *m_policy; }
    [[nodiscard]] Effect effect() const { return m_effect; }
    [[nodiscard]] bool hasRateLimit() const { return m_hasRateLimit; }
    [[nodiscard]] RuleReference reference() const;
    // What the agent is told when this rule decides; made once, not with each decision.
    [[nodiscard]] const QByteArray &reason() const { return m_reason; }
    [[nodiscard]] bool hasFields() const { return m_hasFields; }

    [[nodiscard]] bool matchesTool(const Request &request) const;
    [[nodiscard]] bool matchesResource(const Request &request) const;
    [[nodiscard]] bool matchesPermission(const Request &request) const;
    [[nodiscard]] bool isValidAt(WallTime now) const;
    [[nodiscard]] bool isExhausted(const Usage &usage) const;
    // All gates from tool to valid that filing does not prove. REQUIRES: the rule is a candidate of RuleIndex.
    [[nodiscard]] bool appliesAsCandidate(const Request &request) const;

    [[nodiscard]] ConditionResult test(condition::Evaluation &evaluation,
                                       const condition::Unknowns &unknowns) const;
    // "resource.risk is absent". REQUIRES: the result is an Error of this rule.
    [[nodiscard]] static QByteArray describe(const ConditionResult &result);

    [[nodiscard]] const NamePatterns &roles() const { return m_roles; }
    [[nodiscard]] const NamePatterns &tools() const { return m_tools; }
    [[nodiscard]] const NamePatterns &resources() const { return m_resources; }
    [[nodiscard]] const NamePatterns &targets() const { return m_targets; }
    [[nodiscard]] const NamePatterns &permissions() const { return m_permissions; }
    [[nodiscard]] const std::vector<CompiledCondition> &conditions() const { return m_conditions; }

private:
    explicit Rule(const Policy &policy);
    void joinRows(std::vector<condition::Split> splits, ConditionResult &result) const;

    // What every decision reads stands together.
    const Policy *m_policy;
    Effect m_effect;
    Filing m_filing = Filing::ByNoName;
    bool m_hasFields;
    bool m_hasRateLimit;
    bool m_hasValidity;
    bool m_asksTool = false; // gates that filing does not prove
    bool m_asksResource = false;
    bool m_asksPermission = false;
    std::vector<CompiledCondition> m_conditions;
    QByteArray m_reason;
    NamePatterns m_roles;
    NamePatterns m_tools;
    NamePatterns m_resources;
    NamePatterns m_targets;
    NamePatterns m_permissions;
};

// The place of a byte of a located text.
[[nodiscard]] SourceLocation locationIn(const Located &text, int offset);

} // namespace provost::policy
