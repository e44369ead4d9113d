// Rates, amounts, globs and near words; the files that are shipped; and the schema that editors use.
#include "server/policy/check.h"
#include "server/policy/shorthand.h"
#include "tests/support/testing.h"
#include "tests/unit/server/policy/casefiles.h"

#include <set>

using namespace provost;
using namespace provost::policy;
using namespace provost::policy::testing;

class TstShorthand : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rates();
    void amounts();
    void globs();
    void nearWords();
    void shippedFilesAreClean();
    void schemaKnowsTheSameKeys();
};

void TstShorthand::rates()
{
    const auto period = [](const char *text) { return parseRateLimit(text)->period.count(); };
    QCOMPARE(period("1/s"), 1'000'000);
    QCOMPARE(period("1/second"), 1'000'000);
    QCOMPARE(period("1/10s"), 10'000'000);
    QCOMPARE(period("1/min"), 60'000'000);
    QCOMPARE(period("1/2hour"), 7'200'000'000);
    QCOMPARE(period("1/d"), 86'400'000'000);
    for (const char *bad :
         {"", "/", "1/", "/s", "1/m", "1/S", "-1/s", "1 / s", "1/s ", "1/0s", "1/99999s"})
        QVERIFY2(!parseRateLimit(bad), bad);
    QCOMPARE(toText(*parseRateLimit("1000/h")), QByteArray("1000/hour"));
    QCOMPARE(toText(*parseRateLimit("20/10s")), QByteArray("20/10second"));
}

void TstShorthand::amounts()
{
    QCOMPARE(*parseMicroUsd("5000"), 5'000'000'000);
    QCOMPARE(*parseMicroUsd("0.000001"), 1);
    QCOMPARE(*parseMicroUsd("1.5"), 1'500'000);
    for (const char *bad :
         {"", ".5", "1.", "1e3", "-1", "+1", "01", "1.0000001", "9223372036854775807"})
        QVERIFY2(!parseMicroUsd(bad), bad);
    QCOMPARE(microUsdFromNumber("1.5"), std::optional<std::int64_t>(1'500'000));
    QCOMPARE(microUsdFromNumber("1.5e2"), std::optional<std::int64_t>(150'000'000));
    QCOMPARE(microUsdFromNumber("15E-7"), std::optional<std::int64_t>(2)); // up, against the caller
    QCOMPARE(microUsdFromNumber("1e-999999"), std::optional<std::int64_t>(1));
    QCOMPARE(microUsdFromNumber("0"), std::optional<std::int64_t>(0));
    QCOMPARE(microUsdFromNumber("0.1000000000000000000000001"),
             std::optional<std::int64_t>(100'001));
    for (const char *bad : {"", "-1", "1e99", "99999999999999999999"})
        QVERIFY2(!microUsdFromNumber(bad), bad);
}

void TstShorthand::globs()
{
    QVERIFY(matchesGlob("*", ""));
    QVERIFY(matchesGlob("a*c*e", "abcde"));
    QVERIFY(!matchesGlob("a*c*e", "abcdef"));
    QVERIFY(matchesGlob("*a*a*a*b", "aaaaaaab"));
    QVERIFY(!matchesGlob("*a*a*a*b", QByteArray(10'000, 'a'))); // and is done at once
    QVERIFY(matchesGlob("?", "ü"));
    QVERIFY(!matchesGlob("?", ""));
    QVERIFY(!matchesGlob("A*", "abc"));
}

void TstShorthand::nearWords()
{
    const std::vector<QByteArray> words{"permissions", "conditions", "rate_limit"};
    QCOMPARE(nearestWord("permission", words), std::optional<QByteArray>("permissions"));
    QCOMPARE(nearestWord("rateLimit", words), std::optional<QByteArray>("rate_limit"));
    QCOMPARE(nearestWord("xyz", words), std::nullopt);
    QCOMPARE(nearestWord(QByteArray(1 << 20, 'a'), words), std::nullopt);
}

void TstShorthand::shippedFilesAreClean()
{
    int files = 0;
    for (const char *folder : {"policies/templates", "policies/demo/tenants"}) {
        const QDir directory(QStringLiteral(PROVOST_SOURCE_DIR "/") + QString::fromUtf8(folder));
        for (const QString &name : directory.entryList({QStringLiteral("*.yaml")})) {
            QFile file(directory.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QByteArray text = file.readAll();
            text.replace("TENANT_ID", "acme").replace("TENANT_NAME", "ACME");
            LoadedOrg loaded = loadOrg({{name.toUtf8(), text}});
            const auto meaning = check(loaded.org);
            loaded.diagnostics.insert(loaded.diagnostics.end(), meaning.begin(), meaning.end());
            for (const Diagnostic &diagnostic : loaded.diagnostics)
                QVERIFY2(diagnostic.severity != Diagnostic::Severity::Error,
                         toText(diagnostic).constData());
            ++files;
        }
    }
    QVERIFY(files > 0);
}

// A key of the schema that the reader does not know, or the other way round, would mislead an editor's user.
void TstShorthand::schemaKnowsTheSameKeys()
{
    QFile file(QStringLiteral(PROVOST_SOURCE_DIR "/resources/schemas/org.schema.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto schema = Json::parse(file.readAll());
    QVERIFY(schema);
    // The reader names all the keys it knows when it meets one that is like none.
    const auto readerKeys = [](const QByteArray &text, const QByteArray &what) {
        std::set<QByteArray> keys;
        for (const Diagnostic &diagnostic : loadOrg({{"f", text}}).diagnostics) {
            const QByteArray begin = "unknown key `zzzzzzzz` in " + what + "; known are ";
            if (diagnostic.message.startsWith(begin)) {
                for (const QByteArray &key : diagnostic.message.sliced(begin.size()).split(','))
                    keys.insert(key.trimmed());
            }
        }
        return keys;
    };
    const auto schemaKeys = [](const Json &object) {
        std::set<QByteArray> keys;
        for (const Json::Member &member : object["properties"].members())
            keys.insert(member.key);
        return keys;
    };
    const Json &definitions = (*schema)["$defs"];
    const QByteArray tenant = "tenants: [{id: a, ";
    QCOMPARE(readerKeys("zzzzzzzz: 1", "the file"), schemaKeys(*schema));
    QCOMPARE(readerKeys(tenant + "zzzzzzzz: 1}]", "a tenant"), schemaKeys(definitions["tenant"]));
    QCOMPARE(readerKeys(tenant + "roles: [{zzzzzzzz: 1}]}]", "a role"),
             schemaKeys(definitions["role"]));
    QCOMPARE(readerKeys(tenant + "policies: [{zzzzzzzz: 1}]}]", "a policy"),
             schemaKeys(definitions["policy"]));
    QCOMPARE(readerKeys(tenant + "quotas: [{zzzzzzzz: 1}]}]", "a quota"),
             schemaKeys(definitions["quota"]));
    QCOMPARE(readerKeys(tenant + "limits: {zzzzzzzz: 1}}]", "limits"),
             schemaKeys(definitions["limits"]));
}

PROVOST_TEST(TstShorthand)
#include "tst_shorthand.moc"
