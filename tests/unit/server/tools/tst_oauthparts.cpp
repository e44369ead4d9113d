// The parts of the OAuth client that need no server: challenges, addresses, metadata, configuration, assertions.
#include "server/tools/adapters/mcp/oauth/addressrule.h"
#include "server/tools/adapters/mcp/oauth/assertion.h"
#include "server/tools/adapters/mcp/oauth/challenge.h"
#include "server/tools/adapters/mcp/oauth/client.h"
#include "server/tools/adapters/mcp/oauth/metadata.h"
#include "server/tools/adapters/mcp/oauth/oauthconfig.h"
#include "server/tools/adapters/mcp/oauth/tokenanswer.h"
#include "tests/support/fakeclock.h"
#include "tests/support/testing.h"

#include <QTest>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

using namespace provost;
using namespace provost::tools::mcp::oauth;
using namespace provost::testing;
using namespace std::chrono_literals;

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
constexpr auto encoding = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

QByteArray pemOf(const Key &key)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char *text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, qsizetype(size)};
}

Key curveKey(const char *curve)
{
    return {EVP_EC_gen(curve), &EVP_PKEY_free};
}

Key rsaKey(unsigned bits)
{
    return {EVP_RSA_gen(bits), &EVP_PKEY_free};
}

bool verifies(const Key &key, const QByteArray &text, const QByteArray &signature)
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1
           && EVP_DigestVerify(context.get(),
                               reinterpret_cast<const unsigned char *>(signature.constData()),
                               std::size_t(signature.size()),
                               reinterpret_cast<const unsigned char *>(text.constData()),
                               std::size_t(text.size()))
                  == 1;
}

// DER of the two numbers that stand side by side in a JSON web signature.
QByteArray derOf(const QByteArray &both)
{
    const auto number = [](QByteArray bytes) {
        while (bytes.size() > 1 && bytes[0] == 0 && (bytes[1] & 0x80) == 0)
            bytes.remove(0, 1);
        if ((bytes[0] & 0x80) != 0)
            bytes.prepend('\0');
        const QByteArray head{"\x02", 1};
        return QByteArray(head + char(bytes.size()) + bytes);
    };
    const QByteArray body = number(both.first(32)) + number(both.last(32));
    return QByteArray("\x30") + char(body.size()) + body;
}

QUrl url(const QByteArray &text)
{
    return QUrl(QString::fromUtf8(text), QUrl::StrictMode);
}

} // namespace

class TstOauthParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void challenges_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QByteArray>("metadata");
        QTest::addColumn<QByteArray>("scopes");
        QTest::addColumn<QByteArray>("error");
        const QByteArray none;
        QTest::newRow("empty") << none << none << none << none;
        QTest::newRow("alone") << QByteArray("Bearer") << none << none << none;
        QTest::newRow("all") << QByteArray("Bearer error=\"insufficient_scope\", scope=\"a b\", "
                                           "resource_metadata=\"https://x/y?z=1,2\"")
                             << QByteArray("https://x/y?z=1,2") << QByteArray("a b")
                             << QByteArray("insufficient_scope");
        QTest::newRow("in any case")
            << QByteArray("bEARER SCOPE=a") << none << QByteArray("a") << none;
        QTest::newRow("without quotes, with room") << QByteArray("Bearer  scope = a ,error = b")
                                                   << none << QByteArray("a") << QByteArray("b");
        QTest::newRow("after another")
            << QByteArray("Basic realm=\"scope=\\\"x\\\"\", Bearer scope=\"a\"") << none
            << QByteArray("a") << none;
        QTest::newRow("before another") << QByteArray("Bearer scope=\"a\", Digest scope=\"b\"")
                                        << none << QByteArray("a") << none;
        QTest::newRow("after a blob")
            << QByteArray("Negotiate YII==, Bearer scope=\"a\"") << none << QByteArray("a") << none;
        QTest::newRow("the first counts") << QByteArray("Bearer scope=\"a\", Bearer scope=\"b\"")
                                          << none << QByteArray("a") << none;
        QTest::newRow("another alone") << QByteArray("DPoP scope=\"a\"") << none << none << none;
        QTest::newRow("open quote")
            << QByteArray("Bearer scope=\"a") << none << QByteArray("a") << none;
        QTest::newRow("repeated scope")
            << QByteArray("Bearer scope=\"a  b a\"") << none << QByteArray("a b") << none;
        QTest::newRow("nothing sensible")
            << QByteArray("\x01,,==\"\"Bearer") << none << none << none;
    }

    void challenges()
    {
        QFETCH(QByteArray, header);
        QFETCH(QByteArray, metadata);
        QFETCH(QByteArray, scopes);
        QFETCH(QByteArray, error);
        const Challenge challenge = readChallenge(header);
        QCOMPARE(challenge.resourceMetadata, metadata);
        QCOMPARE(textOf(challenge.scopes), scopes);
        QCOMPARE(challenge.error, error);
    }

    void aChallengeIsBounded()
    {
        QByteArray scopes;
        for (int i = 0; i < 1000; ++i)
            scopes += "s" + QByteArray::number(i) + ' ';
        QCOMPARE(readScopes(scopes).size(), 64U);
        QVERIFY(readScopes(QByteArray(300, 'x')).empty());
    }

    void reach_data()
    {
        QTest::addColumn<QString>("address");
        QTest::addColumn<Reach>("reach");
        const auto row = [](const char *address, Reach reach) {
            QTest::newRow(address) << QString::fromLatin1(address) << reach;
        };
        row("93.184.216.34", Reach::Public);
        row("2606:4700::1", Reach::Public);
        row("127.0.0.1", Reach::Loopback);
        row("127.255.0.9", Reach::Loopback);
        row("::1", Reach::Loopback);
        row("::ffff:127.0.0.1", Reach::Loopback);
        row("64:ff9b::7f00:1", Reach::Loopback);
        row("10.1.2.3", Reach::Private);
        row("172.31.255.255", Reach::Private);
        row("172.32.0.1", Reach::Public);
        row("192.168.0.1", Reach::Private);
        row("100.64.0.1", Reach::Private);
        row("fd00::1", Reach::Private);
        row("2002:c0a8:1::", Reach::Private);
        row("::ffff:10.0.0.1", Reach::Private);
        row("169.254.169.254", Reach::LinkLocal);
        row("fe80::1", Reach::LinkLocal);
        row("::ffff:169.254.169.254", Reach::LinkLocal);
        row("0.0.0.0", Reach::Never);
        row("::", Reach::Never);
        row("224.0.0.1", Reach::Never);
        row("255.255.255.255", Reach::Never);
        row("ff02::1", Reach::Never);
        row("2001:db8::1", Reach::Never);
    }

    void reach()
    {
        QFETCH(QString, address);
        QFETCH(Reach, reach);
        QCOMPARE(reachOf(QHostAddress(address)), reach);
    }

    void addresses_data()
    {
        QTest::addColumn<QByteArray>("upstream");
        QTest::addColumn<QByteArray>("asked");
        QTest::addColumn<QString>("resolved"); // empty: before the look-up
        QTest::addColumn<bool>("isAllowed");
        const QByteArray away = "https://mcp.example/mcp";
        const QByteArray here = "http://localhost:3000/mcp";
        const QByteArray inside = "https://10.0.0.5/mcp";
        const QString open = QStringLiteral("93.184.216.34");
        QTest::newRow("public") << away << QByteArray("https://as.example/x") << open << true;
        QTest::newRow("not https") << away << QByteArray("http://as.example/x") << open << false;
        QTest::newRow("resolves to private")
            << away << QByteArray("https://as.example/x") << QStringLiteral("10.0.0.1") << false;
        QTest::newRow("resolves to loopback")
            << away << QByteArray("https://as.example/x") << QStringLiteral("127.0.0.1") << false;
        QTest::newRow("own host at a private address")
            << away << QByteArray("https://mcp.example/.well-known/x") << QStringLiteral("10.0.0.1")
            << true;
        QTest::newRow("own host at another port")
            << away << QByteArray("https://mcp.example:8443/x") << QStringLiteral("10.0.0.1")
            << false;
        QTest::newRow("named issuer") << away << QByteArray("https://issuer.example/token")
                                      << QStringLiteral("10.0.0.1") << true;
        QTest::newRow("loopback literal")
            << away << QByteArray("http://127.0.0.1/x") << QString() << false;
        QTest::newRow("localhost")
            << away << QByteArray("http://localhost/x") << QString() << false;
        QTest::newRow("loopback from loopback")
            << here << QByteArray("http://127.0.0.1:9/x") << QStringLiteral("127.0.0.1") << true;
        QTest::newRow("localhost that is not")
            << here << QByteArray("http://localhost:9/x") << open << false;
        QTest::newRow("private from loopback")
            << here << QByteArray("https://as.example/x") << QStringLiteral("10.0.0.1") << false;
        QTest::newRow("private from private")
            << inside << QByteArray("https://10.0.0.6/x") << QStringLiteral("10.0.0.6") << true;
        QTest::newRow("metadata from private")
            << inside << QByteArray("https://169.254.169.254/x") << QString() << false;
        QTest::newRow("credentials")
            << away << QByteArray("https://a:b@as.example/x") << QString() << false;
        QTest::newRow("fragment") << away << QByteArray("https://as.example/x#y") << QString()
                                  << false;
        QTest::newRow("file") << away << QByteArray("file:///etc/passwd") << QString() << false;
    }

    void addresses()
    {
        QFETCH(QByteArray, upstream);
        QFETCH(QByteArray, asked);
        QFETCH(QString, resolved);
        QFETCH(bool, isAllowed);
        const AddressRule rule(url(upstream), url("https://issuer.example"));
        bool allowed = rule.check(url(asked)).has_value();
        if (allowed && !resolved.isEmpty())
            allowed = rule.check(url(asked), QHostAddress(resolved)).has_value();
        QCOMPARE(allowed, isAllowed);
    }

    void wellKnownPlaces()
    {
        const auto texts = [](const std::vector<QUrl> &urls) {
            QByteArrayList list;
            for (const QUrl &each : urls)
                list.append(each.toEncoded());
            return list.join(' ');
        };
        QCOMPARE(texts(resourceMetadataUrls(url("https://x:8/a/b%2Fc/"))),
                 "https://x:8/.well-known/oauth-protected-resource/a/b%2Fc "
                 "https://x:8/.well-known/oauth-protected-resource");
        QCOMPARE(texts(resourceMetadataUrls(url("https://x"))),
                 "https://x/.well-known/oauth-protected-resource");
        QCOMPARE(texts(serverMetadataUrls("https://x")),
                 "https://x/.well-known/oauth-authorization-server "
                 "https://x/.well-known/openid-configuration");
        QCOMPARE(texts(serverMetadataUrls("https://x/t1")),
                 "https://x/.well-known/oauth-authorization-server/t1 "
                 "https://x/.well-known/openid-configuration/t1 "
                 "https://x/t1/.well-known/openid-configuration");
        QVERIFY(serverMetadataUrls("https://x/?a=b").empty());
        QVERIFY(serverMetadataUrls("nonsense").empty());
    }

    void resources_data()
    {
        QTest::addColumn<QByteArray>("resource");
        QTest::addColumn<bool>("isOurs");
        QTest::newRow("same") << QByteArray("https://x/a/mcp") << true;
        QTest::newRow("with slash") << QByteArray("https://x/a/mcp/") << true;
        QTest::newRow("port written out") << QByteArray("https://x:443/a/mcp") << true;
        QTest::newRow("parent") << QByteArray("https://x/a") << true;
        QTest::newRow("origin") << QByteArray("https://x") << true;
        QTest::newRow("child") << QByteArray("https://x/a/mcp/b") << false;
        QTest::newRow("begins alike") << QByteArray("https://x/a/mc") << false;
        QTest::newRow("other host") << QByteArray("https://y/a/mcp") << false;
        QTest::newRow("other port") << QByteArray("https://x:8443/a/mcp") << false;
        QTest::newRow("other scheme") << QByteArray("http://x/a/mcp") << false;
        QTest::newRow("query") << QByteArray("https://x/a/mcp?a=b") << false;
        QTest::newRow("fragment") << QByteArray("https://x/a/mcp#a") << false;
        QTest::newRow("none") << QByteArray() << false;
    }

    void resources()
    {
        QFETCH(QByteArray, resource);
        QFETCH(bool, isOurs);
        const Json document = Json::object({
            {"resource", resource},
            {"authorization_servers", Json::array({"https://as"})},
        });
        const auto read = readResourceMetadata(document, url("https://x/a/mcp"));
        QCOMPARE(read.has_value(), isOurs);
        if (read)
            QCOMPARE(read->resource, resource); // as published
    }

    void configuration_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("problem"); // empty: none
        const auto row = [](const char *name, const char *text, const char *problem) {
            QTest::newRow(name) << QByteArray(text).replace('\'', '"') << QByteArray(problem);
        };
        row("nothing", "{}", "");
        row("all",
            "{'grant':'client_credentials','issuer':'https://as/t','client_id':'a',"
            "'client_secret':'b','scopes':['x','y'],'redirect_port':8765}",
            "");
        row("document", "{'client_metadata_url':'https://p.example/c.json'}", "");
        row("no mapping", "[]", "mapping");
        row("misspelt", "{'clientid':'a'}", "clientid");
        row("grant", "{'grant':'password'}", "grant");
        row("secret without id", "{'client_secret':'b'}", "client_id");
        row("both proofs", "{'client_id':'a','client_secret':'b','private_key':'c'}",
            "private_key");
        row("no key", "{'client_id':'a','private_key':'c'}", "private_key");
        row("machine without proof", "{'grant':'client_credentials','client_id':'a'}", "grant");
        row("document without TLS", "{'client_metadata_url':'http://p.example/c.json'}",
            "client_metadata_url");
        row("document without path", "{'client_metadata_url':'https://p.example'}",
            "client_metadata_url");
        row("two ids", "{'client_id':'a','client_metadata_url':'https://p.example/c.json'}",
            "client_metadata_url");
        row("issuer without TLS", "{'issuer':'http://as.example'}", "issuer");
        row("issuer with query", "{'issuer':'https://as.example?x'}", "issuer");
        row("scopes as text", "{'scopes':'a b'}", "scopes");
        row("scope with space", "{'scopes':['a b']}", "scopes");
        row("port", "{'redirect_port':70000}", "redirect_port");
    }

    void configuration()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, problem);
        const auto read = readOauthConfig(*Json::parse(text), url("https://x/mcp"));
        QCOMPARE(read.has_value(), problem.isEmpty());
        if (!read)
            QVERIFY2(read.error().message.contains(QString::fromLatin1(problem)),
                     qPrintable(read.error().message));
        QVERIFY(!readOauthConfig(Json::object(), url("http://x.example/mcp")));
        QVERIFY(readOauthConfig(Json::object(), url("http://127.0.0.1:1/mcp")));
    }

    void assertionsVerify()
    {
        const Json claims = Json::object({{"iss", "a"}, {"exp", 1}});
        const Key curve = curveKey("P-256");
        const auto token = signedToken(claims, pemOf(curve));
        QVERIFY(token);
        const QByteArrayList parts = token->split('.');
        QCOMPARE(parts.size(), 3);
        QCOMPARE(QByteArray::fromBase64(parts[0], encoding), R"({"alg":"ES256","typ":"JWT"})");
        QCOMPARE(QByteArray::fromBase64(parts[1], encoding), claims.toBytes());
        const QByteArray signature = QByteArray::fromBase64(parts[2], encoding);
        QCOMPARE(signature.size(), 64);
        QVERIFY(verifies(curve, parts[0] + '.' + parts[1], derOf(signature)));
        QVERIFY(!verifies(curve, parts[0] + ".x" + parts[1], derOf(signature)));

        const Key rsa = rsaKey(2048);
        const auto other = signedToken(claims, pemOf(rsa));
        QVERIFY(other);
        const qsizetype end = other->lastIndexOf('.');
        QVERIFY(verifies(rsa, other->first(end),
                         QByteArray::fromBase64(other->mid(end + 1), encoding)));
    }

    void weakAndOtherKeysAreRefused()
    {
        QCOMPARE(algorithmOf(pemOf(curveKey("P-256"))), QByteArray("ES256"));
        QVERIFY(!algorithmOf(pemOf(curveKey("P-384"))));
        QVERIFY(!algorithmOf(pemOf(curveKey("secp256k1"))));
        QVERIFY(!algorithmOf(pemOf(rsaKey(1024))));
        QVERIFY(!algorithmOf("-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n"));
        QVERIFY(!algorithmOf(QByteArray()));
    }

    void aKeyProvesTheClient()
    {
        const FakeClock clock;
        SystemRandom random;
        const Client client{
            .issuer = "https://as", .id = "us", .privateKey = pemOf(curveKey("P-256"))};
        ServerMetadata server;
        server.issuer = "https://as";
        server.tokenEndpoint = url("https://as/token");
        server.authenticationMethods = {"private_key_jwt"};
        const auto request = tokenRequest({{"grant_type", "x y&z"}}, client, server, clock, random);
        QVERIFY(request);
        QVERIFY(request->authorization.isEmpty());
        QVERIFY(request->body.startsWith("grant_type=x%20y%26z&client_id=us&client_assertion_type="
                                         "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type"));
        const QByteArray assertion = request->body.mid(request->body.lastIndexOf('=') + 1);
        const Json claims = *Json::parse(QByteArray::fromBase64(assertion.split('.')[1], encoding));
        QCOMPARE(claims["aud"].toByteArray(), "https://as");
        QCOMPARE(claims["iss"].toByteArray(), "us");
        QCOMPARE(claims["sub"].toByteArray(), "us");
        QCOMPARE(*claims["exp"].toInteger() - *claims["iat"].toInteger(), 60);

        server.signingAlgorithms = {"RS256"};
        QVERIFY(!tokenRequest({}, client, server, clock, random));
        server.signingAlgorithms.clear();
        server.authenticationMethods = {"client_secret_basic"};
        QVERIFY(!tokenRequest({}, client, server, clock, random));
    }

    void tokensEndALittleEarly()
    {
        const FakeClock clock;
        const auto until = [&clock](const char *life) {
            Json body = Json::object({{"access_token", "t"}, {"token_type", "bearer"}});
            body.set("expires_in", *Json::parse(life));
            return readTokens({.status = 200, .body = body}, {}, clock.now())->usableUntil;
        };
        QCOMPARE(until("3600"), clock.now() + 3570s);
        QCOMPARE(until("10"), clock.now() + 9s);
        QCOMPARE(until("-5"), clock.now());
        QCOMPARE(until("99999999999999"), clock.now() + std::chrono::hours(24 * 365) - 30s);
        QVERIFY(!until("null"));
    }

    void wordsOfTheServerAreCodesOnly()
    {
        const auto why = [](QByteArray error) {
            const FetchResponse response{.status = 400, .body = Json::object({{"error", error}})};
            return readTokens(response, {}, {}).error().message;
        };
        QVERIFY(why("invalid_grant").endsWith(u"invalid_grant"));
        QVERIFY(!why("see <b>https://evil</b>").contains(u"evil"));
    }
};

PROVOST_TEST(TstOauthParts)

#include "tst_oauthparts.moc"
