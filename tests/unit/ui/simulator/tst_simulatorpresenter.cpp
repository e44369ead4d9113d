#include "tests/support/fakecontrolplane.h"
#include "tests/support/testing.h"
#include "ui/simulator/requestfields.h"
#include "ui/simulator/simulatorpresenter.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace provost::testing;
using namespace Qt::StringLiterals;

class TstSimulatorPresenter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void fieldsKeepWhatTheyDoNotKnow();
    void typedValuesKeepTheirKind_data();
    void typedValuesKeepTheirKind();
    void formAndTextAreOneRequest();
    void anInvalidTextIsKeptAndCannotRun();
    void runsAgainstLiveOrDraft();
    void withoutADraftLiveDecides();
    void aChangedRequestMakesTheAnswerStale();
    void anAnswerToAnOlderRunIsDropped();
    void aRecordFillsTheRequestAndRuns();
    void aRecordThatIsGoneIsToldAsError();
    void examplesComeFromTheVocabulary();
    void differencesAreSeen();

private:
    static Json request()
    {
        return *Json::parse(
            R"({"tenant":"acme-corp","user":{"id":"ana","roles":["a"],"region":"EU"},
                                "tool":"t","usage":{"calls":{"a":12}}})");
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeControlPlane> m_control;
    std::unique_ptr<SimulatorPresenter> m_presenter;
};

void TstSimulatorPresenter::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_control = std::make_unique<FakeControlPlane>();
    m_presenter = std::make_unique<SimulatorPresenter>(*m_control, DraftStore(m_folder->path()));
}

void TstSimulatorPresenter::cleanup()
{
    m_presenter.reset();
    m_control.reset();
    m_folder.reset();
}

void TstSimulatorPresenter::fieldsKeepWhatTheyDoNotKnow()
{
    Json json = request();
    QCOMPARE(textAt(json, {"user", "id"}), u"ana"_s);
    QCOMPARE(listAt(json, {"user", "roles"}), QStringList{u"a"_s});
    setAt(json, {"user", "id"}, Json("ben"));
    setAttributes(json, "user", {{u"level"_s, u"3"_s}, {u"roles"_s, u"x"_s}, {u" "_s, u"x"_s}});
    QCOMPARE(json["user"].toBytes(), QByteArray(R"({"id":"ben","roles":["a"],"level":3})"));
    QCOMPARE(json["usage"], request()["usage"]);
    // What is taken away is absent, not empty.
    setAt(json, {"resource", "id"}, Json("r"));
    setAt(json, {"resource", "id"}, Json());
    QVERIFY(!json.contains("resource"));
    setAt(json, {"tool", {}}, Json());
    QVERIFY(!json.contains("tool"));
}

void TstSimulatorPresenter::typedValuesKeepTheirKind_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("text") << u"EU"_s << QByteArray("\"EU\"");
    QTest::newRow("number") << u"12.50"_s << QByteArray("12.50");
    QTest::newRow("truth") << u"true"_s << QByteArray("true");
    QTest::newRow("quoted number") << u"\"12\""_s << QByteArray("\"12\"");
    QTest::newRow("list") << u"[\"a\",1]"_s << QByteArray("[\"a\",1]");
    QTest::newRow("broken") << u"[\"a\""_s << QByteArray("\"[\\\"a\\\"\"");
    QTest::newRow("empty") << QString() << QByteArray("\"\"");
}

void TstSimulatorPresenter::typedValuesKeepTheirKind()
{
    QFETCH(const QString, typed);
    QFETCH(const QByteArray, json);
    QCOMPARE(valueOf(typed).toBytes(), json);
    QCOMPARE(typedText(valueOf(typed)), typed);
}

void TstSimulatorPresenter::formAndTextAreOneRequest()
{
    m_presenter->setRequest(request());
    QCOMPARE(*Json::parse(m_presenter->text()), request());
    Json other = request();
    other.set("permission", "read");
    m_presenter->setText(other.toBytes());
    QCOMPARE(m_presenter->request(), other);
    QCOMPARE(m_presenter->text(), other.toBytes()); // as it was typed
}

void TstSimulatorPresenter::anInvalidTextIsKeptAndCannotRun()
{
    m_presenter->setRequest(request());
    m_presenter->setText("{\"tenant\": ");
    QVERIFY(!m_presenter->textError().isEmpty());
    QCOMPARE(m_presenter->text(), QByteArray("{\"tenant\": "));
    QCOMPARE(m_presenter->request(), request());
    QVERIFY(!m_presenter->runBlocked().isEmpty());
    m_presenter->run();
    QVERIFY(m_control->simulations.empty());
    m_presenter->setText("[1]");
    QVERIFY(!m_presenter->textError().isEmpty());
    m_presenter->setText(request().toBytes());
    QVERIFY(m_presenter->runBlocked().isEmpty());
    m_presenter->setFormError(u"broken"_s);
    QVERIFY(m_presenter->runBlocked().contains(u"broken"));
    m_presenter->clear();
    QVERIFY(!m_presenter->runBlocked().isEmpty());
}

void TstSimulatorPresenter::runsAgainstLiveOrDraft()
{
    QVERIFY(DraftStore(m_folder->path()).save({"r1", {{"tenants/a.yaml", "old", "new"}}}));
    m_presenter->refreshDraft();
    QVERIFY(m_presenter->hasDraft());
    m_presenter->setRequest(request());
    m_presenter->run();
    m_presenter->setAgainst(SimulatorPresenter::Against::Draft);
    m_presenter->run();
    QTRY_VERIFY(m_presenter->result());
    QCOMPARE(m_control->simulations.size(), 2U);
    QVERIFY(m_control->simulations[0].draft.empty());
    QCOMPARE(m_control->simulations[1].draft,
             (std::vector<control::OrgFile>{{"tenants/a.yaml", "new"}}));
    QCOMPARE(m_control->simulations[1].request, request());
}

void TstSimulatorPresenter::withoutADraftLiveDecides()
{
    m_presenter->refreshDraft();
    m_presenter->setAgainst(SimulatorPresenter::Against::Draft);
    QCOMPARE(m_presenter->against(), SimulatorPresenter::Against::Live);
}

void TstSimulatorPresenter::aChangedRequestMakesTheAnswerStale()
{
    m_presenter->setRequest(request());
    m_presenter->run();
    QTRY_VERIFY(m_presenter->result());
    QVERIFY(!m_presenter->isStale());
    Json other = request();
    other.set("tool", "u");
    m_presenter->setRequest(other);
    QVERIFY(m_presenter->isStale());
}

void TstSimulatorPresenter::anAnswerToAnOlderRunIsDropped()
{
    m_presenter->setRequest(request());
    m_presenter->run();
    m_presenter->clear();
    const QSignalSpy changed(m_presenter.get(), &SimulatorPresenter::resultChanged);
    m_control->status({this, [this](Result<control::ServerStatus>) { m_control->asked.clear(); }});
    QTRY_VERIFY(m_control->asked.empty()); // later than the answer
    QVERIFY(!m_presenter->result());
    QCOMPARE(changed.size(), 0);
}

void TstSimulatorPresenter::aRecordFillsTheRequestAndRuns()
{
    m_control->whyAnswer.request = request();
    m_control->whyAnswer.note = "the revision is not in the history";
    m_presenter->loadRecord({TenantId("acme-corp"), 7});
    QTRY_VERIFY(m_presenter->result());
    QCOMPARE(m_presenter->request(), request());
    QVERIFY(m_presenter->source().contains(u"record 7"));
    QVERIFY(m_presenter->source().contains(u"not in the history"));
    QCOMPARE(m_presenter->record()->sequence, 7);
    m_presenter->setText("{}");
    QVERIFY(m_presenter->source().contains(u"changed"));
}

void TstSimulatorPresenter::aRecordThatIsGoneIsToldAsError()
{
    m_control->errors["why"] = {ErrorCode::NotFound, u"there is no record 7"_s};
    m_presenter->loadRecord({TenantId("acme-corp"), 7});
    QTRY_VERIFY(m_presenter->error());
    QVERIFY(m_control->simulations.empty());
    QVERIFY(m_presenter->isEmpty());
}

void TstSimulatorPresenter::examplesComeFromTheVocabulary()
{
    QCOMPARE(m_presenter->examples().size(), 1U); // something to start from in any case
    m_control->vocabularyAnswer = {{"analyst", "sales"}, {"query"}, {"db"}, {"read"}, {}};
    const QSignalSpy changed(m_presenter.get(), &SimulatorPresenter::vocabularyChanged);
    m_presenter->setTenant(TenantId("acme-corp"));
    QTRY_COMPARE(changed.size(), 1);
    const auto examples = m_presenter->examples();
    QCOMPARE(examples.size(), 2U);
    QCOMPARE(examples[1].request["tenant"].toText(), u"acme-corp"_s);
    QCOMPARE(listAt(examples[1].request, {"user", "roles"}), QStringList{u"sales"_s});
}

void TstSimulatorPresenter::differencesAreSeen()
{
    policy::Decision a;
    policy::Decision b;
    QVERIFY(!differs(a, b));
    b.rule = policy::RuleReference{"p", {"f", 3, 1}};
    QVERIFY(differs(a, b));
    a.rule = policy::RuleReference{"p", {"f", 9, 1}}; // the same rule, further down
    QVERIFY(!differs(a, b));
    b.fields.mask = {"email"};
    QVERIFY(differs(a, b));
}

PROVOST_TEST(TstSimulatorPresenter)
#include "tst_simulatorpresenter.moc"
