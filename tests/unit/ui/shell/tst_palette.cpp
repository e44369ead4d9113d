#include "tests/support/testing.h"
#include "ui/shell/fuzzymatch.h"
#include "ui/shell/navigation.h"
#include "ui/shell/palettemodel.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

namespace {

PaletteItem item(const QString &id, const QString &title, PaletteKind kind = PaletteKind::Command,
                 const QString &blocked = {})
{
    return {.id = id,
            .kind = kind,
            .title = title,
            .detail = u"View"_s,
            .keys = {},
            .blocked = blocked,
            .icon = Icon::ArrowRight,
            .run = [] {}};
}

QStringList ids(const std::vector<PaletteItem> &items)
{
    QStringList list;
    for (const PaletteItem &one : items) {
        list << one.id;
    }
    return list;
}

} // namespace

class TstPalette : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lettersMatchInOrder_data();
    void lettersMatchInOrder();
    void positionsPointAtTheLetters();
    void wordStartsWin();
    void longInputsAreBounded();
    void prefixesNarrow();
    void recentOnesComeFirst();
    void blockedOnesComeLater();
    void filtersBecomeAnItem();
    void historyWalksBothWays();
    void historyForgetsWhatLayAhead();
};

void TstPalette::lettersMatchInOrder_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("want");
    QTest::newRow("empty query") << u""_s << u"Audit"_s << true;
    QTest::newRow("spaces only") << u"  "_s << u"Audit"_s << true;
    QTest::newRow("empty text") << u"a"_s << u""_s << false;
    QTest::newRow("whole") << u"audit"_s << u"Audit"_s << true;
    QTest::newRow("initials") << u"crj"_s << u"Copy record as JSON"_s << true;
    QTest::newRow("out of order") << u"tidua"_s << u"Audit"_s << false;
    QTest::newRow("letter missing") << u"auditx"_s << u"Audit"_s << false;
    QTest::newRow("twice needed") << u"aa"_s << u"Audit"_s << false;
    QTest::newRow("spaces ignored") << u"co js"_s << u"Copy as JSON"_s << true;
    QTest::newRow("not latin") << u"éx"_s << u"Éxporter"_s << true;
}

void TstPalette::lettersMatchInOrder()
{
    QFETCH(const QString, query);
    QFETCH(const QString, text);
    QFETCH(const bool, want);
    QCOMPARE(fuzzyMatch(query, text).has_value(), want);
}

void TstPalette::positionsPointAtTheLetters()
{
    const auto match = fuzzyMatch(u"crj"_s, u"Copy record as JSON"_s);
    QVERIFY(match);
    QCOMPARE(match->positions, (std::vector<qsizetype>{0, 5, 15}));
}

void TstPalette::wordStartsWin()
{
    const auto score = [](const QString &query, const QString &text) {
        return fuzzyMatch(query, text)->score;
    };
    QVERIFY(score(u"th"_s, u"Light theme"_s) > score(u"th"_s, u"Refresh the path"_s) - 1);
    QVERIFY(score(u"au"_s, u"Audit"_s) > score(u"au"_s, u"Restaurant"_s));
    QVERIFY(score(u"pol"_s, u"Policies"_s) > score(u"pol"_s, u"Copy one line"_s));
    QVERIFY(score(u"ten"_s, u"Tenants"_s)
            > score(u"ten"_s, u"Tenants and many other things here"_s));
}

void TstPalette::longInputsAreBounded()
{
    const QString text = u"ab"_s.repeated(50'000);
    QVERIFY(fuzzyMatch(u"ab"_s.repeated(10'000), text).has_value());
}

void TstPalette::prefixesNarrow()
{
    const std::vector<PaletteItem> all = {item(u"go"_s, u"Audit"_s, PaletteKind::Page),
                                          item(u"run"_s, u"Audit export"_s),
                                          item(u"acme"_s, u"acme-corp"_s, PaletteKind::Tenant),
                                          item(u"help"_s, u"Audit"_s, PaletteKind::Help)};
    QCOMPARE(ids(ranked(all, u">"_s, {})), QStringList{u"run"_s});
    QCOMPARE(ids(ranked(all, u"t: ac"_s, {})), QStringList{u"acme"_s});
    QCOMPARE(ids(ranked(all, u"?aud"_s, {})), QStringList{u"help"_s});
    QVERIFY(!ids(ranked(all, u""_s, {})).contains(u"help"_s));
    QCOMPARE(ids(ranked(all, u"zzz"_s, {})), QStringList());
}

void TstPalette::recentOnesComeFirst()
{
    const std::vector<PaletteItem> all = {item(u"a"_s, u"Dark theme"_s),
                                          item(u"b"_s, u"Light theme"_s), item(u"c"_s, u"Other"_s)};
    QCOMPARE(ids(ranked(all, u"theme"_s, {u"b"_s})), (QStringList{u"b"_s, u"a"_s}));
    QCOMPARE(ids(ranked(all, u""_s, {u"c"_s, u"b"_s})), (QStringList{u"c"_s, u"b"_s, u"a"_s}));
}

void TstPalette::blockedOnesComeLater()
{
    const std::vector<PaletteItem> all = {
        item(u"a"_s, u"Publish"_s, PaletteKind::Command, u"needs a role"_s),
        item(u"b"_s, u"Publish"_s)};
    QCOMPARE(ids(ranked(all, u"publish"_s, {})), (QStringList{u"b"_s, u"a"_s}));
}

void TstPalette::filtersBecomeAnItem()
{
    PaletteModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setItems({item(u"a"_s, u"Dark theme"_s)});
    model.setFilterItem(
        [](const QString &filter) { return item(u"filter"_s, filter, PaletteKind::Filter); });
    model.setQuery(u"/decision:deny"_s);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.itemAt(0)->title, u"decision:deny"_s);
    model.setQuery(u"dark"_s);
    QCOMPARE(model.itemAt(0)->id, u"a"_s);
    QCOMPARE(model.itemAt(1), nullptr);
    QCOMPARE(model.itemAt(-1), nullptr);
}

void TstPalette::historyWalksBothWays()
{
    const auto visit = [](const QString &page) {
        return Visit{{.page = page, .target = {}, .parameters = {}}, {}};
    };
    Navigation history;
    QVERIFY(!history.back(visit(u"a"_s)));
    QVERIFY(!history.forward(visit(u"a"_s)));
    history.leave(visit(u"a"_s));
    history.leave(visit(u"b"_s)); // now at c
    QVERIFY(history.back(visit(u"c"_s)) == visit(u"b"_s));
    QVERIFY(history.back(visit(u"b"_s)) == visit(u"a"_s));
    QVERIFY(!history.canGoBack());
    QVERIFY(history.forward(visit(u"a"_s)) == visit(u"b"_s));
    QVERIFY(history.forward(visit(u"b"_s)) == visit(u"c"_s));
    QVERIFY(!history.canGoForward());
}

void TstPalette::historyForgetsWhatLayAhead()
{
    Navigation history;
    Visit visit;
    for (int i = 0; i < 1'000; ++i) {
        visit.link.page = QString::number(i);
        history.leave(visit);
    }
    (void)history.back(visit);
    QVERIFY(history.canGoForward());
    visit.link.page = u"elsewhere"_s;
    history.leave(visit);
    QVERIFY(!history.canGoForward());
    int steps = 0;
    while (history.back(visit)) {
        ++steps;
    }
    QVERIFY(steps <= 100);
}

PROVOST_TEST(TstPalette)

#include "tst_palette.moc"
