#include "tests/support/testing.h"
#include "ui/kit/cellmodel.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

class TstCellModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void newRowsReplaceTheOld_data();
    void newRowsReplaceTheOld();
    void placesFollowTheirRows();
    void cellsAreShown();
    void rowsOfOthersAreNotOurs();

private:
    static std::vector<CellRow> rowsOf(const QString &ids)
    {
        std::vector<CellRow> rows;
        for (const QChar id : ids)
            rows.push_back({QString(id).toUtf8(), {{.text = id}}});
        return rows;
    }
    static QString idsOf(const CellModel &model)
    {
        QString ids;
        for (const CellRow &row : model.rows())
            ids += QString::fromUtf8(row.id);
        return ids;
    }
};

void TstCellModel::newRowsReplaceTheOld_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("shown");
    QTest::newRow("fill") << u""_s << u"abc"_s << u"abc"_s;
    QTest::newRow("empty") << u"abc"_s << u""_s << u""_s;
    QTest::newRow("turn round") << u"abcd"_s << u"dcba"_s << u"dcba"_s;
    QTest::newRow("insert") << u"ad"_s << u"abcd"_s << u"abcd"_s;
    QTest::newRow("remove") << u"abcd"_s << u"bd"_s << u"bd"_s;
    QTest::newRow("all at once") << u"abcd"_s << u"exbya"_s << u"exbya"_s;
    QTest::newRow("twice the same") << u"ab"_s << u"aabb"_s << u"ab"_s;
}

void TstCellModel::newRowsReplaceTheOld()
{
    QFETCH(const QString, before);
    QFETCH(const QString, after);
    QFETCH(const QString, shown);
    CellModel model({{u"Name"_s}});
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setRows(rowsOf(before));
    QCOMPARE(idsOf(model), before);
    model.setRows(rowsOf(after));
    QCOMPARE(idsOf(model), shown);
}

void TstCellModel::placesFollowTheirRows()
{
    CellModel model({{u"Name"_s}});
    model.setRows(rowsOf(u"abcd"_s));
    const QPersistentModelIndex kept(model.indexOf("c"));
    const QPersistentModelIndex gone(model.indexOf("b"));
    model.setRows(rowsOf(u"cxda"_s));
    QCOMPARE(kept.row(), 0);
    QVERIFY(!gone.isValid());
}

void TstCellModel::cellsAreShown()
{
    CellModel model({{u"Name"_s}, {u"Calls"_s, Qt::AlignRight}});
    model.setRows({{"a", {{.text = u"alpha"_s}, {.text = u"3"_s}}, "audit"}, {"b", {}}});
    QCOMPARE(model.index(0, 1).data().toString(), u"3"_s);
    QCOMPARE(model.index(0, 0).data(CellRole).value<Cell>().text, u"alpha"_s);
    QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), u"Calls"_s);
    QVERIFY(!model.index(1, 1).data().isValid()); // a row that is too short
    QCOMPARE(model.rowAt(model.index(0, 1))->link, QByteArray("audit"));
}

void TstCellModel::rowsOfOthersAreNotOurs()
{
    CellModel model({{u"Name"_s}});
    CellModel other({{u"Name"_s}});
    other.setRows(rowsOf(u"a"_s));
    QCOMPARE(model.rowAt(other.index(0, 0)), nullptr);
    QCOMPARE(model.rowAt({}), nullptr);
    QVERIFY(!model.indexOf("a").isValid());
}

PROVOST_TEST(TstCellModel)
#include "tst_cellmodel.moc"
