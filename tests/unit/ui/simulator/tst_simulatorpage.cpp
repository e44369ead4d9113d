#include "tests/support/testing.h"
#include "tests/unit/ui/pagefixture.h"
#include "ui/kit/badge.h"
#include "ui/kit/chipseditor.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/simulator/simulatorpage.h"
#include "ui/simulator/tracemodel.h"

#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace provost::testing;
using namespace Qt::StringLiterals;

namespace {

policy::RuleReference ruleAt(const QByteArray &name, int line)
{
    return {name, {"tenants/acme-corp.yaml", line, 9}};
}

} // namespace

class TstSimulatorPage : public QObject, private PageFixture<SimulatorPage>
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }
    void init();
    void cleanup();

    void startsFromAnExample();
    void formAndJsonEditTheSameRequest();
    void invalidArgumentsBlockTheRun();
    void liveAndDraftStandSideBySide();
    void theRuleAndTheTraceLeadToThePolicies();
    void aRecordComesByLink();
    void failureIsToldAndTriedAgain();
    void theTraceIsAProperModel();
    void everyControlHasAName();
    void looks_data();
    void looks();

private:
    static policy::Explanation denied();
    static policy::Explanation allowed();

    std::unique_ptr<QTemporaryDir> m_folder;
};

policy::Explanation TstSimulatorPage::denied()
{
    using Outcome = policy::TraceStep::Outcome;
    policy::Explanation explanation;
    explanation.decision = {.effect = policy::Effect::Deny,
                            .denyKind = policy::DenyKind::Rule,
                            .reason = "Needs a ticket, see KB-12",
                            .rule = ruleAt("no-prod-delete", 12)};
    explanation.steps = {{ruleAt("data-analyst-access", 7), policy::Effect::Allow,
                          Outcome::DidNotMatch, "role",
                          "user has billing-bot; policy wants data-analyst", std::nullopt},
                         {ruleAt("no-prod-delete", 12),
                          policy::Effect::Deny,
                          Outcome::Applied,
                          {},
                          {},
                          std::nullopt},
                         {ruleAt("regional-isolation", 21), policy::Effect::Allow,
                          Outcome::ConditionFalse, "condition", "region: resource=US, user=EU",
                          policy::SourceLocation{"tenants/acme-corp.yaml", 26, 13}}};
    explanation.suggestions = {"grant `db.delete_row` to role `billing-bot` in `no-prod-delete`"};
    explanation.revision = "3f9c2ab01d77";
    return explanation;
}

policy::Explanation TstSimulatorPage::allowed()
{
    policy::Explanation explanation = denied();
    policy::RowFilter filter;
    filter.op = policy::RowFilter::Operator::Equal;
    filter.attribute = "region";
    filter.value = "EU";
    explanation.decision = {
        .effect = policy::Effect::Allow,
        .denyKind = policy::DenyKind::None,
        .reason = "owner-may-delete allows it",
        .rule = ruleAt("owner-may-delete", 30),
        .rowFilter = filter,
        .fields = {{"email", "phone"}, {"ssn"}},
        .charge = policy::RateCharge{"owner-may-delete", 1000, std::chrono::hours(1)}};
    explanation.suggestions.clear();
    return explanation;
}

void TstSimulatorPage::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    begin();
    m_control->vocabularyAnswer = {{"data-analyst", "billing-bot"},
                                   {"query_analytics", "db.delete_row"},
                                   {"analytics_db"},
                                   {"read", "write"},
                                   {}};
    m_control->simulationAnswer.explanation = denied();
    QVERIFY(DraftStore(m_folder->path()).save({"r1", {{"tenants/acme-corp.yaml", "old", "new"}}}));
    m_page = std::make_unique<SimulatorPage>(*m_control, *m_context, DraftStore(m_folder->path()));
    m_page->resize(1366 - 172, 850 - 70);
    m_page->setScope({.tenant = TenantId("acme-corp")});
    m_page->activate();
    m_page->show();
    QTRY_VERIFY(m_page->findChild<QAbstractButton *>(u"simulator.example.2"_s) != nullptr);
}

void TstSimulatorPage::cleanup()
{
    end();
    m_folder.reset();
}

void TstSimulatorPage::startsFromAnExample()
{
    QVERIFY(!part<QAbstractButton>(u"simulator.run"_s)->isEnabled());
    QTest::mouseClick(part<QAbstractButton>(u"simulator.example.2"_s), Qt::LeftButton);
    QTRY_COMPARE(part<Badge>(u"simulator.decision.effect"_s)->text(), u"deny"_s);
    QCOMPARE(part<LineField>(u"simulator.tool"_s)->text(), u"db.delete_row"_s);
    QCOMPARE(part<ChipsEditor>(u"simulator.user.roles"_s)->names(), QStringList{u"billing-bot"_s});
    QCOMPARE(part<Label>(u"simulator.decision.reason"_s)->text(), u"Needs a ticket, see KB-12"_s);
    QVERIFY(!part<QWidget>(u"simulator.live"_s)->isVisible());
}

void TstSimulatorPage::formAndJsonEditTheSameRequest()
{
    auto *const json = part<CodeEditor>(u"simulator.json"_s);
    auto *const tool = part<LineField>(u"simulator.tool"_s);
    QTest::keyClicks(tool, u"echo"_s);
    QCOMPARE(json->text(), u"{\n  \"tool\": \"echo\"\n}"_s);
    json->applyText(u"{\"tool\": \"echo\", \"user\": {\"id\": \"ana\", \"region\": \"EU\"}}"_s);
    QCOMPARE(part<LineField>(u"simulator.user.id"_s)->text(), u"ana"_s);
    QCOMPARE(part<LineField>(u"simulator.user.attributes.1.value"_s)->text(), u"EU"_s);
    json->applyText(u"{\"tool\": "_s);
    QVERIFY(!part<Label>(u"simulator.jsonError"_s)->text().isEmpty());
    QCOMPARE(json->text(), u"{\"tool\": "_s);
    QCOMPARE(tool->text(), u"echo"_s);
    QVERIFY(!part<QAbstractButton>(u"simulator.run"_s)->isEnabled());
}

void TstSimulatorPage::invalidArgumentsBlockTheRun()
{
    QTest::keyClicks(part<LineField>(u"simulator.tool"_s), u"echo"_s);
    auto *const args = part<CodeEditor>(u"simulator.args"_s);
    auto *const run = part<QAbstractButton>(u"simulator.run"_s);
    args->applyText(u"{\"limit\": 1"_s);
    QVERIFY(!run->isEnabled());
    args->applyText(u"{\"limit\": 1}"_s);
    QVERIFY(run->isEnabled());
    QTest::mouseClick(run, Qt::LeftButton);
    QTRY_COMPARE(m_control->simulations.size(), 1U);
    QCOMPARE(m_control->simulations[0].request.toBytes(),
             QByteArray(R"({"tool":"echo","args":{"limit":1}})"));
}

void TstSimulatorPage::liveAndDraftStandSideBySide()
{
    m_control->simulationAnswer.explanation = allowed();
    m_control->simulationAnswer.live = denied();
    QTest::mouseClick(part<QAbstractButton>(u"simulator.example.1"_s), Qt::LeftButton);
    QTest::mouseClick(part<QAbstractButton>(u"segment.draft"_s), Qt::LeftButton);
    QTRY_VERIFY(part<QWidget>(u"simulator.live"_s)->isVisible());
    QCOMPARE(part<Badge>(u"simulator.live.effect"_s)->text(), u"deny"_s);
    QCOMPARE(part<Badge>(u"simulator.decision.effect"_s)->text(), u"allow"_s);
    QCOMPARE(part<Badge>(u"simulator.differs"_s)->text(), u"differs"_s);
    QVERIFY(!m_control->simulations.back().draft.empty());
}

void TstSimulatorPage::theRuleAndTheTraceLeadToThePolicies()
{
    QTest::mouseClick(part<QAbstractButton>(u"simulator.example.1"_s), Qt::LeftButton);
    auto *const trace = part<TableView>(u"simulator.trace"_s);
    QTRY_COMPARE(trace->model()->rowCount(), 3);
    QTRY_VERIFY(trace->isVisible());
    QTest::mouseClick(part<QAbstractButton>(u"simulator.decision.rule"_s), Qt::LeftButton);
    QCOMPARE(m_context->opened.at(0).toString(),
             Link::parse(u"policies/tenants/acme-corp.yaml:12"_s)->toString());
    QCOMPARE(trace->model()->index(0, TraceModel::Policy).data().toString(),
             u"no-prod-delete"_s); // the one that applied comes first
    trace->selectRow(2);
    trace->setFocus();
    QTest::keyClick(trace, Qt::Key_Return);
    QCOMPARE(m_context->opened.at(1).target, u"tenants/acme-corp.yaml:26"_s); // the condition
}

void TstSimulatorPage::aRecordComesByLink()
{
    m_control->whyAnswer.request = Json::object({{"tool", "echo"}});
    m_page->openLink(*Link::parse(u"simulator/record?tenant=acme-corp&sequence=7"_s));
    QTRY_COMPARE(part<LineField>(u"simulator.tool"_s)->text(), u"echo"_s);
    QTRY_COMPARE(m_control->simulations.size(), 1U);
    QCOMPARE(m_page->place().parameters.at(u"sequence"_s), u"7"_s);
    m_page->openLink(*Link::parse(u"simulator/record?tenant=acme-corp&sequence=x"_s));
    QCOMPARE(m_context->notices.size(), 1U);
}

void TstSimulatorPage::failureIsToldAndTriedAgain()
{
    m_control->errors["simulate"] = {ErrorCode::InvalidInput, u"`user` must be an object"_s};
    QTest::mouseClick(part<QAbstractButton>(u"simulator.example.1"_s), Qt::LeftButton);
    auto *const retry = part<QAbstractButton>(u"error.retry"_s);
    QTRY_VERIFY(retry->isVisible());
    m_control->errors.clear();
    QTest::mouseClick(retry, Qt::LeftButton);
    QTRY_VERIFY(!retry->isVisible());
}

void TstSimulatorPage::theTraceIsAProperModel()
{
    TraceModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setSteps(denied().steps);
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.index(2, TraceModel::Detail).data().toString(),
             u"region: resource=US, user=EU"_s);
    model.setSteps({});
    QVERIFY(model.stepAt(0) == nullptr);
}

void TstSimulatorPage::everyControlHasAName()
{
    QCOMPARE(namelessControl(*m_page), QString());
}

void TstSimulatorPage::looks_data()
{
    addThemes();
}

// Proves that every view can be drawn.
void TstSimulatorPage::looks()
{
    QFETCH(const QString, theme);
    const auto worn = wear(theme);
    const auto take = [&](const QString &what) { keep(u"simulator"_s, what); };
    take(u"empty"_s);
    m_control->whyAnswer.request = *Json::parse(
        R"({"tenant":"acme-corp","user":{"id":"billing-bot","roles":["billing-bot"],"region":"EU"},
            "tool":"db.delete_row","resource":{"id":"analytics_db.sales","within":["analytics_db"],
            "env":"prod"},"permission":"write","args":{"amount":1204,"id":88},
            "now":"2026-01-15T14:23:45Z"})");
    m_page->openLink(*Link::parse(u"simulator/record?tenant=acme-corp&sequence=7"_s));
    QTRY_VERIFY(part<QWidget>(u"simulator.result"_s)->isVisible());
    take(u"live"_s);
    m_control->simulationAnswer.explanation = allowed();
    m_control->simulationAnswer.live = denied();
    QTest::mouseClick(part<QAbstractButton>(u"segment.draft"_s), Qt::LeftButton);
    QTRY_VERIFY(part<QWidget>(u"simulator.live"_s)->isVisible());
    take(u"draft"_s);
}

PROVOST_TEST(TstSimulatorPage)
#include "tst_simulatorpage.moc"
