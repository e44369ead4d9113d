#include "server/org/textpatch.h"

#include "server/org/yamledit.h"

#include <algorithm>
#include <array>
#include <optional>

namespace provost::org {

namespace {

using Node = YamlText::Node;
using Member = YamlText::Member;

constexpr std::array policyOrder{"name",  "effect",      "roles",      "resources",
                                 "tools", "permissions", "conditions", "fields",
                                 "valid", "rate_limit",  "reason"};
constexpr std::array tenantOrder{"id",     "name",     "isolation", "roles",
                                 "limits", "policies", "quotas"};
constexpr std::array validOrder{"from", "until"};
constexpr std::array fieldsOrder{"mask", "drop"};

struct Field
{
    const char *name;
    const char *outer; // the map that it stands in; null: the policy itself
    const char *key;
    Quotes quotes;
    bool isList;
    bool emptyRemoves; // an empty list means the same as none
};

// Conditions are quoted always: ` #` or `: ` in an unquoted one cuts it or makes it a map.
constexpr Field knownFields[] = {
    {"effect", nullptr, "effect", Quotes::AsNeeded, false, false},
    {"roles", nullptr, "roles", Quotes::AsNeeded, true, false},
    {"resources", nullptr, "resources", Quotes::AsNeeded, true, false},
    {"tools", nullptr, "tools", Quotes::AsNeeded, true, false},
    {"permissions", nullptr, "permissions", Quotes::AsNeeded, true, false},
    {"conditions", nullptr, "conditions", Quotes::Single, true, true},
    {"reason", nullptr, "reason", Quotes::AsNeeded, false, false},
    {"rate_limit", nullptr, "rate_limit", Quotes::AsNeeded, false, false},
    {"valid.from", "valid", "from", Quotes::AsNeeded, false, false},
    {"valid.until", "valid", "until", Quotes::AsNeeded, false, false},
    {"fields.mask", "fields", "mask", Quotes::AsNeeded, true, true},
    {"fields.drop", "fields", "drop", Quotes::AsNeeded, true, true},
};

tl::unexpected<Error> bad(const QString &message)
{
    return fail(ErrorCode::InvalidInput, message);
}

QString quoted(QByteArrayView text)
{
    return QStringLiteral("`%1`").arg(QString::fromUtf8(text));
}

// --- the tree -----------------------------------------------------------------------------------------------

Member *memberOf(Node &map, QByteArrayView key)
{
    const auto it = std::find_if(map.members.begin(), map.members.end(),
                                 [&](const Member &member) { return member.key.text == key; });
    return it == map.members.end() ? nullptr : &*it;
}

const Member *memberOf(const Node &map, QByteArrayView key)
{
    return memberOf(const_cast<Node &>(map), key); // the same object, not changed here
}

// The item of the list `key` of `map` whose member `idKey` is `id`.
std::optional<std::size_t> indexOf(const Node &map, QByteArrayView key, QByteArrayView idKey,
                                   QByteArrayView id)
{
    const Node *list = map.find(key);
    for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
        const Node *name = list->items[i].find(idKey);
        if (name != nullptr && name->isScalar() && name->text == id)
            return i;
    }
    return std::nullopt;
}

struct Place
{
    std::size_t tenant = 0;
    std::optional<std::size_t> policy;
};

Result<Place> placeOf(const YamlText &yaml, const PolicyAddress &address)
{
    const auto tenant = indexOf(yaml.root(), "tenants", "id", address.tenant.value);
    if (!tenant)
        return fail(
            ErrorCode::NotFound,
            QStringLiteral("tenant %1 is not in this file").arg(quoted(address.tenant.value)));
    const Node &node = yaml.root().find("tenants")->items[*tenant];
    if (!node.isMap())
        return bad(QStringLiteral("the tenant is not a map"));
    return Place{*tenant, indexOf(node, "policies", "name", address.policy)};
}

Result<Place> placeOfKnown(const YamlText &yaml, const PolicyAddress &address)
{
    TRY_LET(const Place place, placeOf(yaml, address));
    if (!place.policy)
        return fail(ErrorCode::NotFound,
                    QStringLiteral("tenant %1 has no policy %2")
                        .arg(quoted(address.tenant.value), quoted(address.policy)));
    return place;
}

Node &tenantAt(Node &root, const Place &place)
{
    return memberOf(root, "tenants")->value.items[place.tenant];
}

Node &policyAt(Node &root, const Place &place)
{
    return memberOf(tenantAt(root, place), "policies")->value.items[*place.policy];
}

Node scalarNode(QByteArrayView text)
{
    Node node;
    node.kind = Node::Kind::Scalar;
    node.text = text.toByteArray();
    return node;
}

Node listNode(const std::vector<QByteArray> &texts)
{
    Node node;
    node.kind = Node::Kind::Sequence;
    for (const QByteArray &text : texts)
        node.items.push_back(scalarNode(text));
    return node;
}

Node valueNode(const YamlValue &value)
{
    return value.isList ? listNode(value.list) : scalarNode(value.text);
}

void put(Node &map, QByteArrayView key, Node value)
{
    if (Member *known = memberOf(map, key); known != nullptr)
        known->value = std::move(value);
    else
        map.members.push_back({scalarNode(key), std::move(value)});
}

void erase(Node &map, QByteArrayView key)
{
    std::erase_if(map.members, [&](const Member &member) { return member.key.text == key; });
}

// The same meaning: places and quotes aside, and the order of a map's members.
bool meansTheSame(const Node &a, const Node &b)
{
    if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size()
        || a.members.size() != b.members.size())
        return false;
    return std::equal(a.items.begin(), a.items.end(), b.items.begin(), meansTheSame)
           && std::all_of(a.members.begin(), a.members.end(), [&](const Member &member) {
                  const Node *other = b.find(member.key.text);
                  return other != nullptr && meansTheSame(member.value, *other);
              });
}

// The last step of every change: no text leaves this file that means something else than wanted.
Result<QByteArray> verified(QByteArray text, const Node &wanted)
{
    const auto again = YamlText::parse(text);
    if (!again || !meansTheSame(again->root(), wanted))
        return bad(QStringLiteral("the form cannot make this change without changing something "
                                  "else; make it in the text editor"));
    return text;
}

// --- values -------------------------------------------------------------------------------------------------

bool isText(const Json &value)
{
    return value.isString() && value.toByteArray().isValidUtf8();
}

Result<YamlValue> valueOf(const Field &field, const Json &value)
{
    YamlValue result{.isList = field.isList, .quotes = field.quotes};
    if (!field.isList) {
        if (!isText(value))
            return bad(QStringLiteral("%1 takes a text").arg(quoted(field.name)));
        result.text = value.toByteArray();
        return result;
    }
    if (!value.isArray() || !std::all_of(value.items().begin(), value.items().end(), isText))
        return bad(QStringLiteral("%1 takes a list of texts").arg(quoted(field.name)));
    for (const Json &item : value.items())
        result.list.push_back(item.toByteArray());
    return result;
}

Result<const Field *> fieldNamed(QByteArrayView name)
{
    const auto *field = std::find_if(std::begin(knownFields), std::end(knownFields),
                                     [&](const Field &known) { return name == known.name; });
    if (field == std::end(knownFields))
        return bad(QStringLiteral("a policy has no field %1").arg(quoted(name)));
    return field;
}

Result<QByteArray> removeField(const YamlText &yaml, const Place &place, const Field &field)
{
    Node wanted = yaml.root();
    Node &policy = policyAt(wanted, place);
    const Node before = policy; // its places are those of the text
    if (field.outer == nullptr) {
        if (before.find(field.key) == nullptr)
            return yaml.bytes();
        erase(policy, field.key);
        return verified(removeMember(yaml, before, field.key), wanted);
    }
    const Node *outer = before.find(field.outer);
    if (outer == nullptr || outer->find(field.key) == nullptr)
        return yaml.bytes();
    if (outer->members.size() == 1) {
        erase(policy, field.outer);
        return verified(removeMember(yaml, before, field.outer), wanted);
    }
    erase(memberOf(policy, field.outer)->value, field.key);
    return verified(removeMember(yaml, *outer, field.key), wanted);
}

Result<QByteArray> setField(const YamlText &yaml, const Place &place, const Field &field,
                            const YamlValue &value)
{
    Node wanted = yaml.root();
    Node &policy = policyAt(wanted, place);
    const Node before = policy; // its places are those of the text
    if (field.outer == nullptr) {
        put(policy, field.key, valueNode(value));
        TRY_LET(QByteArray text, setMember(yaml, before, field.key, value, policyOrder));
        return verified(std::move(text), wanted);
    }
    const Node *outer = before.find(field.outer);
    if (outer == nullptr) {
        Node map;
        map.kind = Node::Kind::Map;
        put(map, field.key, valueNode(value));
        put(policy, field.outer, std::move(map));
        return verified(addMember(yaml, before, field.outer,
                                  flowMap(yaml, before, field.key, value), policyOrder),
                        wanted);
    }
    if (!outer->isMap())
        return bad(QStringLiteral("%1 is not a map").arg(quoted(field.outer)));
    put(memberOf(policy, field.outer)->value, field.key, valueNode(value));
    const std::span<const char *const> order = QByteArrayView(field.outer) == "valid"
                                                   ? std::span<const char *const>(validOrder)
                                                   : std::span<const char *const>(fieldsOrder);
    TRY_LET(QByteArray text, setMember(yaml, *outer, field.key, value, order));
    return verified(std::move(text), wanted);
}

Result<void> checkPolicyName(QByteArrayView name)
{
    if (name.trimmed().isEmpty() || !name.isValidUtf8())
        return bad(QStringLiteral("a policy needs a name"));
    return {};
}

tl::unexpected<Error> nameIsTaken(QByteArrayView name)
{
    return fail(ErrorCode::Conflict,
                QStringLiteral("there is a policy %1 already").arg(quoted(name)));
}

} // namespace

Result<QByteArray> setPolicyField(const QByteArray &text, const PolicyAddress &address,
                                  QByteArrayView field, const Json &value)
{
    TRY_LET(const YamlText yaml, YamlText::parse(text));
    TRY_LET(const Place place, placeOfKnown(yaml, address));
    TRY_LET(const Field *known, fieldNamed(field));
    if (value.isNull() || (known->emptyRemoves && value.isArray() && value.items().empty()))
        return removeField(yaml, place, *known);
    TRY_LET(const YamlValue wanted, valueOf(*known, value));
    return setField(yaml, place, *known, wanted);
}

Result<QByteArray> addPolicy(const QByteArray &text, const PolicyAddress &address)
{
    TRY_DO(checkPolicyName(address.policy));
    TRY_LET(const YamlText yaml, YamlText::parse(text));
    TRY_LET(const Place place, placeOf(yaml, address));
    if (place.policy)
        return nameIsTaken(address.policy);
    Node wanted = yaml.root();
    Node &tenant = tenantAt(wanted, place);
    const Node before = tenant;
    const Node *list = before.find("policies");
    if (list != nullptr && !list->isSequence() && !list->isNull())
        return bad(QStringLiteral("`policies` is not a list"));
    const YamlItem item{{{"name", {.text = address.policy}}, {"roles", {.isList = true}}}};
    Node policy;
    policy.kind = Node::Kind::Map;
    put(policy, "name", scalarNode(address.policy));
    put(policy, "roles", listNode({}));
    Node policies = list != nullptr && list->isSequence() ? *list : listNode({});
    policies.items.push_back(std::move(policy));
    put(tenant, "policies", std::move(policies));
    TRY_LET(QByteArray patched, appendItem(yaml, before, "policies", item, tenantOrder));
    return verified(std::move(patched), wanted);
}

Result<QByteArray> removePolicy(const QByteArray &text, const PolicyAddress &address)
{
    TRY_LET(const YamlText yaml, YamlText::parse(text));
    TRY_LET(const Place place, placeOfKnown(yaml, address));
    Node wanted = yaml.root();
    std::vector<Node> &items = memberOf(tenantAt(wanted, place), "policies")->value.items;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(*place.policy));
    const Node &tenant = yaml.root().find("tenants")->items[place.tenant];
    TRY_LET(QByteArray patched, removeItem(yaml, *memberOf(tenant, "policies"), *place.policy));
    return verified(std::move(patched), wanted);
}

Result<QByteArray> renamePolicy(const QByteArray &text, const PolicyAddress &address,
                                const QByteArray &newName)
{
    TRY_DO(checkPolicyName(newName));
    TRY_LET(const YamlText yaml, YamlText::parse(text));
    TRY_LET(const Place place, placeOfKnown(yaml, address));
    if (newName == address.policy)
        return text;
    TRY_LET(const Place other, placeOf(yaml, {address.tenant, newName}));
    if (other.policy)
        return nameIsTaken(newName);
    Node wanted = yaml.root();
    Node &policy = policyAt(wanted, place);
    const Node before = policy;
    put(policy, "name", scalarNode(newName));
    TRY_LET(QByteArray patched, setMember(yaml, before, "name", {.text = newName}, policyOrder));
    return verified(std::move(patched), wanted);
}

QByteArray newTenantText(const TenantId &tenant, QByteArrayView name)
{
    return "version: 1\ntenants:\n  - id: " + yamlScalar(tenant.value, Quotes::AsNeeded)
           + "\n    name: " + yamlScalar(name, Quotes::AsNeeded)
           + "\n    # Nothing is allowed unless a policy allows it.\n    policies: []\n";
}

} // namespace provost::org
