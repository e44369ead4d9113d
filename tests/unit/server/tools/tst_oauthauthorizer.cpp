// The OAuth client against an authorization server that is right, and against every way in which one can be wrong.
#include "server/tools/adapters/mcp/oauth/authorizer.h"
#include "tests/support/fakeclock.h"
#include "tests/support/testing.h"
#include "tests/unit/server/tools/fakeauthorization.h"

#include <QCryptographicHash>
#include <QEventLoop>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::oauth;
using namespace provost::tools::mcp::testing;
using namespace provost::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds patience{20};

// An authorizer whose answers and failures are kept, and an administrator with a browser.
struct Session
{
    explicit Session(FakeAuthorization &server, OauthConfig config = {},
                     std::shared_ptr<CredentialFile> file = nullptr)
        : authorizer(server.upstream(), std::move(config), clock, random, std::move(file))
        , failures(&authorizer, &HttpAuthorizer::failed)
        , authorizations(&authorizer, &HttpAuthorizer::authorized)
    {
    }

    // What comes of a refusal.
    Result<void> refuse(int status = 401, QByteArray challenge = {})
    {
        const HttpAuthorizer::Refusal refusal{status, std::move(challenge),
                                              authorizer.credential()};
        return refuse(refusal);
    }
    Result<void> refuse(const HttpAuthorizer::Refusal &refusal)
    {
        Result<void> answer = fail(ErrorCode::Internal, QStringLiteral("no answer"));
        QEventLoop loop;
        authorizer.refused(refusal, [&](Result<void> given) {
            answer = std::move(given);
            loop.quit();
        });
        QTimer::singleShot(patience, &loop, &QEventLoop::quit);
        loop.exec();
        return answer;
    }

    // The page that the browser ends on.
    static QByteArray browse(QByteArray url)
    {
        for (int hops = 0; hops < 3; ++hops) {
            const QUrl to(QString::fromUtf8(url));
            QTcpSocket socket;
            socket.connectToHost(to.host(), quint16(to.port()));
            socket.write("GET " + to.toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority)
                         + " HTTP/1.1\r\nHost: x\r\n\r\n");
            QEventLoop loop;
            QObject::connect(&socket, &QTcpSocket::disconnected, &loop, &QEventLoop::quit);
            QObject::connect(&socket, &QTcpSocket::errorOccurred, &loop, &QEventLoop::quit);
            QTimer::singleShot(patience, &loop, &QEventLoop::quit);
            loop.exec();
            const QByteArray answer = socket.readAll();
            const qsizetype location = answer.indexOf("\r\nLocation: ");
            if (location < 0)
                return answer;
            url = answer.mid(location + 12, answer.indexOf("\r\n", location + 2) - location - 12);
        }
        return "too many redirects";
    }

    // What comes of an administrator who authorises: empty if there are tokens, else why not.
    QString authorize()
    {
        QEventLoop loop;
        QObject::connect(&authorizer, &HttpAuthorizer::failed, &loop, &QEventLoop::quit);
        QObject::connect(&authorizer, &HttpAuthorizer::authorized, &loop, &QEventLoop::quit);
        QTimer::singleShot(patience, &loop, &QEventLoop::quit);
        const qsizetype before = failures.count() + authorizations.count();
        browse(authorizer.authorizeAt());
        if (failures.count() + authorizations.count() == before)
            loop.exec();
        return authorizer.credential().isEmpty() ? lastFailure() : QString();
    }

    [[nodiscard]] QString lastFailure() const
    {
        return failures.isEmpty() ? QString() : failures.back().front().value<Error>().message;
    }

    FakeClock clock;
    SystemRandom random;
    Authorizer authorizer;
    QSignalSpy failures;
    QSignalSpy authorizations;
};

OauthConfig clientCredentials()
{
    return {.grant = Grant::ClientCredentials, .clientId = "machine", .clientSecret = "hush: hush"};
}

} // namespace

class TstOauthAuthorizer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qRegisterMetaType<provost::Error>("provost::Error"); }

    void anAdministratorAuthorises()
    {
        FakeAuthorization server;
        Session session(server);
        QVERIFY(session.authorizer.credential().isEmpty());
        const auto first = session.refuse();
        QVERIFY(!first);
        QCOMPARE(first.error().code, ErrorCode::Unavailable);
        QVERIFY(first.error().message.contains(u"administrator"));
        const QUrlQuery query(QUrl(QString::fromUtf8(session.authorizer.authorizeAt())));
        QCOMPARE(query.queryItemValue(QStringLiteral("code_challenge_method")), u"S256");
        QVERIFY(!query.hasQueryItem(QStringLiteral("scope")));

        QCOMPARE(session.authorize(), QString());
        QCOMPARE(session.authorizer.credential(), "Bearer the-token-1");
        QVERIFY(session.authorizer.authorizeAt().isEmpty());
        QCOMPARE(server.parameter("/authorize", "resource"), server.at("/mcp"));
        QCOMPARE(server.parameter("/token", "resource"), server.at("/mcp"));
        QCOMPARE(server.parameter("/token", "grant_type"), "authorization_code");
        QCOMPARE(server.parameter("/token", "code"), "the-code");
        QCOMPARE(server.parameter("/token", "client_id"), "registered");
        const QByteArray verifier = server.parameter("/token", "code_verifier");
        QCOMPARE(QCryptographicHash::hash(verifier, QCryptographicHash::Sha256)
                     .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals),
                 server.parameter("/authorize", "code_challenge"));
    }

    void registersAsANativeApplication()
    {
        FakeAuthorization server;
        Session session(server);
        QVERIFY(!session.refuse());
        QCOMPARE(server.count("/register"), 1);
        const auto request =
            std::find_if(server.seen.begin(), server.seen.end(),
                         [](const auto &seen) { return seen.path == "/register"; });
        const Json body = *Json::parse(request->body);
        QCOMPARE(body["application_type"].toByteArray(), "native");
        QCOMPARE(body["token_endpoint_auth_method"].toByteArray(), "none");
        QCOMPARE(body["grant_types"], Json::array({"authorization_code", "refresh_token"}));
    }

    void oneAcquisitionServesAllThatWait()
    {
        FakeAuthorization server;
        Session session(server, clientCredentials());
        int answered = 0;
        for (int i = 0; i < 20; ++i)
            session.authorizer.refused({401, {}, {}}, [&answered](const Result<void> &result) {
                answered += result ? 1 : 0;
            });
        QTRY_COMPARE(answered, 20);
        QCOMPARE(server.count("/token"), 1);
        // A request that was refused with the token before the last one has only to be sent again.
        QVERIFY(session.refuse({401, {}, "Bearer the-token-0"}));
        QCOMPARE(server.count("/token"), 1);
    }

    void clientCredentialsProveThemselves()
    {
        FakeAuthorization server;
        Session session(server, clientCredentials());
        QVERIFY(session.refuse());
        QCOMPARE(session.authorizer.credential(), "Bearer the-token-1");
        QCOMPARE(server.seen.back().authorization,
                 "Basic " + QByteArray("machine:hush%3A%20hush").toBase64());
        QCOMPARE(server.parameter("/token", "grant_type"), "client_credentials");
        QCOMPARE(server.count("/register"), 0);

        FakeAuthorization other;
        other.server.set("token_endpoint_auth_methods_supported",
                         Json::array({"client_secret_post"}));
        Session posting(other, clientCredentials());
        QVERIFY(posting.refuse());
        QVERIFY(other.seen.back().authorization.isEmpty());
        QCOMPARE(other.parameter("/token", "client_secret"), "hush: hush");

        FakeAuthorization third;
        third.server.set("token_endpoint_auth_methods_supported", Json::array({"tls_client_auth"}));
        Session refusing(third, clientCredentials());
        QVERIFY(!refusing.refuse());
        QCOMPARE(third.count("/token"), 0);
    }

    void anExpiredTokenIsRefreshed()
    {
        FakeAuthorization server;
        Session session(server);
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorize(), QString());
        session.clock.advance(3600s);
        QVERIFY(session.authorizer.credential().isEmpty());
        QVERIFY(session.refuse());
        QCOMPARE(session.authorizer.credential(), "Bearer the-token-2");
        QCOMPARE(server.parameter("/token", "refresh_token"), "refresh-1");
        QCOMPARE(server.count("/authorize"), 1);
    }

    void aRefusedTokenIsNotUsedAgain()
    {
        FakeAuthorization server;
        Session session(server);
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorize(), QString());
        server.routes["/token"] = [](const auto &) -> FakeAuthorization::Reply {
            return {.status = 400, .body = R"({"error":"invalid_grant"})"};
        };
        QVERIFY(!session.refuse(401, "Bearer error=\"invalid_token\""));
        QVERIFY(session.authorizer.credential().isEmpty());
        QVERIFY(!session.authorizer.authorizeAt().isEmpty());
    }

    void aServerThatIsDownKeepsTheRefreshToken()
    {
        FakeAuthorization server;
        Session session(server);
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorize(), QString());
        const auto token = std::exchange(server.routes["/token"], [](const auto &) {
            return FakeAuthorization::Reply{.status = 503, .body = "{}"};
        });
        QVERIFY(!session.refuse());
        QVERIFY(session.authorizer.authorizeAt().isEmpty());
        server.routes["/token"] = token;
        const int asked = server.count("/token");
        QVERIFY(!session.refuse()); // not asked again at once
        QCOMPARE(server.count("/token"), asked);
        session.clock.advance(31s);
        QVERIFY(session.refuse());
        QCOMPARE(session.authorizer.credential(), "Bearer the-token-2");
    }

    void anUpstreamThatRefusesEachNewTokenIsGivenUp()
    {
        FakeAuthorization server;
        Session session(server, clientCredentials());
        for (int i = 0; i < 12; ++i)
            (void)session.refuse();
        QCOMPARE(server.count("/token"), 4);
        session.clock.advance(120s);
        QVERIFY(session.refuse());
    }

    void scopes_data()
    {
        QTest::addColumn<QByteArray>("challenge");
        QTest::addColumn<QByteArrayList>("offeredByResource");
        QTest::addColumn<QByteArrayList>("offeredByServer");
        QTest::addColumn<QByteArray>("asked");
        const QByteArrayList none;
        QTest::newRow("nothing is known") << QByteArray() << none << none << QByteArray();
        QTest::newRow("the challenge counts") << QByteArray("Bearer scope=\"a b\"")
                                              << QByteArrayList{"c"} << none << QByteArray("a b");
        QTest::newRow("else the resource")
            << QByteArray("Bearer") << QByteArrayList{"c", "d"} << none << QByteArray("c d");
        QTest::newRow("offline access where it is offered")
            << QByteArray() << QByteArrayList{"c"} << QByteArrayList{"c", "offline_access"}
            << QByteArray("c offline_access");
        QTest::newRow("and not elsewhere") << QByteArray("Bearer scope=\"a offline_access\"")
                                           << none << QByteArrayList{"a"} << QByteArray("a");
    }

    void scopes()
    {
        QFETCH(QByteArray, challenge);
        QFETCH(QByteArrayList, offeredByResource);
        QFETCH(QByteArrayList, offeredByServer);
        QFETCH(QByteArray, asked);
        FakeAuthorization server;
        const auto offer = [](Json &document, const QByteArrayList &scopes) {
            Json list = Json::array();
            for (const QByteArray &scope : scopes)
                list.append(scope);
            if (!scopes.isEmpty())
                document.set("scopes_supported", std::move(list));
        };
        offer(server.resource, offeredByResource);
        offer(server.server, offeredByServer);
        Session session(server);
        QVERIFY(!session.refuse(401, challenge));
        const QUrlQuery query(QUrl(QString::fromUtf8(session.authorizer.authorizeAt())));
        QCOMPARE(query.queryItemValue(QStringLiteral("scope"), QUrl::FullyDecoded).toUtf8(), asked);
    }

    void aStepUpAsksForMoreAndKeepsWhatItHas()
    {
        FakeAuthorization server;
        Session session(server);
        QVERIFY(!session.refuse(401, "Bearer scope=\"read\""));
        QCOMPARE(session.authorize(), QString());
        const QByteArray challenge = "Bearer error=\"insufficient_scope\", scope=\"write\"";
        QVERIFY(!session.refuse(403, challenge));
        QCOMPARE(session.authorizer.credential(), "Bearer the-token-1"); // still good for the rest
        QCOMPARE(session.authorize(), QString());
        QCOMPARE(server.parameter("/authorize", "scope"), "read write");
        QCOMPARE(session.authorizer.credential(), "Bearer the-token-2");
        // Asked for and given, and still refused: another round would change nothing.
        QVERIFY(!session.refuse(403, challenge));
        QVERIFY(session.authorizer.authorizeAt().isEmpty());
        QCOMPARE(server.count("/authorize"), 2);
    }

    void configuredScopesAreTheMostThatIsAskedFor()
    {
        FakeAuthorization server;
        OauthConfig config = clientCredentials();
        config.scopes = {"read"};
        Session session(server, config);
        QVERIFY(session.refuse(401, "Bearer scope=\"read admin\""));
        QCOMPARE(server.parameter("/token", "scope"), "read");
        QVERIFY(!session.refuse(403, "Bearer error=\"insufficient_scope\", scope=\"admin\""));
        QVERIFY(session.lastFailure().contains(u"oauth.scopes"));
        QCOMPARE(server.count("/token"), 1);
    }

    void aClientDocumentIsUsedWhereItIsRead()
    {
        FakeAuthorization server;
        const OauthConfig config{.clientMetadataUrl = "https://provost.example/client.json"};
        server.server.set("client_id_metadata_document_supported", true);
        Session session(server, config);
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorize(), QString());
        QCOMPARE(server.parameter("/token", "client_id"), "https://provost.example/client.json");
        QCOMPARE(server.count("/register"), 0);
    }

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

    void metadataThatTheChallengeNames()
    {
        FakeAuthorization server;
        server.routes["/elsewhere.json"] =
            std::exchange(server.routes["/.well-known/oauth-protected-resource/mcp"],
                          [](const auto &) { return FakeAuthorization::Reply{.status = 404}; });
        Session session(server, clientCredentials());
        QVERIFY(session.refuse(401, "Basic realm=\"x\", Bearer resource_metadata=\"" + server.base()
                                        + "/elsewhere.json\""));
        Session lost(server, clientCredentials());
        QVERIFY(
            !lost.refuse(401, "Bearer resource_metadata=\"" + server.base() + "/nowhere.json\""));
    }

    void anOldUpstreamIsItsOwnAuthorizationServer()
    {
        FakeAuthorization server;
        server.routes.erase("/.well-known/oauth-protected-resource/mcp");
        {
            Session session(server);
            QVERIFY(!session.refuse());
            QCOMPARE(session.authorize(), QString());
            QVERIFY(server.parameter("/token", "resource").isEmpty());
        }
        server.routes.erase("/.well-known/oauth-authorization-server");
        server.routes["/authorize"] = [](const auto &request) -> FakeAuthorization::Reply {
            return {.status = 302, .location = FakeAuthorization::redirect(request, {})};
        };
        Session session(server);
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorize(), QString());
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

    void aClientThatWasRemovedRegistersAgain()
    {
        FakeAuthorization server;
        Session session(server);
        QVERIFY(!session.refuse());
        const auto token = std::exchange(server.routes["/token"], [](const auto &) {
            return FakeAuthorization::Reply{.status = 401, .body = R"({"error":"invalid_client"})"};
        });
        QVERIFY(session.authorize().contains(u"invalid_client"));
        server.routes["/token"] = token;
        QVERIFY(!session.refuse());
        QCOMPARE(session.authorize(), QString());
        QCOMPARE(server.count("/register"), 2);
    }

    void credentialsOutliveTheProcess()
    {
        const QTemporaryDir directory;
        const std::filesystem::path path = directory.path().toStdString() + "/oauth/one.sealed";
        SystemRandom random;
        const QByteArray key(secrets::Sealer::keyBytes, 'k');
        FakeAuthorization server;
        {
            ToolPool pool(1);
            Session session(server, {},
                            std::make_shared<CredentialFile>(path, secrets::Sealer(key, random),
                                                             "context", pool));
            QVERIFY(!session.refuse());
            QCOMPARE(session.authorize(), QString());
        }
        QFile file(path);
        const auto others =
            QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
        QVERIFY((file.permissions() & others) == QFile::Permissions());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("token"));

        ToolPool pool(1);
        const auto open = [&](const QByteArray &context) {
            return std::make_shared<CredentialFile>(path, secrets::Sealer(key, random), context,
                                                    pool);
        };
        Session again(server, {}, open("context"));
        QCOMPARE(again.authorizer.credential(), "Bearer the-token-1");
        Session moved(server, {}, open("another"));
        QVERIFY(moved.authorizer.credential().isEmpty());
    }
};

PROVOST_TEST(TstOauthAuthorizer)

#include "tst_oauthauthorizer.moc"
