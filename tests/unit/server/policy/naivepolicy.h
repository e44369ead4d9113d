// The semantics of policies/README.md once more, without index, bytecode and filters: each policy looked at in turn,
// conditions as trees over a small part of the language. What the engine decides must be the same.
#pragma once

#include "server/policy/decision.h"
#include "server/policy/model.h"

#include <memory>
#include <random>

namespace provost::policy::testing {

enum class Truth { False, True, Error };

// One condition as a tree. Texts of it go to the engine, the tree stays here.
struct Tree
{
    enum class Kind { And, Or, Not, Compare, In, Has, Attribute, StartsWith, Exists };

    Kind kind = Kind::And;
    std::vector<Tree> children; // And, Or, Not
    QByteArray op;              // Compare
    QByteArray path;            // "user.a": of Compare the left side
    QByteArray otherPath;       // of Compare and Exists, unless `value` is compared with
    Json value;                 // of Compare, In (an array), StartsWith

    [[nodiscard]] QByteArray text() const;
    [[nodiscard]] Truth evaluate(const Request &request) const;
};

struct NaivePolicy
{
    Policy policy;
    std::vector<Tree> conditions;
};

struct NaiveTenant
{
    std::vector<Role> roles;
    std::vector<NaivePolicy> policies;
    std::vector<Quota> quotas;

    [[nodiscard]] Tenant toTenant() const;
    struct Outcome
    {
        Effect effect = Effect::Deny;
        DenyKind kind = DenyKind::NoGrant;
        bool operator==(const Outcome &) const = default;
    };
    [[nodiscard]] Outcome decide(const Request &request) const;
};

} // namespace provost::policy::testing
