// The legacy era: sessions, whose they are, and what is answered inside and outside of one.
#include "server/protocol/text.h"
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/mcpfixture.h"

using namespace provost;
using testing::McpFixture;
using testing::Sent;

class TstMcpSessions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initializeOpensASession();
    void malformedInitializeOpensNone();
    void requestsBelongToASession_data();
    void requestsBelongToASession();
    void aSessionIsItsOwnersAlone();
    void anotherKeyOfTheOwnerWorks();
    void deleteEndsTheSession();
    void versionsOfTheHeader_data();
    void versionsOfTheHeader();
    void legacyAnswersAreBare();
    void unknownMethodsAreInBand();
    void callsKnowTheirSession();
    void batchesBelongToOneRevision();
    void batchesAnswerInOrder();
    void anIdInUseIsRefused();
    void idleSessionsExpire();
    void busySessionsStay();
    void anOwnerLosesTheSessionIdleLongest();
    void anOwnerWithBusySessionsIsToldToWait();
    void theTableHasAnEnd();
    void endingASessionStopsItsCalls();
    void subscriptionsAreLimited();
};

PROVOST_TEST(TstMcpSessions)

void TstMcpSessions::initializeOpensASession()
{
    McpFixture fixture;
    const Sent sent = fixture.initialize();
    QCOMPARE(sent.status(), 200);
    const QByteArray id = sent.header("Mcp-Session-Id");
    QVERIFY(protocol::isVisibleAscii(id, 128));
    QVERIFY(id.size() >= 22); // 128 bits
    QCOMPARE(sent.result()["protocolVersion"], Json("2025-11-25"));
    QCOMPARE(sent.result()["serverInfo"]["name"], Json("provost"));
    QCOMPARE(sent.result()["instructions"], Json("Ask nicely."));
    QVERIFY(!sent.result().contains("resultType"));

    const auto all = fixture.sessions.list();
    QCOMPARE(all.size(), std::size_t(1));
    QCOMPARE(all.front().agent, QByteArray("agent 2.1"));
    QCOMPARE(all.front().owner.user, UserId("alice"));
    QVERIFY(!all.front().id.isEmpty());
    QVERIFY(!id.contains(all.front().id)); // what is shown does not open it

    const Sent noted = fixture.send("POST", McpFixture::note("notifications/initialized"),
                                    McpFixture::inSession(id));
    QCOMPARE(noted.status(), 202);
    QVERIFY(noted.answer->reply.body.isEmpty());
    const Sent pinged = fixture.send("POST", McpFixture::body("ping"), McpFixture::inSession(id));
    QCOMPARE(pinged.result().toBytes(), QByteArray("{}"));
    QVERIFY(pinged.header("Mcp-Session-Id").isEmpty());
}

void TstMcpSessions::malformedInitializeOpensNone()
{
    McpFixture fixture;
    const Sent sent =
        fixture.send("POST", McpFixture::body("initialize"), McpFixture::as("alice-key"));
    QCOMPARE(sent.errorCode(), -32602);
    QVERIFY(fixture.sessions.list().empty());
}

void TstMcpSessions::requestsBelongToASession_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("a request") << QByteArray("POST") << McpFixture::body("tools/list");
    QTest::newRow("ping") << QByteArray("POST") << McpFixture::body("ping");
    QTest::newRow("a notification")
        << QByteArray("POST") << McpFixture::note("notifications/initialized");
    QTest::newRow("a batch") << QByteArray("POST")
                             << QByteArray('[' + McpFixture::body("ping") + ']');
    QTest::newRow("a stream") << QByteArray("GET") << QByteArray();
    QTest::newRow("an end") << QByteArray("DELETE") << QByteArray();
}

void TstMcpSessions::requestsBelongToASession()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, body);
    McpFixture fixture;
    QCOMPARE(fixture.send(method, body, McpFixture::as("alice-key")).status(), 400);
    QCOMPARE(fixture.send(method, body, McpFixture::inSession("unknown")).status(), 404);
    QVERIFY(fixture.requests.empty());
    QCOMPARE(fixture.sessions.foreignRequests(), std::int64_t(0));
}

void TstMcpSessions::aSessionIsItsOwnersAlone()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(session));
    for (const char *other : {"bob-key", "carol-key"}) {
        const auto headers = McpFixture::inSession(session, other);
        QCOMPARE(fixture.send("POST", McpFixture::body("tools/list"), headers).status(), 404);
        QCOMPARE(fixture.send("GET", {}, headers).status(), 404);
        QCOMPARE(fixture.send("DELETE", {}, headers).status(), 404);
    }
    QCOMPARE(fixture.sessions.foreignRequests(), std::int64_t(6));
    QVERIFY(fixture.requests.empty());
    QVERIFY(!stream.answer->ended);
}

void TstMcpSessions::anotherKeyOfTheOwnerWorks()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const Sent sent = fixture.send("POST", McpFixture::body("tools/list"),
                                   McpFixture::inSession(session, "alice-key-2"));
    QCOMPARE(sent.status(), 200);
}

void TstMcpSessions::deleteEndsTheSession()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(session));
    QCOMPARE(fixture.send("DELETE", {}, McpFixture::inSession(session)).status(), 204);
    QTRY_VERIFY(stream.answer->ended);
    QCOMPARE(fixture.send("POST", McpFixture::body("tools/list"), McpFixture::inSession(session))
                 .status(),
             404);
    QCOMPARE(fixture.send("DELETE", {}, McpFixture::inSession(session)).status(), 404);
    QVERIFY(fixture.sessions.list().empty());
}

void TstMcpSessions::versionsOfTheHeader_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<int>("status");
    QTest::newRow("negotiated") << QByteArray("2025-11-25") << 200;
    QTest::newRow("another that is spoken") << QByteArray("2025-06-18") << 200;
    QTest::newRow("unknown") << QByteArray("1999-01-01") << 400;
    QTest::newRow("empty") << QByteArray("") << 400;
    QTest::newRow("no UTF-8") << QByteArray("1\xff") << 400;
    QTest::newRow("modern, without an envelope") << QByteArray("2026-07-28") << 400;
}

void TstMcpSessions::versionsOfTheHeader()
{
    QFETCH(QByteArray, version);
    QFETCH(int, status);
    McpFixture fixture;
    auto headers = McpFixture::inSession(fixture.session());
    headers.push_back({"MCP-Protocol-Version", version});
    const Sent sent = fixture.send("POST", McpFixture::body("ping"), headers);
    QCOMPARE(sent.status(), status);
    QVERIFY(sent.message().isObject()); // whatever was sent, the answer is JSON
}

void TstMcpSessions::legacyAnswersAreBare()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    fixture.reply = {.value = Json::object({{"tools", Json::array()}})};
    const Sent sent =
        fixture.send("POST", McpFixture::body("tools/list"), McpFixture::inSession(session));
    QCOMPARE(sent.answer->reply.body,
             QByteArray(R"({"jsonrpc":"2.0","id":1,"result":{"tools":[]}})"));
}

void TstMcpSessions::unknownMethodsAreInBand()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    for (const char *method : {"server/discover", "subscriptions/listen", "x"}) {
        const Sent sent =
            fixture.send("POST", McpFixture::body(method), McpFixture::inSession(session));
        QCOMPARE(sent.status(), 200);
        QCOMPARE(sent.errorCode(), -32601);
    }
}

void TstMcpSessions::callsKnowTheirSession()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    fixture.send("POST", McpFixture::body("tools/call", Json::object({{"name", "echo"}})),
                 McpFixture::inSession(session));
    QCOMPARE(fixture.requests.back().sessionId, fixture.sessions.list().front().id);
    QVERIFY(!fixture.requests.back().sessionId.contains(session));
    QCOMPARE(fixture.requests.back().agent, QByteArray("agent 2.1"));
}

void TstMcpSessions::batchesBelongToOneRevision()
{
    McpFixture fixture;
    const QByteArray batch = '[' + McpFixture::body("ping") + ']';
    for (const char *version : {"2024-11-05", "2025-06-18", "2025-11-25"}) {
        const Sent sent =
            fixture.send("POST", batch, McpFixture::inSession(fixture.session(version)));
        QCOMPARE(sent.status(), 400);
        QCOMPARE(sent.errorCode(), -32600);
    }
    QCOMPARE(
        fixture.send("POST", batch, McpFixture::inSession(fixture.session("2025-03-26"))).status(),
        200);
}

void TstMcpSessions::batchesAnswerInOrder()
{
    McpFixture fixture;
    const QByteArray session = fixture.session("2025-03-26");
    const QByteArrayList batch{
        McpFixture::body("ping", Json::object(), 1), McpFixture::note("notifications/initialized"),
        McpFixture::body("tools/call", Json::object({{"name", "echo"}}), "two"),
        McpFixture::body("nonsense", Json::object(), 3)};
    const Sent sent =
        fixture.send("POST", '[' + batch.join(',') + ']', McpFixture::inSession(session));
    QCOMPARE(sent.status(), 200);
    const auto answers = Json::parse(sent.answer->reply.body);
    QVERIFY(answers);
    QCOMPARE(answers->items().size(), std::size_t(3));
    QCOMPARE(answers->items().at(0)["id"], Json(1));
    QCOMPARE(answers->items().at(1)["id"], Json("two"));
    QVERIFY(answers->items().at(1)["result"]["content"].isArray());
    QCOMPARE(answers->items().at(2)["error"]["code"], Json(-32601));

    const Sent notes = fixture.send("POST", '[' + McpFixture::note("notifications/x") + ']',
                                    McpFixture::inSession(session));
    QCOMPARE(notes.status(), 202);
}

void TstMcpSessions::anIdInUseIsRefused()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    fixture.hold = true;
    const QByteArray call = McpFixture::body("tools/call", Json::object({{"name", "echo"}}));
    const Sent first = fixture.send("POST", call, McpFixture::inSession(session));
    const Sent second = fixture.send("POST", call, McpFixture::inSession(session));
    QCOMPARE(second.status(), 400);
    QCOMPARE(fixture.requests.size(), std::size_t(1));
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(first.status(), 200);
    fixture.hold = false;
    QCOMPARE(fixture.send("POST", call, McpFixture::inSession(session)).status(), 200);
}

void TstMcpSessions::idleSessionsExpire()
{
    McpFixture fixture({.idleMax = std::chrono::minutes(30)});
    const QByteArray session = fixture.session();
    fixture.clock.advance(std::chrono::minutes(29));
    QCOMPARE(
        fixture.send("POST", McpFixture::body("ping"), McpFixture::inSession(session)).status(),
        200);
    fixture.clock.advance(std::chrono::minutes(29));
    fixture.sessions.expire();
    QCOMPARE(fixture.sessions.list().size(), std::size_t(1));
    fixture.clock.advance(std::chrono::minutes(2));
    fixture.sessions.expire();
    QVERIFY(fixture.sessions.list().empty());
    QCOMPARE(
        fixture.send("POST", McpFixture::body("ping"), McpFixture::inSession(session)).status(),
        404);
}

void TstMcpSessions::busySessionsStay()
{
    McpFixture fixture({.idleMax = std::chrono::minutes(30)});
    const QByteArray streaming = fixture.session();
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(streaming));
    const QByteArray working = fixture.session();
    fixture.hold = true;
    const Sent call =
        fixture.send("POST", McpFixture::body("tools/call", Json::object({{"name", "echo"}})),
                     McpFixture::inSession(working));
    fixture.clock.advance(std::chrono::hours(2));
    fixture.sessions.expire();
    QCOMPARE(fixture.sessions.list().size(), std::size_t(2));
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(call.status(), 200);
    fixture.sessions.expire();
    QCOMPARE(fixture.sessions.list().size(), std::size_t(1));
}

void TstMcpSessions::anOwnerLosesTheSessionIdleLongest()
{
    McpFixture fixture({.perOwnerMax = 2});
    const QByteArray first = fixture.session();
    fixture.clock.advance(std::chrono::seconds(1));
    const QByteArray second = fixture.session();
    fixture.clock.advance(std::chrono::seconds(1));
    fixture.send("POST", McpFixture::body("ping"), McpFixture::inSession(first));
    fixture.clock.advance(std::chrono::seconds(1));
    QCOMPARE(fixture.initialize("bob-key").status(), 200); // bob's own
    const QByteArray third = fixture.session();
    QVERIFY(!third.isEmpty());
    const auto ping = [&](const QByteArray &session) {
        return fixture.send("POST", McpFixture::body("ping"), McpFixture::inSession(session))
            .status();
    };
    QCOMPARE(ping(first), 200);
    QCOMPARE(ping(second), 404);
    QCOMPARE(ping(third), 200);
    QCOMPARE(fixture.sessions.list().size(), std::size_t(3));
}

void TstMcpSessions::anOwnerWithBusySessionsIsToldToWait()
{
    McpFixture fixture({.perOwnerMax = 1});
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(fixture.session()));
    fixture.clock.advance(std::chrono::seconds(1));
    const Sent refused = fixture.initialize();
    QCOMPARE(refused.status(), 429);
    QVERIFY(refused.header("Mcp-Session-Id").isEmpty());
    stream.exchange->close();
    QCOMPARE(fixture.initialize().status(), 200);
}

void TstMcpSessions::theTableHasAnEnd()
{
    McpFixture fixture({.sessionsMax = 1});
    QCOMPARE(fixture.initialize("alice-key").status(), 200);
    const Sent refused = fixture.initialize("bob-key");
    QCOMPARE(refused.status(), 503);
    QCOMPARE(refused.message()["error"]["data"]["retry"], Json(true));
}

void TstMcpSessions::endingASessionStopsItsCalls()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    fixture.hold = true;
    const Sent call =
        fixture.send("POST", McpFixture::body("tools/call", Json::object({{"name", "echo"}})),
                     McpFixture::inSession(session));
    fixture.send("DELETE", {}, McpFixture::inSession(session));
    QVERIFY(fixture.requests.back().stop.stop_requested());
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(call.status(), 200);
}

void TstMcpSessions::subscriptionsAreLimited()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const auto subscribe = [&](int number) {
        return fixture.send(
            "POST",
            McpFixture::body(
                "resources/subscribe",
                Json::object({{"uri", QByteArray("a:" + QByteArray::number(number))}})),
            McpFixture::inSession(session));
    };
    for (int i = 0; i < int(gateway::Session::subscriptionsMax); ++i)
        QVERIFY(subscribe(i).result().isObject());
    QCOMPARE(subscribe(-1).errorCode(), 429);
    QVERIFY(subscribe(0).result().isObject()); // it has that one already
}

#include "tst_mcpsessions.moc"
