// McpAdapter with an upstream that wants a token: what agents and administrators see of it, and that no tool runs twice.
#include "tests/support/testing.h"
#include "tests/unit/server/tools/fakeauthorization.h"
#include "tests/unit/server/tools/mcptesting.h"

#include <QTemporaryDir>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp::testing;
using namespace provost::testing;

namespace {

// An upstream of the legacy era with one tool, beside its authorization server.
class FakeUpstream : public FakeAuthorization
{
public:
    FakeUpstream()
    {
        routes["/mcp"] = [this](const Request &request) { return answer(request); };
    }

    [[nodiscard]] Json config(Json oauth) const
    {
        return Json::object({
            {"kind", "mcp"},
            {"url", at("/mcp")},
            {"oauth", std::move(oauth)},
            {"restart", Json::object({{"first", "30s"}, {"max", "60s"}})},
        });
    }

    QByteArray accepted = "the-token-1"; // the only one; empty: none
    QByteArray neededForCalls;           // a scope that tokens before this one lack
    int executed = 0;

private:
    Reply answer(const Request &request)
    {
        if (accepted.isEmpty() || request.authorization != "Bearer " + accepted)
            return {.status = 401,
                    .body = R"({"error":"no"})",
                    .challenge = "Bearer error=\"invalid_token\""};
        const Json message = *Json::parse(request.body.isEmpty() ? "{}" : request.body);
        const QByteArray method = message["method"].toByteArray();
        if (method == "tools/call" && !neededForCalls.isEmpty())
            return {.status = 403,
                    .body = "{}",
                    .challenge =
                        "Bearer error=\"insufficient_scope\", scope=\"" + neededForCalls + '"'};
        if (request.method != "POST" || !message.contains("id"))
            return {.status = request.method == "POST" ? 202 : 405};
        Json reply = Json::object({{"jsonrpc", "2.0"}, {"id", message["id"]}});
        if (method == "initialize")
            reply.set("result",
                      *Json::parse(R"({"protocolVersion":"2025-06-18","capabilities":)"
                                   R"({"tools":{}},"serverInfo":{"name":"f","version":"1"}})"));
        else if (method == "tools/list")
            reply.set(
                "result",
                *Json::parse(R"({"tools":[{"name":"run","inputSchema":{"type":"object"}}]})"));
        else if (method == "tools/call")
            reply.set("result", Json::object({{"content", Json::array()},
                                              {"n", ++executed},
                                              {"echo", request.authorization}}));
        else
            reply.set("error", Json::object({{"code", -32601}, {"message", "no such method"}}));
        return {.body = reply.toBytes()};
    }
};

struct Fixture
{
    std::shared_ptr<Adapter> make(const Json &config)
    {
        const AdapterEnvironment environment{clock, random, pool, loop.thread(),
                                             data.path().toStdString()};
        auto made = mcp::McpAdapter::make({.id = ServerId("fake"), .kind = "mcp"}, config,
                                          TenantId("acme"), environment);
        if (!made)
            qFatal("%s", qUtf8Printable(made.error().message));
        return *made;
    }

    const SystemClock clock;
    SystemRandom random;
    ToolPool pool{1};
    Loop loop;
    const QTemporaryDir data;
};

Json machine()
{
    return Json::object({{"grant", "client_credentials"},
                         {"client_id", "machine"},
                         {"client_secret", "hush-hush"}});
}

void browse(const QByteArray &address)
{
    QByteArray next = address;
    for (int hop = 0; hop < 3 && !next.isEmpty(); ++hop) {
        const QUrl url(QString::fromUtf8(next));
        QTcpSocket socket;
        socket.connectToHost(url.host(), quint16(url.port()));
        socket.write("GET " + url.toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority)
                     + " HTTP/1.1\r\n\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QTcpSocket::UnconnectedState, patienceMs);
        const QByteArray answer = socket.readAll();
        const qsizetype at = answer.indexOf("Location: ");
        next = at < 0 ? QByteArray() : answer.mid(at + 10).split('\r').front();
    }
}

} // namespace

class TstOauthUpstream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aMachineIsAuthorisedUnseen()
    {
        FakeUpstream upstream;
        Fixture fixture;
        const auto adapter = fixture.make(upstream.config(machine()));
        QVERIFY(await(adapter->catalog()));
        const auto result = call(*adapter, "run");
        QVERIFY(result);
        QCOMPARE((*result)["echo"].toByteArray(), "Bearer ***"); // agents do not see the token
        QCOMPARE(upstream.executed, 1);
        QCOMPARE(upstream.count("/token"), 1);
        QCOMPARE(adapter->status().state, AdapterState::Ready);
    }

    void aTokenThatEndsIsReplacedAndTheCallRunsOnce()
    {
        FakeUpstream upstream;
        Fixture fixture;
        const auto adapter = fixture.make(upstream.config(machine()));
        QVERIFY(await(adapter->catalog()));
        upstream.accepted = "the-token-2";
        QVERIFY(call(*adapter, "run"));
        QCOMPARE(upstream.executed, 1);
        QCOMPARE(upstream.count("/token"), 2);
    }

    void anUpstreamThatTakesNoTokenIsGivenUp()
    {
        FakeUpstream upstream;
        Fixture fixture;
        const auto adapter = fixture.make(upstream.config(machine()));
        QVERIFY(await(adapter->catalog()));
        upstream.accepted.clear();
        const int before = upstream.count("/mcp");
        const auto refused = call(*adapter, "run");
        QVERIFY(!refused);
        QVERIFY(!refused.error().message.contains(u"token-"));
        QCOMPARE(upstream.executed, 0);
        QCOMPARE(upstream.count("/mcp") - before, 2); // once, and once more with another token
    }

    void aCallMayNeedMoreRights()
    {
        FakeUpstream upstream;
        upstream.neededForCalls = "write";
        upstream.routes["/token"] = [&upstream](const auto &request) -> FakeAuthorization::Reply {
            if (request.query.queryItemValue(QStringLiteral("scope")) == u"write") {
                upstream.accepted = "the-token-2";
                upstream.neededForCalls.clear();
            }
            return {.body = upstream.nextToken().toBytes()};
        };
        Fixture fixture;
        const auto adapter = fixture.make(upstream.config(machine()));
        QVERIFY(await(adapter->catalog()));
        QVERIFY(call(*adapter, "run"));
        QCOMPARE(upstream.executed, 1);
        upstream.neededForCalls = "write"; // has it, and is refused all the same
        QVERIFY(!call(*adapter, "run"));
        QCOMPARE(upstream.count("/token"), 2);
    }

    void anAdministratorIsAwaited()
    {
        FakeUpstream upstream;
        Fixture fixture;
        {
            const auto adapter = fixture.make(upstream.config(Json::object()));
            const auto refused = await(adapter->catalog());
            QVERIFY(!refused);
            QVERIFY(refused.error().message.contains(u"administrator"));
            QVERIFY(adapter->status().authorizeAt.startsWith(upstream.at("/authorize")));
            browse(adapter->status().authorizeAt);
            // The next start would be in half a minute.
            QTRY_COMPARE_WITH_TIMEOUT(adapter->status().state, AdapterState::Ready, patienceMs);
            QVERIFY(adapter->status().authorizeAt.isEmpty());
            QVERIFY(call(*adapter, "run"));
        }
        const auto again = fixture.make(upstream.config(Json::object())); // as after a restart
        QTRY_VERIFY_WITH_TIMEOUT(await(again->catalog()).has_value(), patienceMs);
        QCOMPARE(upstream.count("/authorize"), 1);
    }

    void itMayEndWhileItWaits()
    {
        FakeUpstream upstream;
        upstream.mute = {"/token"};
        Fixture fixture;
        auto adapter = fixture.make(upstream.config(machine()));
        Running catalog(adapter->catalog());
        QTRY_COMPARE_WITH_TIMEOUT(upstream.count("/token"), 1, patienceMs);
        adapter.reset();
        QVERIFY(!catalog.wait());
    }

    void configuration_data()
    {
        QTest::addColumn<QByteArray>("member");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("another credential")
            << QByteArray("headers") << QByteArray(R"({"authorization":"Bearer abc"})");
        QTest::newRow("the older transport") << QByteArray("transport") << QByteArray(R"("sse")");
        QTest::newRow("misspelt") << QByteArray("oauth") << QByteArray(R"({"scope":["a"]})");
        QTest::newRow("a network without TLS")
            << QByteArray("url") << QByteArray(R"("http:\/\/mcp.example\/mcp")");
    }

    void configuration()
    {
        QFETCH(QByteArray, member);
        QFETCH(QByteArray, value);
        const ServerDefinition definition{.id = ServerId("fake"), .kind = "mcp"};
        Json config = FakeUpstream().config(Json::object());
        QVERIFY(mcp::readConfig(definition, config));
        config.set(member, *Json::parse(value));
        QVERIFY(!mcp::readConfig(definition, config));
    }
};

PROVOST_TEST(TstOauthUpstream)

#include "tst_oauthupstream.moc"
