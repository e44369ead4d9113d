#include "server/policy/ruleindex.h"

#include <algorithm>
#include <bit>

namespace provost::policy {

namespace {

// Bits of a key: role, permission, kind, name.
constexpr unsigned nameBits = 26;
constexpr unsigned kindBits = 2;
constexpr unsigned permissionBits = 12;
constexpr unsigned roleBits = 24;
static_assert(nameBits + kindBits + permissionBits + roleBits == 64);

std::uint64_t mixed(std::uint64_t key)
{
    // Fibonacci hashing; the high bits are the good ones.
    key ^= key >> 32U;
    return key * 0x9E3779B97F4A7C15ULL;
}

} // namespace

RuleIndex::Key RuleIndex::key(std::uint32_t role, std::uint32_t permission, Kind kind,
                              std::uint32_t name)
{
    return ((((static_cast<Key>(role) << permissionBits) | permission) << kindBits) | kind)
               << nameBits
           | name;
}

void RuleIndex::file(std::uint32_t rule, const Rule &compiled, const RoleTable &roles)
{
    std::vector<std::uint32_t> roleNumbers;
    if (compiled.roles().isAny())
        roleNumbers.push_back(m_anyRole);
    for (const QByteArray &name : compiled.roles().exact()) {
        if (const auto role = roles.find(name); role && !compiled.roles().isAny())
            roleNumbers.push_back(*role);
    }

    std::vector<std::uint32_t> permissionNumbers;
    if (!compiled.permissions().isExact())
        permissionNumbers.push_back(NameTable::none);
    else
        for (const QByteArray &name : compiled.permissions().exact())
            permissionNumbers.push_back(m_permissions.add(name));

    std::vector<std::pair<Kind, std::uint32_t>> names;
    const auto addNames = [&](Kind kind, const NamePatterns &patterns) {
        for (const QByteArray &name : patterns.exact())
            names.emplace_back(kind, m_names.add(name));
    };
    switch (compiled.filing()) {
    case Rule::Filing::ByResource: addNames(ResourceName, compiled.resources()); break;
    case Rule::Filing::ByTool: addNames(ToolName, compiled.tools()); break;
    case Rule::Filing::ByTarget:
        addNames(ResourceName, compiled.targets());
        addNames(ToolName, compiled.targets());
        break;
    case Rule::Filing::ByNoName: names.emplace_back(NoName, NameTable::none); break;
    }

    for (const std::uint32_t role : roleNumbers) {
        for (const std::uint32_t permission : permissionNumbers) {
            for (const auto &[kind, name] : names) {
                m_entries.push_back({key(role, permission, kind, name), rule});
                m_kinds[role] = static_cast<KindSet>(m_kinds[role] | bitOf(kind, permission == 0));
            }
        }
    }
}

Result<void> RuleIndex::build(const std::vector<Rule> &rules, const RoleTable &roles)
{
    m_anyRole = static_cast<std::uint32_t>(roles.size());
    m_kinds.resize(roles.size() + 1);
    for (std::size_t i = 0; i < rules.size(); ++i) {
        file(static_cast<std::uint32_t>(i), rules[i], roles);
        if (m_entries.size() > entriesMax)
            return fail(ErrorCode::TooLarge,
                        QStringLiteral("the policies name more than %1 combinations of role, "
                                       "permission and resource or tool")
                            .arg(entriesMax));
    }
    if (m_anyRole >= 1U << roleBits || m_permissions.size() >= 1U << permissionBits
        || m_names.size() >= 1U << nameBits)
        return fail(ErrorCode::TooLarge,
                    QStringLiteral("the policies name too many roles, permissions or resources"));
    fill();
    return {};
}

void RuleIndex::fill()
{
    std::sort(m_entries.begin(), m_entries.end());
    m_entries.erase(std::unique(m_entries.begin(), m_entries.end()), m_entries.end());
    m_rules.reserve(m_entries.size());
    m_slots.resize(std::bit_ceil(m_entries.size() * 2 + 2));
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t i = 0; i < m_entries.size();) {
        const Key group = m_entries[i].key;
        const auto begin = static_cast<std::uint32_t>(i);
        for (; i < m_entries.size() && m_entries[i].key == group; ++i)
            m_rules.push_back(m_entries[i].rule);
        std::size_t slot = (mixed(group) >> 20U) & mask;
        while (m_slots[slot].count > 0)
            slot = (slot + 1) & mask;
        m_slots[slot] = {group, begin, static_cast<std::uint32_t>(i) - begin};
    }
    m_entries.clear();
    m_entries.shrink_to_fit();
}

void RuleIndex::collect(Key wanted, RuleNumbers &numbers) const
{
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t at = (mixed(wanted) >> 20U) & mask; m_slots[at].count > 0;
         at = (at + 1) & mask) {
        const Slot &slot = m_slots[at];
        if (slot.key == wanted) {
            numbers.append(m_rules.data() + slot.begin, static_cast<qsizetype>(slot.count));
            return;
        }
    }
}

void RuleIndex::candidates(const Request &request, const RoleTable::Numbers &roles,
                           RuleNumbers &numbers) const
{
    QVarLengthArray<std::pair<Kind, std::uint32_t>, 16> names;
    names.append({NoName, 0});
    const auto addName = [&](Kind kind, const QByteArray &name) {
        if (const std::uint32_t known = name.isEmpty() ? NameTable::none : m_names.find(name);
            known != NameTable::none)
            names.append({kind, known});
    };
    addName(ToolName, request.tool);
    addName(ResourceName, request.resource.id);
    for (const QByteArray &container : request.resource.within)
        addName(ResourceName, container);

    const std::uint32_t permission =
        request.permission.isEmpty() ? NameTable::none : m_permissions.find(request.permission);
    const auto collectFor = [&](std::uint32_t role) {
        const KindSet kinds = m_kinds[role];
        for (const auto &[kind, name] : names) {
            if ((kinds & bitOf(kind, true)) != 0)
                collect(key(role, 0, kind, name), numbers);
            if (permission != NameTable::none && (kinds & bitOf(kind, false)) != 0)
                collect(key(role, permission, kind, name), numbers);
        }
    };
    for (const RoleNumber role : roles)
        collectFor(role);
    collectFor(m_anyRole);
    if (numbers.size() < 2)
        return;
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

} // namespace provost::policy
