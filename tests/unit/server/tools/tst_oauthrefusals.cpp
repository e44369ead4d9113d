// The OAuth client against every way in which an authorization server, an upstream or a browser's answer can be wrong.
#include "tests/support/testing.h"
#include "tests/unit/server/tools/oauthsession.h"

#include <QTest>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::oauth;
using namespace provost::tools::mcp::oauth::testing;
using namespace std::chrono_literals;

class TstOauthRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qRegisterMetaType<provost::Error>("provost::Error"); }

    void answersOfTheBrowser_data()
    {
        QTest::addColumn<bool>("isAnnounced");
        QTest::addColumn<QByteArray>("issuer"); // $ stands for the right one
        QTest::addColumn<bool>("isBelieved");
        QTest::newRow("right") << true << QByteArray("$") << true;
        QTest::newRow("right, not announced") << false << QByteArray("$") << true;
        QTest::newRow("absent, not announced") << false << QByteArray() << true;
        QTest::newRow("absent") << true << QByteArray() << false;
        QTest::newRow("wrong") << true << QByteArray("https://evil.example") << false;
        QTest::newRow("wrong, not announced")
            << false << QByteArray("https://evil.example") << false;
        QTest::newRow("nearly right") << true << QByteArray("$/") << false;
    }

    void answersOfTheBrowser()
    {
        QFETCH(bool, isAnnounced);
        QFETCH(QByteArray, issuer);
        QFETCH(bool, isBelieved);
        FakeAuthorization server;
        server.server.set("authorization_response_iss_parameter_supported", isAnnounced);
        issuer.replace("$", server.base());
        server.routes["/authorize"] = [issuer](const auto &request) -> FakeAuthorization::Reply {
            if (issuer.isEmpty())
                return {.status = 302, .location = FakeAuthorization::redirect(request, {})};
            return {.status = 302,
                    .location = FakeAuthorization::redirect(request, {{"iss", issuer}})};
        };
        Session session(server);
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorize().isEmpty(), isBelieved);
        QCOMPARE(server.count("/token"), isBelieved ? 1 : 0);
    }

    void anAnswerWithAnotherStateChangesNothing()
    {
        FakeAuthorization server;
        const auto right =
            std::exchange(server.routes["/authorize"], [&server](const auto &request) {
                return FakeAuthorization::Reply{.status = 302,
                                                .location = FakeAuthorization::redirect(
                                                    request, {{"iss", server.base()}}, "guess")};
            });
        Session session(server);
        QVERIFY(!session.refuse());
        const QByteArray url = session.authorizer.authorizeAt();
        QVERIFY(Session::browse(url).startsWith("HTTP/1.1 400"));
        QCOMPARE(server.count("/token"), 0);
        QCOMPARE(session.authorizer.authorizeAt(), url); // still awaited
        server.routes["/authorize"] = right;
        QCOMPARE(session.authorize(), QString());
        QVERIFY(!Session::browse(url).startsWith("HTTP/1.1 200")); // and only once
        QCOMPARE(server.count("/token"), 1);
    }

    void anAwaitedAuthorizationEnds()
    {
        FakeAuthorization server;
        Session session(server);
        QVERIFY(!session.refuse());
        const QByteArray url = session.authorizer.authorizeAt();
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorizer.authorizeAt(), url); // nobody is asked twice
        session.clock.advance(10min);
        QVERIFY(session.authorizer.authorizeAt().isEmpty());
        QVERIFY(Session::browse(url).startsWith("HTTP/1.1 400"));
        QVERIFY(!session.refuse());
        QVERIFY(session.authorizer.authorizeAt() != url);
    }

    void theAdministratorMayRefuse()
    {
        FakeAuthorization server;
        server.routes["/authorize"] = [&server](const auto &request) -> FakeAuthorization::Reply {
            return {.status = 302,
                    .location = FakeAuthorization::redirect(
                        request, {{"iss", server.base()}, {"error", "access_denied"}})};
        };
        Session session(server);
        QVERIFY(!session.refuse());
        QVERIFY(session.authorize().contains(u"access_denied"));
        QCOMPARE(server.count("/token"), 0);
    }

    void whatIsWrongIsRefused_data()
    {
        using Change = std::function<void(FakeAuthorization &)>;
        QTest::addColumn<Change>("change");
        QTest::addColumn<QByteArray>("why");
        const auto setServer = [](const char *member, Json value) -> Change {
            return [member, value](FakeAuthorization &fake) { fake.server.set(member, value); };
        };
        const auto setResource = [](const char *member, Json value) -> Change {
            return [member, value](FakeAuthorization &fake) { fake.resource.set(member, value); };
        };
        QTest::newRow("issuer") << setServer("issuer", "https://evil.example")
                                << QByteArray("another issuer");
        QTest::newRow("issuer with a slash")
            << Change([](FakeAuthorization &fake) { fake.server.set("issuer", fake.at("/")); })
            << QByteArray("another issuer");
        QTest::newRow("resource") << setResource("resource", "https://evil.example/mcp")
                                  << QByteArray("another resource");
        QTest::newRow("resource beside") << Change([](FakeAuthorization &fake) {
            fake.resource.set("resource", fake.at("/mc"));
        }) << QByteArray("another resource");
        QTest::newRow("no authorization server")
            << setResource("authorization_servers", Json::array()) << QByteArray("names no");
        QTest::newRow("no PKCE") << setServer("code_challenge_methods_supported", nullptr)
                                 << QByteArray("PKCE");
        QTest::newRow("plain PKCE")
            << setServer("code_challenge_methods_supported", Json::array({"plain"}))
            << QByteArray("PKCE");
        QTest::newRow("private authorization server")
            << setResource("authorization_servers", Json::array({"https://10.0.0.7"}))
            << QByteArray("not public");
        QTest::newRow("cloud metadata")
            << setServer("token_endpoint", "http://169.254.169.254/token")
            << QByteArray("not https");
        QTest::newRow("private token endpoint")
            << setServer("token_endpoint", "https://192.168.1.1/token") << QByteArray("not public");
        QTest::newRow("scheme of the page")
            << setServer("authorization_endpoint", "javascript:alert(1)")
            << QByteArray("not asked");
        QTest::newRow("page without TLS")
            << setServer("authorization_endpoint", "http://example.com/")
            << QByteArray("not https");
        QTest::newRow("redirect") << Change([](FakeAuthorization &fake) {
            fake.routes["/.well-known/oauth-authorization-server"] = [](const auto &) {
                return FakeAuthorization::Reply{.status = 302, .location = "http://10.0.0.1/"};
            };
        }) << QByteArray("redirects");
        QTest::newRow("huge document") << Change([](FakeAuthorization &fake) {
            fake.server.set("padding", QByteArray(300 << 10, 'x'));
        }) << QByteArray("larger than");
        QTest::newRow("no JSON") << Change([](FakeAuthorization &fake) {
            fake.routes["/.well-known/oauth-authorization-server"] = [](const auto &) {
                return FakeAuthorization::Reply{.body = "<html>"};
            };
        }) << QByteArray("has no metadata");
        QTest::newRow("no registration")
            << setServer("registration_endpoint", nullptr) << QByteArray("oauth.client_id");
        QTest::newRow("refused registration") << Change([](FakeAuthorization &fake) {
            fake.routes["/register"] = [](const auto &) {
                return FakeAuthorization::Reply{.status = 403, .body = "{}"};
            };
        }) << QByteArray("403");
    }

    void whatIsWrongIsRefused()
    {
        QFETCH(std::function<void(FakeAuthorization &)>, change);
        QFETCH(QByteArray, why);
        FakeAuthorization server;
        change(server);
        Session session(server);
        const auto refused = session.refuse();
        QVERIFY(!refused);
        QVERIFY2(session.lastFailure().contains(QString::fromUtf8(why)),
                 qPrintable(session.lastFailure()));
        QVERIFY(!refused.error().message.contains(u"127.0.0.1"));
        QVERIFY(session.authorizer.authorizeAt().isEmpty());
        QCOMPARE(server.count("/token"), 0);
    }

    void tokensThatAreNone_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("not bearer") << QByteArray(R"({"access_token":"abc","token_type":"DPoP"})");
        QTest::newRow("no type") << QByteArray(R"({"access_token":"abc"})");
        QTest::newRow("no token") << QByteArray(R"({"token_type":"Bearer"})");
        QTest::newRow("another header")
            << QByteArray(R"({"access_token":"abc\r\nX: y","token_type":"Bearer"})");
        QTest::newRow("no JSON") << QByteArray("token");
    }

    void tokensThatAreNone()
    {
        QFETCH(QByteArray, answer);
        FakeAuthorization server;
        server.routes["/token"] = [answer](const auto &) -> FakeAuthorization::Reply {
            return {.body = answer};
        };
        Session session(server, clientCredentials());
        QVERIFY(!session.refuse());
        QVERIFY(session.authorizer.credential().isEmpty());
    }

    void anotherAuthorizationServerSeesNothingOfTheFirst_data()
    {
        QTest::addColumn<bool>("readsDocuments"); // so that both know the same client
        QTest::newRow("registers") << false;
        QTest::newRow("reads documents") << true;
    }

    void anotherAuthorizationServerSeesNothingOfTheFirst()
    {
        QFETCH(bool, readsDocuments);
        FakeAuthorization first;
        FakeAuthorization second;
        first.routes["/register"] = [](const auto &) -> FakeAuthorization::Reply {
            return {.status = 201, .body = R"({"client_id":"first","client_secret":"s"})"};
        };
        first.server.set("client_id_metadata_document_supported", readsDocuments);
        second.server.set("client_id_metadata_document_supported", readsDocuments);
        Session session(first, {.clientMetadataUrl = "https://provost.example/client.json"});
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorize(), QString());
        first.resource.set("authorization_servers", Json::array({second.base()}));
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorize(), QString());
        QCOMPARE(second.count("/register"), readsDocuments ? 0 : 1);
        for (const auto &request : second.seen) {
            QVERIFY(!request.body.contains("refresh-"));
            QVERIFY(!request.body.contains("first"));
            QVERIFY(request.authorization.isEmpty());
        }
        QCOMPARE(first.count("/token"), 1);
    }

    void aConfiguredClientStaysWithItsAuthorizationServer()
    {
        FakeAuthorization first;
        FakeAuthorization second;
        Session session(first, clientCredentials());
        QVERIFY(session.refuse());
        first.resource.set("authorization_servers", Json::array({second.base()}));
        QVERIFY(!session.refuse());
        QVERIFY(second.seen.empty());
        QVERIFY(session.lastFailure().contains(u"no longer names"));

        OauthConfig named = clientCredentials();
        named.issuer = "https://as.example";
        Session strict(first, named);
        QVERIFY(!strict.refuse());
        QCOMPARE(first.count("/token"), 1);
    }
};

PROVOST_TEST(TstOauthRefusals)

#include "tst_oauthrefusals.moc"
