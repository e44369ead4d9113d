// ToolPool and what its threads keep.
#include "server/tools/toolpool.h"

#include "tests/support/testing.h"

#include <QTest>

#include <future>

using namespace provost;
using namespace provost::tools;

namespace {

// Runs `job` on the pool and waits for it.
template <class Job>
void runAndWait(ToolPool &pool, Job job)
{
    const auto done = std::make_shared<std::promise<void>>(); // lives as long as both need it
    QVERIFY(pool.run([&job, done](ToolThread &thread) {
                    job(thread);
                    done->set_value();
                })
                .has_value());
    done->get_future().wait();
}

} // namespace

class TstToolPool : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void runsWhatIsQueuedBeforeItEnds()
    {
        std::atomic<int> ran = 0;
        {
            ToolPool pool(2);
            for (int i = 0; i < 100; ++i)
                QVERIFY(pool.run([&] { ++ran; }).has_value());
        }
        QCOMPARE(ran.load(), 100);
    }

    void refusesWhenFull()
    {
        // These outlive the threads that use them.
        std::promise<void> release;
        std::promise<void> started;
        const auto released = release.get_future().share();
        ToolPool pool(1, 2);
        QVERIFY(pool.run([&] {
                        started.set_value();
                        released.wait();
                    })
                    .has_value());
        started.get_future().wait();
        QVERIFY(pool.run([] {}).has_value());
        QVERIFY(pool.run([] {}).has_value());
        QCOMPARE(pool.waiting(), 2u);
        const auto refused = pool.run([] {});
        QCOMPARE(refused.error().code, ErrorCode::Unavailable);
        release.set_value();
    }

    void aThreadKeepsThingsForTheirOwners()
    {
        ToolPool pool(1);
        auto owner = std::make_shared<const int>(1);
        const auto other = std::make_shared<const int>(2);
        std::weak_ptr<QByteArray> kept;
        runAndWait(pool, [&](ToolThread &thread) {
            QVERIFY(thread.kept<QByteArray>(owner) == nullptr);
            auto thing = std::make_shared<QByteArray>("connection");
            kept = thing;
            thread.keep(owner, thing);
        });
        runAndWait(pool, [&](ToolThread &thread) {
            QCOMPARE(*thread.kept<QByteArray>(owner), "connection");
            QVERIFY(thread.kept<QByteArray>(other) == nullptr);
        });
        owner.reset();
        runAndWait(pool, [&](ToolThread &) { QVERIFY(kept.expired()); });
    }

    void aThreadKeepsNoMoreThanItMay()
    {
        ToolThread thread;
        std::vector<std::shared_ptr<const int>> owners;
        for (int i = 0; i < static_cast<int>(ToolThread::keptMax) + 1; ++i) {
            owners.push_back(std::make_shared<const int>(i));
            thread.keep(owners.back(), std::make_shared<int>(i));
            if (i == 1) // used again: the second one is now older
                QVERIFY(thread.kept<int>(owners[0]) != nullptr);
        }
        QVERIFY(thread.kept<int>(owners[0]) != nullptr);
        QVERIFY(thread.kept<int>(owners[1]) == nullptr);
        thread.drop(owners[0]);
        QVERIFY(thread.kept<int>(owners[0]) == nullptr);
    }
};

PROVOST_TEST(TstToolPool)
#include "tst_toolpool.moc"
