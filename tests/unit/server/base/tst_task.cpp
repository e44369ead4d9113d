// Tasks run in the order on the page; completions are always answered, on the thread that waits.
#include "server/base/eventthread.h"
#include "server/base/task.h"

#include "tests/support/testing.h"

#include <QTest>

#include <array>
#include <thread>

using namespace provost;

namespace {

Task<int> doubled(int value)
{
    co_return value * 2;
}

Task<std::int64_t> sumOfDoubles(int count)
{
    std::int64_t sum = 0;
    for (int i = 1; i <= count; ++i)
        sum += co_await doubled(i);
    co_return sum;
}

Task<> store(Task<std::int64_t> task, std::int64_t &out)
{
    out = co_await task;
}

Task<> waitFor(Completion<int> completion, std::optional<Result<int>> &out,
               std::thread::id *resumedOn = nullptr)
{
    out = co_await completion;
    if (resumedOn != nullptr)
        *resumedOn = std::this_thread::get_id();
}

struct CountsItself
{
    explicit CountsItself(int &living)
        : count(&living)
    {
        ++*count;
    }
    CountsItself(const CountsItself &) = delete;
    CountsItself &operator=(const CountsItself &) = delete;
    ~CountsItself() { --*count; }
    int *count;
};

Task<> holdsWhileWaiting(Completion<int> completion, int &living)
{
    const CountsItself local(living);
    (void)co_await completion;
}

} // namespace

class TstTask : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void runsInOrder();
    void startsOnlyWhenAwaited();
    void longChainsNeedNoStack();
    void resolvedBeforeAwaited();
    void resolvedFromAnotherThread();
    void resolvedTogetherContinuesAtItsEnd();
    void resolvesOnce();
    void anAbandonedResolverAnswers_data();
    void anAbandonedResolverAnswers();
    void assigningAbandonsTheOldOne();
    void errorsPassThrough();
    void framesFreeThemselves();
    void manyAcrossThreads();
};

void TstTask::runsInOrder()
{
    std::int64_t sum = 0;
    spawn(store(sumOfDoubles(10), sum));
    QCOMPARE(sum, 110); // nothing to wait for, so it is done already
}

void TstTask::startsOnlyWhenAwaited()
{
    bool started = false;
    const auto lazy = [](bool &flag) -> Task<> {
        flag = true;
        co_return;
    };
    {
        const Task<> task = lazy(started);
    }
    QVERIFY(!started);
    spawn(lazy(started));
    QVERIFY(started);
}

void TstTask::longChainsNeedNoStack()
{
    std::int64_t sum = 0;
    spawn(store(sumOfDoubles(100'000), sum));
    QCOMPARE(sum, 100'000LL * 100'001);
}

void TstTask::resolvedBeforeAwaited()
{
    Completion<int> completion;
    completion.resolver().resolve(7);
    std::optional<Result<int>> answer;
    spawn(waitFor(std::move(completion), answer));
    QVERIFY(answer);
    QCOMPARE(**answer, 7);
}

void TstTask::resolvedFromAnotherThread()
{
    Completion<int> completion;
    auto resolver = completion.resolver();
    QVERIFY(resolver.isPending());
    std::optional<Result<int>> answer;
    std::thread::id resumedOn;
    spawn(waitFor(std::move(completion), answer, &resumedOn));
    QVERIFY(!answer);
    std::jthread([&resolver] { resolver.resolve(7); }).join();
    QVERIFY(!resolver.isPending());
    QVERIFY(!answer); // it waits for this thread's loop
    QTRY_VERIFY(answer);
    QCOMPARE(**answer, 7);
    QCOMPARE(resumedOn, std::this_thread::get_id());
}

void TstTask::resolvedTogetherContinuesAtItsEnd()
{
    constexpr int count = 3;
    std::array<std::optional<Result<int>>, count> received;
    std::vector<Resolver<int>> resolvers;
    for (auto &out : received) {
        Completion<int> completion;
        resolvers.push_back(completion.resolver());
        spawn(waitFor(std::move(completion), out));
    }
    {
        const ResolveTogether together;
        for (int i = 0; i < count; ++i)
            resolvers[std::size_t(i)].resolve(i);
        QCoreApplication::sendPostedEvents();
        QVERIFY(!received[0]);
    }
    QCoreApplication::sendPostedEvents();
    for (int i = 0; i < count; ++i)
        QCOMPARE(received[std::size_t(i)], std::optional(Result<int>(i)));
    // Not beyond its life.
    std::optional<Result<int>> after;
    Completion<int> completion;
    Resolver<int> resolver = completion.resolver();
    spawn(waitFor(std::move(completion), after));
    resolver.resolve(7);
    QCoreApplication::sendPostedEvents();
    QCOMPARE(after, std::optional(Result<int>(7)));
}

void TstTask::resolvesOnce()
{
    Completion<int> completion;
    auto resolver = completion.resolver();
    resolver.resolve(1);
    resolver.resolve(2);
    std::optional<Result<int>> answer;
    spawn(waitFor(std::move(completion), answer));
    QCOMPARE(**answer, 1);
    Resolver<int>().resolve(3); // answers nobody
}

void TstTask::anAbandonedResolverAnswers_data()
{
    QTest::addColumn<bool>("waitingFirst");
    QTest::newRow("before it is awaited") << false;
    QTest::newRow("while it is awaited") << true;
}

void TstTask::anAbandonedResolverAnswers()
{
    QFETCH(const bool, waitingFirst);
    Completion<int> completion;
    auto resolver = std::make_unique<Resolver<int>>(completion.resolver());
    std::optional<Result<int>> answer;
    if (!waitingFirst)
        resolver.reset();
    spawn(waitFor(std::move(completion), answer));
    resolver.reset();
    QTRY_VERIFY(answer);
    QVERIFY(!answer->has_value());
    QCOMPARE(answer->error().code, ErrorCode::Internal);
}

void TstTask::assigningAbandonsTheOldOne()
{
    Completion<int> first;
    Completion<int> second;
    auto resolver = first.resolver();
    resolver = second.resolver();
    std::optional<Result<int>> answer;
    spawn(waitFor(std::move(first), answer));
    QTRY_VERIFY(answer);
    QVERIFY(!answer->has_value());
    resolver.resolve(2);
}

void TstTask::errorsPassThrough()
{
    Completion<int> completion;
    completion.resolver().resolve(fail(ErrorCode::Timeout, QStringLiteral("too late")));
    std::optional<Result<int>> answer;
    spawn(waitFor(std::move(completion), answer));
    QCOMPARE(answer->error(), (Error{ErrorCode::Timeout, QStringLiteral("too late")}));
}

void TstTask::framesFreeThemselves()
{
    int living = 0;
    std::vector<Resolver<int>> resolvers;
    for (int i = 0; i < 10; ++i) {
        Completion<int> completion;
        resolvers.push_back(completion.resolver());
        spawn(holdsWhileWaiting(std::move(completion), living));
    }
    QCOMPARE(living, 10);
    resolvers.clear();
    QTRY_COMPARE(living, 0);
}

void TstTask::manyAcrossThreads()
{
    constexpr int count = 2000;
    EventThread worker("worker");
    int done = 0;
    int sum = 0;
    const auto call = [&](int value) -> Task<> {
        Completion<int> completion;
        worker.post([value, resolver = std::make_shared<Resolver<int>>(completion.resolver())] {
            resolver->resolve(value);
        });
        const Result<int> answer = co_await completion;
        sum += answer.value_or(0);
        ++done;
    };
    for (int i = 0; i < count; ++i)
        spawn(call(i));
    QTRY_COMPARE(done, count);
    QCOMPARE(sum, count * (count - 1) / 2);
}

PROVOST_TEST(TstTask)
#include "tst_task.moc"
