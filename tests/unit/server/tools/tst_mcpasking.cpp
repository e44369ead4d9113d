// A legacy server that asks: its requests become questions to the agent of the call that they belong to, and of no
// other; rounds, capabilities, attribution, deadlines, expiry.
#include "server/tools/adapters/mcp/requeststate.h"
#include "tests/support/testing.h"
#include "tests/unit/server/tools/connectionbench.h"

using namespace provost;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::testing;
using namespace std::chrono_literals;

namespace {

Json everything()
{
    return carriedCapabilities(Era::Legacy);
}

Caller alice(Json capabilities = everything())
{
    return {.tenant = TenantId("acme"),
            .user = UserId("alice"),
            .session = "s1",
            .capabilities = std::move(capabilities),
            .logLevel = {}};
}

BenchOptions overHttp()
{
    return {.capabilities = everything(), .streams = true};
}

BenchOptions overPipe()
{
    return {.capabilities = everything(), .ofOnePrincipal = true};
}

BenchOptions overOwnHttp()
{
    return {.capabilities = everything(), .ofOnePrincipal = true, .streams = true};
}

const char *const initializedWithLogging =
    R"({"protocolVersion":"2025-11-25","capabilities":{"logging":{}}})";

QByteArray log(const char *level)
{
    return QByteArray(R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":")")
           + level + R"(","data":1}})";
}

Json accepting(const char *key)
{
    return Json::object({{key, Json::object({{"action", "accept"}})}});
}

QByteArray ask(const char *id, const char *method = "elicitation/create",
               const char *params = R"({"message":"?","x":1.50})")
{
    return QByteArray(R"({"jsonrpc":"2.0","id":)") + id + R"(,"method":")" + method
           + R"(","params":)" + params + '}';
}

} // namespace

class TstMcpAsking : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aTaskWhoseResultHasToWaitIsCancelledWithIt()
    {
        Bench bench(overPipe());
        bench.shakeHands();
        const auto running = bench.call(alice());
        const auto sent = bench.transport->sent.size();
        auto waiting = bench.call(alice(), [](Request &request) {
            request.method = "tasks/result";
            request.params = Json::object({{"taskId", "t1"}});
        });
        QCOMPARE(bench.transport->sent.size(), sent); // one after the other
        bench.connection->cancel(bench.lastId);
        QCOMPARE(waiting.wait().error().code, ErrorCode::Cancelled);
        QCOMPARE(bench.transport->last()["method"].toByteArray(), QByteArray("tasks/cancel"));
        QCOMPARE(bench.transport->last()["params"].toBytes(), QByteArray(R"({"taskId":"t1"})"));
    }

    void parksTheCallUntilItsAnswersCome()
    {
        Bench bench(overHttp());
        bench.shakeHands();
        auto running = bench.call(alice());
        const Json request = bench.transport->last();
        const auto stream = *request["id"].toInteger();
        bench.transport->say(ask("7"), stream);
        const auto asked = running.wait();
        QVERIFY(asked && asked->needs);
        QCOMPARE(
            asked->needs->requests.toBytes(),
            QByteArray(
                R"({"elicitation_1":{"method":"elicitation/create","params":{"message":"?","x":1.50}}})"));
        QVERIFY(bench.connection->hasParked());
        QVERIFY(!asked->needs->state.contains("alice"));

        auto answered = bench.round(
            alice(), asked->needs->state,
            *Json::parse(R"({"elicitation_1":{"action":"accept","content":{"n":1.0}},"more":{}})"));
        QCOMPARE(bench.transport->last().toBytes(),
                 QByteArray(R"({"jsonrpc":"2.0","id":7,"result":)"
                            R"({"action":"accept","content":{"n":1.0}}})"));
        QVERIFY(!answered.isDone());
        bench.transport->answer(request, R"({"content":[]})");
        QCOMPARE(answered.wait()->result.toBytes(), QByteArray(R"({"content":[]})"));
        QVERIFY(!bench.connection->hasParked());
    }

    void aHandleIsGoodOnceAndForItsOwnerOnly()
    {
        Bench bench(overHttp());
        bench.shakeHands();
        auto running = bench.call(alice());
        bench.transport->say(ask("7"), bench.lastId);
        const QByteArray state = running.wait()->needs->state;
        const Json responses = *Json::parse(R"({"elicitation_1":{"action":"accept"}})");
        const std::size_t before = bench.transport->sent.size();

        Caller mallory = alice();
        mallory.user = UserId("mallory");
        QCOMPARE(bench.round(mallory, state, responses).wait().error().code,
                 ErrorCode::InvalidInput);
        Caller elsewhere = alice();
        elsewhere.tenant = TenantId("other");
        QCOMPARE(bench.round(elsewhere, state, responses).wait().error().code,
                 ErrorCode::InvalidInput);
        QCOMPARE(bench.transport->sent.size(), before);

        auto mine = bench.round(alice(), state, responses);
        QCOMPARE(bench.transport->sent.size(), before + 1);
        const auto again = bench.round(alice(), state, responses).wait();
        QCOMPARE(again.error().code, ErrorCode::InvalidInput);
        QVERIFY(again.error().message.contains(QStringLiteral("make it again")));
        QVERIFY(!mine.isDone());
    }

    void severalQuestionsAreOneRound()
    {
        Bench bench(overHttp());
        bench.shakeHands();
        auto running = bench.call(alice());
        const Json request = bench.transport->last();
        bench.transport->say(ask("1"), bench.lastId);
        bench.transport->say(ask("\"b\"", "roots/list", "{}"), bench.lastId);
        bench.transport->say(ask("1"), bench.lastId); // the same id twice
        QCOMPARE(bench.transport->last()["error"]["code"].toInteger(), -32603);
        const auto asked = running.wait();
        QCOMPARE(asked->needs->requests.members().size(), 2u);
        QVERIFY(asked->needs->requests["roots_2"]["method"].toByteArray() == "roots/list");

        // What was not answered is asked again, and what came meanwhile too.
        bench.transport->say(ask("3", "sampling/createMessage"), *request["id"].toInteger());
        auto second =
            bench.round(alice(), asked->needs->state, *Json::parse(R"({"roots_2":{"roots":[]}})"));
        QCOMPARE(bench.transport->last()["id"].toByteArray(), QByteArray("b"));
        const auto askedAgain = second.wait();
        QVERIFY(askedAgain->needs);
        QVERIFY(askedAgain->needs->state != asked->needs->state);
        QVERIFY(askedAgain->needs->requests.contains("elicitation_1"));
        QVERIFY(askedAgain->needs->requests.contains("sampling_3"));
        auto third = bench.round(alice(), askedAgain->needs->state,
                                 *Json::parse(R"({"elicitation_1":{"action":"cancel"},)"
                                              R"("sampling_3":{"role":"assistant"}})"));
        bench.transport->answer(request, "{}");
        QVERIFY(third.wait());
    }

    void refusesWhatTheAgentCannotAnswer_data()
    {
        QTest::addColumn<QByteArray>("declared");
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("params");
        QTest::addColumn<int>("code"); // 0: asked
        const auto row = [](const char *name, const char *declared, const char *method,
                            const char *params, int code) {
            QTest::newRow(name) << QByteArray(declared) << QByteArray(method) << QByteArray(params)
                                << code;
        };
        const char *const elicit = "elicitation/create";
        const char *const sample = "sampling/createMessage";
        row("no roots", "{}", "roots/list", "{}", -32601);
        row("roots", R"({"roots":{}})", "roots/list", "{}", 0);
        row("no sampling", R"({"roots":{}})", sample, "{}", -32601);
        row("sampling", R"({"sampling":{}})", sample, "{}", 0);
        row("tools", R"({"sampling":{}})", sample, R"({"tools":[]})", -32602);
        row("tools declared", R"({"sampling":{"tools":{}}})", sample, R"({"tools":[]})", 0);
        row("no elicitation", "{}", elicit, "{}", -32601);
        row("form", R"({"elicitation":{}})", elicit, "{}", 0);
        row("form by name", R"({"elicitation":{"form":{}}})", elicit, R"({"mode":"form"})", 0);
        row("no url", R"({"elicitation":{}})", elicit, R"({"mode":"url"})", -32602);
        row("url", R"({"elicitation":{"url":{}}})", elicit, R"({"mode":"url"})", 0);
        row("url only", R"({"elicitation":{"url":{}}})", elicit, "{}", -32602);
        row("unknown", R"({"roots":{}})", "tools/call", "{}", -32601);
    }

    void refusesWhatTheAgentCannotAnswer()
    {
        QFETCH(QByteArray, declared);
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, params);
        QFETCH(int, code);
        Bench bench(overHttp());
        bench.shakeHands();
        auto running = bench.call(alice(*Json::parse(declared)));
        const Json request = bench.transport->last();
        bench.transport->say(ask("7", method.constData(), params.constData()), bench.lastId);
        if (code == 0) {
            QVERIFY(running.wait()->needs);
            return;
        }
        QCOMPARE(bench.transport->last()["id"].toInteger(), 7);
        QCOMPARE(bench.transport->last()["error"]["code"].toInteger(), code);
        bench.transport->answer(request, "{}"); // and the call goes on
        QVERIFY(!running.wait()->needs);
    }

    void nobodyIsAskedOutsideOfACall()
    {
        // Over HTTP: not on the stream of the call. Over a pipe that many share: no stream tells.
        for (const BenchOptions &options :
             {overHttp(), BenchOptions{.capabilities = everything()}}) {
            Bench bench(options);
            bench.shakeHands();
            auto running = bench.call(alice());
            bench.transport->say(ask("7"));
            QCOMPARE(bench.transport->last()["error"]["code"].toInteger(), -32601);
            bench.transport->say(ask("8"), 999);
            QCOMPARE(bench.transport->last()["id"].toInteger(), 8);
            QCOMPARE(bench.connection->irregularities().refusedRequests, 2);
            QVERIFY(!running.isDone());
        }
        Bench bench(overPipe());
        bench.shakeHands();
        bench.transport->say(ask("7"));
        QCOMPARE(bench.transport->last()["error"]["code"].toInteger(), -32601);
    }

    void overAPipeCallsThatMayAskGoOneAfterTheOther()
    {
        Bench bench(overPipe());
        bench.shakeHands();
        auto first = bench.call(alice());
        const Json one = bench.transport->last();
        auto second = bench.call(alice());
        auto ours = bench.request(); // of nobody: never waits
        QCOMPARE(bench.transport->sent.size(), 4u);
        bench.transport->say(ask("7"));
        const auto asked = first.wait();
        QVERIFY(asked->needs);
        QCOMPARE(bench.transport->sent.size(), 4u);

        auto answered = bench.round(alice(), asked->needs->state,
                                    *Json::parse(R"({"elicitation_1":{"action":"accept"}})"));
        bench.transport->answer(one, "{}");
        QVERIFY(answered.wait());
        QCOMPARE(bench.transport->sent.size(), 6u);
        bench.transport->answer(bench.transport->last(), R"({"n":2})");
        QCOMPARE(second.wait()->result.toBytes(), QByteArray(R"({"n":2})"));
        QVERIFY(!ours.isDone());
    }

    void onTheSessionsStreamTheOldestThatIsNotWaitingIsAsked()
    {
        Bench bench(overOwnHttp());
        bench.shakeHands();
        auto one = bench.call(alice());
        auto two = bench.call(alice());
        const Json sentAsTwo = bench.transport->last();
        bench.transport->say(ask("7"));
        bench.transport->say(ask("8")); // at once: each is asked one
        const auto askedOne = one.wait();
        const auto askedTwo = two.wait();
        QCOMPARE(askedOne->needs->requests.members().size(), 1u);
        QCOMPARE(askedTwo->needs->requests.members().size(), 1u);

        auto nextTwo = bench.round(alice(), askedTwo->needs->state, accepting("elicitation_1"));
        QCOMPARE(bench.transport->last()["id"].toInteger(), 8);
        bench.transport->say(ask("9"));
        const auto askedAgain = nextTwo.wait(); // because the first one waits still
        QVERIFY(askedAgain->needs->requests.contains("elicitation_2"));
        auto lastTwo = bench.round(alice(), askedAgain->needs->state, accepting("elicitation_2"));
        bench.transport->answer(sentAsTwo, "{}");
        QVERIFY(!lastTwo.wait()->needs);
        QVERIFY(bench.connection->hasParked());
    }

    void aCallThatWasAskedForAnotherOneKeepsItsAnswer()
    {
        Bench bench(overOwnHttp());
        bench.shakeHands();
        auto one = bench.call(alice());
        const Json sentAsOne = bench.transport->last();
        auto two = bench.call(alice()); // the server asks for this one
        const Json sentAsTwo = bench.transport->last();
        bench.transport->say(ask("7"));
        const auto asked = one.wait();
        bench.transport->answer(sentAsOne, R"({"n":1})");
        bench.transport->refuse(sentAsOne, Failure::Exchange); // its stream ends
        bench.transport->answer(sentAsOne, R"({"n":"again"})");
        QCOMPARE(bench.connection->irregularities().lateAnswers, 1);
        QVERIFY(!two.isDone());

        auto answered = bench.round(alice(), asked->needs->state, accepting("elicitation_1"));
        QCOMPARE(answered.wait()->result.toBytes(), QByteArray(R"({"n":1})"));
        QCOMPARE(bench.transport->last().toBytes(),
                 QByteArray(R"({"jsonrpc":"2.0","id":7,"result":{"action":"accept"}})"));
        bench.transport->answer(sentAsTwo, R"({"n":2})");
        QCOMPARE(two.wait()->result.toBytes(), QByteArray(R"({"n":2})"));
    }

    void aQuestionMovesOnWhenItsCallEndsBeforeItWasAsked()
    {
        Bench bench(overOwnHttp());
        bench.shakeHands();
        auto one = bench.call(alice());
        const Json sentAsOne = bench.transport->last();
        auto two = bench.call(alice());
        bench.transport->say(ask("7"));
        bench.transport->answer(sentAsOne, "{}"); // it was not his question
        QVERIFY(!one.wait()->needs);
        QVERIFY(two.wait()->needs->requests.contains("elicitation_1"));
        auto three = bench.call(alice());
        const Json sentAsThree = bench.transport->last();
        bench.transport->say(ask("8"));
        bench.transport->answer(sentAsThree, "{}");
        QVERIFY(!three.wait()->needs);
        QCOMPARE(bench.connection->irregularities().refusedRequests, 0); // the second may be asked
    }

    void aQuestionThatNobodyAnsweredIsNotAskedAgain()
    {
        BenchOptions options = overOwnHttp();
        options.parkedPatience = 50ms;
        Bench bench(options);
        bench.shakeHands();
        auto one = bench.call(alice());
        auto two = bench.call(alice());
        bench.transport->say(ask("7"));
        QVERIFY(one.wait()->needs);
        QTRY_VERIFY(!bench.connection->hasParked());
        QCOMPARE(bench.transport->last()["id"].toInteger(), 7);
        QCOMPARE(bench.transport->last()["error"]["code"].toInteger(), -32603);
        QVERIFY(!two.isDone());
    }

    void theServersWordsAreNotLostBeforeItCanBeHeard()
    {
        BenchOptions options = overOwnHttp();
        options.isDeaf = true;
        Bench bench(options);
        bench.shakeHands(initializedWithLogging);
        const std::size_t before = bench.transport->sent.size();
        auto ours = bench.request(); // of nobody: never waits
        auto one = bench.call(alice());
        QCOMPARE(bench.transport->sent.size(), before + 1);
        bench.transport->hear();
        QCOMPARE(bench.transport->sent.size(), before + 2);
        QVERIFY(!ours.isDone() && !one.isDone());

        // Whoever cannot hear anything anyway does not wait.
        options.capabilities = Json::object();
        Bench quiet(options);
        quiet.shakeHands(initializedWithLogging);
        auto two = quiet.call(alice(Json::object()));
        QCOMPARE(quiet.transport->last()["method"].toByteArray(), QByteArray("tools/call"));
    }

    void logsOfTheSessionGoToACallThatTakesThem_data()
    {
        QTest::addColumn<bool>("modern");
        QTest::addColumn<bool>("streams");
        QTest::newRow("legacy, http") << false << true;
        QTest::newRow("legacy, pipe") << false << false;
        QTest::newRow("modern, pipe") << true << false;
    }

    void logsOfTheSessionGoToACallThatTakesThem()
    {
        QFETCH(bool, modern);
        QFETCH(bool, streams);
        Bench bench({.era = modern ? Era::Modern : Era::Legacy,
                     .ofOnePrincipal = true,
                     .streams = streams});
        bench.shakeHands(modern ? discovered : initializedWithLogging);
        std::vector<QByteArray> seen;
        const auto taking = [&seen](const char *level, const char *who) {
            return [&seen, level, who](Request &request) {
                request.caller->logLevel = level;
                request.caller->wantsLogs = true;
                request.notify = [&seen, who](const QByteArray &, const Json &params) {
                    seen.push_back(who + (' ' + params["level"].toByteArray()));
                };
            };
        };
        const auto agree = [&bench] {
            if (bench.transport->last()["method"].toByteArray() == "logging/setLevel")
                bench.transport->answer(bench.transport->last(), "{}");
        };
        auto one = bench.call(alice(Json::object()), taking("error", "one"));
        agree();
        const Json sentAsOne = bench.transport->last();
        auto two = bench.call(alice(Json::object()), taking("info", "two"));
        agree();
        bench.transport->say(log("debug"));
        bench.transport->say(log("info"));
        bench.transport->say(log("error"));
        QCOMPARE(seen, (std::vector<QByteArray>{"two info", "one error"}));

        // Over HTTP the answer comes on another stream, and may be faster.
        bench.transport->answer(sentAsOne, R"({"n":1})");
        bench.transport->answer(sentAsOne, R"({"n":2})");
        bench.transport->say(log("critical"));
        QCOMPARE(one.wait()->result.toBytes(), QByteArray(R"({"n":1})"));
        QCOMPARE(bench.connection->irregularities().lateAnswers, 1);
        QCOMPARE(seen.back(), QByteArray(streams ? "one critical" : "two critical"));
        bench.transport->say(log("alert"));
        QCOMPARE(seen.back(), QByteArray("two alert"));
        QCOMPARE(bench.connection->irregularities().strayNotifications, 0);
    }

    void onlyTheServersOwnTimeCounts()
    {
        Bench bench(overHttp());
        bench.shakeHands();
        auto running = bench.call(alice(), [](Request &request) {
            request.deadline = QDeadlineTimer(400ms, Qt::PreciseTimer);
        });
        bench.transport->say(ask("7"), bench.lastId);
        const auto asked = running.wait();
        QElapsedTimer elapsed;
        elapsed.start();
        QTRY_VERIFY(elapsed.hasExpired(600)); // the agent takes its time
        QVERIFY(bench.connection->hasParked());
        auto answered = bench.round(alice(), asked->needs->state,
                                    *Json::parse(R"({"elicitation_1":{"action":"accept"}})"), 1h);
        QCOMPARE(answered.wait().error().code, ErrorCode::Timeout); // of what the first one left
        QCOMPARE(bench.transport->last()["method"].toByteArray(),
                 QByteArray("notifications/cancelled"));
    }

    void givesUpWhenNobodyAnswers()
    {
        BenchOptions options = overHttp();
        options.parkedPatience = 50ms;
        Bench bench(options);
        bench.shakeHands();
        auto running = bench.call(alice());
        const Json request = bench.transport->last();
        bench.transport->say(ask("7"), bench.lastId);
        const auto asked = running.wait();
        QTRY_VERIFY(!bench.connection->hasParked());
        QCOMPARE(bench.transport->last()["method"].toByteArray(),
                 QByteArray("notifications/cancelled"));
        QCOMPARE(bench.transport->last()["params"]["requestId"], request["id"]);
        QCOMPARE(bench.round(alice(), asked->needs->state, Json::object()).wait().error().code,
                 ErrorCode::InvalidInput);
    }

    void oneWhoNeverAnswersIsNotAskedForEver()
    {
        Bench bench(overHttp());
        bench.shakeHands();
        int parked = 0;
        for (int i = 0; i < 40; ++i) {
            auto running = bench.call(alice());
            const Json request = bench.transport->last();
            bench.transport->say(ask("7"), bench.lastId);
            QTRY_VERIFY(running.isDone() || bench.transport->last()["error"].isObject());
            if (!running.isDone()) {
                bench.transport->answer(request, "{}");
                QVERIFY(!running.wait()->needs);
                continue;
            }
            ++parked;
        }
        QCOMPARE(parked, 16);
    }

    void whatCameMeanwhileIsGivenToTheNextRound()
    {
        Bench bench(overHttp());
        bench.shakeHands();
        auto running = bench.call(alice());
        const Json request = bench.transport->last();
        bench.transport->say(ask("7"), bench.lastId);
        const auto asked = running.wait();
        bench.transport->say(
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
        bench.transport->answer(request, R"({"without":"you"})");
        auto round = bench.round(alice(), asked->needs->state,
                                 *Json::parse(R"({"elicitation_1":{"action":"accept"}})"));
        QCOMPARE(round.wait()->result.toBytes(), QByteArray(R"({"without":"you"})"));
        QVERIFY(bench.transport->last()["method"].toByteArray() == "tools/call");
    }

    void aRoundCanBeCancelled()
    {
        Bench bench(overHttp());
        bench.shakeHands();
        auto running = bench.call(alice());
        const auto sentAs = bench.lastId;
        bench.transport->say(ask("7"), bench.lastId);
        const auto asked = running.wait();
        bench.connection->cancel(sentAs); // of the round that is over
        QVERIFY(bench.connection->hasParked());
        auto round = bench.round(alice(), asked->needs->state,
                                 *Json::parse(R"({"elicitation_1":{"action":"accept"}})"));
        bench.connection->cancel(bench.lastId);
        QCOMPARE(round.wait().error().code, ErrorCode::Cancelled);
        QCOMPARE(bench.transport->last()["params"]["requestId"].toInteger(), sentAs);
    }

    void theServersEndEndsWhatIsParked()
    {
        Bench bench(overHttp());
        bench.shakeHands();
        auto running = bench.call(alice());
        bench.transport->say(ask("7"), bench.lastId);
        const auto asked = running.wait();
        bench.transport->die();
        QCOMPARE(bench.round(alice(), asked->needs->state, Json::object()).wait().error().code,
                 ErrorCode::InvalidInput);
    }

    void addressesToOpenFirst()
    {
        const char *const error =
            R"({"code":-32042,"message":"open","data":{"elicitations":[)"
            R"({"mode":"url","elicitationId":"e","url":"https://x/","message":"m"}]}})";
        Bench bench(overHttp());
        bench.shakeHands();
        auto running = bench.call(alice());
        bench.transport->answerError(bench.transport->last(), error);
        const auto asked = running.wait();
        QVERIFY(asked && asked->needs);
        QCOMPARE(asked->needs->requests["elicitation_1"]["params"]["url"].toByteArray(),
                 QByteArray("https://x/"));
        QCOMPARE(decodeState(asked->needs->state)->kind, RequestState::Kind::Repeat);
        auto other = bench.call(alice(*Json::parse(R"({"elicitation":{}})")));
        bench.transport->answerError(bench.transport->last(), error);
        QCOMPARE(other.wait().error().code, ErrorCode::Upstream);
    }

    void logsGoToTheirCall()
    {
        Bench bench(overHttp());
        bench.shakeHands(initializedWithLogging);
        std::vector<QByteArray> seen;
        const auto listen = [&seen](const char *level, const char *who) {
            return [&seen, level, who](Request &request) {
                request.caller->logLevel = level;
                request.notify = [&seen, who](const QByteArray &method, const Json &params) {
                    QCOMPARE(method, QByteArray("notifications/message"));
                    seen.push_back(who + (' ' + params.toBytes()));
                };
            };
        };
        const auto log = [&bench](const char *level, Transport::RequestId stream) {
            bench.transport->say(
                QByteArray(R"({"jsonrpc":"2.0","method":"notifications/message","params":)")
                    + R"({"level":")" + level + R"(","data":1.0}})",
                stream);
        };
        const auto agree = [&bench](const char *level) {
            QCOMPARE(bench.transport->last()["method"].toByteArray(),
                     QByteArray("logging/setLevel"));
            QCOMPARE(bench.transport->last()["params"]["level"].toByteArray(), QByteArray(level));
            bench.transport->answer(bench.transport->last(), "{}");
            QCOMPARE(bench.transport->last()["method"].toByteArray(), QByteArray("tools/call"));
        };
        auto one = bench.call(alice(), listen("error", "one"));
        const auto first = bench.lastId;
        agree("error");
        auto two = bench.call(alice(), listen("info", "two"));
        const auto second = bench.lastId;
        agree("info");
        auto three = bench.call(alice(), listen("warning", "three"));
        QCOMPARE(bench.transport->sent.size(), 7u); // the server tells enough already
        log("info", first);
        log("info", second);
        log("critical", first);
        log("critical", Transport::NoRequest);
        QCOMPARE(seen, (std::vector<QByteArray>{R"(two {"level":"info","data":1.0})",
                                                R"(one {"level":"critical","data":1.0})"}));
        QCOMPARE(bench.connection->irregularities().strayNotifications, 1);
    }
};

PROVOST_TEST(TstMcpAsking)

#include "tst_mcpasking.moc"
