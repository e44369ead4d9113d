#include "ui/sessions/sessionspage.h"

#include "tests/support/testing.h"
#include "tests/unit/ui/pagefixture.h"
#include "ui/kit/form.h"
#include "ui/kit/jsontree.h"
#include "ui/kit/label.h"
#include "ui/sessions/inspectorpresenter.h"

#include <QDialog>
#include <QSignalSpy>
#include <QTest>

using namespace provost;
using namespace provost::control;
using namespace provost::ui;
using namespace Qt::StringLiterals;
using provost::testing::keepPicture;
using provost::testing::namelessControl;
using provost::testing::PageFixture;

class TstSessionsPage : public QObject, private PageFixture<SessionsPage>
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }
    void init();
    void cleanup() { end(); }

    void listsWhoIsConnected();
    void nobodySaysWhatToDo();
    void failureIsToldAndTriedAgain();
    void linksSelectAnAgent();
    void anAgentThatWentIsTold();
    void endsWithAReason();
    void theModernEraHasNothingToEnd();
    void messagesAreFetchedOnlyWhileSomebodyLooks();
    void anotherAgentEndsTheLooking();
    void theListIsBounded();
    void anAgentThatGoesEndsTheLooking();
    void everyControlHasAName();
    void looksRight_data();
    void looksRight();

private:
    void click(const QString &button)
    {
        PageFixture::click(button);
        settle();
    }
    static SessionMessage message(std::int64_t sequence, bool toAgent, const char *text)
    {
        return {.sequence = sequence,
                .when = SystemClock().now(),
                .toAgent = toAgent,
                .method = Json::parse(text).value_or(Json())["method"].toByteArray(),
                .text = text,
                .bytes = qint64(qstrlen(text))};
    }
};

void TstSessionsPage::init()
{
    const WallTime now = SystemClock().now();
    begin();
    m_control->sessionRows = {{.key = "session/3f2a77b1c0d94e12",
                               .id = "3f2a77b1c0d94e12",
                               .tenant = TenantId("acme-corp"),
                               .user = UserId("ana@acme.example"),
                               .agent = "claude-code 2.1 <b>",
                               .era = "legacy",
                               .transport = "http",
                               .since = now - std::chrono::minutes(42),
                               .lastSeen = now - std::chrono::seconds(3),
                               .callsInFlight = 2,
                               .streaming = true},
                              {.key = "agent/90aa",
                               .tenant = TenantId("acme-corp"),
                               .user = UserId("sync@acme.example"),
                               .agent = "crm-sync 0.9",
                               .era = "modern",
                               .transport = "websocket",
                               .since = now - std::chrono::hours(30),
                               .lastSeen = now - std::chrono::seconds(70)},
                              {.key = "agent/91bb",
                               .tenant = TenantId("acme-corp"),
                               .user = UserId("sam@acme.example"),
                               .era = "modern",
                               .transport = "http",
                               .since = now - std::chrono::seconds(20),
                               .lastSeen = now}};
    m_control->messagesAnswer.messages = {
        message(
            1, false,
            R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"query_analytics","arguments":{"sql":"SELECT 1"}}})"),
        message(2, true,
                R"({"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"1"}]}})"),
        message(3, true, R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})")};
    makePage();
}

void TstSessionsPage::listsWhoIsConnected()
{
    open();
    QCOMPARE(part<TableView>(u"sessions.table"_s)->model()->rowCount(), 3);
    QCOMPARE(cell(u"sessions.table"_s, 0, 0), u"ana@acme.example"_s);
    QCOMPARE(cell(u"sessions.table"_s, 0, 1), u"claude-code 2.1 <b>"_s);
    QCOMPARE(cell(u"sessions.table"_s, 0, 4), u"2 calls"_s);
    QCOMPARE(cell(u"sessions.table"_s, 1, 1), u"(does not name itself)"_s);
    QVERIFY(part<Label>(u"sessions.summary"_s)->text().contains(u"3 agents"_s));
    m_control->sessionRows[1].tenant = TenantId("beta-inc");
    m_page->activate();
    QTRY_COMPARE(cell(u"sessions.table"_s, 2, 0), u"beta-inc / sync@acme.example"_s);
    // Who was seen last does not move the rows.
    std::reverse(m_control->sessionRows.begin(), m_control->sessionRows.end());
    m_page->activate();
    settle();
    QCOMPARE(cell(u"sessions.table"_s, 2, 0), u"beta-inc / sync@acme.example"_s);
}

void TstSessionsPage::nobodySaysWhatToDo()
{
    m_control->sessionRows.clear();
    open();
    QVERIFY(reads(u"No agent is connected"_s));
    click(u"empty.action"_s);
    QVERIFY(m_context->lastOpened().startsWith(u"tenants"_s));
}

void TstSessionsPage::failureIsToldAndTriedAgain()
{
    m_control->errors["sessions"] = {ErrorCode::Unavailable, u"busy"_s};
    open();
    QVERIFY(reads(u"could not be read"_s));
    m_control->errors.clear();
    click(u"error.retry"_s);
    QCOMPARE(part<TableView>(u"sessions.table"_s)->model()->rowCount(), 3);
}

void TstSessionsPage::linksSelectAnAgent()
{
    open(u"agent/90aa"_s);
    QCOMPARE(m_page->place().target, u"agent/90aa"_s);
    QCOMPARE(part<QWidget>(u"sessions.detail"_s)->accessibleName(), u"crm-sync 0.9"_s);
    QSignalSpy changed(m_page.get(), &Page::placeChanged);
    auto *const table = part<TableView>(u"sessions.table"_s);
    table->setCurrentIndex(table->model()->index(0, 0));
    QCOMPARE(changed.count(), 1);
    QCOMPARE(m_page->place().target, u"session/3f2a77b1c0d94e12"_s);
    click(u"sessions.calls"_s);
    QCOMPARE(m_context->opened.back().parameters.at(u"filter"_s), u"session:3f2a77b1c0d94e12"_s);
}

void TstSessionsPage::anAgentThatWentIsTold()
{
    open(u"agent/91bb"_s);
    m_control->sessionRows.pop_back();
    m_page->activate();
    QTRY_VERIFY(part<QWidget>(u"sessions.banner"_s)->isVisible());
    QCOMPARE(m_page->place().target, u"session/3f2a77b1c0d94e12"_s);
}

void TstSessionsPage::endsWithAReason()
{
    open();
    click(u"sessions.end"_s);
    auto *const dialog = part<QDialog>(u"sessions.endDialog"_s);
    QVERIFY(dialog != nullptr && dialog->isVisible());
    dialog->findChildren<LineField *>().front()->setText(u"runs wild"_s);
    QVERIFY(m_control->sessionEnds.empty());
    dialog->accept();
    QTRY_COMPARE(m_control->unanswered, 0);
    QCOMPARE(m_control->sessionEnds.size(), std::size_t(1));
    QCOMPARE(m_control->sessionEnds[0].key, QByteArray("session/3f2a77b1c0d94e12"));
    QCOMPARE(m_control->sessionEnds[0].reason, QByteArray("runs wild"));
    QCOMPARE(m_control->sessionEnds[0].author, QByteArray("ana"));
    QCOMPARE(m_context->notices.back().tone, Tone::Allow);
}

void TstSessionsPage::theModernEraHasNothingToEnd()
{
    open(u"agent/90aa"_s);
    QVERIFY(!part<Button>(u"sessions.end"_s)->isEnabled());
    QVERIFY(part<Button>(u"sessions.end"_s)->toolTip().contains(u"revoke"_s));
}

void TstSessionsPage::messagesAreFetchedOnlyWhileSomebodyLooks()
{
    open();
    QVERIFY(m_control->messagesRequests.empty());
    click(u"inspector.toggle"_s);
    QCOMPARE(m_control->messagesRequests.size(), std::size_t(1));
    QCOMPARE(m_control->messagesRequests[0].key, QByteArray("session/3f2a77b1c0d94e12"));
    QCOMPARE(m_control->messagesRequests[0].author, QByteArray("ana"));
    QCOMPARE(cell(u"inspector.messages"_s, 0, 2), u"tools/call"_s);
    QCOMPARE(cell(u"inspector.messages"_s, 1, 2), u"answer"_s);
    QVERIFY(part<JsonTree>(u"inspector.message"_s)->model()->rowCount() > 0);
    // The next question asks for what is new only.
    QTRY_VERIFY(m_control->messagesRequests.size() > 1);
    QCOMPARE(m_control->messagesRequests.back().after, std::int64_t(3));
    m_page->deactivate();
    QTRY_COMPARE(m_control->unanswered, 0);
    QCOMPARE(part<Button>(u"inspector.toggle"_s)->text(), u"Look at messages"_s);
}

void TstSessionsPage::anotherAgentEndsTheLooking()
{
    open();
    click(u"inspector.toggle"_s);
    auto *const table = part<TableView>(u"sessions.table"_s);
    table->setCurrentIndex(table->model()->index(1, 0));
    QCOMPARE(part<Button>(u"inspector.toggle"_s)->text(), u"Look at messages"_s);
    QCOMPARE(part<TableView>(u"inspector.messages"_s)->model()->rowCount(), 0);
}

void TstSessionsPage::theListIsBounded()
{
    m_control->messagesAnswer.messages.clear();
    for (int i = 1; i <= 700; ++i)
        m_control->messagesAnswer.messages.push_back(message(i, false, "{\"method\":\"ping\"}"));
    InspectorPresenter presenter(*m_control, "ana");
    presenter.start("agent/1");
    QTRY_COMPARE(presenter.messages().size(), InspectorPresenter::messagesMax);
    QCOMPARE(presenter.messages().back().sequence, std::int64_t(700));
    presenter.clear();
    QVERIFY(presenter.messages().empty());
    QVERIFY(!presenter.isOn());
}

void TstSessionsPage::anAgentThatGoesEndsTheLooking()
{
    m_control->errors["sessionMessages"] = {ErrorCode::NotFound, u"the agent has gone"_s};
    open();
    click(u"inspector.toggle"_s);
    QTRY_COMPARE(part<Label>(u"inspector.about"_s)->text(), u"✕ the agent has gone"_s);
    QCOMPARE(part<Button>(u"inspector.toggle"_s)->text(), u"Look at messages"_s);
}

void TstSessionsPage::everyControlHasAName()
{
    open();
    click(u"inspector.toggle"_s);
    QCOMPARE(namelessControl(*m_page), QString());
}

void TstSessionsPage::looksRight_data()
{
    addLooks({"off", "messages", "empty", "end"});
}

// Draws the page; with PROVOST_PICTURES the pictures are kept there.
void TstSessionsPage::looksRight()
{
    QFETCH(const QString, theme);
    QFETCH(const QString, what);
    const auto worn = makePageIn(theme);
    if (what == u"empty")
        m_control->sessionRows.clear();
    open();
    QWidget *shown = m_page.get();
    if (what == u"messages")
        click(u"inspector.toggle"_s);
    if (what == u"end") {
        click(u"sessions.end"_s);
        shown = part<QDialog>(u"sessions.endDialog"_s);
    }
    if (what != u"empty")
        QTRY_VERIFY(part<TableView>(u"sessions.table"_s)->height() > 3 * metrics::RowHeight);
    keepPicture(*shown, u"sessions-%1-%2"_s.arg(what, theme));
}

PROVOST_TEST(TstSessionsPage)
#include "tst_sessionspage.moc"
