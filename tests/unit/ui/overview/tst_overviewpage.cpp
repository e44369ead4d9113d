#include "tests/support/testing.h"
#include "tests/unit/ui/pagefixture.h"
#include "ui/kit/badge.h"
#include "ui/kit/cellmodel.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/stattile.h"
#include "ui/overview/overviewpage.h"

#include <QClipboard>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;
using provost::testing::namelessControl;
using provost::testing::PageFixture;

namespace {

control::Overview busyOverview(WallTime now)
{
    control::Overview overview{.calls = 1'404'212,
                               .denied = 43'530,
                               .limited = 41,
                               .errors = 1123,
                               .callsPerSecond = 412,
                               .p50Us = 900,
                               .p95Us = 2200,
                               .p99Us = 3100};
    for (int i = 0; i < 900; ++i) {
        const double wave = std::sin(i / 40.0);
        overview.points.push_back({.at = now - std::chrono::seconds(900 - i),
                                   .calls = 400 + i % 17 + static_cast<int>(60 * wave),
                                   .denied = 10 + i % 7,
                                   .p50Us = 900 + i % 90,
                                   .p95Us = 2200 + static_cast<int>(200 * wave) + i % 130,
                                   .p99Us = 3100 + static_cast<int>(500 * wave) + i % 400});
    }
    using Kind = control::Attention::Kind;
    overview.attention = {{Kind::Problem, "tool server crm of gamma-llc: connection refused",
                           "Its tools are not offered until it answers.", "tenants/gamma-llc"},
                          {Kind::Warning, "41 calls were rate limited",
                           "Agents were told when to try again.",
                           "audit?filter=status%3Arate_limited"},
                          {Kind::Info, "<b>43,530</b> calls were denied by policy",
                           "See which rules, and whether they are the ones you meant.",
                           "audit?filter=status%3Adenied"},
                          {Kind::Info, "Nowhere to go", {}, {}}};
    overview.topDenials = {{"large-deals", 1204, 17, "audit?filter=rule%3Alarge-deals"},
                           {"regional-isolation", 803, 5, "audit?filter=rule%3Aregional-isolation"},
                           {"contractor-window", 96, 2, "audit?filter=rule%3Acontractor-window"},
                           {"", 41, 1, "audit?filter=rule%3A%22%22"}};
    overview.topTools = {
        {"query_analytics", 804'111, 40, "audit?filter=tool%3Aquery_analytics"},
        {"read_customers", 400'020, 12, "audit?filter=tool%3Aread_customers"},
        {"memory__read_graph", 12'411, 3, "audit?filter=tool%3Amemory__read_graph"}};
    overview.agents = {{.tenant = TenantId("acme-corp"),
                        .user = UserId("ana@acme.example"),
                        .agent = "claude-code 2.1",
                        .lastSeen = now,
                        .calls = 12'304},
                       {.tenant = TenantId("gamma-llc"),
                        .user = UserId("sync@gamma.example"),
                        .agent = "crm-sync 0.9",
                        .lastSeen = now - std::chrono::minutes(3),
                        .calls = 411}};
    return overview;
}

} // namespace

class TstOverviewPage : public QObject, private PageFixture<OverviewPage>
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }
    void init();
    void cleanup() { end(); }

    void showsFigures();
    void figuresLeadToTheirRecords();
    void attentionLeadsOn();
    void attentionKeepsTheKeyboard();
    void rowsLeadToTheirRecords();
    void asksOnlyInFront();
    void anotherScopeIsAskedAtOnce();
    void failureIsToldAndTriedAgain();
    void laterFailureKeepsWhatWasShown();
    void withoutCallsConnectingComesFirst();
    void withoutTenantsOneIsMadeFirst();
    void snippetFollowsTenantAndClient();
    void theFirstCallIsShown();
    void everyControlHasAName();
    void anEmptyTableSaysSo();
    void looksRight_data();
    void looksRight();

private:
    void open()
    {
        m_page->resize(1194, 782);
        m_page->setScope({});
        m_page->show();
        m_page->activate();
        QTRY_VERIFY(m_control->asked.size() >= 3);
        settle();
    }
    [[nodiscard]] qsizetype asked(const char *question) const
    {
        return std::count(m_control->asked.begin(), m_control->asked.end(), question);
    }
    [[nodiscard]] QString tile(const QString &name) const
    {
        return part<StatTile>(u"overview.tile."_s + name)->accessibleName();
    }
};

void TstOverviewPage::init()
{
    begin();
    m_control->overviewAnswer = busyOverview(SystemClock().now());
    m_control->tenantRows = {{.id = TenantId("acme-corp"), .name = "Acme"},
                             {.id = TenantId("gamma-llc"), .name = "Gamma"}};
    makePage();
}

void TstOverviewPage::showsFigures()
{
    QSignalSpy count(m_page.get(), &Page::countChanged);
    open();
    QTRY_COMPARE(tile(u"rate"_s), u"Calls / s: 412"_s);
    QVERIFY(tile(u"denied"_s).endsWith(u"3.1 %"_s));
    QVERIFY(tile(u"latency"_s).endsWith(u"0.9 · 2.2 · 3.1"_s));
    QVERIFY(tile(u"agents"_s).endsWith(u": 3"_s));
    QCOMPARE(part<TableView>(u"overview.denials"_s)->model()->rowCount(), 4);
    QCOMPARE(part<TableView>(u"overview.agents"_s)->model()->rowCount(), 2);
    QCOMPARE(count.last().first().toInt(), 1); // only the problem
}

void TstOverviewPage::figuresLeadToTheirRecords()
{
    open();
    QTRY_VERIFY(tile(u"denied"_s).endsWith(u"3.1 %"_s));
    QTest::mouseClick(part<StatTile>(u"overview.tile.denied"_s), Qt::LeftButton);
    QCOMPARE(Link::parse(m_context->lastOpened())->parameters.at(u"filter"_s), u"status:denied"_s);
    QTest::keyClick(part<StatTile>(u"overview.tile.errors"_s), Qt::Key_Return);
    QCOMPARE(Link::parse(m_context->lastOpened())->parameters.at(u"filter"_s), u"status:error"_s);
}

void TstOverviewPage::attentionLeadsOn()
{
    open();
    QTRY_VERIFY(part<Button>(u"attention.0.open"_s) != nullptr);
    QTest::mouseClick(part<Button>(u"attention.0.open"_s), Qt::LeftButton);
    QCOMPARE(m_context->lastOpened(), u"tenants/gamma-llc"_s);
    QVERIFY(part<Button>(u"attention.3.open"_s)->isHidden());
    m_control->overviewAnswer.attention.clear();
    m_page->setScope({});
    QTRY_VERIFY(part<Label>(u"attention.nothing"_s)->isVisible());
}

void TstOverviewPage::attentionKeepsTheKeyboard()
{
    open();
    QTRY_VERIFY(part<Button>(u"attention.1.open"_s) != nullptr);
    auto *const button = part<Button>(u"attention.1.open"_s);
    m_control->overviewAnswer.attention[1].title = "42 calls were rate limited";
    m_page->setScope({});
    QTRY_VERIFY(button->accessibleName().contains(u"42 calls"_s));
    QCOMPARE(part<Button>(u"attention.1.open"_s), button);
}

void TstOverviewPage::rowsLeadToTheirRecords()
{
    open();
    auto *const tools = part<TableView>(u"overview.tools"_s);
    QTRY_COMPARE(tools->model()->rowCount(), 3);
    tools->setCurrentIndex(tools->model()->index(1, 0));
    QTest::keyClick(tools, Qt::Key_Return);
    QCOMPARE(Link::parse(m_context->lastOpened())->parameters.at(u"filter"_s),
             u"tool:read_customers"_s);
}

void TstOverviewPage::asksOnlyInFront()
{
    m_page->setScope({});
    QCOMPARE(asked("overview"), 0);
    open();
    QCOMPARE(asked("overview"), 1);
    for (int i = 0; i < 20; ++i)
        Q_EMIT m_control->recordsAppended();
    QCOMPARE(asked("overview"), 1); // not more than once a second
    QTRY_COMPARE(asked("overview"), 2);
    m_page->deactivate();
    Q_EMIT m_control->recordsAppended();
    m_page->setScope({.tenant = TenantId("acme-corp")});
    QCOMPARE(asked("overview"), 2);
}

void TstOverviewPage::anotherScopeIsAskedAtOnce()
{
    open();
    const auto before = asked("overview");
    m_page->setScope({.tenant = TenantId("gamma-llc"), .range = RangePreset::LastHour});
    QCOMPARE(asked("overview"), before + 1);
}

void TstOverviewPage::failureIsToldAndTriedAgain()
{
    m_control->errors["overview"] = {ErrorCode::Storage, u"disk is gone"_s};
    open();
    auto *const retry = part<Button>(u"error.retry"_s);
    QTRY_VERIFY(retry->isVisible());
    m_control->errors.clear();
    QTest::mouseClick(retry, Qt::LeftButton);
    QTRY_VERIFY(!retry->isVisible());
    QVERIFY(part<StatTile>(u"overview.tile.rate"_s)->isVisible());
}

void TstOverviewPage::laterFailureKeepsWhatWasShown()
{
    open();
    QTRY_COMPARE(tile(u"rate"_s), u"Calls / s: 412"_s);
    auto *const banner = part<QWidget>(u"overview.banner"_s);
    QVERIFY(!banner->isVisible());
    m_control->errors["overview"] = {ErrorCode::Timeout, u"too slow"_s};
    m_page->setScope({});
    QTRY_VERIFY(banner->isVisible());
    QVERIFY(part<StatTile>(u"overview.tile.rate"_s)->isVisible());
    m_control->errors.clear();
    m_page->setScope({});
    QTRY_VERIFY(!banner->isVisible());
}

void TstOverviewPage::withoutCallsConnectingComesFirst()
{
    m_control->overviewAnswer = {};
    open();
    auto *const chart = part<QWidget>(u"overview.latency"_s);
    QTRY_VERIFY(!chart->isVisible());
    QVERIFY(part<CopyField>(u"connect.snippet"_s)->isVisible());
    auto *const card = part<QWidget>(u"overview.connect"_s);
    auto *const needs = part<QWidget>(u"overview.attention"_s);
    const auto above = [&] {
        return card->mapTo(m_page.get(), QPoint()).y() < needs->mapTo(m_page.get(), QPoint()).y();
    };
    QTRY_VERIFY(above());
    m_control->overviewAnswer = busyOverview(SystemClock().now());
    m_page->setScope({});
    QTRY_VERIFY(chart->isVisible() && !above());
    QVERIFY(part<CopyField>(u"connect.snippet"_s)->isVisible());
}

void TstOverviewPage::withoutTenantsOneIsMadeFirst()
{
    m_control->tenantRows.clear();
    open();
    auto *const create = part<Button>(u"connect.newTenant"_s);
    QTRY_VERIFY(create->isVisible());
    QVERIFY(!part<CopyField>(u"connect.snippet"_s)->isVisible());
    QTest::mouseClick(create, Qt::LeftButton);
    QCOMPARE(m_context->lastOpened(), u"tenants"_s);
}

void TstOverviewPage::snippetFollowsTenantAndClient()
{
    open();
    auto *const snippet = part<CopyField>(u"connect.snippet"_s);
    QTRY_VERIFY(snippet->text().contains(u"http://127.0.0.1:7777/t/acme-corp/mcp"_s));
    QVERIFY(snippet->text().startsWith(u"claude mcp add"_s));
    auto *const tenant = part<ComboField>(u"connect.tenant"_s);
    auto *const client = part<ComboField>(u"connect.client"_s);
    tenant->setCurrentIndex(tenant->findData(u"gamma-llc"_s));
    client->setCurrentIndex(client->findData(u"vscode"_s));
    QVERIFY(snippet->text().contains(u"/t/gamma-llc/mcp"_s));
    QVERIFY(snippet->text().startsWith(u'{'));
    QTest::mouseClick(part<Button>(u"connect.snippet.copy"_s), Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(), snippet->text());
    QTest::mouseClick(part<Button>(u"connect.key"_s), Qt::LeftButton);
    QCOMPARE(m_context->lastOpened(), u"tenants/gamma-llc"_s);
    // A tenant that stays is kept when the list is loaded again.
    m_control->tenantRows.push_back({.id = TenantId("new-one")});
    Q_EMIT m_control->configurationChanged();
    m_page->setScope({});
    QTRY_COMPARE(tenant->count(), 3);
    QCOMPARE(tenant->chosen(), u"gamma-llc"_s);
}

void TstOverviewPage::theFirstCallIsShown()
{
    open();
    auto *const call = part<Label>(u"connect.call"_s);
    QTRY_COMPARE(asked("auditPage"), 1);
    QVERIFY(call->text().startsWith(u"Waiting"_s));
    QVERIFY(!part<Button>(u"connect.open"_s)->isVisible());
    m_control->auditRows = {{.id = {TenantId("acme-corp"), 42},
                             .timestamp = SystemClock().now(),
                             .user = UserId("ana@acme.example"),
                             .tool = "write_deals",
                             .status = "denied",
                             .decision = "deny"}};
    QTRY_VERIFY([&] {
        Q_EMIT m_control->recordsAppended();
        return call->text() == u"write_deals by ana@acme.example"_s;
    }());
    QTest::mouseClick(part<Button>(u"connect.open"_s), Qt::LeftButton);
    QVERIFY(Link::parse(m_context->lastOpened())->parameters.at(u"filter"_s).contains(u"seq:42"_s));
}

void TstOverviewPage::everyControlHasAName()
{
    open();
    QCOMPARE(namelessControl(*m_page), QString());
}

void TstOverviewPage::looksRight_data()
{
    addLooks({"calls", "first"});
}

void TstOverviewPage::anEmptyTableSaysSo()
{
    m_control->overviewAnswer.topDenials.clear();
    open();
    auto *const denials = part<TableView>(u"overview.denials"_s);
    QTRY_VERIFY(part<TableView>(u"overview.tools"_s)->model()->rowCount() > 0);
    QCOMPARE(denials->model()->rowCount(), 0);
    const QImage shown = denials->viewport()->grab().toImage();
    denials->setPlaceholder({});
    QVERIFY(denials->viewport()->grab().toImage() != shown);
}

// Draws the page; with PROVOST_PICTURES the pictures are kept there.
void TstOverviewPage::looksRight()
{
    QFETCH(const QString, theme);
    QFETCH(const QString, what);
    const bool calls = what == u"calls";
    const auto worn = makePageIn(theme);
    if (!calls)
        m_control->overviewAnswer = {};
    open();
    QTRY_VERIFY(part<QWidget>(u"overview.latency"_s)->isVisible() == calls);
    if (calls) {
        auto *const denials = part<TableView>(u"overview.denials"_s);
        QTRY_COMPARE(denials->height(), denials->sizeHint().height());
        QTRY_VERIFY(denials->model()->rowCount() > 0 && denials->height() > 4 * metrics::RowHeight);
    }
    if (!calls)
        QTRY_VERIFY(part<QWidget>(u"overview.connect"_s)->width() > m_page->width() / 2);
    QTRY_COMPARE(part<CopyField>(u"connect.snippet"_s)->height(),
                 part<CopyField>(u"connect.snippet"_s)->sizeHint().height());
    keep(u"overview"_s, what);
}

PROVOST_TEST(TstOverviewPage)
#include "tst_overviewpage.moc"
