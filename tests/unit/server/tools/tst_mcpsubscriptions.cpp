// What an upstream is asked to tell of its own accord, over a transport that the test drives: no change is missed for
// good, however often a stream has to be begun anew.
#include "server/tools/adapters/mcp/subscriptions.h"

#include "server/tools/adapters/mcp/httptransport.h"
#include "tests/support/testing.h"
#include "tests/unit/server/tools/connectionbench.h"
#include "tests/unit/server/tools/eventserver.h"

#include <QSignalSpy>

using namespace provost;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::testing;

namespace {

const char *const tellsOfChanges =
    R"({"resultType":"complete","supportedVersions":["2026-07-28"],)"
    R"("capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true}},)"
    R"("serverInfo":{"name":"m","version":"2"},"ttlMs":0,"cacheScope":"private"})";

void acknowledge(Bench &bench, const Json &listen)
{
    bench.transport->say(
        R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)"
        R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)"
        + listen["id"].numberText() + R"(},"notifications":{}}})");
}

} // namespace

class TstMcpSubscriptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatChangedWhileNobodyListenedIsToldAfterwards()
    {
        Bench bench({.era = Era::Modern, .streams = true});
        bench.shakeHands(tellsOfChanges);
        QSignalSpy lists(bench.connection.get(), &Connection::listChanged);
        Subscriptions subscriptions(nullptr, bench.ids);
        int updates = 0;
        subscriptions.add(1, "file:///a", [&updates] { ++updates; });
        subscriptions.add(2, "file:///a", [&updates] { ++updates; });
        subscriptions.attach(bench.connection.get());
        const Json first = bench.transport->last();
        QCOMPARE(first["method"].toByteArray(), QByteArray("subscriptions/listen"));
        acknowledge(bench, first);
        QCOMPARE(updates, 0); // whoever watches has just begun to

        bench.transport->answer(first, R"({"resultType":"complete"})"); // as a proxy's time-out
        QTRY_VERIFY(bench.transport->last()["id"] != first["id"]);
        const Json second = bench.transport->last();
        QCOMPARE(second["method"].toByteArray(), QByteArray("subscriptions/listen"));
        QCOMPARE(updates, 0); // what is read now may still change unheard
        acknowledge(bench, second);
        QCOMPARE(updates, 2);
        QCOMPARE(lists.size(), 1);
        acknowledge(bench, second);
        QCOMPARE(updates, 2);
        QCOMPARE(lists.size(), 1);
    }

    void whatTheSessionsStreamMissedIsToldToo()
    {
        Bench bench({.streams = true});
        bench.shakeHands(R"({"protocolVersion":"2025-06-18",)"
                         R"("capabilities":{"resources":{"subscribe":true}}})");
        QSignalSpy lists(bench.connection.get(), &Connection::listChanged);
        Subscriptions subscriptions(nullptr, bench.ids);
        int updates = 0;
        subscriptions.add(1, "file:///a", [&updates] { ++updates; });
        subscriptions.attach(bench.connection.get());
        QCOMPARE(updates, 0);
        Q_EMIT bench.transport->missed();
        QCOMPARE(updates, 1);
        QCOMPARE(lists.size(), 1);
    }

    void aStreamThatIsOpenedAgainHasMissedWhatHasNoId_data()
    {
        QTest::addColumn<QByteArray>("id");
        QTest::addColumn<int>("missed");
        QTest::newRow("no ids") << QByteArray() << 1;
        QTest::newRow("taken up") << QByteArray("id: 1\n") << 0;
    }

    void aStreamThatIsOpenedAgainHasMissedWhatHasNoId()
    {
        QFETCH(QByteArray, id);
        QFETCH(int, missed);
        const QByteArray events = id + "data: {}\n\n"; // and then the server's end
        const EventServer server(events);
        HttpTransport transport({.url = server.url(), .headers = {}});
        QSignalSpy heard(&transport, &Transport::received);
        QSignalSpy lost(&transport, &Transport::missed);
        transport.handshakeEnded("2025-06-18");
        QTRY_COMPARE(heard.size(), 1);
        QCOMPARE(lost.size(), 0);
        QTRY_COMPARE(heard.size(), 2);
        QCOMPARE(lost.size(), missed);
    }
};

PROVOST_TEST(TstMcpSubscriptions)

#include "tst_mcpsubscriptions.moc"
