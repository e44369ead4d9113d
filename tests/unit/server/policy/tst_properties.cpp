// The engine against a naive evaluation of the same semantics, on random tenants and requests; and row filters against
// deciding each row by itself.
#include "server/policy/snapshot.h"
#include "tests/support/testing.h"
#include "tests/unit/server/policy/naivepolicy.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace provost;
using namespace provost::policy;
using namespace provost::policy::testing;

namespace provost::policy::testing {

namespace {

const Json *find(const Request &request, const QByteArray &path)
{
    const QByteArray root = path.left(path.indexOf('.'));
    const QByteArray name = path.mid(path.indexOf('.') + 1);
    const Json &object = root == "user"       ? request.user.attributes
                         : root == "resource" ? request.resource.attributes
                                              : request.args;
    const Json *found = object.find(name);
    return found == nullptr || found->isNull() ? nullptr : found;
}

Truth truth(bool value)
{
    return value ? Truth::True : Truth::False;
}

bool same(const Json &a, const Json &b)
{
    if (a.isNumber() && b.isNumber())
        return a.toDouble() == b.toDouble();
    return a == b;
}

Truth compare(const QByteArray &op, const Json &a, const Json &b)
{
    if (op == "==")
        return truth(same(a, b));
    if (op == "!=")
        return truth(!same(a, b));
    int order = 0;
    if (a.isNumber() && b.isNumber())
        order = *a.toDouble() < *b.toDouble() ? -1 : *a.toDouble() > *b.toDouble() ? 1 : 0;
    else if (a.isString() && b.isString())
        order = a.toByteArray().compare(b.toByteArray());
    else if (a.isBool() && b.isBool())
        order = int(a.toBool()) - int(b.toBool());
    else
        return Truth::Error;
    return op == "<"    ? truth(order < 0)
           : op == "<=" ? truth(order <= 0)
           : op == ">"  ? truth(order > 0)
                        : truth(order >= 0);
}

bool fits(const std::vector<Located> &names, const std::vector<QByteArray> &given)
{
    if (names.empty())
        return true;
    for (const Located &name : names) {
        if (name.text == "*")
            return true;
        for (const QByteArray &one : given) {
            const bool prefix = name.text.endsWith('*') && one.startsWith(name.text.chopped(1));
            if (!one.isEmpty() && (one == name.text || prefix))
                return true;
        }
    }
    return false;
}

} // namespace

QByteArray Tree::text() const
{
    const auto join = [&](const char *separator) {
        QByteArray all;
        for (const Tree &child : children)
            all += (all.isEmpty() ? "(" : separator) + child.text();
        return QByteArray(all + ')');
    };
    switch (kind) {
    case Kind::And: return join(" && ");
    case Kind::Or: return join(" || ");
    case Kind::Not: return "!(" + children.front().text() + ')';
    case Kind::Compare:
        return path + ' ' + op + ' ' + (otherPath.isEmpty() ? value.toBytes() : otherPath);
    case Kind::In: return path + " in " + value.toBytes();
    case Kind::Has: return "has(" + path + ')';
    case Kind::Attribute: return path;
    case Kind::StartsWith: return path + ".startsWith(" + value.toBytes() + ')';
    case Kind::Exists: return value.toBytes() + ".exists(e, e == " + path + ')';
    }
    return {};
}

Truth Tree::evaluate(const Request &request) const
{
    const Json *left = path.isEmpty() ? nullptr : find(request, path);
    switch (kind) {
    case Kind::And:
    case Kind::Or: {
        const Truth absorbing = truth(kind == Kind::Or);
        Truth result = truth(kind == Kind::And);
        for (const Tree &child : children) {
            const Truth one = child.evaluate(request);
            if (one == absorbing)
                return absorbing;
            if (one == Truth::Error)
                result = Truth::Error;
        }
        return result;
    }
    case Kind::Not: {
        const Truth one = children.front().evaluate(request);
        return one == Truth::Error ? one : truth(one == Truth::False);
    }
    case Kind::Compare: {
        const Json *right = otherPath.isEmpty() ? &value : find(request, otherPath);
        return left == nullptr || right == nullptr ? Truth::Error
                                                   : policy::testing::compare(op, *left, *right);
    }
    case Kind::In:
        if (left == nullptr)
            return Truth::Error;
        return truth(std::any_of(value.items().begin(), value.items().end(),
                                 [&](const Json &item) { return same(item, *left); }));
    case Kind::Exists:
        if (value.items().empty())
            return Truth::False;
        if (left == nullptr)
            return Truth::Error;
        return truth(std::any_of(value.items().begin(), value.items().end(),
                                 [&](const Json &item) { return same(item, *left); }));
    case Kind::Has: return truth(left != nullptr);
    case Kind::Attribute:
        return left == nullptr || !left->isBool() ? Truth::Error : truth(left->toBool());
    case Kind::StartsWith:
        return left == nullptr || !left->isString()
                   ? Truth::Error
                   : truth(left->toByteArray().startsWith(value.toByteArray()));
    }
    return Truth::Error;
}

Tenant NaiveTenant::toTenant() const
{
    Tenant tenant;
    tenant.id = TenantId("t");
    tenant.roles = roles;
    tenant.quotas = quotas;
    for (const NaivePolicy &naive : policies) {
        tenant.policies.push_back(naive.policy);
        for (const Tree &condition : naive.conditions)
            tenant.policies.back().conditions.push_back({condition.text(), {}});
    }
    return tenant;
}

NaiveTenant::Outcome NaiveTenant::decide(const Request &request) const
{
    const auto isUsedUp = [&](const QByteArray &role) {
        return std::any_of(quotas.begin(), quotas.end(), [&](const Quota &quota) {
            const auto used = request.usage.callsByRole.find(role);
            return quota.role.text == role && used != request.usage.callsByRole.end()
                   && used->second >= *quota.monthlyApiCalls;
        });
    };
    // The roles reached from the user's, with or without those whose quota is used up.
    const auto reach = [&](bool stopAtQuota) {
        std::vector<QByteArray> open = request.user.roles;
        std::set<QByteArray> seen;
        while (!open.empty()) {
            const QByteArray name = open.back();
            open.pop_back();
            if ((stopAtQuota && isUsedUp(name)) || !seen.insert(name).second)
                continue;
            for (const Role &role : roles) {
                if (role.name.text == name)
                    for (const Located &parent : role.inherits)
                        open.push_back(parent.text);
            }
        }
        return std::vector<QByteArray>(seen.begin(), seen.end());
    };
    const std::vector<QByteArray> all = reach(false);
    const std::vector<QByteArray> granting = reach(true);
    const bool anyoneStopped = !request.user.roles.empty() && granting.empty();

    std::vector<QByteArray> names = request.resource.within;
    names.push_back(request.resource.id);
    bool denied = false;
    bool unevaluable = false;
    bool asks = false;
    bool asked = false;
    bool askError = false;
    bool allowed = false;
    bool rate = false;
    bool quota = false;
    for (const NaivePolicy &naive : policies) {
        const Policy &policy = naive.policy;
        const bool valid = (!policy.validFrom || request.now >= *policy.validFrom)
                           && (!policy.validUntil || request.now < *policy.validUntil);
        if (!fits(policy.roles, all) || !fits(policy.tools, {request.tool})
            || !fits(policy.resources, names) || !fits(policy.permissions, {request.permission})
            || !valid)
            continue;
        Tree whole{.kind = Tree::Kind::And, .children = naive.conditions};
        const Truth holds = whole.evaluate(request);
        const auto used = request.usage.callsByPolicyInPeriod.find(policy.name.text);
        const bool exhausted = policy.rateLimit && used != request.usage.callsByPolicyInPeriod.end()
                               && used->second >= policy.rateLimit->callsMax;
        if (holds == Truth::False)
            continue;
        if (policy.effect == Effect::Deny) {
            (holds == Truth::True ? denied : unevaluable) = true;
        } else if (policy.effect == Effect::Ask) {
            asks = true;
            rate = rate || exhausted;
            askError = askError || (!exhausted && !asked && holds == Truth::Error);
            asked = asked || !exhausted;
        } else if (holds == Truth::True) {
            const bool star = fits(policy.roles, {});
            const bool mayGrant = star ? !anyoneStopped : fits(policy.roles, granting);
            quota = quota || !mayGrant;
            rate = rate || (mayGrant && exhausted);
            allowed = allowed || (mayGrant && !exhausted);
        }
    }
    if (denied)
        return {Effect::Deny, DenyKind::Rule};
    if (unevaluable)
        return {Effect::Deny, DenyKind::Unevaluable};
    if (asked)
        return {Effect::Ask, askError ? DenyKind::Unevaluable : DenyKind::None};
    if (allowed && !asks)
        return {Effect::Allow, DenyKind::None};
    return {Effect::Deny, rate    ? DenyKind::RateExhausted
                          : quota ? DenyKind::QuotaExhausted
                                  : DenyKind::NoGrant};
}

} // namespace provost::policy::testing

namespace {

// Which trees may come up: Filterable ones compare an attribute of the resource with what is known.
enum class Shape { Any, Filterable };

class Generator
{
public:
    explicit Generator(unsigned seed)
        : m_random(seed)
    {
    }

    NaiveTenant tenant(Shape shape)
    {
        NaiveTenant tenant;
        for (int i = 0; i < 3; ++i) {
            Role role;
            role.name = {roleNames[std::size_t(i)], {}};
            if (i > 0 && chance(2))
                role.inherits.push_back({roleNames[std::size_t(pick(i))], {}});
            tenant.roles.push_back(role);
        }
        if (shape == Shape::Any && !chance(3))
            tenant.quotas.push_back({{any(roleNames), {}}, 10, std::nullopt, "role", {}});
        const int count = 1 + pick(8);
        for (int i = 0; i < count; ++i)
            tenant.policies.push_back(policy(i, shape));
        return tenant;
    }

    Request request()
    {
        Request request;
        request.tenant = TenantId("t");
        for (int i = pick(3); i > 0; --i)
            request.user.roles.push_back(any(roleNames));
        request.tool = chance(4) ? QByteArray() : any(toolNames);
        request.resource.id = chance(4) ? QByteArray() : any(resourceNames);
        if (chance(2))
            request.resource.within.push_back(any(resourceNames));
        request.permission = chance(5) ? QByteArray() : any(permissions);
        request.user.attributes = attributes();
        request.resource.attributes = attributes();
        request.args = attributes();
        request.now = WallTime(std::chrono::seconds(pick(4)));
        if (chance(2)) {
            for (const QByteArray &role : roleNames)
                request.usage.callsByRole[role] = 5 + pick(10);
        }
        for (int policy = 0; policy < 8; ++policy)
            request.usage.callsByPolicyInPeriod["p" + QByteArray::number(policy)] = 1 + pick(3);
        return request;
    }

    Json attributes()
    {
        Json json = Json::object();
        for (const QByteArray &name : attributeNames) {
            if (!chance(4))
                json.set(name, chance(12) ? Json() : value());
        }
        return json;
    }

    bool chance(int oneIn) { return pick(oneIn) == 0; }

private:
    int pick(int below) { return int(m_random() % unsigned(below)); }

    template <class List>
    const QByteArray &any(const List &list)
    {
        return list[std::size_t(pick(int(list.size())))];
    }

    Json value()
    {
        switch (pick(7)) {
        case 0: return 1;
        case 1: return 2;
        case 2: return Json::number("2.0");
        case 3: return true;
        case 4: return false;
        case 5: return "EU";
        default: return "US";
        }
    }

    Json values()
    {
        Json list = Json::array();
        for (int i = pick(4); i > 0; --i)
            list.append(value());
        return list;
    }

    QByteArray path(bool known)
    {
        static const std::array<QByteArray, 3> roots{"user", "args", "resource"};
        return any(std::array{roots[0], roots[1], known ? roots[0] : roots[2]}) + '.'
               + any(attributeNames);
    }

    Tree tree(int depth, Shape shape)
    {
        Tree tree;
        const int kind = pick(depth > 0 ? 10 : 7);
        tree.path = path(false);
        switch (kind) {
        case 0:
        case 1:
        case 2:
            tree.kind = Tree::Kind::Compare;
            tree.op = any(operators);
            if (chance(2))
                tree.otherPath = path(shape == Shape::Filterable);
            else
                tree.value = value();
            return tree;
        case 3:
            tree.kind = Tree::Kind::In;
            tree.value = values();
            return tree;
        case 4: tree.kind = chance(3) ? Tree::Kind::Attribute : Tree::Kind::Has; return tree;
        case 5:
            tree.kind = Tree::Kind::StartsWith;
            tree.value = "E";
            return tree;
        case 6:
            tree.kind = Tree::Kind::Exists;
            tree.value = values();
            return tree;
        case 7: tree.kind = Tree::Kind::Not; break;
        case 8: tree.kind = Tree::Kind::And; break;
        default: tree.kind = Tree::Kind::Or; break;
        }
        tree.path.clear();
        for (int i = tree.kind == Tree::Kind::Not ? 1 : 2 + pick(2); i > 0; --i)
            tree.children.push_back(this->tree(depth - 1, shape));
        return tree;
    }

    template <class List>
    std::vector<Located> names(const List &list, bool mayBeEmpty)
    {
        std::vector<Located> chosen;
        if (mayBeEmpty && chance(3))
            return chosen;
        for (int i = 1 + pick(2); i > 0; --i)
            chosen.push_back({any(list), {}});
        if (chance(10))
            chosen.push_back({"*", {}});
        return chosen;
    }

    NaivePolicy policy(int number, Shape shape)
    {
        NaivePolicy naive;
        Policy &policy = naive.policy;
        policy.name = {"p" + QByteArray::number(number), {}};
        policy.where = {"f", number + 1, 1};
        policy.effect = chance(4) ? Effect::Deny : chance(6) ? Effect::Ask : Effect::Allow;
        policy.roles = names(roleNames, false);
        policy.tools = names(toolNames, true);
        policy.resources = names(resourceNames, true);
        if (chance(5))
            policy.resources.push_back({"d*", {}});
        policy.permissions = names(permissions, true);
        if (chance(6))
            policy.validFrom = WallTime(std::chrono::seconds(pick(3)));
        if (chance(6))
            policy.validUntil = WallTime(std::chrono::seconds(3));
        if (shape == Shape::Any && policy.effect != Effect::Deny && chance(3))
            policy.rateLimit = RateLimit{2, std::chrono::seconds(1), {}};
        for (int i = pick(3); i > 0; --i)
            naive.conditions.push_back(tree(2, shape));
        return naive;
    }

    const std::array<QByteArray, 3> roleNames{"ra", "rb", "rc"};
    const std::array<QByteArray, 3> toolNames{"ta", "tb", "tc"};
    const std::array<QByteArray, 3> resourceNames{"da", "db", "ec"};
    const std::array<QByteArray, 2> permissions{"read", "write"};
    const std::array<QByteArray, 3> attributeNames{"a", "b", "c"};
    const std::array<QByteArray, 6> operators{"==", "!=", "<", "<=", ">", ">="};
    std::mt19937 m_random;
};

constexpr unsigned tenants = 300;
constexpr int requestsEach = 40;

} // namespace

class TstProperties : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithNaive();
    void filtersAgreeWithRows_data();
    void filtersAgreeWithRows();
    void discoveryHidesNothingThatIsAllowed();
};

void TstProperties::agreesWithNaive()
{
    std::map<int, int> seen;
    for (unsigned seed = 0; seed < tenants; ++seed) {
        Generator generator(seed);
        const NaiveTenant naive = generator.tenant(Shape::Any);
        const auto snapshot = Snapshot::compile(naive.toTenant(), {});
        if (!snapshot) {
            // A random condition may be one that the checker refuses: true < "EU".
            continue;
        }
        for (int i = 0; i < requestsEach; ++i) {
            const Request request = generator.request();
            const Decision decision = (*snapshot)->decide(request);
            const NaiveTenant::Outcome wanted = naive.decide(request);
            const NaiveTenant::Outcome outcome{decision.effect, decision.denyKind};
            const Explanation explanation = (*snapshot)->explain(request);
            if (outcome != wanted)
                QFAIL(qPrintable(QStringLiteral("seed %1, request %2: %3")
                                     .arg(seed)
                                     .arg(i)
                                     .arg(QString::fromUtf8(toJson(explanation).toIndented()))));
            QVERIFY(explanation.decision.effect == decision.effect);
            ++seen[int(wanted.kind)];
        }
    }
    for (const DenyKind kind :
         {DenyKind::None, DenyKind::NoGrant, DenyKind::Rule, DenyKind::Unevaluable,
          DenyKind::RateExhausted, DenyKind::QuotaExhausted})
        QVERIFY2(seen[int(kind)] > 50, qPrintable(QString::number(int(kind))));
}

void TstProperties::filtersAgreeWithRows_data()
{
    QTest::addColumn<bool>("filterable");
    QTest::newRow("every condition is a filter: exactly the same rows") << true;
    QTest::newRow("some are not: never a row too many") << false;
}

void TstProperties::filtersAgreeWithRows()
{
    QFETCH(const bool, filterable);
    int admitted = 0;
    int filters = 0;
    for (unsigned seed = 0; seed < tenants * 2; ++seed) {
        Generator generator(seed + 100'000);
        NaiveTenant naive = generator.tenant(filterable ? Shape::Filterable : Shape::Any);
        const auto snapshot = Snapshot::compile(naive.toTenant(), {});
        if (!snapshot)
            continue;
        for (int i = 0; i < requestsEach; ++i) {
            Request request = generator.request();
            request.usage = {};
            request.resource.rowAttributes = {"a", "b"};
            for (const QByteArray &name : request.resource.rowAttributes)
                request.resource.attributes.remove(name);
            const Decision whole = (*snapshot)->decide(request);
            filters += whole.rowFilter.has_value();
            for (int rows = 0; rows < 4; ++rows) {
                const Json row = generator.attributes();
                Request one = request;
                one.resource.rowAttributes.clear();
                for (const char *name : {"a", "b"}) {
                    if (row.contains(name))
                        one.resource.attributes.set(name, row[name]);
                }
                const Effect alone = (*snapshot)->decide(one).effect;
                const bool admits = whole.effect != Effect::Deny
                                    && (!whole.rowFilter || policy::admits(*whole.rowFilter, row));
                const bool wanted =
                    whole.effect == Effect::Ask ? alone != Effect::Deny : alone == Effect::Allow;
                const bool exact =
                    filterable && whole.effect != Effect::Ask && alone != Effect::Ask;
                if (!(exact ? admits == wanted : !admits || alone != Effect::Deny))
                    QFAIL(
                        qPrintable(QStringLiteral("seed %1, row %2: %3 alone %4")
                                       .arg(seed)
                                       .arg(QString::fromUtf8(row.toBytes()),
                                            QString::fromUtf8(
                                                toJson((*snapshot)->explain(request)).toIndented()),
                                            QString::fromUtf8(
                                                toJson((*snapshot)->explain(one)).toIndented()))));
                admitted += admits;
            }
        }
    }
    QVERIFY(admitted > 1000);
    QVERIFY(filters > 1000);
}

void TstProperties::discoveryHidesNothingThatIsAllowed()
{
    for (unsigned seed = 0; seed < tenants; ++seed) {
        Generator generator(seed + 200'000);
        const auto snapshot = Snapshot::compile(generator.tenant(Shape::Any).toTenant(), {});
        if (!snapshot)
            continue;
        for (int i = 0; i < requestsEach; ++i) {
            const Request request = generator.request();
            if ((*snapshot)->decide(request).effect == Effect::Deny)
                continue;
            Request list = request;
            list.args = Json::object();
            list.stage = Stage::Discovery;
            if ((*snapshot)->decide(list).effect != Effect::Allow)
                QFAIL(qPrintable(
                    QString::fromUtf8(toJson((*snapshot)->explain(request)).toIndented()
                                      + toJson((*snapshot)->explain(list)).toIndented())));
        }
    }
}

PROVOST_TEST(TstProperties)
#include "tst_properties.moc"
