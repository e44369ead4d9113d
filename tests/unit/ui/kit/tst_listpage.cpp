#include "ui/kit/listpage.h"

#include "tests/support/testing.h"
#include "tests/unit/ui/recordingcontext.h"
#include "tests/unit/ui/themed.h"
#include "ui/kit/button.h"
#include "ui/kit/celltable.h"
#include "ui/kit/partscard.h"
#include "ui/kit/states.h"

#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

namespace {

std::vector<CellRow> rowsOf(const QString &ids)
{
    std::vector<CellRow> rows;
    for (const QChar id : ids)
        rows.push_back({QString(id).toUtf8(), {{.text = id}}});
    return rows;
}

// A page as pages are made of it: one table, and what is selected in it.
class LettersPage : public ListPage
{
public:
    explicit LettersPage(PageContext &context)
        : ListPage(u"letters"_s, Icon::Audit, u"No letters"_s, context, nullptr)
        , table(new CellTable(u"letters.table"_s, u"Letters"_s, {{u"Letter"_s}}, this))
    {
        content()->addWidget(table);
    }

    void show(const QString &letters)
    {
        showList(!letters.isEmpty());
        table->setRows(rowsOf(letters));
        selected = selectIn(*table, selected, u"It is gone"_s);
    }
    using ListPage::refreshEvery;
    using ListPage::refreshInFront;
    using ListPage::showError;
    using ListPage::tell;

    CellTable *table;
    QByteArray selected;
    int refreshed = 0;

protected:
    void refresh() override { ++refreshed; }
};

} // namespace

class TstListPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }

    void onlyTheUsersChoiceIsTold();
    void rowsThatMoveKeepTheSelection();
    void asksWhileInFront();
    void whatIsGoneIsTold();
    void aFailureIsTriedAgain();
    void partsAreChosen();

private:
    testing::Themed m_themed;
    testing::RecordingContext m_context;
};

void TstListPage::onlyTheUsersChoiceIsTold()
{
    CellTable table(u"t"_s, u"Letters"_s, {{u"Letter"_s}});
    QSignalSpy chosen(&table, &CellTable::chosen);
    table.setRows(rowsOf(u"abc"_s));
    table.select("b");
    QCOMPARE(table.selectOrFirst("nothing"), QByteArray("a"));
    table.select("nothing");
    QVERIFY(!table.currentIndex().isValid());
    QCOMPARE(chosen.count(), 0);
    table.select("a");
    QTest::keyClick(&table, Qt::Key_Down);
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen.back().front().toByteArray(), QByteArray("b"));
    table.setRows({});
    QCOMPARE(table.selectOrFirst("b"), QByteArray());
    QCOMPARE(chosen.count(), 1);
}

void TstListPage::rowsThatMoveKeepTheSelection()
{
    CellTable table(u"t"_s, u"Letters"_s, {{u"Letter"_s}});
    QSignalSpy chosen(&table, &CellTable::chosen);
    table.setRows(rowsOf(u"abc"_s));
    table.select("b");
    table.setRows(rowsOf(u"cxb"_s));
    QCOMPARE(table.rowAt(table.currentIndex())->id, QByteArray("b"));
    table.setRows(rowsOf(u"cx"_s)); // the view goes to a neighbour; nobody chose that
    QCOMPARE(chosen.count(), 0);
}

void TstListPage::asksWhileInFront()
{
    LettersPage page(m_context);
    page.refreshInFront();
    QCOMPARE(page.refreshed, 0);
    page.activate();
    QCOMPARE(page.refreshed, 1);
    page.refreshInFront();
    QCOMPARE(page.refreshed, 2);
    page.refreshEvery(std::chrono::milliseconds(1));
    page.activate();
    QTRY_VERIFY(page.refreshed > 4);
    page.deactivate();
    const int before = page.refreshed;
    page.refreshInFront();
    QCOMPARE(page.refreshed, before);
}

void TstListPage::whatIsGoneIsTold()
{
    LettersPage page(m_context);
    page.resize(600, 400);
    page.QWidget::show();
    auto *const banner = page.findChild<QWidget *>(u"letters.banner"_s);
    page.show(u"abc"_s);
    QCOMPARE(page.selected, QByteArray("a"));
    QVERIFY(!banner->isVisible()); // nothing was wanted
    page.selected = "c";
    page.show(u"ab"_s);
    QCOMPARE(page.selected, QByteArray("a"));
    QVERIFY(banner->isVisible());
    page.tell({});
    QVERIFY(!banner->isVisible());
    page.show({});
    QVERIFY(page.findChild<EmptyState *>()->isVisible());
    QVERIFY(!page.table->isVisible());
}

void TstListPage::aFailureIsTriedAgain()
{
    LettersPage page(m_context);
    page.resize(600, 400);
    page.QWidget::show();
    page.show(u"a"_s);
    page.showError(u"The letters could not be read"_s, {ErrorCode::Storage, u"disk"_s});
    auto *const retry = page.findChild<Button *>(u"error.retry"_s);
    QVERIFY(retry->isVisible());
    QTest::mouseClick(retry, Qt::LeftButton);
    QCOMPARE(page.refreshed, 1);
    page.show(u"a"_s);
    QVERIFY(!retry->isVisible());
}

void TstListPage::partsAreChosen()
{
    PartsCard card(u"letters"_s, nullptr);
    auto *const first = new QWidget(&card);
    auto *const second = new QWidget(&card);
    card.addPart(u"first"_s, u"First"_s, first);
    Button *const button = card.addPart(u"second"_s, u"Second"_s, second);
    card.show();
    QSignalSpy chosen(&card, &PartsCard::chosen);
    QCOMPARE(card.current(), u"first"_s);
    QCOMPARE(card.currentPart(), first);
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(card.currentPart(), second);
    card.showInstead(u"first"_s); // the second stays what is wanted
    QCOMPARE(card.current(), u"second"_s);
    QCOMPARE(card.currentPart(), first);
    card.setCurrent(u"second"_s);
    QCOMPARE(card.currentPart(), second);
    QCOMPARE(chosen.count(), 1);
}

PROVOST_TEST(TstListPage)
#include "tst_listpage.moc"
