// Runs the cases of tests/data/policy/load: a text and the diagnostics that loadOrg() and check() give for it, whole.
#include "server/policy/check.h"
#include "server/policy/loader.h"
#include "tests/support/testing.h"
#include "tests/unit/server/policy/casefiles.h"

using namespace provost;
using namespace provost::policy;
using namespace provost::policy::testing;

class TstLoading : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cases_data();
    void cases();
    void referenceIsReadWhole();
    void grantsBecomePolicies();
    void filesAreReadInTheirOrder();
    void hugeFilesAreRefused();
};

namespace {

QByteArray textOf(const Json &one)
{
    if (!one.contains("policy"))
        return one["text"].toByteArray();
    QByteArray body = one["policy"].toByteArray();
    body.replace("\n", "\n        ");
    return one["unnamed"].toBool()
               ? "tenants:\n  - id: a\n    policies:\n      # no name\n\n      - " + body + '\n'
               : "tenants:\n  - id: a\n    policies:\n\n      - name: p\n        " + body + '\n';
}

std::vector<QByteArray> diagnosticsOf(const QByteArray &text)
{
    LoadedOrg loaded = loadOrg({{"org.yaml", text}});
    if (!loaded.hasErrors()) {
        auto meaning = check(loaded.org);
        std::move(meaning.begin(), meaning.end(), std::back_inserter(loaded.diagnostics));
    }
    std::vector<QByteArray> lines;
    for (const Diagnostic &diagnostic : loaded.diagnostics)
        lines.push_back(toText(diagnostic).sliced(qstrlen("org.yaml:")));
    return lines;
}

} // namespace

void TstLoading::cases_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QList<QByteArray>>("wanted");
    for (const QString &name : caseFiles(QStringLiteral("load"))) {
        const Json file = readCaseFile(name);
        for (const Json &one : file["cases"].items()) {
            QList<QByteArray> wanted;
            for (const Json &line : one["want"].items())
                wanted.append(line.toByteArray());
            const QByteArray title =
                name.section(QLatin1Char('/'), 1).toUtf8() + ": " + one["name"].toByteArray();
            QTest::newRow(title.constData()) << textOf(one) << wanted;
        }
    }
}

void TstLoading::cases()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QList<QByteArray>, wanted);
    const std::vector<QByteArray> lines = diagnosticsOf(text);
    QByteArray all;
    for (const QByteArray &line : lines)
        all += line + '\n';
    bool same = qsizetype(lines.size()) == wanted.size();
    for (qsizetype i = 0; same && i < wanted.size(); ++i)
        same = lines[std::size_t(i)].startsWith(wanted[i]);
    QVERIFY2(same, all.constData());
}

void TstLoading::referenceIsReadWhole()
{
    const QByteArray text = readData(QStringLiteral("reference.yaml"));
    QCOMPARE(diagnosticsOf(text), std::vector<QByteArray>());
    const Tenant tenant = loadTenant("reference.yaml", text);
    QCOMPARE(tenant.id, TenantId("acme-corp"));
    QCOMPARE(tenant.name, QByteArray("ACME Corporation"));
    QCOMPARE(tenant.isolation, QByteArray("shared"));
    QCOMPARE(tenant.policies.size(), 3U);
    const Policy &sales = tenant.policies[1];
    QCOMPARE(sales.name.text, QByteArray("sales-ops-access"));
    QCOMPARE(sales.where, (SourceLocation{"reference.yaml", 12, 9}));
    QCOMPARE(sales.resources.size(), 2U);
    QCOMPARE(sales.resources[1].text, QByteArray("customer_crm_db"));
    QCOMPARE(sales.resources[1].where, (SourceLocation{"reference.yaml", 16, 13}));
    QCOMPARE(sales.permissions[1].where, (SourceLocation{"reference.yaml", 17, 29}));
    QVERIFY(sales.rateLimit);
    QCOMPARE(sales.rateLimit->callsMax, 1000);
    QCOMPARE(sales.rateLimit->period, Microseconds(std::chrono::hours(1)));
    const Policy &regional = tenant.policies[2];
    QCOMPARE(regional.conditions.size(), 1U);
    QCOMPARE(regional.conditions[0].text, QByteArray("region == ${user.region}"));
    QCOMPARE(regional.conditions[0].where, (SourceLocation{"reference.yaml", 25, 13}));
    QCOMPARE(tenant.quotas.size(), 1U);
    QCOMPARE(tenant.quotas[0].role.text, QByteArray("data-analyst"));
    QCOMPARE(tenant.quotas[0].monthlyApiCalls, std::optional<std::int64_t>(1'000'000));
    QCOMPARE(tenant.quotas[0].monthlyMicroUsd, std::optional<std::int64_t>(5'000'000'000));
    QCOMPARE(tenant.quotas[0].per, QByteArray("role"));
}

void TstLoading::grantsBecomePolicies()
{
    const Tenant tenant =
        loadTenant("t.yaml", "tenants:\n"
                             "  - id: a\n"
                             "    roles:\n"
                             "      - name: m\n"
                             "        grants:\n"
                             "          - \"read:cüst where region = ${user.region}\"\n"
                             "          - resource:db (read-only)\n");
    const std::vector<Policy> &grants = tenant.roles[0].grants;
    QCOMPARE(grants.size(), 2U);
    QCOMPARE(grants[0].name.text, QByteArray("m/read:cüst"));
    QCOMPARE(grants[0].roles[0].text, QByteArray("m"));
    QCOMPARE(grants[0].targets[0].text, QByteArray("cüst"));
    QVERIFY(grants[0].resources.empty());
    QCOMPARE(grants[0].conditions[0].text, QByteArray("region = ${user.region}"));
    QCOMPARE(grants[0].conditions[0].where, (SourceLocation{"t.yaml", 6, 30}));
    QCOMPARE(grants[1].resources[0].text, QByteArray("db"));
    QVERIFY(grants[1].targets.empty());
    QCOMPARE(grants[1].permissions.size(), 1U);
}

void TstLoading::filesAreReadInTheirOrder()
{
    const LoadedOrg loaded = loadOrg({{"tenants/a.yaml", "tenants: [{id: a}]"},
                                      {"tenants/b.yaml", "tenants: [{id: b}, {id: a}]"},
                                      {"tenants/c.yaml", "tenants: {}"}});
    QCOMPARE(loaded.org.tenants.size(), 2U);
    QCOMPARE(loaded.diagnostics.size(), 2U);
    QCOMPARE(
        toText(loaded.diagnostics[0]),
        QByteArray(
            "tenants/b.yaml:1:20: error: tenant `a` stands in tenants/a.yaml on line 1 already"));
    QCOMPARE(toText(loaded.diagnostics[1]),
             QByteArray("tenants/c.yaml:1:10: error: tenants must be a list, this is a map"));
    QVERIFY(loaded.hasErrors());
}

void TstLoading::hugeFilesAreRefused()
{
    const QByteArray huge = "tenants: []\n" + QByteArray((8 << 20), '#');
    QVERIFY(loadOrg({{"huge.yaml", huge}}).hasErrors());
    QByteArray many = "tenants: [";
    for (int i = 0; i < 1'100'000; ++i)
        many += "1,";
    const LoadedOrg loaded = loadOrg({{"many.yaml", many + "]"}});
    QCOMPARE(loaded.diagnostics.size(), 1U);
    QVERIFY(loaded.diagnostics[0].message.contains("1000000 nodes"));
    // Brackets that no parser should follow to the end.
    QVERIFY(loadOrg({{"deep.yaml", QByteArray(1 << 20, '[')}}).hasErrors());
    QVERIFY(loadOrg({{"invalid.yaml", "tenants: []\nname: \xff\n"}}).diagnostics[0].where.line
            == 2);
}

PROVOST_TEST(TstLoading)
#include "tst_loading.moc"
