// Every request of ours is answered exactly once, whoever is first.
#include "server/gateway/clientrequests.h"
#include "tests/support/await.h"
#include "tests/support/testing.h"

#include <thread>

using namespace provost;
using gateway::ClientRequests;
using testing::Running;

class TstClientRequests : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAnswerReachesWhoWaits();
    void aSecondAnswerReachesNobody();
    void idsOfTwoSessionsDiffer();
    void onlySoManyWait();
    void whatWaitsTooLongIsTaken();
    void theEndAnswersAll();
    void manyAnswersAtOnceAreOne();
};

PROVOST_TEST(TstClientRequests)

namespace {

constexpr MonotonicTime start{};

Task<Result<Json>> waitFor(Completion<Json> answer)
{
    co_return co_await answer;
}

} // namespace

void TstClientRequests::anAnswerReachesWhoWaits()
{
    ClientRequests requests("s");
    Completion<Json> answer;
    const auto id = requests.begin(answer.resolver(), start);
    QVERIFY(id);
    Running<Result<Json>> running(waitFor(answer));
    QVERIFY(!requests.answer("s-99", Json("no")));
    QVERIFY(!running.isDone());
    std::thread([&] { QVERIFY(requests.answer(*id, Json("yes"))); }).join();
    QCOMPARE(*running.wait(), Json("yes"));
}

void TstClientRequests::aSecondAnswerReachesNobody()
{
    ClientRequests requests("s");
    Completion<Json> answer;
    const auto id = requests.begin(answer.resolver(), start);
    QVERIFY(requests.answer(*id, Json("first")));
    QVERIFY(!requests.answer(*id, Json("second")));
    QCOMPARE(*Running<Result<Json>>(waitFor(answer)).wait(), Json("first"));
}

void TstClientRequests::idsOfTwoSessionsDiffer()
{
    ClientRequests one("one");
    ClientRequests other("other");
    Completion<Json> answer;
    Completion<Json> otherAnswer;
    const auto id = one.begin(answer.resolver(), start);
    QVERIFY(other.begin(otherAnswer.resolver(), start));
    QVERIFY(!other.answer(*id, Json("astray")));
}

void TstClientRequests::onlySoManyWait()
{
    ClientRequests requests("s");
    std::vector<Completion<Json>> answers(ClientRequests::waitingMax + 1);
    std::vector<QByteArray> ids;
    for (std::size_t i = 0; i < ClientRequests::waitingMax; ++i)
        ids.push_back(*requests.begin(answers[i].resolver(), start));
    const auto refused = requests.begin(answers.back().resolver(), start);
    QVERIFY(!refused && refused.error().code == ErrorCode::RateLimited);
    QVERIFY(requests.answer(ids.front(), Json("done")));
    Completion<Json> next;
    QVERIFY(requests.begin(next.resolver(), start));
}

void TstClientRequests::whatWaitsTooLongIsTaken()
{
    ClientRequests requests("s");
    Completion<Json> early;
    Completion<Json> late;
    const auto first = requests.begin(early.resolver(), start);
    const auto second = requests.begin(late.resolver(), start + std::chrono::minutes(1));
    QVERIFY(
        requests.takeOverdue(start + ClientRequests::patience - std::chrono::seconds(1)).empty());
    QCOMPARE(requests.takeOverdue(start + ClientRequests::patience).size(), std::size_t(1));
    QVERIFY(!requests.answer(*first, Json("too late")));
    QVERIFY(requests.answer(*second, Json("in time")));
}

void TstClientRequests::theEndAnswersAll()
{
    ClientRequests requests("s");
    Completion<Json> answer;
    const auto id = requests.begin(answer.resolver(), start);
    requests.end();
    const auto ended = Running<Result<Json>>(waitFor(answer)).wait();
    QVERIFY(!ended && ended.error().code == ErrorCode::Cancelled);
    QVERIFY(!requests.answer(*id, Json("too late")));
    Completion<Json> next;
    QVERIFY(!requests.begin(next.resolver(), start));
}

void TstClientRequests::manyAnswersAtOnceAreOne()
{
    for (int round = 0; round < 50; ++round) {
        ClientRequests requests("s");
        Completion<Json> answer;
        const auto id = requests.begin(answer.resolver(), start);
        std::atomic<int> taken = 0;
        {
            std::vector<std::jthread> clients;
            for (int i = 0; i < 4; ++i)
                clients.emplace_back([&] { taken += requests.answer(*id, Json("yes")) ? 1 : 0; });
            clients.emplace_back([&] { requests.end(); });
        }
        QVERIFY(taken.load() <= 1);
        const auto answered = Running<Result<Json>>(waitFor(answer)).wait();
        QCOMPARE(answered.has_value(), taken.load() == 1);
    }
}

#include "tst_clientrequests.moc"
