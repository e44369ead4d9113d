// Tasks of all loops: what stops a running one, who is told of changes, and what survives the keeper.
#include "server/tasks/taskkeeper.h"

#include "tests/support/await.h"
#include "tests/support/fakeclock.h"
#include "tests/support/testing.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::tasks;
using protocol::TaskId;
using protocol::TaskStatus;
using provost::testing::await;
using provost::testing::FakeClock;

namespace {

const TaskOwner alice{TenantId("acme"), UserId("alice")};
const TaskOwner bob{TenantId("acme"), UserId("bob")};
const TaskOwner stranger{TenantId("beta"), UserId("alice")};
const TaskId id("task-1");

struct KeeperFixture
{
    explicit KeeperFixture(TaskLimits given = {})
        : limits(given)
    {
        for (const char *tenant : {"acme", "beta"})
            std::filesystem::create_directories(data() / "tenants" / tenant);
        restart();
    }

    void restart()
    {
        keeper.reset(); // one at a time
        keeper = std::make_unique<TaskKeeper>(data(), clock, limits);
    }
    [[nodiscard]] std::filesystem::path data() const { return directory.path().toStdString(); }
    [[nodiscard]] std::filesystem::path file() const
    {
        return data() / "tenants" / "acme" / "tasks.db";
    }

    void create()
    {
        NewTask task{id, "tool", Json::object({{"name", "tool"}})};
        QVERIFY(await(keeper->create(alice, std::move(task), running)));
    }
    [[nodiscard]] protocol::TaskState state() const { return *await(keeper->find(alice, id)); }

    QTemporaryDir directory;
    FakeClock clock;
    TaskLimits limits;
    std::stop_source running;
    std::unique_ptr<TaskKeeper> keeper;
};

Conclusion completed()
{
    return {.status = TaskStatus::Completed, .detail = Json::object({{"text", "done"}})};
}

Conclusion asks()
{
    return {TaskStatus::InputRequired, "Waiting", Json::object({{"q", 1}}), "sealed"};
}

const Json answers = Json::object({{"1.q", Json::object({{"action", "accept"}})}});

} // namespace

class TstTaskKeeper : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cancellingStopsTheCall()
    {
        KeeperFixture fixture;
        fixture.create();
        QVERIFY(await(fixture.keeper->cancel(alice, id)));
        QVERIFY(fixture.running.stop_requested());
        QCOMPARE(fixture.state().status, TaskStatus::Working); // until the call has ended
        fixture.keeper->conclude(alice, id, {.status = TaskStatus::Cancelled});
        QCOMPARE(fixture.state().status, TaskStatus::Cancelled);
        QVERIFY(await(fixture.keeper->cancel(alice, id)));
        QCOMPARE(fixture.state().status, TaskStatus::Cancelled);
    }

    void aCallThatAsksWhileItIsCancelledAsksNobody()
    {
        KeeperFixture fixture;
        fixture.create();
        QVERIFY(await(fixture.keeper->cancel(alice, id)));
        fixture.keeper->conclude(
            alice, id,
            {TaskStatus::InputRequired, {}, Json::object({{"name", Json::object()}}), "state"});
        QCOMPARE(fixture.state().status, TaskStatus::Cancelled);
    }

    void aCallThatEndedAllTheSameIsNotCancelled()
    {
        KeeperFixture fixture;
        fixture.create();
        QVERIFY(await(fixture.keeper->cancel(alice, id)));
        fixture.keeper->conclude(alice, id, completed());
        QCOMPARE(fixture.state().status, TaskStatus::Completed);
    }

    void aCallThatNobodyCancelledHasFailed()
    {
        KeeperFixture fixture;
        fixture.create();
        fixture.keeper->conclude(alice, id, {.status = TaskStatus::Cancelled});
        QCOMPARE(fixture.state().status, TaskStatus::Failed);
        QVERIFY(fixture.state().message.startsWith("The server was stopped"));
        QCOMPARE(fixture.state().detail["data"]["retry"], Json(false));
    }

    void nobodyElseCanStopIt()
    {
        KeeperFixture fixture;
        fixture.create();
        for (const TaskOwner &other : {bob, stranger}) {
            QCOMPARE(await(fixture.keeper->cancel(other, id)).error().code, ErrorCode::NotFound);
            QCOMPARE(await(fixture.keeper->find(other, id)).error().code, ErrorCode::NotFound);
            QCOMPARE(await(fixture.keeper->answer(other, id, answers, {})).error().code,
                     ErrorCode::NotFound);
            QCOMPARE(await(fixture.keeper->watch(other, id, [] {})).error().code,
                     ErrorCode::NotFound);
        }
        QVERIFY(!fixture.running.stop_requested());
    }

    void theNextRoundIsStoppedByItsOwnSource()
    {
        KeeperFixture fixture;
        fixture.create();
        fixture.keeper->conclude(alice, id, asks());
        std::stop_source second;
        QVERIFY(await(fixture.keeper->answer(alice, id, answers, second))->has_value());
        QVERIFY(await(fixture.keeper->cancel(alice, id)));
        QVERIFY(second.stop_requested());
        QVERIFY(!fixture.running.stop_requested());
    }

    void watchersAreToldOfEveryChange()
    {
        KeeperFixture fixture;
        fixture.create();
        std::atomic<int> told = 0;
        auto watching = *await(fixture.keeper->watch(alice, id, [&] { ++told; }));
        fixture.keeper->conclude(alice, id, asks());
        QCOMPARE(fixture.state().status, TaskStatus::InputRequired);
        QCOMPARE(told, 1);
        QVERIFY(await(fixture.keeper->answer(alice, id, answers, {})));
        QCOMPARE(told, 2);
        watching.reset();
        fixture.keeper->conclude(alice, id, completed());
        QCOMPARE(fixture.state().status, TaskStatus::Completed);
        QCOMPARE(told, 2);
    }

    void whatWasConcludedIsKept()
    {
        KeeperFixture fixture;
        fixture.create();
        fixture.keeper->conclude(alice, id, completed());
        fixture.restart();
        QCOMPARE(fixture.state().status, TaskStatus::Completed);
        QCOMPARE(fixture.state().detail, completed().detail);
    }

    void aRestartFailsWhatWasWorking()
    {
        KeeperFixture fixture;
        fixture.create();
        fixture.restart();
        QCOMPARE(fixture.state().status, TaskStatus::Failed);
    }

    void aTaskPastItsTimeIsStopped()
    {
        KeeperFixture fixture({.upkeep = std::chrono::milliseconds(5)});
        fixture.create();
        fixture.clock.advance(fixture.limits.ttl);
        QTRY_VERIFY(fixture.running.stop_requested());
    }

    void aConclusionThatIsTooLargeEndsTheTask()
    {
        KeeperFixture fixture({.bytesMax = 200});
        fixture.create();
        fixture.keeper->conclude(alice, id,
                                 {.detail = Json::object({{"text", QByteArray(300, 'x')}})});
        QCOMPARE(fixture.state().status, TaskStatus::Failed);
        QCOMPARE(fixture.state().detail["code"], Json(413));
    }

    void aConclusionThatTheDiskRefusedIsWrittenLater()
    {
        KeeperFixture fixture({.upkeep = std::chrono::milliseconds(20)});
        fixture.create();
        QTest::ignoreMessage(
            QtWarningMsg, QRegularExpression(QStringLiteral("could not be written, and will be")));
        auto other = storage::Database::open(fixture.file());
        {
            const auto writing = other->begin(); // longer than the keeper waits for it
            fixture.keeper->conclude(alice, id, completed());
            QCOMPARE(fixture.state().status, TaskStatus::Working);
        }
        QTRY_COMPARE(fixture.state().status, TaskStatus::Completed);
    }

    void aTenantWithoutDirectoryHasNoTasks()
    {
        KeeperFixture fixture;
        const TaskOwner nowhere{TenantId("nowhere"), UserId("alice")};
        QCOMPARE(await(fixture.keeper->find(nowhere, id)).error().code, ErrorCode::Storage);
    }

    void tooManyRequestsAreRefused()
    {
        KeeperFixture fixture;
        fixture.create();
        auto other = storage::Database::open(fixture.file());
        std::vector<provost::testing::Running<Result<std::optional<NextRound>>>> waiting;
        {
            const auto writing = other->begin(); // holds up each of them for a second
            do
                waiting.emplace_back(fixture.keeper->cancel(alice, id));
            while (!waiting.back().isDone() && waiting.size() < 2 * TaskKeeper::requestsMax);
            QCOMPARE(waiting.back().wait().error().code, ErrorCode::Unavailable);
        }
        for (auto &request : waiting)
            request.wait();
        QVERIFY(await(fixture.keeper->find(alice, id)));
    }
};

PROVOST_TEST(TstTaskKeeper)

#include "tst_taskkeeper.moc"
