#include "tests/support/testing.h"
#include "tests/unit/ui/policies/orgfixture.h"
#include "tests/unit/ui/pagefixture.h"
#include "ui/kit/chipseditor.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/policies/policiespage.h"
#include "ui/policies/policyform.h"

#include <QAbstractButton>
#include <QDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace provost::testing;
using namespace Qt::StringLiterals;

class TstPoliciesPage : public QObject, private PageFixture<PoliciesPage>
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }
    void init();
    void cleanup();

    void showsThePolicyAtTheCursor();
    void aFormEditIsOneUndoStep();
    void typingMakesADraft();
    void problemsLeadToTheirLine();
    void reviewAppliesWithAReason();
    void discardAsks();
    void aLinkOpensTheRevisionReadOnly();
    void linksWaitForTheFiles();
    void failureIsToldAndTriedAgain();
    void anEmptyOrgSaysWhatToDo();
    void everyControlHasANameAndCanBeFound();
    void looks_data();
    void looks();

private:
    void start();
    CodeEditor *editor()
    {
        return part<CodeEditor>(u"policies.editor."_s + QString::fromUtf8(AcmeFile));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TstPoliciesPage::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    begin();
    fillOrg(*m_control);
    m_page = std::make_unique<PoliciesPage>(*m_control, *m_context, DraftStore(m_folder->path()));
    m_page->resize(1366 - 172, 850 - 70);
    m_page->show();
}

void TstPoliciesPage::cleanup()
{
    end();
    m_folder.reset();
}

void TstPoliciesPage::start()
{
    m_page->setScope({.tenant = TenantId("acme-corp")});
    m_page->activate();
    QTRY_VERIFY(m_control->asked.size() >= 3); // files, check, vocabulary
    QTRY_VERIFY(m_page->findChild<CodeEditor *>(u"policies.editor."_s + QString::fromUtf8(AcmeFile))
                != nullptr);
    m_page->openLink(*Link::parse(u"policies/tenants/acme-corp.yaml:13"_s));
    QTRY_COMPARE(part<Label>(u"policies.policyName"_s)->text(), u"no-prod-delete"_s);
}

void TstPoliciesPage::showsThePolicyAtTheCursor()
{
    start();
    QCOMPARE(part<Segments>(u"policies.effect"_s)->current(), u"deny"_s);
    QCOMPARE(part<ChipsEditor>(u"policies.tools"_s)->names(), QStringList{u"db.delete_*"_s});
    QCOMPARE(part<LineField>(u"policies.condition.2"_s)->text(), u"args.amount > 1000"_s);
    editor()->goTo(22);
    QTRY_COMPARE(part<Label>(u"policies.policyName"_s)->text(), u"regional-isolation"_s);
    QCOMPARE(part<LineField>(u"policies.rate_limit"_s)->text(), u"1000/hour"_s);
    QCOMPARE(m_page->place().target, u"tenants/acme-corp.yaml:22"_s);
    editor()->goTo(1);
    QTRY_VERIFY(!part<PolicyForm>(u"policies.form"_s)->isVisible());
}

void TstPoliciesPage::aFormEditIsOneUndoStep()
{
    start();
    const QByteArray after = QByteArray(AcmeText).replace("effect: deny", "effect: ask");
    m_control->editedText = after;
    QTest::mouseClick(part<QAbstractButton>(u"segment.ask"_s), Qt::LeftButton);
    QTRY_COMPARE(editor()->text(), QString::fromUtf8(after));
    QCOMPARE(m_control->edits.size(), 1U);
    QCOMPARE(m_control->edits[0].policy, QByteArray("no-prod-delete"));
    QCOMPARE(m_control->edits[0].value, Json("ask"));
    QVERIFY(!m_page->unsavedChanges().isEmpty());
    editor()->undo();
    QCOMPARE(editor()->text(), QString::fromUtf8(AcmeText));
    QVERIFY(m_page->unsavedChanges().isEmpty());
    editor()->redo();
    QCOMPARE(editor()->text(), QString::fromUtf8(after));
}

void TstPoliciesPage::typingMakesADraft()
{
    start();
    QVERIFY(!part<QWidget>(u"policies.draftBar"_s)->isVisible());
    editor()->setFocus();
    QTest::keyClicks(editor()->focusWidget() != nullptr
                         ? editor()->focusWidget()
                         : part<QWidget>(editor()->objectName() + u".text"_s),
                     u"x"_s);
    QTRY_VERIFY(part<QWidget>(u"policies.draftBar"_s)->isVisible());
    QVERIFY(part<Label>(u"policies.draftText"_s)->text().startsWith(u"1 file changed"));
}

void TstPoliciesPage::problemsLeadToTheirLine()
{
    m_control->draftAnswer.diagnostics = {
        {policy::Diagnostic::Severity::Error, {AcmeFile, 22, 9}, "unknown key `role`"}};
    start();
    auto *const problems = part<QListWidget>(u"policies.problems"_s);
    QTRY_COMPARE(problems->count(), 1);
    QVERIFY(problems->isVisible());
    problems->setCurrentRow(0);
    QTest::keyClick(problems, Qt::Key_Return);
    QTRY_COMPARE(editor()->cursorLine(), 22);
    QCOMPARE(editor()->cursorColumn(), 9);
}

void TstPoliciesPage::reviewAppliesWithAReason()
{
    start();
    editor()->applyText(QString::fromUtf8(AcmeText) + u"# more\n"_s);
    QTest::mouseClick(part<QAbstractButton>(u"policies.openReview"_s), Qt::LeftButton);
    auto *const apply = part<QAbstractButton>(u"policies.apply"_s);
    QTRY_VERIFY(apply->isVisible());
    QVERIFY(!apply->isEnabled());
    part<LineField>(u"policies.reason.apply"_s)->setText(u"because"_s);
    QTRY_VERIFY(apply->isEnabled());
    m_control->org.revision = "77aa00bb11cc";
    m_control->org.files[2].bytes = AcmeText + "# more\n";
    QTest::mouseClick(apply, Qt::LeftButton);
    QTRY_COMPARE(m_context->notices.size(), 1U);
    QCOMPARE(m_control->applied[0].author, QByteArray("ana"));
    QVERIFY(!apply->isVisible());
    QVERIFY(m_page->unsavedChanges().isEmpty());
}

void TstPoliciesPage::discardAsks()
{
    start();
    editor()->applyText(u"broken: ["_s);
    QTest::mouseClick(part<QAbstractButton>(u"policies.discard"_s), Qt::LeftButton);
    auto *const dialog = m_page->findChild<QDialog *>();
    QVERIFY(dialog != nullptr);
    QCOMPARE(editor()->text(), u"broken: ["_s);
    dialog->accept();
    QCOMPARE(editor()->text(), QString::fromUtf8(AcmeText));
    editor()->undo(); // even that
    QCOMPARE(editor()->text(), u"broken: ["_s);
}

void TstPoliciesPage::aLinkOpensTheRevisionReadOnly()
{
    start();
    m_control->orgByRevision["38aa"] = {"38aa", {{AcmeFile, "old: text\n"}}};
    m_page->openLink(*Link::parse(u"policies/tenants/acme-corp.yaml:1?revision=38aa"_s));
    auto *const frozen = part<CodeEditor>(u"policies.revision"_s);
    QTRY_VERIFY(frozen->isVisible());
    QCOMPARE(frozen->text(), u"old: text\n"_s);
    QVERIFY(frozen->isReadOnly());
    auto *const banner = part<QWidget>(u"policies.revisionBanner"_s);
    QVERIFY(banner->isVisible());
    QCOMPARE(banner->accessibleName(), u"You are viewing revision 38aa; live is 3f9c2ab01d77."_s);
    QCOMPARE(m_page->place().parameters.at(u"revision"_s), u"38aa"_s);
    QTest::mouseClick(part<QAbstractButton>(u"policies.goToLive"_s), Qt::LeftButton);
    QVERIFY(!banner->isVisible());
    QVERIFY(editor()->isVisible());
    m_page->openLink(*Link::parse(u"policies/tenants/acme-corp.yaml?revision=none"_s));
    QTRY_COMPARE(m_context->notices.size(), 1U);
}

void TstPoliciesPage::linksWaitForTheFiles()
{
    m_page->openLink(*Link::parse(u"policies/acme-corp.yaml:22"_s));
    m_page->activate();
    QTRY_COMPARE(part<Label>(u"policies.policyName"_s)->text(), u"regional-isolation"_s);
    m_page->openLink(*Link::parse(u"policies/nothing.yaml"_s));
    QCOMPARE(m_context->notices.size(), 1U);
}

void TstPoliciesPage::failureIsToldAndTriedAgain()
{
    m_control->errors["orgState"] = {ErrorCode::Storage, u"disk gone"_s};
    m_page->activate();
    auto *const retry = part<QAbstractButton>(u"error.retry"_s);
    QTRY_VERIFY(retry->isVisible());
    m_control->errors.clear();
    QTest::mouseClick(retry, Qt::LeftButton);
    QTRY_VERIFY(!retry->isVisible());
}

void TstPoliciesPage::anEmptyOrgSaysWhatToDo()
{
    m_control->org.files.clear();
    m_page->activate();
    const auto buttons = m_page->findChildren<QAbstractButton *>(u"empty.action"_s);
    const auto shown = [&] {
        return std::find_if(buttons.begin(), buttons.end(),
                            [](const auto *button) { return button->isVisible(); });
    };
    QTRY_VERIFY(shown() != buttons.end());
    QTest::mouseClick(*shown(), Qt::LeftButton);
    QCOMPARE(m_context->opened.at(0).page, u"tenants"_s);
}

void TstPoliciesPage::everyControlHasANameAndCanBeFound()
{
    start();
    QCOMPARE(namelessControl(*m_page), QString());
}

void TstPoliciesPage::looks_data()
{
    addThemes();
}

// Proves that every view can be drawn.
void TstPoliciesPage::looks()
{
    QFETCH(const QString, theme);
    const auto worn = wear(theme);
    const auto take = [&](const QString &what) { keep(u"policies"_s, what); };
    start();
    take(u"live"_s);
    m_control->draftAnswer.diagnostics = {
        {policy::Diagnostic::Severity::Warning,
         {AcmeFile, 18, 13},
         "`args.amount` may be absent for `db.delete_all`: the rule then denies"},
        {policy::Diagnostic::Severity::Error,
         {AcmeFile, 22, 9},
         "unknown role `regional-manager`"}};
    editor()->applyText(QString::fromUtf8(
        QByteArray(AcmeText).replace("> 1000", "> 5000").replace("[read]", "[read, write]")));
    QTRY_VERIFY(part<QListWidget>(u"policies.problems"_s)->count() == 2);
    take(u"draft"_s);
    m_control->org.revision = "r2";
    m_control->org.files[2].bytes = QByteArray(AcmeText).replace("KB-12", "KB-14");
    Q_EMIT m_control->configurationChanged();
    QTRY_VERIFY(part<QWidget>(u"policies.moved"_s)->isVisible());
    QTest::mouseClick(part<QAbstractButton>(u"policies.openReview"_s), Qt::LeftButton);
    take(u"review"_s);
    QTest::mouseClick(part<QAbstractButton>(u"policies.leaveReview"_s), Qt::LeftButton);
    const WallTime when = *fromRfc3339("2026-01-15T14:23:45Z");
    m_control->revisions = {{"3f9c2ab01d77", when, "ana", "Analysts write", {AcmeFile}},
                            {"2b8811aa99cc", when, "ben", "First rules", {AcmeFile}}};
    m_control->orgByRevision["3f9c2ab01d77"] = {"", {{AcmeFile, AcmeText}}};
    m_control->orgByRevision["2b8811aa99cc"] = {
        "", {{AcmeFile, QByteArray(AcmeText).replace("1000/hour", "10/hour")}}};
    QTest::mouseClick(part<QAbstractButton>(u"policies.openHistory"_s), Qt::LeftButton);
    QTRY_VERIFY(m_page->findChild<QWidget *>(u"policies.changes."_s + QString::fromUtf8(AcmeFile))
                != nullptr);
    take(u"history"_s);
}

PROVOST_TEST(TstPoliciesPage)
#include "tst_policiespage.moc"
