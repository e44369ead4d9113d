#include "ui/tools/toolspage.h"

#include "tests/support/testing.h"
#include "tests/unit/ui/pagefixture.h"
#include "tests/unit/ui/tools/toolsfixture.h"
#include "ui/kit/badge.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/form.h"
#include "ui/kit/jsontree.h"
#include "ui/kit/label.h"

#include <QBuffer>
#include <QCheckBox>
#include <QDesktopServices>
#include <QDialog>
#include <QImage>
#include <QProgressBar>
#include <QSignalSpy>
#include <QTest>
#include <QUrl>

using namespace provost;
using namespace provost::control;
using namespace provost::ui;
using namespace Qt::StringLiterals;
using provost::testing::keepPicture;
using provost::testing::namelessControl;
using provost::testing::PageFixture;
using provost::testing::parsedJson;

// Takes the place of the person's browser.
class OpenedPages : public QObject
{
    Q_OBJECT

public:
    QList<QUrl> pages;

public Q_SLOTS:
    void open(const QUrl &page) { pages << page; }
};

class TstToolsPage : public QObject, private PageFixture<ToolsPage>
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }
    void init();
    void cleanup() { end(); }

    void listsServersWithTheirStates();
    void linksSelectAServerAndATool();
    void choosingIsAPlaceToComeBackTo();
    void findsATool();
    void noServersSaysWhatToDo();
    void failureIsToldAndTriedAgain();
    void restartsAndAsksIfCallsRun();
    void disablesWithAReason();
    void confirmsExactlyWhatIsShown();
    void opensThePageWhereAccessIsGranted();
    void aConflictIsTold();
    void showsAToolAsText();
    void triesATool();
    void triesAToolWithTheKeyboardAlone();
    void formAndJsonAreOneValue();
    void everyKindOfFieldIsFilledIn();
    void answersAQuestionOfTheTool();
    void showsHowFarACallIs();
    void cancelsWithTheKeyboardAlone();
    void opensAPageThatTheToolNames();
    void answersWhatIsTyped();
    void showsAnImage();
    void addsAServer();
    void whatIsNotUnderstoodIsTold();
    void anotherTextTakesAgreementBack();
    void everyControlHasAName();
    void looksRight_data();
    void looksRight();

private:
    void selectServer(int row) { selectRow(u"tools.servers"_s, row); }
    void selectTool(int row) { selectRow(u"tools.tools"_s, row); }
    void accept(const QString &dialog)
    {
        auto *const found = part<QDialog>(dialog);
        QVERIFY2(found != nullptr && found->isVisible(), qPrintable(dialog));
        found->accept();
        QTRY_COMPARE(m_control->unanswered, 0);
    }
};

void TstToolsPage::init()
{
    begin();
    provost::testing::fillTools(*m_control);
    makePage();
}

void TstToolsPage::listsServersWithTheirStates()
{
    open();
    const auto state = [this](int row) { return cell(u"tools.servers"_s, row, 1); };
    QCOMPARE(state(0), u"running"_s);
    QCOMPARE(state(2), u"failed"_s);
    QCOMPARE(state(3), u"waits for you"_s);
    QCOMPARE(state(4), u"disabled"_s);
    QVERIFY(cell(u"tools.servers"_s, 2, 2).contains(u"connection refused"_s));
    QVERIFY(cell(u"tools.servers"_s, 2, 2).contains(u"tried again in"_s));
    QCOMPARE(cell(u"tools.servers"_s, 1, 3), u"stdio · legacy era"_s);
    QCOMPARE(cell(u"tools.servers"_s, 0, 0), u"analytics"_s);
    QCOMPARE(part<TableView>(u"tools.tools"_s)->model()->rowCount(), 3);
    selectServer(1);
    QCOMPARE(part<TableView>(u"tools.tools"_s)->model()->rowCount(), 1);
    // With servers of several tenants each says whose it is.
    m_control->serverRows[4].tenant = TenantId("beta-inc");
    m_page->activate();
    QTRY_COMPARE(cell(u"tools.servers"_s, 4, 0), u"beta-inc / legacy-db"_s);
}

void TstToolsPage::linksSelectAServerAndATool()
{
    open(u"acme-corp/memory/memory__read_graph"_s);
    QCOMPARE(m_page->place().target, u"acme-corp/memory/memory__read_graph"_s);
    QVERIFY(part<QWidget>(u"tools.tool"_s)->isVisible());
    m_page->openLink({u"tools"_s, u"acme-corp/crm"_s, {}});
    QTRY_COMPARE(m_control->unanswered, 0);
    QCOMPARE(m_page->place().target, u"acme-corp/crm"_s);
    m_page->openLink({u"tools"_s, u"acme-corp/nothing"_s, {}});
    QTRY_VERIFY(part<QWidget>(u"tools.banner"_s)->isVisible());
    QCOMPARE(m_page->place().target, u"acme-corp/analytics"_s);
}

void TstToolsPage::choosingIsAPlaceToComeBackTo()
{
    open();
    QSignalSpy changed(m_page.get(), &Page::placeChanged);
    selectServer(1);
    QCOMPARE(changed.count(), 1);
    selectTool(0);
    QCOMPARE(changed.count(), 2);
    // What arrives anew moves nothing.
    m_page->activate();
    QTRY_COMPARE(m_control->unanswered, 0);
    QCOMPARE(changed.count(), 2);
    QCOMPARE(m_page->place().target, u"acme-corp/memory/memory__read_graph"_s);
}

void TstToolsPage::findsATool()
{
    open();
    part<LineField>(u"tools.filter"_s)->setText(u"STAGE"_s);
    QCOMPARE(part<TableView>(u"tools.tools"_s)->model()->rowCount(), 1);
    QCOMPARE(cell(u"tools.tools"_s, 0, 0), u"write_deals"_s);
    part<LineField>(u"tools.filter"_s)->setText(u"nothing such"_s);
    QVERIFY(reads(u"nothing such"_s, u"tools.none"_s));
}

void TstToolsPage::noServersSaysWhatToDo()
{
    m_control->serverRows.clear();
    open();
    QVERIFY(reads(u"No tool servers yet"_s));
}

void TstToolsPage::failureIsToldAndTriedAgain()
{
    m_control->errors["servers"] = {ErrorCode::Unavailable, u"the desk is busy"_s};
    open();
    QVERIFY(reads(u"could not be read"_s));
    m_control->errors.clear();
    click(u"error.retry"_s);
    QTRY_COMPARE(cell(u"tools.servers"_s, 0, 1), u"running"_s);
}

void TstToolsPage::restartsAndAsksIfCallsRun()
{
    open();
    click(u"server.restart"_s);
    QTRY_COMPARE(m_control->serverCommands.size(), std::size_t(1));
    QCOMPARE(m_control->serverCommands[0].act, ServerCommand::Act::Restart);
    QCOMPARE(m_control->serverCommands[0].server, ServerId("analytics"));
    QCOMPARE(m_control->serverCommands[0].author, QByteArray("ana"));
    selectServer(1); // two calls in flight
    click(u"server.restart"_s);
    QCOMPARE(m_control->serverCommands.size(), std::size_t(1));
    auto *const dialog = m_page->findChild<QDialog *>();
    QVERIFY(dialog != nullptr && dialog->isVisible());
    dialog->accept();
    QCOMPARE(m_control->serverCommands.size(), std::size_t(2));
}

void TstToolsPage::disablesWithAReason()
{
    open();
    click(u"server.disable"_s);
    auto *const dialog = part<QDialog>(u"server.disableDialog"_s);
    QVERIFY(dialog != nullptr);
    QVERIFY(m_control->serverCommands.empty());
    const auto fields = dialog->findChildren<LineField *>();
    QCOMPARE(fields.size(), 1);
    fields.front()->setText(u"leaks"_s);
    accept(u"server.disableDialog"_s);
    QCOMPARE(m_control->serverCommands.size(), std::size_t(1));
    QCOMPARE(m_control->serverCommands[0].act, ServerCommand::Act::Disable);
    QCOMPARE(m_control->serverCommands[0].reason, QByteArray("leaks"));
    // What is disabled is enabled at once.
    selectServer(4);
    QVERIFY(!part<Button>(u"server.restart"_s)->isEnabled());
    click(u"server.disable"_s);
    QCOMPARE(m_control->serverCommands.back().act, ServerCommand::Act::Enable);
}

void TstToolsPage::opensThePageWhereAccessIsGranted()
{
    open(u"acme-corp/crm"_s);
    QVERIFY(!part<QWidget>(u"server.wantsAccess"_s)->isVisible());
    OpenedPages opened;
    QDesktopServices::setUrlHandler(u"https"_s, &opened, "open");
    m_control->serverRows[2].authorizeAt = "https://login.example/authorize?client_id=provost";
    m_page->activate();
    QTRY_VERIFY(part<QWidget>(u"server.wantsAccess"_s)->isVisible());
    click(u"server.authorize"_s);
    QCOMPARE(opened.pages,
             QList<QUrl>{QUrl(u"https://login.example/authorize?client_id=provost"_s)});

    m_control->serverRows[2].authorizeAt = "file:///etc/passwd";
    m_page->activate();
    QTRY_COMPARE(m_control->unanswered, 0);
    click(u"server.authorize"_s);
    QCOMPARE(opened.pages.size(), 1);
    QCOMPARE(m_context->notices.back().tone, Tone::Deny);
    QDesktopServices::unsetUrlHandler(u"https"_s);
}

void TstToolsPage::confirmsExactlyWhatIsShown()
{
    open(u"acme-corp/files"_s);
    QVERIFY(part<QWidget>(u"server.waits"_s)->isVisible());
    click(u"server.confirm"_s);
    auto *const dialog = part<QDialog>(u"server.confirmDialog"_s);
    QVERIFY(dialog != nullptr);
    const QStringList shown = words(u"command"_s);
    for (const QString &word :
         {u"npx"_s, u"-y"_s, u"files-server"_s, u"/srv/reports"_s, u"FILES_MODE=read only"_s})
        QVERIFY2(shown.contains(word), qPrintable(word));
    QVERIFY(m_control->serverConfirmations.empty());
    // A refresh that brings another command does not change what was agreed to.
    m_control->serverRows[3].commandDigest = "another";
    m_page->activate();
    QTRY_COMPARE(m_control->unanswered, 0);
    accept(u"server.confirmDialog"_s);
    QCOMPARE(m_control->serverConfirmations.size(), std::size_t(1));
    QCOMPARE(m_control->serverConfirmations[0].commandDigest, QByteArray("d2"));
    QCOMPARE(m_context->notices.back().tone, Tone::Allow);
}

void TstToolsPage::aConflictIsTold()
{
    m_control->errors["changeServer"] = {ErrorCode::Conflict, u"server `analytics` is gone"_s};
    open();
    click(u"server.restart"_s);
    QTRY_VERIFY(!m_context->notices.empty());
    QCOMPARE(m_context->notices.back().tone, Tone::Deny);
    QCOMPARE(m_context->notices.back().text, u"server `analytics` is gone"_s);
}

void TstToolsPage::showsAToolAsText()
{
    open(u"acme-corp/analytics/write_deals"_s);
    auto *const description = part<Label>(u"tool.description"_s);
    QCOMPARE(description->text(), u"<b>Sets</b> the stage of a deal."_s);
    QCOMPARE(description->textFormat(), Qt::PlainText);
    selectServer(1);
    selectTool(0);
    QStringList claims;
    for (const Badge *const badge : part<QWidget>(u"tool.claims"_s)->findChildren<Badge *>())
        claims.append(badge->text());
    QCOMPARE(claims, (QStringList{u"claims: only reads"_s, u"claims: stays inside"_s}));
    QVERIFY(part<JsonTree>(u"tool.schema"_s)->model()->rowCount() > 0);
}

void TstToolsPage::triesATool()
{
    open(u"acme-corp/analytics/query_analytics"_s);
    choose(u"tools.parts"_s, u"try"_s);
    QTRY_COMPARE(part<ComboField>(u"try.user"_s)->count(), 2);
    QTest::keyClicks(part<LineField>(u"try.sql"_s), u"SELECT 1"_s);
    QCOMPARE(part<LineField>(u"try.limit"_s)->text(), u"50"_s);
    click(u"try.run"_s);
    QTRY_VERIFY(part<QWidget>(u"trial"_s)->isVisible());
    QCOMPARE(m_control->trials.back().arguments, parsedJson(R"({"limit":50,"sql":"SELECT 1"})"));
    QCOMPARE(part<Badge>(u"trial.outcome"_s)->text(), u"allowed"_s);
    auto *const text = part<Label>(u"trial.text"_s);
    QCOMPARE(text->text(), u"3 rows <i>of</i> 3"_s);
    QCOMPARE(text->textFormat(), Qt::PlainText);
    click(u"trial.record"_s);
    QCOMPARE(m_context->opened.back().parameters.at(u"filter"_s), u"request:try-1"_s);
    click(u"trial.rule"_s);
    QCOMPARE(m_context->lastOpened(), u"policies/tenants/acme-corp.yaml:12"_s);
    choose(u"trial.which"_s, u"structured"_s);
    QVERIFY(part<JsonTree>(u"trial.json"_s)->isVisible());
    // Figures that arrive meanwhile leave what was typed and the result alone.
    m_control->toolRows[0].figures.calls += 1;
    m_page->activate();
    QTRY_COMPARE(m_control->unanswered, 0);
    QCOMPARE(part<LineField>(u"try.sql"_s)->text(), u"SELECT 1"_s);
    QVERIFY(part<QWidget>(u"trial"_s)->isVisible());
}

void TstToolsPage::triesAToolWithTheKeyboardAlone()
{
    open();
    m_page->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
    auto *const tools = part<TableView>(u"tools.tools"_s);
    tools->setFocus();
    QTest::keyClick(tools, Qt::Key_Down);
    QTest::keyClick(tools, Qt::Key_Return);
    QTRY_COMPARE(QApplication::focusWidget(), part<LineField>(u"try.sql"_s));
    QTest::keyClicks(QApplication::focusWidget(), u"SELECT 1"_s);
    QTRY_COMPARE(m_control->unanswered, 0); // whom it can be tried as
    for (const ActionSpec &action : m_page->actions()) {
        if (action.shortcut == QKeySequence(u"Ctrl+Return"_s)) {
            QVERIFY(action.blocked().isEmpty());
            action.run();
        }
    }
    QTRY_VERIFY(part<QWidget>(u"trial"_s)->isVisible());
    QCOMPARE(m_control->trials.back().arguments["sql"], Json("SELECT 1"));
}

void TstToolsPage::formAndJsonAreOneValue()
{
    open(u"acme-corp/analytics/query_analytics"_s);
    choose(u"tools.parts"_s, u"try"_s);
    QTest::keyClicks(part<LineField>(u"try.sql"_s), u"SELECT 1"_s);
    auto *const json = part<CodeEditor>(u"try.json"_s);
    QCOMPARE(Json::parse(json->text().toUtf8()).value()["sql"], Json("SELECT 1"));
    choose(u"try.kind"_s, u"json"_s);
    json->applyText(u"{\"sql\": \"SELECT 2\", \"limit\": 7, \"more\": true}"_s);
    QCOMPARE(part<LineField>(u"try.sql"_s)->text(), u"SELECT 2"_s);
    QCOMPARE(part<LineField>(u"try.limit"_s)->text(), u"7"_s);
    json->applyText(u"{\"sql\": "_s);
    QVERIFY(!part<Button>(u"try.run"_s)->isEnabled());
    json->applyText(u"{\"sql\": \"SELECT 2\", \"limit\": 7, \"more\": true}"_s);
    // What the form has no field for stays.
    choose(u"try.kind"_s, u"form"_s);
    part<LineField>(u"try.limit"_s)->selectAll();
    QTest::keyClicks(part<LineField>(u"try.limit"_s), u"70"_s);
    click(u"try.run"_s);
    QCOMPARE(m_control->trials.size(), std::size_t(1));
    QCOMPARE(m_control->trials.back().arguments,
             parsedJson(R"({"sql":"SELECT 2","limit":70,"more":true})"));
    QTRY_COMPARE(m_control->unanswered, 0);
    // Text that is no number is told, and is not sent as something else.
    part<LineField>(u"try.limit"_s)->selectAll();
    QTest::keyClicks(part<LineField>(u"try.limit"_s), u"many"_s);
    QVERIFY(!part<Button>(u"try.run"_s)->isEnabled());
}

void TstToolsPage::everyKindOfFieldIsFilledIn()
{
    open(u"acme-corp/analytics/read_customers"_s);
    choose(u"tools.parts"_s, u"try"_s);
    const auto pick = [this](const QString &name, int index) {
        auto *const combo = part<ComboField>(name);
        QVERIFY2(combo != nullptr, qPrintable(name));
        combo->setCurrentIndex(index);
        Q_EMIT combo->activated(index);
    };
    pick(u"try.segment"_s, 2);
    pick(u"try.active"_s, 2);
    click(u"try.tags.add"_s);
    QTest::keyClicks(part<LineField>(u"try.tags.0"_s), u"big"_s);
    click(u"try.tags.add"_s);
    QTest::keyClicks(part<LineField>(u"try.tags.1"_s), u"old"_s);
    click(u"try.tags.0.remove"_s);
    QTest::keyClicks(part<LineField>(u"try.within.region"_s), u"emea"_s);
    QTest::keyClicks(part<LineField>(u"try.anything"_s), u"{\"a\":[1]}"_s);
    click(u"try.run"_s);
    QCOMPARE(m_control->trials.size(), std::size_t(1));
    QCOMPARE(
        m_control->trials.back().arguments,
        parsedJson(
            R"({"segment":"mid-market","active":false,"tags":["old"],"within":{"region":"emea"},"anything":{"a":[1]}})"));
}

void TstToolsPage::answersAQuestionOfTheTool()
{
    m_control->trialAnswers.insert(
        m_control->trialAnswers.begin(),
        {.requestId = "try-0",
         .decision = "allow",
         .asks = parsedJson(
             R"({"who":{"method":"elicitation/create","params":{"message":"Which <b>region</b>?","requestedSchema":{"type":"object","required":["region"],"properties":{"region":{"type":"string","enum":["emea","apac"]}}}}}})"),
         .requestState = "sealed"});
    open(u"acme-corp/memory/memory__read_graph"_s);
    choose(u"tools.parts"_s, u"try"_s);
    click(u"try.run"_s);
    QTRY_VERIFY(part<QWidget>(u"ask"_s)->isVisible());
    QCOMPARE(part<Label>(u"ask.message"_s)->text(), u"Which <b>region</b>?"_s);
    QVERIFY(!part<Button>(u"ask.accept"_s)->isEnabled());
    auto *const region = part<ComboField>(u"ask.who.region"_s);
    region->setCurrentIndex(1);
    Q_EMIT region->activated(1);
    click(u"ask.accept"_s);
    QTRY_COMPARE(m_control->unanswered, 0);
    QCOMPARE(m_control->trials.back().inputResponses,
             parsedJson(R"({"who":{"action":"accept","content":{"region":"emea"}}})"));
    QVERIFY(!part<QWidget>(u"ask"_s)->isVisible());
    QCOMPARE(part<Badge>(u"trial.outcome"_s)->text(), u"allowed"_s);
}

void TstToolsPage::showsHowFarACallIs()
{
    m_control->trialsWait = true;
    open(u"acme-corp/memory/memory__read_graph"_s);
    choose(u"tools.parts"_s, u"try"_s);
    click(u"try.run"_s);
    QVERIFY(part<QWidget>(u"working"_s)->isVisible());
    auto *const bar = part<QProgressBar>(u"working.bar"_s);
    QVERIFY(!bar->isVisible()); // nothing was told
    const auto tell = [this](const TrialProgress &progress) {
        Q_EMIT m_control->trialProgressed(m_control->trials.back().id, progress);
    };
    tell({.progress = 30, .message = "Reading <b>rows</b>"});
    QVERIFY(!bar->isVisible()); // of how many is not known
    QVERIFY(reads(u"30 so far"_s, u"working"_s));
    tell({.progress = 50, .total = 200, .message = "Reading <b>rows</b>"});
    QVERIFY(bar->isVisible());
    QCOMPARE(bar->value() * 4, bar->maximum());
    QVERIFY(reads(u"50 of 200"_s, u"working"_s));
    QCOMPARE(part<Label>(u"working.told"_s)->text(), u"Reading <b>rows</b>"_s);
    QCOMPARE(part<Label>(u"working.told"_s)->textFormat(), Qt::PlainText);
    tell({.progress = 300, .total = 200});
    QCOMPARE(bar->value(), bar->maximum());
    m_control->endTrial();
    QTRY_VERIFY(part<QWidget>(u"trial"_s)->isVisible());
}

void TstToolsPage::cancelsWithTheKeyboardAlone()
{
    m_control->trialsWait = true;
    m_control->trialAnswers = {{.reason = "the call was cancelled", .refusal = "cancelled"}};
    open(u"acme-corp/memory/memory__read_graph"_s);
    m_page->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
    choose(u"tools.parts"_s, u"try"_s);
    part<Button>(u"try.run"_s)->setFocus();
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
    QTRY_COMPARE(QApplication::focusWidget(), part<Button>(u"try.cancel"_s));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
    QVERIFY(m_control->lastTrial.stop_requested());
    QVERIFY(reads(u"Being cancelled…"_s, u"working"_s));
    QVERIFY(!part<Button>(u"try.cancel"_s)->isEnabled());
    m_control->endTrial();
    QTRY_COMPARE(part<Badge>(u"trial.outcome"_s)->text(), u"cancelled"_s);
    QVERIFY(part<Button>(u"try.run"_s)->isVisible());
}

void TstToolsPage::opensAPageThatTheToolNames()
{
    OpenedPages opened;
    QDesktopServices::setUrlHandler(u"https"_s, &opened, "open");
    const auto back = qScopeGuard([] { QDesktopServices::unsetUrlHandler(u"https"_s); });
    m_control->trialAnswers = {
        {.asks = parsedJson(
             R"({"pay":{"method":"elicitation/create","params":{"mode":"url","message":"Please pay","url":"https://pay.example/1","elicitationId":"e"}}})"),
         .requestState = "s"},
        m_control->trialAnswers.front()};
    open(u"acme-corp/memory/memory__read_graph"_s);
    choose(u"tools.parts"_s, u"try"_s);
    click(u"try.run"_s);
    QTRY_VERIFY(part<QWidget>(u"ask"_s)->isVisible());
    QVERIFY(opened.pages.isEmpty()); // nothing is opened unasked
    QCOMPARE(part<CopyField>(u"ask.page"_s)->text(), u"https://pay.example/1"_s);
    QVERIFY(reads(u"pay.example"_s, u"ask"_s));
    click(u"ask.openPage"_s);
    QCOMPARE(opened.pages, QList<QUrl>{QUrl(u"https://pay.example/1"_s)});
    click(u"ask.accept"_s);
    settle();
    QCOMPARE(m_control->trials.back().inputResponses, parsedJson(R"({"pay":{"action":"accept"}})"));
}

void TstToolsPage::answersWhatIsTyped()
{
    m_control->trialAnswers = {
        {.asks = parsedJson(
             R"({"s":{"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"text","text":"Say <hello>"}}],"maxTokens":10}}})"),
         .requestState = "s"},
        m_control->trialAnswers.front()};
    open(u"acme-corp/memory/memory__read_graph"_s);
    m_page->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
    choose(u"tools.parts"_s, u"try"_s);
    click(u"try.run"_s);
    QTRY_VERIFY(part<QWidget>(u"ask"_s)->isVisible());
    QCOMPARE(part<Label>(u"ask.params"_s)->text(), u"user: Say <hello>"_s); // what it is about
    QCOMPARE(part<Label>(u"ask.params"_s)->textFormat(), Qt::PlainText);
    auto *const answer = part<CodeEditor>(u"ask.s"_s);
    answer->applyText(u"{\"role\": "_s);
    QVERIFY(!part<Button>(u"ask.accept"_s)->isEnabled());
    QVERIFY(part<Label>(u"ask.problem"_s)->isVisible());
    answer->applyText(u"{\"role\":\"assistant\",\"model\":\"me\",\"content\":[]}"_s);
    QVERIFY(!part<Label>(u"ask.problem"_s)->isVisible());
    // Where the keyboard is decides what Ctrl+Enter does.
    answer->setFocus();
    const auto actions = m_page->actions();
    const auto run = std::find_if(actions.begin(), actions.end(), [](const ActionSpec &action) {
        return action.id == u"tools.run";
    });
    run->run();
    settle();
    QCOMPARE(m_control->trials.back().inputResponses,
             parsedJson(R"({"s":{"role":"assistant","model":"me","content":[]}})"));
    run->run();
    settle();
    QVERIFY(m_control->trials.back().inputResponses.isNull());
}

void TstToolsPage::showsAnImage()
{
    QImage image(640, 480, QImage::Format_RGB32);
    image.fill(Qt::darkCyan);
    QByteArray png;
    QBuffer buffer(&png);
    QVERIFY(buffer.open(QIODevice::WriteOnly) && image.save(&buffer, "PNG"));
    const auto block = [](const char *type, const QByteArray &data) {
        return Json::object({{"type", "image"}, {"mimeType", type}, {"data", data.toBase64()}});
    };
    m_control->trialAnswers.front().result = Json::object(
        {{"content", Json::array({block("image/png", png), block("image/svg+xml", "<svg/>"),
                                  block("image/png", "broken")})}});
    open(u"acme-corp/memory/memory__read_graph"_s);
    choose(u"tools.parts"_s, u"try"_s);
    click(u"try.run"_s);
    QTRY_VERIFY(part<QWidget>(u"trial"_s)->isVisible());
    QTRY_COMPARE(part<QWidget>(u"trial"_s)->findChildren<QLabel *>(u"trial.image"_s).size(), 1);
    const QPixmap shown = part<QLabel>(u"trial.image"_s)->pixmap(Qt::ReturnByValue);
    QCOMPARE(shown.width(), 320);
    QCOMPARE(words(u"trial"_s).filter(u"not shown"_s).size(), 2);
}

void TstToolsPage::addsAServer()
{
    open();
    click(u"tools.add"_s);
    QVERIFY(part<QDialog>(u"addServer"_s)->isVisible());
    QVERIFY(!part<Button>(u"addServer.add"_s)->isEnabled());
    part<CodeEditor>(u"addServer.text"_s)->applyText(u"npx -y files-server /srv"_s);
    QTRY_COMPARE(m_control->serverSources.size(), std::size_t(1));
    QCOMPARE(m_control->serverSources[0].text, QByteArray("npx -y files-server /srv"));
    QCOMPARE(m_control->serverSources[0].tenant, TenantId("acme-corp"));
    QTRY_VERIFY(part<QWidget>(u"addServer.yaml"_s)->isVisible());
    QCOMPARE(part<CodeEditor>(u"addServer.yaml"_s)->text(), u"servers:\n"_s);
    QVERIFY(words(u"command"_s).contains(u"files-server"_s));
    QVERIFY(!part<Button>(u"addServer.add"_s)->isEnabled()); // no reason yet
    part<LineField>(u"addServer.reason"_s)->setText(u"reports"_s);
    part<QCheckBox>(u"addServer.agree.files"_s)->click();
    click(u"addServer.add"_s);
    QTRY_COMPARE(m_control->unanswered, 0);
    QCOMPARE(m_control->newServers.size(), std::size_t(1));
    QCOMPARE(m_control->newServers[0].confirmedCommands, std::vector<QByteArray>{"d2"});
    QCOMPARE(m_control->newServers[0].reason, QByteArray("reports"));
    QCOMPARE(m_control->newServers[0].author, QByteArray("ana"));
    QCOMPARE(m_control->newServers[0].file.name, QByteArray("servers/files.yaml"));
    QTRY_COMPARE(m_page->place().target, u"acme-corp/files"_s);
}

void TstToolsPage::whatIsNotUnderstoodIsTold()
{
    m_control->errors["draftServer"] = {ErrorCode::InvalidInput, u"a quote is not closed"_s};
    open();
    click(u"tools.add"_s);
    part<CodeEditor>(u"addServer.text"_s)->applyText(u"npx 'x"_s);
    QVERIFY(reads(u"Nothing is read yet"_s, u"addServer"_s));
    QTRY_COMPARE(part<Label>(u"addServer.understood"_s)->text(), u"✕ a quote is not closed"_s);
    part<LineField>(u"addServer.reason"_s)->setText(u"reports"_s);
    QVERIFY(!part<Button>(u"addServer.add"_s)->isEnabled());
    // What was understood before does not stay beside what is not.
    m_control->errors.clear();
    part<CodeEditor>(u"addServer.text"_s)->applyText(u"npx x"_s);
    QTRY_VERIFY(part<QWidget>(u"addServer.yaml"_s)->isVisible());
    m_control->errors["draftServer"] = {ErrorCode::InvalidInput, u"a quote is not closed"_s};
    part<CodeEditor>(u"addServer.text"_s)->applyText(u"npx 'x"_s);
    QTRY_VERIFY(!part<QWidget>(u"addServer.yaml"_s)->isVisible());
    QVERIFY(!part<QWidget>(u"command"_s)->isVisible());
    QVERIFY(part<QWidget>(u"addServer.id"_s)->isVisible());
}

void TstToolsPage::anotherTextTakesAgreementBack()
{
    open();
    click(u"tools.add"_s);
    auto *const text = part<CodeEditor>(u"addServer.text"_s);
    text->applyText(u"npx -y files-server /srv"_s);
    QTRY_VERIFY(part<QCheckBox>(u"addServer.agree.files"_s) != nullptr);
    part<QCheckBox>(u"addServer.agree.files"_s)->click();
    part<LineField>(u"addServer.reason"_s)->setText(u"reports"_s);
    text->applyText(u"npx -y files-server /etc"_s);
    QVERIFY(!part<Button>(u"addServer.add"_s)->isEnabled()); // what is shown is not read yet
    QTRY_VERIFY(part<Button>(u"addServer.add"_s)->isEnabled());
    m_control->errors["addServers"] = {ErrorCode::Conflict, u"the org moved on"_s};
    click(u"addServer.add"_s);
    QTRY_VERIFY(part<Label>(u"addServer.trouble"_s)->isVisible());
    QVERIFY(m_control->newServers[0].confirmedCommands.empty());
    QVERIFY(part<QDialog>(u"addServer"_s)->isVisible());
}

void TstToolsPage::everyControlHasAName()
{
    open(u"acme-corp/analytics/read_customers"_s);
    for (const QString &segment : {u"server"_s, u"tool"_s, u"try"_s}) {
        choose(u"tools.parts"_s, segment);
        if (segment == u"try")
            click(u"try.tags.add"_s);
        QCOMPARE(namelessControl(*m_page), QString());
    }
}

void TstToolsPage::looksRight_data()
{
    addLooks({"server", "failed", "waits", "confirm", "tool", "try", "tried", "refused", "working",
              "asks", "page", "typed", "add", "adding", "empty"});
}

// Draws the page; with PROVOST_PICTURES the pictures are kept there.
void TstToolsPage::looksRight()
{
    QFETCH(const QString, theme);
    QFETCH(const QString, what);
    const auto worn = makePageIn(theme);
    if (what == u"asks")
        m_control->trialAnswers.front().asks = parsedJson(
            R"({"who":{"method":"elicitation/create","params":{"message":"Which region is it about?","requestedSchema":{"type":"object","required":["region"],"properties":{"region":{"type":"string","enum":["emea","apac"]},"since":{"type":"string","description":"A day"}}}}}})");
    if (what == u"page")
        m_control->trialAnswers.front().asks = parsedJson(
            R"({"pay":{"method":"elicitation/create","params":{"mode":"url","message":"The order has to be paid before it is carried out.","url":"https://pay.example/orders/4711?return=provost","elicitationId":"e"}}})");
    if (what == u"typed")
        m_control->trialAnswers.front().asks = parsedJson(
            R"({"s":{"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"text","text":"Sum up the quarter"}}],"maxTokens":200}}})");
    if (what == u"refused")
        m_control->trialAnswers = {{.reason = "the tool server did not answer within 30 s",
                                    .refusal = "timeout",
                                    .took = std::chrono::seconds(30)}};
    if (what == u"empty")
        m_control->serverRows.clear();
    m_control->trialsWait = what == u"working";
    const std::map<QString, QString> targets{
        {u"server"_s, u"acme-corp/memory"_s},
        {u"failed"_s, u"acme-corp/crm"_s},
        {u"waits"_s, u"acme-corp/files"_s},
        {u"confirm"_s, u"acme-corp/files"_s},
        {u"tool"_s, u"acme-corp/memory/memory__read_graph"_s},
        {u"tried"_s, u"acme-corp/analytics/query_analytics"_s}};
    const auto target = targets.find(what);
    open(target != targets.end() ? target->second : u"acme-corp/analytics/read_customers"_s);
    QWidget *shown = m_page.get();
    if (what == u"confirm") {
        click(u"server.confirm"_s);
        shown = part<QDialog>(u"server.confirmDialog"_s);
    }
    if (what == u"adding") {
        click(u"tools.add"_s);
        shown = part<QDialog>(u"addServer"_s);
    }
    if (what == u"add") {
        click(u"tools.add"_s);
        part<CodeEditor>(u"addServer.text"_s)
            ->applyText(u"FILES_TOKEN=ghp_x npx -y files-server /srv/reports"_s);
        QTRY_VERIFY(part<QWidget>(u"addServer.yaml"_s)->isVisible());
        shown = part<QDialog>(u"addServer"_s);
        QTRY_COMPARE(m_control->unanswered, 0);
        QTRY_VERIFY(part<QWidget>(u"command"_s)->height() > 60);
    }
    if (QStringList{u"try"_s, u"tried"_s, u"refused"_s, u"working"_s, u"asks"_s, u"page"_s,
                    u"typed"_s}
            .contains(what)) {
        choose(u"tools.parts"_s, u"try"_s);
        if (what == u"try")
            click(u"try.tags.add"_s);
        else
            click(u"try.run"_s);
    }
    if (what == u"working")
        Q_EMIT m_control->trialProgressed(
            m_control->trials.back().id,
            {.progress = 1300, .total = 4200, .message = "Reading customers of emea"});
    QTRY_COMPARE(m_control->unanswered, 0);
    if (what != u"empty")
        QTRY_VERIFY(part<TableView>(u"tools.servers"_s)->height() > 4 * metrics::RowHeight);
    keepPicture(*shown, u"tools-%1-%2"_s.arg(what, theme));
}

PROVOST_TEST(TstToolsPage)
#include "tst_toolspage.moc"
