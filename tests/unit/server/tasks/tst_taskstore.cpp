// Tasks on disk: who finds them, what changes them, how long they stay, and what a restart makes of them.
#include "server/tasks/taskstore.h"

#include "tests/support/fakeclock.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::tasks;
using protocol::TaskId;
using protocol::TaskStatus;
using testing::FakeClock;

namespace {

const UserId alice("alice");
const UserId bob("bob");

struct StoreFixture
{
    explicit StoreFixture(TaskLimits given = {})
        : limits(given)
        , store(opened())
    {
    }

    TaskStore opened()
    {
        auto result = TaskStore::open(path(), clock, limits,
                                      Json::object({{"code", -32603}, {"message", "stopped"}}));
        if (!result)
            qFatal("%s", qUtf8Printable(result.error().message));
        return std::move(*result);
    }
    [[nodiscard]] std::filesystem::path path() const
    {
        return std::filesystem::path(directory.path().toStdString()) / "tasks.db";
    }

    Result<protocol::TaskState> create(const char *id, const UserId &owner = alice,
                                       const Json &argument = "x")
    {
        return store.create(
            owner, {TaskId(id), "tool", Json::object({{"name", "tool"}, {"argument", argument}})});
    }
    TaskStatus status(const char *id) { return store.find(alice, TaskId(id))->status; }

    QTemporaryDir directory;
    FakeClock clock;
    TaskLimits limits;
    TaskStore store;
};

Conclusion completed(const Json &text = "done")
{
    return {.status = TaskStatus::Completed, .detail = Json::object({{"text", text}})};
}

Conclusion asks(std::initializer_list<Json::Entry> questions, QByteArray state = "sealed")
{
    return {TaskStatus::InputRequired, "Waiting", Json::object(questions), std::move(state)};
}

Json yes()
{
    return Json::object({{"action", "accept"}});
}

QByteArray keysOf(const Json &object)
{
    QByteArray keys;
    for (const Json::Member &member : object.members())
        keys += member.key + ' ';
    return keys;
}

} // namespace

class TstTaskStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void keepsATaskUntilItsTime()
    {
        StoreFixture fixture;
        const auto created = fixture.create("t");
        QCOMPARE(created->status, TaskStatus::Working);
        QCOMPARE(created->ttl, fixture.limits.ttl);
        QCOMPARE(*fixture.store.find(alice, TaskId("t")), *created);

        fixture.clock.advance(std::chrono::minutes(1));
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), completed()));
        const auto ended = fixture.store.find(alice, TaskId("t"));
        QCOMPARE(ended->status, TaskStatus::Completed);
        QCOMPARE(ended->created, created->created);
        QCOMPARE(ended->updated, fixture.clock.now());
        QCOMPARE(ended->detail, Json::object({{"text", "done"}}));

        fixture.clock.advance(fixture.limits.ttl - std::chrono::minutes(1) - Microseconds(1));
        QVERIFY(fixture.store.removeExpired()->empty());
        QVERIFY(fixture.store.find(alice, TaskId("t")).has_value());
        fixture.clock.advance(Microseconds(1));
        QCOMPARE(fixture.store.find(alice, TaskId("t")).error().code, ErrorCode::NotFound);
    }

    void aTaskPastItsTimeIsNamedWhileItWorks()
    {
        StoreFixture fixture;
        QVERIFY(fixture.create("t"));
        fixture.clock.advance(fixture.limits.ttl);
        QCOMPARE(*fixture.store.removeExpired(), std::vector{TaskId("t")});
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), completed()));
        QVERIFY(fixture.store.removeExpired()->empty());
        QCOMPARE(fixture.store.conclude(alice, TaskId("t"), completed()).error().code,
                 ErrorCode::NotFound);
    }

    void somebodyElsesTaskIsNotFound()
    {
        StoreFixture fixture;
        QVERIFY(fixture.create("t"));
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), asks({{"q", 1}})));
        for (const auto &[user, id] : {std::pair(bob, "t"), std::pair(alice, "unknown")}) {
            QCOMPARE(fixture.store.find(user, TaskId(id)).error().code, ErrorCode::NotFound);
            QCOMPARE(fixture.store.cancel(user, TaskId(id)).error().code, ErrorCode::NotFound);
            QCOMPARE(
                fixture.store.answer(user, TaskId(id), Json::object({{"1.q", yes()}})).error().code,
                ErrorCode::NotFound);
            QCOMPARE(fixture.store.conclude(user, TaskId(id), completed()).error().code,
                     ErrorCode::NotFound);
        }
        QCOMPARE(fixture.status("t"), TaskStatus::InputRequired);
    }

    void takesAnswersOneByOne()
    {
        StoreFixture fixture;
        QVERIFY(fixture.create("t"));
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), asks({{"a", 1}, {"b.c", 2}}, "first")));
        QCOMPARE(keysOf(fixture.store.find(alice, TaskId("t"))->detail), "1.a 1.b.c ");

        const Json strangers = Json::object({{"a", yes()}, {"2.a", yes()}});
        QVERIFY(!fixture.store.answer(alice, TaskId("t"), strangers)->has_value());
        QVERIFY(
            !fixture.store.answer(alice, TaskId("t"), Json::object({{"1.a", yes()}}))->has_value());
        QCOMPARE(keysOf(fixture.store.find(alice, TaskId("t"))->detail), "1.b.c ");
        // What was answered stays as it was.
        const Json again = Json::object({{"1.a", Json::object({{"action", "decline"}})}});
        QVERIFY(!fixture.store.answer(alice, TaskId("t"), again)->has_value());

        const auto next =
            fixture.store.answer(alice, TaskId("t"), Json::object({{"1.b.c", yes()}}));
        QVERIFY(next && next->has_value());
        QCOMPARE((*next)->responses, Json::object({{"a", yes()}, {"b.c", yes()}}));
        QCOMPARE((*next)->state, "first");
        QCOMPARE((*next)->call["argument"], Json("x"));
        QCOMPARE(fixture.status("t"), TaskStatus::Working);

        QVERIFY(fixture.store.conclude(alice, TaskId("t"), asks({{"a", 1}})));
        QCOMPARE(keysOf(fixture.store.find(alice, TaskId("t"))->detail), "2.a ");
    }

    void ignoresAnswersWhereNothingIsAsked()
    {
        StoreFixture fixture;
        QVERIFY(fixture.create("t"));
        const Json answers = Json::object({{"1.a", yes()}});
        QVERIFY(!fixture.store.answer(alice, TaskId("t"), answers)->has_value());
        QCOMPARE(fixture.status("t"), TaskStatus::Working);
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), completed()));
        QVERIFY(!fixture.store.answer(alice, TaskId("t"), answers)->has_value());
        QCOMPARE(fixture.status("t"), TaskStatus::Completed);
    }

    void whatHasEndedDoesNotChange()
    {
        StoreFixture fixture;
        QVERIFY(fixture.create("t"));
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), completed()));
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), {.status = TaskStatus::Failed}));
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), asks({{"a", 1}})));
        QCOMPARE(*fixture.store.cancel(alice, TaskId("t")), TaskStatus::Completed);
        QCOMPARE(fixture.store.find(alice, TaskId("t"))->detail, completed().detail);
    }

    void cancelsOnlyWhatWaits()
    {
        StoreFixture fixture;
        QVERIFY(fixture.create("t"));
        QCOMPARE(*fixture.store.cancel(alice, TaskId("t")), TaskStatus::Working);
        QCOMPARE(fixture.status("t"), TaskStatus::Working);
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), asks({{"a", 1}})));
        QCOMPARE(*fixture.store.cancel(alice, TaskId("t")), TaskStatus::Cancelled);
        QCOMPARE(*fixture.store.cancel(alice, TaskId("t")), TaskStatus::Cancelled);
        QVERIFY(fixture.store.find(alice, TaskId("t"))->detail.isNull());
        QVERIFY(
            !fixture.store.answer(alice, TaskId("t"), Json::object({{"1.a", yes()}}))->has_value());
    }

    void cancelsAtOnceWhatHasNotEnded()
    {
        StoreFixture fixture;
        QVERIFY(fixture.create("works"));
        QVERIFY(fixture.create("waits"));
        QVERIFY(fixture.store.conclude(alice, TaskId("waits"), asks({{"q", 1}})));
        for (const char *id : {"works", "waits"}) {
            QCOMPARE(fixture.store.cancelAtOnce(bob, TaskId(id)).error().code, ErrorCode::NotFound);
            QCOMPARE(fixture.store.cancelAtOnce(alice, TaskId(id))->status, TaskStatus::Cancelled);
            QVERIFY(fixture.store.conclude(alice, TaskId(id), completed())); // came too late
            QCOMPARE(fixture.status(id), TaskStatus::Cancelled);
            QCOMPARE(fixture.store.cancelAtOnce(alice, TaskId(id)).error().code,
                     ErrorCode::InvalidInput);
        }
    }

    void whatIsGivenUpWorksAgain()
    {
        StoreFixture fixture;
        QVERIFY(fixture.create("t"));
        QVERIFY(!*fixture.store.giveUp(alice, TaskId("t"))); // asks nothing
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), asks({{"q", 1}, {"r", 2}}, "round 2")));
        QVERIFY(fixture.store.answer(alice, TaskId("t"), Json::object({{"1.q", yes()}})));
        QCOMPARE(fixture.store.giveUp(bob, TaskId("t")).error().code, ErrorCode::NotFound);
        const auto next = fixture.store.giveUp(alice, TaskId("t"));
        QCOMPARE((*next)->state, "round 2");
        QCOMPARE(fixture.status("t"), TaskStatus::Working);
    }

    void listsInTheOrderOfCreation()
    {
        StoreFixture fixture;
        for (const char *id : {"b", "a"}) {
            QVERIFY(fixture.create(id));
            fixture.clock.advance(std::chrono::seconds(1));
        }
        QVERIFY(fixture.create("c", bob));
        QVERIFY(fixture.store.conclude(
            alice, TaskId("b"),
            {.detail = Json::object({{"isError", true}, {"content", Json::array()}})}));
        const auto listed = fixture.store.list(alice, {}, 10);
        QCOMPARE(listed->size(), 2u);
        QCOMPARE(listed->front().id, TaskId("b"));
        QCOMPARE(listed->front().detail, Json::object({{"isError", true}}));
        QCOMPARE(listed->back(), *fixture.store.find(alice, TaskId("a")));
        QCOMPARE(fixture.store.list(alice, {}, 1)->size(), 1u);
        const TaskPlace place{listed->front().created, TaskId("b")};
        QCOMPARE(fixture.store.list(alice, place, 10)->front().id, TaskId("a"));
        fixture.clock.advance(fixture.limits.ttl - std::chrono::seconds(2));
        QCOMPARE(fixture.store.list(alice, {}, 10)->size(), 1u); // the other's time is over
    }

    void aRestartFailsWhatWasWorking()
    {
        StoreFixture fixture;
        for (const char *id : {"working", "waiting", "done"})
            QVERIFY(fixture.create(id));
        QVERIFY(fixture.store.conclude(alice, TaskId("waiting"), asks({{"a", 1}})));
        QVERIFY(fixture.store.conclude(alice, TaskId("done"), completed()));
        fixture.store = fixture.opened();
        const auto failed = fixture.store.find(alice, TaskId("working"));
        QCOMPARE(failed->status, TaskStatus::Failed);
        QCOMPARE(failed->message, "stopped");
        QCOMPARE(failed->detail["code"].toInteger(), -32603);
        QCOMPARE(fixture.status("done"), TaskStatus::Completed);
        // Nothing of it was running, so it goes on.
        const auto next =
            fixture.store.answer(alice, TaskId("waiting"), Json::object({{"1.a", yes()}}));
        QVERIFY(next->has_value());
    }

    void limitsWhatOneOwnerHas_data()
    {
        QTest::addColumn<qsizetype>("tasks");
        QTest::addColumn<qsizetype>("unfinished");
        QTest::addColumn<qint64>("bytes");
        QTest::newRow("tasks") << qsizetype(2) << qsizetype(9) << qint64(99'999);
        QTest::newRow("unfinished") << qsizetype(9) << qsizetype(1) << qint64(99'999);
        QTest::newRow("bytes") << qsizetype(9) << qsizetype(9) << qint64(1'500);
    }
    void limitsWhatOneOwnerHas()
    {
        QFETCH(qsizetype, tasks);
        QFETCH(qsizetype, unfinished);
        QFETCH(qint64, bytes);
        StoreFixture fixture({.perOwnerMax = std::size_t(tasks),
                              .unfinishedPerOwnerMax = std::size_t(unfinished),
                              .bytesPerOwnerMax = bytes});
        const QByteArray large(1'000, 'x');
        QVERIFY(fixture.create("done", alice, large));
        QVERIFY(fixture.store.conclude(alice, TaskId("done"), completed(large)));
        QVERIFY(fixture.create("working", alice, large));
        QCOMPARE(fixture.create("more").error().code, ErrorCode::RateLimited);
        QVERIFY(fixture.create("bobs", bob));
        fixture.clock.advance(fixture.limits.ttl);
        QCOMPARE(fixture.store.removeExpired()->size(), 2u);
        QVERIFY(fixture.store.conclude(alice, TaskId("working"), completed()));
        QVERIFY(fixture.store.removeExpired());
        QVERIFY(fixture.create("more"));
    }

    void refusesWhatIsTooLarge()
    {
        StoreFixture fixture({.bytesMax = 100});
        const QByteArray large(100, 'x');
        QCOMPARE(fixture.create("t", alice, large).error().code, ErrorCode::TooLarge);
        QVERIFY(fixture.create("t"));
        QCOMPARE(fixture.store.conclude(alice, TaskId("t"), completed(large)).error().code,
                 ErrorCode::TooLarge);
        QCOMPARE(fixture.store.conclude(alice, TaskId("t"), asks({{"a", large}})).error().code,
                 ErrorCode::TooLarge);
        QCOMPARE(fixture.status("t"), TaskStatus::Working);
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), asks({{"a", 1}})));
        const Json answers = Json::object({{"1.a", Json::object({{"text", large}})}});
        QCOMPARE(fixture.store.answer(alice, TaskId("t"), answers).error().code,
                 ErrorCode::TooLarge);
        QCOMPARE(fixture.status("t"), TaskStatus::InputRequired);
    }

    void keepsNothingThatIsNoLongerNeeded()
    {
        StoreFixture fixture;
        QVERIFY(fixture.create("t", alice, "secret argument"));
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), asks({{"a", 1}})));
        QVERIFY(fixture.store.answer(alice, TaskId("t"), Json::object({{"1.a", yes()}})));
        QVERIFY(fixture.store.conclude(alice, TaskId("t"), completed()));
        auto raw = storage::Database::open(fixture.path());
        auto rows = raw->prepare("SELECT call || asked || answers || state FROM tasks");
        const auto left =
            rows->first([](const storage::Statement &row) { return row.get<QByteArray>(0); });
        QCOMPARE(**left, QByteArray());
    }
};

PROVOST_TEST(TstTaskStore)

#include "tst_taskstore.moc"
