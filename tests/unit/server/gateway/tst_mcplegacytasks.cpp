// The tasks of 2025-11-25 at the endpoint: which calls are tasks, how clients wait for them, are asked, list and end them.
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/tasksfixture.h"

using namespace provost;
using testing::McpFixture;
using testing::Sent;
using tools::TaskMode;

namespace {

constexpr const char *relatedTask = "io.modelcontextprotocol/related-task";
const Json everything = *Json::parse(R"({"elicitation":{},"sampling":{}})");

calls::CallReply asks(const char *method, QByteArray state = "sealed")
{
    const Json params =
        method == QByteArrayView("elicitation/create")
            ? *Json::parse(
                R"({"message":"Who?","requestedSchema":{"type":"object","properties":{}}})")
            : *Json::parse(R"({"messages":[],"maxTokens":1})");
    const Json question = Json::object({{"method", method}, {"params", params}});
    return {.value = tools::InputNeeded{Json::object({{"who", question}}), std::move(state)}};
}

Json parsed(const FakeExchange::Event &event)
{
    return Json::parse(event.data).value_or(Json());
}

// With a session of alice. Calls are held until they are finished.
class LegacyTasks : public testing::TasksFixture
{
public:
    explicit LegacyTasks(tasks::TaskLimits limits = {})
        : TasksFixture(limits)
    {
        services.taskMode = [this](const TenantId &,
                                   QByteArrayView tool) -> std::optional<TaskMode> {
            return tool == "echo" ? std::optional(mode) : std::nullopt;
        };
        alice = open("2025-11-25").header("Mcp-Session-Id");
        hold = true;
    }
    // No call outlives the test.
    ~LegacyTasks()
    {
        tasksEndpoint->drain();
        while (holdsCalls())
            finish(success());
        waitUntilIdle();
    }
    LegacyTasks(const LegacyTasks &) = delete;
    LegacyTasks &operator=(const LegacyTasks &) = delete;

    Sent open(const char *revision, const char *key = "alice-key",
              const Json &capabilities = everything)
    {
        const Json params =
            Json::object({{"protocolVersion", revision},
                          {"capabilities", capabilities},
                          {"clientInfo", Json::object({{"name", "agent"}, {"version", "2.1"}})}});
        return say("POST", body("initialize", params, ++m_lastId), as(key));
    }
    Sent ask(const char *method, Json params)
    {
        return say("POST", body(method, std::move(params), ++m_lastId), inSession(alice));
    }
    Sent call(const Json &task = Json::object({{"ttl", 60'000}}))
    {
        return answered(ask("tools/call", Json::object({{"name", "echo"},
                                                        {"arguments", Json::object({{"a", 1}})},
                                                        {"task", task}})));
    }
    QByteArray task() { return call().result()["task"]["taskId"].toByteArray(); }
    Sent begin(const char *method, const QByteArray &id)
    {
        return ask(method, Json::object({{"taskId", id}}));
    }
    Sent ofTask(const char *method, const QByteArray &id) { return answered(begin(method, id)); }
    Json status(const QByteArray &id) { return ofTask("tasks/get", id).result()["status"]; }
    void respond(const Json &question, const char *member, const char *value)
    {
        const Json response = Json::object(
            {{"jsonrpc", "2.0"}, {"id", question["id"]}, {member, *Json::parse(value)}});
        QCOMPARE(say("POST", response.toBytes(), inSession(alice)).status(), 202);
    }

    TaskMode mode = TaskMode::Allowed;
    QByteArray alice; // her session

private:
    int m_lastId = 0;
};

} // namespace

class TstMcpLegacyTasks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void areOfferedInTheirRevisionOnly_data()
    {
        QTest::addColumn<QByteArray>("revision");
        QTest::addColumn<bool>("offered");
        QTest::newRow("2024-11-05") << QByteArray("2024-11-05") << false;
        QTest::newRow("2025-06-18") << QByteArray("2025-06-18") << false;
        QTest::newRow("2025-11-25") << QByteArray("2025-11-25") << true;
    }
    void areOfferedInTheirRevisionOnly()
    {
        QFETCH(QByteArray, revision);
        QFETCH(bool, offered);
        LegacyTasks fixture;
        const Sent opened = fixture.open(revision.constData());
        QCOMPARE(opened.result()["capabilities"]["tasks"],
                 offered
                     ? *Json::parse(R"({"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})")
                     : Json());
        fixture.alice = opened.header("Mcp-Session-Id");
        for (const char *method : {"tasks/get", "tasks/result", "tasks/cancel"})
            QCOMPARE(fixture.ofTask(method, "t").errorCode(), offered ? -32602 : -32601);
        QCOMPARE(fixture.answered(fixture.ask("tasks/list", Json::object())).errorCode(),
                 offered ? 0 : -32601);
        QCOMPARE(fixture.ofTask("tasks/update", "t").errorCode(), -32601);
        fixture.hold = false;
        QCOMPARE(fixture.call().result().contains("task"), offered); // else `task` means nothing
        QCOMPARE(fixture.call().result().contains("content"), !offered);
    }

    void areNotOfferedWithoutAKeeper()
    {
        McpFixture fixture;
        const Sent opened = fixture.initialize();
        QVERIFY(!opened.result()["capabilities"].contains("tasks"));
        const QByteArray session = opened.header("Mcp-Session-Id");
        const Sent list =
            fixture.send("POST", McpFixture::body("tasks/list"), McpFixture::inSession(session));
        QCOMPARE(list.errorCode(), -32601);
    }

    void theModernEraHasNeitherResultNorList()
    {
        LegacyTasks fixture;
        for (const char *method : {"tasks/result", "tasks/list"}) {
            const Sent sent =
                fixture.say("POST", McpFixture::modernBody(method, Json::object({{"taskId", "t"}})),
                            McpFixture::modernHeaders(method, "t"));
            QCOMPARE(sent.status(), 404);
            QCOMPARE(sent.errorCode(), -32601);
        }
    }

    void toolsSayWhetherTheyMayBeTasks_data()
    {
        QTest::addColumn<TaskMode>("mode");
        QTest::addColumn<QByteArray>("support");
        QTest::newRow("never") << TaskMode::Never << QByteArray("forbidden");
        QTest::newRow("allowed") << TaskMode::Allowed << QByteArray("optional");
        QTest::newRow("required") << TaskMode::Required << QByteArray("required");
    }
    void toolsSayWhetherTheyMayBeTasks()
    {
        QFETCH(TaskMode, mode);
        QFETCH(QByteArray, support);
        LegacyTasks fixture;
        fixture.mode = mode;
        fixture.hold = false;
        const Json listed = *Json::parse(R"({"tools":[{"name":"echo",
            "inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}}]})");
        fixture.reply = calls::CallReply{.value = listed};
        const Sent list = fixture.answered(fixture.ask("tools/list", Json::object()));
        QCOMPARE(list.result()["tools"].items()[0]["execution"],
                 Json::object({{"taskSupport", support}}));
        fixture.alice = fixture.open("2025-06-18").header("Mcp-Session-Id");
        const Sent older = fixture.answered(fixture.ask("tools/list", Json::object()));
        QCOMPARE(older.result()["tools"], listed["tools"]); // untouched
    }

    void toolsAreCalledAsTheySay()
    {
        LegacyTasks fixture;
        fixture.mode = TaskMode::Never;
        QCOMPARE(fixture.call().errorCode(), -32601);
        fixture.mode = TaskMode::Required;
        const Json plain = Json::object({{"name", "echo"}});
        QCOMPARE(fixture.answered(fixture.ask("tools/call", plain)).errorCode(), -32601);
        QCOMPARE(fixture.call(Json("soon")).errorCode(), -32602);
        QVERIFY(fixture.requests.empty());
        // The governed call says that there is no such tool.
        fixture.hold = false;
        fixture.answered(
            fixture.ask("tools/call", Json::object({{"name", "other"}, {"task", Json::object()}})));
        QCOMPARE(fixture.requests.back().name, "other");
        QVERIFY(!fixture.requests.back().task);
    }

    void aCallIsATaskAtOnce()
    {
        LegacyTasks fixture;
        const Sent sent = fixture.call();
        QVERIFY(!sent.answer->streaming);
        const Json created = sent.result()["task"];
        QCOMPARE(created["status"], Json("working"));
        QCOMPARE(created["ttl"].toInteger(), fixture.keeper.limits().ttl.count());
        QVERIFY(created["pollInterval"].toInteger());
        const QByteArray id = created["taskId"].toByteArray();
        QCOMPARE(fixture.requests[0].task(), id);
        QCOMPARE(fixture.requests[0].params["arguments"], Json::object({{"a", 1}}));
        const tasks::TaskOwner owner{TenantId("acme-corp"), UserId("alice")};
        QVERIFY(testing::await(fixture.keeper.find(owner, protocol::TaskId(id))));

        QCOMPARE(fixture.ofTask("tasks/get", id).result(), created);
        fixture.finish(McpFixture::success());
        QTRY_COMPARE(fixture.status(id), Json("completed"));
        const Json result = fixture.ofTask("tasks/result", id).result();
        QCOMPARE(result["content"], std::get<Json>(McpFixture::success().value)["content"]);
        QCOMPARE(result["_meta"], Json::object({{relatedTask, Json::object({{"taskId", id}})}}));
        QVERIFY(!result.contains("resultType"));
    }

    void whatCannotBeKeptIsNotBegun()
    {
        LegacyTasks fixture({.unfinishedPerOwnerMax = 1});
        QVERIFY(!fixture.task().isEmpty());
        QCOMPARE(fixture.call().errorCode(), 429);
        QCOMPARE(fixture.requests.size(), 1u);
    }

    void theResultIsWaitedFor()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        const Sent result = fixture.begin("tasks/result", id);
        QCOMPARE(fixture.status(id), Json("working")); // the keeper has answered both
        QCOMPARE(result.status(), 0);
        fixture.finish(McpFixture::success());
        QTRY_COMPARE(result.status(), 200);
        QCOMPARE(result.result()["content"].items().size(), 1u);
    }

    void nobodyNeedWaitAnyLonger()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        const Sent result = fixture.begin("tasks/result", id);
        const Json request = *Json::parse(result.exchange->request().body);
        fixture.say("POST",
                    McpFixture::note("notifications/cancelled",
                                     Json::object({{"requestId", request["id"]}})),
                    McpFixture::inSession(fixture.alice));
        QTRY_VERIFY(result.answer->ended); // without an answer
        QVERIFY(result.answer->events.empty());
        QVERIFY(!fixture.requests[0].stop.stop_requested());
        QCOMPARE(fixture.status(id), Json("working"));
    }

    void theClientIsAskedWhereItWaits()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        fixture.finish(asks("elicitation/create"));
        QTRY_COMPARE(fixture.status(id), Json("input_required"));
        const Sent result = fixture.begin("tasks/result", id);
        QTRY_COMPARE(result.answer->events.size(), 1u);
        const Json question = parsed(result.answer->events[0]);
        QCOMPARE(question["method"], Json("elicitation/create"));
        QCOMPARE(question["params"]["_meta"][relatedTask]["taskId"], Json(id));
        fixture.respond(question, "result", R"({"action":"accept","content":{}})");
        QTRY_COMPARE(fixture.requests.size(), 2u);
        const calls::CallRequest &again = fixture.requests.back();
        QCOMPARE(again.inputResponses["who"]["action"], Json("accept"));
        QCOMPARE(again.requestState, "sealed");
        QCOMPARE(again.name, "echo");
        QCOMPARE(again.task(), id);
        QCOMPARE(fixture.acts.back().operation, calls::Operation::UpdateTask);
        QCOMPARE(fixture.status(id), Json("working"));
        fixture.finish(McpFixture::success());
        QTRY_VERIFY(result.answer->ended);
        QCOMPARE(result.result()["content"].items().size(), 1u);
    }

    void whoeverAnswersFirstIsHeard()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        fixture.finish(asks("elicitation/create"));
        const Sent first = fixture.begin("tasks/result", id);
        const Sent second = fixture.begin("tasks/result", id);
        QTRY_COMPARE(first.answer->events.size(), 1u);
        QTRY_COMPARE(second.answer->events.size(), 1u);
        fixture.respond(parsed(first.answer->events[0]), "result", R"({"action":"decline"})");
        QTRY_COMPARE(second.answer->events.size(), 2u); // its question is taken back
        const Json withdrawn = parsed(second.answer->events[1]);
        QCOMPARE(withdrawn["method"], Json("notifications/cancelled"));
        QCOMPARE(withdrawn["params"]["requestId"], parsed(second.answer->events[0])["id"]);
        QCOMPARE(fixture.requests.size(), 2u);
        fixture.finish(McpFixture::success());
        QTRY_VERIFY(first.answer->ended && second.answer->ended);
        QCOMPARE(second.result()["content"].items().size(), 1u);
    }

    void aClientThatWillNotAnswerEndsTheTask()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        fixture.finish(asks("sampling/createMessage"));
        const Sent result = fixture.begin("tasks/result", id);
        QTRY_COMPARE(result.answer->events.size(), 1u);
        fixture.respond(parsed(result.answer->events[0]), "error", R"({"code":-1,"message":"No"})");
        QTRY_COMPARE(fixture.requests.size(), 2u);
        QVERIFY(fixture.requests.back().givenUp);
        QCOMPARE(fixture.requests.back().requestState, "sealed"); // of what is given up
        QTRY_VERIFY(result.answer->ended);
        QVERIFY(result.result()["isError"].toBool());
        QCOMPARE(fixture.status(id), Json("failed"));
    }

    void onlyWhatTheClientDeclaredIsAsked()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        fixture.finish(asks("elicitation/create"));
        fixture.alice =
            fixture.open("2025-11-25", "alice-key", Json::object()).header("Mcp-Session-Id");
        QTRY_COMPARE(fixture.status(id), Json("input_required"));
        QCOMPARE(fixture.ofTask("tasks/result", id).errorCode(), -32602);
        QCOMPARE(fixture.status(id), Json("input_required"));
    }

    void endsAreOfThreeKinds()
    {
        LegacyTasks fixture;
        const QByteArray denied = fixture.task();
        fixture.finish(McpFixture::refusal(ErrorCode::Denied));
        QTRY_COMPARE(fixture.status(denied), Json("failed")); // isError
        QVERIFY(fixture.ofTask("tasks/result", denied).result()["isError"].toBool());

        const QByteArray broken = fixture.task();
        fixture.finish(McpFixture::refusal(ErrorCode::Internal));
        QTRY_COMPARE(fixture.status(broken), Json("failed"));
        QCOMPARE(fixture.ofTask("tasks/result", broken).errorCode(), -32603);

        const QByteArray cancelled = fixture.task();
        fixture.ofTask("tasks/cancel", cancelled);
        QCOMPARE(fixture.ofTask("tasks/result", cancelled).errorCode(), 499);
        fixture.finish(McpFixture::refusal(ErrorCode::Cancelled));
    }

    void aCancelledTaskStaysCancelled()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        const Sent waiting = fixture.begin("tasks/result", id);
        const Sent cancel = fixture.ofTask("tasks/cancel", id);
        QCOMPARE(cancel.result()["status"], Json("cancelled"));
        QCOMPARE(cancel.result()["taskId"], Json(id));
        QVERIFY(fixture.requests[0].stop.stop_requested());
        QCOMPARE(fixture.acts.back().operation, calls::Operation::CancelTask);
        QTRY_COMPARE(waiting.errorCode(), 499);
        fixture.finish(McpFixture::success()); // did not listen
        QTRY_COMPARE(fixture.running, 0);
        QCOMPARE(fixture.status(id), Json("cancelled"));
        QCOMPARE(fixture.ofTask("tasks/cancel", id).errorCode(), -32602);
    }

    void aTaskThatWaitsIsCancelledToo()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        fixture.finish(asks("elicitation/create"));
        const Sent result = fixture.begin("tasks/result", id);
        QTRY_COMPARE(result.answer->events.size(), 1u);
        QCOMPARE(fixture.ofTask("tasks/cancel", id).result()["status"], Json("cancelled"));
        QTRY_VERIFY(result.answer->ended);
        QCOMPARE(result.errorCode(), 499);
        QCOMPARE(fixture.requests.size(), 2u); // what the tool keeps for the answers is let go
        QCOMPARE(fixture.requests.back().givenUp->code, ErrorCode::Cancelled);
        QCOMPARE(fixture.requests.back().name, "echo");
    }

    void areForTheirOwnersOnly_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::newRow("a colleague") << QByteArray("bob-key");
        QTest::newRow("another tenant") << QByteArray("carol-key");
    }
    void areForTheirOwnersOnly()
    {
        QFETCH(QByteArray, key);
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        const QByteArray session =
            fixture.open("2025-11-25", key.constData()).header("Mcp-Session-Id");
        for (const char *method : {"tasks/get", "tasks/result", "tasks/cancel", "tasks/list"}) {
            const Sent sent = fixture.answered(
                fixture.say("POST", McpFixture::body(method, Json::object({{"taskId", id}})),
                            McpFixture::inSession(session, key)));
            if (method == QByteArrayView("tasks/list"))
                QCOMPARE(sent.result()["tasks"], Json::array());
            else
                QCOMPARE(sent.errorCode(), -32602);
        }
        QCOMPARE(fixture.status(id), Json("working"));
        QVERIFY(!fixture.requests[0].stop.stop_requested());
    }

    void areListedInPages()
    {
        constexpr std::size_t all = 150;
        LegacyTasks fixture({.unfinishedPerOwnerMax = all});
        for (std::size_t i = 0; i < all; ++i) {
            const tasks::TaskOwner owner{TenantId("acme-corp"), UserId("alice")};
            tasks::NewTask task{protocol::TaskId(QByteArray::number(int(i))), "echo",
                                Json::object()};
            QVERIFY(testing::await(fixture.keeper.create(owner, std::move(task), {})));
            if (i % 2 == 0)
                fixture.clock.advance(std::chrono::milliseconds(1));
        }
        std::set<QByteArray> seen;
        Json params = Json::object();
        for (const std::size_t size : {100u, 50u}) {
            const Json page = fixture.answered(fixture.ask("tasks/list", params)).result();
            QCOMPARE(page["tasks"].items().size(), size);
            for (const Json &task : page["tasks"].items())
                seen.insert(task["taskId"].toByteArray());
            params.set("cursor", page["nextCursor"]);
        }
        QCOMPARE(seen.size(), all);
        QVERIFY(params["cursor"].isNull()); // there is no third
        for (const char *wrong : {"x", "", "?", "MQ"}) {
            const Sent sent =
                fixture.answered(fixture.ask("tasks/list", Json::object({{"cursor", wrong}})));
            QCOMPARE(sent.errorCode(), -32602);
        }
    }

    void theListSaysWhatGetSays()
    {
        LegacyTasks fixture;
        const QByteArray failed = fixture.task();
        fixture.finish(McpFixture::refusal(ErrorCode::Denied));
        QTRY_COMPARE(fixture.status(failed), Json("failed"));
        fixture.clock.advance(std::chrono::milliseconds(1));
        const QByteArray working = fixture.task();
        const Json list = fixture.answered(fixture.ask("tasks/list", Json::object())).result();
        QCOMPARE(list["tasks"], Json::array({fixture.ofTask("tasks/get", failed).result(),
                                             fixture.ofTask("tasks/get", working).result()}));
    }

    void theSessionHearsOfItsTasks()
    {
        LegacyTasks fixture;
        const Sent stream = fixture.say("GET", {}, McpFixture::inSession(fixture.alice));
        const auto told = [&] {
            QByteArrayList statuses;
            for (const auto &event : stream.answer->events) {
                const Json message = parsed(event); // the first event only primes the stream
                if (message["method"] == Json("notifications/tasks/status"))
                    statuses << message["params"]["status"].toByteArray();
            }
            return statuses;
        };
        const QByteArray id = fixture.task();
        fixture.finish(asks("elicitation/create"));
        QTRY_COMPARE(told(), QByteArrayList{"input_required"});
        fixture.ofTask("tasks/cancel", id);
        QTRY_COMPARE(told(), (QByteArrayList{"input_required", "cancelled"}));
    }

    void aServerThatStopsKeepsNobodyWaiting()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        fixture.finish(asks("elicitation/create"));
        const Sent result = fixture.begin("tasks/result", id);
        QTRY_COMPARE(result.answer->events.size(), 1u);
        fixture.tasksEndpoint->drain();
        QTRY_VERIFY(result.answer->ended);
        QTRY_VERIFY(fixture.tasksEndpoint->isIdle());
    }

    void nobodyIsServedWhileTheirTenantIsNot()
    {
        LegacyTasks fixture;
        const QByteArray id = fixture.task();
        fixture.served = false;
        for (const char *method : {"tasks/get", "tasks/result"})
            QCOMPARE(fixture.ofTask(method, id).errorCode(), 503);
    }
};

PROVOST_TEST(TstMcpLegacyTasks)
#include "tst_mcplegacytasks.moc"
