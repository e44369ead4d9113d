// From what a request names to the rules that may apply to it, without looking at the others. A rule is filed under
// each (role, permission, name): the name of a resource or tool if the rule has exact ones, else under no name.
// INVARIANT: every rule that applies to a request is among its candidates, and a candidate has passed the gates that
// its file proves: its roles, and the other names that are exact; Rule::appliesAsCandidate() asks the rest.
// Thread: immutable after build(); safe from any thread.
#pragma once

#include "server/policy/nametable.h"
#include "server/policy/roles.h"
#include "server/policy/rule.h"

#include <QVarLengthArray>

#include <vector>

namespace provost::policy {

class RuleIndex
{
public:
    using RuleNumbers = QVarLengthArray<std::uint32_t, 64>;

    // Errors: TooLarge if the rules name more combinations than entriesMax.
    [[nodiscard]] Result<void> build(const std::vector<Rule> &rules, const RoleTable &roles);

    // Numbers of rules in ascending order, each once. `roles`: as RoleTable gives them.
    void candidates(const Request &request, const RoleTable::Numbers &roles,
                    RuleNumbers &numbers) const;

    static constexpr std::size_t entriesMax = 16'000'000;

private:
    using Key = std::uint64_t;
    struct Entry
    {
        Key key;
        std::uint32_t rule;
        auto operator<=>(const Entry &) const = default;
    };
    struct Slot // of an open-addressing table; count 0: free
    {
        Key key = 0;
        std::uint32_t begin = 0;
        std::uint32_t count = 0;
    };
    enum Kind : std::uint32_t { NoName, ResourceName, ToolName };
    // What kinds of keys a role has at all, so that most look-ups need not be made: one bit for each kind, of keys for
    // any permission and of keys for a certain one.
    using KindSet = std::uint8_t;
    static constexpr unsigned certainShift = 3;
    static KindSet bitOf(Kind kind, bool anyPermission)
    {
        return static_cast<KindSet>(1U << (anyPermission ? kind : kind + certainShift));
    }

    static Key key(std::uint32_t role, std::uint32_t permission, Kind kind, std::uint32_t name);
    void file(std::uint32_t rule, const Rule &compiled, const RoleTable &roles);
    void fill();
    void collect(Key wanted, RuleNumbers &numbers) const;

    std::uint32_t m_anyRole = 0;        // a number behind the last role's
    NameTable m_permissions;            // 0 stands for any
    NameTable m_names;                  // of resources and tools
    std::vector<KindSet> m_kinds;       // by role, the last for any role
    std::vector<Entry> m_entries;       // while building
    std::vector<std::uint32_t> m_rules; // grouped by key
    std::vector<Slot> m_slots;
};

} // namespace provost::policy
