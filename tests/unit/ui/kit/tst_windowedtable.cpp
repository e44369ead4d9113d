#include "tests/support/testing.h"
#include "tests/unit/ui/kit/rowsfixture.h"
#include "tests/unit/ui/themed.h"
#include "ui/kit/button.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/tableview.h"
#include "ui/kit/windowedtable.h"

#include <QClipboard>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

using namespace provost::ui;
using provost::testing::FakeRows;
using namespace Qt::StringLiterals;

class TstWindowedTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }
    void init();
    void cleanup();

    void showsAsManyRowsAsFit();
    void selectionStaysWithItsRecord();
    void keysMoveByRecords();
    void shiftSelectsARange();
    void clickingSelects();
    void currentIndexIsAlwaysValid();
    void wheelAndBarMoveTheWindow();
    void copiesTheSelectionWithHeader();
    void followingKeepsTheTop();
    void scrollingAwayPausesFollowing();
    void pausedRecordsAreCounted();
    void selectReachesFarRecords();

private:
    void click(int row, Qt::KeyboardModifiers keys = {})
    {
        QTest::mouseClick(m_table->view()->viewport(), Qt::LeftButton, keys,
                          QPoint(30, row * 28 + 14));
    }
    QByteArray top() { return m_table->model().rowAt(0)->id; }

    provost::testing::Themed m_themed;
    std::unique_ptr<FakeRows> m_rows;
    std::unique_ptr<WindowedTable> m_table;
};

void TstWindowedTable::init()
{
    m_rows = std::make_unique<FakeRows>(1'000'000);
    m_table = std::make_unique<WindowedTable>(u"records"_s, u"Records"_s);
    m_table->resize(400, 32 + 10 * 28 + 5); // header, ten rows, a bit of the eleventh
    m_table->setSource(m_rows.get());
    m_table->show();
}

void TstWindowedTable::cleanup()
{
    m_table.reset();
    m_rows.reset();
}

void TstWindowedTable::showsAsManyRowsAsFit()
{
    QCOMPARE(m_table->model().visibleRows(), 10);
    QCOMPARE(m_table->model().rowCount(), 11);
    QCOMPARE(m_table->view()->rowHeight(0), 28);
}

void TstWindowedTable::selectionStaysWithItsRecord()
{
    click(3);
    QCOMPARE(m_table->currentId(), "r3");
    m_table->model().scrollBy(2);
    const auto rows = m_table->view()->selectionModel()->selectedRows();
    QCOMPARE(rows.size(), 1);
    QCOMPARE(rows.constFirst().row(), 1);
    m_table->model().scrollBy(5'000);
    QVERIFY(m_table->view()->selectionModel()->selectedRows().isEmpty());
    QCOMPARE(m_table->currentId(), "r3");
    m_table->model().goTop();
    QCOMPARE(m_table->view()->selectionModel()->selectedRows().constFirst().row(), 3);
}

void TstWindowedTable::keysMoveByRecords()
{
    QSignalSpy current(m_table.get(), &WindowedTable::currentChanged);
    const auto press = [this](Qt::Key key) { QTest::keyClick(m_table->view(), key); };
    press(Qt::Key_Down);
    QCOMPARE(m_table->currentId(), "r0");
    for (int i = 0; i < 12; ++i) {
        press(Qt::Key_Down);
    }
    QCOMPARE(m_table->currentId(), "r12");
    QCOMPARE(top(), "r3");
    press(Qt::Key_PageDown);
    QCOMPARE(m_table->currentId(), "r22");
    press(Qt::Key_End);
    QCOMPARE(m_table->currentId(), "r999999");
    press(Qt::Key_Up);
    QCOMPARE(m_table->currentId(), "r999998");
    press(Qt::Key_Home);
    QCOMPARE(m_table->currentId(), "r0");
    press(Qt::Key_Up);
    QCOMPARE(m_table->currentId(), "r0");
    QVERIFY(current.count() > 10);
    QSignalSpy opened(m_table.get(), &WindowedTable::opened);
    press(Qt::Key_Return);
    QCOMPARE(opened.count(), 1);
    QCOMPARE(opened.constFirst().constFirst().toByteArray(), "r0");
}

void TstWindowedTable::shiftSelectsARange()
{
    click(2);
    for (int i = 0; i < 15; ++i) {
        QTest::keyClick(m_table->view(), Qt::Key_Down, Qt::ShiftModifier);
    }
    QCOMPARE(m_table->selectedIds().size(), 16U);
    QCOMPARE(m_table->selectedIds().front(), "r2");
    QCOMPARE(m_table->selectedIds().back(), "r17");
    QTest::keyClick(m_table->view(), Qt::Key_Down);
    QCOMPARE(m_table->selectedIds(), std::vector<QByteArray>{"r18"});
}

void TstWindowedTable::clickingSelects()
{
    click(1);
    click(4);
    QCOMPARE(m_table->selectedIds(), std::vector<QByteArray>{"r4"});
    m_table->clearSelection();
    QVERIFY(m_table->selectedIds().empty());
    QVERIFY(m_table->currentId().isEmpty());
}

void TstWindowedTable::currentIndexIsAlwaysValid()
{
    // Assistive tools ask for it at any time.
    click(3);
    for (const double fraction : {0.5, 1.0, 0.2, 0.0}) {
        m_table->model().goToFraction(fraction);
        QVERIFY(m_table->view()->currentIndex().isValid());
        QVERIFY(!m_table->view()->currentIndex().data().toString().isEmpty());
    }
    m_rows->count = 2;
    Q_EMIT m_rows->reset();
    QVERIFY(m_table->view()->currentIndex().isValid());
}

void TstWindowedTable::wheelAndBarMoveTheWindow()
{
    QWheelEvent wheel(QPointF(30, 30), QPointF(30, 30), {}, QPoint(0, -120), Qt::NoButton,
                      Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(m_table->view()->viewport(), &wheel);
    QCOMPARE(top(), "r3");
    auto *const bar = m_table->findChild<QScrollBar *>(u"records.scrollBar"_s);
    QVERIFY(bar != nullptr);
    bar->triggerAction(QAbstractSlider::SliderPageStepAdd);
    QCOMPARE(top(), "r13");
    bar->triggerAction(QAbstractSlider::SliderSingleStepSub);
    QCOMPARE(top(), "r12");
    bar->triggerAction(QAbstractSlider::SliderToMaximum);
    QVERIFY(m_table->model().atBottom());
    QCOMPARE(bar->value(), bar->maximum());
    bar->setSliderPosition(bar->maximum() / 2);
    bar->triggerAction(QAbstractSlider::SliderMove);
    QVERIFY(qAbs(FakeRows::rowOf(top()) - 500'000) < 10);
}

void TstWindowedTable::copiesTheSelectionWithHeader()
{
    click(2);
    QTest::keyClick(m_table->view(), Qt::Key_Down, Qt::ShiftModifier);
    QTest::keySequence(m_table->view(), QKeySequence::Copy);
    // A cell that a spreadsheet would compute is disarmed.
    QCOMPARE(QApplication::clipboard()->text(), u"Id\tNote\nr2\t'=1+1\nr3\t'=1+1\n"_s);
    QCOMPARE(m_table->selectionAsJson(),
             "{\"id\":\"r2\",\"note\":\"=1+1\"}\n{\"id\":\"r3\",\"note\":\"=1+1\"}\n");
}

void TstWindowedTable::followingKeepsTheTop()
{
    m_table->setFollowing(true);
    const int before = m_rows->asked;
    m_table->noteNewRows(5);
    m_table->noteNewRows(5);
    QTRY_VERIFY(m_rows->asked > before);
    QCOMPARE(m_rows->asked, before + 1); // two notes, one question
    QVERIFY(m_table->isFollowing());
}

void TstWindowedTable::scrollingAwayPausesFollowing()
{
    QSignalSpy changed(m_table.get(), &WindowedTable::followingChanged);
    m_table->setFollowing(true);
    m_table->model().scrollBy(1);
    QVERIFY(!m_table->isFollowing());
    QCOMPARE(changed.count(), 2);
}

void TstWindowedTable::pausedRecordsAreCounted()
{
    auto *const pill = m_table->findChild<Button *>(u"records.pill"_s);
    QVERIFY(!pill->isVisible());
    m_table->model().scrollBy(50);
    m_table->noteNewRows(12'000);
    m_table->noteNewRows(480);
    QVERIFY(pill->isVisible());
    QVERIFY(pill->text().startsWith(QLocale().toString(12'480)));
    QTest::mouseClick(pill, Qt::LeftButton);
    QVERIFY(m_table->isFollowing());
    QVERIFY(!pill->isVisible());
    QCOMPARE(top(), "r0");
}

void TstWindowedTable::selectReachesFarRecords()
{
    QSignalSpy current(m_table.get(), &WindowedTable::currentChanged);
    m_table->select("r654321");
    QCOMPARE(m_table->currentId(), "r654321");
    QCOMPARE(current.count(), 1);
    QCOMPARE(m_table->view()->selectionModel()->selectedRows().size(), 1);
    m_table->select("r9999999"); // there is no such record: nothing breaks
    QCOMPARE(m_table->currentId(), "r654321");
}

PROVOST_TEST(TstWindowedTable)

#include "tst_windowedtable.moc"
