// The eight steps of a governed call, seen from both ends: what reaches the tool, and what is in the journals.
#include "tests/support/testing.h"
#include "tests/unit/server/calls/callsfixture.h"

#include <QTest>

#include <set>

using namespace provost;
using namespace provost::calls;
using namespace provost::testing;
using audit::Phase;
using audit::Record;

namespace {

constexpr char limitedPolicies[] = R"(
tenants:
  - id: acme
    name: Acme
    limits:
      tenant: 6/minute
      user: 3/minute
      tools: {"read_*": 1/minute}
    policies:
      - name: everything
        roles: ["*"]
)";

constexpr char chargedPolicies[] = R"(
tenants:
  - id: acme
    name: Acme
    policies:
      - name: first-grant
        roles: ["*"]
        tools: [echo]
        rate_limit: 1/minute
      - name: second-grant
        roles: ["*"]
        tools: [echo]
        rate_limit: 2/minute
)";

constexpr char filteredPolicies[] = R"(
tenants:
  - id: acme
    name: Acme
    policies:
      - name: own-region
        roles: [Analyst]
        resources: [db]
        permissions: [read]
        conditions:
          - region == ${user.region}
        fields: {mask: [email]}
)";

} // namespace

class TstGovernedCall : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void intentIsDurableBeforeTheToolAndOutcomeBeforeTheReply();
    void aLateAnswerIsRecordedWhenItComes();
    void theRecordTellsWhoWhatAndWhy();
    void deniedByRule();
    void deniedWithoutGrant();
    void unknownTool();
    void unknownKey();
    void failedAuthenticationsAreRecordedSparingly();
    void wrongTenantOfTheRoute();
    void tenantThatIsNotServed();
    void adapterError_data();
    void adapterError();
    void toolError();
    void abandonedByTheAdapter();
    void cancelledBeforeTheTool();
    void rateLimitOfUser();
    void rateLimitOfTenant();
    void rateLimitOfTool();
    void inventedToolNamesAreNoKeysOfTheLimiter();
    void exhaustedGrantFallsBackToTheNext();
    void journalThatCannotWriteStopsTheCallBeforeTheTool();
    void journalThatFailsAfterTheToolWithholdsTheAnswer();
    void secretsInArgumentsAreRedacted();
    void captureLevelDecidesWhatIsKept();
    void rowFilterReachesTheAdapter();
    void resourcesAndPromptsTakeTheSameSteps();
};

void TstGovernedCall::intentIsDurableBeforeTheToolAndOutcomeBeforeTheReply()
{
    CallsFixture f;
    const CallReply reply = f.run(f.aliceKey, "read_deals");
    const auto after = f.records();
    QVERIFY(!reply.isRefused());
    QCOMPARE(f.adapter->seen.size(), std::size_t(1));
    const auto &before = f.adapter->seen[0].journal;
    QCOMPARE(before.size(), std::size_t(1));
    QVERIFY(before[0].phase == Phase::Intent);
    QCOMPARE(before[0].status, "pending");
    QCOMPARE(before[0].callId, f.adapter->seen[0].context.callId);
    QCOMPARE(after.size(), std::size_t(2));
    QVERIFY(after[1].phase == Phase::Outcome);
    QCOMPARE(after[1].callId, before[0].callId);
    QCOMPARE(after[1].status, "success");
    QCOMPARE(recordsIn(*f.installation).size(), std::size_t(0));
}

void TstGovernedCall::aLateAnswerIsRecordedWhenItComes()
{
    CallsFixture f;
    f.adapter->late = true;
    Running<CallReply> running(f.governed.run(f.request(f.aliceKey, "echo")));
    QTRY_COMPARE(f.adapter->waiting.size(), std::size_t(1));
    QVERIFY(!running.isDone());
    QCOMPARE(f.records().size(), std::size_t(1));
    f.clock.advance(std::chrono::seconds(2));
    f.adapter->waiting[0].resolve(FakeAdapter::text("finally"));
    QVERIFY(!running.wait().isRefused());
    QCOMPARE(f.records()[1].durationUs, std::int64_t(2'000'000));
}

void TstGovernedCall::theRecordTellsWhoWhatAndWhy()
{
    CallsFixture f;
    f.adapter->answer->recordsReturned = 7;
    f.adapter->answer->costMicroUsd = 12;
    QVERIFY(!f.run(f.aliceKey, "read_deals", Json::object({{"limit", 5}})).isRefused());
    const auto records = f.records();
    for (const Record &record : records) {
        QCOMPARE(record.tenant.value, "acme");
        QCOMPARE(record.user.value, "alice");
        QCOMPARE(record.roles, std::vector<QByteArray>{"Analyst"});
        QCOMPARE(record.agent, "robot 1.0");
        QCOMPARE(record.action, "tool_call");
        QCOMPARE(record.tool, "read_deals");
        QCOMPARE(record.resource, "db.deals");
        QCOMPARE(record.permission, "read");
        QCOMPARE(record.decision, "allow");
        QCOMPARE(record.policy, "analysts-read");
        QCOMPARE(record.policyFile, "tenants/acme.yaml");
        QVERIFY(record.policyLine > 0);
        QCOMPARE(record.policyRevision, "revision-1");
        QCOMPARE(record.requestId, "r-1");
        QCOMPARE(record.arguments, Json::object({{"limit", 5}}));
        QCOMPARE(record.attributes["user"]["region"], Json("EU"));
    }
    QVERIFY(!records[0].recordsReturned);
    QCOMPARE(records[1].recordsReturned, std::optional<std::int64_t>(7));
    QCOMPARE(records[1].costMicroUsd, std::int64_t(12));
}

void TstGovernedCall::deniedByRule()
{
    CallsFixture f;
    const CallReply reply = f.run(f.bobKey, "write_deals");
    QVERIFY(reply.isRefused());
    QVERIFY(reply.refusal().code == ErrorCode::Denied);
    QCOMPARE(reply.refusal().policy, "large-deals");
    QVERIFY2(reply.refusal().reason.contains("finance team"), reply.refusal().reason.constData());
    QVERIFY(f.adapter->seen.empty());
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(1)); // no intent: nothing was going to happen
    QVERIFY(records[0].phase == Phase::Outcome);
    QCOMPARE(records[0].action, "denied_access");
    QCOMPARE(records[0].status, "denied");
    QCOMPARE(records[0].decision, "deny");
    QCOMPARE(records[0].policy, "large-deals");
    QCOMPARE(records[0].reason, reply.refusal().reason.constData());
    QCOMPARE(f.metrics.snapshot().byOutcome[int(telemetry::Outcome::Denied)], std::int64_t(1));
}

void TstGovernedCall::deniedWithoutGrant()
{
    CallsFixture f;
    const CallReply reply = f.run(f.bobKey, "read_deals");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Denied);
    QVERIFY(reply.refusal().policy.isEmpty());
    QVERIFY(f.adapter->seen.empty());
    QCOMPARE(f.records().size(), std::size_t(1));
    QCOMPARE(f.records()[0].status, "denied");
}

void TstGovernedCall::unknownTool()
{
    CallsFixture f;
    const CallReply reply = f.run(f.aliceKey, "no_such_tool");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::NotFound);
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(1));
    QVERIFY(records[0].phase == Phase::Outcome);
    QCOMPARE(records[0].tool, "no_such_tool");
    QCOMPARE(records[0].status, "error");
    QVERIFY(records[0].decision.isEmpty());
}

void TstGovernedCall::unknownKey()
{
    CallsFixture f;
    for (const QByteArray &key : {QByteArray(), QByteArray("nonsense"), f.aliceKey.chopped(1)}) {
        const CallReply reply = f.run(key, "echo", Json::object({{"text", "x"}}));
        QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Unauthenticated);
    }
    QVERIFY(f.adapter->seen.empty());
    QVERIFY(f.records().empty());
    const auto records = recordsIn(*f.installation);
    QCOMPARE(records.size(), std::size_t(3));
    QCOMPARE(records[0].action, "login");
    QCOMPARE(records[0].status, "denied");
    QVERIFY(records[0].user.isEmpty());
    QCOMPARE(f.metrics.snapshot().failedAuthentications, std::int64_t(3));
}

void TstGovernedCall::failedAuthenticationsAreRecordedSparingly()
{
    CallsFixture f;
    for (int i = 0; i < 70; ++i)
        QVERIFY(f.run("nonsense", "echo").isRefused());
    QCOMPARE(recordsIn(*f.installation).size(), std::size_t(60));
    CallRequest elsewhere = f.request("nonsense", "echo");
    elsewhere.peerAddress = "192.0.2.2";
    QVERIFY(await(f.governed.run(std::move(elsewhere))).isRefused());
    QCOMPARE(recordsIn(*f.installation).size(), std::size_t(61));
    f.clock.advance(std::chrono::seconds(62));
    QVERIFY(f.run("nonsense", "echo").isRefused());
    QCOMPARE(recordsIn(*f.installation).size(), std::size_t(62));
    QCOMPARE(f.metrics.snapshot().failedAuthentications, std::int64_t(72));
}

// Who holds a key is known, so no flood from the same address may hide what they tried.
void TstGovernedCall::wrongTenantOfTheRoute()
{
    CallsFixture f;
    for (int i = 0; i < 60; ++i)
        QVERIFY(f.run("nonsense", "echo").isRefused());
    CallRequest request = f.request(f.carolKey, "echo");
    request.tenant = TenantId("acme");
    const CallReply reply = await(f.governed.run(std::move(request)));
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Denied);
    QVERIFY(f.adapter->seen.empty());
    QVERIFY(f.records().empty());
    const auto records = recordsIn(*f.installation);
    QCOMPARE(records.size(), std::size_t(61));
    QCOMPARE(records.back().status, "denied");
    QCOMPARE(records.back().tenant.value, "closed");
    QCOMPARE(records.back().user.value, "carol");
}

void TstGovernedCall::tenantThatIsNotServed()
{
    CallsFixture f;
    const CallReply reply = f.run(f.carolKey, "echo");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Unavailable);
    QCOMPARE(recordsIn(*f.installation).size(), std::size_t(1));
    QCOMPARE(recordsIn(*f.installation)[0].status, "error");
}

void TstGovernedCall::adapterError_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("status");
    QTest::newRow("upstream") << int(ErrorCode::Upstream) << QByteArray("error");
    QTest::newRow("timeout") << int(ErrorCode::Timeout) << QByteArray("error");
    QTest::newRow("unavailable") << int(ErrorCode::Unavailable) << QByteArray("error");
    QTest::newRow("cancelled") << int(ErrorCode::Cancelled) << QByteArray("cancelled");
    QTest::newRow("denied") << int(ErrorCode::Denied) << QByteArray("denied");
}

void TstGovernedCall::adapterError()
{
    QFETCH(const int, code);
    QFETCH(const QByteArray, status);
    CallsFixture f;
    f.adapter->answer = fail(ErrorCode(code), QStringLiteral("the upstream is away"));
    const CallReply reply = f.run(f.aliceKey, "echo");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode(code));
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(2));
    QVERIFY(records[1].phase == Phase::Outcome);
    QCOMPARE(records[1].status, status);
    QCOMPARE(records[1].reason, "the upstream is away");
}

void TstGovernedCall::toolError()
{
    CallsFixture f;
    f.adapter->answer = FakeAdapter::text("no such customer", true);
    f.adapter->answer->detail = "table customers is empty";
    const CallReply reply = f.run(f.aliceKey, "echo");
    QVERIFY(!reply.isRefused());
    QVERIFY(reply.toolError);
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(2));
    QCOMPARE(records[1].status, "error");
    QVERIFY(records[1].toolError);
    QCOMPARE(records[1].details["failure"], Json("table customers is empty"));
    QVERIFY(!reply.result().toBytes().contains("table customers"));
    QCOMPARE(f.metrics.snapshot().byOutcome[int(telemetry::Outcome::ToolError)], std::int64_t(1));
}

void TstGovernedCall::abandonedByTheAdapter()
{
    CallsFixture f;
    f.adapter->late = true;
    Running<CallReply> running(f.governed.run(f.request(f.aliceKey, "echo")));
    QTRY_COMPARE(f.adapter->waiting.size(), std::size_t(1));
    f.adapter->waiting.clear();
    QVERIFY(running.wait().isRefused());
    QCOMPARE(f.records().size(), std::size_t(2));
    QCOMPARE(f.records()[1].status, "error");
}

void TstGovernedCall::cancelledBeforeTheTool()
{
    CallsFixture f;
    std::stop_source stop;
    CallRequest request = f.request(f.aliceKey, "echo");
    request.stop = stop.get_token();
    stop.request_stop();
    const CallReply reply = await(f.governed.run(std::move(request)));
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Cancelled);
    QVERIFY(f.adapter->seen.empty());
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(2));
    QCOMPARE(records[1].status, "cancelled");
}

void TstGovernedCall::rateLimitOfUser()
{
    CallsFixture f(limitedPolicies);
    for (int i = 0; i < 3; ++i)
        QVERIFY(!f.run(f.aliceKey, "echo").isRefused());
    const CallReply reply = f.run(f.aliceKey, "echo");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::RateLimited);
    QVERIFY(reply.refusal().retryAfter && *reply.refusal().retryAfter > Microseconds(0));
    QVERIFY2(reply.refusal().reason.contains("user `alice`"), reply.refusal().reason.constData());
    QVERIFY(!f.run(f.bobKey, "echo").isRefused()); // his own count
    QCOMPARE(f.adapter->seen.size(), std::size_t(4));
    const Record refused = f.records()[6];
    QVERIFY(refused.phase == Phase::Outcome);
    QCOMPARE(refused.action, "rate_limited");
    QCOMPARE(refused.status, "rate_limited");
    f.clock.advance(*reply.refusal().retryAfter);
    QVERIFY(!f.run(f.aliceKey, "echo").isRefused());
}

void TstGovernedCall::rateLimitOfTenant()
{
    CallsFixture f(limitedPolicies);
    for (int i = 0; i < 3; ++i) {
        QVERIFY(!f.run(f.aliceKey, "echo").isRefused());
        QVERIFY(!f.run(f.bobKey, "echo").isRefused());
    }
    const CallReply reply = f.run(f.bobKey, "echo");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::RateLimited);
    QVERIFY2(reply.refusal().reason.contains("this tenant"), reply.refusal().reason.constData());
}

void TstGovernedCall::rateLimitOfTool()
{
    CallsFixture f(limitedPolicies);
    QVERIFY(!f.run(f.aliceKey, "read_deals").isRefused());
    const CallReply reply = f.run(f.aliceKey, "read_deals");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::RateLimited);
    QVERIFY2(reply.refusal().reason.contains("tool `read_*`"), reply.refusal().reason.constData());
    QVERIFY(!f.run(f.aliceKey, "echo").isRefused());
}

void TstGovernedCall::inventedToolNamesAreNoKeysOfTheLimiter()
{
    CallsFixture f(limitedPolicies);
    QVERIFY(f.run(f.aliceKey, "read_everything").refusal().code == ErrorCode::NotFound);
    QVERIFY(f.run(f.aliceKey, "read_more").refusal().code == ErrorCode::NotFound);
    QCOMPARE(f.tenants.views.begin()->second.limiter->keyCount(), std::size_t(2));
}

void TstGovernedCall::exhaustedGrantFallsBackToTheNext()
{
    CallsFixture f(chargedPolicies);
    for (int i = 0; i < 3; ++i)
        QVERIFY(!f.run(f.aliceKey, "echo").isRefused());
    std::multiset<QByteArray> granted;
    for (const FakeAdapter::Seen &seen : f.adapter->seen)
        granted.insert(seen.journal.back().policy);
    QCOMPARE(granted.count("first-grant"), std::size_t(1));
    QCOMPARE(granted.count("second-grant"), std::size_t(2));
    const CallReply reply = f.run(f.aliceKey, "echo");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::RateLimited);
    QVERIFY(reply.refusal().retryAfter && *reply.refusal().retryAfter > Microseconds(0));
    QCOMPARE(f.adapter->seen.size(), std::size_t(3));
    QCOMPARE(f.records().back().status, "rate_limited");
    f.clock.advance(std::chrono::seconds(61));
    QVERIFY(!f.run(f.aliceKey, "echo").isRefused());
}

void TstGovernedCall::journalThatCannotWriteStopsTheCallBeforeTheTool()
{
    CallsFixture f;
    f.disk.failing = true;
    const CallReply reply = f.run(f.aliceKey, "echo");
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Storage);
    QVERIFY(f.adapter->seen.empty());
    f.disk.failing = false;
    f.clock.advance(std::chrono::seconds(2));
    QTRY_VERIFY(!f.run(f.aliceKey, "echo").isRefused()); // it serves again by itself
}

void TstGovernedCall::journalThatFailsAfterTheToolWithholdsTheAnswer()
{
    CallsFixture f;
    f.adapter->late = true;
    Running<CallReply> running(f.governed.run(f.request(f.aliceKey, "echo")));
    QTRY_COMPARE(f.adapter->waiting.size(), std::size_t(1));
    f.disk.failingSync = true;
    f.adapter->waiting[0].resolve(FakeAdapter::text("the answer"));
    const CallReply reply = running.wait();
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Storage);
    QVERIFY(!reply.toolError);
    f.disk.failingSync = false;
}

void TstGovernedCall::secretsInArgumentsAreRedacted()
{
    CallsFixture f;
    const Json arguments = Json::object({{"password", "hunter2hunter2"},
                                         {"note", QByteArray("key " + f.bobKey)},
                                         {"customer", "C-17"}});
    QVERIFY(!f.run(f.aliceKey, "echo", arguments).isRefused());
    QCOMPARE(f.adapter->seen[0].arguments, arguments); // the tool gets what was sent
    QVERIFY(f.run(f.aliceKey, "hidden", arguments).isRefused());
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(3));
    for (const Record &record : records) {
        const QByteArray line = audit::toJson(record).toBytes();
        QVERIFY2(!line.contains("hunter2"), line.constData());
        QVERIFY2(!line.contains(f.bobKey), line.constData());
        QVERIFY2(line.contains("C-17"), line.constData());
    }
}

void TstGovernedCall::captureLevelDecidesWhatIsKept()
{
    CallsFixture f;
    const auto runWith = [&](tools::Capture capture) {
        tools::Catalog catalog;
        catalog.tools = {{.name = "echo",
                          .nativeName = "echo",
                          .definition = Json::object({{"name", "echo"}}),
                          .policy = {},
                          .capture = capture}};
        f.tenants.views.begin()->second.registry = std::make_shared<tools::Registry>(
            std::vector<tools::ServerCatalog>{{ServerId("fake"), {}, f.adapter, catalog}});
        static_cast<void>(f.run(f.aliceKey, "echo", Json::object({{"customer", "C-17"}})));
        return f.records().back();
    };
    QVERIFY(runWith(tools::Capture::None).arguments.isNull());
    QVERIFY(runWith(tools::Capture::Metadata).arguments.isNull());
    const Record arguments = runWith(tools::Capture::Arguments);
    QCOMPARE(arguments.arguments["customer"], Json("C-17"));
    QVERIFY(arguments.details.isNull());
    const Record whole = runWith(tools::Capture::ArgumentsAndResult);
    QVERIFY(whole.details["result"].toBytes().contains("done"));
}

void TstGovernedCall::rowFilterReachesTheAdapter()
{
    CallsFixture f(filteredPolicies);
    QVERIFY(!f.run(f.aliceKey, "hidden").toolError);
    f.adapter->answer = FakeAdapter::text("[]");
    QVERIFY(!f.run(f.aliceKey, "read_deals").isRefused());
    QCOMPARE(f.adapter->seen.size(), std::size_t(1));
    const tools::CallContext &context = f.adapter->seen[0].context;
    QVERIFY(context.rowFilter);
    QVERIFY(policy::admits(*context.rowFilter, Json::object({{"region", "EU"}})));
    QVERIFY(!policy::admits(*context.rowFilter, Json::object({{"region", "US"}})));
    QCOMPARE(context.fields.mask, std::vector<QByteArray>{"email"});
    QCOMPARE(context.user.value, "alice");
    QCOMPARE(f.adapter->seen[0].nativeName, "native-read_deals");
    QVERIFY(f.records().back().rowFilter.contains("region"));
}

void TstGovernedCall::resourcesAndPromptsTakeTheSameSteps()
{
    CallsFixture f;
    QVERIFY(!f.run(f.aliceKey, "file:///report", {}, Operation::ReadResource).isRefused());
    QCOMPARE(f.adapter->seen.back().nativeName, "native:///report");
    QCOMPARE(f.adapter->seen.back().journal.back().action, "resource_read");
    QVERIFY(!f.run(f.aliceKey, "greet", {}, Operation::GetPrompt).isRefused());
    QCOMPARE(f.adapter->seen.back().nativeName, "native-greet");
    CallRequest completion = f.request(f.aliceKey, "greet", {}, Operation::Complete);
    completion.params =
        Json::object({{"ref", Json::object({{"type", "ref/prompt"}, {"name", "greet"}})}});
    QVERIFY(!await(f.governed.run(std::move(completion))).isRefused());
    QCOMPARE(f.adapter->seen.back().nativeName, "native-greet");
    QCOMPARE(f.records().size(), std::size_t(6));
    const auto refused = f.run(f.aliceKey, "file:///secret", {}, Operation::ReadResource);
    QVERIFY(refused.isRefused() && refused.refusal().code == ErrorCode::Denied);
    QVERIFY(f.run(f.aliceKey, "nothing", {}, Operation::GetPrompt).refusal().code
            == ErrorCode::NotFound);
    QVERIFY(f.run(f.aliceKey, "nothing", {}, Operation::Complete).refusal().code
            == ErrorCode::NotFound);
    QCOMPARE(f.adapter->seen.size(), std::size_t(3));
    QCOMPARE(f.records().size(), std::size_t(9));
}

PROVOST_TEST(TstGovernedCall)
#include "tst_governedcall.moc"
