// Notifications before the answer, cancellation, and the legacy era's GET stream.
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/mcpfixture.h"

#include <thread>

using namespace provost;
using testing::McpFixture;
using testing::Sent;

class TstMcpStreaming : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFirstNotificationStartsAStream_data();
    void theFirstNotificationStartsAStream();
    void notificationsGoOutBeforeTheAnswer();
    void sendsOnlyWhatTheRequestAskedFor_data();
    void sendsOnlyWhatTheRequestAskedFor();
    void legacyLogLevelsAreKept();
    void aClientThatTakesNoStreamGetsJson();
    void aClientThatTakesOnlyStreamsGetsOne();
    void closingAModernStreamCancels();
    void aSlowLegacyCallGoesOnAsAStream_data();
    void aSlowLegacyCallGoesOnAsAStream();
    void aLegacyClientThatGoesDoesNotCancel();
    void aLegacyCancellationStopsTheCall();
    void aCancellationReachesOnlyItsOwnSession();
    void streamsTellOfListChanges();
    void aSecondStreamEndsTheFirst();
    void aStreamThatClosedIsForgotten();
};

PROVOST_TEST(TstMcpStreaming)

namespace {

Json progress(double value)
{
    return Json::object({{"progressToken", "upstream's own"}, {"progress", value}});
}

Json log(const char *level)
{
    return Json::object({{"level", level}, {"data", "x"}});
}

const QByteArray news = McpFixture::note("notifications/tools/list_changed");

QByteArrayList methodsOf(const Sent &sent)
{
    QByteArrayList methods;
    for (const FakeExchange::Event &event : sent.answer->events) {
        const auto message = Json::parse(event.data);
        methods.append((*message)["method"].isNull() ? QByteArray("answer")
                                                     : (*message)["method"].toByteArray());
    }
    return methods;
}

} // namespace

void TstMcpStreaming::theFirstNotificationStartsAStream_data()
{
    QTest::addColumn<bool>("modern");
    QTest::newRow("modern") << true;
    QTest::newRow("legacy") << false;
}

void TstMcpStreaming::theFirstNotificationStartsAStream()
{
    QFETCH(bool, modern);
    McpFixture fixture;
    const QByteArray session = modern ? QByteArray() : fixture.session();
    fixture.hold = true;
    const Json meta = Json::object({{"progressToken", 42}});
    const Json params = Json::object({{"name", "echo"}, {"_meta", meta}});
    const Sent sent = modern ? fixture.callModern(meta)
                             : fixture.send("POST", McpFixture::body("tools/call", params),
                                            McpFixture::inSession(session));
    QCOMPARE(sent.status(), 0);
    QVERIFY(!sent.answer->streaming);
    const auto notify = fixture.requests.back().notify;
    // Tools notify from threads of their own.
    std::thread([&] { notify("notifications/progress", progress(0.5)); }).join();
    QTRY_VERIFY(sent.answer->streaming);
    QCOMPARE(sent.answer->events.size(), std::size_t(1));
    QCOMPARE(sent.answer->events.front().id.isEmpty(), modern); // the modern era has no resumption
    QCOMPARE(sent.message()["params"]["progressToken"], Json(42)); // the client's, not the tool's
    QCOMPARE(sent.message()["params"]["progress"], Json(0.5));
    QVERIFY(!sent.header("X-Request-Id").isEmpty());

    fixture.finish(McpFixture::success());
    QTRY_VERIFY(sent.answer->ended);
    QCOMPARE(sent.answer->events.size(), std::size_t(2));
    QVERIFY(sent.result()["content"].isArray());
    QCOMPARE(sent.result().contains("resultType"), modern);
}

void TstMcpStreaming::notificationsGoOutBeforeTheAnswer()
{
    for (int round = 0; round < 50; ++round) {
        McpFixture fixture;
        fixture.hold = true;
        const Sent other = fixture.callModern(); // its resumption may already be on its way
        const Sent sent = fixture.callModern(Json::object({{"progressToken", 1}}));
        const auto notify = fixture.requests.back().notify;
        std::thread([&] {
            fixture.finish(McpFixture::success());
            notify("notifications/progress", progress(1));
            notify("notifications/progress", progress(2));
            fixture.finish(McpFixture::success());
        }).join();
        QTRY_VERIFY(sent.answer->ended);
        QCOMPARE(methodsOf(sent).join(' '),
                 QByteArray("notifications/progress notifications/progress answer"));
        QCOMPARE(other.status(), 200);
    }
}

void TstMcpStreaming::sendsOnlyWhatTheRequestAskedFor_data()
{
    QTest::addColumn<QByteArray>("meta");
    QTest::addColumn<QByteArray>("sent");
    QTest::newRow("nothing asked") << QByteArray("{}") << QByteArray("");
    QTest::newRow("progress, and it must rise")
        << QByteArray(R"({"progressToken":"p"})")
        << QByteArray("notifications/progress notifications/progress answer");
    QTest::newRow("warnings") << QByteArray(R"({"io.modelcontextprotocol/logLevel":"warning"})")
                              << QByteArray("notifications/message answer");
    QTest::newRow("everything")
        << QByteArray(R"({"io.modelcontextprotocol/logLevel":"debug","progressToken":0})")
        << QByteArray("notifications/progress notifications/progress notifications/message "
                      "notifications/message answer");
}

void TstMcpStreaming::sendsOnlyWhatTheRequestAskedFor()
{
    QFETCH(QByteArray, meta);
    QFETCH(QByteArray, sent);
    McpFixture fixture;
    fixture.hold = true;
    const Sent call = fixture.callModern(*Json::parse(meta));
    const auto notify = fixture.requests.back().notify;
    notify("notifications/progress", progress(1));
    notify("notifications/progress", progress(1));
    notify("notifications/progress", progress(0.5));
    notify("notifications/progress", Json::object({{"progress", "much"}}));
    notify("notifications/progress", progress(2));
    notify("notifications/message", log("info"));
    notify("notifications/message", log("error"));
    notify("notifications/message", log("loud"));
    notify("notifications/tools/list_changed", Json::object());
    notify("notifications/elicitation", Json::object());
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(call.status(), 200);
    QCOMPARE(methodsOf(call).join(' '), sent);
    QCOMPARE(call.answer->streaming, !sent.isEmpty());
}

void TstMcpStreaming::legacyLogLevelsAreKept()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const auto level = [&](const char *name) {
        return fixture.send("POST",
                            McpFixture::body("logging/setLevel", Json::object({{"level", name}})),
                            McpFixture::inSession(session));
    };
    QCOMPARE(level("error").result().toBytes(), QByteArray("{}"));
    QCOMPARE(level("loud").errorCode(), -32602);
    fixture.hold = true;
    const Sent call =
        fixture.send("POST", McpFixture::body("tools/call", Json::object({{"name", "echo"}})),
                     McpFixture::inSession(session));
    fixture.requests.back().notify("notifications/message", log("info"));
    fixture.requests.back().notify("notifications/message", log("critical"));
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(call.status(), 200);
    QCOMPARE(methodsOf(call).join(' '), QByteArray("notifications/message answer"));
}

void TstMcpStreaming::aClientThatTakesNoStreamGetsJson()
{
    McpFixture fixture;
    fixture.hold = true;
    auto headers = McpFixture::modernHeaders("tools/call", "echo");
    std::erase_if(headers, [](const gateway::Header &header) { return header.name == "Accept"; });
    headers.push_back({"Accept", "application/json;q=0.9"});
    const Sent sent =
        fixture.send("POST",
                     McpFixture::modernBody("tools/call", Json::object({{"name", "echo"}}),
                                            Json::object({{"progressToken", 1}})),
                     headers);
    QVERIFY(!fixture.requests.back().notify); // nobody listens
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(sent.status(), 200);
    QVERIFY(!sent.answer->streaming);
}

void TstMcpStreaming::aClientThatTakesOnlyStreamsGetsOne()
{
    McpFixture fixture;
    auto headers = McpFixture::modernHeaders("tools/list");
    std::erase_if(headers, [](const gateway::Header &header) { return header.name == "Accept"; });
    headers.push_back({"Accept", "text/event-stream"});
    const Sent sent = fixture.send("POST", McpFixture::modernBody("tools/list"), headers);
    QVERIFY(sent.answer->streaming);
    QVERIFY(sent.answer->ended);
    QCOMPARE(methodsOf(sent).join(' '), QByteArray("answer"));
}

void TstMcpStreaming::closingAModernStreamCancels()
{
    McpFixture fixture;
    fixture.hold = true;
    const Sent sent = fixture.callModern();
    QVERIFY(!fixture.requests.back().stop.stop_requested());
    sent.exchange->close();
    QVERIFY(fixture.requests.back().stop.stop_requested());
    QVERIFY(!fixture.endpoint.isIdle()); // the call is still concluded
    fixture.finish(McpFixture::refusal(ErrorCode::Cancelled));
    QTRY_VERIFY(fixture.endpoint.isIdle());
}

void TstMcpStreaming::aSlowLegacyCallGoesOnAsAStream_data()
{
    QTest::addColumn<QByteArray>("revision");
    QTest::addColumn<QByteArray>("accept");
    QTest::addColumn<bool>("streams");
    const QByteArray both = "application/json, text/event-stream";
    QTest::newRow("2025-11-25") << QByteArray("2025-11-25") << both << true;
    QTest::newRow("2025-03-26") << QByteArray("2025-03-26") << both << true;
    QTest::newRow("takes no stream")
        << QByteArray("2025-11-25") << QByteArray("application/json") << false;
    QTest::newRow("modern: nothing could be resumed") << QByteArray() << both << false;
}

void TstMcpStreaming::aSlowLegacyCallGoesOnAsAStream()
{
    QFETCH(QByteArray, revision);
    QFETCH(QByteArray, accept);
    QFETCH(bool, streams);
    using namespace std::chrono_literals;
    McpFixture fixture;
    fixture.services.keepAliveInterval = 1ms;
    gateway::McpEndpoint eager(fixture.services, gateway::OriginPolicy({"127.0.0.1", 8080}, {}));
    const bool modern = revision.isEmpty();
    const Json params = Json::object({{"name", "echo"}});
    gateway::HttpRequest request;
    request.method = "POST";
    request.path = "/mcp";
    auto headers = modern ? McpFixture::modernHeaders("tools/call", "echo")
                          : McpFixture::inSession(fixture.session(revision));
    for (gateway::Header &header : headers) {
        if (header.name == "Accept")
            header.value = accept;
    }
    request.headers = McpFixture::listOf(headers);
    request.headers.add("Host", "127.0.0.1:8080");
    request.body = modern ? McpFixture::modernBody("tools/call", params)
                          : McpFixture::body("tools/call", params);
    fixture.hold = true;
    const Sent sent = fixture.send(std::move(request), eager);
    if (streams) {
        QTRY_VERIFY(sent.answer->comments > 1);
        QVERIFY(sent.answer->streaming);
    } else {
        // A stream of the same endpoint shows that the time has passed.
        gateway::HttpRequest listening;
        listening.method = "GET";
        listening.path = "/mcp";
        listening.headers = McpFixture::listOf(McpFixture::inSession(fixture.session()));
        listening.headers.add("Host", "127.0.0.1:8080");
        const Sent stream = fixture.send(std::move(listening), eager);
        QTRY_VERIFY(stream.answer->comments > 1);
        QVERIFY(!sent.answer->streaming);
    }
    fixture.finish(McpFixture::success());
    if (streams) {
        QTRY_VERIFY(sent.answer->ended);
        QCOMPARE(methodsOf(sent).join(' '), QByteArray("answer"));
    } else {
        QTRY_COMPARE(sent.status(), 200);
    }
    QVERIFY(sent.result()["content"].isArray());
}

void TstMcpStreaming::aLegacyClientThatGoesDoesNotCancel()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    fixture.hold = true;
    const Sent sent =
        fixture.send("POST", McpFixture::body("tools/call", Json::object({{"name", "echo"}})),
                     McpFixture::inSession(session));
    sent.exchange->close();
    QVERIFY(!fixture.requests.back().stop.stop_requested());
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(fixture.endpoint.isIdle());
}

void TstMcpStreaming::aLegacyCancellationStopsTheCall()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    fixture.hold = true;
    const Sent call = fixture.send(
        "POST", McpFixture::body("tools/call", Json::object({{"name", "echo"}}), "call-1"),
        McpFixture::inSession(session));
    QCOMPARE(fixture.sessions.list().front().callsInFlight, 1);
    const auto cancel = [&](Json id) {
        return fixture
            .send("POST",
                  McpFixture::note("notifications/cancelled", Json::object({{"requestId", id}})),
                  McpFixture::inSession(session))
            .status();
    };
    QCOMPARE(cancel("another"), 202);
    QVERIFY(!fixture.requests.back().stop.stop_requested());
    QCOMPARE(cancel("call-1"), 202);
    QVERIFY(fixture.requests.back().stop.stop_requested());
    fixture.requests.back().notify("notifications/message", log("error"));
    fixture.finish(McpFixture::success()); // the tool was faster
    QTRY_VERIFY(call.answer->ended);
    QVERIFY(call.answer->events.empty()); // the client expects no answer any more
    QCOMPARE(fixture.sessions.list().front().callsInFlight, 0);
    QCOMPARE(cancel("call-1"), 202); // too late, and harmless
}

void TstMcpStreaming::aCancellationReachesOnlyItsOwnSession()
{
    McpFixture fixture;
    const QByteArray mine = fixture.session();
    const QByteArray other = fixture.session();
    fixture.hold = true;
    const Sent call =
        fixture.send("POST", McpFixture::body("tools/call", Json::object({{"name", "echo"}})),
                     McpFixture::inSession(mine));
    fixture.send("POST",
                 McpFixture::note("notifications/cancelled", Json::object({{"requestId", 1}})),
                 McpFixture::inSession(other));
    QVERIFY(!fixture.requests.back().stop.stop_requested());
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(call.status(), 200);
}

void TstMcpStreaming::streamsTellOfListChanges()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(session));
    QVERIFY(stream.answer->streaming);
    const QByteArray message = McpFixture::note("notifications/tools/list_changed");
    fixture.sessions.broadcast(TenantId("beta-inc"), message);
    fixture.sessions.broadcast(TenantId("acme-corp"), message);
    QTRY_COMPARE(stream.answer->events.size(), std::size_t(1));
    QCOMPARE(stream.answer->events.front().data, message);
    QVERIFY(fixture.sessions.list().front().streaming);
    QVERIFY(fixture.endpoint.isIdle()); // a stream is no work to wait for
    fixture.endpoint.drain();
    QVERIFY(stream.answer->ended);
}

void TstMcpStreaming::aSecondStreamEndsTheFirst()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const Sent first = fixture.send("GET", {}, McpFixture::inSession(session));
    const Sent second = fixture.send("GET", {}, McpFixture::inSession(session));
    QTRY_VERIFY(first.answer->ended);
    fixture.sessions.broadcast(TenantId("acme-corp"), news);
    QTRY_COMPARE(second.answer->events.size(), std::size_t(1));
    QVERIFY(first.answer->events.empty());
    QVERIFY(!second.answer->ended);
}

void TstMcpStreaming::aStreamThatClosedIsForgotten()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(session));
    stream.exchange->close();
    QVERIFY(!fixture.sessions.list().front().streaming);
    fixture.sessions.broadcast(TenantId("acme-corp"), news);
    const Sent again = fixture.send("GET", {}, McpFixture::inSession(session));
    fixture.sessions.broadcast(TenantId("acme-corp"), news);
    QTRY_COMPARE(again.answer->events.size(), std::size_t(1));
    QVERIFY(stream.answer->events.empty());
}

#include "tst_mcpstreaming.moc"
