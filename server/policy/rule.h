// One policy, compiled: its names as patterns and its conditions as programs. The gates are asked in the order in
// which an explanation names them: role, tool, resource, permission, valid, condition, rate.
// Thread: immutable; safe from any thread.
#pragma once

#include "server/policy/condition/program.h"
#include "server/policy/condition/split.h"
#include "server/policy/model.h"

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
    [[nodiscard]] const std::vector<QByteArray> &exact() const { return m_exact; }
    [[nodiscard]] bool matches(const QByteArray &name) const;  // an empty name only if any fits
    [[nodiscard]] bool covers(const Resource &resource) const; // itself or one of its containers

private:
    [[nodiscard]] bool matchesPattern(const QByteArray &name) const;

    bool m_any = true;
    std::vector<QByteArray> m_exact;
    std::vector<QByteArray> m_globs;
};

struct CompiledCondition
{
    condition::Program program;
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
    condition::Value error;                       // of an Error
    // An Error for every row: an attribute of rows meets what no filter can express, or an error.
    bool untranslatable = false;
    std::optional<condition::Split> rows; // of RowDependent: all conditions together
};

class Rule
{
public:
    // `diagnostics` gets what the conditions' compilation says; nothing if one of them does not compile.
    [[nodiscard]] static std::optional<Rule> compile(const Policy &policy,
                                                     std::vector<Diagnostic> &diagnostics);

    [[nodiscard]] const Policy &policy() const
    {
        return *m_policy;
    } // of the tenant that was compiled
    [[nodiscard]] Effect effect() const { return m_policy->effect; }
    [[nodiscard]] RuleReference reference() const;

    [[nodiscard]] bool matchesTool(const Request &request) const;
    [[nodiscard]] bool matchesResource(const Request &request) const;
    [[nodiscard]] bool matchesPermission(const Request &request) const;
    [[nodiscard]] bool isValidAt(WallTime now) const;
    [[nodiscard]] bool isExhausted(const Usage &usage) const;
    // All gates from tool to valid.
    [[nodiscard]] bool applies(const Request &request) const;

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

    const Policy *m_policy;
    NamePatterns m_roles;
    NamePatterns m_tools;
    NamePatterns m_resources;
    NamePatterns m_targets;
    NamePatterns m_permissions;
    std::vector<CompiledCondition> m_conditions;
};

// The place of a byte of a located text.
[[nodiscard]] SourceLocation locationIn(const Located &text, int offset);

} // namespace provost::policy
