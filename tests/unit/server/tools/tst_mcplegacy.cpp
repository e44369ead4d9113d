// McpAdapter with legacy servers that ask, tell and remember: over pipes, Streamable HTTP and HTTP with SSE.
#include "tests/support/testing.h"
#include "tests/unit/server/tools/legacyserver.h"
#include "tests/unit/server/tools/processcount.h"

#include <QTemporaryDir>

#include <atomic>
#include <mutex>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp::testing;
using namespace provost::testing;
using namespace std::chrono_literals;

namespace {

Json numbered(std::size_t number)
{
    return Json::object({{"message", "?"}, {"n", static_cast<std::int64_t>(number)}});
}

// A call whose upstream asks with `params`; whoever asks gets the parameters back as the answer.
Task<Result<Output>> askToTheEnd(Adapter &adapter, Json params, std::vector<Json> *asked)
{
    const Json arguments =
        Json::object({{"method", "elicitation/create"}, {"params", std::move(params)}});
    CallContext context = from("alice", canAll);
    Result<Output> output = co_await adapter.call("ask", arguments, context);
    while (output && output->needs) {
        context.requestState = output->needs->state;
        context.inputResponses = Json::object();
        for (const auto &[key, request] : output->needs->requests.members()) {
            asked->push_back(request["params"]);
            context.inputResponses.set(key, request["params"]);
        }
        output = co_await adapter.call("ask", arguments, context);
    }
    co_return output;
}

} // namespace

class TstMcpLegacy : public QObject
{
    Q_OBJECT

private:
    static void transports()
    {
        QTest::addColumn<QByteArray>("transport");
        QTest::newRow("stdio") << QByteArray("stdio");
        QTest::newRow("http") << QByteArray("http");
        QTest::newRow("http, session") << QByteArray("http, session");
        QTest::newRow("sse") << QByteArray("sse");
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (python().isEmpty())
            QSKIP("python3 is not installed");
    }

    void carriesQuestions_data() { transports(); }

    void carriesQuestions()
    {
        QFETCH(QByteArray, transport);
        const Legacy legacy(transport);
        Adapter &adapter = legacy.adapter();
        QVERIFY(await(adapter.catalog()));
        const Json arguments = question("elicitation/create", 2, 2);
        CallContext context = from("alice", canAll);
        Result<Output> output = await(adapter.call("ask", arguments, context));
        int asked = 0;
        for (; output && output->needs; ++asked) {
            QVERIFY(asked < 10);
            Json responses = Json::object();
            for (const auto &[key, request] : output->needs->requests.members()) {
                QCOMPARE(request["params"].toBytes(), QByteArray(R"({"message":"?"})"));
                responses.set(key, Json::object({{"action", "accept"}, {"key", key}}));
            }
            context.inputResponses = responses;
            context.requestState = output->needs->state;
            output = await(adapter.call("ask", arguments, context));
        }
        QVERIFY2(output, qUtf8Printable(output ? QString() : output.error().message));
        QVERIFY(asked >= 2);
        const Json &answers = output->result["structuredContent"]["answers"];
        QCOMPARE(answers.items().size(), 4u);
        QCOMPARE(answers.items()[3]["result"].toBytes(),
                 QByteArray(R"({"action":"accept","key":"elicitation_4"})"));
    }

    void endsWhatNobodyWillAnswer_data() { transports(); }

    void endsWhatNobodyWillAnswer()
    {
        QFETCH(QByteArray, transport);
        const Legacy legacy(transport);
        Adapter &adapter = legacy.adapter();
        QVERIFY(await(adapter.catalog()));
        const CallContext context = from("alice", canAll);
        const auto asked = await(adapter.call("ask", question("elicitation/create"), context));
        QVERIFY(asked && asked->needs);
        const auto cancelled = [&] {
            return legacy.details("cancelled", context)["ids"].items().size();
        };
        adapter.abandon(asked->needs->state, context.tenant, UserId("bob")); // not his
        adapter.abandon("nonsense", context.tenant, context.user);
        QCOMPARE(cancelled(), 0u);
        adapter.abandon(asked->needs->state, context.tenant, context.user);
        CallContext late = context;
        late.requestState = asked->needs->state;
        QCOMPARE(await(adapter.call("ask", question("elicitation/create"), late)).error().code,
                 ErrorCode::InvalidInput);
        if (transport == "stdio") // the second connection is another process
            return;
        QTRY_COMPARE_WITH_TIMEOUT(cancelled(), 1u, patienceMs);
    }

    void tellsTheServerOfAnAgentThatCannotAnswer_data() { transports(); }

    void tellsTheServerOfAnAgentThatCannotAnswer()
    {
        QFETCH(QByteArray, transport);
        const Legacy legacy(transport);
        const auto answer = call(legacy.adapter(), "ask", question("sampling/createMessage"),
                                 from("bob", R"({"roots":{}})"));
        QVERIFY2(answer, qUtf8Printable(answer ? QString() : answer.error().message));
        QCOMPARE((*answer)["structuredContent"]["error"]["code"].toInteger(), -32601);
    }

    void declaresWhatTheConnectionCanCarry()
    {
        const Legacy pipe("stdio");
        QVERIFY(pipe.details("declared").contains("sampling"));
        QCOMPARE(
            pipe.details("declared", from("alice", R"({"roots":{"listChanged":true}})")).toBytes(),
            QByteArray(R"({"roots":{}})"));
        const Legacy http("http");
        QVERIFY(http.details("declared").contains("sampling"));
        QCOMPARE(http.details("declared", from("alice", R"({"roots":{}})")).toBytes(),
                 QByteArray(R"({"roots":{}})"));
    }

    void givesPrincipalsConnectionsOfTheirOwn()
    {
        const auto pidOf = [](const Legacy &legacy, const CallContext &context) {
            return textOf(call(legacy.adapter(), "pid", Json::object(), context));
        };
        const auto with = [](const char *rule) {
            return [rule](Json &config) { config.set("connection", rule); };
        };
        CallContext other = from("alice", "{}");
        other.sessionId = "s2";
        {
            const Legacy asked("stdio"); // only those who can be asked
            QVERIFY(await(asked.adapter().catalog()));
            const QByteArray shared = pidOf(asked, from("alice", "{}"));
            QCOMPARE(pidOf(asked, from("bob", "{}")), shared);
            const QByteArray hers = pidOf(asked, from("alice", canAll));
            QVERIFY(hers != shared);
            QCOMPARE(pidOf(asked, from("alice", canAll)), hers);
            QVERIFY(pidOf(asked, from("bob", canAll)) != hers);
        }
        {
            const Legacy shared("stdio", {}, with("shared"));
            const QByteArray one = pidOf(shared, from("alice", canAll));
            QCOMPARE(pidOf(shared, from("bob", canAll)), one);
        }
        {
            const Legacy own("stdio", {}, with("principal"));
            const QByteArray hers = pidOf(own, from("alice", "{}"));
            QCOMPARE(pidOf(own, from("alice", "{}")), hers);
            QVERIFY(pidOf(own, from("bob", "{}")) != hers);
            QVERIFY(pidOf(own, other) != hers);
        }
        QTRY_COMPARE_WITH_TIMEOUT(childCount(), 0, patienceMs);
    }

    void anAgentThatWantsLogsHasAConnectionOfItsOwn()
    {
        const auto pidOf = [](const Legacy &legacy, const CallContext &context) {
            return textOf(call(legacy.adapter(), "pid", Json::object(), context));
        };
        const Legacy legacy("stdio");
        QVERIFY(await(legacy.adapter().catalog()));
        const QByteArray shared = pidOf(legacy, from("alice", "{}"));
        CallContext context = from("alice", "{}");
        context.logLevel = "debug"; // what agents get that say nothing
        QCOMPARE(pidOf(legacy, context), shared);
        context.wantsLogs = true;
        QVERIFY(pidOf(legacy, context) != shared);
    }

    void whereThereCannotBeASecondConnectionTheSharedOneServes()
    {
        const QTemporaryDir directory;
        const QStringList alone{QStringLiteral("--alone"), directory.filePath(u"lock"_qs)};
        const Legacy legacy("stdio", alone);
        QVERIFY(await(legacy.adapter().catalog()));
        for (int i = 0; i < 3; ++i) // the first one tries
            QCOMPARE(textOf(call(legacy.adapter(), "echo", Json::object(), from("alice", canAll))),
                     QByteArray("echo"));
        const auto answer =
            call(legacy.adapter(), "ask", question("roots/list"), from("alice", canAll));
        QCOMPARE((*answer)["structuredContent"]["error"]["code"].toInteger(), -32601);

        const Legacy strict("stdio", {alone[0], directory.filePath(u"other"_qs)},
                            [](Json &config) { config.set("connection", "principal"); });
        QVERIFY(await(strict.adapter().catalog()));
        QVERIFY(!call(strict.adapter(), "echo", Json::object(), from("alice", canAll)));
    }

    // What the first ones are asked may be for another one of them; after that each has a session of its own.
    void callsAreAskedOnTheSessionsStreamSideBySide()
    {
        const Legacy legacy("http, session");
        QVERIFY(await(legacy.adapter().catalog()));
        for (const bool isFirst : {true, false}) {
            std::array<std::vector<Json>, 4> asked;
            std::vector<Running<Result<Output>>> running;
            for (std::size_t i = 0; i < asked.size(); ++i)
                running.emplace_back(askToTheEnd(legacy.adapter(), numbered(i), &asked[i]));
            for (std::size_t i = 0; i < asked.size(); ++i) {
                const Result<Output> output = running[i].wait();
                QVERIFY2(output, qUtf8Printable(output ? QString() : output.error().message));
                QCOMPARE(output->result["structuredContent"]["result"], numbered(i));
                if (!isFirst)
                    QCOMPARE(asked[i], std::vector{numbered(i)});
            }
        }
    }

    void anotherCallGoesOnWhileOneWaits()
    {
        const Legacy legacy("stdio");
        const auto waiting =
            await(legacy.adapter().call("ask", question("roots/list"), from("alice", canAll)));
        QVERIFY(waiting && waiting->needs);
        QCOMPARE(textOf(call(legacy.adapter(), "echo", Json::object(), from("alice", canAll))),
                 QByteArray("echo"));
        CallContext context = from("alice", canAll);
        context.requestState = waiting->needs->state;
        context.inputResponses = *Json::parse(R"({"roots_1":{"roots":[]}})");
        const auto answered = await(legacy.adapter().call("ask", question("roots/list"), context));
        QVERIFY(answered && !answered->needs);
    }

    void survivesTheQuestionForTheEra()
    {
        const Legacy legacy("stdio", {QStringLiteral("--die-when-probed")});
        QVERIFY(await(legacy.adapter().catalog()));
        QCOMPARE(textOf(call(legacy.adapter(), "echo")), QByteArray("echo"));
        QCOMPARE(legacy.adapter().status().restarts, 0);
        QCOMPARE(legacy.adapter().status().era, QByteArray("legacy"));
        QVERIFY(!call(legacy.adapter(), "crash"));
        QTRY_COMPARE_WITH_TIMEOUT(textOf(call(legacy.adapter(), "echo")), QByteArray("echo"),
                                  patienceMs);
    }

    void findsTheOldestTransportByItself()
    {
        const Legacy found("sse");
        QCOMPARE(textOf(call(found.adapter(), "echo")), QByteArray("echo"));
        QCOMPARE(found.adapter().status().transport, QByteArray("sse"));
        const Legacy told("sse", {}, [](Json &config) { config.set("transport", "sse"); });
        QCOMPARE(textOf(call(told.adapter(), "echo")), QByteArray("echo"));
        const Legacy forbidden("sse", {}, [](Json &config) { config.set("transport", "http"); });
        QVERIFY(!call(forbidden.adapter(), "echo"));
    }

    void staysAtTheOriginOfTheConfiguration_data()
    {
        QTest::addColumn<QString>("endpoint");
        QTest::newRow("host") << QStringLiteral("http://localhost:1/messages");
        QTest::newRow("port") << QStringLiteral("//127.0.0.1:1/messages?session=0");
        QTest::newRow("scheme") << QStringLiteral("https://127.0.0.1/messages");
        QTest::newRow("no address") << QStringLiteral("http://[");
    }

    void staysAtTheOriginOfTheConfiguration()
    {
        QFETCH(QString, endpoint);
        const Legacy legacy("sse", {QStringLiteral("--endpoint"), endpoint},
                            [](Json &config) { config.set("transport", "sse"); });
        const auto answer = call(legacy.adapter(), "echo");
        QVERIFY(!answer);
        QVERIFY2(answer.error().message.contains(QStringLiteral("origin")),
                 qUtf8Printable(answer.error().message));
    }

    void passesLogsOn_data() { transports(); }

    void passesLogsOn()
    {
        QFETCH(QByteArray, transport);
        const Legacy legacy(transport);
        std::mutex mutex;
        std::vector<QByteArray> seen;
        CallContext context = from("alice", canAll);
        context.logLevel = "info";
        context.wantsLogs = true;
        context.notify = [&](const QByteArray &, const Json &params) {
            const std::lock_guard lock(mutex);
            seen.push_back(params.toBytes());
        };
        const QByteArray wanted = R"({"level":"error","data":"error","logger":"x"})";
        for (const char *capabilities : {canAll, "{}"}) {
            context.clientCapabilities = *Json::parse(capabilities);
            seen.clear();
            QCOMPARE(textOf(call(legacy.adapter(), "log", Json::object(), context)),
                     QByteArray("info"));
            QCOMPARE(seen, std::vector{wanted});
        }
    }

    void watchesResources_data() { transports(); }

    void watchesResources()
    {
        QFETCH(QByteArray, transport);
        const Legacy legacy(transport);
        QVERIFY(await(legacy.adapter().catalog()));
        const Json file = Json::object({{"uri", "file:///a"}});
        std::atomic<int> updates = 0;
        auto first = legacy.adapter().watch("file:///a", [&updates] { ++updates; });
        auto second = legacy.adapter().watch("file:///a", [&updates] { ++updates; });
        QVERIFY(first && second);
        const auto subscribed = [&legacy] {
            return legacy.details("subscriptions")["uris"].toBytes();
        };
        QTRY_COMPARE_WITH_TIMEOUT(subscribed(), QByteArray("[\"file:///a\"]"), patienceMs);
        // Over HTTP the server tells on its own stream, which may not be open yet.
        QTRY_VERIFY_WITH_TIMEOUT(call(legacy.adapter(), "touch", file) && updates > 0, patienceMs);
        first.reset();
        const int before = updates;
        QTRY_VERIFY_WITH_TIMEOUT(call(legacy.adapter(), "touch", file) && updates > before,
                                 patienceMs);
        second.reset();
        QTRY_COMPARE_WITH_TIMEOUT(subscribed(), QByteArray("[]"), patienceMs);
    }

    void watchesOnAfterARestart()
    {
        const Legacy legacy("stdio");
        QVERIFY(await(legacy.adapter().catalog()));
        std::atomic<int> updates = 0;
        const auto watch = legacy.adapter().watch("file:///a", [&updates] { ++updates; });
        QVERIFY(!call(legacy.adapter(), "crash"));
        QTRY_VERIFY_WITH_TIMEOUT(updates == 1, patienceMs); // it may have changed meanwhile
        QTRY_COMPARE_WITH_TIMEOUT(legacy.details("subscriptions")["uris"].toBytes(),
                                  QByteArray("[\"file:///a\"]"), patienceMs);
    }

    void opensAddressesFirst()
    {
        const Legacy legacy("http");
        CallContext context = from("alice", R"({"elicitation":{"url":{}}})");
        const auto asked = await(legacy.adapter().call("urls", Json::object(), context));
        QVERIFY(asked && asked->needs);
        context.requestState = asked->needs->state;
        context.inputResponses = *Json::parse(R"({"elicitation_1":{"action":"accept"}})");
        QCOMPARE(textOf(call(legacy.adapter(), "urls", Json::object(), context)),
                 QByteArray("opened"));
    }

    void holdsTheLimitsOfAChild()
    {
        const Legacy legacy("stdio", {}, [](Json &config) {
            config.set("limits", *Json::parse(R"({"memory":"256MiB","files":64,"cpu_time":"1s"})"));
        });
        const auto allocate = [&legacy](std::int64_t bytes) {
            return textOf(call(legacy.adapter(), "allocate", Json::object({{"bytes", bytes}})));
        };
        QCOMPARE(allocate(16 << 20), QByteArray::number(16 << 20));
        QCOMPARE(allocate(512 << 20), QByteArray("no memory"));
        const auto burned = call(legacy.adapter(), "burn");
        QVERIFY(!burned);
        QVERIFY2(burned.error().message.contains(QStringLiteral("cpu_time")),
                 qUtf8Printable(burned.error().message));
        QTRY_COMPARE_WITH_TIMEOUT(textOf(call(legacy.adapter(), "echo")), QByteArray("echo"),
                                  patienceMs);
    }

    // A thousand calls with crashes, refusals, questions that are answered and some that are not.
    void leavesNothingBehind()
    {
        const int descriptors = descriptorCount();
        QCOMPARE(childCount(), 0);
        {
            const Legacy legacy("stdio");
            std::array<CallContext, 4> contexts{from("a", "{}"), from("b", canAll),
                                                from("c", canAll), from("d", R"({"roots":{}})")};
            int failed = 0;
            int asked = 0;
            for (int i = 0; i < 1'000; ++i) {
                const CallContext &context = contexts[static_cast<std::size_t>(i) % 4];
                const char *tool = i % 97 == 96 ? "crash" : (i % 10 == 9 ? "ask" : "echo");
                const auto output =
                    await(legacy.adapter().call(tool, question("roots/list"), context));
                failed += output ? 0 : 1;
                if (!output || !output->needs || i % 20 == 19)
                    continue;
                ++asked;
                CallContext next = context;
                next.requestState = output->needs->state;
                next.inputResponses = *Json::parse(R"({"roots_1":{"roots":[]}})");
                QVERIFY(await(legacy.adapter().call(tool, question("roots/list"), next)));
            }
            QVERIFY2(failed >= 10, qPrintable(QString::number(failed)));
            QVERIFY2(asked > 10, qPrintable(QString::number(asked)));
        }
        QTRY_COMPARE_WITH_TIMEOUT(childCount(), 0, patienceMs);
        QCOMPARE(descriptorCount(), descriptors);
    }
};

PROVOST_TEST(TstMcpLegacy)

#include "tst_mcplegacy.moc"
