#include "tests/support/testing.h"
#include "tests/unit/ui/policies/orgfixture.h"
#include "ui/policies/historypresenter.h"
#include "ui/policies/policiespresenter.h"
#include "ui/policies/policyplace.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace provost::testing;
using namespace Qt::StringLiterals;

class TstPoliciesPresenter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aChangeMakesADraftAndChangingBackEndsIt();
    void theDraftIsKeptAndRecovered();
    void aTextThatCannotBeReadStays();
    void errorsAndAMissingReasonBlockApplying();
    void appliesOnlyWhatChangedAgainstItsRevision();
    void aRefusedApplyKeepsTheDraft();
    void othersChangesElsewhereAreNoConflict();
    void conflictIsDecidedPerFile_data();
    void conflictIsDecidedPerFile();
    void aConflictOutlivesTheSession();
    void anEditGoesThroughTheText();
    void anEditOverTypingIsAskedAgain();
    void aRefusedEditChangesNothing();
    void anOldCheckIsDropped();
    void aFailedCheckBlocksApplying();
    void policiesAreFoundByLine();
    void historyComparesWithThePredecessor();

private:
    void start();
    void checked();
    static QByteArray changedText() { return QByteArray(AcmeText).replace("[read]", "[write]"); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeControlPlane> m_control;
    std::unique_ptr<PoliciesPresenter> m_presenter;
};

void TstPoliciesPresenter::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_control = std::make_unique<FakeControlPlane>();
    fillOrg(*m_control);
    start();
}

void TstPoliciesPresenter::cleanup()
{
    m_presenter.reset();
    m_control.reset();
    m_folder.reset();
}

void TstPoliciesPresenter::start()
{
    m_presenter = std::make_unique<PoliciesPresenter>(*m_control, DraftStore(m_folder->path()));
    m_presenter->refresh();
    QTRY_VERIFY(m_presenter->isLoaded());
    checked();
}

void TstPoliciesPresenter::checked()
{
    QTRY_VERIFY(!m_presenter->isChecking());
}

void TstPoliciesPresenter::aChangeMakesADraftAndChangingBackEndsIt()
{
    QVERIFY(m_presenter->draft().isEmpty());
    m_presenter->setText(AcmeFile, changedText());
    QCOMPARE(m_presenter->draft().files.size(), 1U);
    QCOMPARE(m_presenter->draft().files[0].base, AcmeText);
    const auto files = m_presenter->files();
    QCOMPARE(std::count_if(files.begin(), files.end(), [](const auto &f) { return f.changed; }), 1);
    m_presenter->setText(AcmeFile, AcmeText);
    QVERIFY(m_presenter->draft().isEmpty());
}

void TstPoliciesPresenter::theDraftIsKeptAndRecovered()
{
    m_presenter->setText(AcmeFile, changedText());
    m_presenter->saveNow();
    start(); // as after a crash: nobody said good-bye to the former one
    QVERIFY(m_presenter->wasRecovered());
    QCOMPARE(m_presenter->text(AcmeFile), changedText());
    m_presenter->discard();
    QCOMPARE(m_presenter->text(AcmeFile), AcmeText);
    start();
    QVERIFY(!m_presenter->wasRecovered());
    QVERIFY(m_presenter->draft().isEmpty());
}

void TstPoliciesPresenter::aTextThatCannotBeReadStays()
{
    m_control->draftAnswer = {
        {{policy::Diagnostic::Severity::Error, {AcmeFile, 2, 1}, "not a map"}}, {}};
    m_presenter->setText(AcmeFile, "tenants: [\n");
    checked();
    QCOMPARE(m_presenter->errorCount(), 1);
    QCOMPARE(m_presenter->text(AcmeFile), QByteArray("tenants: [\n"));
    m_presenter->saveNow();
    start();
    QCOMPARE(m_presenter->text(AcmeFile), QByteArray("tenants: [\n"));
}

void TstPoliciesPresenter::errorsAndAMissingReasonBlockApplying()
{
    QCOMPARE(m_presenter->applyBlocked(u"why"_s), u"Nothing was changed"_s);
    m_presenter->setText(AcmeFile, changedText());
    QCOMPARE(m_presenter->applyBlocked(u"why"_s), u"The draft is being checked"_s);
    checked();
    QVERIFY(m_presenter->applyBlocked(u"why"_s).isEmpty());
    QVERIFY(m_presenter->applyBlocked(u"  "_s).contains(u"reason"));
    m_control->draftAnswer.diagnostics = {
        {policy::Diagnostic::Severity::Warning, {AcmeFile, 2, 1}, "unused"}};
    m_presenter->setText(AcmeFile, changedText() + "# 1\n");
    checked();
    QVERIFY(m_presenter->applyBlocked(u"why"_s).isEmpty());
    m_control->draftAnswer.diagnostics[0].severity = policy::Diagnostic::Severity::Error;
    m_presenter->setText(AcmeFile, changedText() + "# 2\n");
    checked();
    QCOMPARE(m_presenter->applyBlocked(u"why"_s), u"1 error must be mended first"_s);
    m_presenter->apply(u"why"_s, "ana");
    QVERIFY(m_control->applied.empty());
}

void TstPoliciesPresenter::appliesOnlyWhatChangedAgainstItsRevision()
{
    m_presenter->setText(AcmeFile, changedText());
    checked();
    const QSignalSpy applied(m_presenter.get(), &PoliciesPresenter::applied);
    m_presenter->apply(u" analysts write "_s, "ana");
    QVERIFY(!m_presenter->applyBlocked(u"again"_s).isEmpty());
    m_control->org.revision = "77aa00bb11cc";
    m_control->org.files[2].bytes = changedText();
    QTRY_COMPARE(applied.size(), 1);
    QCOMPARE(m_control->applied.size(), 1U);
    const control::ChangeRequest &change = m_control->applied[0];
    QCOMPARE(change.files.size(), 1U);
    QCOMPARE(change.files[0].bytes, changedText());
    QCOMPARE(change.reason, QByteArray("analysts write"));
    QCOMPARE(change.author, QByteArray("ana"));
    QCOMPARE(change.expectedRevision, QByteArray("3f9c2ab01d77"));
    QVERIFY(m_presenter->draft().isEmpty());
    QCOMPARE(m_presenter->revision(), QByteArray("77aa00bb11cc"));
    start();
    QVERIFY(!m_presenter->wasRecovered());
}

void TstPoliciesPresenter::aRefusedApplyKeepsTheDraft()
{
    m_presenter->setText(AcmeFile, changedText());
    checked();
    m_control->errors["apply"] = {ErrorCode::Storage, u"disk full"_s};
    const QSignalSpy refused(m_presenter.get(), &PoliciesPresenter::applyRefused);
    m_presenter->apply(u"why"_s, "ana");
    QTRY_COMPARE(refused.size(), 1);
    QCOMPARE(m_presenter->text(AcmeFile), changedText());
    QVERIFY(m_presenter->applyBlocked(u"why"_s).isEmpty());
}

void TstPoliciesPresenter::othersChangesElsewhereAreNoConflict()
{
    m_presenter->setText(AcmeFile, changedText());
    checked();
    m_control->org.revision = "r2";
    m_control->org.files[3].bytes = "tenants: []\n";
    const QSignalSpy moved(m_presenter.get(), &PoliciesPresenter::movedOn);
    m_presenter->refresh();
    QTRY_COMPARE(moved.size(), 1);
    QCOMPARE(moved[0][0].toBool(), false);
    QVERIFY(m_presenter->conflicts().empty());
    QCOMPARE(m_presenter->draft().revision, QByteArray("r2"));
}

void TstPoliciesPresenter::conflictIsDecidedPerFile_data()
{
    QTest::addColumn<bool>("mine");
    QTest::newRow("mine") << true;
    QTest::newRow("theirs") << false;
}

void TstPoliciesPresenter::conflictIsDecidedPerFile()
{
    QFETCH(const bool, mine);
    m_presenter->setText(AcmeFile, changedText());
    m_presenter->setText("tenants/beta-inc.yaml", "tenants: []\n");
    checked();
    // Others were quicker: the server refuses, and tells on asking what is live.
    const QByteArray theirs = AcmeText + "# theirs\n";
    m_control->org.revision = "r2";
    m_control->org.files[2].bytes = theirs;
    m_control->errors["apply"] = {ErrorCode::Conflict, u"the org moved on"_s};
    const QSignalSpy moved(m_presenter.get(), &PoliciesPresenter::movedOn);
    m_presenter->apply(u"why"_s, "ana");
    QTRY_COMPARE(moved.size(), 1);
    QCOMPARE(moved[0][0].toBool(), true);
    QCOMPARE(m_presenter->conflicts(), std::vector<QByteArray>{AcmeFile});
    checked();
    QVERIFY(m_presenter->applyBlocked(u"why"_s).contains(u"others"));
    QCOMPARE(m_presenter->text(AcmeFile), changedText()); // nothing is lost
    if (mine) {
        m_presenter->keepMine(AcmeFile);
    } else {
        m_presenter->takeTheirs(AcmeFile);
    }
    checked();
    QVERIFY(m_presenter->conflicts().empty());
    QCOMPARE(m_presenter->text(AcmeFile), mine ? changedText() : theirs);
    QVERIFY(m_presenter->applyBlocked(u"why"_s).isEmpty());
    m_control->errors.clear();
    m_presenter->apply(u"why"_s, "ana");
    QTRY_COMPARE(m_control->applied.size(), 2U);
    QCOMPARE(m_control->applied[1].expectedRevision, QByteArray("r2"));
    QCOMPARE(m_control->applied[1].files.size(), mine ? 2U : 1U);
}

void TstPoliciesPresenter::aConflictOutlivesTheSession()
{
    m_presenter->setText(AcmeFile, changedText());
    m_presenter->saveNow();
    m_control->org.revision = "r2";
    m_control->org.files[2].bytes = AcmeText + "# theirs\n";
    start();
    QCOMPARE(m_presenter->conflicts().size(), 1U);
    QVERIFY(!m_presenter->applyBlocked(u"why"_s).isEmpty());
}

void TstPoliciesPresenter::anEditGoesThroughTheText()
{
    m_control->editedText = changedText();
    const QSignalSpy replaced(m_presenter.get(), &PoliciesPresenter::textReplaced);
    m_presenter->edit(AcmeFile, {.tenant = TenantId("acme-corp"),
                                 .policy = "data-analyst-access",
                                 .field = "permissions",
                                 .value = Json::array({"write"})});
    QTRY_COMPARE(replaced.size(), 1);
    QCOMPARE(replaced[0][1].toByteArray(), changedText());
    QCOMPARE(replaced[0][2].toBool(), true); // undoable
    QCOMPARE(m_presenter->text(AcmeFile), changedText());
    QCOMPARE(m_control->edits[0].field, QByteArray("permissions"));
}

void TstPoliciesPresenter::anEditOverTypingIsAskedAgain()
{
    m_control->editedText = changedText();
    m_presenter->edit(AcmeFile, {.policy = "p", .field = "reason", .value = "x"});
    m_presenter->setText(AcmeFile, AcmeText + "# typed\n");
    QTRY_COMPARE(m_control->edits.size(), 2U); // not over what was typed
    QTRY_COMPARE(m_presenter->text(AcmeFile), changedText());
}

void TstPoliciesPresenter::aRefusedEditChangesNothing()
{
    m_control->errors["editPolicy"] = {ErrorCode::InvalidInput, u"not a rate"_s};
    const QSignalSpy refused(m_presenter.get(), &PoliciesPresenter::editRefused);
    m_presenter->edit(AcmeFile, {.policy = "p", .field = "rate_limit", .value = "x"});
    QTRY_COMPARE(refused.size(), 1);
    QVERIFY(m_presenter->draft().isEmpty());
}

void TstPoliciesPresenter::anOldCheckIsDropped()
{
    m_control->draftAnswer.diagnostics = {
        {policy::Diagnostic::Severity::Error, {AcmeFile, 2, 1}, "of the old text"}};
    m_presenter->setText(AcmeFile, changedText());
    checked();
    QCOMPARE(m_presenter->errorCount(), 1);
    m_presenter->setText(AcmeFile, AcmeText + "#\n");
    QVERIFY(m_presenter->isChecking()); // what is known is about another text
    QVERIFY(!m_presenter->applyBlocked(u"why"_s).isEmpty());
}

void TstPoliciesPresenter::aFailedCheckBlocksApplying()
{
    m_control->errors["checkDraft"] = {ErrorCode::Unavailable, u"busy"_s};
    m_presenter->setText(AcmeFile, changedText());
    checked();
    QVERIFY(m_presenter->applyBlocked(u"why"_s).contains(u"busy"));
}

void TstPoliciesPresenter::policiesAreFoundByLine()
{
    const policy::Org org = acmeOrg();
    const auto nameAt = [&](int line) {
        const auto place = policyAt(org, AcmeFile, AcmeText, line);
        return place ? place->policy.name.text : QByteArray("none");
    };
    QCOMPARE(nameAt(1), QByteArray("none"));
    QCOMPARE(nameAt(6), QByteArray("none")); // the comment above
    QCOMPARE(nameAt(7), QByteArray("data-analyst-access"));
    QCOMPARE(nameAt(10), QByteArray("data-analyst-access"));
    QCOMPARE(nameAt(11), QByteArray("none"));
    QCOMPARE(nameAt(19), QByteArray("no-prod-delete"));
    QCOMPARE(nameAt(27), QByteArray("regional-isolation"));
    QCOMPARE(nameAt(30), QByteArray("none")); // quotas
    QCOMPARE(freeName(org, TenantId("acme-corp"), "regional-isolation"),
             QByteArray("regional-isolation-2"));
    QCOMPARE(rateText(org.tenants[0].policies[2].rateLimit), u"1000/hour"_s);
    QCOMPARE(rateText({}), QString());
}

void TstPoliciesPresenter::historyComparesWithThePredecessor()
{
    m_control->revisions = {{"r2", {}, "ana", "second", {"a.yaml"}},
                            {"r1", {}, "ana", "first", {}}};
    m_control->orgByRevision["r2"] = {"r2", {{"a.yaml", "new"}, {"same.yaml", "x"}}};
    m_control->orgByRevision["r1"] = {"r1", {{"a.yaml", "old"}, {"same.yaml", "x"}}};
    HistoryPresenter history(*m_control);
    history.refresh();
    QTRY_COMPARE(history.revisions().size(), 2U);
    history.select("r2");
    QTRY_COMPARE(history.changes().size(), 1U);
    QCOMPARE(history.changes()[0].before, QByteArray("old"));
    QCOMPARE(history.changes()[0].after, QByteArray("new"));
    history.select("r1"); // stands against nothing
    QTRY_COMPARE(history.changes().size(), 2U);
    m_control->errors["rollBack"] = {ErrorCode::Storage, u"disk full"_s};
    const QSignalSpy failed(&history, &HistoryPresenter::failed);
    history.rollBack("r1", u"back"_s, "ana");
    QTRY_COMPARE(failed.size(), 1);
    m_control->errors.clear();
    const QSignalSpy done(&history, &HistoryPresenter::rolledBack);
    history.rollBack("r1", u"back"_s, "ana");
    QTRY_COMPARE(done.size(), 1);
}

PROVOST_TEST(TstPoliciesPresenter)
#include "tst_policiespresenter.moc"
