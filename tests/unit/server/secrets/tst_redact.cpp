// What redaction finds, what it leaves alone, and that hostile text costs no more than its length.
#include "server/secrets/redact.h"

#include "server/base/hash.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::secrets;

namespace {

// Values in the form of keys are put together here, so that no scanner takes this file for a leak.
const QByteArray ownKey = "pv_" + QByteArray("7Fq2xY9a_") + "Zk3vLq8Rw1Tn5Bc7Xd9Mf2Hj4Ps6VgA1b2C3";
const QByteArray webToken =
    "eyJ" + QByteArray("hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl-_x");
const QByteArray pem =
    "-----BEGIN " + QByteArray("RSA PRIVATE KEY-----\nMIIB\nAAAA\n-----END RSA PRIVATE KEY-----");

} // namespace

class TstRedact : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void memberNames_data();
    void memberNames();
    void textWithSecrets_data();
    void textWithSecrets();
    void textWithout_data();
    void textWithout();
    void valuesOfSecretMembers();
    void memberNamesThatAreSecrets();
    void nestedSecrets();
    void cutsLongStrings();
    void cutsBetweenCharacters();
    void aSecretAcrossTheCutIsGone();
    void replacesHugeValues();
    void leavesOtherValuesAsTheyAre();
    void hostileTextIsLinear_data();
    void hostileTextIsLinear();
};

void TstRedact::memberNames_data()
{
    QTest::addColumn<bool>("secret");
    for (const char *name : {"password",
                             "Password",
                             "db_password",
                             "userPassword",
                             "PASSWD",
                             "pwd",
                             "token",
                             "access_token",
                             "accessToken",
                             "github-token",
                             "client_secret",
                             "Authorization",
                             "Proxy-Authorization",
                             "api_key",
                             "apiKey",
                             "X-API-Key",
                             "api.key",
                             "api key",
                             "privateKey",
                             "secret_access_key",
                             "cookie",
                             "Set-Cookie",
                             "credentials",
                             "passphrase",
                             "jwt",
                             "pin"})
        QTest::newRow(name) << true;
    for (const char *name : {"",
                             "name",
                             "query",
                             "max_tokens",
                             "tokens",
                             "tokenizer",
                             "pageToken",
                             "next_page_token",
                             "nextToken",
                             "progressToken",
                             "author",
                             "authors",
                             "secretary",
                             "spin",
                             "key",
                             "keys",
                             "primary_key",
                             "region",
                             "password_hint_shown",
                             "cookies_accepted",
                             "session"})
        QTest::newRow(*name == '\0' ? "empty" : name) << false;
}

void TstRedact::memberNames()
{
    QFETCH(const bool, secret);
    const QByteArray name = QTest::currentDataTag();
    QCOMPARE(namesSecret(name == "empty" ? QByteArray() : name), secret);
}

void TstRedact::textWithSecrets_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("redacted");
    const auto row = [](const char *name, const QByteArray &text, const QByteArray &redacted) {
        QTest::newRow(name) << text << redacted;
    };
    row("own key", ownKey, "[redacted]");
    row("own key in text", "use " + ownKey + ", please", "use [redacted], please");
    row("own key cut short", ownKey.chopped(8), "[redacted]");
    row("own key twice", ownKey + " " + ownKey, "[redacted] [redacted]");
    row("bearer", "Authorization: Bearer abcdef0123456789abcdef",
        "Authorization: Bearer [redacted]");
    row("bearer, lower case", "bearer  abcdef0123456789.~+/==", "bearer  [redacted]");
    row("basic", "Basic dXNlcjpwYXNzd29yZA==", "Basic [redacted]");
    row("web token", "jwt " + webToken + " end", "jwt [redacted] end");
    row("private key", "a\n" + pem + "\nb", "a\n[redacted]\nb");
    row("private key, cut", pem.chopped(20) + " and more", "[redacted]");
    row("two private keys", pem + " " + pem, "[redacted] [redacted]");
    row("url", "postgres://bob:hunter2@db.local:5432/x",
        "postgres://bob:[redacted]@db.local:5432/x");
    row("url, @ in password", "http://u:p@ss@h/", "http://u:[redacted]@h/");
    row("connection string", "Server=x;Password=hunter2;Port=1",
        "Server=x;Password=[redacted];Port=1");
    row("url parameter", "https://h/?api_key=abc&x=1", "https://h/?api_key=[redacted]&x=1");
    row("quoted", "token='abc def'", "token='[redacted] def'");
    row("aws", QByteArray("id=") + "AKIA" + "IOSFODNN7EXAMPLE", "id=[redacted]");
    row("github", QByteArray("ghp_") + QByteArray(30, 'a') + "123456", "[redacted]");
    row("slack", QByteArray("xoxb-") + "123456789012-abcdef", "[redacted]");
    row("model provider", QByteArray("sk-") + "ant-api03-abcdefghijklm", "[redacted]");
    row("google", QByteArray("AIza") + "SyA1234567890abcdefghijklmnopqrstuv", "[redacted]");
    row("aws, temporary", QByteArray("ASIA") + "IOSFODNN7EXAMPLE", "[redacted]");
    for (const char *prefix : {"gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "hf_",
                               "hvs.", "npm_", "rk_live_", "rk_test_", "sk_live_", "sk_test_",
                               "xoxa-", "xoxp-", "xoxr-", "xoxs-", "SG."})
        row(prefix, "(" + QByteArray(prefix) + QByteArray(40, '7') + ")", "([redacted])");
    for (const char *name :
         {"passwd", "pwd", "apikey", "access_token", "auth_token", "secret", "refresh_token",
          "client_secret", "sig", "x-amz-signature", "accountkey", "sharedaccesskey"}) {
        row(name, QByteArray(name) + "=abc", QByteArray(name) + "=[redacted]");
        const QByteArray shouted = QByteArray(name).toUpper();
        row(shouted.constData(), shouted + "=abc", shouted + "=[redacted]");
    }
    row("bearer, upper case", "BEARER abcdef0123456789", "BEARER [redacted]");
    row("basic, upper case", "BASIC abcdef0123456789", "BASIC [redacted]");
    row("after multi-byte text", "schlüssel: " + ownKey + " ü", "schlüssel: [redacted] ü");
}

void TstRedact::textWithSecrets()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, redacted);
    QCOMPARE(redactText(text), redacted);
    QCOMPARE(redactText(redacted), redacted);
    QCOMPARE(redact(Json(text)).toByteArray(), redacted);
}

void TstRedact::textWithout_data()
{
    QTest::addColumn<QByteArray>("text");
    const QByteArrayList texts{
        "",
        "SELECT region, SUM(amount) FROM sales WHERE token_count > 5 GROUP BY region",
        "bearer of bad news",
        "the bearer authentication scheme",
        "Basic understanding",
        "pv_generation_monthly_total_by_site",
        "pv_capacity_installed",
        "eyJust a word. And another one.",
        "risk-sk-adjusted-long-word-with-dashes",
        "sk-learn-is-a-python-package-of-note",
        "https://example.com:8080/a@b",
        "http://example.com/?q=a:b@c",
        "mailto:alice@example.com",
        "12:30://x",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "password = :p AND token = ?",
        "password=${env.DB_PASSWORD}",
        "AKIA",
        "0123456789abcdef0123456789abcdef01234567",
        "d2f4e6a8-1b3c-4d5e-8f70-123456789abc",
        "日本語のテキスト",
    };
    for (const QByteArray &text : texts)
        QTest::newRow(text.isEmpty() ? "empty" : text.left(30).constData()) << text;
}

void TstRedact::textWithout()
{
    QFETCH(const QByteArray, text);
    QCOMPARE(redactText(text), text);
}

void TstRedact::valuesOfSecretMembers()
{
    const Json value = Json::object({{"password", "hunter2"},
                                     {"pin", 1234},
                                     {"token", Json::array({"a", "b"})},
                                     {"credentials", Json::object({{"user", "x"}})},
                                     {"secret", nullptr},
                                     {"cookie", true},
                                     {"user", "alice"}});
    QCOMPARE(redact(value).toBytes(),
             R"({"password":"[redacted]","pin":"[redacted]","token":"[redacted]",)"
             R"("credentials":"[redacted]","secret":null,"cookie":true,"user":"alice"})");
}

void TstRedact::memberNamesThatAreSecrets()
{
    const Json redacted = redact(Json::object({{ownKey, "x"}}));
    QCOMPARE(redacted.toBytes(), R"({"[redacted]":"x"})");
}

void TstRedact::nestedSecrets()
{
    const Json value = Json::array(
        {Json::object({{"deep", Json::array({Json::object({{"apiKey", "k"}}), ownKey, 7})}})});
    QCOMPARE(redact(value).toBytes(), R"([{"deep":[{"apiKey":"[redacted]"},"[redacted]",7]}])");
}

void TstRedact::cutsLongStrings()
{
    const QByteArray text(5000, 'x');
    const QByteArray cut = redact(Json(text)).toByteArray();
    QVERIFY(cut.startsWith(QByteArray(2048, 'x').append("… [cut: 5000 bytes, sha256 ")));
    QVERIFY(cut.contains(sha256(text).toHex()));
    const QByteArray fits(2048, 'x');
    QCOMPARE(redact(Json(fits)).toByteArray(), fits);
}

void TstRedact::cutsBetweenCharacters()
{
    for (int lead = 0; lead < 4; ++lead) {
        const QByteArray text = QByteArray(lead, 'x') + QByteArray("€").repeated(20);
        const Json cut = redact(Json(text), {.stringBytesMax = 16});
        QVERIFY(Json::parse(cut.toBytes())); // refuses invalid UTF-8
        QVERIFY(cut.toByteArray().startsWith(text.left(14 - 14 % 3)));
    }
}

void TstRedact::aSecretAcrossTheCutIsGone()
{
    for (int lead = 2000; lead < 2100; ++lead) {
        const QByteArray text = QByteArray(lead, ' ') + ownKey + QByteArray(500, ' ');
        QVERIFY(!redact(Json(text)).toByteArray().contains(ownKey.left(12)));
    }
}

void TstRedact::replacesHugeValues()
{
    Json::Array items(20'000, Json("0123456789"));
    const Json redacted = redact(Json(items));
    QCOMPARE(redacted["cut"].toBool(), true);
    QCOMPARE(redacted["bytes"].toInteger(), Json(items).toBytes().size());
    QCOMPARE(redacted["sha256"].toByteArray(), sha256(Json(items).toBytes()).toHex());
}

void TstRedact::leavesOtherValuesAsTheyAre()
{
    for (const char *text : {"null", "true", "1.0", "1e300", "\"x\"", "[]", "{}",
                             R"({"limit":10,"b":[1,2.50,"é"],"a":{"nested":null}})"}) {
        const auto value = Json::parse(text);
        QVERIFY(value);
        QCOMPARE(redact(*value), *value);
    }
}

void TstRedact::hostileTextIsLinear_data()
{
    QTest::addColumn<QByteArray>("unit");
    for (const char *unit :
         {"eyJ-", "eyJ", "pv_", "password=a ", "password=$", "bearer ", "bearer -", "-----BEGIN ",
          "-----BEGIN PRIVATE KEY-----", "://a:", "://", "sk-a", "-", "a ", "x://u:p@h "})
        QTest::newRow(unit) << QByteArray(unit);
}

void TstRedact::hostileTextIsLinear()
{
    QFETCH(const QByteArray, unit);
    const QByteArray text = unit.repeated(2'000'000 / unit.size());
    QVERIFY(!redactText(text).isEmpty()); // by quadratic work only after the patience of a test
}

PROVOST_TEST(TstRedact)
#include "tst_redact.moc"
