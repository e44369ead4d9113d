// McpAdapter with a child process that misbehaves: every fault ends in the right error at the right call, and nothing
// is left behind.
#include "tests/support/testing.h"
#include "tests/unit/server/tools/mcptesting.h"
#include "tests/unit/server/tools/processcount.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <atomic>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp::testing;
using namespace provost::testing;
using namespace std::chrono_literals;

namespace {

QByteArrayList toolNames(const Result<Catalog> &catalog)
{
    QByteArrayList names;
    if (catalog) {
        for (const ToolDescriptor &tool : catalog->tools)
            names.append(tool.name);
    }
    return names;
}

} // namespace

class TstMcpStdio : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (python().isEmpty())
            QSKIP("python3 is not installed");
    }

    void startsOnDemandAndLists()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig({"--pages", "4"}), loop.thread());
        QCOMPARE(adapter->status().state, AdapterState::Stopped);
        const auto catalog = await(adapter->catalog());
        QVERIFY(catalog);
        QVERIFY(catalog->tools.size() > 20);
        const ToolDescriptor &echo = catalog->tools.front();
        QCOMPARE(echo.name, QByteArray("echo"));
        QCOMPARE(echo.definition["x-unknown"].numberText(), QByteArray("1"));
        QCOMPARE(echo.policy.permission,
                 QByteArray("run")); // its own claim to be read-only counts for nothing
        QCOMPARE(echo.policy.resource, QByteArray("fake"));
        QCOMPARE(catalog->resources.front().nativeName, QByteArray("file:///a"));
        QCOMPARE(catalog->prompts.front().name, QByteArray("greet"));
        QVERIFY(catalog->resourceTemplates.empty());
        QCOMPARE(adapter->status().state, AdapterState::Ready);
        QCOMPARE(adapter->status().detail, QByteArray("fake 1.2 (MCP 2025-11-25)"));
        QCOMPARE(adapter->status().restarts, 0);
    }

    void passesCallsThroughLosslessly()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig(), loop.thread());
        QCOMPARE(call(*adapter, "raw")->toBytes(),
                 QByteArray(R"({"zeta":1,"content":[{"type":"future_kind","x":1.0}],)"
                            R"("structuredContent":{"b":12345678901234567890,"a":1e2},)"
                            R"("isError":false,"_meta":{"com.example/k":[null]},"alpha":{}})"));
        const auto arguments = Json::parse(R"({"z":12345678901234567890,"a":"\u00e9"})");
        CallContext context;
        context.meta =
            *Json::parse(R"({"com.example/trace":"t","io.modelcontextprotocol/clientInfo":{}})");
        const auto echoed = call(*adapter, "echo", *arguments, context);
        QCOMPARE((*echoed)["structuredContent"].toBytes(),
                 QByteArray("{\"z\":12345678901234567890,\"a\":\"\xC3\xA9\"}"));
        QCOMPARE((*echoed)["_meta"].toBytes(), QByteArray(R"({"seen":{"com.example/trace":"t"}})"));
    }

    void readsResourcesAndPrompts()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig(), loop.thread());
        const auto resource = await(adapter->readResource("file:///b", {}));
        QCOMPARE(resource->result["contents"].items().front()["uri"].toByteArray(),
                 QByteArray("file:///b"));
        const auto prompt = await(adapter->getPrompt("greet", Json::object({{"who", "x"}}), {}));
        QCOMPARE(prompt->result["asked"].toBytes(),
                 QByteArray(R"({"name":"greet","arguments":{"who":"x"}})"));
        const auto completion = await(adapter->complete(Json::object(), {}));
        QCOMPARE(completion.error().code, ErrorCode::NotFound);
    }

    void hiddenToolsAreNeitherListedNorCallable()
    {
        Loop loop;
        Json config = stdioConfig();
        config.set("tools", *Json::parse(R"({"echo":{"permission":"read","resource":"fake.echo"},
                                             "c*":{"hidden":true}, "crash":{"hidden":false}})"));
        const auto adapter = makeAdapter(config, loop.thread());
        const auto catalog = await(adapter->catalog());
        QVERIFY(!toolNames(catalog).contains("crash") && !toolNames(catalog).contains("count"));
        QVERIFY(toolNames(catalog).contains("slow"));
        QCOMPARE(catalog->tools.front().policy.permission, QByteArray("read"));
        QCOMPARE(catalog->tools.front().policy.within, std::vector<QByteArray>{"fake"});
        QCOMPARE(call(*adapter, "crash").error().code, ErrorCode::NotFound);
        QCOMPARE(adapter->status().restarts, 0);
    }

    void givesTheChildNothingButWhatItNeeds()
    {
        qputenv("PROVOST_TEST_CANARY", "canary-1234");
        const QTemporaryDir parent;
        const QString home = parent.filePath(QStringLiteral("a/b"));
        Loop loop;
        Json config = stdioConfig();
        config.set("env", Json::object({{"TOKEN", "hunter2-secret"}}));
        config.set("cwd", Json(home));
        const auto adapter = makeAdapter(config, loop.thread());
        const auto seen = call(*adapter, "environment");
        const Json &content = (*seen)["structuredContent"];
        QByteArrayList names;
        for (const auto &[name, value] : content["env"].members())
            names.append(name);
        names.removeAll("LC_CTYPE"); // Python sets it by itself
        std::sort(names.begin(), names.end());
        QCOMPARE(names, (QByteArrayList{"HOME", "LANG", "PATH", "TOKEN"}));
        QCOMPARE(content["env"]["HOME"].toText(), home);
        QCOMPARE(content["cwd"].toText(), QFileInfo(home).canonicalFilePath());
        QCOMPARE(content["leads"].toBool(), true);
        for (const Json &descriptor : content["fds"].items())
            QVERIFY2(descriptor.toByteArray().startsWith("pipe:")
                         || descriptor.toByteArray().startsWith("/proc/"),
                     descriptor.toByteArray().constData());
        QCOMPARE(QFile::permissions(home) & (QFile::ReadGroup | QFile::ReadOther),
                 QFile::Permissions());
    }

    void keepsTheDeadline()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig(), loop.thread());
        QVERIFY(call(*adapter, "echo"));
        CallContext context;
        context.deadline = 200ms;
        QElapsedTimer elapsed;
        elapsed.start();
        QCOMPARE(call(*adapter, "hang", Json::object(), context).error().code, ErrorCode::Timeout);
        QVERIFY2(elapsed.elapsed() >= 195, QByteArray::number(elapsed.elapsed()).constData());
        const auto cancelled = call(*adapter, "cancelled");
        QCOMPARE((*cancelled)["structuredContent"]["ids"].items().size(), 1u);
    }

    void deadlineHoldsWhileTheServerStarts()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig({"--mute"}), loop.thread());
        CallContext context;
        context.deadline = 100ms;
        QCOMPARE(call(*adapter, "echo", Json::object(), context).error().code, ErrorCode::Timeout);
        QCOMPARE(adapter->status().state, AdapterState::Starting);
    }

    void stopsWhenTheCallerStops()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig(), loop.thread());
        QVERIFY(call(*adapter, "echo"));
        std::stop_source stop;
        CallContext context;
        context.stop = stop.get_token();
        Running<Result<Output>> late(adapter->call("late", Json::object(), context));
        QTRY_COMPARE(adapter->status().callsInFlight, 1);
        stop.request_stop();
        QCOMPARE(late.wait().error().code, ErrorCode::Cancelled);
        QCOMPARE((*call(*adapter, "cancelled"))["structuredContent"]["ids"].items().size(), 1u);
        QCOMPARE(textOf(call(*adapter, "echo")),
                 QByteArray("echo")); // the late answer confused nobody

        stop.request_stop(); // stopped before it began
        QCOMPARE(call(*adapter, "hang", Json::object(), context).error().code,
                 ErrorCode::Cancelled);
    }

    void failsCallsOfACrashedServerAtOnceAndStartsItAgain()
    {
        Loop loop;
        Json config = stdioConfig();
        config.set("env", Json::object({{"TOKEN", "hunter2-secret"}}));
        config.set("restart", Json::object({{"first", "400ms"}, {"max", "400ms"}}));
        const auto adapter = makeAdapter(config, loop.thread());
        QVERIFY(await(adapter->catalog()));
        Running<Result<Output>> hanging(adapter->call("hang", Json::object(), {}));
        const auto crash = call(*adapter, "crash");
        QCOMPARE(crash.error().code, ErrorCode::Upstream);
        QCOMPARE(crash.error().message, QStringLiteral("the server ended with exit code 3"));
        QCOMPARE(hanging.wait().error().code, ErrorCode::Upstream);

        QTRY_COMPARE(adapter->status().state, AdapterState::Failed);
        QCOMPARE(adapter->status().detail,
                 QByteArray("the server ended with exit code 3: about to crash, key is ***"));
        const auto down = call(*adapter, "echo");
        QCOMPARE(down.error().code, ErrorCode::Unavailable);
        QVERIFY(!down.error().message.contains(u"key"));
        QVERIFY(await(adapter->catalog())); // the lists stay as they were
        QTRY_COMPARE(adapter->status().state, AdapterState::Ready);
        QCOMPARE(adapter->status().restarts, 1);
        QCOMPARE(textOf(call(*adapter, "echo")), QByteArray("echo"));
    }

    void staysFailedWhatCannotStart_data()
    {
        QTest::addColumn<QByteArray>("program");
        QTest::addColumn<QByteArray>("option");
        QTest::addColumn<QByteArray>("detail");
        QTest::newRow("no program") << QByteArray("/nonexistent/npx") << QByteArray("x")
                                    << QByteArray("`/nonexistent/npx` cannot be started");
        QTest::newRow("ends at once") << python() << QByteArray("--die-at-start")
                                      << QByteArray("exit code 9: no such module");
        QTest::newRow("speaks no MCP")
            << QByteArray("/bin/cat") << QByteArray("/etc/hostname") << QByteArray("exit code 0");
        QTest::newRow("future") << python() << QByteArray("--version=2099-01-01")
                                << QByteArray("no revision of MCP");
    }

    void staysFailedWhatCannotStart()
    {
        QFETCH(QByteArray, program);
        QFETCH(QByteArray, option);
        QFETCH(QByteArray, detail);
        Loop loop;
        Json config = stdioConfig();
        config.set("command", program == python() ? Json::array({program, fakeServer(), option})
                                                  : Json::array({program, option}));
        config.set("restart", Json::object({{"first", "10s"}}));
        const auto adapter = makeAdapter(config, loop.thread());
        const auto catalog = await(adapter->catalog());
        QVERIFY(!catalog);
        QCOMPARE(catalog.error().code, ErrorCode::Unavailable);
        QCOMPARE(adapter->status().state, AdapterState::Failed);
        QVERIFY2(adapter->status().detail.contains(detail), adapter->status().detail.constData());
        QCOMPARE(call(*adapter, "echo").error().code, ErrorCode::Unavailable);
        QCOMPARE(adapter->status().restarts, 0); // and nobody hurries it
    }

    void nobodyWaitsLongForTheListsOfASlowServer()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig({"--mute"}), loop.thread());
        const auto catalog = await(adapter->catalog());
        QCOMPARE(catalog.error().message, QStringLiteral("`fake` is still starting"));
        QCOMPARE(adapter->status().state, AdapterState::Starting);
    }

    void tellsWhenTheListsBecomeKnownAfterAll()
    {
        const QTemporaryDir directory;
        const QString script = directory.filePath(QStringLiteral("server.py"));
        Loop loop;
        Json config = stdioConfig();
        config.set("command", Json::array({python(), Json(script)}));
        const auto adapter = makeAdapter(config, loop.thread());
        std::atomic<int> changes = 0;
        adapter->setOnCatalogChanged([&changes] { ++changes; });
        QVERIFY(!await(adapter->catalog()));
        QVERIFY(QFile::copy(QString::fromUtf8(fakeServer()), script));
        QTRY_COMPARE_WITH_TIMEOUT(changes.load(), 1, patienceMs);
        QVERIFY(toolNames(await(adapter->catalog())).contains("echo"));
    }

    void readsChangedListsAgain()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig(), loop.thread());
        std::atomic<int> changes = 0;
        adapter->setOnCatalogChanged([&changes] { ++changes; });
        QVERIFY(!toolNames(await(adapter->catalog())).contains("fresh"));
        QVERIFY(call(*adapter, "change_tools", Json::object({{"add", "fresh"}})));
        QTRY_COMPARE_WITH_TIMEOUT(changes.load(), 1, patienceMs);
        QVERIFY(toolNames(await(adapter->catalog())).contains("fresh"));
    }

    void toleratesWhatIsNoMessage()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig(), loop.thread());
        QCOMPARE(textOf(call(*adapter, "garbage", Json::object({{"lines", 50}}))),
                 QByteArray("after garbage"));
        QCOMPARE(textOf(call(*adapter, "wrong_id")), QByteArray("right"));
        QCOMPARE(textOf(call(*adapter, "twice")), QByteArray("first"));
        QCOMPARE(textOf(call(*adapter, "echo")), QByteArray("echo"));
        QCOMPARE(call(*adapter, "bad_json").error().code, ErrorCode::Upstream);
        QCOMPARE(adapter->status().restarts, 0);
        QCOMPARE(call(*adapter, "flood").error().message,
                 QStringLiteral("the server writes what is not MCP"));
        QTRY_COMPARE_WITH_TIMEOUT(adapter->status().restarts, 1, patienceMs);
    }

    void cutsAnswersThatAreTooLarge()
    {
        Loop loop;
        Json config = stdioConfig();
        config.set("message_bytes_max", 100'000);
        const auto adapter = makeAdapter(config, loop.thread());
        Running<Result<Output>> other(adapter->call("slow", Json::object({{"ms", 200}}), {}));
        const Json tooLarge = Json::object({{"bytes", 5'000'000}});
        QCOMPARE(call(*adapter, "huge", tooLarge).error().code, ErrorCode::TooLarge);
        QCOMPARE(textOf(call(*adapter, "huge", Json::object({{"bytes", 90'000}}))).size(), 90'000);
        QVERIFY(other.wait());
        QCOMPARE(adapter->status().restarts, 0);
    }

    void givesProgressToItsCallOnly()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig(), loop.thread());
        std::array<std::atomic<int>, 2> seen{};
        std::vector<Running<Result<Output>>> running;
        for (std::size_t i = 0; i < seen.size(); ++i) {
            CallContext context;
            context.meta = Json::object({{"progressToken", "same"}});
            context.notify = [&seen, i](const QByteArray &, const Json &params) {
                if (params["progressToken"].toByteArray() == "same")
                    ++seen[i];
            };
            running.emplace_back(adapter->call("progress", Json::object(), context));
        }
        for (auto &one : running)
            QVERIFY(textOf(one.wait()->result) != "\"same\""); // the server saw a token of ours
        QCOMPARE(seen[0].load(), 3);
        QCOMPARE(seen[1].load(), 3);
    }

    void answersPingAndRefusesTheRest()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig(), loop.thread());
        const auto ping = call(*adapter, "ask", Json::object({{"method", "ping"}}));
        QVERIFY((*ping)["structuredContent"]["result"].isObject());
        const auto roots = call(*adapter, "ask", Json::object({{"method", "roots/list"}}));
        QCOMPARE((*roots)["structuredContent"]["error"]["code"].toInteger(), -32601);
    }

    void manyCallsAtOnce()
    {
        Loop loop;
        const auto adapter = makeAdapter(stdioConfig(), loop.thread());
        std::vector<Running<Result<Output>>> running;
        for (int i = 0; i < 500; ++i)
            running.emplace_back(adapter->call("echo", Json::object({{"i", i}}), {}));
        for (int i = 0; i < 500; ++i)
            QCOMPARE(running[std::size_t(i)].wait()->result["structuredContent"]["i"].toInteger(),
                     i);
    }

    // 1,000 calls of which each fortieth kills the server: each call ends, and nothing is left behind.
    void survivesCrashesWithoutLeaks()
    {
        Loop loop;
        auto adapter = makeAdapter(stdioConfig(), loop.thread());
        QVERIFY(call(*adapter, "echo"));
        const int descriptors = descriptorCount();
        const int children = childCount();
        int answered = 0;
        int failed = 0;
        for (int i = 0; i < 100; ++i) {
            std::vector<Running<Result<Output>>> running;
            for (int j = 0; j < 10; ++j)
                running.emplace_back(
                    adapter->call(i % 4 == 0 && j == 5 ? "crash" : "echo", Json::object(), {}));
            for (auto &one : running)
                one.wait() ? ++answered : ++failed;
            QTRY_COMPARE_WITH_TIMEOUT(adapter->status().state, AdapterState::Ready, patienceMs);
        }
        QCOMPARE(answered + failed, 1'000);
        QVERIFY(answered >= 750 && failed >= 25);
        QTRY_COMPARE(childCount(), children);
        QTRY_COMPARE(descriptorCount(), descriptors);
        adapter.reset();
        QTRY_COMPARE(childCount(), children - 1);
    }

    void endsStubbornServersWithAllTheyStarted_data()
    {
        QTest::addColumn<QByteArray>("option");
        QTest::newRow("well-behaved") << QByteArray("--pages=1");
        QTest::newRow("ignores the end of its input") << QByteArray("--ignore-eof");
        QTest::newRow("ignores SIGTERM too") << QByteArray("--ignore-eof --ignore-term");
    }

    void endsStubbornServersWithAllTheyStarted()
    {
        QFETCH(QByteArray, option);
        const int children = childCount();
        Loop loop;
        Json config = stdioConfig();
        Json command = config["command"];
        for (const QByteArray &one : option.split(' '))
            command.append(one);
        config.set("command", command);
        auto adapter = makeAdapter(config, loop.thread());
        const auto spawned = call(*adapter, "spawn");
        const qint64 grandchild = *(*spawned)["structuredContent"]["pid"].toInteger();
        QVERIFY(isRunning(grandchild));
        Running<Result<Output>> hanging(adapter->call("hang", Json::object(), {}));
        adapter.reset();
        QCOMPARE(hanging.wait().error().code, ErrorCode::Unavailable);
        QTRY_VERIFY_WITH_TIMEOUT(!isRunning(grandchild), patienceMs);
        QTRY_COMPARE(childCount(), children);
    }

    void diesWithItsEventLoop()
    {
        const int children = childCount();
        std::shared_ptr<Adapter> adapter;
        {
            Loop loop;
            adapter = makeAdapter(stdioConfig({"--ignore-eof"}), loop.thread());
            QVERIFY(call(*adapter, "echo"));
            QCOMPARE(childCount(), children + 1);
        }
        QCOMPARE(childCount(), children);
        QCOMPARE(call(*adapter, "echo").error().code, ErrorCode::Unavailable);
        QCOMPARE(await(adapter->catalog()).error().code, ErrorCode::Unavailable);
    }
};

PROVOST_TEST(TstMcpStdio)

#include "tst_mcpstdio.moc"
