// The tasks extension at the endpoint: which calls become tasks, what clients see of them, and how they end.
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/tasksfixture.h"

#include <thread>

using namespace provost;
using testing::McpFixture;
using testing::Sent;

namespace {

const Json knowing = Json::object(
    {{"elicitation", Json::object()},
     {"extensions", Json::object({{"io.modelcontextprotocol/tasks", Json::object()}})}});

class TaskFixture : public testing::TasksFixture
{
public:
    explicit TaskFixture(tasks::TaskLimits limits = {})
        : TasksFixture(limits)
    {
    }

    // No call outlives the test.
    ~TaskFixture() { finishAll(); }
    void finishAll()
    {
        while (running > 0) {
            const int before = running;
            finish(success());
            if (!QTest::qWaitFor([&] { return running < before; }, 5'000))
                qFatal("a call did not end");
        }
        waitUntilIdle();
    }
    TaskFixture(const TaskFixture &) = delete;
    TaskFixture &operator=(const TaskFixture &) = delete;

    Sent post(const char *method, Json params, const QByteArray &name,
              const Json &capabilities = knowing, const QByteArray &key = "alice-key",
              const QByteArray &nameHeader = {})
    {
        Json meta = Json::object({{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                                  {"io.modelcontextprotocol/clientCapabilities", capabilities}});
        params.set("_meta", std::move(meta));
        return say("POST", body(method, std::move(params)),
                   modernHeaders(method, nameHeader.isEmpty() ? name : nameHeader, key));
    }
    Sent call(const Json &capabilities = knowing)
    {
        const Json params =
            Json::object({{"name", "echo"}, {"arguments", Json::object({{"a", 1}})}});
        return post("tools/call", params, "echo", capabilities);
    }
    Sent ofTask(const char *method, const QByteArray &id, const QByteArray &key = "alice-key",
                const Json &capabilities = knowing)
    {
        return answered(post(method, Json::object({{"taskId", id}}), id, capabilities, key));
    }
    Sent update(const QByteArray &id, const Json &responses, const QByteArray &key = "alice-key")
    {
        return answered(post("tasks/update",
                             Json::object({{"taskId", id}, {"inputResponses", responses}}), id,
                             knowing, key));
    }
    Json get(const QByteArray &id) { return ofTask("tasks/get", id).result(); }

    // A call that became a task; it goes on, and is the last of `requests`.
    QByteArray task()
    {
        hold = true;
        Sent sent = call();
        requests.back().becomeTask();
        return answered(std::move(sent)).result()["taskId"].toByteArray();
    }
    static calls::CallReply asks(const Json &requests, QByteArray state = "sealed")
    {
        return {.value = tools::InputNeeded{requests, std::move(state)}};
    }
};

const Json accepted = Json::object({{"action", "accept"}});

} // namespace

class TstMcpTasks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aToolThatWishesIsATask()
    {
        TaskFixture fixture;
        fixture.hold = true;
        const Sent sent = fixture.call();
        QCOMPARE(sent.status(), 0);
        std::thread([&] { // any thread, any number of times
            fixture.requests[0].becomeTask();
            fixture.requests[0].becomeTask();
        })
            .join();
        QTRY_COMPARE(sent.status(), 200);
        const Json created = sent.result();
        QCOMPARE(created["resultType"], Json("task"));
        QCOMPARE(created["status"], Json("working"));
        QCOMPARE(created["ttlMs"].toInteger(), fixture.keeper.limits().ttl.count());
        QVERIFY(created["pollIntervalMs"].toInteger());
        QVERIFY(fromRfc3339(created["createdAt"].toByteArray()).has_value());
        QVERIFY(!created.contains("result") && !created.contains("inputRequests"));
        const QByteArray id = created["taskId"].toByteArray();
        QCOMPARE(id.size(), 22);
        QCOMPARE(fixture.requests[0].task(), id);

        QCOMPARE(fixture.get(id)["status"], Json("working"));
        QCOMPARE(fixture.get(id)["resultType"], Json("complete"));
        fixture.finish(McpFixture::success());
        QTRY_COMPARE(fixture.get(id)["status"], Json("completed"));
        const Json result = fixture.get(id)["result"];
        QCOMPARE(result["content"].items().size(), 1u);
        QCOMPARE(result["resultType"], Json("complete"));
        QVERIFY(fixture.tasksEndpoint->isIdle());
    }

    void aToolThatDoesNotWishAnswers()
    {
        TaskFixture fixture;
        const Sent sent = fixture.call();
        QTRY_COMPARE(sent.status(), 200);
        QCOMPARE(sent.result()["resultType"], Json("complete"));
        QCOMPARE(fixture.requests[0].task(), QByteArray());
    }

    void aToolThatWishesAndEndsAtOnceIsATask()
    {
        TaskFixture fixture;
        fixture.reply = TaskFixture::asks(Json::object({{"q", 1}}));
        fixture.services.run = [run = fixture.services.run](calls::CallRequest request) {
            request.becomeTask();
            return run(std::move(request));
        };
        const Sent sent = fixture.call();
        QTRY_COMPARE(sent.status(), 200);
        QCOMPARE(sent.result()["resultType"], Json("task"));
        const QByteArray id = sent.result()["taskId"].toByteArray();
        QTRY_COMPARE(fixture.get(id)["status"], Json("input_required"));
    }

    void onlyClientsThatKnowTasksGetThem()
    {
        TaskFixture fixture;
        QCOMPARE(fixture.call(Json::object()).result()["resultType"], Json("complete"));
        QVERIFY(!fixture.requests[0].becomeTask);
        for (const char *method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
            const Json params = Json::object({{"taskId", "t"}, {"inputResponses", Json::object()}});
            const Sent sent = fixture.post(method, params, "t", Json::object());
            QCOMPARE(sent.status(), 400);
            QCOMPARE(sent.errorCode(), -32021);
            QCOMPARE(sent.message()["error"]["data"]["requiredCapabilities"],
                     Json::object({{"extensions", knowing["extensions"]}}));
        }
        QVERIFY(fixture.acts.empty());
        // The legacy era has none.
        const QByteArray session = fixture.session();
        const Sent legacy =
            fixture.send("POST", McpFixture::body("tasks/get", Json::object({{"taskId", "t"}})),
                         McpFixture::inSession(session));
        QCOMPARE(legacy.errorCode(), -32601);
    }

    void isAnnouncedWhereItIsOffered()
    {
        TaskFixture fixture;
        const Sent with = fixture.post("server/discover", Json::object(), {});
        QVERIFY(with.result()["capabilities"]["extensions"]["io.modelcontextprotocol/tasks"]
                    .isObject());
        const Sent without = fixture.send("POST", McpFixture::modernBody("server/discover"),
                                          McpFixture::modernHeaders("server/discover"));
        QVERIFY(!without.result()["capabilities"].contains("extensions"));
        const Sent get = fixture.send(
            "POST", McpFixture::modernBody("tasks/get", Json::object({{"taskId", "t"}})),
            McpFixture::modernHeaders("tasks/get", "t"));
        QCOMPARE(get.status(), 404);
        QCOMPARE(get.errorCode(), -32601);
    }

    void whatCannotBeKeptAnswersItsRequest()
    {
        TaskFixture fixture({.unfinishedPerOwnerMax = 1});
        const QByteArray first = fixture.task();
        const Sent second = fixture.call();
        fixture.requests.back().becomeTask();
        QCOMPARE(fixture.get(first)["status"], Json("working")); // the keeper has answered both
        fixture.finish(McpFixture::success());
        fixture.finish(McpFixture::success());
        QTRY_COMPARE(second.status(), 200);
        QCOMPARE(second.result()["resultType"], Json("complete"));
    }

    void tasksAreForTheirOwnersOnly_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<bool>("known");
        QTest::newRow("a colleague") << QByteArray("bob-key") << true;
        QTest::newRow("another tenant") << QByteArray("carol-key") << true;
        QTest::newRow("unknown id") << QByteArray("alice-key") << false;
    }
    void tasksAreForTheirOwnersOnly()
    {
        QFETCH(QByteArray, key);
        QFETCH(bool, known);
        TaskFixture fixture;
        const QByteArray mine = fixture.task();
        const QByteArray id = known ? mine : QByteArray("nothing");
        for (const char *method : {"tasks/get", "tasks/cancel"}) {
            const Sent sent = fixture.ofTask(method, id, key);
            QCOMPARE(sent.status(), 200);
            QCOMPARE(sent.errorCode(), -32602);
            QCOMPARE(sent.message()["error"]["message"], Json("Unknown task: " + id));
        }
        QCOMPARE(fixture.update(id, Json::object(), key).errorCode(), -32602);
        QVERIFY(!fixture.requests[0].stop.stop_requested());
        QCOMPARE(fixture.acts.size(), 2u); // by way of the governed call, which records them
    }

    void anotherKeyOfTheOwnerDoes()
    {
        TaskFixture fixture;
        const QByteArray id = fixture.task();
        QCOMPARE(fixture.ofTask("tasks/get", id, "alice-key-2").result()["status"],
                 Json("working"));
    }

    void headersRepeatTheTask()
    {
        TaskFixture fixture;
        const Sent sent = fixture.post("tasks/get", Json::object({{"taskId", "a"}}), "a", knowing,
                                       "alice-key", "b");
        QCOMPARE(sent.status(), 400);
        QCOMPARE(sent.errorCode(), -32020);
    }

    void parametersAreChecked_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("params");
        QTest::newRow("no id") << QByteArray("tasks/get") << QByteArray("{}");
        QTest::newRow("no answers")
            << QByteArray("tasks/update") << QByteArray(R"({"taskId":"t"})");
        QTest::newRow("answers are no object")
            << QByteArray("tasks/update") << QByteArray(R"({"taskId":"t","inputResponses":[]})");
        QTest::newRow("an answer is no object")
            << QByteArray("tasks/update")
            << QByteArray(R"({"taskId":"t","inputResponses":{"a":1}})");
    }
    void parametersAreChecked()
    {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, params);
        TaskFixture fixture;
        const Sent sent = fixture.post(method.constData(), *Json::parse(params), "t");
        QCOMPARE(sent.errorCode(), -32602);
        QVERIFY(fixture.acts.empty());
    }

    void questionsWaitForAnswers()
    {
        TaskFixture fixture;
        const QByteArray id = fixture.task();
        const Json question = Json::object({{"method", "elicitation/create"}});
        fixture.finish(TaskFixture::asks(Json::object({{"name", question}}), "round 2"));
        QTRY_COMPARE(fixture.get(id)["status"], Json("input_required"));
        QCOMPARE(fixture.get(id)["inputRequests"], Json::object({{"1.name", question}}));
        QVERIFY(!fixture.get(id).contains("requestState"));

        const Sent update = fixture.update(id, Json::object({{"1.name", accepted}}));
        QCOMPARE(update.result()["resultType"], Json("complete"));
        QVERIFY(!update.result().contains("taskId"));
        QCOMPARE(fixture.get(id)["status"], Json("working"));
        const calls::CallRequest &again = fixture.requests.back();
        QCOMPARE(fixture.requests.size(), 2u);
        QCOMPARE(again.operation, calls::Operation::CallTool);
        QCOMPARE(again.name, "echo");
        QCOMPARE(again.params["arguments"], Json::object({{"a", 1}}));
        QCOMPARE(again.inputResponses, Json::object({{"name", accepted}}));
        QCOMPARE(again.requestState, "round 2");
        QCOMPARE(again.task(), id);
        QVERIFY(again.becomeTask); // it is one already, so tools that need one are served
        fixture.finish(McpFixture::success());
        QTRY_COMPARE(fixture.get(id)["status"], Json("completed"));
    }

    void aTaskThatWaitsLetsGoWhenItIsCancelled()
    {
        TaskFixture fixture;
        const QByteArray id = fixture.task();
        fixture.finish(TaskFixture::asks(Json::object({{"name", Json::object()}}), "round 2"));
        QTRY_COMPARE(fixture.get(id)["status"], Json("input_required"));
        QVERIFY(!fixture.ofTask("tasks/cancel", id).result().isNull());
        QCOMPARE(fixture.get(id)["status"], Json("cancelled"));
        QCOMPARE(fixture.requests.size(), 2u);
        const calls::CallRequest &last = fixture.requests.back();
        QCOMPARE(last.givenUp->code, ErrorCode::Cancelled); // the governed call abandons it
        QCOMPARE(last.operation, calls::Operation::CallTool);
        QCOMPARE(last.name, "echo");
        QCOMPARE(last.params["arguments"], Json::object({{"a", 1}}));
        QCOMPARE(last.requestState, "round 2");
        QCOMPARE(last.task(), id);
        QVERIFY(!fixture.ofTask("tasks/cancel", id).result().isNull());
        QCOMPARE(fixture.requests.size(), 2u);
    }

    void answersWhereNothingIsAskedAreIgnored()
    {
        TaskFixture fixture;
        const QByteArray id = fixture.task();
        QCOMPARE(fixture.update(id, Json::object({{"1.name", accepted}})).result()["resultType"],
                 Json("complete"));
        QCOMPARE(fixture.requests.size(), 1u);
        QCOMPARE(fixture.get(id)["status"], Json("working"));
    }

    void aToolThatAsksNothingIsCalledAgain()
    {
        TaskFixture fixture;
        const QByteArray id = fixture.task();
        fixture.finish(TaskFixture::asks(Json::object(), "later"));
        QTRY_COMPARE(fixture.requests.size(), 2u);
        QCOMPARE(fixture.requests.back().requestState, "later");
        fixture.finish(McpFixture::success());
        QTRY_COMPARE(fixture.get(id)["status"], Json("completed"));
    }

    void failuresAreOfTwoKinds()
    {
        TaskFixture fixture;
        const QByteArray denied = fixture.task();
        fixture.finish(McpFixture::refusal(ErrorCode::Denied));
        QTRY_COMPARE(fixture.get(denied)["status"], Json("completed"));
        QCOMPARE(fixture.get(denied)["result"]["isError"], Json(true));

        const QByteArray unreachable = fixture.task();
        fixture.finish(McpFixture::refusal(ErrorCode::Upstream));
        QTRY_COMPARE(fixture.get(unreachable)["status"], Json("failed"));
        QCOMPARE(fixture.get(unreachable)["error"]["code"], Json(502));

        const QByteArray broken = fixture.task();
        fixture.finish(McpFixture::refusal(ErrorCode::Internal));
        QTRY_COMPARE(fixture.get(broken)["status"], Json("failed"));
        QCOMPARE(fixture.get(broken)["error"]["code"], Json(-32603));
        QCOMPARE(fixture.get(broken)["statusMessage"], Json("Because."));
        QVERIFY(!fixture.get(broken).contains("result"));
    }

    void whatIsTooLargeToKeepIsToldInBand()
    {
        TaskFixture fixture({.bytesMax = 2'000});
        const QByteArray id = fixture.task();
        fixture.finish({.value = Json::object({{"text", QByteArray(3'000, 'x')}})});
        QTRY_COMPARE(fixture.get(id)["status"], Json("completed"));
        QCOMPARE(fixture.get(id)["result"]["isError"], Json(true));
    }

    void cancellingStopsTheCall()
    {
        TaskFixture fixture;
        const QByteArray id = fixture.task();
        for (int i = 0; i < 2; ++i) {
            const Sent cancel = fixture.ofTask("tasks/cancel", id);
            QCOMPARE(cancel.result()["resultType"], Json("complete"));
            QVERIFY(!cancel.result().contains("status"));
        }
        QVERIFY(fixture.requests[0].stop.stop_requested());
        fixture.finish(McpFixture::refusal(ErrorCode::Cancelled));
        QTRY_COMPARE(fixture.get(id)["status"], Json("cancelled"));
        QVERIFY(!fixture.ofTask("tasks/cancel", id).result().isNull());
        QCOMPARE(fixture.acts.front().operation, calls::Operation::CancelTask);
        QCOMPARE(fixture.acts.front().task(), id);
    }

    void aClientThatKnowsItsTaskMayGo()
    {
        TaskFixture fixture;
        fixture.hold = true;
        const Sent told = fixture.call();
        fixture.requests[0].becomeTask();
        QTRY_COMPARE(told.status(), 200);
        told.exchange->close();
        QVERIFY(!fixture.requests[0].stop.stop_requested());

        const Sent untold = fixture.call();
        untold.exchange->close();
        QVERIFY(fixture.requests[1].stop.stop_requested());
        fixture.finishAll();
    }

    void stoppingTheServerEndsTasks()
    {
        TaskFixture fixture;
        const QByteArray id = fixture.task();
        fixture.tasksEndpoint->drain();
        QVERIFY(fixture.requests[0].stop.stop_requested());
        QVERIFY(!fixture.tasksEndpoint->isIdle());
        fixture.finish(McpFixture::refusal(ErrorCode::Cancelled));
        QTRY_VERIFY(fixture.tasksEndpoint->isIdle());
        const auto state = testing::await(
            fixture.keeper.find({TenantId("acme-corp"), UserId("alice")}, protocol::TaskId(id)));
        QCOMPARE(state->status, protocol::TaskStatus::Failed); // its owner did not cancel it
    }

    void listenersAreToldOfTheirTasks()
    {
        TaskFixture fixture;
        const QByteArray id = fixture.task();
        const auto listen = [&](const QByteArray &key, const Json &capabilities = knowing) {
            const Json ids = Json::array({id, "unknown"});
            return TaskFixture::answered(
                fixture.post("subscriptions/listen",
                             Json::object({{"notifications", Json::object({{"taskIds", ids}})}}),
                             {}, capabilities, key));
        };
        QCOMPARE(listen("alice-key", Json::object()).errorCode(), -32021);
        const Sent foreign = listen("bob-key");
        QTRY_COMPARE(foreign.answer->events.size(), std::size_t(1));
        QCOMPARE(foreign.message()["params"]["notifications"]["taskIds"], Json::array());

        const Sent mine = listen("alice-key");
        QTRY_COMPARE(mine.answer->events.size(), std::size_t(1));
        QCOMPARE(mine.message()["params"]["notifications"]["taskIds"], Json::array({id}));
        fixture.finish(McpFixture::success());
        QTRY_COMPARE(mine.answer->events.size(), std::size_t(2));
        QCOMPARE(mine.message()["method"], Json("notifications/tasks"));
        const Json told = mine.message()["params"];
        QCOMPARE(told["taskId"], Json(id));
        QCOMPARE(told["status"], Json("completed"));
        QCOMPARE(told["result"], fixture.get(id)["result"]);
        QCOMPARE(foreign.answer->events.size(), std::size_t(1));
        fixture.tasksEndpoint->drain();
    }

    void aTenantThatIsClosedHasNoTasks()
    {
        TaskFixture fixture;
        const QByteArray id = fixture.task();
        fixture.served = false;
        QCOMPARE(fixture.ofTask("tasks/get", id).status(), 503);
    }
};

PROVOST_TEST(TstMcpTasks)

#include "tst_mcptasks.moc"
