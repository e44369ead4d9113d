// McpAdapter with the servers that people run: server-everything over all transports, server-filesystem and
// server-memory. Needs PROVOST_NODE_MODULES (tests/support/npm-install); tests/integration/upstreams/run sets it.
#include "tests/support/testing.h"
#include "tests/unit/server/tools/mcptesting.h"
#include "tests/unit/server/tools/processcount.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>

#include <atomic>
#include <set>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp::testing;
using namespace provost::testing;
using namespace std::chrono_literals;

namespace {

QByteArray script(const char *package)
{
    return qgetenv("PROVOST_NODE_MODULES") + "/@modelcontextprotocol/" + package + "/dist/index.js";
}

Json nodeConfig(const char *package, std::initializer_list<QByteArray> arguments)
{
    Json command = Json::array({"node", script(package)});
    for (const QByteArray &argument : arguments)
        command.append(argument);
    return Json::object({{"command", std::move(command)}});
}

std::set<QByteArray> toolNames(const Catalog &catalog)
{
    std::set<QByteArray> names;
    for (const ToolDescriptor &tool : catalog.tools)
        names.insert(tool.name);
    return names;
}

// server-everything on a free loopback port.
class EverythingOverHttp
{
public:
    explicit EverythingOverHttp(const char *transport = "streamableHttp")
        : m_path(transport == QByteArrayView("sse") ? "/sse" : "/mcp")
    {
        QTcpServer probe;
        probe.listen(QHostAddress::LocalHost);
        m_port = QByteArray::number(probe.serverPort());
        probe.close();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("PORT"), QString::fromUtf8(m_port));
        m_process.setProcessEnvironment(environment);
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(QStringLiteral("node"), {QString::fromUtf8(script("server-everything")),
                                                 QString::fromUtf8(transport)});
        QByteArray said;
        while (!said.toLower().contains(m_port) && m_process.waitForReadyRead(patienceMs))
            said += m_process.readAll();
    }
    ~EverythingOverHttp()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    [[nodiscard]] Json config() const
    {
        return Json::object({{"url", QByteArray("http://127.0.0.1:" + m_port + m_path)}});
    }

private:
    QProcess m_process;
    QByteArray m_port;
    const QByteArray m_path;
};

} // namespace

class TstMcpRealServers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (qEnvironmentVariableIsEmpty("PROVOST_NODE_MODULES"))
            QSKIP("PROVOST_NODE_MODULES is not set (tests/integration/upstreams/run sets it)");
    }

    void everything_data()
    {
        QTest::addColumn<bool>("overHttp");
        QTest::newRow("stdio") << false;
        QTest::newRow("http") << true;
    }

    void everything()
    {
        QFETCH(bool, overHttp);
        std::optional<EverythingOverHttp> server;
        if (overHttp)
            server.emplace();
        Loop loop;
        const auto adapter =
            makeAdapter(overHttp ? server->config() : nodeConfig("server-everything", {"stdio"}),
                        loop.thread());

        const auto catalog = await(adapter->catalog());
        QVERIFY(catalog);
        QVERIFY(toolNames(*catalog).contains("echo") && toolNames(*catalog).contains("get-sum"));
        QVERIFY(!catalog->resourceTemplates.empty() && !catalog->prompts.empty());
        QVERIFY(adapter->status().detail.contains("everything"));

        QCOMPARE(textOf(call(*adapter, "echo", Json::object({{"message", "h\u00e9llo"}}))),
                 QByteArray("Echo: h\u00e9llo"));
        const auto sum = call(*adapter, "get-sum", Json::object({{"a", 2}, {"b", 40}}));
        QVERIFY(textOf(sum).contains("42"));
        const auto structured =
            call(*adapter, "get-structured-content", Json::object({{"location", "Chicago"}}));
        QVERIFY((*structured)["structuredContent"].isObject());

        // What the server refuses is its result, or an error of the right kind; never a hang.
        const auto wrong = call(*adapter, "get-sum", Json::object({{"a", "x"}}));
        QVERIFY(wrong ? (*wrong)["isError"].toBool()
                      : wrong.error().code == ErrorCode::InvalidInput);
        const auto unknown = call(*adapter, "no-such-tool");
        QVERIFY(unknown ? (*unknown)["isError"].toBool()
                        : unknown.error().code == ErrorCode::InvalidInput);
        QVERIFY(!await(adapter->getPrompt("no-such-prompt", Json(), {})));

        const auto prompt =
            await(adapter->getPrompt(catalog->prompts.front().nativeName, Json(), {}));
        QVERIFY(prompt && prompt->result["messages"].isArray());
        QVERIFY(!catalog->resources.empty());
        const auto resource =
            await(adapter->readResource(catalog->resources.front().nativeName, {}));
        QVERIFY(resource && !resource->result["contents"].items().empty());
    }

    void progressAndDeadline_data() { everything_data(); }

    void progressAndDeadline()
    {
        QFETCH(bool, overHttp);
        std::optional<EverythingOverHttp> server;
        if (overHttp)
            server.emplace();
        Loop loop;
        const auto adapter =
            makeAdapter(overHttp ? server->config() : nodeConfig("server-everything", {"stdio"}),
                        loop.thread());
        QVERIFY(await(adapter->catalog()));
        std::atomic<int> seen = 0;
        CallContext context;
        context.meta = Json::object({{"progressToken", "agent"}});
        context.notify = [&seen](const QByteArray &, const Json &params) {
            if (params["progressToken"].toByteArray() == "agent")
                ++seen;
        };
        const auto operation = [](const char *seconds) {
            return Json::object({{"duration", Json::number(seconds)}, {"steps", 3}});
        };
        QVERIFY(call(*adapter, "trigger-long-running-operation", operation("0.3"), context));
        QCOMPARE(seen.load(), 3);

        context.deadline = 300ms;
        const auto slow =
            call(*adapter, "trigger-long-running-operation", operation("30"), context);
        QCOMPARE(slow.error().code, ErrorCode::Timeout);
        QVERIFY(call(*adapter, "echo", Json::object({{"message", "still there"}})));
    }

    void asksTheAgent_data()
    {
        QTest::addColumn<QByteArray>("transport");
        for (const char *transport : {"stdio", "streamableHttp", "sse"})
            QTest::newRow(transport) << QByteArray(transport);
    }

    void asksTheAgent()
    {
        QFETCH(QByteArray, transport);
        std::unique_ptr<EverythingOverHttp> server;
        if (transport != "stdio")
            server = std::make_unique<EverythingOverHttp>(transport.constData());
        Loop loop;
        const auto adapter = makeAdapter(
            server ? server->config() : nodeConfig("server-everything", {"stdio"}), loop.thread());
        QTRY_VERIFY_WITH_TIMEOUT(await(adapter->catalog()), patienceMs);
        CallContext context;
        context.user = UserId("alice");
        context.clientCapabilities =
            *Json::parse(R"({"elicitation":{"form":{}},"sampling":{},"roots":{}})");
        const auto ask = [&](const char *tool, Json arguments, Json response) -> QByteArray {
            auto output = await(adapter->call(tool, arguments, context));
            if (!output || !output->needs || output->needs->requests.members().size() != 1)
                return "not asked";
            CallContext next = context;
            next.requestState = output->needs->state;
            next.inputResponses = Json::object();
            next.inputResponses.set(output->needs->requests.members()[0].key, std::move(response));
            output = await(adapter->call(tool, std::move(arguments), std::move(next)));
            return output ? output->result.toBytes() : output.error().message.toUtf8();
        };
        const QByteArray sampled =
            ask("trigger-sampling-request", Json::object({{"prompt", "hello"}, {"maxTokens", 9}}),
                *Json::parse(R"({"role":"assistant","model":"m","stopReason":"endTurn",)"
                             R"("content":{"type":"text","text":"the model says"}})"));
        QVERIFY2(sampled.contains("the model says"), sampled.constData());
        const QByteArray elicited = ask("trigger-elicitation-request", Json::object(),
                                        *Json::parse(R"({"action":"decline"})"));
        QVERIFY2(elicited.contains("decline"), elicited.constData());
        const QByteArray researched =
            ask("simulate-research-query", *Json::parse(R"({"topic":"python","ambiguous":true})"),
                *Json::parse(R"({"action":"accept","content":{"interpretation":"snake"}})"));
        QVERIFY2(researched.contains("python (snake)"), researched.constData());
        // Somebody else cannot be asked, and the server says so.
        CallContext other = context;
        other.user = UserId("bob");
        other.clientCapabilities = Json::object();
        const auto refused = await(adapter->call(
            "trigger-sampling-request", Json::object({{"prompt", "hello"}}), std::move(other)));
        QVERIFY(refused && !refused->needs);
        QVERIFY(refused->result["isError"].toBool());
    }

    // Without a word in the configuration.
    void understandsWhatTheSdkSaysOnTheSessionsStream()
    {
        QProcess server;
        server.start(QStringLiteral("node"),
                     {QStringLiteral(PROVOST_SOURCE_DIR "/tests/support/sdkserver.mjs"),
                      qEnvironmentVariable("PROVOST_NODE_MODULES")});
        while (!server.canReadLine() && server.waitForReadyRead(patienceMs)) {
        }
        const QByteArray url = "http://127.0.0.1:" + server.readLine().trimmed() + "/mcp";
        Loop loop;
        const auto adapter = makeAdapter(Json::object({{"url", url}}), loop.thread());
        QVERIFY(await(adapter->catalog()));
        std::int64_t fastestMs = patienceMs;
        for (const char *user : {"alice", "bob", "carol"}) {
            QElapsedTimer elapsed;
            elapsed.start();
            CallContext context;
            context.user = UserId(user);
            context.clientCapabilities = *Json::parse(R"({"elicitation":{}})");
            const auto asked = await(adapter->call("ask", Json::object(), context));
            QVERIFY2(asked, qUtf8Printable(asked ? QString() : asked.error().message));
            QVERIFY(asked->needs && asked->needs->requests.contains("elicitation_1"));
            context.requestState = asked->needs->state;
            context.inputResponses =
                *Json::parse(R"({"elicitation_1":{"action":"accept","content":{"name":"Ada"}}})");
            const auto answered = await(adapter->call("ask", Json::object(), context));
            QVERIFY(answered && textOf(answered->result).contains("Ada"));
            fastestMs = std::min<std::int64_t>(fastestMs, elapsed.elapsed());
        }
        // A stream that is not seen to be open is waited for, for a second at least, by each of them.
        QVERIFY2(fastestMs < 1'000, "the server's streams were not seen to be open");

        CallContext context;
        context.logLevel = "info";
        context.wantsLogs = true;
        std::atomic<int> seen = 0;
        context.notify = [&seen](const QByteArray &, const Json &params) {
            seen += params["level"].toByteArray() == "error" ? 1 : 100;
        };
        for (int i = 0; i < 50; ++i)
            QVERIFY(await(adapter->call("log", Json::object(), context)));
        // The SDK sends the message later than the result; a machine under load may keep it back for too long.
        QVERIFY2(seen > 40 && seen <= 50, QByteArray::number(seen).constData());
        server.closeWriteChannel();
        server.waitForFinished();
    }

    void manyCallsAtOnce_data() { everything_data(); }

    void manyCallsAtOnce()
    {
        QFETCH(bool, overHttp);
        std::optional<EverythingOverHttp> server;
        if (overHttp)
            server.emplace();
        Loop loop;
        const auto adapter =
            makeAdapter(overHttp ? server->config() : nodeConfig("server-everything", {"stdio"}),
                        loop.thread());
        QVERIFY(await(adapter->catalog()));
        std::vector<Running<Result<Output>>> running;
        for (int i = 0; i < 200; ++i)
            running.emplace_back(
                adapter->call("echo", Json::object({{"message", QByteArray::number(i)}}), {}));
        for (int i = 0; i < 200; ++i) {
            const auto output = running[std::size_t(i)].wait();
            QVERIFY(output);
            QCOMPARE(textOf(output->result), QByteArray("Echo: " + QByteArray::number(i)));
        }
    }

    void comesBackAfterAnHttpServerWasReplaced()
    {
        std::optional<EverythingOverHttp> server;
        server.emplace();
        Json config = server->config();
        Loop loop;
        const auto adapter = makeAdapter(config, loop.thread());
        QVERIFY(await(adapter->catalog()));
        QVERIFY(call(*adapter, "echo", Json::object({{"message", "a"}})));
        // The session is unknown to it afterwards, as to a server that was started anew.
        QProcess other;
        const QUrl url(config["url"].toText());
        server.reset();
        const auto gone = call(*adapter, "echo", Json::object({{"message", "b"}}));
        // Upstream if the call went out on a connection that nobody had noticed to be dead.
        QVERIFY(gone.error().code == ErrorCode::Unavailable
                || gone.error().code == ErrorCode::Upstream);
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("PORT"), QString::number(url.port()));
        other.setProcessEnvironment(environment);
        other.start(QStringLiteral("node"), {QString::fromUtf8(script("server-everything")),
                                             QStringLiteral("streamableHttp")});
        QTRY_VERIFY_WITH_TIMEOUT(call(*adapter, "echo", Json::object({{"message", "c"}})),
                                 patienceMs);
        other.kill();
        other.waitForFinished();
    }

    void filesystem()
    {
        const QTemporaryDir directory;
        const QString path = directory.filePath(QStringLiteral("note.txt"));
        QFile file(path);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write("kept");
        file.close();
        Loop loop;
        Json config = nodeConfig("server-filesystem", {directory.path().toUtf8()});
        config.set("tools",
                   *Json::parse(R"({"write_*":{"hidden":true},"read_*":{"permission":"read"},
                                             "*":{"permission":"write"}})"));
        const auto adapter = makeAdapter(config, loop.thread());
        const auto catalog = await(adapter->catalog());
        QVERIFY(catalog && toolNames(*catalog).contains("read_text_file"));
        QVERIFY(!toolNames(*catalog).contains("write_file"));
        const auto text = call(*adapter, "read_text_file", Json::object({{"path", Json(path)}}));
        QCOMPARE(textOf(text), QByteArray("kept"));
        QCOMPARE((*text)["structuredContent"]["content"].toByteArray(), QByteArray("kept"));
        const Json write = Json::object({{"path", Json(path)}, {"content", "lost"}});
        QCOMPARE(call(*adapter, "write_file", write).error().code, ErrorCode::NotFound);
        const auto outside =
            call(*adapter, "read_text_file", Json::object({{"path", "/etc/passwd"}}));
        QVERIFY((*outside)["isError"].toBool());
    }

    void memory()
    {
        const QTemporaryDir directory;
        Json config = nodeConfig("server-memory", {});
        config.set("env", Json::object({{"MEMORY_FILE_PATH",
                                         Json(directory.filePath(QStringLiteral("m.jsonl")))}}));
        const auto create = Json::parse(
            R"({"entities":[{"name":"Provost","entityType":"product","observations":["governs"]}]})");
        Loop loop;
        for (int round = 0; round < 2; ++round) { // what was stored outlives the process
            const auto adapter = makeAdapter(config, loop.thread());
            const auto catalog = await(adapter->catalog());
            QVERIFY(catalog);
            QCOMPARE(catalog->tools.size(), 9u);
            if (round == 0)
                QVERIFY(call(*adapter, "create_entities", *create));
            const auto graph = call(*adapter, "read_graph");
            QCOMPARE((*graph)["structuredContent"]["entities"].items().size(), 1u);
        }
    }

    void leavesNothingBehind()
    {
        const int children = childCount();
        {
            Loop loop;
            auto adapter = makeAdapter(nodeConfig("server-everything", {"stdio"}), loop.thread());
            QVERIFY(await(adapter->catalog()));
            adapter.reset();
            QTRY_COMPARE(childCount(), children);
        }
    }
};

PROVOST_TEST(TstMcpRealServers)

#include "tst_mcprealservers.moc"
