#include "tests/support/testing.h"
#include "tests/unit/ui/themed.h"
#include "ui/kit/button.h"
#include "ui/kit/chipseditor.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/confirmdialog.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/filterbar.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/words.h"

#include <QClipboard>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

class TstInputs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }

    void chipsAreAddedAndTakenAway();
    void chipsHoldNoNameTwice();
    void chipsCanBeRead();
    void rowsTellWhatIsWrong();
    void combosChooseByDataWithoutTelling();
    void segmentsTellTheUsersChoiceOnly();
    void filterTellsOnlyWhatIsValid();
    void filterCompletesTheWordAtTheCursor();
    void filterRemembers();
    void dangerNeedsTheNameAndAReason();
    void secretsLeaveTheClipboard();
    void troublesHaveThreeParts();
    void bannerHidesWithoutWords();
    void wordsForNumbers();
    void spreadsheetsComputeNothing_data();
    void spreadsheetsComputeNothing();

private:
    testing::Themed m_themed;
};

void TstInputs::chipsAreAddedAndTakenAway()
{
    ChipsEditor chips(u"tools"_s, u"Tools"_s);
    QSignalSpy changed(&chips, &ChipsEditor::namesChanged);
    chips.show();
    auto *const edit = chips.findChild<QLineEdit *>(u"tools.edit"_s);
    QVERIFY(edit != nullptr);
    QTest::keyClicks(edit, u"db.read"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QTest::keyClicks(edit, u"db.write,"_s);
    QCOMPARE(chips.names(), (QStringList{u"db.read"_s, u"db.write"_s}));
    QCOMPARE(changed.count(), 2);
    QTest::keyClick(edit, Qt::Key_Backspace);
    QCOMPARE(chips.names(), QStringList{u"db.read"_s});
    int x = 5; // along the chip to its cross, wherever the font puts it
    while (x < 120 && !chips.names().isEmpty()) {
        QTest::mouseClick(&chips, Qt::LeftButton, {}, {x++, 15});
    }
    QVERIFY(chips.names().isEmpty());
}

void TstInputs::chipsHoldNoNameTwice()
{
    ChipsEditor chips(u"tools"_s, u"Tools"_s);
    chips.setNames({u"a"_s, u""_s, u"a"_s, u"b"_s});
    QCOMPARE(chips.names(), (QStringList{u"a"_s, u"b"_s}));
    QSignalSpy changed(&chips, &ChipsEditor::namesChanged);
    auto *const edit = chips.findChild<QLineEdit *>(u"tools.edit"_s);
    QTest::keyClicks(edit, u" b "_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QCOMPARE(changed.count(), 0);
}

void TstInputs::chipsCanBeRead()
{
    ChipsEditor chips(u"tools"_s, u"Tools"_s);
    QStringList many;
    for (int i = 0; i < 30; ++i) {
        many << u"a.rather.long.tool.name.%1"_s.arg(i);
    }
    chips.setNames(many);
    chips.setReadOnly(true);
    QVERIFY(chips.heightForWidth(300) > chips.heightForWidth(900));
    auto *const edit = chips.findChild<QLineEdit *>(u"tools.edit"_s);
    QTest::keyClick(edit, Qt::Key_Backspace);
    QCOMPARE(chips.names().size(), 30);
    chips.resize(60, 40); // narrower than any chip
    QVERIFY(!chips.grab().isNull());
}

void TstInputs::rowsTellWhatIsWrong()
{
    Form form;
    auto *const field = new LineField(u"when"_s, u"When"_s);
    FormRow *const row = form.addRow(u"When"_s, field);
    row->setHint(u"a condition"_s);
    QCOMPARE(field->accessibleDescription(), u"a condition"_s);
    row->setError(u"expected a value"_s);
    QVERIFY(field->isInvalid());
    QCOMPARE(field->accessibleDescription(), u"expected a value"_s);
    const auto labels = form.findChildren<Label *>();
    QVERIFY(std::any_of(labels.begin(), labels.end(), [](const Label *label) {
        return label->text() == u"✕ expected a value"_s && !label->isHidden();
    }));
    row->setError({});
    QVERIFY(!field->isInvalid());
}

void TstInputs::combosChooseByDataWithoutTelling()
{
    ComboField combo(u"scope"_s, u"Scope"_s);
    combo.setPrefix(u"Scope"_s);
    combo.addItem(u"All"_s, QString());
    combo.addItem(u"ACME"_s, u"acme"_s);
    QSignalSpy told(&combo, &QComboBox::currentIndexChanged);
    QVERIFY(combo.choose(u"acme"_s));
    QCOMPARE(combo.chosen(), u"acme"_s);
    QVERIFY(!combo.choose(u"nobody"_s));
    QCOMPARE(told.count(), 0);
    QVERIFY(!combo.grab().isNull());
}

void TstInputs::segmentsTellTheUsersChoiceOnly()
{
    Segments segments;
    segments.add(u"source"_s, u"Source"_s);
    Button *const form = segments.add(u"form"_s, u"Form"_s);
    QSignalSpy chosen(&segments, &Segments::chosen);
    QCOMPARE(segments.current(), u"source"_s);
    segments.setCurrent(u"form"_s);
    QCOMPARE(chosen.count(), 0);
    QCOMPARE(segments.current(), u"form"_s);
    segments.setCurrent(u"source"_s);
    QTest::mouseClick(form, Qt::LeftButton);
    QCOMPARE(chosen.constFirst().constFirst().toString(), u"form"_s);
}

void TstInputs::filterTellsOnlyWhatIsValid()
{
    FilterBar bar(u"filter"_s, u"Filter"_s);
    bar.setCheck([](const QString &text) {
        return text.endsWith(u':') ? FilterBar::Check{false, 4, u"expected a value"_s}
                                   : FilterBar::Check{};
    });
    QSignalSpy changed(&bar, &FilterBar::filterChanged);
    QSignalSpy submitted(&bar, &FilterBar::submitted);
    auto *const edit = bar.findChild<QLineEdit *>(u"filter"_s);
    QTest::keyClicks(edit, u"tool:"_s);
    QVERIFY(!bar.isValid());
    QTest::keyClick(edit, Qt::Key_Return);
    QCOMPARE(submitted.count(), 0);
    QCOMPARE(edit->accessibleDescription(), u"expected a value"_s);
    QTest::keyClicks(edit, u"db.*"_s);
    QVERIFY(bar.isValid());
    QTRY_COMPARE(changed.count(), 1); // after a pause in typing
    QCOMPARE(changed.constFirst().constFirst().toString(), u"tool:db.*"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QCOMPARE(submitted.count(), 1);
    bar.setText(u"decision:deny"_s);
    QCOMPARE(submitted.count(), 1); // programs do not submit
}

void TstInputs::filterCompletesTheWordAtTheCursor()
{
    FilterBar bar(u"filter"_s, u"Filter"_s);
    bar.setCandidates([](const QString &text, int cursor) -> std::vector<FilterBar::Candidate> {
        return text.left(cursor).endsWith(u"dec"_s)
                   ? std::vector<FilterBar::Candidate>{{u"decision:"_s, u"allow, deny, ask"_s}}
                   : std::vector<FilterBar::Candidate>{};
    });
    bar.show();
    auto *const edit = bar.findChild<QLineEdit *>(u"filter"_s);
    edit->setFocus();
    QApplication::setActiveWindow(&bar);
    QTRY_VERIFY(edit->hasFocus());
    QTest::keyClicks(edit, u"tool:x dec"_s);
    QTest::keyClick(edit, Qt::Key_Tab);
    QCOMPARE(bar.text(), u"tool:x decision:"_s);
    QCOMPARE(edit->cursorPosition(), 16);
}

void TstInputs::filterRemembers()
{
    FilterBar bar(u"filter"_s, u"Filter"_s);
    auto *const edit = bar.findChild<QLineEdit *>(u"filter"_s);
    for (const QString &text : {u"first"_s, u"second"_s}) {
        bar.setText(text);
        QTest::keyClick(edit, Qt::Key_Return);
    }
    QCOMPARE(bar.history(), (QStringList{u"second"_s, u"first"_s}));
    bar.setText(u"draft"_s);
    QTest::keyClick(edit, Qt::Key_Up);
    QCOMPARE(bar.text(), u"second"_s);
    QTest::keyClick(edit, Qt::Key_Up);
    QTest::keyClick(edit, Qt::Key_Up); // there is no older one
    QCOMPARE(bar.text(), u"first"_s);
    QTest::keyClick(edit, Qt::Key_Down);
    QTest::keyClick(edit, Qt::Key_Down);
    QCOMPARE(bar.text(), u"draft"_s);
}

void TstInputs::dangerNeedsTheNameAndAReason()
{
    QWidget parent;
    auto *const dialog = new ConfirmDialog({.title = u"Delete acme-corp?"_s,
                                            .text = {},
                                            .consequences = {u"12 agents lose access"_s},
                                            .confirmText = u"Delete"_s,
                                            .dangerous = true,
                                            .typeToConfirm = u"acme-corp"_s,
                                            .asksReason = true},
                                           &parent);
    QSignalSpy accepted(dialog, &QDialog::accepted);
    auto *const confirm = dialog->findChild<Button *>(u"confirm.accept"_s);
    auto *const typed = dialog->findChild<QLineEdit *>(u"confirm.typed"_s);
    auto *const reason = dialog->findChild<QLineEdit *>(u"confirm.reason"_s);
    QVERIFY(!confirm->isEnabled());
    QVERIFY(confirm->toolTip().contains(u"acme-corp"_s));
    typed->setText(u"acme-corp"_s);
    QVERIFY(!confirm->isEnabled());
    reason->setText(u"   "_s);
    QVERIFY(!confirm->isEnabled());
    reason->setText(u"contract ended"_s);
    QVERIFY(confirm->isEnabled());
    QVERIFY(!confirm->isDefault()); // Enter must do no harm
    QTest::mouseClick(confirm, Qt::LeftButton);
    QCOMPARE(accepted.count(), 1);
    QCOMPARE(dialog->reason(), u"contract ended"_s);
}

void TstInputs::secretsLeaveTheClipboard()
{
    copySecret(u"pvk_secret"_s, 0);
    QTRY_VERIFY(QApplication::clipboard()->text().isEmpty());
    // What the user copied since stays. The second secret's timer runs after the first one's.
    copySecret(u"pvk_one"_s, 0);
    copyText(u"something else"_s);
    QObject later;
    bool passed = false;
    QTimer::singleShot(0, &later, [&] { passed = true; });
    QTRY_VERIFY(passed);
    QCOMPARE(QApplication::clipboard()->text(), u"something else"_s);
}

void TstInputs::troublesHaveThreeParts()
{
    for (const ErrorCode code :
         {ErrorCode::InvalidInput, ErrorCode::NotFound, ErrorCode::Unauthenticated,
          ErrorCode::Denied, ErrorCode::RateLimited, ErrorCode::TooLarge, ErrorCode::Conflict,
          ErrorCode::Timeout, ErrorCode::Cancelled, ErrorCode::Unavailable, ErrorCode::Upstream,
          ErrorCode::Storage, ErrorCode::Internal}) {
        const Trouble trouble = troubleOf(u"It failed"_s, {code, u"because"_s});
        QCOMPARE(trouble.happened, u"It failed: because"_s);
        QVERIFY(!trouble.meaning.isEmpty());
        QVERIFY(!trouble.remedy.isEmpty());
        QCOMPARE(trouble.code, QString::fromLatin1(nameOf(code)));
    }
    ErrorState state;
    state.setTrouble(troubleOf(u"It failed"_s, {ErrorCode::Storage, u"disk full"_s}));
    QTest::mouseClick(state.findChild<Button *>(u"error.copy"_s), Qt::LeftButton);
    QVERIFY(QApplication::clipboard()->text().contains(u"disk full"_s));
}

void TstInputs::bannerHidesWithoutWords()
{
    QWidget parent;
    Banner banner(&parent);
    QVERIFY(banner.isHidden());
    banner.set(Tone::Ask, u"1 draft"_s);
    QVERIFY(!banner.isHidden());
    QCOMPARE(banner.accessibleName(), u"1 draft"_s);
    banner.set(Tone::Ask, {});
    QVERIFY(banner.isHidden());
}

void TstInputs::wordsForNumbers()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    QCOMPARE(counted(1, u"call"_s, u"calls"_s), u"1 call"_s);
    QCOMPARE(counted(0, u"call"_s, u"calls"_s), u"0 calls"_s);
    QCOMPARE(counted(1'204, u"call"_s, u"calls"_s), u"1,204 calls"_s);
    QCOMPARE(shareText(31, 1000), u"3.1 %"_s);
    QCOMPARE(shareText(0, 1000), u"0 %"_s);
    QCOMPARE(shareText(1, 0), u"–"_s);
    QCOMPARE(shareText(999, 1000), u"100 %"_s);
    QCOMPARE(durationText(900), u"0.9 ms"_s);
    QCOMPARE(durationText(31'000), u"31 ms"_s);
    QCOMPARE(durationText(1'200'000), u"1.2 s"_s);
    QCOMPARE(durationText(4), u"0.004 ms"_s);
}

void TstInputs::spreadsheetsComputeNothing_data()
{
    QTest::addColumn<QString>("cell");
    QTest::addColumn<QString>("want");
    QTest::newRow("plain") << u"alice"_s << u"alice"_s;
    QTest::newRow("empty") << u""_s << u""_s;
    QTest::newRow("formula") << u"=1+1"_s << u"'=1+1"_s;
    QTest::newRow("plus") << u"+44"_s << u"'+44"_s;
    QTest::newRow("minus") << u"-1"_s << u"'-1"_s;
    QTest::newRow("at") << u"@sum"_s << u"'@sum"_s;
    QTest::newRow("tab first") << u"\t=1"_s << u"' =1"_s;
    QTest::newRow("newline within") << u"a\nb"_s << u"a b"_s;
}

void TstInputs::spreadsheetsComputeNothing()
{
    QFETCH(const QString, cell);
    QFETCH(const QString, want);
    QCOMPARE(spreadsheetSafe(cell), want);
}

PROVOST_TEST(TstInputs)

#include "tst_inputs.moc"
