// From what a request names to the rules that may apply to it, without looking at the others. A rule is filed under
// each (role, permission, name): the name of a resource or tool if the rule has exact ones, else under no name.
// INVARIANT: every rule that applies to a request is among its candidates; the other gates are asked afterwards.
// Thread: immutable after build(); safe from any thread.
#pragma once

#include "server/policy/roles.h"
#include "server/policy/rule.h"

#include <QVarLengthArray>

#include <string>
#include <string_view>
#include <unordered_map>
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
    // Looks texts up without making one.
    struct TextHash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const
        {
            return std::hash<std::string_view>()(text);
        }
    };
    using Names = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

    enum Kind : std::uint32_t { NoName, ResourceName, ToolName };

    static std::uint32_t number(Names &names, const QByteArray &name);
    static std::uint32_t find(const Names &names, const QByteArray &name);
    static Key key(std::uint32_t role, std::uint32_t permission, Kind kind, std::uint32_t name);
    void file(std::uint32_t rule, const Rule &compiled, const RoleTable &roles);
    void fill();
    void collect(Key key, RuleNumbers &numbers) const;

    std::uint32_t m_anyRole = 0; // a number behind the last role's
    Names m_permissions;         // numbers from 1; 0 stands for any
    Names m_names;               // of resources and tools, from 1
    std::vector<Entry> m_entries;
    std::vector<std::uint32_t> m_rules; // grouped by key
    std::vector<Slot> m_slots;
};

} // namespace provost::policy
