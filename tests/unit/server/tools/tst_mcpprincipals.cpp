// PrincipalConnections over transports that the test drives: who shares one, how many there are, when they end.
#include "server/tools/adapters/mcp/principalconnections.h"

#include "tests/support/testing.h"
#include "tests/unit/server/tools/connectionbench.h"

#include <QSignalSpy>

using namespace provost;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::testing;
using namespace std::chrono_literals;

namespace {

class Pool
{
public:
    explicit Pool(std::chrono::milliseconds firstDelay = 1ms,
                  std::size_t connectionsMax = PrincipalConnections::processesMax)
        : connections(
            nullptr,
            {
                .make = [this](Json capabilities) { return make(std::move(capabilities)); },
                .turnAway =
                    [this](Request request, const Error &why) {
                        ++turnedAway;
                        request.resolver.resolve(fail(why));
                    },
                .isFollowed = [this](int number) { return number == followed; },
                .restart = {.first = firstDelay, .max = 1min, .stableAfter = 1min},
                .connectionsMax = connectionsMax,
            })
    {
    }

    LaterPtr<Connection> make(Json capabilities)
    {
        auto made = std::make_unique<FakeTransport>();
        made->streams = streams;
        transports.push_back(made.get());
        return makeLater<Connection>(std::move(made),
                                     ConnectionOptions{.era = Era::Legacy,
                                                       .capabilities = std::move(capabilities),
                                                       .ofOnePrincipal = true,
                                                       .number = int(transports.size())},
                                     ids, parked);
    }

    Running<Result<Answer>> call(const QByteArray &user,
                                 const char *capabilities = R"({"roots":{}})",
                                 Era era = Era::Legacy)
    {
        Completion<Answer> completion;
        connections.request(
            {
                .id = ids++,
                .method = "tools/call",
                .deadline = QDeadlineTimer(20s),
                .notify = {},
                .resolver = completion.resolver(),
                .caller = Caller{.user = UserId(user), .capabilities = *Json::parse(capabilities)},
            },
            era);
        return Running<Result<Answer>>(answerOf(std::move(completion)));
    }
    // The transport's handshake and what it was sent after it are done.
    void serve(FakeTransport &transport)
    {
        transport.answer(transport.sent.front(), initialized);
        (void)QTest::qWaitFor([&transport] { return transport.sent.size() >= 3; });
    }

    Ids ids{1};
    ParkedCalls parked{nullptr};
    std::vector<FakeTransport *> transports;
    int turnedAway = 0;
    int followed = 0; // number of the connection whose task is followed
    bool streams = false;
    PrincipalConnections connections;
};

} // namespace

class TstMcpPrincipals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneForEachPrincipalAndWhatItCanBeAsked()
    {
        Pool pool;
        auto one = pool.call("alice");
        auto two = pool.call("alice");
        QCOMPARE(pool.transports.size(), 1u);
        auto three = pool.call("bob");
        auto four = pool.call("alice", R"({"roots":{},"sampling":{}})");
        QCOMPARE(pool.transports.size(), 3u);
        QCOMPARE(pool.transports[0]->last()["params"]["capabilities"].toBytes(),
                 QByteArray(R"({"roots":{}})"));
        QCOMPARE(pool.connections.callsInFlight(), 4);
    }

    void aModernServerIsToldInEachRequestWhatCanBeAsked()
    {
        Pool pool;
        auto one = pool.call("alice", "{}", Era::Modern);
        auto two = pool.call("alice", R"({"roots":{}})", Era::Modern);
        auto three = pool.call("bob", "{}", Era::Modern);
        QCOMPARE(pool.transports.size(), 2u);
    }

    void whoeverWasIdleForLongestMakesRoom()
    {
        Pool pool(1ms, 3);
        const auto serve = [&pool](const char *user, std::size_t connection) {
            auto running = pool.call(user);
            if (pool.transports[connection]->sent.size() == 1)
                pool.serve(*pool.transports[connection]);
            pool.transports[connection]->answer(pool.transports[connection]->last(), "{}");
            return running.wait().has_value();
        };
        QVERIFY(serve("alice", 0));
        QVERIFY(serve("zoe", 1));
        QVERIFY(serve("alice", 0));
        auto third = pool.call("bob");
        QVERIFY(pool.transports[1]->isClosing && !pool.transports[0]->isClosing);
        pool.transports[1]->die(); // before anybody needs the room
        auto fourth = pool.call("carol");
        QCOMPARE(pool.transports.size(), 4u);
        QCOMPARE(pool.turnedAway, 0);
    }

    void whoeverFollowsATaskMakesNoRoom()
    {
        Pool pool(1ms, 3);
        for (const std::size_t connection : {0, 1}) {
            auto running = pool.call(connection == 0 ? "alice" : "bob");
            FakeTransport &transport = *pool.transports[connection];
            pool.serve(transport);
            transport.answer(transport.last(), "{}");
            QVERIFY(running.wait());
        }
        pool.followed = 1; // alice's: between two looks at her task
        const auto carol = pool.call("carol");
        QVERIFY(!pool.transports[0]->isClosing);
        QVERIFY(pool.transports[1]->isClosing);
    }

    void whatNoServerHasSeenIsTurnedAway()
    {
        Pool pool;
        auto running = pool.call("alice");
        pool.transports[0]->die();
        QVERIFY(running.wait().error().message.contains(QStringLiteral("crashed")));
        QCOMPARE(pool.turnedAway, 1);
    }

    void afterACallThatWaitsComesAFurtherConnection()
    {
        Pool pool;
        auto asking = pool.call("alice");
        pool.serve(*pool.transports[0]);
        pool.transports[0]->say(R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})");
        QVERIFY(asking.wait()->needs);
        auto next = pool.call("alice");
        QCOMPARE(pool.transports.size(), 2u);
        pool.serve(*pool.transports[1]);
        pool.transports[1]->answer(pool.transports[1]->last(), "{}");
        QVERIFY(next.wait());
    }

    void callsAreToldApartOnceTheServerSpeaksOnItsSessionsStream()
    {
        Pool pool;
        pool.streams = true;
        std::vector<Running<Result<Answer>>> running;
        running.push_back(pool.call("alice"));
        running.push_back(pool.call("alice"));
        QCOMPARE(pool.transports.size(), 1u);
        pool.serve(*pool.transports[0]);
        pool.transports[0]->say(R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})");
        for (int i = 0; i < 10; ++i)
            running.push_back(pool.call("alice"));
        QCOMPARE(pool.transports.size(), 8u); // the rest share
        QCOMPARE(pool.turnedAway, 0);
        pool.serve(*pool.transports[3]);
        pool.transports[3]->answer(pool.transports[3]->last(), "{}");
        QTRY_VERIFY(running[4].isDone());
        auto next = pool.call("alice");
        QCOMPARE(pool.transports[3]->last()["method"].toByteArray(), QByteArray("tools/call"));
        QVERIFY(!next.isDone());
    }

    void thereAreNotTooMany()
    {
        Pool pool;
        std::vector<Running<Result<Answer>>> running;
        for (int i = 0; i < 32; ++i)
            running.push_back(pool.call(QByteArray::number(i)));
        QCOMPARE(pool.transports.size(), 32u);
        QCOMPARE(pool.call("late").wait().error().code, ErrorCode::Unavailable);
        QCOMPARE(pool.transports.size(), 32u);
        QVERIFY(std::none_of(pool.transports.begin(), pool.transports.end(),
                             [](const FakeTransport *transport) { return transport->isClosing; }));

        // One that has become idle makes room, when it has ended.
        FakeTransport &idle = *pool.transports[5];
        pool.serve(idle);
        idle.answer(idle.last(), "{}");
        QVERIFY(running[5].wait());
        QCOMPARE(pool.call("late").wait().error().code, ErrorCode::Unavailable);
        QVERIFY(idle.isClosing);
        idle.die();
        auto late = pool.call("late");
        QCOMPARE(pool.transports.size(), 33u);
        QVERIFY(!late.isDone());
    }

    void failuresAreNotTriedAgainAtOnce()
    {
        Pool pool(10min);
        QSignalSpy failed(&pool.connections, &PrincipalConnections::failed);
        auto running = pool.call("alice");
        pool.transports[0]->die();
        QVERIFY(!running.wait());
        QCOMPARE(failed.count(), 1);
        const auto refused = pool.call("alice").wait();
        QCOMPARE(refused.error().code, ErrorCode::Unavailable);
        QVERIFY(refused.error().message.contains(QStringLiteral("crashed")));
        QCOMPARE(pool.transports.size(), 1u);
    }

    void allEnd()
    {
        Pool pool;
        QSignalSpy closed(&pool.connections, &PrincipalConnections::closed);
        auto one = pool.call("alice");
        auto two = pool.call("bob");
        pool.connections.close({ErrorCode::Unavailable, QStringLiteral("stopped")});
        QCOMPARE(one.wait().error().code, ErrorCode::Unavailable);
        QCOMPARE(pool.call("carol").wait().error().code, ErrorCode::Unavailable);
        pool.transports[0]->die();
        QCOMPARE(closed.count(), 0);
        pool.transports[1]->die();
        QCOMPARE(closed.count(), 1);
        QVERIFY(pool.connections.isEmpty());
        Pool never;
        QSignalSpy alsoClosed(&never.connections, &PrincipalConnections::closed);
        never.connections.close({ErrorCode::Unavailable, QStringLiteral("stopped")});
        QTRY_COMPARE(alsoClosed.count(), 1);
    }
};

PROVOST_TEST(TstMcpPrincipals)

#include "tst_mcpprincipals.moc"
