#include "tests/support/testing.h"
#include "tests/unit/ui/audit/auditfixture.h"
#include "tests/unit/ui/pagefixture.h"
#include "ui/audit/auditpage.h"
#include "ui/audit/auditwords.h"
#include "ui/kit/badge.h"
#include "ui/kit/drawer.h"
#include "ui/kit/label.h"
#include "ui/kit/windowedtable.h"

#include <QClipboard>
#include <QFileDialog>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;
using provost::testing::namelessControl;
using provost::testing::PageFixture;

class TstAuditPage : public QObject, private PageFixture<AuditPage>
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }
    void init();
    void cleanup() { end(); }

    void showsRowsAndCount();
    void walksByKeyboard();
    void tellsWhatIsWrongWithAFilter();
    void aBadFilterInALinkIsNotAsked();
    void facetNarrowsTheFilter();
    void zoomIsAChipThatGoes();
    void spacePausesOnlyInTheTable();
    void recordsThatArriveWhilePausedAreCounted();
    void linkOpensARecordAndComesBack();
    void drawerButtonsLeadOn();
    void copiesALinkThatLeadsBack();
    void nothingMatchesOffersAWiderFilter();
    void theFirstRecordEndsTheEmptyState();
    void failureIsToldAndTriedAgain();
    void exportTellsItsCount();
    void everyControlHasAName();
    void looksRight_data();
    void looksRight();

private:
    [[nodiscard]] const ActionSpec &action(const QString &id)
    {
        return *std::find_if(m_actions.begin(), m_actions.end(),
                             [&](const ActionSpec &spec) { return spec.id == id; });
    }
    [[nodiscard]] WindowedTable &table() const
    {
        return *part<WindowedTable>(u"audit.table.window"_s);
    }
    [[nodiscard]] Drawer &drawer() const { return *part<Drawer>(u"audit.drawer"_s); }
    [[nodiscard]] bool hasRows() const { return table().model().rowCount() > 1; }

    std::vector<ActionSpec> m_actions;
};

void TstAuditPage::init()
{
    begin();
    provost::testing::fill(*m_control, 1200, SystemClock().now());
    makePage();
    m_page->resize(1366, 850);
    m_page->setScope({});
    m_actions = m_page->actions();
    m_page->show();
    m_page->activate();
    QTRY_VERIFY(hasRows());
}

void TstAuditPage::showsRowsAndCount()
{
    QTRY_VERIFY(part<Label>(u"audit.filter.result"_s)->text().startsWith(u"1,200 of 1,200"));
    QCOMPARE(table().model().rowAt(0)->id, "acme-corp:1200");
    // One question for rows each, and none before the scope was known.
    QCOMPARE(m_control->pageRequests.front().query.range.from.has_value(), true);
}

void TstAuditPage::walksByKeyboard()
{
    QSignalSpy moved(m_page.get(), &Page::placeChanged);
    action(u"audit.filter"_s).run();
    QTRY_VERIFY(part<QLineEdit>(u"audit.filter"_s)->hasFocus());
    QTest::keyClicks(part<QLineEdit>(u"audit.filter"_s), u"status:denied"_s);
    QTest::keyClick(part<QLineEdit>(u"audit.filter"_s), Qt::Key_Return);
    QTRY_VERIFY(part<Label>(u"audit.filter.result"_s)->text().startsWith(u"200 of"));
    QVERIFY(table().view()->hasFocus());
    QCOMPARE(moved.size(), 1);

    QTest::keyClick(table().view(), Qt::Key_Down);
    QTest::keyClick(table().view(), Qt::Key_Return);
    QVERIFY(drawer().isOpen());
    QTRY_VERIFY(part<Badge>(u"audit.why.verdict"_s) != nullptr);
    QCOMPARE(part<Badge>(u"audit.why.verdict"_s)->text(), u"deny"_s);
    QCOMPARE(moved.size(), 2);

    QCOMPARE(action(u"audit.rule"_s).blocked(), QString());
    action(u"audit.rule"_s).run();
    QCOMPARE(m_context->opened.back().toString(), u"policies/tenants/gamma-llc.yaml:38"_s);

    QTest::keyClick(table().view(), Qt::Key_Escape);
    QVERIFY(!drawer().isOpen());
    action(u"audit.why"_s).run();
    QVERIFY(drawer().isOpen());
}

void TstAuditPage::tellsWhatIsWrongWithAFilter()
{
    m_control->filterAnswer = {false, 2, "there is no field `x`"};
    const std::size_t asked = m_control->pageRequests.size();
    auto *const edit = part<QLineEdit>(u"audit.filter"_s);
    edit->setFocus();
    QTest::keyClicks(edit, u"x!!"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QCOMPARE(edit->accessibleDescription(), u"there is no field `x`"_s);
    QCOMPARE(m_control->pageRequests.size(), asked);
    QVERIFY(hasRows()); // what stood there stays
}

void TstAuditPage::aBadFilterInALinkIsNotAsked()
{
    m_control->filterAnswer = {false, 0, "a value is missing"};
    const std::size_t asked = m_control->pageRequests.size();
    m_page->openLink(*Link::parse(u"audit?filter=tool%3A!!"_s));
    QVERIFY(part<QWidget>(u"audit.error"_s)->isVisible());
    QCOMPARE(m_control->pageRequests.size(), asked);
    m_page->openLink(*Link::parse(u"audit?filter="_s));
    QTRY_VERIFY(table().isVisible());
}

void TstAuditPage::facetNarrowsTheFilter()
{
    QTRY_VERIFY(part<QWidget>(u"facet.status:denied"_s) != nullptr);
    QTest::mouseClick(part<QWidget>(u"facet.status:denied"_s), Qt::LeftButton);
    QCOMPARE(part<QLineEdit>(u"audit.filter"_s)->text(), u"status:denied"_s);
    QTRY_COMPARE(m_control->pageRequests.back().query.filter, "status:denied");
}

void TstAuditPage::zoomIsAChipThatGoes()
{
    auto *const histogram = part<Histogram>(u"audit.histogram"_s);
    QTRY_VERIFY(histogram->description().contains(u"denied"));
    const int y = histogram->height() / 3;
    QTest::mousePress(histogram, Qt::LeftButton, {}, {200, y});
    QTest::mouseMove(histogram, {400, y});
    QTest::mouseRelease(histogram, Qt::LeftButton, {}, {400, y});
    auto *const chip = part<Button>(u"audit.zoom"_s);
    QVERIFY(chip->isVisible());
    const Link zoomed = m_page->place();
    QVERIFY(zoomed.parameters.contains(u"from"_s));
    QTRY_VERIFY(m_control->pageRequests.back().query.range.until.has_value());
    QVERIFY(!table().isFollowing());

    QTest::mouseClick(chip, Qt::LeftButton);
    QVERIFY(!chip->isVisible());
    QTRY_VERIFY(!m_control->pageRequests.back().query.range.until.has_value());

    m_page->openLink(zoomed);
    QVERIFY(chip->isVisible());
    QCOMPARE(m_page->place(), zoomed);
}

void TstAuditPage::spacePausesOnlyInTheTable()
{
    QVERIFY(table().isFollowing());
    QTest::keyClick(table().view(), Qt::Key_Space);
    QVERIFY(!table().isFollowing());
    QCOMPARE(part<Button>(u"audit.live"_s)->text(), u"○ Paused"_s);
    QTest::keyClick(part<QLineEdit>(u"audit.filter"_s), Qt::Key_Space);
    QVERIFY(!table().isFollowing());
    QTest::keyClick(table().view(), Qt::Key_Space);
    QVERIFY(table().isFollowing());
}

void TstAuditPage::recordsThatArriveWhilePausedAreCounted()
{
    QTest::keyClick(table().view(), Qt::Key_Space);
    auto rows = provost::testing::FakeControlPlane::makeAuditRows(
        3, m_control->auditRows.front().timestamp + std::chrono::seconds(5));
    m_control->auditRows.insert(m_control->auditRows.begin(), rows.begin(), rows.end());
    Q_EMIT m_control->recordsAppended();
    auto *const pill = part<Button>(u"audit.table.pill"_s);
    QTRY_VERIFY(pill->isVisible());
    QVERIFY(pill->text().startsWith(u"3 new"));
    Q_EMIT m_control->recordsAppended();
    QTest::mouseClick(pill, Qt::LeftButton);
    QVERIFY(table().isFollowing());
    QTRY_COMPARE(table().model().rowAt(0)->id, "acme-corp:3");
}

void TstAuditPage::linkOpensARecordAndComesBack()
{
    const Link before = m_page->place();
    m_page->openLink(*Link::parse(u"audit?filter=status%3Adenied&record=gamma-llc%3A600"_s));
    QVERIFY(drawer().isOpen());
    QTRY_VERIFY(part<Badge>(u"audit.why.verdict"_s) != nullptr);
    QCOMPARE(m_page->place().toString(), u"audit?filter=status%3Adenied&record=gamma-llc%3A600"_s);
    m_page->openLink(before);
    QVERIFY(!drawer().isOpen());
    QCOMPARE(m_page->place(), before);
    m_page->openLink(*Link::parse(u"audit?record=nonsense"_s));
    QVERIFY(!drawer().isOpen());
    QCOMPARE(m_context->notices.size(), 1U);
}

void TstAuditPage::drawerButtonsLeadOn()
{
    m_page->openLink(*Link::parse(u"audit?record=acme-corp%3A1200"_s)); // has a workflow
    QTRY_VERIFY(part<Badge>(u"audit.why.verdict"_s) != nullptr);
    QTest::mouseClick(part<Button>(u"audit.drawer.simulate"_s), Qt::LeftButton);
    QCOMPARE(m_context->opened.back().toString(),
             u"simulator/record?sequence=1200&tenant=acme-corp"_s);
    QTest::mouseClick(part<Button>(u"audit.drawer.workflow"_s), Qt::LeftButton);
    QCOMPARE(part<QLineEdit>(u"audit.filter"_s)->text(), u"workflow:wf-12345"_s);

    // A call that was turned away before policy was asked: nothing to simulate, no rule.
    const auto limited =
        std::find_if(m_control->auditRows.begin(), m_control->auditRows.end(),
                     [](const control::AuditRow &row) { return row.decision.isEmpty(); });
    m_control->whyAnswer.then.reset();
    m_control->whyAnswer.note = "policy was not asked: rate limited";
    m_page->openLink({.page = u"audit"_s,
                      .target = {},
                      .parameters = {{u"record"_s, QString::fromUtf8(textOf(limited->id))}}});
    QTRY_VERIFY(part<Badge>(u"audit.why.verdict"_s) != nullptr);
    QTRY_VERIFY(!part<Button>(u"audit.drawer.simulate"_s)->isEnabled());
    QVERIFY(!part<Button>(u"audit.drawer.rule"_s)->isEnabled());
    QVERIFY(!part<Button>(u"audit.drawer.rule"_s)->toolTip().isEmpty());
}

void TstAuditPage::copiesALinkThatLeadsBack()
{
    QTest::keyClick(table().view(), Qt::Key_Down);
    action(u"audit.copyLink"_s).run();
    const auto link = Link::parse(QGuiApplication::clipboard()->text());
    QVERIFY(link.has_value());
    m_page->openLink(*link);
    QVERIFY(drawer().isOpen());
}

void TstAuditPage::nothingMatchesOffersAWiderFilter()
{
    m_page->openLink(*Link::parse(u"audit?filter=status%3Anone"_s));
    QTRY_VERIFY(part<QWidget>(u"audit.empty"_s)->isVisible());
    QTRY_VERIFY(part<Button>(u"audit.wider"_s) != nullptr);
    QTest::mouseClick(part<Button>(u"audit.wider"_s), Qt::LeftButton);
    QTRY_VERIFY(table().isVisible());
    QCOMPARE(part<QLineEdit>(u"audit.filter"_s)->text(), QString());
}

void TstAuditPage::theFirstRecordEndsTheEmptyState()
{
    const auto rows = std::exchange(m_control->auditRows, {});
    m_page->activate();
    QTRY_VERIFY(part<QWidget>(u"audit.empty"_s)->accessibleName().contains(u"yet"));
    m_control->auditRows = rows;
    Q_EMIT m_control->recordsAppended();
    QTRY_VERIFY(table().isVisible());
    QTRY_VERIFY(hasRows());
}

void TstAuditPage::failureIsToldAndTriedAgain()
{
    m_control->errors["auditPage"] = {ErrorCode::Storage, u"the index is damaged"_s};
    m_page->activate();
    auto *const error = part<QWidget>(u"audit.error"_s);
    QTRY_VERIFY(error->isVisible());
    m_control->errors.clear();
    QTest::mouseClick(error->findChild<Button *>(u"error.retry"_s), Qt::LeftButton);
    QTRY_VERIFY(table().isVisible());
    QTRY_VERIFY(hasRows());
}

void TstAuditPage::exportTellsItsCount()
{
    const QTemporaryDir folder;
    QTest::mouseClick(part<Button>(u"audit.export"_s), Qt::LeftButton);
    auto *const dialog = part<QFileDialog>(u"audit.exportDialog"_s);
    QVERIFY(dialog != nullptr);
    QVERIFY(!dialog->isModal());
    Q_EMIT dialog->fileSelected(folder.filePath(u"out.jsonl"_s));
    QCOMPARE(part<Button>(u"audit.export"_s)->text(), u"Cancel export"_s);
    QTRY_COMPARE(m_context->notices.size(), 1U);
    QCOMPARE(m_context->notices.front().text, u"1,200 records exported"_s);
    QCOMPARE(part<Button>(u"audit.export"_s)->text(), u"Export"_s);
}

void TstAuditPage::everyControlHasAName()
{
    drawer().open();
    QCOMPARE(namelessControl(*m_page), QString());
}

void TstAuditPage::looksRight_data()
{
    addThemes();
}

// Nothing is cut off at the right of what the page is given; with PROVOST_PICTURES it keeps what it drew.
void TstAuditPage::looksRight()
{
    QFETCH(const QString, theme);
    const auto worn = wear(theme);
    const auto denied =
        std::find_if(m_control->auditRows.begin(), m_control->auditRows.end(),
                     [](const control::AuditRow &row) { return row.status == "denied"; });
    const auto shoot = [&](const QString &what) {
        bool laidOut = false;
        QTimer::singleShot(20, m_page.get(), [&] { laidOut = true; });
        QTRY_VERIFY(laidOut);
        keep(u"audit"_s, what);
    };
    QTRY_VERIFY(part<Label>(u"audit.filter.result"_s)->text().contains(u"of"));
    shoot(u"rows"_s);
    table().select(textOf(denied->id));
    QTRY_VERIFY(!table().currentId().isEmpty());
    QTest::keyClick(table().view(), Qt::Key_Return);
    QTRY_VERIFY(part<Badge>(u"audit.why.verdict"_s) != nullptr);
    shoot(u"why"_s);
    QVERIFY(drawer().geometry().right() <= m_page->width());
    QTest::mouseClick(part<Button>(u"segment.record"_s), Qt::LeftButton);
    shoot(u"record"_s);
    QVERIFY(part<QWidget>(u"audit.record.tree"_s)->mapTo(&drawer(), QPoint()).y() < 120);
    m_page->resize(1194, 770); // what the shell leaves of its window
    QTest::mouseClick(part<Button>(u"segment.why"_s), Qt::LeftButton);
    const double newest = secondsOf(m_control->auditRows.front().timestamp);
    Q_EMIT part<Histogram>(u"audit.histogram"_s)->spanSelected({newest - 7200, newest - 3600});
    shoot(u"zoomed"_s);
    m_page->resize(1366, 850);
    m_page->openLink(*Link::parse(u"audit?filter=status%3Anone"_s));
    QTRY_VERIFY(part<Button>(u"audit.wider"_s) != nullptr);
    shoot(u"empty"_s);
    m_control->errors["auditPage"] = {ErrorCode::Storage, u"the index is damaged"_s};
    m_page->activate();
    QTRY_VERIFY(part<QWidget>(u"audit.error"_s)->isVisible());
    shoot(u"error"_s);
}

PROVOST_TEST(TstAuditPage)

#include "tst_auditpage.moc"
