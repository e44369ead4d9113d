// The OAuth client against an authorization server that is right: every grant, refresh, more rights, and what it keeps.
#include "tests/support/testing.h"
#include "tests/unit/server/tools/oauthsession.h"

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::oauth;
using namespace provost::tools::mcp::oauth::testing;
using namespace std::chrono_literals;

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
