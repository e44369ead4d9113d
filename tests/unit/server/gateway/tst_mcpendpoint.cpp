// The endpoint at its door and in the modern era.
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/mcpfixture.h"

using namespace provost;
using testing::McpFixture;
using testing::Sent;

class TstMcpEndpoint : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersTheUnauthenticatedWith401_data();
    void answersTheUnauthenticatedWith401();
    void recordsARefusedCallWithoutExecutingIt();
    void countsAFailedAuthenticationBesideCalls();
    void refusesAKeyOfAnotherTenant_data();
    void refusesAKeyOfAnotherTenant();
    void looksForNoKeyInTheQuery();
    void refusesForeignOrigins_data();
    void refusesForeignOrigins();
    void refusesHeadersThatComeTwice_data();
    void refusesHeadersThatComeTwice();
    void answersOddRequests_data();
    void answersOddRequests();
    void passesTheWholeCallOn();
    void answersAModernCall();
    void discovers();
    void methodsOfTheOtherEraAreUnknown_data();
    void methodsOfTheOtherEraAreUnknown();
    void echoesRequestIds_data();
    void echoesRequestIds();
    void tellsRateLimits();
    void tellsDenialsInBand();
    void checksParameterHeaders();
    void modernNotificationsAreAccepted();
    void pagesLists();
    void stopsTakingWorkWhenDrained();
    void outlivesItsCalls();
    void seesModernAgents();
};

PROVOST_TEST(TstMcpEndpoint)

void TstMcpEndpoint::answersTheUnauthenticatedWith401_data()
{
    QTest::addColumn<QByteArray>("authorization"); // null: no such header
    QTest::addColumn<QByteArray>("method");
    for (const char *method : {"POST", "GET", "DELETE"}) {
        QTest::addRow("%s without a header", method) << QByteArray() << QByteArray(method);
        QTest::addRow("%s with a wrong key", method)
            << QByteArray("Bearer nobody") << QByteArray(method);
    }
    QTest::newRow("basic") << QByteArray("Basic alice-key") << QByteArray("POST");
    QTest::newRow("the bare key") << QByteArray("alice-key") << QByteArray("POST");
    QTest::newRow("empty") << QByteArray("Bearer ") << QByteArray("POST");
}

void TstMcpEndpoint::answersTheUnauthenticatedWith401()
{
    QFETCH(QByteArray, authorization);
    QFETCH(QByteArray, method);
    McpFixture fixture;
    fixture.reply = McpFixture::refusal(ErrorCode::Unauthenticated);
    McpFixture::Headers headers{{"Content-Type", "application/json"}};
    if (!authorization.isNull())
        headers.push_back({"Authorization", authorization});
    const Sent sent = fixture.send(method, McpFixture::body("tools/list"), headers);
    QCOMPARE(sent.status(), 401);
    QVERIFY(sent.header("WWW-Authenticate").startsWith("Bearer realm="));
    QCOMPARE(sent.header("WWW-Authenticate").contains("invalid_token"),
             authorization == "Bearer nobody");
    QCOMPARE(sent.errorCode(), 401);
    QVERIFY(sent.message()["error"]["data"]["retry"] == Json(false));
}

void TstMcpEndpoint::recordsARefusedCallWithoutExecutingIt()
{
    McpFixture fixture;
    // Even if the governed call found the key valid by now, nothing is executed and nothing is told.
    const Sent sent =
        fixture.send("POST", McpFixture::body("tools/call", Json::object({{"name", "echo"}}), "a"),
                     McpFixture::as("nobody"));
    QCOMPARE(sent.status(), 401);
    QCOMPARE(sent.message()["id"], Json("a"));
    QVERIFY(sent.result().isNull());
    QCOMPARE(fixture.requests.size(), std::size_t(1));
    QCOMPARE(fixture.requests.front().name, QByteArray("echo"));
    QCOMPARE(fixture.requests.front().credential.id.value, QByteArray("nobody"));
    QVERIFY(fixture.requests.front().stop.stop_requested());
    QCOMPARE(fixture.failedAuthentications, 0); // the governed call counts it
}

void TstMcpEndpoint::countsAFailedAuthenticationBesideCalls()
{
    McpFixture fixture;
    QCOMPARE(fixture.initialize("nobody").status(), 401);
    QCOMPARE(fixture.send("POST", "{not json", McpFixture::as("nobody")).status(), 401);
    QCOMPARE(fixture.send("DELETE", {}, McpFixture::as("nobody")).status(), 401);
    QCOMPARE(fixture.failedAuthentications, 3);
    QVERIFY(fixture.requests.empty());
}

void TstMcpEndpoint::refusesAKeyOfAnotherTenant_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("status");
    QTest::newRow("own") << QByteArray("/t/acme-corp/mcp") << 200;
    QTest::newRow("none") << QByteArray("/mcp") << 200;
    QTest::newRow("another") << QByteArray("/t/beta-inc/mcp") << 403;
    QTest::newRow("one that does not exist") << QByteArray("/t/nowhere/mcp") << 403;
}

void TstMcpEndpoint::refusesAKeyOfAnotherTenant()
{
    QFETCH(QByteArray, path);
    QFETCH(int, status);
    McpFixture fixture;
    const Sent discovered = fixture.send("POST", McpFixture::modernBody("server/discover"),
                                         McpFixture::modernHeaders("server/discover"), path);
    QCOMPARE(discovered.status(), status);
    const Sent listed = fixture.send("POST", McpFixture::modernBody("tools/list"),
                                     McpFixture::modernHeaders("tools/list"), path);
    QCOMPARE(listed.status(), status);
    QCOMPARE(listed.header("WWW-Authenticate"), QByteArray());
    QCOMPARE(fixture.requests.size(), std::size_t(1)); // refused there, too, and recorded
    if (status == 403)
        QVERIFY(listed.result().isNull());
}

void TstMcpEndpoint::looksForNoKeyInTheQuery()
{
    McpFixture fixture;
    gateway::HttpRequest request;
    request.method = "POST";
    request.path = "/mcp";
    request.query = "access_token=alice-key";
    request.headers = {{"Host", "127.0.0.1"}, {"Content-Type", "application/json"}};
    request.body = McpFixture::body("ping");
    const Sent sent = fixture.send(std::move(request), fixture.endpoint);
    QCOMPARE(sent.status(), 401);
}

void TstMcpEndpoint::refusesForeignOrigins_data()
{
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<int>("status");
    QTest::newRow("own") << QByteArray("http://127.0.0.1:8080") << 200;
    QTest::newRow("evil") << QByteArray("http://evil.example.com") << 403;
    QTest::newRow("null") << QByteArray("null") << 403;
}

void TstMcpEndpoint::refusesForeignOrigins()
{
    QFETCH(QByteArray, origin);
    QFETCH(int, status);
    McpFixture fixture;
    auto headers = McpFixture::modernHeaders("tools/list");
    headers.push_back({"Origin", origin});
    const Sent sent = fixture.send("POST", McpFixture::modernBody("tools/list"), headers);
    QCOMPARE(sent.status(), status);
    QCOMPARE(fixture.requests.empty(), status == 403);
}

void TstMcpEndpoint::answersOddRequests_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("header"); // "Name: value", instead of the usual one
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("code");
    const QByteArray ping = McpFixture::body("ping");
    QTest::newRow("PUT") << QByteArray("PUT") << QByteArray("/mcp") << QByteArray() << ping << 405
                         << 405;
    QTest::newRow("HEAD") << QByteArray("HEAD") << QByteArray("/mcp") << QByteArray()
                          << QByteArray() << 405 << 405;
    QTest::newRow("another path") << QByteArray("POST") << QByteArray("/mcp/") << QByteArray()
                                  << ping << 404 << 404;
    QTest::newRow("a tenant in capitals")
        << QByteArray("POST") << QByteArray("/t/ACME/mcp") << QByteArray() << ping << 404 << 404;
    QTest::newRow("a tenant with a path in it")
        << QByteArray("POST") << QByteArray("/t/a/b/mcp") << QByteArray() << ping << 404 << 404;
    QTest::newRow("no tenant") << QByteArray("POST") << QByteArray("/t//mcp") << QByteArray()
                               << ping << 404 << 404;
    QTest::newRow("a form") << QByteArray("POST") << QByteArray("/mcp")
                            << QByteArray("Content-Type: text/plain") << ping << 415 << -32600;
    QTest::newRow("JSON with parameters")
        << QByteArray("POST") << QByteArray("/mcp")
        << QByteArray("Content-Type: Application/JSON; charset=utf-8") << ping << 400 << -32600;
    QTest::newRow("accepts pictures") << QByteArray("POST") << QByteArray("/mcp")
                                      << QByteArray("Accept: image/png") << ping << 406 << -32600;
    QTest::newRow("a stream as JSON")
        << QByteArray("GET") << QByteArray("/mcp") << QByteArray("Accept: application/json")
        << QByteArray() << 406 << -32600;
    QTest::newRow("two methods in headers")
        << QByteArray("POST") << QByteArray("/mcp") << QByteArray("Mcp-Method: a\nMcp-Method: b")
        << ping << 400 << -32600;
    QTest::newRow("two credentials")
        << QByteArray("POST") << QByteArray("/mcp") << QByteArray("Authorization: Bearer bob-key")
        << ping << 400 << -32600;
    QTest::newRow("no JSON") << QByteArray("POST") << QByteArray("/mcp") << QByteArray()
                             << QByteArray("{") << 400 << -32700;
    QTest::newRow("GET of the modern era")
        << QByteArray("GET") << QByteArray("/mcp") << QByteArray("MCP-Protocol-Version: 2026-07-28")
        << QByteArray() << 405 << 405;
    QTest::newRow("DELETE of the modern era")
        << QByteArray("DELETE") << QByteArray("/mcp")
        << QByteArray("MCP-Protocol-Version: 2026-07-28") << QByteArray() << 405 << 405;
}

void TstMcpEndpoint::refusesHeadersThatComeTwice_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char *name : {"Authorization", "Content-Type", "MCP-Protocol-Version", "Mcp-Method",
                             "Mcp-Name", "Mcp-Session-Id", "X-Workflow-Id"})
        QTest::newRow(name) << QByteArray(name);
}

void TstMcpEndpoint::refusesHeadersThatComeTwice()
{
    QFETCH(const QByteArray, name);
    McpFixture fixture;
    auto headers = McpFixture::modernHeaders("tools/call", "echo");
    headers.push_back({"Mcp-Session-Id", "has-no-meaning"});
    headers.push_back({"X-Workflow-Id", "flow-1"});
    const QByteArray body = McpFixture::modernBody("tools/call", Json::object({{"name", "echo"}}));
    QCOMPARE(fixture.send("POST", body, headers).status(), 200);
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const gateway::Header &each) { return each.name == name; });
    QVERIFY(found != headers.end());
    headers.push_back({name.toLower(), found->value});
    const Sent sent = fixture.send("POST", body, headers);
    QCOMPARE(sent.status(), 400);
    QVERIFY(sent.message()["error"]["message"].toByteArray().contains("more than one"));
    QCOMPARE(fixture.requests.size(), std::size_t(1));
}

void TstMcpEndpoint::answersOddRequests()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    QFETCH(int, code);
    McpFixture fixture;
    auto headers = McpFixture::as("alice-key");
    for (const QByteArray &line : header.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon < 0)
            continue;
        const QByteArray name = line.left(colon);
        if (name == "Accept" || name == "Content-Type")
            std::erase_if(headers,
                          [&](const gateway::Header &usual) { return usual.name == name; });
        headers.push_back({name, line.mid(colon + 1).trimmed()});
    }
    const Sent sent = fixture.send(method, body, headers, path);
    QCOMPARE(sent.status(), status);
    QCOMPARE(sent.errorCode(), code);
    QCOMPARE(sent.header("Allow").isEmpty(), status != 405);
    QVERIFY(!sent.header("X-Request-Id").isEmpty());
    QVERIFY(fixture.requests.empty());
}

void TstMcpEndpoint::passesTheWholeCallOn()
{
    McpFixture fixture;
    auto headers = McpFixture::modernHeaders("tools/call", "echo");
    headers.push_back({"X-Request-Id", "req-7"});
    headers.push_back({"X-Workflow-Id", "flow-1"});
    headers.push_back({"Mcp-Session-Id", "has-no-meaning"});
    const Json meta = Json::object({{"io.modelcontextprotocol/clientInfo",
                                     Json::object({{"name", "agent"}, {"version", "2.1"}})},
                                    {"io.provost/workflowId", "flow-2"},
                                    {"traceparent", "00-1-2-01"}});
    const auto arguments = Json::parse(R"({"n":1.0,"big":12345678901234567890})");
    const Json params = Json::object({{"name", "echo"}, {"arguments", *arguments}});
    const Sent sent = fixture.send("POST", McpFixture::modernBody("tools/call", params, meta),
                                   headers, "/t/acme-corp/mcp");
    QCOMPARE(sent.status(), 200);
    QCOMPARE(fixture.requests.size(), std::size_t(1));
    const calls::CallRequest &request = fixture.requests.front();
    QCOMPARE(request.operation, calls::Operation::CallTool);
    QCOMPARE(request.credential.id.value, QByteArray("alice-key"));
    QCOMPARE(request.tenant, std::optional(TenantId("acme-corp")));
    QCOMPARE(request.name, QByteArray("echo"));
    QCOMPARE(request.params["arguments"].toBytes(), arguments->toBytes());
    QCOMPARE(request.params["_meta"]["traceparent"], Json("00-1-2-01"));
    QCOMPARE(request.agent, QByteArray("agent 2.1"));
    QCOMPARE(request.requestId, RequestId("req-7"));
    QCOMPARE(request.workflowId, QByteArray("flow-1")); // the header wins
    QCOMPARE(request.sessionId, QByteArray());
    QCOMPARE(request.transport, QByteArray("http"));
    QCOMPARE(request.peerAddress, QByteArray("127.0.0.1"));
    QVERIFY(!request.stop.stop_requested());
    QVERIFY(request.notify);
    QVERIFY(sent.header("Mcp-Session-Id").isEmpty());
}

void TstMcpEndpoint::answersAModernCall()
{
    McpFixture fixture;
    const Sent sent = fixture.callModern();
    QCOMPARE(sent.status(), 200);
    QVERIFY(!sent.answer->streaming);
    QCOMPARE(sent.header("Content-Type"), QByteArray("application/json"));
    QCOMPARE(sent.message()["id"], Json(1));
    QCOMPARE(sent.result()["resultType"], Json("complete"));
    QCOMPARE(sent.result()["content"].items().at(0)["text"], Json("ok"));
    QCOMPARE(sent.result()["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], Json("provost"));
}

void TstMcpEndpoint::discovers()
{
    McpFixture fixture;
    const Sent sent = fixture.send("POST", McpFixture::modernBody("server/discover"),
                                   McpFixture::modernHeaders("server/discover"));
    QCOMPARE(sent.status(), 200);
    QCOMPARE(sent.result()["supportedVersions"].toBytes(), QByteArray(R"(["2026-07-28"])"));
    QCOMPARE(sent.result()["instructions"], Json("Ask nicely."));
    QCOMPARE(sent.result()["cacheScope"], Json("private"));
    QVERIFY(fixture.requests.empty());
}

void TstMcpEndpoint::methodsOfTheOtherEraAreUnknown_data()
{
    QTest::addColumn<QByteArray>("method");
    for (const char *method : {"initialize", "ping", "logging/setLevel", "resources/subscribe",
                               "resources/unsubscribe", "unknown/method"})
        QTest::newRow(method) << QByteArray(method);
}

void TstMcpEndpoint::methodsOfTheOtherEraAreUnknown()
{
    QFETCH(QByteArray, method);
    McpFixture fixture;
    const Json params = Json::object({{"level", "info"}, {"uri", "a:b"}});
    const Sent sent = fixture.send("POST", McpFixture::modernBody(method, params),
                                   McpFixture::modernHeaders(method));
    QCOMPARE(sent.status(), 404);
    QCOMPARE(sent.errorCode(), -32601);
    QCOMPARE(sent.message()["id"], Json(1));
    QVERIFY(fixture.sessions.list().empty());
}

void TstMcpEndpoint::echoesRequestIds_data()
{
    QTest::addColumn<QByteArray>("claimed");
    QTest::addColumn<bool>("echoed");
    QTest::newRow("usual") << QByteArray("7f3e") << true;
    QTest::newRow("longest") << QByteArray(128, 'x') << true;
    QTest::newRow("too long") << QByteArray(129, 'x') << false;
    QTest::newRow("a blank") << QByteArray("a b") << false;
    QTest::newRow("not ASCII") << QByteArray("é") << false;
    QTest::newRow("none") << QByteArray() << false;
}

void TstMcpEndpoint::echoesRequestIds()
{
    QFETCH(QByteArray, claimed);
    QFETCH(bool, echoed);
    McpFixture fixture;
    auto headers = McpFixture::modernHeaders("tools/list");
    if (!claimed.isEmpty())
        headers.push_back({"X-Request-Id", claimed});
    const Sent first = fixture.send("POST", McpFixture::modernBody("tools/list"), headers);
    const Sent second = fixture.send("POST", McpFixture::modernBody("tools/list"), headers);
    QCOMPARE(first.header("X-Request-Id") == claimed, echoed);
    QCOMPARE(first.header("X-Request-Id") == second.header("X-Request-Id"), echoed);
    QCOMPARE(fixture.requests.front().requestId.value, first.header("X-Request-Id"));
}

void TstMcpEndpoint::tellsRateLimits()
{
    McpFixture fixture;
    fixture.reply = McpFixture::refusal(ErrorCode::RateLimited, std::chrono::milliseconds(11'200));
    const Sent sent = fixture.callModern();
    QCOMPARE(sent.status(), 429);
    QCOMPARE(sent.header("Retry-After"), QByteArray("12"));
    QCOMPARE(sent.errorCode(), 429);
    QCOMPARE(sent.message()["error"]["data"]["code"], Json("rate_limited"));
    QCOMPARE(sent.message()["error"]["data"]["retry_after_seconds"], Json(12));

    fixture.reply = McpFixture::refusal(ErrorCode::RateLimited, Microseconds(0));
    const Sent never = fixture.callModern();
    QCOMPARE(never.status(), 429);
    QVERIFY(never.header("Retry-After").isEmpty());
    QCOMPARE(never.message()["error"]["data"]["retry"], Json(false));
}

void TstMcpEndpoint::tellsDenialsInBand()
{
    McpFixture fixture;
    fixture.reply = McpFixture::refusal(ErrorCode::Denied);
    const Sent sent = fixture.callModern();
    QCOMPARE(sent.status(), 200);
    QCOMPARE(sent.result()["isError"], Json(true));
    QCOMPARE(sent.result()["content"].items().at(0)["text"], Json("Because."));
    const Json refusal = sent.result()["_meta"]["io.provost/refusal"];
    QCOMPARE(refusal["code"], Json("denied"));
    QCOMPARE(refusal["policy"], Json("some-policy"));
    QCOMPARE(refusal["retry"], Json(false));
}

void TstMcpEndpoint::checksParameterHeaders()
{
    McpFixture fixture;
    fixture.declared = {{{"region"}, "Region", false}};
    const Json arguments = Json::object({{"region", "EU"}});
    const Sent missing = fixture.callModern(Json::object(), arguments);
    QCOMPARE(missing.status(), 400);
    QCOMPARE(missing.errorCode(), -32020);
    QVERIFY(fixture.requests.empty());

    auto headers = McpFixture::modernHeaders("tools/call", "echo");
    headers.push_back({"mcp-param-region", "EU"});
    const Json params = Json::object({{"name", "echo"}, {"arguments", arguments}});
    QCOMPARE(fixture.send("POST", McpFixture::modernBody("tools/call", params), headers).status(),
             200);
}

void TstMcpEndpoint::modernNotificationsAreAccepted()
{
    McpFixture fixture;
    auto headers = McpFixture::as("alice-key");
    headers.push_back({"MCP-Protocol-Version", "2026-07-28"});
    const Sent sent = fixture.send("POST", McpFixture::note("notifications/cancelled"), headers);
    QCOMPARE(sent.status(), 202);
    QVERIFY(sent.answer->reply.body.isEmpty());
}

void TstMcpEndpoint::pagesLists()
{
    McpFixture fixture;
    Json tools = Json::array();
    for (int i = 0; i < 1'500; ++i)
        tools.append(Json::object({{"name", QByteArray::number(i)},
                                   {"inputSchema", Json::object({{"type", "object"}})}}));
    fixture.reply = {.value = Json::object({{"tools", tools}})};
    const Sent first = fixture.send("POST", McpFixture::modernBody("tools/list"),
                                    McpFixture::modernHeaders("tools/list"));
    QCOMPARE(first.result()["tools"].items().size(), std::size_t(1'000));
    const Json params = Json::object({{"cursor", first.result()["nextCursor"]}});
    const Sent second = fixture.send("POST", McpFixture::modernBody("tools/list", params),
                                     McpFixture::modernHeaders("tools/list"));
    QCOMPARE(second.result()["tools"].items().size(), std::size_t(500));
    const Sent bad = fixture.send(
        "POST", McpFixture::modernBody("tools/list", Json::object({{"cursor", "bad"}})),
        McpFixture::modernHeaders("tools/list"));
    QCOMPARE(bad.status(), 200);
    QCOMPARE(bad.errorCode(), -32602);
}

void TstMcpEndpoint::stopsTakingWorkWhenDrained()
{
    McpFixture fixture;
    fixture.hold = true;
    const Sent held = fixture.callModern();
    QVERIFY(!fixture.endpoint.isIdle());
    fixture.endpoint.drain();
    QCOMPARE(fixture.callModern().status(), 503);
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(held.status(), 200);
    QVERIFY(fixture.endpoint.isIdle());
}

void TstMcpEndpoint::outlivesItsCalls()
{
    McpFixture fixture;
    fixture.hold = true;
    auto endpoint = std::make_unique<gateway::McpEndpoint>(
        fixture.services, gateway::OriginPolicy({"127.0.0.1", 8080}, {}));
    gateway::HttpRequest request;
    request.method = "POST";
    request.path = "/mcp";
    request.headers = McpFixture::listOf(McpFixture::modernHeaders("tools/list"));
    request.headers.add("Host", "127.0.0.1:8080");
    request.body = McpFixture::modernBody("tools/list");
    const Sent sent = fixture.send(std::move(request), *endpoint);
    endpoint.reset();
    fixture.finish(McpFixture::success(calls::Operation::ListTools));
    QTRY_COMPARE(sent.status(), 200);
}

void TstMcpEndpoint::seesModernAgents()
{
    McpFixture fixture;
    fixture.hold = true;
    const Json info = Json::object({{"name", "agent"}, {"version", "2.1"}});
    const Sent sent =
        fixture.callModern(Json::object({{"io.modelcontextprotocol/clientInfo", info}}));
    auto seen = fixture.presence.list();
    QCOMPARE(seen.size(), std::size_t(1));
    QCOMPARE(seen.front().agent, QByteArray("agent 2.1"));
    QCOMPARE(seen.front().owner.user, UserId("alice"));
    QCOMPARE(seen.front().callsInFlight, 1);
    QCOMPARE(connectedAgents(fixture.sessions, fixture.presence, fixture.clock.now()),
             std::size_t(1));
    fixture.finish(McpFixture::success());
    QTRY_COMPARE(sent.status(), 200);
    QCOMPARE(fixture.presence.list().front().callsInFlight, 0);
    fixture.clock.advance(gateway::McpPresence::window + std::chrono::seconds(1));
    QVERIFY(fixture.presence.list().empty());
}

#include "tst_mcpendpoint.moc"
