// Tasks and the governed call: which tools may be tasks, and that what is done with a task is authenticated, limited and
// recorded like a call.
#include "tests/support/testing.h"
#include "tests/unit/server/calls/callsfixture.h"

using namespace provost;
using namespace provost::calls;
using provost::testing::await;
using provost::testing::CallsFixture;

namespace {

// The tool echo with another mode.
void setMode(CallsFixture &fixture, tools::TaskMode mode)
{
    TenantView &view = fixture.tenants.views[TenantId("acme")];
    tools::Catalog catalog;
    catalog.tools.push_back(view.registry->tool("echo")->descriptor);
    catalog.tools.front().taskMode = mode;
    view.registry = std::make_shared<tools::Registry>(std::vector<tools::ServerCatalog>{
        {ServerId("fake"), {}, fixture.adapter, std::move(catalog)}});
}

CallRequest knowingTasks(CallsFixture &fixture)
{
    CallRequest request = fixture.request(fixture.aliceKey, "echo");
    request.becomeTask = [] {};
    return request;
}

// What is done with the task: remembers for whom, and answers `result`.
struct Act
{
    Result<void> result;
    std::vector<identity::Principal> by;
    std::vector<audit::Record> journal; // on disk when it was done

    static Task<Result<void>> run(Act *self, identity::Principal principal,
                                  std::vector<audit::Record> records)
    {
        self->by.push_back(std::move(principal));
        self->journal = std::move(records);
        co_return self->result;
    }
};

CallRequest cancelling(CallsFixture &fixture, Act &act, const QByteArray &key)
{
    CallRequest request = fixture.request(key, "task-1", {}, Operation::CancelTask);
    request.task = [] { return QByteArray("task-1"); };
    request.act = [&](const identity::Principal &principal) {
        return Act::run(&act, principal, fixture.records());
    };
    return request;
}

} // namespace

class TstTaskCalls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theToolSaysWhetherItMayBeATask_data()
    {
        QTest::addColumn<int>("mode");
        QTest::addColumn<bool>("offered");
        QTest::newRow("never") << int(tools::TaskMode::Never) << false;
        QTest::newRow("allowed") << int(tools::TaskMode::Allowed) << true;
        QTest::newRow("required") << int(tools::TaskMode::Required) << true;
    }
    void theToolSaysWhetherItMayBeATask()
    {
        QFETCH(int, mode);
        QFETCH(bool, offered);
        CallsFixture fixture;
        setMode(fixture, tools::TaskMode(mode));
        QVERIFY(!await(fixture.governed.run(knowingTasks(fixture))).isRefused());
        QCOMPARE(bool(fixture.adapter->seen.front().context.becomeTask), offered);
    }

    void aToolThatNeedsTasksIsNotForOthers()
    {
        CallsFixture fixture;
        setMode(fixture, tools::TaskMode::Required);
        const CallReply reply = fixture.run(fixture.aliceKey, "echo");
        QVERIFY(reply.isRefused());
        QCOMPARE(reply.refusal().code, ErrorCode::InvalidInput);
        QCOMPARE(reply.refusal().requiredCapabilities.toBytes(),
                 QByteArray(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
        QVERIFY(fixture.adapter->seen.empty());
        QCOMPARE(fixture.records().size(), 1u);
        QCOMPARE(fixture.records().front().status, "error");
    }

    void recordsNameTheTask()
    {
        CallsFixture fixture;
        CallRequest request = knowingTasks(fixture);
        // Known once the call has become one.
        request.task = [&fixture] {
            return fixture.adapter->seen.empty() ? QByteArray() : QByteArray("task-1");
        };
        QVERIFY(!await(fixture.governed.run(std::move(request))).isRefused());
        const auto records = fixture.records();
        QVERIFY(records[0].details["task"].isNull());
        QCOMPARE(records[1].details["task"], Json("task-1"));
    }

    void questionsOfATaskWaitForPeople_data()
    {
        QTest::addColumn<bool>("isTask");
        QTest::newRow("a task") << true;
        QTest::newRow("a plain call") << false;
    }
    void questionsOfATaskWaitForPeople()
    {
        QFETCH(bool, isTask);
        CallsFixture fixture;
        tools::Output asks;
        const Json form = Json::object(
            {{"method", "elicitation/create"}, {"params", Json::object({{"message", "Who?"}})}});
        asks.needs = tools::InputNeeded{Json::object({{"who", form}}), "mine"};
        fixture.adapter->answer = asks;
        CallRequest request = knowingTasks(fixture);
        request.clientCapabilities = Json::object({{"elicitation", Json::object()}});
        request.task = [isTask] { return QByteArray(isTask ? "task-1" : ""); };
        const CallReply first = await(fixture.governed.run(request));
        QVERIFY(first.needsInput());
        fixture.clock.advance(std::chrono::hours(5));
        request.requestState = first.needs().state;
        request.inputResponses = Json::object({{"who", Json::object({{"action", "decline"}})}});
        QCOMPARE(!await(fixture.governed.run(request)).isRefused(), isTask);
    }

    void whatIsDoneWithATaskIsRecordedBeforeAndAfter()
    {
        CallsFixture fixture;
        Act act;
        const CallReply reply =
            await(fixture.governed.run(cancelling(fixture, act, fixture.aliceKey)));
        QVERIFY(!reply.isRefused());
        QCOMPARE(reply.result(), Json::object());
        QCOMPARE(act.by.size(), 1u);
        QCOMPARE(act.by.front().user, UserId("alice"));
        QCOMPARE(act.journal.size(), 1u); // the intent
        const auto records = fixture.records();
        QCOMPARE(records.size(), 2u);
        for (const audit::Record &record : records) {
            QCOMPARE(record.action, "task_cancel");
            QCOMPARE(record.resource, "task-1");
            QCOMPARE(record.details["task"], Json("task-1"));
            QVERIFY(record.tool.isEmpty());
        }
        QCOMPARE(records[1].status, "success");
    }

    void anUnknownTaskIsRecordedToo()
    {
        CallsFixture fixture;
        Act act{.result = fail(ErrorCode::NotFound, QStringLiteral("there is no such task"))};
        const CallReply reply =
            await(fixture.governed.run(cancelling(fixture, act, fixture.bobKey)));
        QCOMPARE(reply.refusal().code, ErrorCode::NotFound);
        QCOMPARE(fixture.records().back().status, "error");
        QCOMPARE(fixture.records().back().user, UserId("bob"));
    }

    void nothingIsDoneForStrangersOrUnrecorded()
    {
        CallsFixture fixture;
        Act act;
        QCOMPARE(await(fixture.governed.run(cancelling(fixture, act, "nonsense"))).refusal().code,
                 ErrorCode::Unauthenticated);
        fixture.disk.failing = true;
        QCOMPARE(
            await(fixture.governed.run(cancelling(fixture, act, fixture.aliceKey))).refusal().code,
            ErrorCode::Storage);
        QVERIFY(act.by.empty());
    }
};

PROVOST_TEST(TstTaskCalls)

#include "tst_taskcalls.moc"
