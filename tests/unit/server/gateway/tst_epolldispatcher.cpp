#include "server/base/mailbox.h"
#include "server/gateway/epolldispatcher.h"
#include "tests/support/testing.h"

#include <QEventLoop>
#include <QSocketNotifier>
#include <QTest>
#include <QTimer>

#include <sys/socket.h>

#include <array>
#include <future>
#include <thread>

using namespace provost;
using namespace provost::gateway;
using namespace std::chrono_literals;

namespace {

// Runs `body` on a thread of its own with the dispatcher and an event loop; it ends the loop.
template <class Body>
void onLoop(Body body)
{
    std::thread thread([&body] {
        EpollDispatcher::install();
        QEventLoop loop;
        body(loop);
    });
    thread.join();
}

struct Pair
{
    Pair()
    {
        std::array<int, 2> ends{-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0) {
            one = Descriptor(ends[0]);
            other = Descriptor(ends[1]);
        }
    }
    void send() const { [[maybe_unused]] const ssize_t written = ::write(other.get(), "x", 1); }
    void receive() const
    {
        char byte = 0;
        [[maybe_unused]] const ssize_t taken = ::read(one.get(), &byte, 1);
    }

    Descriptor one;
    Descriptor other;
};

} // namespace

class TstEpollDispatcher final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void firesTimersInOrder();
    void repeatsAndStopsTimers();
    void tellsOfTimers();
    void timerWithoutIntervalStarvesNobody();
    void notifiesOfReading();
    void notifiesOfWriting();
    void notifiesOfHangup();
    void skipsNotifiersThatWentInTheSameRound();
    void survivesReuseOfDescriptors();
    void isWokenByOtherThreads();
    void losesNoCallWhileFallingAsleep();
    void isInterruptedByOtherThreads();
};

void TstEpollDispatcher::firesTimersInOrder()
{
    std::vector<int> fired;
    onLoop([&fired](QEventLoop &loop) {
        QTimer::singleShot(30ms, &loop, [&] {
            fired.push_back(30);
            loop.quit();
        });
        QTimer::singleShot(10ms, &loop, [&] { fired.push_back(10); });
        QTimer::singleShot(0ms, &loop, [&] { fired.push_back(0); });
        QTimer::singleShot(20ms, &loop, [&] { fired.push_back(20); });
        loop.exec();
    });
    QCOMPARE(fired, (std::vector<int>{0, 10, 20, 30}));
}

void TstEpollDispatcher::repeatsAndStopsTimers()
{
    int fired = 0;
    int after = 0;
    onLoop([&](QEventLoop &loop) {
        QTimer timer;
        connect(&timer, &QTimer::timeout, &timer, [&] {
            if (++fired == 3) {
                timer.stop();
                QTimer::singleShot(20ms, &loop, &QEventLoop::quit);
            } else if (fired > 3) {
                ++after;
            }
        });
        timer.start(2ms);
        loop.exec();
    });
    QCOMPARE(fired, 3);
    QCOMPARE(after, 0);
}

void TstEpollDispatcher::tellsOfTimers()
{
    EpollDispatcher dispatcher;
    QObject owner;
    dispatcher.registerTimer(1, 60'000, Qt::CoarseTimer, &owner);
    dispatcher.registerTimer(2, 0, Qt::PreciseTimer, &owner);
    QCOMPARE(dispatcher.registeredTimers(&owner).size(), 2);
    QCOMPARE(dispatcher.registeredTimers(this).size(), 0);
    QVERIFY(dispatcher.remainingTime(1) > 50'000);
    QCOMPARE(dispatcher.remainingTime(2), 0);
    QCOMPARE(dispatcher.remainingTime(3), -1);
    QVERIFY(dispatcher.unregisterTimer(1));
    QVERIFY(!dispatcher.unregisterTimer(1));
    QVERIFY(dispatcher.unregisterTimers(&owner));
    QVERIFY(!dispatcher.unregisterTimers(&owner));
}

void TstEpollDispatcher::timerWithoutIntervalStarvesNobody()
{
    bool received = false;
    onLoop([&received](QEventLoop &loop) {
        const Pair pair;
        QSocketNotifier notifier(pair.one.get(), QSocketNotifier::Read);
        connect(&notifier, &QSocketNotifier::activated, &loop, [&] {
            received = true;
            loop.quit();
        });
        QTimer busy;
        busy.start(0ms);
        pair.send();
        loop.exec();
    });
    QVERIFY(received);
}

void TstEpollDispatcher::notifiesOfReading()
{
    int received = 0;
    onLoop([&received](QEventLoop &loop) {
        const Pair pair;
        QSocketNotifier notifier(pair.one.get(), QSocketNotifier::Read);
        connect(&notifier, &QSocketNotifier::activated, &loop, [&] {
            pair.receive();
            if (++received == 3)
                loop.quit();
        });
        for (int i = 0; i < 3; ++i)
            pair.send(); // what is left unread is notified of again
        loop.exec();
    });
    QCOMPARE(received, 3);
}

void TstEpollDispatcher::notifiesOfWriting()
{
    int written = 0;
    onLoop([&written](QEventLoop &loop) {
        const Pair pair;
        QSocketNotifier reading(pair.one.get(), QSocketNotifier::Read);
        QSocketNotifier writing(pair.one.get(), QSocketNotifier::Write);
        writing.setEnabled(false);
        writing.setEnabled(true);
        connect(&writing, &QSocketNotifier::activated, &loop, [&] {
            ++written;
            writing.setEnabled(false);
            pair.send();
        });
        connect(&reading, &QSocketNotifier::activated, &loop, [&] {
            pair.receive();
            if (written == 2)
                loop.quit();
            writing.setEnabled(true);
        });
        loop.exec();
    });
    QCOMPARE(written, 2);
}

void TstEpollDispatcher::notifiesOfHangup()
{
    bool noticed = false;
    onLoop([&noticed](QEventLoop &loop) {
        Pair pair;
        QSocketNotifier notifier(pair.one.get(), QSocketNotifier::Read);
        connect(&notifier, &QSocketNotifier::activated, &loop, [&] {
            noticed = true;
            loop.quit();
        });
        pair.other = Descriptor();
        loop.exec();
    });
    QVERIFY(noticed);
}

void TstEpollDispatcher::skipsNotifiersThatWentInTheSameRound()
{
    int calls = 0;
    onLoop([&calls](QEventLoop &loop) {
        const Pair first;
        const Pair second;
        auto one = std::make_unique<QSocketNotifier>(first.one.get(), QSocketNotifier::Read);
        auto two = std::make_unique<QSocketNotifier>(second.one.get(), QSocketNotifier::Read);
        connect(one.get(), &QSocketNotifier::activated, &loop, [&] {
            ++calls;
            two.reset();
            one->setEnabled(false);
        });
        connect(two.get(), &QSocketNotifier::activated, &loop, [&] {
            ++calls;
            one.reset();
            two->setEnabled(false);
        });
        first.send();
        second.send();
        QTimer::singleShot(20ms, &loop, &QEventLoop::quit);
        loop.exec();
    });
    QCOMPARE(calls, 1);
}

void TstEpollDispatcher::survivesReuseOfDescriptors()
{
    constexpr int rounds = 500;
    int received = 0;
    onLoop([&received](QEventLoop &loop) {
        for (int round = 0; round < rounds; ++round) {
            const Pair pair; // takes the numbers that the last round gave back
            QSocketNotifier notifier(pair.one.get(), QSocketNotifier::Read);
            connect(&notifier, &QSocketNotifier::activated, &loop, [&] {
                ++received;
                loop.quit();
            });
            pair.send();
            loop.exec();
        }
    });
    QCOMPARE(received, rounds);
}

void TstEpollDispatcher::isWokenByOtherThreads()
{
    constexpr int senders = 4;
    constexpr int letters = 5'000;
    int received = 0;
    onLoop([&received](QEventLoop &loop) {
        Mailbox<int> mailbox([&](int) {
            if (++received == senders * letters)
                loop.quit();
        });
        std::vector<std::thread> threads;
        for (int i = 0; i < senders; ++i) {
            threads.emplace_back([sender = mailbox.sender()] {
                for (int letter = 0; letter < letters; ++letter) {
                    sender.post(letter);
                    if (letter % 16 == 0)
                        std::this_thread::yield();
                }
            });
        }
        loop.exec();
        for (std::thread &thread : threads)
            thread.join();
    });
    QCOMPARE(received, senders * letters);
}

// Two loops answer each other, so that a call that one of them misses is not made good by the next.
void TstEpollDispatcher::losesNoCallWhileFallingAsleep()
{
    constexpr int rounds = 20'000;
    int received = 0;
    onLoop([&received](QEventLoop &loop) {
        Mailbox<int>::Sender toOther;
        Mailbox<int> mailbox([&](int round) {
            received = round;
            toOther.post(round);
            if (round == rounds)
                loop.quit();
        });
        std::promise<Mailbox<int>::Sender> ready;
        std::thread other([&ready, back = mailbox.sender()] {
            onLoop([&](QEventLoop &otherLoop) {
                Mailbox<int> otherMailbox([&](int round) {
                    if (round == rounds)
                        otherLoop.quit();
                    else
                        back.post(round + 1);
                });
                ready.set_value(otherMailbox.sender());
                otherLoop.exec();
            });
        });
        toOther = ready.get_future().get();
        toOther.post(0);
        loop.exec();
        other.join();
    });
    QCOMPARE(received, rounds);
}

void TstEpollDispatcher::isInterruptedByOtherThreads()
{
    for (int round = 0; round < 200; ++round) {
        onLoop([](QEventLoop &loop) {
            std::thread quitting([&loop] { QMetaObject::invokeMethod(&loop, &QEventLoop::quit); });
            loop.exec();
            quitting.join();
        });
    }
}

PROVOST_TEST(TstEpollDispatcher)
#include "tst_epolldispatcher.moc"
