#include "tests/support/testing.h"
#include "ui/tenants/tenantwords.h"

#include <QLocale>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

class TstTenantWords : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void tenantIdsAreChecked_data();
    void tenantIdsAreChecked();
    void userIdsAreChecked();
    void attributesSurviveEditing_data();
    void attributesSurviveEditing();
    void attributesAreChecked();
    void templatesAreDescribed();
    void keysTellTheirState();
    void tenantsTellTheirProblems();
    void limitsLeadToTheirLines();
    void ratesInWords();
};

void TstTenantWords::tenantIdsAreChecked_data()
{
    QTest::addColumn<QString>("id");
    QTest::addColumn<bool>("good");
    QTest::newRow("plain") << u"acme-corp"_s << true;
    QTest::newRow("digits") << u"3m"_s << true;
    QTest::newRow("longest") << QString(63, u'a') << true;
    QTest::newRow("empty") << u""_s << false;
    QTest::newRow("too long") << QString(64, u'a') << false;
    QTest::newRow("capital") << u"Acme"_s << false;
    QTest::newRow("hyphen first") << u"-acme"_s << false;
    QTest::newRow("path") << u"../etc"_s << false;
    QTest::newRow("line feed") << u"acme\n"_s << false;
    QTest::newRow("letter of another script") << u"аcme"_s << false;
    QTest::newRow("taken") << u"beta-inc"_s << false;
}

void TstTenantWords::tenantIdsAreChecked()
{
    QFETCH(const QString, id);
    QFETCH(const bool, good);
    QCOMPARE(tenantIdProblem(id, {u"beta-inc"_s}).isEmpty(), good);
}

void TstTenantWords::userIdsAreChecked()
{
    QVERIFY(userIdProblem(u"ana@acme.example"_s, {}).isEmpty());
    QVERIFY(!userIdProblem(u"ana@acme.example"_s, {u"ana@acme.example"_s}).isEmpty());
    for (const QString &bad : {u""_s, u"a b"_s, u"a\tb"_s, u"a\u202eb"_s, QString(257, u'a')})
        QVERIFY2(!userIdProblem(bad, {}).isEmpty(), qPrintable(bad));
}

void TstTenantWords::attributesSurviveEditing_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("words") << QByteArray(R"({"region":"emea","team":"sales ops"})");
    QTest::newRow("number") << QByteArray(R"({"level":3,"rate":0.10})");
    QTest::newRow("string of digits") << QByteArray(R"({"badge":"0042","room":"12"})");
    QTest::newRow("truth") << QByteArray(R"({"contractor":true,"answer":"true"})");
    QTest::newRow("list") << QByteArray(R"({"regions":["emea","apac"]})");
    QTest::newRow("spaces") << QByteArray(R"({"a":" b "})");
    QTest::newRow("empty string") << QByteArray(R"({"a":""})");
    QTest::newRow("object") << QByteArray(R"({"a":{"b":1}})");
    QTest::newRow("string like an object") << QByteArray(R"({"a":"{\"b\":1}"})");
    QTest::newRow("quotes") << QByteArray(R"({"a":"\"b\""})");
    QTest::newRow("null") << QByteArray(R"({"a":null})");
    QTest::newRow("none") << QByteArray("{}");
}

void TstTenantWords::attributesSurviveEditing()
{
    QFETCH(const QByteArray, json);
    const Json attributes = Json::parse(json).value();
    QCOMPARE(attributesOf(attributeTexts(attributes)).toBytes(), json);
}

void TstTenantWords::attributesAreChecked()
{
    QVERIFY(attributesProblem({{u"a"_s, u"1"_s}, {u"b"_s, u""_s}}).isEmpty());
    QVERIFY(!attributesProblem({{u"a"_s, u"1"_s}, {u"a"_s, u"2"_s}}).isEmpty());
    QVERIFY(!attributesProblem({{u""_s, u"1"_s}}).isEmpty());
    QCOMPARE(attributesOf({{u""_s, u"1"_s}}).toBytes(), QByteArray("{}"));
}

void TstTenantWords::templatesAreDescribed()
{
    for (const char *name : {"empty", "read-only-analysts", "regional-teams", "strict-limits"})
        QVERIFY2(!templateWords(name).description.isEmpty(), name);
    QCOMPARE(templateWords("of-our-own").title, u"of-our-own"_s);
}

void TstTenantWords::keysTellTheirState()
{
    const WallTime now{std::chrono::hours(500'000)};
    const auto rows = keyRows({{.id = CredentialId("k1"),
                                .user = UserId("ana"),
                                .state = "active",
                                .created = now,
                                .expires = now + std::chrono::hours(24)},
                               {.id = CredentialId("k2"), .state = "revoked", .created = now}},
                              now);
    QCOMPARE(rows[0].cells[3].badge, std::optional(BadgeKind::Allow));
    QVERIFY(rows[0].cells[5].text.contains(u"soon"_s));
    QCOMPARE(rows[0].cells[6].text, u"not yet"_s);
    QCOMPARE(rows[1].cells[3].badge, std::optional(BadgeKind::Deny));
    QCOMPARE(rows[1].cells[5].text, u"never"_s);
}

void TstTenantWords::tenantsTellTheirProblems()
{
    const auto rows =
        tenantRows({{.id = TenantId("acme")},
                    {.id = TenantId("beta"), .name = "Beta", .problems = {"crm: gone"}}});
    QCOMPARE(rows[0].cells.front().text, u"acme"_s); // without a name
    QCOMPARE(rows[0].cells.back().badge, std::optional(BadgeKind::Allow));
    QCOMPARE(rows[1].cells.back().text, u"1 problem"_s);
    QCOMPARE(rows[1].cells.back().toolTip, u"crm: gone"_s);
}

void TstTenantWords::limitsLeadToTheirLines()
{
    const policy::RateLimit limit{100, std::chrono::minutes(1), {"tenants/acme.yaml", 12, 3}};
    control::TenantRow tenant{.id = TenantId("acme")};
    QVERIFY(limitRows(tenant).empty());
    tenant.limits = {.tenant = limit, .tools = {{"db.*", limit}}};
    tenant.quotas = {{.role = {"analyst", {}},
                      .monthlyApiCalls = 5000,
                      .monthlyMicroUsd = 2'500'000,
                      .per = "user",
                      .where = {"tenants/acme.yaml", 30, 5}}};
    const auto rows = limitRows(tenant);
    QCOMPARE(rows.size(), 3U);
    QCOMPARE(rows[0].cells[1].text, u"100 calls a minute"_s);
    QCOMPARE(rows[0].link, QByteArray("policies/tenants/acme.yaml:12"));
    QCOMPARE(rows[1].cells[0].text, u"Tool db.*"_s);
    QCOMPARE(rows[2].cells[1].text, u"5000 calls a month · 2.50 USD a month, each user"_s);
    QCOMPARE(rows[2].link, QByteArray("policies/tenants/acme.yaml:30"));
}

void TstTenantWords::ratesInWords()
{
    using namespace std::chrono_literals;
    QCOMPARE(rateText({1, 1s, {}}), u"1 call a second"_s);
    QCOMPARE(rateText({10, 1h, {}}), u"10 calls an hour"_s);
    QCOMPARE(rateText({10, 24h, {}}), u"10 calls a day"_s);
    QCOMPARE(rateText({10, 90s, {}}), u"10 calls in 90 s"_s);
}

PROVOST_TEST(TstTenantWords)
#include "tst_tenantwords.moc"
