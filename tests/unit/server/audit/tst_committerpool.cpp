// Who has more to write takes turns with those who wait, on however few threads.
#include "server/audit/committerpool.h"

#include "tests/support/testing.h"

#include <QTest>

#include <future>

using namespace provost;
using namespace provost::audit;

namespace {

// Writes its name at each run, as often as it has something to write.
class Writer final : public CommitterPool::Work
{
public:
    Writer(char name, int runs, std::string &written, std::shared_future<void> start)
        : m_name(name)
        , m_left(runs)
        , m_written(written)
        , m_start(std::move(start))
    {
    }

    bool commitWaiting() override
    {
        m_start.wait();
        m_written.push_back(m_name);
        if (--m_left > 0)
            return true;
        m_done.set_value();
        return false;
    }

    void waitUntilDone() { m_done.get_future().wait(); }

private:
    const char m_name;
    int m_left;
    std::string &m_written; // by the one thread of the pool
    const std::shared_future<void> m_start;
    std::promise<void> m_done;
};

} // namespace

class TstCommitterPool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesTurns();
    void finishesWhatWaitsAtTheEnd();
};

void TstCommitterPool::takesTurns()
{
    std::string written;
    std::promise<void> start;
    const std::shared_future<void> started(start.get_future());
    CommitterPool pool(1);
    const auto busy = std::make_shared<Writer>('a', 4, written, started);
    const auto second = std::make_shared<Writer>('b', 2, written, started);
    const auto third = std::make_shared<Writer>('c', 1, written, started);
    for (const auto &writer : {busy, second, third})
        pool.schedule(writer);
    start.set_value();
    for (const auto &writer : {busy, second, third})
        writer->waitUntilDone();
    QCOMPARE(written, std::string("abcabaa"));
}

void TstCommitterPool::finishesWhatWaitsAtTheEnd()
{
    std::string written;
    std::promise<void> start;
    const std::shared_future<void> started(start.get_future());
    {
        CommitterPool pool(1);
        pool.schedule(std::make_shared<Writer>('a', 2, written, started));
        pool.schedule(std::make_shared<Writer>('b', 2, written, started));
        start.set_value();
    }
    QCOMPARE(written, std::string("abab"));
}

PROVOST_TEST(TstCommitterPool)
#include "tst_committerpool.moc"
