// A call that needs input, in both eras: what the client is asked, what comes back, and every way in which it can end.
#include "server/gateway/clientrequests.h"
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/mcpfixture.h"

#include <thread>

using namespace provost;
using testing::McpFixture;
using testing::Sent;

class TstMcpRounds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aModernClientIsToldWhatIsNeeded_data();
    void aModernClientIsToldWhatIsNeeded();
    void whatAModernClientBringsReachesTheCall();
    void malformedAnswersReachNoCall();
    void listsTakeNoAnswers();
    void aMissingCapabilityIsAnError();
    void aStateThatIsNotValidIsNoToolError();

    void aLegacyClientIsAskedOnTheCallsStream();
    void severalAnswersComeInAnyOrder();
    void roundsGoOnUntilThereIsAResult();
    void notificationsStayBeforeTheQuestion();
    void aClientWithoutAStreamIsAskedOnTheSessions();
    void aClientThatCannotBeReachedIsNotWaitedFor();
    void theSecondAnswerIsStray();
    void answersOfAnotherSessionAreStray();
    void answersOfAnotherUserAreRefused();
    void anErrorForAFormCancelsIt();
    void anErrorForASampleEndsTheCall();
    void aCancelledCallIsGivenUp();
    void aSessionThatEndsIsNotWaitedFor();
    void aClientThatDoesNotAnswerIsNotWaitedForEver();
    void aServerThatStopsWaitsForNobody();
    void aClientThatWentMayStillAnswer();
    void callsOfABatchAskOnTheSessionsStream();
    void urlsGetTheIdOfTheLegacyEra();
    void theAgentsSideReachesTheCall_data();
    void theAgentsSideReachesTheCall();
};

PROVOST_TEST(TstMcpRounds)

namespace {

constexpr const char *form =
    R"({"who":{"method":"elicitation/create","params":{"message":"Who?",
        "requestedSchema":{"type":"object","properties":{}}}}})";

calls::CallReply asking(const char *requests = form, QByteArray state = "sealed-1")
{
    return {.value = tools::InputNeeded{*Json::parse(requests), std::move(state)}};
}

Json parsed(const FakeExchange::Event &event)
{
    return Json::parse(event.data).value_or(Json());
}

QByteArray response(const Json &id, const char *member, const char *value)
{
    return Json::object({{"jsonrpc", "2.0"}, {"id", id}, {member, *Json::parse(value)}}).toBytes();
}

// A legacy client of alice that calls a tool; the test plays the rounds.
struct LegacyCall
{
    explicit LegacyCall(const char *accept = "application/json, text/event-stream",
                        bool withStream = false)
    {
        const Json capabilities = *Json::parse(R"({"elicitation":{},"sampling":{},"roots":{}})");
        const Json params =
            Json::object({{"protocolVersion", "2025-11-25"},
                          {"capabilities", capabilities},
                          {"clientInfo", Json::object({{"name", "agent"}, {"version", "2.1"}})}});
        session =
            fixture
                .send("POST", McpFixture::body("initialize", params), McpFixture::as("alice-key"))
                .header("Mcp-Session-Id");
        if (withStream)
            stream = fixture.send("GET", {}, McpFixture::inSession(session));
        fixture.hold = true;
        auto headers = McpFixture::inSession(session);
        for (gateway::Header &header : headers) {
            if (header.name == "Accept")
                header.value = accept;
        }
        const Json call =
            Json::object({{"name", "echo"}, {"_meta", Json::object({{"progressToken", "token"}})}});
        sent = fixture.send("POST", McpFixture::body("tools/call", call, "call-1"), headers);
    }

    // What the client was asked on the call's stream so far.
    [[nodiscard]] const std::vector<FakeExchange::Event> &events() const
    {
        return sent.answer->events;
    }
    [[nodiscard]] Json asked(std::size_t index = 0) const { return parsed(events().at(index)); }
    int answer(const Json &id, const char *member = "result",
               const char *value = R"({"action":"accept","content":{}})")
    {
        return fixture.send("POST", response(id, member, value), McpFixture::inSession(session))
            .status();
    }
    [[nodiscard]] const calls::CallRequest &last() const { return fixture.requests.back(); }
    [[nodiscard]] bool isGivenUp(ErrorCode code) const
    {
        return last().givenUp && last().givenUp->code == code;
    }
    // The next round comes back with what it was told.
    void finish()
    {
        if (last().givenUp)
            fixture.finish({.value = *last().givenUp});
        else
            fixture.finish(McpFixture::success());
    }

    McpFixture fixture;
    QByteArray session;
    Sent stream;
    Sent sent;
};

} // namespace

void TstMcpRounds::aModernClientIsToldWhatIsNeeded_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("params");
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("tool") << QByteArray("tools/call") << QByteArray(R"({"name":"t"})")
                          << QByteArray("t");
    QTest::newRow("prompt") << QByteArray("prompts/get") << QByteArray(R"({"name":"p"})")
                            << QByteArray("p");
    QTest::newRow("resource") << QByteArray("resources/read") << QByteArray(R"({"uri":"a:b"})")
                              << QByteArray("a:b");
}

void TstMcpRounds::aModernClientIsToldWhatIsNeeded()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, params);
    QFETCH(QByteArray, name);
    McpFixture fixture;
    fixture.reply = asking();
    const Sent sent = fixture.send("POST", McpFixture::modernBody(method, *Json::parse(params)),
                                   McpFixture::modernHeaders(method, name));
    QCOMPARE(sent.status(), 200);
    QVERIFY(!sent.answer->streaming);
    QCOMPARE(sent.result()["resultType"], Json("input_required"));
    QCOMPARE(sent.result()["inputRequests"], *Json::parse(form));
    QCOMPARE(sent.result()["requestState"], Json("sealed-1"));
    QVERIFY(!sent.result().contains("ttlMs"));
    QVERIFY(!sent.result().contains("cacheScope"));
}

void TstMcpRounds::whatAModernClientBringsReachesTheCall()
{
    McpFixture fixture;
    const Json params = *Json::parse(
        R"({"name":"echo","inputResponses":{"who":{"action":"decline"}},"requestState":"sealed-1"})");
    const Sent sent = fixture.send("POST", McpFixture::modernBody("tools/call", params),
                                   McpFixture::modernHeaders("tools/call", "echo"));
    QCOMPARE(sent.result()["resultType"], Json("complete"));
    QCOMPARE(fixture.requests.back().inputResponses["who"]["action"], Json("decline"));
    QCOMPARE(fixture.requests.back().requestState, QByteArray("sealed-1"));
}

void TstMcpRounds::malformedAnswersReachNoCall()
{
    McpFixture fixture;
    const Json params = *Json::parse(R"({"name":"echo","inputResponses":{"who":12345}})");
    const Sent sent = fixture.send("POST", McpFixture::modernBody("tools/call", params),
                                   McpFixture::modernHeaders("tools/call", "echo"));
    QCOMPARE(sent.errorCode(), -32602);
    QVERIFY(fixture.requests.empty());
}

void TstMcpRounds::listsTakeNoAnswers()
{
    McpFixture fixture;
    const Json params = *Json::parse(R"({"inputResponses":{"who":{}},"requestState":"sealed-1"})");
    const Sent sent = fixture.send("POST", McpFixture::modernBody("tools/list", params),
                                   McpFixture::modernHeaders("tools/list"));
    QCOMPARE(sent.status(), 200);
    QVERIFY(fixture.requests.back().inputResponses.isNull());
    QVERIFY(fixture.requests.back().requestState.isEmpty());
}

void TstMcpRounds::aMissingCapabilityIsAnError()
{
    McpFixture fixture;
    calls::Refusal refusal{.code = ErrorCode::InvalidInput, .reason = "It needs sampling."};
    refusal.requiredCapabilities = *Json::parse(R"({"sampling":{}})");
    fixture.reply = {.value = refusal};
    const Sent sent = fixture.callModern();
    QCOMPARE(sent.status(), 400);
    QCOMPARE(sent.errorCode(), -32021);
    QCOMPARE(sent.message()["error"]["data"]["requiredCapabilities"].toBytes(),
             QByteArray(R"({"sampling":{}})"));
}

void TstMcpRounds::aStateThatIsNotValidIsNoToolError()
{
    McpFixture fixture;
    fixture.reply = {.value = calls::Refusal{.code = ErrorCode::InvalidInput,
                                             .reason = "Not yours.",
                                             .malformed = true}};
    QCOMPARE(fixture.callModern().errorCode(), -32602);
}

void TstMcpRounds::aLegacyClientIsAskedOnTheCallsStream()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    QVERIFY(call.sent.answer->streaming);
    QCOMPARE(call.asked()["method"], Json("elicitation/create"));
    QCOMPARE(call.asked()["params"].toBytes(), (*Json::parse(form))["who"]["params"].toBytes());
    QVERIFY(call.asked()["id"].isString());
    QCOMPARE(call.fixture.requests.size(), std::size_t(1));

    QCOMPARE(call.answer(call.asked()["id"]), 202);
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QCOMPARE(call.last().inputResponses.toBytes(),
             QByteArray(R"({"who":{"action":"accept","content":{}}})"));
    QCOMPARE(call.last().requestState, QByteArray("sealed-1"));
    QVERIFY(!call.last().givenUp);
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
    QCOMPARE(parsed(call.events().back())["id"], Json("call-1"));
    QVERIFY(!call.sent.result().contains("resultType"));
    QCOMPARE(call.fixture.sessions.strayResponses(), std::int64_t(0));
}

void TstMcpRounds::severalAnswersComeInAnyOrder()
{
    LegacyCall call;
    call.fixture.finish(asking(R"({"a":{"method":"roots/list"},
        "b":{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}})"));
    QTRY_COMPARE(call.events().size(), std::size_t(2));
    QCOMPARE(call.asked(0)["params"].toBytes(), QByteArray("{}"));
    QVERIFY(call.asked(0)["id"] != call.asked(1)["id"]);
    call.answer(call.asked(1)["id"], "result", R"({"model":"m"})");
    QCOMPARE(call.fixture.requests.size(), std::size_t(1));
    // On another thread, as another loop would.
    const Json id = call.asked(0)["id"];
    const auto session =
        call.fixture.sessions.find(call.session, {TenantId("acme-corp"), UserId("alice")});
    std::thread([&] {
        session->requests().answer(id.toByteArray(), *Json::parse(R"({"result":{"roots":[]}})"));
    }).join();
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QCOMPARE(call.last().inputResponses.toBytes(),
             QByteArray(R"({"a":{"roots":[]},"b":{"model":"m"}})"));
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
}

void TstMcpRounds::roundsGoOnUntilThereIsAResult()
{
    LegacyCall call;
    for (std::size_t round = 0; round < 3; ++round) {
        call.fixture.finish(asking(form, "sealed-" + QByteArray::number(qulonglong(round))));
        QTRY_COMPARE(call.events().size(), round + 1);
        call.answer(call.asked(round)["id"]);
        QTRY_COMPARE(call.fixture.requests.size(), round + 2);
        QCOMPARE(call.last().requestState, "sealed-" + QByteArray::number(qulonglong(round)));
        QCOMPARE(call.last().params["_meta"]["progressToken"], Json("token"));
    }
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
}

void TstMcpRounds::notificationsStayBeforeTheQuestion()
{
    LegacyCall call;
    const auto notify = call.last().notify;
    notify("notifications/progress", Json::object({{"progress", 1}}));
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(2));
    QCOMPARE(call.asked(0)["method"], Json("notifications/progress"));
    QCOMPARE(call.asked(1)["method"], Json("elicitation/create"));
    call.answer(call.asked(1)["id"]);
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    call.last().notify("notifications/progress", Json::object({{"progress", 1}})); // did not rise
    call.last().notify("notifications/progress", Json::object({{"progress", 2}}));
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
    QCOMPARE(call.events().size(), std::size_t(4));
    QCOMPARE(call.asked(2)["params"]["progressToken"], Json("token"));
}

void TstMcpRounds::aClientWithoutAStreamIsAskedOnTheSessions()
{
    LegacyCall call("application/json", true);
    call.fixture.finish(asking());
    QTRY_COMPARE(call.stream.answer->events.size(), std::size_t(1));
    const Json asked = parsed(call.stream.answer->events.front());
    QCOMPARE(asked["method"], Json("elicitation/create"));
    call.answer(asked["id"]);
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    call.finish();
    QTRY_COMPARE(call.sent.status(), 200);
    QVERIFY(!call.sent.answer->streaming);
}

void TstMcpRounds::aClientThatCannotBeReachedIsNotWaitedFor()
{
    LegacyCall call("application/json");
    call.fixture.finish(asking());
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QVERIFY(call.isGivenUp(ErrorCode::Unavailable));
    QCOMPARE(call.last().requestState, QByteArray("sealed-1"));
    call.finish();
    QTRY_VERIFY(call.sent.status() != 0);
}

void TstMcpRounds::theSecondAnswerIsStray()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    const Json id = call.asked()["id"];
    QCOMPARE(call.answer("made-up"), 202);
    QCOMPARE(call.answer(17), 202);
    QCOMPARE(call.fixture.sessions.strayResponses(), std::int64_t(2));
    QCOMPARE(call.answer(id), 202);
    QCOMPARE(call.answer(id, "result", R"({"action":"decline"})"), 202);
    QCOMPARE(call.fixture.sessions.strayResponses(), std::int64_t(3));
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QCOMPARE(call.last().inputResponses["who"]["action"], Json("accept"));
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
}

void TstMcpRounds::answersOfAnotherSessionAreStray()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    const QByteArray other = call.fixture.session();
    QCOMPARE(call.fixture
                 .send("POST", response(call.asked()["id"], "result", "{}"),
                       McpFixture::inSession(other))
                 .status(),
             202);
    QCOMPARE(call.fixture.sessions.strayResponses(), std::int64_t(1));
    QCOMPARE(call.fixture.requests.size(), std::size_t(1));
    call.answer(call.asked()["id"]);
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
}

void TstMcpRounds::answersOfAnotherUserAreRefused()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    QCOMPARE(call.fixture
                 .send("POST", response(call.asked()["id"], "result", "{}"),
                       McpFixture::inSession(call.session, "bob-key"))
                 .status(),
             404);
    QCOMPARE(call.fixture.requests.size(), std::size_t(1));
    call.answer(call.asked()["id"]);
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
}

void TstMcpRounds::anErrorForAFormCancelsIt()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    call.answer(call.asked()["id"], "error", R"({"code":-32602,"message":"no such mode"})");
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QCOMPARE(call.last().inputResponses.toBytes(), QByteArray(R"({"who":{"action":"cancel"}})"));
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
}

void TstMcpRounds::anErrorForASampleEndsTheCall()
{
    LegacyCall call;
    call.fixture.finish(
        asking(R"({"a":{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}},
        "b":{"method":"elicitation/create","params":{"message":"Who?",
        "requestedSchema":{"type":"object","properties":{}}}}})"));
    QTRY_COMPARE(call.events().size(), std::size_t(2));
    call.answer(call.asked(0)["id"], "error", R"({"code":-1,"message":"User rejected it"})");
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QVERIFY(call.isGivenUp(ErrorCode::InvalidInput));
    QVERIFY(call.last().givenUp->reason.contains("User rejected it"));
    // Nobody waits for the other answer any more, and the client is told.
    QCOMPARE(call.events().size(), std::size_t(3));
    QCOMPARE(call.asked(2)["method"], Json("notifications/cancelled"));
    QCOMPARE(call.asked(2)["params"]["requestId"], call.asked(1)["id"]);
    call.answer(call.asked(1)["id"]);
    QCOMPARE(call.fixture.sessions.strayResponses(), std::int64_t(1));
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
    QVERIFY(call.sent.result()["isError"].toBool());
}

void TstMcpRounds::aCancelledCallIsGivenUp()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    call.fixture.send(
        "POST",
        McpFixture::note("notifications/cancelled", Json::object({{"requestId", "call-1"}})),
        McpFixture::inSession(call.session));
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QVERIFY(call.isGivenUp(ErrorCode::Cancelled));
    call.answer(call.asked()["id"]);
    QCOMPARE(call.fixture.sessions.strayResponses(), std::int64_t(1));
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
    QCOMPARE(call.events().size(), std::size_t(1)); // no answer: none is expected
    QTRY_VERIFY(call.fixture.endpoint.isIdle());
}

void TstMcpRounds::aSessionThatEndsIsNotWaitedFor()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    call.fixture.send("DELETE", {}, McpFixture::inSession(call.session));
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QVERIFY(call.isGivenUp(ErrorCode::Cancelled));
    call.finish();
    QTRY_VERIFY(call.fixture.endpoint.isIdle());
}

void TstMcpRounds::aClientThatDoesNotAnswerIsNotWaitedForEver()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    call.fixture.clock.advance(gateway::ClientRequests::patience - std::chrono::seconds(1));
    call.fixture.sessions.expire();
    QCOMPARE(call.fixture.requests.size(), std::size_t(1));
    call.fixture.clock.advance(std::chrono::seconds(1));
    call.fixture.sessions.expire();
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QVERIFY(call.isGivenUp(ErrorCode::Timeout));
    QCOMPARE(call.asked(1)["method"], Json("notifications/cancelled"));
    QCOMPARE(call.asked(1)["params"]["requestId"], call.asked(0)["id"]);
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
    QVERIFY(call.sent.result()["isError"].toBool());
}

void TstMcpRounds::aServerThatStopsWaitsForNobody()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    call.fixture.endpoint.drain();
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QVERIFY(call.isGivenUp(ErrorCode::Cancelled));
    call.finish();
    QTRY_VERIFY(call.fixture.endpoint.isIdle());
    QVERIFY(call.sent.answer->ended);
}

// The connection of a legacy client is not its request.
void TstMcpRounds::aClientThatWentMayStillAnswer()
{
    LegacyCall call;
    call.fixture.finish(asking());
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    call.sent.exchange->close();
    QCOMPARE(call.answer(call.asked()["id"]), 202);
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    QVERIFY(!call.last().givenUp);
    call.finish();
    QTRY_VERIFY(call.fixture.endpoint.isIdle());
}

void TstMcpRounds::callsOfABatchAskOnTheSessionsStream()
{
    McpFixture fixture;
    const QByteArray session = fixture.session("2025-03-26");
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(session));
    fixture.hold = true;
    const Sent batch = fixture.send(
        "POST", '[' + McpFixture::body("tools/call", Json::object({{"name", "echo"}})) + ']',
        McpFixture::inSession(session));
    fixture.finish(asking(R"({"a":{"method":"roots/list"}})"));
    QTRY_COMPARE(stream.answer->events.size(), std::size_t(1));
    const Json id = parsed(stream.answer->events.front())["id"];
    fixture.send("POST", '[' + response(id, "result", R"({"roots":[]})") + ']',
                 McpFixture::inSession(session));
    QTRY_COMPARE(fixture.requests.size(), std::size_t(2));
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(batch.status(), 200);
}

void TstMcpRounds::urlsGetTheIdOfTheLegacyEra()
{
    LegacyCall call;
    call.fixture.finish(asking(R"({"a":{"method":"elicitation/create",
        "params":{"mode":"url","message":"Sign in","url":"https://example.com"}}})"));
    QTRY_COMPARE(call.events().size(), std::size_t(1));
    QVERIFY(!call.asked()["params"]["elicitationId"].toByteArray().isEmpty());
    call.answer(call.asked()["id"]);
    QTRY_COMPARE(call.fixture.requests.size(), std::size_t(2));
    call.finish();
    QTRY_VERIFY(call.sent.answer->ended);
}

void TstMcpRounds::theAgentsSideReachesTheCall_data()
{
    QTest::addColumn<bool>("modern");
    QTest::newRow("modern") << true;
    QTest::newRow("legacy") << false;
}

void TstMcpRounds::theAgentsSideReachesTheCall()
{
    QFETCH(bool, modern);
    if (modern) {
        McpFixture fixture;
        fixture.callModern();
        QCOMPARE(fixture.requests.back().logLevel, QByteArray());
        QVERIFY(!fixture.requests.back().wantsLogs);
        fixture.callModern(Json::object({{"io.modelcontextprotocol/logLevel", "warning"}}));
        QCOMPARE(fixture.requests.back().logLevel, QByteArray("warning"));
        QVERIFY(fixture.requests.back().wantsLogs);
        QCOMPARE(fixture.requests.back().clientCapabilities, Json::object());
        return;
    }
    LegacyCall call;
    QCOMPARE(call.last().clientCapabilities.toBytes(),
             QByteArray(R"({"elicitation":{},"sampling":{},"roots":{}})"));
    QCOMPARE(call.last().logLevel, QByteArray("debug"));
    QVERIFY(!call.last().wantsLogs);
    QVERIFY(!call.last().sessionId.isEmpty());
    call.fixture.send("POST",
                      McpFixture::body("logging/setLevel", Json::object({{"level", "error"}})),
                      McpFixture::inSession(call.session));
    const Sent second = call.fixture.send(
        "POST", McpFixture::body("tools/call", Json::object({{"name", "echo"}}), 2),
        McpFixture::inSession(call.session));
    QCOMPARE(call.last().logLevel, QByteArray("error"));
    QVERIFY(call.last().wantsLogs);
    call.fixture.finish(McpFixture::success());
    call.fixture.finish(McpFixture::success());
    QTRY_VERIFY(call.fixture.endpoint.isIdle());
}

#include "tst_mcprounds.moc"
