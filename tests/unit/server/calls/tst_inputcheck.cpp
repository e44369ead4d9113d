// Schemas in a governed call: arguments that a tool does not take never reach it, and results are held against what the
// tool declares as far as its server asks for it.
#include "tests/support/testing.h"
#include "tests/unit/server/calls/callsfixture.h"

#include <QTest>

using namespace provost;
using namespace provost::calls;
using namespace provost::testing;
using tools::OutputValidation;

namespace {

constexpr char inputSchema[] = R"({
    "type": "object",
    "properties": {"limit": {"type": "integer", "maximum": 1000}, "region": {"enum": ["EU", "US"]}},
    "required": ["region"],
    "additionalProperties": false})";
constexpr char outputSchema[] =
    R"({"type": "object", "properties": {"total": {"type": "integer"}}, "required": ["total"]})";

// Offers `echo` with schemas, in the place of the fixture's tools.
void offer(CallsFixture &f, OutputValidation validation, const char *input = inputSchema,
           bool checksArguments = false)
{
    tools::Catalog catalog;
    catalog.tools = {{.name = "echo",
                      .nativeName = "native-echo",
                      .definition = Json::object({{"name", "echo"},
                                                  {"inputSchema", *Json::parse(input)},
                                                  {"outputSchema", *Json::parse(outputSchema)}}),
                      .checksArguments = checksArguments}};
    f.tenants.views.begin()->second.registry =
        std::make_shared<tools::Registry>(std::vector<tools::ServerCatalog>{
            {ServerId("fake"), {}, f.adapter, std::move(catalog), validation}});
}

tools::Output structured(const char *json)
{
    tools::Output output = FakeAdapter::text(json);
    output.result.set("structuredContent", *Json::parse(json));
    output.recordsReturned = 3;
    return output;
}

} // namespace

class TstInputCheck : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void validArgumentsReachTheTool();
    void invalidArgumentsAreRefusedBeforeTheIntent();
    void absentArgumentsAreAnEmptyObject();
    void atMostFiveViolationsAreNamed();
    void policyIsAskedFirst();
    void anAdapterThatChecksItselfGetsEverything();
    void aSchemaThatDoesNotCompileChecksNothing();
    void argumentsThatTakeTooLongToCheckAreRefused();

    void outputs_data();
    void outputs();
    void theResultIsCheckedBeforeFieldsAreMasked();
};

void TstInputCheck::validArgumentsReachTheTool()
{
    CallsFixture f;
    offer(f, OutputValidation::Off);
    const Json arguments = Json::object({{"region", "EU"}, {"limit", Json::number("1e3")}});
    QVERIFY(!f.run(f.aliceKey, "echo", arguments).isRefused());
    QCOMPARE(f.adapter->seen.size(), 1u);
    QCOMPARE(f.adapter->seen[0].arguments.toBytes(), R"({"region":"EU","limit":1e3})");
}

void TstInputCheck::invalidArgumentsAreRefusedBeforeTheIntent()
{
    CallsFixture f;
    offer(f, OutputValidation::Off);
    const CallReply reply =
        f.run(f.aliceKey, "echo", Json::object({{"limit", 1001}, {"colour", "red"}}));
    QVERIFY(reply.isRefused());
    QVERIFY(reply.refusal().code == ErrorCode::InvalidInput);
    QVERIFY(!reply.refusal().malformed); // the model may try again
    QCOMPARE(reply.refusal().reason,
             "invalid arguments: `region` is missing; `limit` must be at most 1000; `colour` is "
             "not known; known are `limit`, `region`");
    QVERIFY(f.adapter->seen.empty());
    const auto records = f.records();
    QCOMPARE(records.size(), 1u);
    QVERIFY(records[0].phase == audit::Phase::Outcome);
    QCOMPARE(records[0].status, "error");
    QCOMPARE(records[0].decision, "allow");
    QCOMPARE(records[0].reason, reply.refusal().reason.constData());
    QCOMPARE(records[0].arguments["limit"], Json(1001));
}

void TstInputCheck::absentArgumentsAreAnEmptyObject()
{
    CallsFixture f;
    offer(f, OutputValidation::Off, R"({"type":"object"})");
    CallRequest request = f.request(f.aliceKey, "echo");
    request.params.remove("arguments");
    QVERIFY(!await(f.governed.run(std::move(request))).isRefused());
    const CallReply reply = f.run(f.aliceKey, "echo", Json::array({1}));
    QVERIFY(reply.isRefused());
    QCOMPARE(reply.refusal().reason,
             "invalid arguments: the arguments must be an object, not an array");
}

void TstInputCheck::atMostFiveViolationsAreNamed()
{
    CallsFixture f;
    offer(f, OutputValidation::Off, R"({"additionalProperties":{"type":"string"}})");
    Json many = Json::object();
    for (int i = 0; i < 100; ++i)
        many.set(QByteArray::number(i), i);
    const CallReply reply = f.run(f.aliceKey, "echo", many);
    QVERIFY(reply.isRefused());
    QCOMPARE(reply.refusal().reason.count("must be a string"), 5);
}

void TstInputCheck::policyIsAskedFirst()
{
    CallsFixture f;
    tools::Catalog catalog;
    catalog.tools = {{.name = "write_deals",
                      .nativeName = "w",
                      .definition = Json::object({{"inputSchema", *Json::parse(inputSchema)}})}};
    f.tenants.views.begin()->second.registry = std::make_shared<tools::Registry>(
        std::vector<tools::ServerCatalog>{{ServerId("fake"), {}, f.adapter, std::move(catalog)}});
    const CallReply reply = f.run(f.bobKey, "write_deals");
    QVERIFY(reply.isRefused());
    QVERIFY(reply.refusal().code == ErrorCode::Denied);
}

void TstInputCheck::anAdapterThatChecksItselfGetsEverything()
{
    CallsFixture f;
    offer(f, OutputValidation::Off, inputSchema, true);
    QVERIFY(!f.run(f.aliceKey, "echo", Json::object({{"colour", "red"}})).isRefused());
    QCOMPARE(f.adapter->seen.size(), 1u);
}

void TstInputCheck::aSchemaThatDoesNotCompileChecksNothing()
{
    CallsFixture f;
    const char *const remote = R"({"$ref":"https://example.com/schema"})";
    offer(f, OutputValidation::Off, remote);
    QVERIFY(!f.run(f.aliceKey, "echo", Json::object({{"colour", "red"}})).isRefused());
    QCOMPARE(f.tenants.views.begin()->second.registry->problems().size(), 1u);
}

void TstInputCheck::argumentsThatTakeTooLongToCheckAreRefused()
{
    CallsFixture f;
    offer(f, OutputValidation::Off, R"({"additionalProperties":{"items":{"type":"integer"}}})");
    const Json many(Json::Array(400'000, Json(1)));
    const CallReply reply = f.run(f.aliceKey, "echo", Json::object({{"a", many}}));
    QVERIFY(reply.isRefused());
    QVERIFY(reply.refusal().code == ErrorCode::InvalidInput);
    QVERIFY(f.adapter->seen.empty());
}

void TstInputCheck::outputs_data()
{
    QTest::addColumn<int>("validation");
    QTest::addColumn<QByteArray>("answer"); // empty: without structured content
    QTest::addColumn<bool>("isWithheld");
    QTest::addColumn<QByteArray>("mismatch");
    const auto row = [](const char *name, OutputValidation validation, const char *answer,
                        bool isWithheld, const char *mismatch) {
        QTest::newRow(name) << int(validation) << QByteArray(answer) << isWithheld
                            << QByteArray(mismatch);
    };
    const char *const wrong = R"({"total":"3"})";
    const char *const why = "`total` must be a whole number, not a string";
    const char *const missing = "the result has no structured content";
    row("off", OutputValidation::Off, wrong, false, "");
    row("warn", OutputValidation::Warn, wrong, false, why);
    row("strict", OutputValidation::Strict, wrong, true, why);
    row("strict, right", OutputValidation::Strict, R"({"total":3})", false, "");
    row("warn, none", OutputValidation::Warn, "", false, missing);
    row("strict, none", OutputValidation::Strict, "", true, missing);
}

void TstInputCheck::outputs()
{
    QFETCH(const int, validation);
    QFETCH(const QByteArray, answer);
    QFETCH(const bool, isWithheld);
    QFETCH(const QByteArray, mismatch);
    CallsFixture f;
    offer(f, OutputValidation(validation));
    if (!answer.isEmpty())
        f.adapter->answer = structured(answer.constData());
    const Json given = f.adapter->answer->result;
    const CallReply reply = f.run(f.aliceKey, "echo", Json::object({{"region", "EU"}}));
    QVERIFY(!reply.isRefused());
    QCOMPARE(reply.toolError, isWithheld);
    QCOMPARE(reply.result() == given, !isWithheld);
    QVERIFY(!isWithheld || !reply.result().toBytes().contains("total"));
    const audit::Record outcome = f.records()[1];
    QCOMPARE(outcome.status, isWithheld ? "error" : "success");
    QCOMPARE(outcome.details["output_mismatch"].toByteArray(), mismatch);

    f.adapter->answer = FakeAdapter::text("it failed", true); // needs no structured content
    const CallReply failed = f.run(f.aliceKey, "echo", Json::object({{"region", "EU"}}));
    QVERIFY(failed.toolError);
    QVERIFY(failed.result() == f.adapter->answer->result);
}

void TstInputCheck::theResultIsCheckedBeforeFieldsAreMasked()
{
    CallsFixture f(R"(
tenants:
  - id: acme
    name: Acme
    policies:
      - name: hide-totals
        roles: ["*"]
        tools: [echo]
        fields: {mask: [total]}
)");
    offer(f, OutputValidation::Strict);
    f.adapter->answer = structured(R"({"total":3})");
    const CallReply reply = f.run(f.aliceKey, "echo", Json::object({{"region", "EU"}}));
    QVERIFY(!reply.isRefused() && !reply.toolError);
    QCOMPARE(reply.result()["structuredContent"]["total"], Json("***"));
}

PROVOST_TEST(TstInputCheck)

#include "tst_inputcheck.moc"
