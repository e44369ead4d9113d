// Letters arrive on the owner's thread, in order, and never after its end.
#include "server/base/eventthread.h"
#include "server/base/mailbox.h"

#include "tests/support/testing.h"

#include <QTest>

#include <atomic>
#include <memory>
#include <thread>

using namespace provost;

class TstMailbox : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deliversInOrder();
    void deliversOnTheOwnersThread();
    void letterMayPostAgain();
    void letterMayDestroyTheMailbox();
    void nothingAfterTheEnd();
    void valuesAreDestroyedAtTheEnd();
    void anEmptySenderPostsNowhere();
    void everyLetterOnceUnderThreads();
    void endsWhileOthersPost();
    void movesToAnotherThread();
    void eventThreadRunsJobsInOrder();
    void eventThreadDestroysWhatDidNotRun();
};

void TstMailbox::deliversInOrder()
{
    std::vector<int> received;
    Mailbox<int> mailbox([&](int value) { received.push_back(value); });
    for (int i = 0; i < 100; ++i)
        QVERIFY(mailbox.sender().post(i));
    QVERIFY(received.empty()); // never within post()
    QCoreApplication::sendPostedEvents();
    QCOMPARE(received.size(), std::size_t(100));
    QVERIFY(std::is_sorted(received.begin(), received.end()));
}

void TstMailbox::deliversOnTheOwnersThread()
{
    std::thread::id deliveredOn;
    Mailbox<int> mailbox([&](int) { deliveredOn = std::this_thread::get_id(); });
    std::jthread([sender = mailbox.sender()] { sender.post(1); }).join();
    QTRY_COMPARE(deliveredOn, std::this_thread::get_id());
}

void TstMailbox::letterMayPostAgain()
{
    std::vector<int> received;
    Mailbox<int>::Sender sender;
    Mailbox<int> mailbox([&](int value) {
        received.push_back(value);
        if (value < 5)
            sender.post(value + 1);
    });
    sender = mailbox.sender();
    sender.post(1);
    QTRY_COMPARE(received, (std::vector<int>{1, 2, 3, 4, 5}));
}

void TstMailbox::letterMayDestroyTheMailbox()
{
    std::unique_ptr<Mailbox<int>> mailbox;
    const auto received = std::make_shared<std::vector<int>>();
    mailbox = std::make_unique<Mailbox<int>>([&mailbox, received](int value) {
        if (value == 2)
            mailbox.reset();
        received->push_back(value); // what the callback holds outlives its Mailbox
    });
    const auto sender = mailbox->sender();
    for (const int value : {1, 2, 3})
        sender.post(value);
    QTRY_VERIFY(mailbox == nullptr);
    QCOMPARE(*received, (std::vector<int>{1, 2}));
    QVERIFY(!sender.post(4));
}

void TstMailbox::nothingAfterTheEnd()
{
    int received = 0;
    Mailbox<int>::Sender sender;
    {
        Mailbox<int> mailbox([&](int) { ++received; });
        sender = mailbox.sender();
        QVERIFY(sender.post(1));
    }
    QVERIFY(!sender.post(2));
    QCoreApplication::sendPostedEvents(); // what was posted must not arrive
    QCOMPARE(received, 0);
}

void TstMailbox::valuesAreDestroyedAtTheEnd()
{
    const auto value = std::make_shared<int>(1);
    auto mailbox =
        std::make_unique<Mailbox<std::shared_ptr<int>>>([](const std::shared_ptr<int> &) {});
    const auto sender = mailbox->sender();
    sender.post(value);
    QCOMPARE(value.use_count(), 2);
    mailbox.reset();
    QCOMPARE(value.use_count(), 1);
    sender.post(value);
    QCOMPARE(value.use_count(), 1);
}

void TstMailbox::anEmptySenderPostsNowhere()
{
    QVERIFY(!Mailbox<int>::Sender().post(1));
}

void TstMailbox::everyLetterOnceUnderThreads()
{
    constexpr int perThread = 2000;
    std::vector<int> counts(4 * perThread, 0);
    int received = 0;
    Mailbox<int> mailbox([&](int value) {
        ++counts[std::size_t(value)];
        ++received;
    });
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([sender = mailbox.sender(), t] {
            for (int i = 0; i < perThread; ++i)
                sender.post(t * perThread + i);
        });
    }
    QTRY_COMPARE(received, 4 * perThread);
    QVERIFY(std::all_of(counts.begin(), counts.end(), [](int n) { return n == 1; }));
}

void TstMailbox::endsWhileOthersPost()
{
    for (int round = 0; round < 50; ++round) {
        auto mailbox = std::make_unique<Mailbox<int>>([](int) {});
        std::atomic_bool started{false};
        std::jthread poster([&started, sender = mailbox->sender()] {
            started = true;
            while (sender.post(1)) {
            }
        });
        while (!started)
            std::this_thread::yield();
        mailbox.reset(); // the poster ends, or this test hangs
    }
}

void TstMailbox::movesToAnotherThread()
{
    EventThread thread("elsewhere");
    std::atomic<std::thread::id> deliveredOn;
    auto mailbox =
        std::make_unique<Mailbox<int>>([&](int) { deliveredOn = std::this_thread::get_id(); });
    mailbox->moveToThread(thread.thread());
    mailbox->sender().post(1);
    std::thread::id there;
    thread.run([&] { there = std::this_thread::get_id(); });
    QTRY_COMPARE(deliveredOn.load(), there);
    QVERIFY(there != std::this_thread::get_id());
    thread.run([&] { mailbox.reset(); });
}

void TstMailbox::eventThreadRunsJobsInOrder()
{
    std::vector<int> ran;
    EventThread thread("worker");
    for (int i = 0; i < 100; ++i)
        thread.post([&ran, i] { ran.push_back(i); });
    thread.run([] {});
    QCOMPARE(ran.size(), std::size_t(100));
    QVERIFY(std::is_sorted(ran.begin(), ran.end()));
}

void TstMailbox::eventThreadDestroysWhatDidNotRun()
{
    const auto held = std::make_shared<int>(1);
    {
        EventThread thread("worker");
        thread.post([&thread] { thread.thread().quit(); });
        thread.post([held] {});
    }
    QCOMPARE(held.use_count(), 1);
}

PROVOST_TEST(TstMailbox)
#include "tst_mailbox.moc"
