// What a principal gets to see: lists hold what policy lets it use, results only the fields that it may read.
#include "tests/support/testing.h"
#include "tests/unit/server/calls/callsfixture.h"

#include <QTest>

using namespace provost;
using namespace provost::calls;
using namespace provost::testing;
using audit::Phase;

namespace {

constexpr char maskedPolicies[] = R"(
tenants:
  - id: acme
    name: Acme
    policies:
      - name: masked
        roles: ["*"]
        tools: [echo]
        fields: {mask: [email], drop: [notes]}
)";

constexpr char argumentPolicies[] = R"(
tenants:
  - id: acme
    name: Acme
    policies:
      - name: small-amounts
        roles: ["*"]
        tools: [echo]
        conditions: [args.amount < 100]
)";

std::vector<QByteArray> namesIn(const CallReply &reply, QByteArrayView list, QByteArrayView key)
{
    std::vector<QByteArray> names;
    for (const Json &item : reply.result()[list].items())
        names.push_back(item[key].toByteArray());
    return names;
}

} // namespace

class TstVisibility : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsShowOnlyWhatMayBeUsed();
    void listsShowWhatDependsOnArguments();
    void listsAreRecorded();
    void masksStructuredContent();
    void masksTextThatIsJson();
    void withholdsTextThatCannotBeMasked_data();
    void withholdsTextThatCannotBeMasked();
    void leavesOtherContentAlone();
};

void TstVisibility::listsShowOnlyWhatMayBeUsed()
{
    CallsFixture f;
    using Names = std::vector<QByteArray>;
    QCOMPARE(namesIn(f.run(f.aliceKey, {}, {}, Operation::ListTools), "tools", "name"),
             (Names{"echo", "read_deals"}));
    QCOMPARE(namesIn(f.run(f.bobKey, {}, {}, Operation::ListTools), "tools", "name"),
             Names{"echo"});
    QCOMPARE(namesIn(f.run(f.aliceKey, {}, {}, Operation::ListResources), "resources", "uri"),
             Names{"file:///report"});
    QCOMPARE(namesIn(f.run(f.bobKey, {}, {}, Operation::ListResources), "resources", "uri"),
             Names());
    QCOMPARE(namesIn(f.run(f.aliceKey, {}, {}, Operation::ListPrompts), "prompts", "name"),
             Names{"greet"});
    const CallReply templates = f.run(f.aliceKey, {}, {}, Operation::ListResourceTemplates);
    QVERIFY(templates.result()["resourceTemplates"].isArray());
    QVERIFY(f.adapter->seen.empty());
}

void TstVisibility::listsShowWhatDependsOnArguments()
{
    CallsFixture f(argumentPolicies);
    QCOMPARE(namesIn(f.run(f.aliceKey, {}, {}, Operation::ListTools), "tools", "name"),
             std::vector<QByteArray>{"echo"});
    QVERIFY(!f.run(f.aliceKey, "echo", Json::object({{"amount", 5}})).isRefused());
    QVERIFY(f.run(f.aliceKey, "echo", Json::object({{"amount", 500}})).isRefused());
    QVERIFY(f.run(f.aliceKey, "echo").isRefused());
}

void TstVisibility::listsAreRecorded()
{
    CallsFixture f;
    QVERIFY(!f.run(f.aliceKey, {}, {}, Operation::ListTools).isRefused());
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(2));
    QVERIFY(records[0].phase == Phase::Intent && records[1].phase == Phase::Outcome);
    QCOMPARE(records[1].action, "list_tools");
    QCOMPARE(records[1].status, "success");
    f.disk.failing = true;
    QVERIFY(f.run(f.aliceKey, {}, {}, Operation::ListTools).isRefused());
    f.disk.failing = false;
}

void TstVisibility::masksStructuredContent()
{
    CallsFixture f(maskedPolicies);
    f.adapter->answer->result = Json::object(
        {{"content", Json::array()},
         {"structuredContent",
          *Json::parse(R"({"rows":[{"name":"Ann","email":"a@x.example","notes":"n"},)"
                       R"({"name":"Bob","email":null,"deep":{"email":"b@x.example"}}]})")}});
    const CallReply reply = f.run(f.aliceKey, "echo");
    QVERIFY(!reply.isRefused());
    QCOMPARE(reply.result()["structuredContent"].toBytes(),
             R"({"rows":[{"name":"Ann","email":"***"},)"
             R"({"name":"Bob","email":null,"deep":{"email":"***"}}]})");
}

void TstVisibility::masksTextThatIsJson()
{
    CallsFixture f(maskedPolicies);
    f.adapter->answer = FakeAdapter::text(R"([{"email":"a@x.example","notes":"n","id":1}])");
    const CallReply reply = f.run(f.aliceKey, "echo");
    QVERIFY(!reply.isRefused());
    QCOMPARE(reply.result()["content"].items()[0]["text"], Json(R"([{"email":"***","id":1}])"));
}

void TstVisibility::withholdsTextThatCannotBeMasked_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("prose") << QByteArray("Ann's email is a@x.example");
    QTest::newRow("a JSON string") << QByteArray("\"a@x.example\"");
    QTest::newRow("JSON and prose") << QByteArray("{\"email\":\"a@x.example\"} and more");
    QTest::newRow("nothing") << QByteArray();
}

void TstVisibility::withholdsTextThatCannotBeMasked()
{
    QFETCH(const QByteArray, text);
    CallsFixture f(maskedPolicies);
    f.adapter->answer = FakeAdapter::text(text);
    const CallReply reply = f.run(f.aliceKey, "echo");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Denied);
    QVERIFY(!reply.refusal().reason.contains("example"));
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(2));
    QCOMPARE(records[1].status,
             "denied"); // the tool ran, and the record says that its answer was kept back
}

void TstVisibility::leavesOtherContentAlone()
{
    CallsFixture f; // no field rules: prose passes as it is
    f.adapter->answer = FakeAdapter::text("email: a@x.example");
    const CallReply reply = f.run(f.aliceKey, "echo");
    QVERIFY(!reply.isRefused());
    QCOMPARE(reply.result()["content"].items()[0]["text"], Json("email: a@x.example"));
}

PROVOST_TEST(TstVisibility)
#include "tst_visibility.moc"
