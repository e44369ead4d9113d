// A call that asks the agent for input and is made again: what each round may, gets and leaves in the journal. Also the
// operation that watches a resource.
#include "server/calls/roundstate.h"
#include "tests/support/testing.h"
#include "tests/unit/server/calls/callsfixture.h"

#include <QTest>

using namespace provost;
using namespace provost::calls;
using namespace provost::testing;
using audit::Phase;
using audit::Record;

namespace {

constexpr char maskedPolicies[] = R"(
tenants:
  - id: acme
    name: Acme
    policies:
      - name: masked
        roles: ["*"]
        fields: {mask: [email]}
)";

tools::Output asking(QByteArray state = "step 1")
{
    tools::Output output;
    output.needs = tools::InputNeeded{
        .requests = *Json::parse(
            R"({"who":{"method":"elicitation/create","params":{"message":"Who are you?"}}})"),
        .state = std::move(state)};
    return output;
}

Json elicitation()
{
    return Json::object({{"elicitation", Json::object()}});
}

class WatchedAdapter final : public tools::Adapter
{
public:
    class Ending final : public tools::Watch
    {
    public:
        explicit Ending(int &count)
            : m_count(count)
        {
        }
        ~Ending() override { ++m_count; }

    private:
        int &m_count;
    };

    Task<Result<tools::Catalog>> catalog() override { co_return tools::Catalog(); }
    Task<Result<tools::Output>> call(QByteArray, Json, tools::CallContext) override
    {
        co_return fail(ErrorCode::NotFound, QStringLiteral("no tools"));
    }
    std::unique_ptr<tools::Watch> watch(QByteArray nativeUri,
                                        std::function<void()> onUpdated) override
    {
        watched.push_back(std::move(nativeUri));
        update = std::move(onUpdated);
        return tells ? std::make_unique<Ending>(ended) : nullptr;
    }
    [[nodiscard]] tools::AdapterStatus status() const override { return {}; }

    std::vector<QByteArray> watched;
    std::function<void()> update;
    bool tells = true;
    int ended = 0;
};

} // namespace

class TstRounds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theNextRoundGetsAnswersAndState();
    void eachRoundIsRecorded();
    void theContextTellsOfTheAgent();
    void answersWithoutAStateAreAFirstRound();
    void aStateOpensForNothingElse_data();
    void aStateOpensForNothingElse();
    void aStateOfAnotherUserDoesNotOpen();
    void aStateIsGoodForTenMinutes();
    void aStateThatIsNotValidIsRecorded();
    void onlyWhatWasDeclaredIsAsked();
    void whatNobodyAnswersIsNotAsked_data();
    void whatNobodyAnswersIsNotAsked();
    void completionsDoNotAsk();
    void questionsAreWithheldWhereFieldsAreMasked();
    void questionsOfACallThatWasStoppedAreAskedNobody();
    void questionsThatCannotBeRecordedAreAskedNobody();
    void roundsHaveAnEnd();
    void aCallThatIsGivenUpIsRecordedAndNotRun();
    void aCapabilityThatTheToolMissesIsTold();
    void answersAreKeptAsArgumentsAre();
    void watchesWhatMayBeRead();
    void whatMayNotBeReadIsNotWatched();
    void whatCannotTellIsNotWatched();
};

PROVOST_TEST(TstRounds)

namespace {

// The first round of `name`, which asks.
CallRequest firstRound(CallsFixture &f, const QByteArray &name = "echo",
                       Json arguments = Json::object({{"text", "x"}}))
{
    CallRequest request = f.request(f.aliceKey, name, std::move(arguments));
    request.clientCapabilities = elicitation();
    return request;
}

CallRequest nextRound(CallRequest request, const CallReply &before)
{
    request.requestState = before.needs().state;
    request.inputResponses = *Json::parse(R"({"who":{"action":"accept"}})");
    return request;
}

} // namespace

void TstRounds::theNextRoundGetsAnswersAndState()
{
    CallsFixture f;
    f.adapter->answer = asking();
    const CallReply asked = await(f.governed.run(firstRound(f)));
    QVERIFY(asked.needsInput());
    QCOMPARE(asked.needs().requests["who"]["method"], Json("elicitation/create"));
    QVERIFY(!asked.needs().state.contains("step 1"));
    QVERIFY(f.adapter->seen[0].context.requestState.isEmpty());
    QVERIFY(f.adapter->seen[0].context.inputResponses.isNull());

    f.adapter->answer = asking("step 2");
    const CallReply again = await(f.governed.run(nextRound(firstRound(f), asked)));
    QCOMPARE(f.adapter->seen[1].context.requestState, QByteArray("step 1"));
    QCOMPARE(f.adapter->seen[1].context.inputResponses["who"]["action"], Json("accept"));
    QVERIFY(again.needsInput());

    f.adapter->answer = FakeAdapter::text("done");
    const CallReply done = await(f.governed.run(nextRound(firstRound(f), again)));
    QCOMPARE(f.adapter->seen[2].context.requestState, QByteArray("step 2"));
    QVERIFY(!done.isRefused() && !done.needsInput());
}

void TstRounds::eachRoundIsRecorded()
{
    CallsFixture f;
    f.adapter->answer = asking();
    const CallReply asked = await(f.governed.run(firstRound(f)));
    const CallReply again = await(f.governed.run(nextRound(firstRound(f), asked)));
    f.adapter->answer = FakeAdapter::text("done");
    static_cast<void>(await(f.governed.run(nextRound(firstRound(f), again))));
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(6));
    QVERIFY(records[0].details.isNull());
    QCOMPARE(records[1].status, QByteArray("input_required"));
    QCOMPARE(records[1].details.toBytes(),
             QByteArray(R"({"input_requests":{"who":"elicitation/create"}})"));
    for (const std::size_t i : {2U, 3U}) {
        QCOMPARE(records[i].details["round"], Json(2));
        QCOMPARE(records[i].details["first_call"], Json(records[0].callId));
        QCOMPARE(records[i].details["previous_call"], Json(records[0].callId));
    }
    QCOMPARE(records[3].status, QByteArray("input_required"));
    QCOMPARE(records[5].status, QByteArray("success"));
    QCOMPARE(records[5].details["round"], Json(3));
    QCOMPARE(records[5].details["first_call"], Json(records[0].callId));
    QCOMPARE(records[5].details["previous_call"], Json(records[2].callId));
}

void TstRounds::theContextTellsOfTheAgent()
{
    CallsFixture f;
    CallRequest request = firstRound(f);
    request.logLevel = "warning";
    request.wantsLogs = true;
    request.sessionId = "0123";
    static_cast<void>(await(f.governed.run(std::move(request))));
    const tools::CallContext &context = f.adapter->seen.back().context;
    QCOMPARE(context.clientCapabilities, elicitation());
    QCOMPARE(context.logLevel, QByteArray("warning"));
    QVERIFY(context.wantsLogs);
    QCOMPARE(context.sessionId, QByteArray("0123"));
}

void TstRounds::answersWithoutAStateAreAFirstRound()
{
    CallsFixture f;
    CallRequest request = firstRound(f);
    request.inputResponses = *Json::parse(R"({"who":{"action":"accept"}})");
    QVERIFY(!await(f.governed.run(std::move(request))).isRefused());
    QCOMPARE(f.adapter->seen[0].context.inputResponses["who"]["action"], Json("accept"));
    QVERIFY(f.records()[1].details["round"].isNull());
}

void TstRounds::aStateOpensForNothingElse_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("arguments");
    QTest::addColumn<bool>("opens");
    QTest::newRow("the same") << QByteArray("echo") << QByteArray(R"({"text":"x"})") << true;
    QTest::newRow("other arguments")
        << QByteArray("echo") << QByteArray(R"({"text":"y"})") << false;
    QTest::newRow("another tool") << QByteArray("read_deals") << QByteArray(R"({"text":"x"})")
                                  << false;
}

void TstRounds::aStateOpensForNothingElse()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, arguments);
    QFETCH(bool, opens);
    CallsFixture f;
    f.adapter->answer = asking();
    const CallReply asked = await(f.governed.run(firstRound(f)));
    f.adapter->answer = FakeAdapter::text("done");
    const CallReply reply =
        await(f.governed.run(nextRound(firstRound(f, name, *Json::parse(arguments)), asked)));
    QCOMPARE(!reply.isRefused(), opens);
    QCOMPARE(f.adapter->seen.size(), std::size_t(opens ? 2 : 1));
    if (!opens)
        QVERIFY(reply.refusal().malformed);
}

void TstRounds::aStateOfAnotherUserDoesNotOpen()
{
    CallsFixture f;
    f.adapter->answer = asking();
    CallRequest request = firstRound(f);
    const CallReply asked = await(f.governed.run(request));
    request.credential = f.identities->read(f.bobKey);
    const CallReply reply = await(f.governed.run(nextRound(request, asked)));
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::InvalidInput);
    QVERIFY(reply.refusal().malformed);
    QCOMPARE(f.adapter->seen.size(), std::size_t(1));
}

void TstRounds::aStateIsGoodForTenMinutes()
{
    CallsFixture f;
    f.adapter->answer = asking();
    const CallReply asked = await(f.governed.run(firstRound(f)));
    f.clock.advance(Round::lifetime - std::chrono::seconds(1));
    QVERIFY(!await(f.governed.run(nextRound(firstRound(f), asked))).isRefused());
    f.clock.advance(std::chrono::seconds(1));
    const CallReply late = await(f.governed.run(nextRound(firstRound(f), asked)));
    QVERIFY(late.isRefused() && late.refusal().reason.contains("too old"));
}

void TstRounds::aStateThatIsNotValidIsRecorded()
{
    CallsFixture f;
    CallRequest request = firstRound(f);
    request.requestState = "made-up";
    QVERIFY(await(f.governed.run(std::move(request))).isRefused());
    QVERIFY(f.adapter->seen.empty());
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(1));
    QCOMPARE(records[0].status, QByteArray("error"));
    QCOMPARE(records[0].tool, QByteArray("echo"));
    QVERIFY(records[0].reason.contains("requestState"));
}

void TstRounds::onlyWhatWasDeclaredIsAsked()
{
    CallsFixture f;
    f.adapter->answer = asking();
    CallRequest request = firstRound(f);
    request.clientCapabilities = Json::object({{"sampling", Json::object()}});
    const CallReply reply = await(f.governed.run(std::move(request)));
    QVERIFY(reply.isRefused());
    QCOMPARE(reply.refusal().requiredCapabilities.toBytes(), QByteArray(R"({"elicitation":{}})"));
    QVERIFY(reply.refusal().reason.contains("`elicitation`"));
    QCOMPARE(f.records()[1].status, QByteArray("error"));
}

void TstRounds::whatNobodyAnswersIsNotAsked_data()
{
    QTest::addColumn<QByteArray>("requests");
    QTest::addColumn<int>("stateBytes");
    QTest::newRow("another method")
        << QByteArray(R"({"a":{"method":"tools/call","params":{}}})") << 0;
    QTest::newRow("no requests") << QByteArray("null") << 0;
    QTest::newRow("a state too large") << QByteArray("{}") << int(Round::stateBytesMax) + 1;
}

void TstRounds::whatNobodyAnswersIsNotAsked()
{
    QFETCH(QByteArray, requests);
    QFETCH(int, stateBytes);
    CallsFixture f;
    f.adapter->answer = asking(QByteArray(stateBytes, 's'));
    f.adapter->answer->needs->requests = *Json::parse(requests);
    const CallReply reply = await(f.governed.run(firstRound(f)));
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Upstream);
}

void TstRounds::completionsDoNotAsk()
{
    CallsFixture f;
    f.adapter->answer = asking();
    CallRequest request = f.request(f.aliceKey, "greet", {}, Operation::Complete);
    request.clientCapabilities = elicitation();
    request.params =
        Json::object({{"ref", Json::object({{"type", "ref/prompt"}, {"name", "greet"}})}});
    const CallReply reply = await(f.governed.run(std::move(request)));
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Upstream);
    for (const auto &[name, operation] : {std::pair("file:///report", Operation::ReadResource),
                                          std::pair("greet", Operation::GetPrompt)}) {
        CallRequest other = f.request(f.aliceKey, name, {}, operation);
        other.clientCapabilities = elicitation();
        QVERIFY(await(f.governed.run(std::move(other))).needsInput());
    }
}

void TstRounds::questionsAreWithheldWhereFieldsAreMasked()
{
    CallsFixture f(maskedPolicies);
    f.adapter->answer = asking();
    const CallReply reply = await(f.governed.run(firstRound(f)));
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Denied);
    QVERIFY(!reply.refusal().reason.contains("Who"));
    QCOMPARE(f.adapter->abandoned, QByteArrayList{asking().needs->state}); // nobody will answer
}

void TstRounds::questionsOfACallThatWasStoppedAreAskedNobody()
{
    CallsFixture f;
    f.adapter->late = true;
    std::stop_source stop;
    CallRequest request = firstRound(f);
    request.stop = stop.get_token();
    Running<CallReply> running(f.governed.run(std::move(request)));
    QTRY_COMPARE(f.adapter->waiting.size(), std::size_t(1));
    stop.request_stop();
    f.adapter->waiting.front().resolve(asking()); // it was on its way
    const CallReply reply = running.wait();
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Cancelled);
    QCOMPARE(f.adapter->abandoned, QByteArrayList{asking().needs->state});
    QCOMPARE(f.records().back().reason, reply.refusal().reason);
}

void TstRounds::questionsThatCannotBeRecordedAreAskedNobody()
{
    CallsFixture f;
    f.adapter->late = true;
    Running<CallReply> running(f.governed.run(firstRound(f)));
    QTRY_COMPARE(f.adapter->waiting.size(), std::size_t(1));
    f.disk.failing = true;
    f.adapter->waiting.front().resolve(asking());
    QVERIFY(running.wait().isRefused());
    QCOMPARE(f.adapter->abandoned, QByteArrayList{asking().needs->state});
}

void TstRounds::roundsHaveAnEnd()
{
    CallsFixture f;
    f.adapter->answer = asking();
    CallReply reply = await(f.governed.run(firstRound(f)));
    for (int round = 2; round < Round::roundsMax; ++round)
        reply = await(f.governed.run(nextRound(firstRound(f), reply)));
    QVERIFY(reply.needsInput());
    reply = await(f.governed.run(nextRound(firstRound(f), reply)));
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Upstream);
    QCOMPARE(f.adapter->seen.size(), std::size_t(Round::roundsMax));
    QCOMPARE(f.records().back().details["round"], Json(Round::roundsMax));
}

void TstRounds::aCallThatIsGivenUpIsRecordedAndNotRun()
{
    CallsFixture f;
    f.adapter->answer = asking();
    const CallReply asked = await(f.governed.run(firstRound(f)));
    CallRequest request = nextRound(firstRound(f), asked);
    request.givenUp = Refusal{.code = ErrorCode::Timeout, .reason = "the client did not answer"};
    const CallReply reply = await(f.governed.run(std::move(request)));
    QVERIFY(reply.isRefused() && reply.refusal().code == ErrorCode::Timeout);
    QCOMPARE(f.adapter->seen.size(), std::size_t(1));
    QCOMPARE(f.adapter->abandoned, QByteArrayList{asking().needs->state});
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(3));
    QCOMPARE(records[2].reason, QByteArray("the client did not answer"));
    QCOMPARE(records[2].details["previous_call"], Json(records[0].callId));
}

void TstRounds::aCapabilityThatTheToolMissesIsTold()
{
    CallsFixture f;
    tools::Output lacking;
    lacking.requiredCapabilities = *Json::parse(R"({"sampling":{}})");
    f.adapter->answer = lacking;
    const CallReply reply = await(f.governed.run(firstRound(f)));
    QVERIFY(reply.isRefused());
    QCOMPARE(reply.refusal().requiredCapabilities, *Json::parse(R"({"sampling":{}})"));
    QVERIFY(reply.refusal().reason.contains("`sampling`"));
}

void TstRounds::answersAreKeptAsArgumentsAre()
{
    CallsFixture f;
    CallRequest request = firstRound(f);
    request.inputResponses =
        *Json::parse(R"({"who":{"content":{"password":"hunter2hunter2","customer":"C-17"}}})");
    static_cast<void>(await(f.governed.run(std::move(request))));
    for (const Record &record : f.records()) {
        const QByteArray line = audit::toJson(record).toBytes();
        QVERIFY2(!line.contains("hunter2"), line.constData());
        QCOMPARE(record.details["input_responses"]["who"]["content"]["customer"], Json("C-17"));
    }
}

namespace {

// A fixture whose resources are those of an adapter that can be watched.
std::shared_ptr<WatchedAdapter> watchable(CallsFixture &f)
{
    auto adapter = std::make_shared<WatchedAdapter>();
    tools::Catalog catalog;
    const auto resource = [&](const char *uri, const char *native, const char *what) {
        catalog.resources.push_back(
            {uri, native, Json::object({{"uri", uri}}), {"read", what, {"db"}}});
    };
    resource("file:///report", "native:///report", "db.report");
    catalog.resources.push_back({"file:///secret",
                                 "native:///secret",
                                 Json::object({{"uri", "file:///secret"}}),
                                 {"read", "vault", {}}});
    f.tenants.views.begin()->second.registry = std::make_shared<tools::Registry>(
        std::vector<tools::ServerCatalog>{{ServerId("watched"), {}, adapter, std::move(catalog)}});
    return adapter;
}

} // namespace

void TstRounds::watchesWhatMayBeRead()
{
    CallsFixture f;
    const auto adapter = watchable(f);
    int updates = 0;
    CallRequest request = f.request(f.aliceKey, "file:///report", {}, Operation::Subscribe);
    request.onUpdated = [&] { ++updates; };
    CallReply reply = await(f.governed.run(std::move(request)));
    QVERIFY(!reply.isRefused());
    QVERIFY(reply.watch);
    QCOMPARE(adapter->watched, std::vector<QByteArray>{"native:///report"});
    adapter->update();
    QCOMPARE(updates, 1);
    QCOMPARE(adapter->ended, 0);
    reply.watch.reset();
    QCOMPARE(adapter->ended, 1);
    const auto records = f.records();
    QCOMPARE(records.size(), std::size_t(2));
    QCOMPARE(records[1].action, QByteArray("resource_subscribe"));
    QCOMPARE(records[1].status, QByteArray("success"));
}

void TstRounds::whatMayNotBeReadIsNotWatched()
{
    CallsFixture f;
    const auto adapter = watchable(f);
    const auto refused = f.run(f.aliceKey, "file:///secret", {}, Operation::Subscribe);
    QVERIFY(refused.isRefused() && refused.refusal().code == ErrorCode::Denied);
    QVERIFY(f.run(f.aliceKey, "file:///nothing", {}, Operation::Subscribe).refusal().code
            == ErrorCode::NotFound);
    QVERIFY(f.run("nonsense", "file:///report", {}, Operation::Subscribe).isRefused());
    QVERIFY(adapter->watched.empty());
}

void TstRounds::whatCannotTellIsNotWatched()
{
    CallsFixture f;
    const auto adapter = watchable(f);
    adapter->tells = false;
    const CallReply reply = f.run(f.aliceKey, "file:///report", {}, Operation::Subscribe);
    QVERIFY(!reply.isRefused());
    QVERIFY(!reply.watch);
}

#include "tst_rounds.moc"
