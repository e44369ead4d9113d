// Connection over a transport that the test drives: ids, deadlines, cancellation, progress, and what must be ignored.
#include "tests/support/testing.h"
#include "tests/unit/server/tools/connectionbench.h"

#include <QSignalSpy>

using namespace provost;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::testing;
using namespace std::chrono_literals;

class TstMcpConnection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shakesHandsBeforeAnythingElse()
    {
        Bench bench;
        auto early = bench.request();
        QCOMPARE(bench.transport->sent.size(), 1u);
        const Json hello = bench.transport->last();
        QCOMPARE(hello["method"].toByteArray(), QByteArray("initialize"));
        QCOMPARE(hello["params"]["protocolVersion"].toByteArray(), QByteArray("2025-11-25"));
        QVERIFY(hello["params"]["capabilities"].isObject());

        bench.shakeHands();
        QCOMPARE(bench.transport->version, QByteArray("2025-06-18"));
        QCOMPARE(bench.transport->sent.size(), 3u);
        QCOMPARE(bench.transport->sent[1]["method"].toByteArray(),
                 QByteArray("notifications/initialized"));
        bench.transport->answer(bench.transport->last(), R"({"content":[]})");
        QVERIFY(early.wait());
        QVERIFY(bench.connection->session().can("tools"));
        QVERIFY(!bench.connection->session().can("prompts"));
    }

    void refusesAnUnknownRevision_data()
    {
        QTest::addColumn<QByteArray>("result");
        QTest::newRow("future") << QByteArray(
            R"({"protocolVersion":"2099-01-01","capabilities":{}})");
        QTest::newRow("modern") << QByteArray(
            R"({"protocolVersion":"2026-07-28","capabilities":{}})");
        QTest::newRow("none") << QByteArray(R"({"capabilities":{}})");
        QTest::newRow("no capabilities") << QByteArray(R"({"protocolVersion":"2025-11-25"})");
    }

    void refusesAnUnknownRevision()
    {
        QFETCH(QByteArray, result);
        Bench bench;
        auto early = bench.request();
        bench.shakeHands(result.constData());
        QVERIFY(bench.transport->isClosing);
        QCOMPARE(early.wait().error().code, ErrorCode::Upstream);
    }

    void givesEachAnswerToItsOwnRequest()
    {
        Bench bench;
        bench.shakeHands();
        auto first = bench.request();
        auto second = bench.request();
        const Json one = bench.transport->sent[2];
        const Json two = bench.transport->sent[3];
        bench.transport->answer(two, R"({"n":2,"x":1.0})");
        bench.transport->answer(one, R"({"n":1})");
        QCOMPARE(first.wait()->toBytes(), QByteArray(R"({"n":1})"));
        QCOMPARE(second.wait()->toBytes(), QByteArray(R"({"n":2,"x":1.0})"));
        QCOMPARE(
            bench.transport->released,
            (std::vector<Transport::RequestId>{1, *two["id"].toInteger(), *one["id"].toInteger()}));
    }

    void countsAnswersThatNobodyWaitsFor()
    {
        Bench bench;
        bench.shakeHands();
        auto running = bench.request();
        const Json request = bench.transport->last();
        for (const char *text : {R"({"jsonrpc":"2.0","id":999,"result":{}})",
                                 R"({"jsonrpc":"2.0","id":"2","result":{}})",
                                 R"({"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}})",
                                 R"({"jsonrpc":"2.0","id":-2,"result":{}})",
                                 R"({"jsonrpc":"2.0","id":0,"result":{}})"})
            bench.transport->say(text);
        QVERIFY(!running.isDone());
        bench.transport->answer(request, "{}");
        bench.transport->answer(request, R"({"second":true})");
        QCOMPARE(running.wait()->toBytes(), QByteArray("{}"));
        QCOMPARE(bench.connection->irregularities(),
                 (Irregularities{.lateAnswers = 1, .unknownAnswers = 5}));
    }

    void failsOnlyTheCallWhoseAnswerIsNotValid()
    {
        Bench bench;
        bench.shakeHands();
        auto first = bench.request();
        const QByteArray id = bench.transport->last()["id"].numberText();
        auto second = bench.request();
        bench.transport->say(R"({"jsonrpc":"2.0","result":{"a":1,"a":2},"id":)" + id + '}');
        QCOMPARE(first.wait().error().code, ErrorCode::Upstream);
        QVERIFY(!second.isDone());
        bench.transport->say(R"({"jsonrpc":"2.0","result":[],"id":)"
                             + bench.transport->last()["id"].numberText() + '}');
        QCOMPARE(second.wait().error().code, ErrorCode::Upstream);
    }

    void toleratesGarbageWithinBounds()
    {
        Bench bench;
        bench.shakeHands();
        auto running = bench.request();
        for (const char *text :
             {"npm warn", "[]", "{}", "3", R"({"jsonrpc":"1.0","id":2,"result":{}})"})
            bench.transport->say(text);
        QCOMPARE(bench.connection->irregularities().garbage, 5);
        QVERIFY(!running.isDone());
        for (int i = 0; i < 100'000 && !bench.transport->isClosing; ++i)
            bench.transport->say("x");
        QVERIFY(bench.transport->isClosing);
        QCOMPARE(running.wait().error().code, ErrorCode::Upstream);
    }

    void batchesOnlyWhereTheRevisionHasThem()
    {
        for (const bool has : {true, false}) {
            Bench bench;
            bench.shakeHands(has ? R"({"protocolVersion":"2025-03-26","capabilities":{}})"
                                 : initialized);
            auto running = bench.request();
            bench.transport->say(R"([{"jsonrpc":"2.0","id":)"
                                 + bench.transport->last()["id"].numberText()
                                 + R"(,"result":{}}])");
            QCOMPARE(bench.connection->waiting(), has ? 0u : 1u);
        }
    }

    void mapsErrors_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<ErrorCode>("want");
        QTest::newRow("parameters") << -32602 << ErrorCode::InvalidInput;
        QTest::newRow("method") << -32601 << ErrorCode::NotFound;
        QTest::newRow("resource") << -32002 << ErrorCode::NotFound;
        QTest::newRow("internal") << -32603 << ErrorCode::Upstream;
        QTest::newRow("own") << 4711 << ErrorCode::Upstream;
    }

    void mapsErrors()
    {
        QFETCH(int, code);
        QFETCH(ErrorCode, want);
        Bench bench;
        bench.shakeHands();
        auto running = bench.request();
        const Json answer = Json::object({
            {"jsonrpc", "2.0"},
            {"id", bench.transport->last()["id"]},
            {"error", Json::object({{"code", code},
                                    {"message", "bad\n\x1b[31m s3cret-token \xE2\x80\xAEtxt"}})},
        });
        bench.transport->say(answer.toBytes());
        const auto result = running.wait();
        QCOMPARE(result.error().code, want);
        QVERIFY2(result.error().message.endsWith(QStringLiteral(": bad [31m *** txt")),
                 qUtf8Printable(result.error().message));
    }

    void endsAtTheDeadlineAndTellsTheServer()
    {
        Bench bench;
        bench.shakeHands();
        QElapsedTimer elapsed;
        elapsed.start();
        auto running = bench.request({}, 100ms);
        const Json request = bench.transport->last();
        QCOMPARE(running.wait().error().code, ErrorCode::Timeout);
        QVERIFY2(elapsed.elapsed() >= 95, "the deadline is not kept");
        QCOMPARE(bench.transport->last()["method"].toByteArray(),
                 QByteArray("notifications/cancelled"));
        QCOMPARE(bench.transport->last()["params"]["requestId"], request["id"]);
        QCOMPARE(bench.transport->released.back(), *request["id"].toInteger());
        bench.transport->answer(request, "{}");
        QCOMPARE(bench.connection->irregularities().lateAnswers, 1);
    }

    void cancels()
    {
        Bench bench;
        auto held = bench.request();
        bench.connection->cancel(bench.lastId);
        QCOMPARE(held.wait().error().code, ErrorCode::Cancelled);
        QCOMPARE(bench.transport->sent.size(), 1u); // the server never heard of it
        bench.shakeHands();
        auto running = bench.request();
        bench.connection->cancel(4711);
        bench.connection->cancel(bench.lastId);
        bench.connection->cancel(bench.lastId);
        QCOMPARE(running.wait().error().code, ErrorCode::Cancelled);
        QCOMPARE(bench.transport->sent.size(), 4u);
        QCOMPARE(bench.transport->last()["params"]["requestId"].toInteger(), bench.lastId);
    }

    void givesProgressToTheCallThatAskedForIt()
    {
        Bench bench;
        bench.shakeHands();
        std::vector<QByteArray> seen;
        const auto notify = [&seen](const QByteArray &method, const Json &params) {
            seen.push_back(method + ' ' + params.toBytes());
        };
        const auto withToken = [](const char *token) {
            return Json::object({{"_meta", Json::object({{"progressToken", token}, {"k", 1}})}});
        };
        auto mine = bench.request(withToken("agent-1"), 20s, notify);
        const Json request = bench.transport->last();
        auto silent = bench.request(
            {}, 20s, [](const QByteArray &, const Json &) { QFAIL("not asked for"); });
        const Json other = bench.transport->last();
        QCOMPARE(request["params"]["_meta"]["progressToken"], request["id"]);
        QCOMPARE(request["params"]["_meta"]["k"].toInteger(), 1);
        QVERIFY(!other["params"].contains("_meta"));

        const auto progress = [&bench](const QByteArray &token) {
            bench.transport->say(
                R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)"
                + token + R"(,"progress":0.5,"extra":[]}})");
        };
        progress(request["id"].numberText());
        progress("\"agent-1\"");
        progress(other["id"].numberText());
        progress("999");
        bench.transport->answer(request, "{}");
        progress(request["id"].numberText());
        QCOMPARE(
            seen,
            std::vector<QByteArray>{
                R"(notifications/progress {"progressToken":"agent-1","progress":0.5,"extra":[]})"});
        QCOMPARE(bench.connection->irregularities().strayNotifications, 4);
        QVERIFY(mine.wait());
        QVERIFY(!silent.isDone());
    }

    void passesMetaOnWithoutTheAgentsEnvelope()
    {
        Bench bench;
        bench.shakeHands();
        const auto meta =
            Json::parse(R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
            "io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{},
            "io.modelcontextprotocol/logLevel":"info","traceparent":"00-1","com.example/x":1.50}})");
        auto running = bench.request(*meta);
        QCOMPARE(bench.transport->last()["params"].toBytes(),
                 QByteArray(R"({"_meta":{"traceparent":"00-1","com.example/x":1.50}})"));
        QVERIFY(!running.isDone());
    }

    void answersTheServer()
    {
        Bench bench;
        bench.shakeHands();
        bench.transport->say(R"({"jsonrpc":"2.0","id":"p1","method":"ping"})");
        QCOMPARE(bench.transport->last().toBytes(),
                 QByteArray(R"({"jsonrpc":"2.0","id":"p1","result":{}})"));
        bench.transport->say(R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})");
        QCOMPARE(bench.transport->last()["id"].toInteger(), 7);
        QCOMPARE(bench.transport->last()["error"]["code"].toInteger(), -32601);
    }

    void tellsOfChangedLists()
    {
        Bench bench;
        bench.shakeHands();
        QSignalSpy changed(bench.connection.get(), &Connection::listChanged);
        bench.transport->say(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
        bench.transport->say(R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})");
        QCOMPARE(changed.count(), 1);
        QCOMPARE(bench.connection->irregularities().strayNotifications, 1);
        auto running = bench.request();
        bench.transport->answerError(bench.transport->last(), R"({"code":-32020,"message":""})");
        QVERIFY(!running.wait());
        QCOMPARE(changed.count(), 2); // the tool's headers are others now
    }

    void failsEverythingAtOnceWhenTheServerDies()
    {
        Bench bench;
        bench.shakeHands();
        QSignalSpy closed(bench.connection.get(), &Connection::closed);
        auto first = bench.request();
        auto second = bench.request();
        bench.transport->die();
        QCOMPARE(first.wait().error().message, QStringLiteral("the server crashed"));
        QCOMPARE(second.wait().error().code, ErrorCode::Upstream);
        QCOMPARE(bench.request().wait().error().code, ErrorCode::Unavailable);
        QCOMPARE(closed.count(), 1);
    }

    void sendsOnceMoreUnderANewSession()
    {
        Bench bench;
        bench.shakeHands();
        auto running = bench.request();
        const Json request = bench.transport->last();
        bench.transport->refuse(request, Failure::Session);
        QCOMPARE(bench.transport->handshakes, 2);
        QCOMPARE(bench.transport->last()["method"].toByteArray(), QByteArray("initialize"));
        bench.shakeHands();
        QCOMPARE(bench.transport->last(), request);
        bench.transport->refuse(request, Failure::Session); // and not a third time
        QCOMPARE(running.wait().error().code, ErrorCode::Upstream);
        QCOMPARE(bench.transport->handshakes, 2);
    }

    void asksAgainWhenTheServerBecameModern()
    {
        Bench bench;
        bench.shakeHands();
        auto running = bench.request();
        bench.transport->answerError(
            bench.transport->last(),
            R"({"code":-32022,"message":"","data":{"supported":["2026-07-28"]}})");
        QVERIFY(bench.waitFor("server/discover"));
        bench.shakeHands(discovered);
        QCOMPARE(bench.connection->session().era, Era::Modern);
        QVERIFY(bench.waitFor("tools/call"));
        QVERIFY(bench.transport->last()["params"]["_meta"].isObject());
        QCOMPARE(bench.transport->outgoing.back().role, Role::Stateless);
        bench.transport->answer(bench.transport->last(), R"({"resultType":"complete","n":1})");
        QCOMPARE(running.wait()->toBytes(), QByteArray(R"({"n":1})"));
    }

    void asksAgainWhenTheServerIsNoLongerModern_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("rpcError");
        QTest::addColumn<bool>("isEvidence");
        QTest::newRow("no session") << 400 << QByteArray(R"({"code":-32000})") << true;
        QTest::newRow("not found") << 404 << QByteArray("null") << true;
        QTest::newRow("not allowed") << 405 << QByteArray("null") << true;
        QTest::newRow("unknown method") << 404 << QByteArray(R"({"code":-32601})") << false;
        QTest::newRow("headers") << 400 << QByteArray(R"({"code":-32020})") << false;
        QTest::newRow("credential") << 401 << QByteArray("null") << false;
        QTest::newRow("broken") << 500 << QByteArray("null") << false;
    }

    void asksAgainWhenTheServerIsNoLongerModern()
    {
        QFETCH(int, status);
        QFETCH(QByteArray, rpcError);
        QFETCH(bool, isEvidence);
        Bench bench({.era = Era::Modern, .streams = true});
        bench.shakeHands(discovered);
        QCOMPARE(bench.transport->sent.size(), 1u); // no notification ends this handshake
        auto running = bench.request();
        bench.transport->refuse(bench.transport->last(), Failure::Exchange, status,
                                *Json::parse(rpcError));
        if (!isEvidence) {
            QCOMPARE(running.wait().error().code, ErrorCode::Upstream);
            return;
        }
        QVERIFY(bench.waitFor("server/discover"));
        bench.transport->answerError(bench.transport->last(), R"({"code":-32601,"message":""})");
        QVERIFY(bench.waitFor("initialize"));
        bench.shakeHands();
        QCOMPARE(bench.connection->session().era, Era::Legacy);
        QVERIFY(bench.waitFor("tools/call"));
        QVERIFY(!bench.transport->last()["params"].contains("_meta"));
        QCOMPARE(bench.transport->outgoing.back().role, Role::Session);
        QVERIFY(!running.isDone());
    }

    void answersOfAnotherEraAreNotExecutedAsACall()
    {
        Bench bench;
        bench.shakeHands();
        auto running = bench.request(*Json::parse(R"({"name":"t","inputResponses":{}})"));
        QCOMPARE(running.wait().error().code, ErrorCode::InvalidInput);
        QCOMPARE(bench.transport->sent.size(), 2u);
    }

    void cancelsAsTheEraAndTheTransportWant()
    {
        Bench streams({.era = Era::Modern, .streams = true});
        streams.shakeHands(discovered);
        auto one = streams.request();
        streams.connection->cancel(streams.lastId);
        QCOMPARE(streams.transport->released.back(), streams.lastId); // its stream ends
        QCOMPARE(streams.transport->sent.size(), 2u);
        Bench pipe({.era = Era::Modern});
        pipe.shakeHands(discovered);
        auto two = pipe.request();
        pipe.connection->cancel(pipe.lastId);
        QCOMPARE(pipe.transport->last()["method"].toByteArray(),
                 QByteArray("notifications/cancelled"));
    }

    void aCancelledRequestMayTurnOutToBeATask()
    {
        const char *const created = R"({"task":{"taskId":"t1","status":"working"}})";
        Bench bench({.streams = true});
        bench.shakeHands();
        const Json asTask = *Json::parse(R"({"name":"long","task":{}})");
        auto running = bench.request(asTask);
        const Json request = bench.transport->last();
        bench.connection->cancel(bench.lastId);
        QCOMPARE(running.wait().error().code, ErrorCode::Cancelled);
        QCOMPARE(bench.transport->last(), request); // nothing that could keep the task's id from us
        bench.connection->cancel(bench.lastId);
        QVERIFY(!bench.transport->hasReleased(request));
        bench.transport->answer(request, created);
        QCOMPARE(bench.transport->last()["method"].toByteArray(), QByteArray("tasks/cancel"));
        QCOMPARE(bench.transport->last()["params"].toBytes(), QByteArray(R"({"taskId":"t1"})"));
        QVERIFY(bench.transport->hasReleased(request));
        const auto sent = bench.transport->sent.size();
        bench.transport->answer(request, created); // once more
        QCOMPARE(bench.transport->sent.size(), sent);
        QCOMPARE(bench.connection->irregularities().lateAnswers, 1);

        auto plain = bench.request(asTask, 50ms);
        const Json answeredAtOnce = bench.transport->last();
        QCOMPARE(plain.wait().error().code, ErrorCode::Timeout);
        bench.transport->answer(answeredAtOnce, R"({"content":[]})");
        QCOMPARE(bench.transport->last(), answeredAtOnce);
        QVERIFY(bench.transport->hasReleased(answeredAtOnce));
    }

    void aCancelledRequestIsNotAwaitedForEver()
    {
        Bench bench({.streams = true, .taskPatience = 50ms});
        bench.shakeHands();
        auto running = bench.request(*Json::parse(R"({"name":"long","task":{}})"));
        const Json request = bench.transport->last();
        bench.connection->cancel(bench.lastId);
        QTRY_VERIFY(bench.transport->hasReleased(request));
        QCOMPARE(bench.transport->last()["method"].toByteArray(),
                 QByteArray("notifications/cancelled"));
        QCOMPARE(bench.transport->last()["params"]["requestId"], request["id"]);
    }

    void aModernTaskMayComeAfterItsCancellation()
    {
        Bench pipe({.era = Era::Modern});
        pipe.shakeHands(discovered);
        auto running = pipe.request();
        const Json request = pipe.transport->last();
        pipe.connection->cancel(pipe.lastId);
        QCOMPARE(pipe.transport->last()["method"].toByteArray(),
                 QByteArray("notifications/cancelled"));
        pipe.transport->answer(request,
                               R"({"resultType":"task","taskId":"t1","status":"working"})");
        QCOMPARE(pipe.transport->last()["method"].toByteArray(), QByteArray("tasks/cancel"));
        QCOMPARE(pipe.transport->last()["params"]["taskId"], Json("t1"));
    }

    void givingUpATasksResultCancelsTheTask()
    {
        Bench bench;
        bench.shakeHands();
        Completion<Answer> completion;
        Request request = bench.make(completion.resolver());
        request.method = "tasks/result";
        request.params = Json::object({{"taskId", "t1"}});
        bench.connection->request(std::move(request));
        Running<Result<Json>> running(resultOf(std::move(completion)));
        bench.connection->cancel(bench.lastId);
        QCOMPARE(running.wait().error().code, ErrorCode::Cancelled);
        QCOMPARE(bench.transport->last()["method"].toByteArray(), QByteArray("tasks/cancel"));
        QCOMPARE(bench.transport->last()["params"].toBytes(), QByteArray(R"({"taskId":"t1"})"));
    }

    void aModernServerAsksNothingByItself()
    {
        Bench bench({.era = Era::Modern, .streams = true});
        bench.shakeHands(discovered);
        auto running = bench.call({.capabilities = carriedCapabilities(Era::Legacy)});
        bench.transport->say(R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})", bench.lastId);
        QCOMPARE(bench.transport->last()["error"]["code"].toInteger(), -32601);
        QVERIFY(!running.isDone());
    }

    void failsOneExchangeAlone()
    {
        Bench bench;
        bench.shakeHands();
        auto first = bench.request();
        const Json request = bench.transport->last();
        auto second = bench.request();
        bench.transport->refuse(request, Failure::Exchange);
        QCOMPARE(first.wait().error().code, ErrorCode::Upstream);
        QVERIFY(!second.isDone());
        bench.transport->sendFails = true;
        QCOMPARE(bench.request().wait().error().code, ErrorCode::Unavailable);
    }

    void answersAllWhenItIsDestroyed()
    {
        Bench bench;
        auto duringHandshake = bench.request();
        bench.connection.reset();
        QCOMPARE(duringHandshake.wait().error().code, ErrorCode::Unavailable);
        Bench ready;
        ready.shakeHands();
        auto running = ready.request();
        ready.connection.reset();
        QCOMPARE(running.wait().error().code, ErrorCode::Unavailable);
    }
};

PROVOST_TEST(TstMcpConnection)

#include "tst_mcpconnection.moc"
