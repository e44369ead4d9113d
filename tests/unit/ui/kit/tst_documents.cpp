#include "tests/support/testing.h"
#include "tests/unit/ui/themed.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/diffview.h"
#include "ui/kit/jsontree.h"
#include "ui/kit/page.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

class TstDocuments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }

    void editsOfAFormAreOneUndoStep_data();
    void editsOfAFormAreOneUndoStep();
    void newTextForgetsTheHistory();
    void problemsAnywhereAreShown();
    void readOnlyTextIsNotTyped();
    void placesCountFromOne();
    void findReportsWhatIsMissing();
    void editorsFollowTheTheme();
    void differencesAreShownInBothLayouts();
    void treeModelIsSound();
    void treeKeepsNumbersAsWritten();
    void pathsNameEveryValue();
    void hostileDepthIsBounded();
    void linksRoundTrip_data();
    void linksRoundTrip();
    void rangesHaveKeys();

private:
    testing::Themed m_themed;
};

void TstDocuments::editsOfAFormAreOneUndoStep_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::newRow("middle") << u"a: 1\nb: 2\nc: 3\n"_s << u"a: 1\nb: 22\nc: 3\n"_s;
    QTest::newRow("insert") << u"a\nc\n"_s << u"a\nb\nc\n"_s;
    QTest::newRow("remove all") << u"a\nb\n"_s << u""_s;
    QTest::newRow("from nothing") << u""_s << u"a\n"_s;
    QTest::newRow("repeated") << u"aaaa"_s << u"aaa"_s;
    QTest::newRow("letters that share bytes") << u"name: é\n"_s << u"name: è\n"_s;
    QTest::newRow("letters that share last bytes") << u"x: \u0101y"_s << u"x: \u0201y"_s;
    QTest::newRow("beyond the basic plane") << u"k: 😀!"_s << u"k: 😁!"_s;
}

void TstDocuments::editsOfAFormAreOneUndoStep()
{
    QFETCH(const QString, before);
    QFETCH(const QString, after);
    CodeEditor editor(u"policy"_s, u"Policy"_s, CodeLanguage::Yaml);
    editor.setText(before);
    QVERIFY(!editor.canUndo());
    QSignalSpy changed(&editor, &CodeEditor::textChanged);
    editor.applyText(after);
    QCOMPARE(editor.text(), after);
    QVERIFY(changed.count() >= 1);
    editor.undo();
    QCOMPARE(editor.text(), before);
    QVERIFY(!editor.canUndo());
    editor.redo();
    QCOMPARE(editor.text(), after);
}

void TstDocuments::newTextForgetsTheHistory()
{
    CodeEditor editor(u"policy"_s, u"Policy"_s, CodeLanguage::Yaml);
    editor.setText(u"a"_s);
    editor.applyText(u"ab"_s);
    QVERIFY(editor.canUndo());
    editor.setText(u"c"_s);
    QVERIFY(!editor.canUndo());
    editor.applyText(u"c"_s); // the same: no step
    QVERIFY(!editor.canUndo());
}

void TstDocuments::problemsAnywhereAreShown()
{
    CodeEditor editor(u"policy"_s, u"Policy"_s, CodeLanguage::Yaml);
    editor.resize(400, 200);
    editor.setText(u"a: 1\n\n  b: 2\n"_s);
    // The checker counts as it likes; an editor must not fall over it.
    editor.setProblems({{1, 1, 0, CodeProblem::Severity::Error, u"one"_s},
                        {1, 4, 1, CodeProblem::Severity::Warning, u"two on a line"_s},
                        {2, 1, 5, CodeProblem::Severity::Error, u"on an empty line"_s},
                        {3, 99, 2, CodeProblem::Severity::Warning, u"past the end"_s},
                        {999, 1, 0, CodeProblem::Severity::Error, u"past the text"_s},
                        {0, 0, -3, CodeProblem::Severity::Info, u"before it"_s}});
    editor.setNote(2, u"a note"_s, Tone::Ask);
    editor.setBase(u"a: 0\nremoved\n  b: 2\nmore\n"_s);
    editor.highlightLines(2, 999);
    QVERIFY(!editor.grab().isNull());
    editor.setText({});
    editor.setProblems({{1, 1, 0, CodeProblem::Severity::Error, u"nothing here"_s}});
    QVERIFY(!editor.grab().isNull());
    editor.setProblems({});
    editor.clearNotes();
    editor.setBase(std::nullopt);
}

void TstDocuments::readOnlyTextIsNotTyped()
{
    CodeEditor editor(u"policy"_s, u"Policy"_s, CodeLanguage::Json);
    editor.setReadOnly(true);
    editor.setText(u"{}"_s); // programs may
    QCOMPARE(editor.text(), u"{}"_s);
    QVERIFY(editor.isReadOnly());
    auto *const code = editor.findChild<QWidget *>(u"policy.text"_s);
    QTest::keyClicks(code, u"x"_s);
    QCOMPARE(editor.text(), u"{}"_s);
}

void TstDocuments::placesCountFromOne()
{
    CodeEditor editor(u"policy"_s, u"Policy"_s, CodeLanguage::Yaml);
    editor.setText(u"one\ntwo\nthree"_s);
    QSignalSpy moved(&editor, &CodeEditor::cursorMoved);
    editor.goTo(3, 2);
    QCOMPARE(editor.cursorLine(), 3);
    QCOMPARE(editor.cursorColumn(), 2);
    editor.show(); // the text tells its cursor when it is drawn
    QTRY_VERIFY(!moved.isEmpty());
    QCOMPARE(moved.constLast().constFirst().toInt(), 3);
    editor.goTo(99, 99);
    QCOMPARE(editor.cursorLine(), 3);
    editor.goTo(0, 0);
    QCOMPARE(editor.cursorLine(), 1);
    QCOMPARE(editor.cursorColumn(), 1);
}

void TstDocuments::findReportsWhatIsMissing()
{
    CodeEditor editor(u"policy"_s, u"Policy"_s, CodeLanguage::Yaml);
    editor.setText(u"alpha\nbeta\nalpha\n"_s);
    editor.show();
    editor.openFind();
    auto *const find = editor.findChild<QLineEdit *>(u"policy.find"_s);
    QTest::keyClicks(find, u"beta"_s);
    QCOMPARE(editor.cursorLine(), 2);
    QTest::keyClick(find, Qt::Key_Escape);
    editor.openFind();
    find->clear();
    QTest::keyClicks(find, u"gamma"_s);
    QVERIFY(find->property("accessibleName").toString() == u"Find"_s);
}

void TstDocuments::editorsFollowTheTheme()
{
    CodeEditor editor(u"policy"_s, u"Policy"_s, CodeLanguage::Yaml);
    editor.resize(300, 100);
    editor.setText(u"a: 1\n"_s);
    const auto ground = [&] { return editor.grab().toImage().pixelColor(250, 80); };
    QCOMPARE(ground(), tokensOf(ThemeId::Light).surface);
    m_themed.theme().setChoice(Theme::Choice::Dark);
    QCOMPARE(ground(), tokensOf(ThemeId::Dark).surface);
    m_themed.theme().setChoice(Theme::Choice::Light);
}

void TstDocuments::differencesAreShownInBothLayouts()
{
    DiffView diff(u"diff"_s, u"Difference"_s);
    diff.resize(600, 220);
    QVERIFY(!diff.grab().isNull());
    QString before;
    QString after;
    for (int i = 0; i < 100; ++i) {
        before += u"line %1\n"_s.arg(i);
        after += i == 50 ? u"changed\n"_s : u"line %1\n"_s.arg(i);
    }
    for (const auto layout : {DiffView::Layout::SideBySide, DiffView::Layout::Unified}) {
        diff.setLayoutKind(layout);
        diff.setTexts(before, after);
        QVERIFY(diff.count() == (DiffCount{1, 1}));
        diff.setContextLines(-1);
        diff.goNext();
        QVERIFY(diff.verticalScrollBar()->value() > 0);
        diff.goPrevious();
        QVERIFY(!diff.grab().isNull());
        diff.setContextLines(3);
        QCOMPARE(diff.verticalScrollBar()->maximum() > 0, layout == DiffView::Layout::Unified);
    }
    QCOMPARE(diff.accessibleDescription(), u"1 line added, 1 line removed"_s);
}

void TstDocuments::treeModelIsSound()
{
    JsonModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setValue(Json::parse(R"({"a":[1,{"b":null}],"c":{},"d":[]})").value());
    QCOMPARE(model.rowCount(), 3);
    model.setValue(Json("just text"));
    QCOMPARE(model.rowCount(), 0);
    model.setValue(Json());
}

void TstDocuments::treeKeepsNumbersAsWritten()
{
    JsonModel model;
    model.setValue(
        Json::parse(R"({"big":12345678901234567890,"one":1.0,"text":"<b>x</b>"})").value());
    const auto value = [&](int row) { return model.index(row, 1, {}).data().toString(); };
    QCOMPARE(value(0), u"12345678901234567890"_s);
    QCOMPARE(value(1), u"1.0"_s);
    QCOMPARE(value(2), u"\"<b>x</b>\""_s);
}

void TstDocuments::pathsNameEveryValue()
{
    JsonModel model;
    model.setValue(Json::parse(R"({"result":{"content":[{"text":"x"}],"odd key":1}})").value());
    const QModelIndex result = model.index(0, 0, {});
    const QModelIndex content = model.index(0, 0, result);
    const QModelIndex text = model.index(0, 0, model.index(0, 0, content));
    QCOMPARE(model.pathOf(text), u"$.result.content[0].text"_s);
    QCOMPARE(model.pathOf(model.index(1, 0, result)), u"$.result[\"odd key\"]"_s);
    QCOMPARE(model.pathOf({}), u"$"_s);
    JsonTree tree(u"json"_s, u"Record"_s);
    tree.setValue(Json::parse(R"({"note":"plain","list":[1,2]})").value());
    QTest::keySequence(&tree, QKeySequence::Copy);
    QCOMPARE(QApplication::clipboard()->text(), u"plain"_s);
}

void TstDocuments::hostileDepthIsBounded()
{
    JsonLimits limits;
    limits.depthMax = 500;
    const QByteArray text = QByteArray(400, '[') + QByteArray(400, ']');
    JsonModel model;
    model.setValue(Json::parse(text, limits).value());
    QModelIndex index;
    int depth = 0;
    while (model.rowCount(index) > 0) {
        index = model.index(0, 0, index);
        ++depth;
    }
    QVERIFY(depth <= 64);
}

void TstDocuments::linksRoundTrip_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("page");
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("filter");
    QTest::newRow("page") << u"audit"_s << u"audit"_s << u""_s << u""_s;
    QTest::newRow("file and line") << u"policies/tenants/acme-corp.yaml:12"_s << u"policies"_s
                                   << u"tenants/acme-corp.yaml:12"_s << u""_s;
    QTest::newRow("filter") << u"audit?filter=decision%3Adeny%20tool%3Adb.%2A"_s << u"audit"_s
                            << u""_s << u"decision:deny tool:db.*"_s;
    QTest::newRow("ampersand") << u"audit/a%26b?filter=%22a%26b%3D1%22"_s << u"audit"_s << u"a&b"_s
                               << u"\"a&b=1\""_s;
    QTest::newRow("plus") << u"audit?filter=a%2Bb"_s << u"audit"_s << u""_s << u"a+b"_s;
}

void TstDocuments::linksRoundTrip()
{
    QFETCH(const QString, text);
    QFETCH(const QString, page);
    QFETCH(const QString, target);
    QFETCH(const QString, filter);
    const auto link = Link::parse(text);
    QVERIFY(link);
    QCOMPARE(link->page, page);
    QCOMPARE(link->target, target);
    const auto found = link->parameters.find(u"filter"_s);
    QCOMPARE(found == link->parameters.end() ? QString() : found->second, filter);
    QVERIFY(Link::parse(link->toString()) == link);
    QVERIFY(Link::parse(u"provost://"_s + text) == link);
    QVERIFY(!Link::parse({}));
    QVERIFY(!Link::parse(u"provost://"_s));
    QVERIFY(!Link::parse(u"?filter=x"_s));
}

void TstDocuments::rangesHaveKeys()
{
    for (const RangePreset range :
         {RangePreset::Last15Minutes, RangePreset::LastHour, RangePreset::Last12Hours,
          RangePreset::LastDay, RangePreset::LastWeek, RangePreset::LastMonth, RangePreset::All}) {
        QCOMPARE(rangeOf(keyOf(range)), std::optional(range));
        QVERIFY(!textOf(range).isEmpty());
        QCOMPARE(lengthOf(range).has_value(), range != RangePreset::All);
    }
    QVERIFY(!rangeOf(u"forever"_s));
    QCOMPARE(lengthOf(RangePreset::LastHour), std::optional<Microseconds>(3'600'000'000));
}

PROVOST_TEST(TstDocuments)

#include "tst_documents.moc"
