// What agents hear of: changes of lists and resources, on subscriptions/listen in the modern era and on the GET stream
// in the legacy one.
#include "server/gateway/mcplistens.h"

#include "tests/support/testing.h"
#include "tests/unit/server/gateway/mcpfixture.h"

using namespace provost;
using provost::testing::McpFixture;
using provost::testing::Sent;

class TstMcpListens : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acknowledgesFirst();
    void tellsOnlyWhatWasAskedFor();
    void refusesFiltersThatAreNone_data();
    void refusesFiltersThatAreNone();
    void everyUriIsAGovernedCall();
    void aRefusedUriIsNotHonoured();
    void tellsOfUpdates();
    void decidesAgainWhenAccessChanged();
    void aChangeOnTheWayIsNotMissed();
    void aClientThatGoesGivesUpItsWatches();
    void aPrincipalHasFewListens();
    void aRevokedKeyEndsTheStream();
    void otherRightsAreTold();
    void aClosedTenantEndsTheStream();
    void drainingEndsTheStream();
    void aSlowReaderIsCut();
    void aListenNeedsAStream();
    void legacySubscriptionsAreGovernedCalls();
    void aLegacySubscriptionEndsWithItsRight();
    void aLegacyStreamEndsWithItsKey();
    void legacySessionsHearOfChangedListsOnly();
};

PROVOST_TEST(TstMcpListens)

namespace {

const TenantId acme{"acme-corp"};

struct CountedWatch final : tools::Watch
{
    explicit CountedWatch(int &counter)
        : count(counter)
    {
        ++count;
    }
    ~CountedWatch() override { --count; }
    int &count;
};

Json filterOf(const char *text)
{
    return Json::object({{"notifications", *Json::parse(text)}});
}

Sent listen(McpFixture &fixture, const char *filter, const QByteArray &key = "alice-key")
{
    return fixture.send("POST", McpFixture::modernBody("subscriptions/listen", filterOf(filter)),
                        McpFixture::modernHeaders("subscriptions/listen", {}, key));
}

// "method" of notifications, "result" of the result, each frame checked for the id of its request.
QByteArray told(const Sent &sent)
{
    QByteArrayList frames;
    for (const FakeExchange::Event &event : sent.answer->events) {
        const Json message = Json::parse(event.data).value_or(Json());
        const bool isResult = message.contains("result");
        const Json &meta = isResult ? message["result"]["_meta"] : message["params"]["_meta"];
        QByteArray method = isResult ? QByteArray("result") : message["method"].toByteArray();
        if (meta["io.modelcontextprotocol/subscriptionId"] != Json(1) || !event.id.isEmpty())
            method.append("?");
        frames.append(method.mid(method.lastIndexOf("notifications/") == 0 ? 14 : 0));
    }
    return frames.join(' ');
}

// A resource is granted, and tells of its updates.
calls::CallReply watched(int &watches)
{
    return {.value = Json::object(), .watch = std::make_shared<CountedWatch>(watches)};
}

Json honoured(const Sent &sent)
{
    for (auto event = sent.answer->events.rbegin(); event != sent.answer->events.rend(); ++event) {
        const Json message = Json::parse(event->data).value_or(Json());
        if (message["method"] == Json("notifications/subscriptions/acknowledged"))
            return message["params"]["notifications"];
    }
    return {};
}

tenancy::TenantChange changed(const char *what)
{
    const QByteArray list(what);
    return {.tenant = acme,
            .tools = list.contains("tools"),
            .resources = list.contains("resources"),
            .prompts = list.contains("prompts"),
            .access = list.contains("access"),
            .closed = list.contains("closed")};
}

} // namespace

void TstMcpListens::acknowledgesFirst()
{
    McpFixture fixture;
    const Sent stream = listen(fixture, R"({"toolsListChanged":true,"promptsListChanged":false})");
    QVERIFY(stream.answer->streaming);
    QCOMPARE(told(stream), "subscriptions/acknowledged");
    QCOMPARE(honoured(stream).toBytes(), R"({"toolsListChanged":true})");
    QVERIFY(stream.answer->primed.isEmpty()); // nothing to resume in this era
    QVERIFY(fixture.endpoint.isIdle());       // a stream is no work to wait for
    QVERIFY(fixture.requests.empty());
}

void TstMcpListens::tellsOnlyWhatWasAskedFor()
{
    McpFixture fixture;
    const Sent tools = listen(fixture, R"({"toolsListChanged":true})");
    const Sent others =
        listen(fixture, R"({"promptsListChanged":true,"resourcesListChanged":true})");
    const Sent nothing = listen(fixture, "{}");
    const Sent foreign = listen(fixture, R"({"toolsListChanged":true})", "carol-key");
    fixture.news.tell(changed("tools"));
    fixture.news.tell(changed("prompts resources"));
    QTRY_COMPARE(told(others),
                 "subscriptions/acknowledged resources/list_changed prompts/list_changed");
    QCOMPARE(told(tools), "subscriptions/acknowledged tools/list_changed");
    QCOMPARE(told(nothing), "subscriptions/acknowledged");
    QCOMPARE(told(foreign), "subscriptions/acknowledged");
}

void TstMcpListens::refusesFiltersThatAreNone_data()
{
    QTest::addColumn<QByteArray>("params");
    QByteArrayList uris;
    for (std::size_t i = 0; i <= gateway::McpListens::urisMax; ++i)
        uris.append("\"a:" + QByteArray::number(qint64(i)) + '"');
    QTest::newRow("none") << QByteArray("{}");
    QTest::newRow("no object") << QByteArray(R"({"notifications":[]})");
    QTest::newRow("no flag") << QByteArray(R"({"notifications":{"toolsListChanged":"yes"}})");
    QTest::newRow("no list") << QByteArray(R"({"notifications":{"resourceSubscriptions":"a:b"}})");
    QTest::newRow("no uri") << QByteArray(R"({"notifications":{"resourceSubscriptions":[7]}})");
    QTest::newRow("too many uris")
        << QByteArray(R"({"notifications":{"resourceSubscriptions":[)" + uris.join(',') + "]}}");
}

void TstMcpListens::refusesFiltersThatAreNone()
{
    QFETCH(QByteArray, params);
    McpFixture fixture;
    const Sent sent =
        fixture.send("POST", McpFixture::modernBody("subscriptions/listen", *Json::parse(params)),
                     McpFixture::modernHeaders("subscriptions/listen"));
    QCOMPARE(sent.errorCode(), -32602);
    QVERIFY(!sent.answer->streaming);
    QVERIFY(fixture.requests.empty());
}

void TstMcpListens::everyUriIsAGovernedCall()
{
    McpFixture fixture;
    const Sent stream = listen(fixture, R"({"resourceSubscriptions":["a:2","a:1","a:2"]})");
    QCOMPARE(fixture.requests.size(), std::size_t(2)); // the same one twice is one
    for (const calls::CallRequest &request : fixture.requests) {
        QVERIFY(request.operation == calls::Operation::Subscribe);
        QCOMPARE(request.credential.id.value, "alice-key");
        QCOMPARE(request.params["uri"], Json(request.name));
        QVERIFY(request.onUpdated);
    }
    QCOMPARE(honoured(stream).toBytes(), R"({"resourceSubscriptions":["a:1","a:2"]})");
}

void TstMcpListens::aRefusedUriIsNotHonoured()
{
    McpFixture fixture;
    fixture.reply = McpFixture::refusal(ErrorCode::Denied);
    const Sent stream =
        listen(fixture, R"({"toolsListChanged":true,"resourceSubscriptions":["a:1"]})");
    QCOMPARE(honoured(stream).toBytes(), R"({"toolsListChanged":true,"resourceSubscriptions":[]})");
    fixture.requests.back().onUpdated(); // of an adapter that does not know yet
    fixture.news.tell(changed("tools"));
    QTRY_COMPARE(told(stream), "subscriptions/acknowledged tools/list_changed");
}

void TstMcpListens::tellsOfUpdates()
{
    McpFixture fixture;
    const Sent stream = listen(fixture, R"({"resourceSubscriptions":["a:1"]})");
    const auto onUpdated = fixture.requests.back().onUpdated;
    for (int i = 0; i < 100; ++i) // a burst is told once
        onUpdated();
    QTRY_COMPARE(told(stream), "subscriptions/acknowledged resources/updated");
    QCOMPARE(stream.message()["params"]["uri"], Json("a:1"));
    onUpdated();
    QTRY_COMPARE(told(stream), "subscriptions/acknowledged resources/updated resources/updated");
    stream.exchange->close();
    onUpdated(); // nobody listens any more
    QCOMPARE(stream.answer->events.size(), std::size_t(3));
}

void TstMcpListens::decidesAgainWhenAccessChanged()
{
    McpFixture fixture;
    int watches = 0;
    fixture.reply = watched(watches);
    const Sent stream = listen(fixture, R"({"resourceSubscriptions":["a:1"]})");
    fixture.reply.reset();
    QCOMPARE(watches, 1);
    fixture.news.tell(changed("tools")); // no reason to ask
    fixture.reply = watched(watches);
    fixture.news.tell(changed("access"));
    fixture.reply.reset();
    QTRY_COMPARE(fixture.requests.size(), std::size_t(2)); // granted again
    QCOMPARE(told(stream), "subscriptions/acknowledged");

    fixture.reply = McpFixture::refusal(ErrorCode::Denied);
    fixture.news.tell(changed("access"));
    QTRY_COMPARE(told(stream), "subscriptions/acknowledged subscriptions/acknowledged");
    QCOMPARE(honoured(stream).toBytes(), R"({"resourceSubscriptions":[]})");
    QCOMPARE(watches, 0);
    for (const calls::CallRequest &request : fixture.requests)
        request.onUpdated();
    fixture.news.tell(changed("access"));
    fixture.endpoint.drain();
    QCOMPARE(told(stream),
             "subscriptions/acknowledged subscriptions/acknowledged cancelled result");
    QCOMPARE(fixture.requests.size(), std::size_t(3)); // what has ended is not asked for again
}

// The right goes while the call that grants it is on its way: the later answer is not believed.
void TstMcpListens::aChangeOnTheWayIsNotMissed()
{
    McpFixture fixture;
    fixture.hold = true;
    const Sent stream = listen(fixture, R"({"resourceSubscriptions":["a:1"]})");
    fixture.news.tell(changed("access"));
    QTRY_COMPARE(fixture.requests.size(), std::size_t(2));
    QVERIFY(!stream.answer->streaming);
    const auto granted = [] { return calls::CallReply{.value = Json::object()}; };
    fixture.finishLast(McpFixture::refusal(ErrorCode::Denied));
    QTRY_VERIFY(!fixture.requests.empty());
    fixture.finish(granted());
    QTRY_VERIFY(stream.answer->streaming);
    QCOMPARE(honoured(stream).toBytes(), R"({"resourceSubscriptions":[]})");
}

void TstMcpListens::aClientThatGoesGivesUpItsWatches()
{
    McpFixture fixture;
    int watches = 0;
    fixture.reply = watched(watches);
    const Sent stream = listen(fixture, R"({"resourceSubscriptions":["a:1"]})");
    fixture.reply.reset();
    QCOMPARE(watches, 1);
    stream.exchange->close();
    QCOMPARE(watches, 0);
    fixture.hold = true; // and one that goes before it was acknowledged
    const Sent early = listen(fixture, R"({"resourceSubscriptions":["a:1","a:2"]})");
    early.exchange->close();
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(fixture.endpoint.isIdle());
    QVERIFY(!early.answer->streaming);
    QCOMPARE(fixture.requests.size(), std::size_t(2));
}

void TstMcpListens::aPrincipalHasFewListens()
{
    McpFixture fixture;
    std::vector<Sent> open;
    for (int i = 0; i < gateway::McpNews::listensMax; ++i)
        open.push_back(listen(fixture, "{}"));
    const Sent refused = listen(fixture, "{}");
    QCOMPARE(refused.status(), 429);
    QCOMPARE(refused.errorCode(), 429);
    QVERIFY(listen(fixture, "{}", "bob-key").answer->streaming);
    open.front().exchange->close();
    QVERIFY(listen(fixture, "{}").answer->streaming);
}

void TstMcpListens::aRevokedKeyEndsTheStream()
{
    McpFixture fixture;
    const Sent stream = listen(fixture, "{}");
    const Sent other = listen(fixture, "{}", "alice-key-2");
    fixture.revoked = "alice-key";
    QTRY_VERIFY(stream.answer->ended);
    QCOMPARE(told(stream), "subscriptions/acknowledged cancelled result");
    QCOMPARE(stream.result()["resultType"], Json("complete"));
    QVERIFY(!other.answer->ended);
}

void TstMcpListens::otherRightsAreTold()
{
    McpFixture fixture;
    const Sent stream =
        listen(fixture, R"({"toolsListChanged":true,"resourceSubscriptions":["a:1"]})");
    fixture.roles = {"analyst"};
    QTRY_COMPARE(told(stream), "subscriptions/acknowledged tools/list_changed");
    QTRY_COMPARE(fixture.requests.size(), std::size_t(2));
}

void TstMcpListens::aClosedTenantEndsTheStream()
{
    McpFixture fixture;
    const Sent stream = listen(fixture, "{}");
    const Sent foreign = listen(fixture, "{}", "carol-key");
    const QByteArray session = fixture.session();
    const Sent legacy = fixture.send("GET", {}, McpFixture::inSession(session));
    fixture.news.tell(changed("closed"));
    QTRY_COMPARE(told(stream), "subscriptions/acknowledged cancelled result");
    QTRY_VERIFY(legacy.answer->ended);
    QVERIFY(fixture.sessions.list().empty());
    QVERIFY(!foreign.answer->ended);
}

void TstMcpListens::drainingEndsTheStream()
{
    McpFixture fixture;
    const Sent stream = listen(fixture, "{}");
    fixture.hold = true;
    const Sent waiting = listen(fixture, R"({"resourceSubscriptions":["a:1"]})");
    fixture.endpoint.drain();
    QVERIFY(stream.answer->ended);
    QCOMPARE(told(stream), "subscriptions/acknowledged cancelled result");
    QCOMPARE(waiting.status(), 503);
    fixture.finish(McpFixture::success());
    QTRY_VERIFY(fixture.endpoint.isIdle());
}

void TstMcpListens::aSlowReaderIsCut()
{
    McpFixture fixture;
    Sent stream = listen(fixture, R"({"toolsListChanged":true})");
    const std::weak_ptr<FakeExchange> exchange = stream.exchange;
    stream.exchange.reset();
    QVERIFY(!exchange.expired());
    stream.answer->bytesWaiting = gateway::McpListens::unsentBytesMax + 1;
    fixture.news.tell(changed("tools"));
    QTRY_VERIFY(exchange.expired()); // and with it the connection
    QCOMPARE(told(stream), "subscriptions/acknowledged");
}

void TstMcpListens::aListenNeedsAStream()
{
    McpFixture fixture;
    auto headers = McpFixture::modernHeaders("subscriptions/listen");
    std::erase_if(headers, [](const gateway::Header &header) { return header.name == "Accept"; });
    headers.push_back({"Accept", "application/json"});
    const Sent sent = fixture.send(
        "POST", McpFixture::modernBody("subscriptions/listen", filterOf("{}")), headers);
    QCOMPARE(sent.status(), 406);
}

void TstMcpListens::legacySubscriptionsAreGovernedCalls()
{
    McpFixture fixture;
    int watches = 0;
    const QByteArray session = fixture.session();
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(session));
    const auto ask = [&](const char *method) {
        return fixture.send("POST", McpFixture::body(method, Json::object({{"uri", "a:b"}})),
                            McpFixture::inSession(session));
    };
    fixture.reply = McpFixture::refusal(ErrorCode::NotFound);
    QVERIFY(ask("resources/subscribe").errorCode() != 0);
    fixture.requests.back().onUpdated();

    fixture.reply = watched(watches);
    QCOMPARE(ask("resources/subscribe").result().toBytes(), QByteArray("{}"));
    fixture.reply.reset();
    QVERIFY(fixture.requests.back().operation == calls::Operation::Subscribe);
    QVERIFY(!fixture.requests.back().sessionId.isEmpty());
    QCOMPARE(watches, 1);
    fixture.requests.back().onUpdated();
    QTRY_COMPARE(stream.answer->events.size(), std::size_t(1));
    QCOMPARE(stream.message()["method"], Json("notifications/resources/updated"));
    QCOMPARE(stream.message()["params"]["uri"], Json("a:b"));

    QCOMPARE(ask("resources/unsubscribe").result().toBytes(), QByteArray("{}"));
    QCOMPARE(watches, 0);
    fixture.reply = watched(watches);
    QCOMPARE(ask("resources/subscribe").result().toBytes(), QByteArray("{}"));
    fixture.reply.reset();
    fixture.send("DELETE", {}, McpFixture::inSession(session));
    QCOMPARE(watches, 0); // ends with the session
}

void TstMcpListens::aLegacySubscriptionEndsWithItsRight()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(session));
    fixture.send("POST", McpFixture::body("resources/subscribe", Json::object({{"uri", "a:b"}})),
                 McpFixture::inSession(session));
    fixture.reply = McpFixture::refusal(ErrorCode::Denied);
    fixture.news.tell(changed("access"));
    QTRY_COMPARE(stream.answer->events.size(), std::size_t(1));
    QCOMPARE(stream.message()["method"], Json("notifications/message"));
    QVERIFY(stream.message()["params"]["data"].toByteArray().contains("a:b"));
    fixture.requests.front().onUpdated();
    fixture.sessions.broadcast(acme, McpFixture::note("notifications/prompts/list_changed"));
    QTRY_COMPARE(stream.message()["method"], Json("notifications/prompts/list_changed"));
    QCOMPARE(stream.answer->events.size(), std::size_t(2));
}

void TstMcpListens::aLegacyStreamEndsWithItsKey()
{
    McpFixture fixture;
    const QByteArray session = fixture.session();
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(session));
    fixture.revoked = "alice-key";
    QTRY_VERIFY(stream.answer->ended);
    QVERIFY(!fixture.sessions.list().front().streaming);
}

void TstMcpListens::legacySessionsHearOfChangedListsOnly()
{
    McpFixture fixture;
    const Sent stream = fixture.send("GET", {}, McpFixture::inSession(fixture.session()));
    fixture.news.tell({.tenant = acme});
    fixture.news.tell({.tenant = TenantId("beta-inc"), .tools = true});
    fixture.news.tell(changed("prompts"));
    QTRY_COMPARE(stream.answer->events.size(), std::size_t(1));
    QCOMPARE(stream.message().toBytes(),
             R"({"jsonrpc":"2.0","method":"notifications/prompts/list_changed"})");
}

#include "tst_mcplistens.moc"
