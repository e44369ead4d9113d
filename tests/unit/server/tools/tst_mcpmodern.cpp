// McpAdapter with a server of revision 2026-07-28 that is strict about what it is sent, over pipes and over HTTP.
#include "tests/support/testing.h"
#include "tests/unit/server/tools/fakehttpserver.h"
#include "tests/unit/server/tools/processcount.h"

#include <atomic>
#include <mutex>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp::testing;
using namespace std::chrono_literals;

namespace {

// The server and an adapter for it, over what the row of the table says.
class Modern
{
public:
    explicit Modern(const QByteArray &transport, const QStringList &options = {})
    {
        Json config;
        if (transport == "http") {
            m_server = std::make_unique<FakeHttpServer>(options, fakeModernServer());
            config = m_server->config();
        } else {
            Json command = Json::array({python(), fakeModernServer()});
            for (const QString &option : options)
                command.append(option);
            config = Json::object({{"kind", "mcp"}, {"command", std::move(command)}});
        }
        m_adapter = makeAdapter(config, m_loop.thread());
    }
    [[nodiscard]] Adapter &adapter() const { return *m_adapter; }
    Json details(const char *tool, Json arguments = Json::object()) const
    {
        return (*call(*m_adapter, tool, std::move(arguments)))["structuredContent"];
    }

private:
    std::unique_ptr<FakeHttpServer> m_server;
    Loop m_loop;
    std::shared_ptr<Adapter> m_adapter;
};

Result<Output> outputOf(Adapter &adapter, const char *tool, CallContext context = {},
                        Json arguments = Json::object())
{
    return await(adapter.call(tool, std::move(arguments), std::move(context)));
}

// An agent that knows the tasks of the modern era.
CallContext knowingTasks()
{
    CallContext context;
    context.clientCapabilities =
        *Json::parse(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    return context;
}

CallContext answering(const Output &before, Json responses)
{
    CallContext context = knowingTasks();
    context.inputResponses = std::move(responses);
    context.requestState = before.needs->state;
    return context;
}

} // namespace

class TstMcpModern : public QObject
{
    Q_OBJECT

private:
    static void transports()
    {
        QTest::addColumn<QByteArray>("transport");
        QTest::newRow("stdio") << QByteArray("stdio");
        QTest::newRow("http") << QByteArray("http");
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (python().isEmpty())
            QSKIP("python3 is not installed");
    }

    void lists_data() { transports(); }

    void lists()
    {
        QFETCH(QByteArray, transport);
        const Modern modern(transport);
        const auto catalog = await(modern.adapter().catalog());
        QVERIFY(catalog);
        std::vector<QByteArray> names;
        for (const ToolDescriptor &tool : catalog->tools)
            names.push_back(tool.name);
        QVERIFY(std::find(names.begin(), names.end(), "remote_ref") != names.end());
        QVERIFY(std::find(names.begin(), names.end(), "invalid_header") == names.end());
        QCOMPARE(catalog->resources.size(), 1u);
        QCOMPARE(catalog->prompts.size(), 1u);
        const AdapterStatus status = modern.adapter().status();
        QCOMPARE(status.version, QByteArray("modern 7 (MCP 2026-07-28)"));
        QCOMPARE(status.era, QByteArray("modern"));
        QVERIFY2(status.detail.contains("invalid_header"), status.detail.constData());
        // Not only unlisted.
        QCOMPARE(outputOf(modern.adapter(), "invalid_header").error().code, ErrorCode::NotFound);
    }

    void sendsItsEnvelopeWithWhatTheAgentDeclared_data() { transports(); }

    void sendsItsEnvelopeWithWhatTheAgentDeclared()
    {
        QFETCH(QByteArray, transport);
        const Modern modern(transport);
        CallContext context;
        context.meta = *Json::parse(
            R"({"io.modelcontextprotocol/protocolVersion":"2025-11-25","traceparent":"00-1",)"
            R"("io.modelcontextprotocol/clientInfo":{"name":"agent","version":"1"},)"
            R"("tracestate":"a=b","baggage":"k=v","com.example/x":1.50})");
        context.clientCapabilities = *Json::parse(
            R"({"elicitation":{"form":{}},"experimental":{"x":{}},"roots":{"listChanged":true}})");
        context.logLevel = "info";
        const auto output = outputOf(modern.adapter(), "echo", context,
                                     *Json::parse(R"({"n":12345678901234567890})"));
        QVERIFY2(output, qUtf8Printable(output ? QString() : output.error().message));
        QVERIFY(!output->result.contains("resultType"));
        QCOMPARE(output->result["structuredContent"].toBytes(),
                 QByteArray(R"({"n":12345678901234567890})"));
        QByteArray wanted =
            R"({"traceparent":"00-1","tracestate":"a=b","baggage":"k=v","com.example/x":1.5,)"
            R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
            R"("io.modelcontextprotocol/clientInfo":{"name":"provost","version":"OURS"},)"
            R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}},)"
            R"("roots":{},"extensions":{}},)"
            R"("io.modelcontextprotocol/logLevel":"info"})";
        wanted.replace("OURS", PROVOST_VERSION);
        QCOMPARE(output->result["_meta"]["seen"].toBytes(), wanted);
        // Neither a handshake of the other era nor anything of it.
        for (const Json &method : output->result["_meta"]["methods"].items())
            QVERIFY(method.toByteArray() != "initialize");
    }

    void repeatsArgumentsInHeaders()
    {
        const Modern modern("http");
        QVERIFY(await(modern.adapter().catalog()));
        for (const char *arguments :
             {R"({"region":"eu-west"})", R"({"region":"Zürich ","deep":{"n":7}})",
              R"({"region":null,"deep":{"n":-1}})", R"({})", R"({"region":""})",
              R"({"region":"=?base64?eA==?="})"}) {
            const auto output = outputOf(modern.adapter(), "region", {}, *Json::parse(arguments));
            QVERIFY2(output, qUtf8Printable(output ? QString() : output.error().message));
        }
        QVERIFY(await(modern.adapter().readResource("file:///ä", {})));
    }

    void asksTheAgentAsTheServerDoes_data() { transports(); }

    void asksTheAgentAsTheServerDoes()
    {
        QFETCH(QByteArray, transport);
        const Modern modern(transport);
        const auto first = outputOf(modern.adapter(), "ask");
        QVERIFY(first && first->needs);
        QCOMPARE(first->needs->requests.toBytes(),
                 QByteArray(R"({"name":{"method":"elicitation/create","params":{"x":1.5}}})"));
        const auto second =
            outputOf(modern.adapter(), "ask",
                     answering(*first, *Json::parse(R"({"name":{"action":"accept"},"more":{}})")));
        QVERIFY(second && !second->needs);
        const Json &seen = second->result["structuredContent"];
        QCOMPARE(seen["responses"].toBytes(),
                 QByteArray(R"({"name":{"action":"accept"},"more":{}})"));
        QCOMPARE(seen["state"].toByteArray(), QByteArray("{\"nonce\":1}  "));

        const auto without = outputOf(modern.adapter(), "ask_without_state");
        QVERIFY(without->needs->state.isEmpty());
        const auto then = outputOf(modern.adapter(), "ask_without_state",
                                   answering(*without, *Json::parse(R"({"r":{"roots":[]}})")));
        QCOMPARE(then->result["structuredContent"]["hasState"].toBool(true), false);

        const auto stateOnly = outputOf(modern.adapter(), "state_only");
        QVERIFY(stateOnly->needs->requests.members().empty());
        const auto again =
            outputOf(modern.adapter(), "state_only", answering(*stateOnly, Json::object()));
        QVERIFY(again->result["structuredContent"].find("state")->isString());

        const auto prompt = await(modern.adapter().getPrompt("greet", {}, {}));
        QVERIFY(prompt && prompt->needs);
        QCOMPARE(prompt->needs->requests["who"]["method"].toByteArray(), QByteArray("roots/list"));
    }

    void refusesAStateThatIsNotOurs()
    {
        const Modern modern("stdio");
        CallContext context;
        context.requestState = "x{}";
        QCOMPARE(outputOf(modern.adapter(), "ask", context).error().code, ErrorCode::InvalidInput);
        context.requestState = "pUnknownHandle";
        QCOMPARE(outputOf(modern.adapter(), "ask", context).error().code, ErrorCode::InvalidInput);
    }

    void refusesAnAnswerOfAnUnknownKind()
    {
        const Modern modern("stdio");
        QCOMPARE(outputOf(modern.adapter(), "strange").error().code, ErrorCode::Upstream);
    }

    void saysWhatTheAgentDidNotDeclare()
    {
        const Modern modern("stdio");
        const auto needs = outputOf(modern.adapter(), "need_sampling");
        QVERIFY(needs);
        QCOMPARE(needs->requiredCapabilities.toBytes(), QByteArray(R"({"sampling":{}})"));
    }

    void followsTasks_data() { transports(); }

    void followsTasks()
    {
        QFETCH(QByteArray, transport);
        const Modern modern(transport);
        std::atomic<int> became = 0;
        CallContext context = knowingTasks();
        context.becomeTask = [&became] { ++became; };
        const auto output = outputOf(modern.adapter(), "task", context);
        QVERIFY2(output, qUtf8Printable(output ? QString() : output.error().message));
        QCOMPARE(output->result["content"].items()[0]["text"].toByteArray(), QByteArray("done"));
        QVERIFY(!output->result.contains("resultType"));
        QVERIFY(became > 0);

        CallContext legacy; // an agent that cannot know tasks just waits
        legacy.sessionId = "session";
        QVERIFY(outputOf(modern.adapter(), "task", legacy));
        QVERIFY(!outputOf(modern.adapter(), "task")); // a modern one that declares none is refused
        const auto failed = outputOf(modern.adapter(), "task_fails", knowingTasks());
        QCOMPARE(failed.error().code, ErrorCode::InvalidInput);
        QVERIFY(failed.error().message.contains(QStringLiteral("no such thing")));

        const auto asks = outputOf(modern.adapter(), "task_asks", knowingTasks());
        QVERIFY(asks && asks->needs);
        QCOMPARE(asks->needs->requests["sure"]["method"].toByteArray(),
                 QByteArray("elicitation/create"));
        const auto answered =
            outputOf(modern.adapter(), "task_asks",
                     answering(*asks, *Json::parse(R"({"sure":{"action":"decline"}})")));
        QVERIFY2(answered, qUtf8Printable(answered ? QString() : answered.error().message));
        QCOMPARE(answered->result["structuredContent"].toBytes(),
                 QByteArray(R"({"answer":{"sure":{"action":"decline"}}})"));
    }

    void cancelsTasks_data() { transports(); }

    void cancelsTasks()
    {
        QFETCH(QByteArray, transport);
        const Modern modern(transport);
        std::stop_source stop;
        std::atomic<bool> became = false;
        CallContext context = knowingTasks();
        context.stop = stop.get_token();
        context.becomeTask = [&became] { became = true; };
        Running<Result<Output>> running(modern.adapter().call(
            "task", Json::object({{"polls", 1'000'000}}), std::move(context)));
        QTRY_VERIFY_WITH_TIMEOUT(became, patienceMs);
        stop.request_stop();
        QCOMPARE(running.wait().error().code, ErrorCode::Cancelled);
        QTRY_COMPARE_WITH_TIMEOUT(modern.details("tasks")["cancelled"].items().size(), 1u,
                                  patienceMs);
        // Somebody who does not know tasks waits as long as for any call.
        CallContext brief;
        brief.sessionId = "session";
        brief.deadline = 200ms;
        QCOMPARE(outputOf(modern.adapter(), "task", brief, Json::object({{"polls", 1'000'000}}))
                     .error()
                     .code,
                 ErrorCode::Timeout);
        QTRY_COMPARE_WITH_TIMEOUT(modern.details("tasks")["cancelled"].items().size(), 2u,
                                  patienceMs);
    }

    void endsWhatIsCancelledOrLate_data() { transports(); }

    void endsWhatIsCancelledOrLate()
    {
        QFETCH(QByteArray, transport);
        const Modern modern(transport);
        QVERIFY(call(modern.adapter(), "echo"));
        std::stop_source stop;
        CallContext context;
        context.stop = stop.get_token();
        Running<Result<Output>> running(
            modern.adapter().call("hang", Json::object(), std::move(context)));
        stop.request_stop();
        QCOMPARE(running.wait().error().code, ErrorCode::Cancelled);
        CallContext brief;
        brief.deadline = 100ms;
        QCOMPARE(outputOf(modern.adapter(), "hang", brief).error().code, ErrorCode::Timeout);
        QTRY_VERIFY_WITH_TIMEOUT(!modern.details("ended")["ids"].items().empty(), patienceMs);
    }

    void tellsTheCallWhatTheServerSays_data() { transports(); }

    void tellsTheCallWhatTheServerSays()
    {
        QFETCH(QByteArray, transport);
        const Modern modern(transport);
        std::mutex mutex;
        std::vector<QByteArray> seen;
        CallContext context;
        context.logLevel = "warning";
        context.wantsLogs = true;
        context.meta = Json::object({{"progressToken", "t"}});
        context.notify = [&](const QByteArray &method, const Json &params) {
            const std::lock_guard lock(mutex);
            seen.push_back(method + ' ' + params.toBytes());
        };
        QVERIFY(outputOf(modern.adapter(), "log", context));
        QCOMPARE(seen, (std::vector<QByteArray>{
                           R"(notifications/message {"level":"error","data":"error"})",
                           R"(notifications/progress {"progressToken":"t","progress":1})"}));
    }

    void listensForChanges_data() { transports(); }

    void listensForChanges()
    {
        QFETCH(QByteArray, transport);
        const Modern modern(transport);
        std::atomic<int> changes = 0;
        modern.adapter().setOnCatalogChanged([&changes] { ++changes; });
        QVERIFY(await(modern.adapter().catalog()));
        QTRY_COMPARE_WITH_TIMEOUT(modern.details("listens")["filters"].items().size(), 1u,
                                  patienceMs);
        modern.details("change_tools", Json::object({{"add", "later"}}));
        QTRY_VERIFY_WITH_TIMEOUT(changes > 0, patienceMs);

        std::atomic<int> updates = 0;
        auto first = modern.adapter().watch("file:///a", [&updates] { ++updates; });
        const auto second = modern.adapter().watch("file:///a", [&updates] { ++updates; });
        const auto filter = [&modern]() -> QByteArray {
            const Json filters = modern.details("listens")["filters"];
            return filters.items().size() == 1 ? filters.items()[0].toBytes() : QByteArray();
        };
        const QByteArray wanted = R"({"toolsListChanged":true,"resourcesListChanged":true,)"
                                  R"("resourceSubscriptions":["file:///a"]})";
        QTRY_COMPARE_WITH_TIMEOUT(filter(), wanted, patienceMs);
        modern.details("touch", Json::object({{"uri", "file:///a"}}));
        modern.details("touch", Json::object({{"uri", "file:///b"}}));
        QTRY_COMPARE_WITH_TIMEOUT(updates.load(), 2, patienceMs);
        first.reset();
        modern.details("touch", Json::object({{"uri", "file:///a"}}));
        QTRY_COMPARE_WITH_TIMEOUT(updates.load(), 3, patienceMs);
    }

    void asksOnceMoreInTheRevisionThatTheServerNames()
    {
        const Modern modern("http", {QStringLiteral("--refuse-once")});
        QVERIFY(call(modern.adapter(), "echo"));
    }

    void failsWithARevisionToCome_data() { transports(); }

    void failsWithARevisionToCome()
    {
        QFETCH(QByteArray, transport);
        const Modern modern(transport,
                            {QStringLiteral("--supported"), QStringLiteral("2099-01-01")});
        const auto output = outputOf(modern.adapter(), "echo");
        QVERIFY(!output);
        QVERIFY2(output.error().message.contains(QStringLiteral("no revision")),
                 qUtf8Printable(output.error().message));
    }
};

PROVOST_TEST(TstMcpModern)

#include "tst_mcpmodern.moc"
