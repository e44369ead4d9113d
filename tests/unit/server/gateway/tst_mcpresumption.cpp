// Streams of legacy sessions whose connection is lost, or given up by the server (MCP 2025-11-25, SEP-1699).
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/mcpfixture.h"

using namespace provost;
using provost::testing::McpFixture;
using provost::testing::Sent;

class TstMcpResumption : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void streamsBeginWithAPrimingEvent();
    void olderRevisionsGetIdsOnly();
    void aPlainAnswerStaysPlain();
    void theAnswerOfALostConnectionIsKept();
    void aClientMayComeBackBeforeTheAnswer();
    void aToolLetsItsClientGo();
    void aClientThatDoesNotPollIsNotLetGo_data();
    void aClientThatDoesNotPollIsNotLetGo();
    void theSessionsStreamIsResumed();
    void refusesWhatCannotBeResumed_data();
    void refusesWhatCannotBeResumed();
    void anotherSessionsEventsAreNotReplayed();
    void aCancelledCallEndsItsResumedStream();
};

PROVOST_TEST(TstMcpResumption)

namespace {

const Json call =
    Json::object({{"name", "echo"}, {"_meta", Json::object({{"progressToken", "p"}})}});

struct Session
{
    explicit Session(McpFixture &of, QByteArrayView version = "2025-11-25")
        : fixture(of)
        , id(of.session(version))
    {
    }
    Sent begin() // a call that stays open
    {
        fixture.hold = true;
        return fixture.send("POST", McpFixture::body("tools/call", call),
                            McpFixture::inSession(id));
    }
    Sent resume(const QByteArray &lastEventId)
    {
        auto headers = McpFixture::inSession(id);
        headers.push_back({"Last-Event-ID", lastEventId});
        return fixture.send("GET", {}, headers);
    }
    Sent listen() { return fixture.send("GET", {}, McpFixture::inSession(id)); }
    void progress(double value)
    {
        fixture.requests.back().notify("notifications/progress",
                                       Json::object({{"progress", value}}));
    }

    McpFixture &fixture;
    QByteArray id;
};

// "1::1 1::2" of the events.
QByteArray idsOf(const Sent &sent)
{
    QByteArrayList ids;
    for (const FakeExchange::Event &event : sent.answer->events)
        ids.append(event.id);
    return ids.join(' ');
}

} // namespace

void TstMcpResumption::streamsBeginWithAPrimingEvent()
{
    McpFixture fixture;
    Session session(fixture);
    QCOMPARE(session.listen().answer->primed, "0::0");
    const Sent sent = session.begin();
    session.progress(1);
    QTRY_COMPARE(idsOf(sent), "1::1");
    QCOMPARE(sent.answer->primed, "1::0");
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(sent.answer->ended);
    QCOMPARE(idsOf(sent), "1::1 1::2");
}

void TstMcpResumption::olderRevisionsGetIdsOnly()
{
    McpFixture fixture;
    Session session(fixture, "2025-06-18");
    QVERIFY(session.listen().answer->primed.isEmpty());
    const Sent sent = session.begin();
    session.progress(1);
    QTRY_COMPARE(idsOf(sent), "1::1");
    QVERIFY(sent.answer->primed.isEmpty());
    sent.exchange->close();
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(fixture.endpoint.isIdle());
    const Sent resumed = session.resume("1::1");
    QTRY_COMPARE(idsOf(resumed), "1::2");
}

void TstMcpResumption::aPlainAnswerStaysPlain()
{
    McpFixture fixture;
    Session session(fixture);
    const Sent sent = session.begin();
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(sent.status(), 200);
    QVERIFY(!sent.answer->streaming);
    QCOMPARE(session.resume("1::0").status(), 410); // there never was a stream
}

void TstMcpResumption::theAnswerOfALostConnectionIsKept()
{
    McpFixture fixture;
    Session session(fixture);
    const Sent sent = session.begin();
    session.progress(1);
    QTRY_COMPARE(idsOf(sent), "1::1");
    sent.exchange->close();
    session.progress(2);
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(fixture.endpoint.isIdle());

    const Sent resumed = session.resume("1::1");
    QVERIFY(resumed.answer->primed.isEmpty()); // it has an id already
    QTRY_VERIFY(resumed.answer->ended);
    QCOMPARE(idsOf(resumed), "1::2 1::3");
    QVERIFY(resumed.result()["content"].isArray());
    const Sent again = session.resume("1::2"); // the connection broke once more
    QTRY_VERIFY(again.answer->ended);
    QCOMPARE(idsOf(again), "1::3");
    fixture.clock.advance(gateway::EventLog::ageMax + std::chrono::seconds(1));
    QCOMPARE(session.resume("1::2").status(), 410);
}

void TstMcpResumption::aClientMayComeBackBeforeTheAnswer()
{
    McpFixture fixture;
    Session session(fixture);
    const Sent sent = session.begin();
    session.progress(1);
    QTRY_COMPARE(idsOf(sent), "1::1");
    const Sent resumed =
        session.resume("1::0"); // it never saw the first; the old connection looks alive
    session.progress(2);
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(resumed.answer->ended);
    QCOMPARE(idsOf(resumed), "1::1 1::2 1::3");
    QTRY_VERIFY(sent.answer->ended);
    QCOMPARE(idsOf(sent), "1::1"); // each message goes out on one stream only
}

void TstMcpResumption::aToolLetsItsClientGo()
{
    McpFixture fixture;
    Session session(fixture);
    const Sent sent = session.begin();
    const auto release = fixture.requests.back().releaseStream;
    QVERIFY(release);
    session.progress(1);
    release();
    release();
    QTRY_VERIFY(sent.answer->ended);
    QCOMPARE(sent.answer->primed, "1::0");
    QCOMPARE(idsOf(sent), "1::1"); // what was said before goes out before
    QVERIFY(sent.answer->retry > std::chrono::milliseconds(0));

    session.progress(2);
    const Sent resumed = session.resume("1::1");
    QVERIFY(!fixture.requests.back().stop.stop_requested());
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(resumed.answer->ended);
    QCOMPARE(idsOf(resumed), "1::2 1::3");
    QVERIFY(resumed.result()["content"].isArray());
}

void TstMcpResumption::aClientThatDoesNotPollIsNotLetGo_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QByteArray>("accept");
    QTest::newRow("older") << QByteArray("2025-06-18")
                           << QByteArray("application/json, text/event-stream");
    QTest::newRow("takes no stream") << QByteArray("2025-11-25") << QByteArray("application/json");
}

void TstMcpResumption::aClientThatDoesNotPollIsNotLetGo()
{
    QFETCH(QByteArray, version);
    QFETCH(QByteArray, accept);
    McpFixture fixture;
    fixture.hold = false;
    auto headers = McpFixture::inSession(fixture.session(version));
    std::erase_if(headers, [](const gateway::Header &header) { return header.name == "Accept"; });
    headers.push_back({"Accept", accept});
    fixture.send("POST", McpFixture::body("tools/call", call), headers);
    QVERIFY(!fixture.requests.back().releaseStream);
    fixture.callModern();
    QVERIFY(!fixture.requests.back().releaseStream);
}

void TstMcpResumption::theSessionsStreamIsResumed()
{
    McpFixture fixture;
    Session session(fixture);
    const Sent stream = session.listen();
    const TenantId acme("acme-corp");
    const QByteArray news = McpFixture::note("notifications/tools/list_changed");
    fixture.sessions.broadcast(acme, news);
    QTRY_COMPARE(idsOf(stream), "0::1");
    stream.exchange->close();
    fixture.sessions.broadcast(acme, news);
    const Sent resumed = session.resume("0::1");
    fixture.sessions.broadcast(acme, news);
    QTRY_COMPARE(idsOf(resumed), "0::2 0::3");
    QVERIFY(!resumed.answer->ended);
    // A stream that is opened anew begins where it is.
    const Sent fresh = session.listen();
    QCOMPARE(fresh.answer->primed, "0::3");
    QTRY_VERIFY(resumed.answer->ended);
    fixture.sessions.broadcast(acme, news);
    QTRY_COMPARE(idsOf(fresh), "0::4");
}

void TstMcpResumption::refusesWhatCannotBeResumed_data()
{
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<int>("status");
    QTest::newRow("not ours") << QByteArray("abc") << 400;
    QTest::newRow("empty") << QByteArray() << 400;
    QTest::newRow("unknown stream") << QByteArray("7::1") << 410;
    QTest::newRow("unknown number") << QByteArray("0::9") << 410;
}

void TstMcpResumption::refusesWhatCannotBeResumed()
{
    QFETCH(QByteArray, id);
    QFETCH(int, status);
    McpFixture fixture;
    Session session(fixture);
    const Sent refused = session.resume(id);
    QCOMPARE(refused.status(), status);
    QVERIFY(!refused.answer->streaming);
    QVERIFY(!fixture.sessions.list().front().streaming);
}

void TstMcpResumption::anotherSessionsEventsAreNotReplayed()
{
    McpFixture fixture;
    Session mine(fixture);
    const Sent sent = mine.begin();
    mine.progress(1);
    QTRY_COMPARE(idsOf(sent), "1::1");
    fixture.hold = false;
    Session other(fixture);
    QCOMPARE(other.resume("1::0").status(), 410);
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(sent.answer->ended);
}

void TstMcpResumption::aCancelledCallEndsItsResumedStream()
{
    McpFixture fixture;
    Session session(fixture);
    const Sent sent = session.begin();
    session.progress(1);
    QTRY_COMPARE(idsOf(sent), "1::1");
    sent.exchange->close();
    const Sent resumed = session.resume("1::1");
    fixture.send("POST",
                 McpFixture::note("notifications/cancelled", Json::object({{"requestId", 1}})),
                 McpFixture::inSession(session.id));
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(resumed.answer->ended);
    QVERIFY(resumed.answer->events.empty());
}

#include "tst_mcpresumption.moc"
