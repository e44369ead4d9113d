// The form's changes of a policy file: exactly what is asked, and not one byte more.
#include "server/org/textpatch.h"

#include "server/org/yamltext.h"
#include "server/policy/loader.h"
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::org;

namespace {

const TenantId acme("acme");

// Comments, quotes and layouts of all kinds.
const QByteArray nasty = R"(# Head of the file: tenants: [not this one]
version: 1
tenants:
  # ACME, "the" customer
  - id: acme   # the id
    name: 'ACME: Corp # Söhne'

    policies:
      # Analysts read. Straße, 日本語, 𝄞.
      - name: reading   # first: key
        roles: [ analyst, "sales-ops" ] # who
        resources:
          # the warehouse
          - analytics_db   # main
          - 'data: warehouse'
          # - commented_out
        permissions: [read]
        conditions:
          - region == ${user.region}
          - "level > 3 || note == 'a # b'"
        reason: >
          Two lines
          of text

          and more
        # last words

      - effect: deny # not the name first
        name: "quoted-name"
        roles:
        - analyst
        - viewer
        valid: {from: 2026-01-01T00:00:00Z} # since
        fields: {mask: [ssn, card_no], drop: [iban]}

      - {name: flow, roles: [a, b], resources: ["*"], reason: 'it''s, [ok]'}

    quotas:
      - role: analyst
        monthly_api_calls: 10
  - id: beta
    policies: []
# tail
)";

Json texts(std::initializer_list<Json::Item> items)
{
    return Json::array(items);
}

QByteArray withCrLf(QByteArray text)
{
    return text.replace("\n", "\r\n");
}

// What a change did: "-old" and "+new" lines between the common head and tail.
QByteArray difference(const QByteArray &before, const QByteArray &after)
{
    QByteArrayList a = before.split('\n');
    QByteArrayList b = after.split('\n');
    while (!a.isEmpty() && !b.isEmpty() && a.first() == b.first()) {
        a.removeFirst();
        b.removeFirst();
    }
    while (!a.isEmpty() && !b.isEmpty() && a.last() == b.last()) {
        a.removeLast();
        b.removeLast();
    }
    QByteArray text;
    for (const QByteArray &line : a)
        text += "-" + line + "\n";
    for (const QByteArray &line : b)
        text += "+" + line + "\n";
    return text;
}

} // namespace

class TstTextPatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void setsFields_data();
    void setsFields();
    void removesFields_data();
    void removesFields();
    void keepsLineEnds();
    void worksWithoutAFinalLineEnd();
    void editsJson();
    void addsPolicies_data();
    void addsPolicies();
    void addedPoliciesCannotBeAppliedYet();
    void removesPolicies_data();
    void removesPolicies();
    void renames();
    void refuses_data();
    void refuses();
    void quotesWhatNeedsIt_data();
    void quotesWhatNeedsIt();
    void newTenantsLoad_data();
    void newTenantsLoad();
    void touchesNothingElse();
    void addedAndRemovedIsAsBefore();
    void damagedTextsAreSafe();
};

void TstTextPatch::setsFields_data()
{
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const char *policy, const char *field, const Json &value,
                        const char *expected) {
        QTest::newRow(name) << QByteArray(policy) << QByteArray(field) << value.toBytes()
                            << QByteArray(expected);
    };
    row("nothing changes", "reading", "roles", texts({"analyst", "sales-ops"}), "");
    row("flow list: append", "reading", "roles", texts({"analyst", "sales-ops", "viewer"}),
        "-        roles: [ analyst, \"sales-ops\" ] # who\n"
        "+        roles: [ analyst, \"sales-ops\", viewer ] # who\n");
    row("flow list: remove first", "reading", "roles", texts({"sales-ops"}),
        "-        roles: [ analyst, \"sales-ops\" ] # who\n"
        "+        roles: [ \"sales-ops\" ] # who\n");
    row("flow list: to the star", "reading", "roles", texts({"*"}),
        "-        roles: [ analyst, \"sales-ops\" ] # who\n"
        "+        roles: [ '*' ] # who\n");
    row("block list: append", "reading", "resources",
        texts({"analytics_db", "data: warehouse", "lake"}), "+          - lake\n");
    row("block list: insert first", "reading", "resources",
        texts({"lake", "analytics_db", "data: warehouse"}), "+          - lake\n");
    row("block list: remove", "reading", "resources", texts({"data: warehouse"}),
        "-          - analytics_db   # main\n");
    row("block list: replace", "reading", "resources", texts({"analytics_db", "lake"}),
        "-          - 'data: warehouse'\n"
        "+          - lake\n");
    row("block list: empty", "reading", "resources", texts({}),
        "-        resources:\n"
        "+        resources: []\n"
        "           # the warehouse\n"
        "-          - analytics_db   # main\n"
        "-          - 'data: warehouse'\n");
    row("block list: at the dash of its key", "quoted-name", "roles", texts({"viewer", "boss"}),
        "-        - analyst\n"
        "         - viewer\n"
        "+        - boss\n");
    row("conditions are quoted", "reading", "conditions",
        texts({"region == ${user.region}", "level > 3 || note == 'a # b'", "a == 'b'"}),
        "+          - 'a == ''b'''\n");
    row("scalar: new", "reading", "rate_limit", "1000/hour", "+        rate_limit: 1000/hour\n");
    row("scalar: folded text is replaced", "reading", "reason", "See KB-12",
        "-        reason: >\n"
        "-          Two lines\n"
        "-          of text\n"
        "-\n"
        "-          and more\n"
        "+        reason: 'See KB-12'\n");
    row("scalar: several lines", "reading", "reason", "a\nb",
        "-        reason: >\n"
        "-          Two lines\n"
        "-          of text\n"
        "-\n"
        "-          and more\n"
        "+        reason: \"a\\nb\"\n");
    row("scalar: comment behind stays", "quoted-name", "effect", "ask",
        "-      - effect: deny # not the name first\n"
        "+      - effect: ask # not the name first\n");
    row("in its order", "reading", "effect", "deny", "+        effect: deny\n");
    row("list: new, in its order", "reading", "tools", texts({"query", "db.*"}),
        "+        tools: [query, db.*]\n");
    row("conditions: new", "quoted-name", "conditions", texts({"a == b", "c"}),
        "+        conditions:\n"
        "+          - 'a == b'\n"
        "+          - 'c'\n");
    row("nested: new map", "reading", "valid.from", "2026-01-01T00:00:00Z",
        "+        valid: {from: '2026-01-01T00:00:00Z'}\n");
    row("nested: new list", "reading", "fields.mask", texts({"ssn"}),
        "+        fields: {mask: [ssn]}\n");
    row("nested: second member", "quoted-name", "valid.until", "2027-01-01T00:00:00Z",
        "-        valid: {from: 2026-01-01T00:00:00Z} # since\n"
        "+        valid: {from: 2026-01-01T00:00:00Z, until: '2027-01-01T00:00:00Z'} # since\n");
    row("nested: change", "quoted-name", "fields.mask", texts({"card_no", "phone"}),
        "-        fields: {mask: [ssn, card_no], drop: [iban]}\n"
        "+        fields: {mask: [card_no, phone], drop: [iban]}\n");
    row("flow policy: change", "flow", "reason", "no, [really]",
        "-      - {name: flow, roles: [a, b], resources: [\"*\"], reason: 'it''s, [ok]'}\n"
        "+      - {name: flow, roles: [a, b], resources: [\"*\"], reason: 'no, [really]'}\n");
    row("flow policy: new scalar", "flow", "effect", "deny",
        "-      - {name: flow, roles: [a, b], resources: [\"*\"], reason: 'it''s, [ok]'}\n"
        "+      - {name: flow, effect: deny, roles: [a, b], resources: [\"*\"], reason: 'it''s, "
        "[ok]'}\n");
    row("flow policy: new conditions", "flow", "conditions", texts({"x == {}"}),
        "-      - {name: flow, roles: [a, b], resources: [\"*\"], reason: 'it''s, [ok]'}\n"
        "+      - {name: flow, roles: [a, b], resources: [\"*\"], conditions: ['x == {}'], reason: "
        "'it''s, [ok]'}\n");
    row("flow policy: nested", "flow", "valid.until", "2027-01-01T00:00:00Z",
        "-      - {name: flow, roles: [a, b], resources: [\"*\"], reason: 'it''s, [ok]'}\n"
        "+      - {name: flow, roles: [a, b], resources: [\"*\"], valid: {until: "
        "'2027-01-01T00:00:00Z'}, reason: "
        "'it''s, [ok]'}\n");
}

void TstTextPatch::setsFields()
{
    QFETCH(const QByteArray, policy);
    QFETCH(const QByteArray, field);
    QFETCH(const QByteArray, value);
    QFETCH(QByteArray, expected);
    const auto patched = setPolicyField(nasty, {acme, policy}, field, *Json::parse(value));
    QVERIFY2(patched, patched ? "" : qPrintable(patched.error().message));
    // A line of context stands in the difference as removed and added.
    const QByteArray actual = difference(nasty, *patched);
    QByteArray simplified;
    QByteArrayList removed;
    QByteArrayList added;
    for (const QByteArray &line : actual.split('\n'))
        (line.startsWith('-') ? removed : added).append(line.mid(1));
    for (const QByteArray &line : expected.split('\n')) {
        if (line.isEmpty())
            continue;
        const QByteArray text = line.mid(1);
        if (line.startsWith('-') || line.startsWith(' '))
            QVERIFY2(removed.removeOne(text) || line.startsWith(' '), actual.constData());
        if (line.startsWith('+') || line.startsWith(' '))
            QVERIFY2(added.removeOne(text) || line.startsWith(' '), actual.constData());
    }
    added.removeAll({});
    for (const QByteArray &line : removed)
        QVERIFY2(added.removeOne(line), actual.constData());
    QVERIFY2(added.isEmpty(), actual.constData());
}

void TstTextPatch::removesFields_data()
{
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const char *policy, const char *field,
                        const char *expected, const Json &value = nullptr) {
        QTest::newRow(name) << QByteArray(policy) << QByteArray(field) << value.toBytes()
                            << QByteArray(expected);
    };
    row("flow list", "reading", "permissions", "-        permissions: [read]\n");
    row("folded text", "reading", "reason",
        "-        reason: >\n-          Two lines\n-          of text\n-\n-          and more\n");
    row("absent", "reading", "tools", "");
    row("absent, nested", "reading", "valid.from", "");
    row("last nested member", "quoted-name", "valid.from",
        "-        valid: {from: 2026-01-01T00:00:00Z} # since\n");
    row("first of two nested members", "quoted-name", "fields.mask",
        "-        fields: {mask: [ssn, card_no], drop: [iban]}\n+        fields: {drop: [iban]}\n");
    row("second of two nested members, by an empty list", "quoted-name", "fields.drop",
        "-        fields: {mask: [ssn, card_no], drop: [iban]}\n+        fields: {mask: [ssn, "
        "card_no]}\n",
        Json::array());
    row("in a flow policy", "flow", "resources",
        "-      - {name: flow, roles: [a, b], resources: [\"*\"], reason: 'it''s, [ok]'}\n"
        "+      - {name: flow, roles: [a, b], reason: 'it''s, [ok]'}\n");
    row("last in a flow policy", "flow", "reason",
        "-      - {name: flow, roles: [a, b], resources: [\"*\"], reason: 'it''s, [ok]'}\n"
        "+      - {name: flow, roles: [a, b], resources: [\"*\"]}\n");
    row("conditions, by an empty list", "reading", "conditions",
        "-        conditions:\n-          - region == ${user.region}\n"
        "-          - \"level > 3 || note == 'a # b'\"\n",
        Json::array());
    row("behind the dash, comment stays", "quoted-name", "effect",
        "-      - effect: deny # not the name first\n+      -  # not the name first\n");
}

void TstTextPatch::removesFields()
{
    QFETCH(const QByteArray, policy);
    QFETCH(const QByteArray, field);
    QFETCH(const QByteArray, value);
    QFETCH(const QByteArray, expected);
    const auto patched = setPolicyField(nasty, {acme, policy}, field, *Json::parse(value));
    QVERIFY2(patched, patched ? "" : qPrintable(patched.error().message));
    QCOMPARE(difference(nasty, *patched), expected);
}

void TstTextPatch::keepsLineEnds()
{
    const QByteArray text = withCrLf(nasty);
    const std::pair<const char *, Json> changes[] = {{"resources", texts({"analytics_db", "lake"})},
                                                     {"tools", texts({"query"})},
                                                     {"conditions", texts({"a", "b"})},
                                                     {"reason", "short"},
                                                     {"permissions", nullptr}};
    for (const auto &[field, value] : changes) {
        const auto patched = setPolicyField(text, {acme, "reading"}, field, value);
        QVERIFY2(patched, field);
        QCOMPARE(patched->count('\n'), patched->count("\r\n"));
        const auto unix = setPolicyField(nasty, {acme, "reading"}, field, value);
        QCOMPARE(*patched, withCrLf(*unix));
    }
}

void TstTextPatch::worksWithoutAFinalLineEnd()
{
    const QByteArray text =
        "tenants:\n  - id: acme\n    policies:\n      - name: p\n        roles: [a]\n"
        "        resources:\n          - x";
    const auto more = setPolicyField(text, {acme, "p"}, "resources", texts({"x", "z"}));
    QVERIFY(more);
    QCOMPARE(*more, text + "\n          - z");
    const auto added = setPolicyField(text, {acme, "p"}, "reason", "why");
    QVERIFY(added);
    QCOMPARE(*added, text + "\n        reason: why");
    QCOMPARE(*addPolicy(text, {acme, "q"}), text + "\n      - name: q\n        roles: []");
}

void TstTextPatch::editsJson()
{
    const QByteArray text = R"({
  "tenants": [
    {
      "id": "acme",
      "policies": [
        {
          "name": "p",
          "roles": [
            "a",
            "b"
          ],
          "permissions": ["read"]
        }
      ]
    }
  ]
}
)";
    const PolicyAddress address{acme, "p"};
    const std::tuple<const char *, Json, const char *> changes[] = {
        {"roles", texts({"a", "b", "c"}),
         "-            \"b\"\n+            \"b\",\n+            \"c\"\n"},
        {"roles", texts({"a"}), "-            \"a\",\n-            \"b\"\n+            \"a\"\n"},
        {"roles", texts({"z", "b"}), "-            \"a\",\n+            \"z\",\n"},
        {"permissions", texts({"read", "write"}),
         "-          \"permissions\": [\"read\"]\n+          \"permissions\": [\"read\", "
         "\"write\"]\n"},
        {"effect", "deny", "+          \"effect\": \"deny\",\n"},
        {"conditions", texts({"a == \"b\""}),
         "-          \"permissions\": [\"read\"]\n+          \"permissions\": [\"read\"],\n"
         "+          \"conditions\": [\"a == \\\"b\\\"\"]\n"},
        {"valid.from", "2026-01-01T00:00:00Z",
         "-          \"permissions\": [\"read\"]\n+          \"permissions\": [\"read\"],\n"
         "+          \"valid\": {\"from\": \"2026-01-01T00:00:00Z\"}\n"},
        {"permissions", nullptr,
         "-          ],\n-          \"permissions\": [\"read\"]\n+          ]\n"},
    };
    for (const auto &[field, value, expected] : changes) {
        const auto patched = setPolicyField(text, address, field, value);
        QVERIFY2(patched, field);
        QCOMPARE(difference(text, *patched), QByteArray(expected));
        QVERIFY2(Json::parse(*patched), patched->constData()); // still JSON
    }
    QVERIFY(Json::parse(*addPolicy(text, {acme, "q"})));
    QVERIFY(Json::parse(*removePolicy(text, address)));
    QVERIFY(Json::parse(*renamePolicy(text, address, "new \"name\"")));
}

void TstTextPatch::addsPolicies_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    const QByteArray head = "tenants:\n  - id: acme\n";
    QTest::newRow("behind others")
        << head
               + "    policies:\n      - name: a\n        roles: [x] # y\n        # z\n    quotas: "
                 "[]\n"
        << head
               + "    policies:\n      - name: a\n        roles: [x] # y\n        # z\n"
                 "      - name: new\n        roles: []\n    quotas: []\n";
    QTest::newRow("apart like the others")
        << head
               + "    policies:\n      - name: a\n        roles: [x]\n\n      # b\n      - name: "
                 "b\n        roles: [x]\n"
        << head
               + "    policies:\n      - name: a\n        roles: [x]\n\n      # b\n      - name: "
                 "b\n        roles: [x]\n"
                 "\n      - name: new\n        roles: []\n";
    QTest::newRow("into an empty list")
        << head + "    policies: [] # none\n    quotas: []\n"
        << head
               + "    policies: # none\n      - name: new\n        roles: []\n"
                 "    quotas: []\n";
    QTest::newRow("into nothing") << head + "    policies:\n"
                                  << head + "    policies:\n      - name: new\n        roles: []\n";
    QTest::newRow("without the key")
        << head + "    name: Acme # x\n    quotas: []\n"
        << head
               + "    name: Acme # x\n    policies:\n      - name: new\n"
                 "        roles: []\n    quotas: []\n";
    QTest::newRow("dashes at the key") << head + "    policies:\n    - name: a\n      roles: [x]\n"
                                       << head
                                              + "    policies:\n    - name: a\n      roles: [x]\n"
                                                "    - name: new\n      roles: []\n";
    QTest::newRow("flow list")
        << head + "    policies: [{name: a, roles: [x]}] # c\n"
        << head + "    policies: [{name: a, roles: [x]}, {name: new, roles: []}] # c\n";
    QTest::newRow("flow tenant")
        << QByteArray("tenants: [{id: acme}]\n")
        << QByteArray("tenants: [{id: acme, policies: [{name: new, roles: []}]}]\n");
}

void TstTextPatch::addsPolicies()
{
    QFETCH(const QByteArray, before);
    QFETCH(const QByteArray, after);
    const auto added = addPolicy(before, {acme, "new"});
    QVERIFY2(added, added ? "" : qPrintable(added.error().message));
    QCOMPARE(*added, after);
    const auto crLf = addPolicy(withCrLf(before), {acme, "new"});
    QVERIFY(crLf);
    QCOMPARE(*crLf, withCrLf(after));
}

void TstTextPatch::addedPoliciesCannotBeAppliedYet()
{
    const auto added = addPolicy(nasty, {acme, "new"});
    QVERIFY(added);
    QVERIFY(policy::loadOrg({{"tenants/acme.yaml", *added}}).hasErrors());
    const auto complete = setPolicyField(*added, {acme, "new"}, "roles", texts({"analyst"}));
    QVERIFY(complete);
    const auto loaded = policy::loadOrg({{"tenants/acme.yaml", *complete}});
    QVERIFY2(!loaded.hasErrors(),
             loaded.diagnostics.empty() ? "" : toText(loaded.diagnostics[0]).constData());
}

void TstTextPatch::removesPolicies_data()
{
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<QByteArray>("gone");
    QTest::newRow("with its comment") << QByteArray("reading") << QByteArray("# Analysts read.");
    QTest::newRow("in the middle") << QByteArray("quoted-name") << QByteArray("not the name first");
    QTest::newRow("flow item of a block list") << QByteArray("flow") << QByteArray("it''s");
}

void TstTextPatch::removesPolicies()
{
    QFETCH(const QByteArray, policy);
    QFETCH(const QByteArray, gone);
    const auto removed = removePolicy(nasty, {acme, policy});
    QVERIFY2(removed, removed ? "" : qPrintable(removed.error().message));
    QVERIFY(nasty.contains(gone));
    QVERIFY(!removed->contains(gone));
    QVERIFY(!removed->contains("\n\n\n"));
    // Nothing but lines of that policy is gone.
    QVERIFY(!difference(nasty, *removed).contains('+')
            || !difference(nasty, *removed).startsWith('+'));
    QCOMPARE(removePolicy(*removed, {acme, policy}).error().code, ErrorCode::NotFound);

    const QByteArray only =
        "tenants:\n  - id: acme\n    policies: # all\n      - name: p\n        roles: [a]\n# end\n";
    QCOMPARE(*removePolicy(only, {acme, "p"}),
             "tenants:\n  - id: acme\n    policies: [] # all\n# end\n");
    const QByteArray flow =
        "tenants:\n  - id: acme\n    policies: [{name: p}, {name: q}, {name: r}]\n";
    QCOMPARE(*removePolicy(flow, {acme, "p"}),
             "tenants:\n  - id: acme\n    policies: [{name: q}, {name: r}]\n");
    QCOMPARE(*removePolicy(flow, {acme, "q"}),
             "tenants:\n  - id: acme\n    policies: [{name: p}, {name: r}]\n");
    QCOMPARE(*removePolicy(flow, {acme, "r"}),
             "tenants:\n  - id: acme\n    policies: [{name: p}, {name: q}]\n");
}

void TstTextPatch::renames()
{
    QCOMPARE(difference(nasty, *renamePolicy(nasty, {acme, "reading"}, "read-all")),
             "-      - name: reading   # first: key\n+      - name: read-all   # first: key\n");
    QCOMPARE(difference(nasty, *renamePolicy(nasty, {acme, "quoted-name"}, "x")),
             "-        name: \"quoted-name\"\n+        name: \"x\"\n");
    QCOMPARE(difference(nasty, *renamePolicy(nasty, {acme, "flow"}, "a, b")),
             "-      - {name: flow, roles: [a, b], resources: [\"*\"], reason: 'it''s, [ok]'}\n"
             "+      - {name: 'a, b', roles: [a, b], resources: [\"*\"], reason: 'it''s, [ok]'}\n");
    QCOMPARE(*renamePolicy(nasty, {acme, "flow"}, "flow"), nasty);
    QCOMPARE(renamePolicy(nasty, {acme, "flow"}, "reading").error().code, ErrorCode::Conflict);
    QCOMPARE(renamePolicy(nasty, {acme, "flow"}, " ").error().code, ErrorCode::InvalidInput);
}

void TstTextPatch::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("tenant");
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const QByteArray &text, const char *tenant,
                        const char *policy, const char *field, const Json &value, ErrorCode code) {
        QTest::newRow(name) << text << QByteArray(tenant) << QByteArray(policy) << QByteArray(field)
                            << value.toBytes() << int(code);
    };
    row("unknown tenant", nasty, "gamma", "reading", "reason", "x", ErrorCode::NotFound);
    row("unknown policy", nasty, "acme", "writing", "reason", "x", ErrorCode::NotFound);
    row("policy of another tenant", nasty, "beta", "reading", "reason", "x", ErrorCode::NotFound);
    row("unknown field", nasty, "acme", "reading", "resaon", "x", ErrorCode::InvalidInput);
    row("the name is no field", nasty, "acme", "reading", "name", "x", ErrorCode::InvalidInput);
    row("list for a text", nasty, "acme", "reading", "reason", texts({"x"}),
        ErrorCode::InvalidInput);
    row("text for a list", nasty, "acme", "reading", "roles", "x", ErrorCode::InvalidInput);
    row("number", nasty, "acme", "reading", "rate_limit", 7, ErrorCode::InvalidInput);
    row("list of numbers", nasty, "acme", "reading", "roles", texts({1}), ErrorCode::InvalidInput);
    row("broken text", "tenants: [", "acme", "reading", "reason", "x", ErrorCode::InvalidInput);
    row("empty text", "", "acme", "reading", "reason", "x", ErrorCode::NotFound);
    row("anchors", "a: &x 1\ntenants: []\n", "acme", "reading", "reason", "x",
        ErrorCode::InvalidInput);
    row("tenants is no list", "tenants: {id: acme}\n", "acme", "p", "reason", "x",
        ErrorCode::NotFound);
    row("comments inside a flow list of two lines",
        "tenants:\n  - id: acme\n    policies:\n      - name: p\n        roles: [a, # one\n        "
        "  b]\n",
        "acme", "p", "roles", texts({"a"}), ErrorCode::InvalidInput);
    row("fields is no map",
        "tenants:\n  - id: acme\n    policies:\n      - name: p\n        fields: x\n", "acme", "p",
        "fields.mask", texts({"a"}), ErrorCode::InvalidInput);
}

void TstTextPatch::refuses()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, tenant);
    QFETCH(const QByteArray, policy);
    QFETCH(const QByteArray, field);
    QFETCH(const QByteArray, value);
    QFETCH(const int, code);
    const auto refused =
        setPolicyField(text, {TenantId(tenant), policy}, field, *Json::parse(value));
    QVERIFY2(!refused, refused ? refused->constData() : "");
    QCOMPARE(int(refused.error().code), code);
}

void TstTextPatch::quotesWhatNeedsIt_data()
{
    QTest::addColumn<QByteArray>("value");
    for (const char *value : {"",
                              " ",
                              "yes",
                              "No",
                              "on",
                              "null",
                              "~",
                              "true",
                              "010",
                              "1.5",
                              "0x1f",
                              "1e3",
                              "- a",
                              "a: b",
                              "a #b",
                              "#a",
                              "&a",
                              "*a",
                              "!a",
                              "|",
                              ">",
                              "%a",
                              "@a",
                              "`a`",
                              "'a'",
                              "\"a\"",
                              "a\"b'c",
                              "[a]",
                              "{a}",
                              "a, b",
                              "a\\b",
                              "a\nb",
                              "a\tb",
                              "a\r\nb",
                              "ends with space ",
                              ":",
                              "::",
                              "a:",
                              "?",
                              "? a",
                              "---",
                              "...",
                              "<<",
                              "=",
                              "é",
                              "日本語 𝄞",
                              "\xc2\x85",
                              "\xe2\x80\xa8",
                              "\xef\xbb\xbf",
                              "\xc2\xa0",
                              "2026-01-01",
                              "12:30",
                              "1_000",
                              ".inf",
                              "_",
                              "-",
                              "--",
                              "a  b",
                              "\x7f",
                              "\x01"})
        QTest::newRow(QByteArray(value).toPercentEncoding(" #&*!|>%@'\"[]{},:?=").constData())
            << QByteArray(value);
}

void TstTextPatch::quotesWhatNeedsIt()
{
    QFETCH(const QByteArray, value);
    for (const char *policy : {"reading", "quoted-name", "flow"}) {
        for (const auto &[field, wanted] :
             {std::pair("reason", Json(value)), std::pair("tools", texts({value, "x"})),
              std::pair("roles", texts({"analyst", value})),
              std::pair("conditions", texts({value})), std::pair("fields.drop", texts({value}))}) {
            const auto patched = setPolicyField(nasty, {acme, policy}, field, wanted);
            QVERIFY2(patched,
                     patched ? "" : qPrintable(patched.error().message)); // it was read again
        }
    }
}

void TstTextPatch::newTenantsLoad_data()
{
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("plain") << QByteArray("acme") << QByteArray("ACME Corporation");
    QTest::newRow("a number") << QByteArray("007") << QByteArray("007");
    QTest::newRow("a word with another reading") << QByteArray("no") << QByteArray("Yes: # \"No\"");
}

void TstTextPatch::newTenantsLoad()
{
    QFETCH(const QByteArray, id);
    QFETCH(const QByteArray, name);
    const auto loaded = policy::loadOrg({{"tenants/new.yaml", newTenantText(TenantId(id), name)}});
    QVERIFY2(!loaded.hasErrors(),
             loaded.diagnostics.empty() ? "" : toText(loaded.diagnostics[0]).constData());
    QCOMPARE(loaded.org.tenants.size(), std::size_t(1));
    QCOMPARE(loaded.org.tenants[0].id, TenantId(id));
    QCOMPARE(loaded.org.tenants[0].name, name);
}

// Random changes one after the other: outside the changed policy not a byte differs, whatever happened before.
void TstTextPatch::touchesNothingElse()
{
    static const char *const words[] = {"a",  "b", "sales-ops", "*",   "x: y",
                                        "no", "é", "it's",      "db.*"};
    static const char *const lists[] = {"roles",      "resources",   "tools",      "permissions",
                                        "conditions", "fields.mask", "fields.drop"};
    static const char *const scalars[] = {"effect", "reason", "rate_limit", "valid.from",
                                          "valid.until"};
    static const QByteArrayList policies{"reading", "quoted-name", "flow"};
    int done = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        testing::SeededRandom random(seed);
        QByteArray text = seed % 2 == 0 ? nasty : withCrLf(nasty);
        for (int step = 0; step < 15; ++step) {
            const QByteArray policy = policies[qsizetype(random.below(3))];
            QByteArray field = scalars[random.below(std::size(scalars))];
            Json value = words[random.below(std::size(words))];
            if (random.below(2) == 0) {
                field = lists[random.below(std::size(lists))];
                value = Json::array();
                for (auto n = random.below(5); n > 0; --n)
                    value.append(words[random.below(std::size(words))]);
            }
            if (random.below(4) == 0)
                value = nullptr;
            const auto patched = setPolicyField(text, {acme, policy}, field, value);
            if (!patched)
                continue; // refused whole
            ++done;
            const auto before = YamlText::parse(text);
            QVERIFY(before);
            const auto &items = before->root().find("tenants")->items[0].find("policies")->items;
            const auto &item = items[std::size_t(policies.indexOf(policy))];
            const qsizetype from = before->rangeOf(item, 6).from;
            // Comments right below a policy are in its lines.
            const qsizetype tail = text.size() - before->rangeOf(item, 6).to;
            QCOMPARE(patched->first(from), text.first(from));
            QVERIFY(patched->contains("# Head of the file") && patched->endsWith(text.last(12)));
            if (!patched->endsWith(text.last(tail)))
                QVERIFY2(patched->contains("# last words"), patched->constData());
            text = *patched;
        }
    }
    QVERIFY(done > 500);
}

void TstTextPatch::addedAndRemovedIsAsBefore()
{
    for (const QByteArray &text : {nasty, withCrLf(nasty)}) {
        for (const char *field : {"tools", "rate_limit", "valid.until"}) {
            const Json value =
                QByteArrayView(field) == "tools" ? texts({"x", "y z"}) : Json("2026");
            const auto added = setPolicyField(text, {acme, "reading"}, field, value);
            QVERIFY(added);
            QCOMPARE(*setPolicyField(*added, {acme, "reading"}, field, nullptr), text);
        }
        const auto added = addPolicy(text, {acme, "new"});
        QVERIFY(added);
        QCOMPARE(*removePolicy(*added, {acme, "new"}), text);
    }
}

// Whatever a text is, the answer is a text that was verified or an error.
void TstTextPatch::damagedTextsAreSafe()
{
    testing::SeededRandom random(31);
    const QByteArray symbols = " \n-:#[]{},'\"|>&*!?%\\\t\xc3x";
    int patched = 0;
    for (int i = 0; i < 3000; ++i) {
        QByteArray text = nasty;
        for (auto n = random.below(4); n > 0; --n) {
            const auto at = qsizetype(random.below(std::uint64_t(text.size())));
            if (random.below(3) == 0)
                text.remove(at, qsizetype(random.below(20)));
            else
                text[at] = symbols[qsizetype(random.below(std::uint64_t(symbols.size())))];
        }
        const PolicyAddress address{acme, i % 3 == 0   ? "flow"
                                          : i % 3 == 1 ? "reading"
                                                       : "quoted-name"};
        patched += setPolicyField(text, address, "tools", texts({"x"})) ? 1 : 0;
        patched += setPolicyField(text, address, "resources", texts({"analytics_db"})) ? 1 : 0;
        patched += setPolicyField(text, address, "reason", nullptr) ? 1 : 0;
        patched += addPolicy(text, {acme, "new"}) ? 1 : 0;
        patched += removePolicy(text, address) ? 1 : 0;
    }
    QVERIFY(patched > 1000);
}

PROVOST_TEST(TstTextPatch)
#include "tst_textpatch.moc"
