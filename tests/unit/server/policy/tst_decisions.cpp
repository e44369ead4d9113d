// Runs the cases of tests/data/policy/decide: a small org, a request, and the decision that is wanted. decide() and
// explain() must agree, and the answer of a JSON line must hold what the case says.
#include "server/policy/decidejson.h"
#include "server/policy/snapshot.h"
#include "tests/support/testing.h"
#include "tests/unit/server/policy/casefiles.h"

using namespace provost;
using namespace provost::policy;
using namespace provost::policy::testing;

class TstDecisions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cases_data();
    void cases();
    void linesHaveTheirFormat();
    void linesThatAreWrong_data();
    void linesThatAreWrong();

private:
    static void compare(const Json &wanted, const Explanation &explanation);
};

Q_DECLARE_METATYPE(provost::Json)

void TstDecisions::cases_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("org");
    QTest::addColumn<Json>("request");
    QTest::addColumn<Json>("wanted");
    for (const QString &name : caseFiles(QStringLiteral("decide"))) {
        const Json file = readCaseFile(name);
        const bool isInline = file.contains("org");
        const QByteArray orgName = isInline ? QByteArray("org.yaml") : file["file"].toByteArray();
        const QByteArray org =
            isInline ? file["org"].toByteArray() : readData(QString::fromUtf8(orgName));
        for (const Json &one : file["cases"].items()) {
            Json request = file["base"];
            for (const Json::Member &member : one["when"].members())
                request.set(member.key, member.value);
            const QByteArray title =
                name.section(QLatin1Char('/'), 1).toUtf8() + ": " + one["name"].toByteArray();
            QTest::newRow(title.constData()) << orgName << org << request << one;
        }
    }
}

void TstDecisions::compare(const Json &wanted, const Explanation &explanation)
{
    const Decision &decision = explanation.decision;
    const Json json = policy::toJson(explanation);
    QCOMPARE(QByteArray(nameOf(decision.effect)), wanted["want"].toByteArray());
    for (const char *member : {"reason", "kind"}) {
        if (wanted.contains(member))
            QCOMPARE(json[member].toByteArray(), wanted[member].toByteArray());
    }
    if (wanted.contains("rule"))
        QCOMPARE(json["rule"]["policy"].toByteArray(), wanted["rule"].toByteArray());
    if (wanted.contains("line"))
        QCOMPARE(json["rule"]["line"], wanted["line"]);
    if (wanted.contains("charge"))
        QCOMPARE(json["charge"]["rate_limit"].toByteArray(), wanted["charge"].toByteArray());
    else
        QVERIFY(decision.effect != Effect::Allow || !decision.charge || !wanted.contains("rule"));
    const QByteArray rows = decision.rowFilter ? toText(*decision.rowFilter) : QByteArray("none");
    QCOMPARE(rows, wanted.contains("rows") ? wanted["rows"].toByteArray() : QByteArray("none"));
    const Json nothing = Json::array();
    for (const char *list : {"mask", "drop"})
        QCOMPARE(json.contains("fields") ? json["fields"][list] : nothing,
                 wanted.contains(list) ? wanted[list] : nothing);
    if (wanted.contains("suggestions"))
        QCOMPARE(json["suggestions"], wanted["suggestions"]);
    if (!wanted.contains("step"))
        return;
    for (const Json &step : json["steps"].items()) {
        if (step["policy"].toByteArray() != wanted["step"]["rule"].toByteArray())
            continue;
        for (const Json::Member &member : wanted["step"].members()) {
            if (member.key != "rule")
                QCOMPARE(step[member.key], member.value);
        }
        return;
    }
    QFAIL("the wanted step is missing");
}

void TstDecisions::cases()
{
    QFETCH(const QByteArray, file);
    QFETCH(const QByteArray, org);
    QFETCH(const Json, request);
    QFETCH(const Json, wanted);
    const auto snapshot = Snapshot::compile(loadTenant(file, org), "r1");
    QVERIFY2(snapshot, qPrintable(snapshot ? QString() : snapshot.error().message));
    auto parsed = requestFromJson(request, WallTime());
    QVERIFY2(parsed, qPrintable(parsed ? QString() : parsed.error().message));
    if (wanted["discovery"].toBool())
        parsed->stage = Stage::Discovery;

    const Explanation explanation = (*snapshot)->explain(*parsed);
    compare(wanted, explanation);
    const Decision decision = (*snapshot)->decide(*parsed);
    QCOMPARE(policy::toJson(decision), policy::toJson(explanation.decision));
    QCOMPARE(explanation.revision, QByteArray("r1"));
    QCOMPARE(explanation.steps.size(), (*snapshot)->explain(*parsed).steps.size());
}

void TstDecisions::linesHaveTheirFormat()
{
    const auto snapshot = Snapshot::compile(
        loadTenant("tenants/acme-corp.yaml", readData(QStringLiteral("reference.yaml"))), "rev");
    QVERIFY(snapshot);
    const auto line = Json::parse(
        R"({"id":"r1","tenant":"acme-corp","user":{"id":"alice","roles":["data-analyst"],"region":"EU"},)"
        R"("tool":"query_analytics","resource":{"id":"analytics_db.sales","within":["analytics_db"],"region":"EU"},)"
        R"("permission":"read","args":{"limit":10},"now":"2026-01-15T14:23:45Z",)"
        R"("usage":{"calls":{"data-analyst":12},"cost_usd":{"data-analyst":1.5}},"rate":{"sales-ops-access":3}})");
    const auto asked = decideRequestFromJson(*line, WallTime());
    QVERIFY(asked);
    QCOMPARE(asked->request.usage.microUsdByRole.at("data-analyst"), 1'500'000);
    const Decision decision = (*snapshot)->decide(asked->request);
    QCOMPARE(
        decisionToJson(asked->id, decision).toBytes(),
        QByteArray(
            R"({"id":"r1","decision":"allow","reason":"allowed by policy data-analyst-access",)"
            R"("rule":{"policy":"data-analyst-access","file":"tenants/acme-corp.yaml","line":6},)"
            R"("row_filter":null})"));
    const Json explained = decisionToJson(asked->id, (*snapshot)->explain(asked->request));
    QCOMPARE(explained["trace"]["steps"].items().size(), 3);
    QCOMPARE(explained["trace"]["revision"].toByteArray(), QByteArray("rev"));
    QCOMPARE(
        decisionToJson(7, unknownTenant(TenantId("x"))).toBytes(),
        QByteArray(R"({"id":7,"decision":"deny","reason":"there is no tenant `x`","rule":null,)"
                   R"("row_filter":null})"));
}

void TstDecisions::linesThatAreWrong_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char *name, const char *line, const char *message) {
        QTest::newRow(name) << QByteArray(line) << QByteArray(message);
    };
    row("no object", "[]", "a request is a JSON object");
    row("unknown member", R"({"tenat":"acme"})", "unknown member `tenat` in the request");
    row("tenant", R"({"tenant":1})", "`tenant` must be text");
    row("roles", R"({"user":{"roles":"analyst"}})", "`roles` must be a list of texts");
    row("a role", R"({"user":{"roles":[null]}})", "`roles` must be a list of texts");
    row("args", R"({"args":[]})", "`args` must be an object");
    row("now", R"({"now":"yesterday"})", "`yesterday` is not a time such as 2026-01-15T14:23:45Z");
    row("usage", R"({"usage":{"cals":{}}})", "unknown member `cals` in `usage`");
    row("calls", R"({"usage":{"calls":{"a":-1}}})", "`calls` must be an object of whole numbers");
    row("cost", R"({"usage":{"cost_usd":{"a":"1"}}})",
        "`cost_usd` must be an object of amounts in USD");
    row("rate", R"({"rate":{"a":0.5}})", "`rate` must be an object of whole numbers");
}

void TstDecisions::linesThatAreWrong()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QByteArray, message);
    const auto request = requestFromJson(*Json::parse(line), WallTime());
    QVERIFY(!request);
    QCOMPARE(request.error().message.toUtf8(), message);
    QCOMPARE(request.error().code, ErrorCode::InvalidInput);
}

PROVOST_TEST(TstDecisions)
#include "tst_decisions.moc"
