#include "tests/support/testing.h"
#include "tests/unit/ui/kit/rowsfixture.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace provost::ui;
using provost::testing::FakeRows;
using namespace Qt::StringLiterals;

class TstWindowModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void holdsTheSameHoweverManyRows();
    void shortTablesAreShownWhole();
    void emptyTablesHaveNoRows();
    void scrollingCrossesPages();
    void scrollingStopsAtTheEnds();
    void memoryStaysBoundedOnALongWay();
    void bottomShowsTheLastRowWhole();
    void fractionsGoThere();
    void fractionNearTheBottomFillsTheWindow();
    void recordsFarAwayAreFound();
    void answersThatWereOvertakenAreDropped();
    void lateRowsArePlaceholdersThenThere();
    void scrollingBeyondWhatIsThereIsMadeGood();
    void failuresAreTold();
    void resetsStartAtTheTop();
    void growingWindowsAskForMore();
    void worksWithoutKnownPositions();
    void cellsAreMadeForVisibleRowsOnly();
    void survivesLosingItsSource();
    void sourcesMayDieFirst();

private:
    QByteArray top() const { return m_model->rowAt(0) ? m_model->rowAt(0)->id : QByteArray(); }
    void use(qint64 rows)
    {
        m_rows = std::make_unique<FakeRows>(rows);
        m_model->setSource(m_rows.get());
    }

    std::unique_ptr<FakeRows> m_rows;
    std::unique_ptr<WindowModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

void TstWindowModel::init()
{
    m_model = std::make_unique<WindowModel>();
    m_tester = std::make_unique<QAbstractItemModelTester>(
        m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    m_model->setVisibleRows(20);
}

void TstWindowModel::cleanup()
{
    m_tester.reset();
    m_model.reset();
    m_rows.reset();
}

void TstWindowModel::holdsTheSameHoweverManyRows()
{
    for (const qint64 rows : {1'000LL, 1'000'000LL, 4'000'000'000LL}) {
        use(rows);
        QCOMPARE(m_model->rowCount(), 21);
        QCOMPARE(top(), "r0");
        QVERIFY(m_model->atTop());
        QVERIFY(!m_model->atBottom());
        QVERIFY(m_rows->asked <= 2);
        m_model->setSource(nullptr);
    }
}

void TstWindowModel::shortTablesAreShownWhole()
{
    use(7);
    QCOMPARE(m_model->rowCount(), 7);
    QVERIFY(m_model->atTop() && m_model->atBottom());
    m_model->scrollBy(5);
    QCOMPARE(top(), "r0");
    QCOMPARE(m_model->index(6, 0).data().toString(), u"r6"_s);
    QCOMPARE(m_model->headerData(0, Qt::Horizontal, Qt::DisplayRole).toString(), u"Id"_s);
}

void TstWindowModel::emptyTablesHaveNoRows()
{
    use(0);
    QCOMPARE(m_model->rowCount(), 0);
    m_model->scrollBy(3);
    m_model->goBottom();
    m_model->goToFraction(0.5);
    m_model->goTo("r3");
    QCOMPARE(m_model->rowCount(), 0);
    QVERIFY(m_model->atTop() && m_model->atBottom());
    QCOMPARE(m_model->rowAt(0), nullptr);
}

void TstWindowModel::scrollingCrossesPages()
{
    use(100'000);
    for (int i = 0; i < 3'000; ++i) {
        m_model->scrollBy(1);
    }
    QCOMPARE(top(), "r3000");
    for (int i = 0; i < 2'990; ++i) {
        m_model->scrollBy(-1);
    }
    QCOMPARE(top(), "r10");
}

void TstWindowModel::scrollingStopsAtTheEnds()
{
    use(600);
    m_model->scrollBy(-5);
    QCOMPARE(top(), "r0");
    m_model->scrollBy(1'000'000);
    m_model->scrollBy(1'000'000);
    QCOMPARE(top(), "r580");
    QVERIFY(m_model->atBottom());
    QCOMPARE(m_model->rowCount(), 20);
    QCOMPARE(m_model->fraction(), 1.0);
}

void TstWindowModel::memoryStaysBoundedOnALongWay()
{
    use(1'000'000);
    for (int i = 0; i < 200; ++i) {
        m_model->scrollBy(400);
    }
    QCOMPARE(top(), "r80000");
    QVERIFY(!m_model->positionOf("r0"));
    QVERIFY(m_model->rowsBetween("r80000", "r80005").size() == 6);
    m_model->goTop();
    QCOMPARE(top(), "r0");
}

void TstWindowModel::bottomShowsTheLastRowWhole()
{
    use(1'000'000);
    m_model->goBottom();
    QCOMPARE(m_model->rowCount(), 20);
    QCOMPARE(m_model->rowAt(19)->id, "r999999");
    QVERIFY(m_model->atBottom());
    m_model->scrollBy(-1);
    QCOMPARE(m_model->rowAt(19)->id, "r999998");
    QCOMPARE(m_model->rowCount(), 21);
}

void TstWindowModel::fractionsGoThere()
{
    use(1'000'000);
    m_model->goToFraction(0.25);
    QCOMPARE(top(), "r250000");
    QVERIFY(qAbs(m_model->fraction() - 0.25) < 0.001);
    m_model->goToFraction(0);
    QCOMPARE(top(), "r0");
    m_model->goToFraction(1);
    QVERIFY(m_model->atBottom());
    use(100); // in memory as a whole
    m_model->goToFraction(0.5);
    QCOMPARE(top(), "r40");
}

void TstWindowModel::fractionNearTheBottomFillsTheWindow()
{
    use(1'000'000);
    m_model->goToFraction(0.999995); // five rows remain
    QCOMPARE(m_model->rowCount(), 20);
    QCOMPARE(m_model->rowAt(19)->id, "r999999");
}

void TstWindowModel::recordsFarAwayAreFound()
{
    use(1'000'000);
    QSignalSpy jumped(m_model.get(), &WindowModel::jumped);
    m_model->goTo("r777777");
    QCOMPARE(jumped.count(), 1);
    const auto position = m_model->positionOf("r777777");
    QVERIFY(position && *position >= 0 && *position < 20);
    const QByteArray before = top();
    m_model->goTo("r777778"); // in sight already: nothing moves
    QCOMPARE(top(), before);
}

void TstWindowModel::answersThatWereOvertakenAreDropped()
{
    use(1'000'000);
    m_rows->late = true;
    m_model->goToFraction(0.3);
    m_model->goToFraction(0.6);
    QCOMPARE(m_rows->waiting.size(), 2U);
    QVERIFY(!m_rows->cancelled.empty());
    const auto requests = std::exchange(m_rows->waiting, {});
    m_rows->answer(requests[0]); // overtaken, and the other is still awaited
    QCOMPARE(top(), "r0");
    m_rows->answer(requests[1]);
    QCOMPARE(top(), "r600000");
    m_rows->answer(requests[0]);
    QCOMPARE(top(), "r600000");
}

void TstWindowModel::lateRowsArePlaceholdersThenThere()
{
    use(1'000'000);
    m_rows->late = true;
    m_model->goToFraction(0.5);
    QTRY_COMPARE(m_model->index(0, 0).data().toString(), u"…"_s); // after a moment of patience
    QCOMPARE(m_model->rowCount(), 21);
    QCOMPARE(m_model->rowAt(0), nullptr);
    m_rows->answerAll();
    QCOMPARE(m_model->index(0, 0).data().toString(), u"r500000"_s);
}

void TstWindowModel::scrollingBeyondWhatIsThereIsMadeGood()
{
    use(1'000'000);
    m_rows->late = true;
    m_model->scrollBy(500); // the first page ends at 511
    m_model->scrollBy(100);
    m_rows->answerAll();
    QVERIFY(FakeRows::rowOf(top()) >= 592);
}

void TstWindowModel::failuresAreTold()
{
    use(1'000'000);
    QSignalSpy failed(m_model.get(), &WindowModel::failed);
    m_rows->late = true;
    m_model->goToFraction(0.5);
    const quint64 token = m_rows->waiting.front().token;
    Q_EMIT m_rows->failed(token + 1, u"another's"_s);
    QCOMPARE(failed.count(), 0);
    Q_EMIT m_rows->failed(token, u"disk gone"_s);
    QCOMPARE(failed.count(), 1);
    QVERIFY(!m_model->isLoading());
    QCOMPARE(top(), "r0"); // what was there stays
}

void TstWindowModel::resetsStartAtTheTop()
{
    use(1'000'000);
    m_model->goToFraction(0.5);
    m_rows->count = 5;
    Q_EMIT m_rows->reset();
    QCOMPARE(m_model->rowCount(), 5);
    QCOMPARE(top(), "r0");
}

void TstWindowModel::growingWindowsAskForMore()
{
    use(1'000'000);
    m_model->setVisibleRows(700);
    QCOMPARE(m_model->rowCount(), 701);
    QVERIFY(m_model->rowAt(699) != nullptr);
    m_model->setVisibleRows(0); // never none
    QCOMPARE(m_model->visibleRows(), 1);
}

void TstWindowModel::worksWithoutKnownPositions()
{
    m_rows = std::make_unique<FakeRows>(10'000);
    m_rows->knowsPositions = false;
    m_model->setSource(m_rows.get());
    QCOMPARE(m_model->fraction(), 0.0);
    m_model->scrollBy(300);
    QVERIFY(m_model->fraction() > 0.0 && m_model->fraction() < 1.0);
    m_model->goBottom();
    QCOMPARE(m_model->fraction(), 1.0);
}

void TstWindowModel::cellsAreMadeForVisibleRowsOnly()
{
    use(1'000'000);
    m_tester.reset(); // it reads all cells
    m_rows->cells = 0;
    m_model->scrollBy(100);
    QCOMPARE(m_rows->cells, 0);
    (void)m_model->index(3, 0).data();
    QCOMPARE(m_rows->cells, 1);
}

void TstWindowModel::survivesLosingItsSource()
{
    use(1'000'000);
    m_rows->late = true;
    m_model->goToFraction(0.5);
    m_model->setSource(nullptr);
    QCOMPARE(m_model->rowCount(), 0);
    m_rows->answerAll(); // nobody listens
    QCOMPARE(m_model->rowCount(), 0);
    QCOMPARE(m_model->columnCount(), 0);
}

void TstWindowModel::sourcesMayDieFirst()
{
    use(1'000'000);
    m_model->scrollBy(100);
    m_rows.reset();
    QCOMPARE(m_model->rowCount(), 0);
    QCOMPARE(m_model->source(), nullptr);
    m_model->goToFraction(0.5);
    m_model->goTo("r3");
}

PROVOST_TEST(TstWindowModel)

#include "tst_windowmodel.moc"
