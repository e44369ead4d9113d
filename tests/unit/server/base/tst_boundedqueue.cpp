// Full means refuse; closed means drained, then nothing.
#include "server/base/boundedqueue.h"

#include "tests/support/testing.h"

#include <QTest>

#include <atomic>
#include <memory>
#include <set>
#include <thread>

using namespace provost;

class TstBoundedQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handsOutInOrder();
    void refusesWhenFull();
    void rotatesInOrder();
    void drainsAfterClose();
    void closeWakesWaiters();
    void everyEntryOnceUnderThreads();
};

void TstBoundedQueue::handsOutInOrder()
{
    BoundedQueue<int> queue(3);
    QVERIFY(queue.tryPush(1));
    QVERIFY(queue.tryPush(2));
    QCOMPARE(queue.size(), std::size_t(2));
    QCOMPARE(queue.pop(), 1);
    QVERIFY(queue.tryPush(3));
    QCOMPARE(queue.pop(), 2);
    QCOMPARE(queue.pop(), 3);
}

void TstBoundedQueue::refusesWhenFull()
{
    BoundedQueue<std::unique_ptr<int>> queue(1);
    QVERIFY(queue.tryPush(std::make_unique<int>(1)));
    auto second = std::make_unique<int>(2);
    QVERIFY(!queue.tryPush(std::move(second)));
    QVERIFY(second != nullptr); // left as it was
    QCOMPARE(**queue.pop(), 1);
    QVERIFY(queue.tryPush(std::move(second)));
    QVERIFY(!BoundedQueue<int>(0).tryPush(1));
}

void TstBoundedQueue::rotatesInOrder()
{
    BoundedQueue<int> queue(2);
    QCOMPARE(queue.rotate(1), 1); // nobody else waits
    QCOMPARE(queue.size(), std::size_t(0));
    QVERIFY(queue.tryPush(2));
    QVERIFY(queue.tryPush(3));
    QCOMPARE(queue.rotate(1), 2); // full, and takes back what was in it
    QCOMPARE(queue.size(), std::size_t(2));
    queue.close();
    QCOMPARE(queue.rotate(2), 3);
    QCOMPARE(queue.pop(), 1);
    QCOMPARE(queue.pop(), 2);
    QVERIFY(!queue.pop());
}

void TstBoundedQueue::drainsAfterClose()
{
    BoundedQueue<int> queue(3);
    QVERIFY(queue.tryPush(1));
    queue.close();
    QVERIFY(!queue.tryPush(2));
    QCOMPARE(queue.pop(), 1);
    QVERIFY(!queue.pop());
    QVERIFY(!queue.pop());
}

void TstBoundedQueue::closeWakesWaiters()
{
    BoundedQueue<int> queue(3);
    std::atomic_int woken{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&] {
                if (!queue.pop())
                    ++woken;
            });
        }
        queue.close();
    }
    QCOMPARE(woken.load(), 3);
}

void TstBoundedQueue::everyEntryOnceUnderThreads()
{
    constexpr int perProducer = 5000;
    BoundedQueue<int> queue(16);
    Mutex mutex;
    std::multiset<int> received;
    std::vector<std::jthread> consumers;
    for (int i = 0; i < 3; ++i) {
        consumers.emplace_back([&] {
            while (const auto value = queue.pop()) {
                const Lock lock(mutex);
                received.insert(*value);
            }
        });
    }
    {
        std::vector<std::jthread> producers;
        for (int p = 0; p < 3; ++p) {
            producers.emplace_back([&queue, p] {
                for (int i = 0; i < perProducer; ++i) {
                    int value = p * perProducer + i;
                    while (!queue.tryPush(std::move(value)))
                        std::this_thread::yield();
                }
            });
        }
    }
    queue.close();
    consumers.clear();
    QCOMPARE(received.size(), std::size_t(3 * perProducer));
    QCOMPARE(std::set<int>(received.begin(), received.end()).size(), received.size());
}

PROVOST_TEST(TstBoundedQueue)
#include "tst_boundedqueue.moc"
