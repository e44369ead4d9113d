#include "ui/tools/trypresenter.h"

#include "tests/support/testing.h"
#include "tests/unit/ui/tools/toolsfixture.h"

#include <QSignalSpy>
#include <QTest>

using namespace provost;
using namespace provost::control;
using namespace provost::ui;
using namespace provost::testing;
using namespace Qt::StringLiterals;

class TstTryPresenter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void beginsWithDefaultsAndTheFirstUser();
    void theSameToolChangesNothing();
    void runsAsTheUser();
    void textAndFormAreOneValue();
    void brokenTextCannotBeRun();
    void withoutUsersNothingRuns();
    void anErrorIsKept();
    void cancelStopsTheCall();
    void anAnswerForAnotherToolIsDropped();
    void answersWhatIsAsked();
    void declines();
    void dismissesWithoutAnAnswer();
    void aPageIsAcceptedIfItIsOne_data();
    void aPageIsAcceptedIfItIsOne();
    void whatHasNoFormIsAnsweredAsIs();
    void typedAnswersNeedTheirShape_data();
    void typedAnswersNeedTheirShape();
    void whatIsNoQuestionIsGivenUp();
    void laterRoundsAreOfTheCallAsItWasMade();
    void hearsHowFarItIs();

private:
    void begin(int tool = 0)
    {
        m_presenter->setTool(m_control->toolRows[std::size_t(tool)]);
        QTRY_VERIFY(!m_presenter->users().empty());
    }

    // The tool asks that in the first round, and is done in the second.
    void ask(const char *asks)
    {
        m_control->trialAnswers = {{.asks = parsedJson(asks), .requestState = "s"}, {}};
        begin();
        m_presenter->run();
        QTRY_VERIFY(!m_presenter->asks().empty());
    }

    std::unique_ptr<FakeControlPlane> m_control;
    std::unique_ptr<TryPresenter> m_presenter;
};

void TstTryPresenter::init()
{
    m_control = std::make_unique<FakeControlPlane>();
    fillTools(*m_control);
    m_presenter = std::make_unique<TryPresenter>(*m_control, "ana");
}

void TstTryPresenter::cleanup()
{
    m_presenter.reset();
    m_control.reset();
}

void TstTryPresenter::beginsWithDefaultsAndTheFirstUser()
{
    QVERIFY(!m_presenter->runBlocked().isEmpty());
    begin();
    QCOMPARE(m_presenter->arguments(), Json::object({{"limit", 50}}));
    QCOMPARE(m_presenter->user(), UserId("ana@acme.example"));
    // Who is disabled cannot call.
    QCOMPARE(m_presenter->users().size(), std::size_t(2));
    QCOMPARE(m_presenter->warning(), u"sql: needed"_s);
    // The tool decides what it accepts: a person may try what the schema forbids.
    QVERIFY(m_presenter->runBlocked().isEmpty());
}

void TstTryPresenter::theSameToolChangesNothing()
{
    begin();
    m_presenter->setArguments(Json::object({{"sql", "SELECT 1"}}));
    QSignalSpy changed(m_presenter.get(), &TryPresenter::toolChanged);
    ToolRow again = m_control->toolRows[0];
    again.figures.calls += 1;
    m_presenter->setTool(again);
    QCOMPARE(changed.count(), 0);
    QCOMPARE(m_presenter->arguments(), Json::object({{"sql", "SELECT 1"}}));
    // Another schema is another form.
    again.inputSchema = parsedJson(R"({"type":"object","properties":{"q":{"default":1}}})");
    m_presenter->setTool(again);
    QCOMPARE(changed.count(), 1);
}

void TstTryPresenter::runsAsTheUser()
{
    begin();
    m_presenter->setUser(UserId("sam@acme.example"));
    m_presenter->setArguments(Json::object({{"sql", "SELECT 1"}}));
    m_presenter->run();
    QVERIFY(m_presenter->isRunning());
    QVERIFY(!m_presenter->runBlocked().isEmpty());
    QTRY_VERIFY(!m_presenter->isRunning());
    QCOMPARE(m_control->trials.size(), std::size_t(1));
    const ToolTrial &trial = m_control->trials.front();
    QCOMPARE(trial.tenant, TenantId("acme-corp"));
    QCOMPARE(trial.user, UserId("sam@acme.example"));
    QCOMPARE(trial.tool, QByteArray("query_analytics"));
    QCOMPARE(trial.arguments, Json::object({{"sql", "SELECT 1"}}));
    QCOMPARE(trial.author, QByteArray("ana"));
    QVERIFY(m_presenter->result());
    QCOMPARE(m_presenter->result()->policy, QByteArray("data-analyst-access"));
}

void TstTryPresenter::textAndFormAreOneValue()
{
    begin();
    m_presenter->setText(R"({"sql": "SELECT 2", "extra": [1]})");
    QCOMPARE(m_presenter->arguments()["sql"], Json("SELECT 2"));
    m_presenter->setArguments(Json::object({{"sql", "SELECT 3"}}));
    QCOMPARE(Json::parse(m_presenter->text()).value(), Json::object({{"sql", "SELECT 3"}}));
}

void TstTryPresenter::brokenTextCannotBeRun()
{
    begin();
    const Json before = m_presenter->arguments();
    for (const char *text : {"{\"sql\":", "[1]", "\"text\"", ""}) {
        m_presenter->setText(text);
        QVERIFY2(!m_presenter->runBlocked().isEmpty(), text);
        QCOMPARE(m_presenter->arguments(), before);
    }
    m_presenter->run();
    QVERIFY(m_control->trials.empty());
    m_presenter->setText("{}");
    QVERIFY(m_presenter->runBlocked().isEmpty());
    m_presenter->setFormError(u"limit: A number is needed"_s);
    QCOMPARE(m_presenter->runBlocked(), u"limit: A number is needed"_s);
}

void TstTryPresenter::withoutUsersNothingRuns()
{
    m_control->userRows.clear();
    m_presenter->setTool(m_control->toolRows[0]);
    QTRY_COMPARE(m_control->unanswered, 0);
    QVERIFY(m_presenter->runBlocked().contains(u"no user"_s));
}

void TstTryPresenter::anErrorIsKept()
{
    m_control->errors["tryTool"] = {ErrorCode::NotFound, u"there is no user `x`"_s};
    begin();
    m_presenter->run();
    QTRY_VERIFY(m_presenter->error());
    QVERIFY(!m_presenter->result());
    m_control->errors.clear();
    m_presenter->run();
    QTRY_VERIFY(m_presenter->result());
    QVERIFY(!m_presenter->error());
}

void TstTryPresenter::cancelStopsTheCall()
{
    begin();
    m_presenter->run();
    m_presenter->cancel();
    QVERIFY(m_control->lastTrial.stop_requested());
    QTRY_VERIFY(!m_presenter->isRunning());
}

void TstTryPresenter::anAnswerForAnotherToolIsDropped()
{
    begin();
    m_presenter->run();
    m_presenter->setTool(m_control->toolRows[1]);
    QVERIFY(m_control->lastTrial.stop_requested());
    QTRY_COMPARE(m_control->unanswered, 0);
    QVERIFY(!m_presenter->result());
    QVERIFY(!m_presenter->isRunning());
}

void TstTryPresenter::answersWhatIsAsked()
{
    const TrialResult asking{
        .requestId = "try-1",
        .asks = parsedJson(
            R"({"who":{"method":"elicitation/create","params":{"message":"Your name?","requestedSchema":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"age":{"type":"integer","default":30}}}}}})"),
        .requestState = "sealed"};
    m_control->trialAnswers = {asking, m_control->trialAnswers.front()};
    begin();
    m_presenter->run();
    QTRY_COMPARE(m_presenter->asks().size(), std::size_t(1));
    const Ask &ask = m_presenter->asks().front();
    QVERIFY(ask.kind == Ask::Kind::Form);
    QCOMPARE(ask.message, u"Your name?"_s);
    QCOMPARE(ask.answer, Json::object({{"age", 30}}));
    QVERIFY(!m_presenter->answerBlocked().isEmpty());
    m_presenter->reply(TryPresenter::Reply::Accept); // not complete: nothing goes out
    QCOMPARE(m_control->trials.size(), std::size_t(1));
    m_presenter->setAnswer("who", Json::object({{"name", "Ada"}, {"age", 36}}));
    m_presenter->reply(TryPresenter::Reply::Accept);
    QTRY_VERIFY(!m_presenter->isRunning());
    const ToolTrial &second = m_control->trials.back();
    QCOMPARE(second.requestState, QByteArray("sealed"));
    QCOMPARE(second.inputResponses,
             parsedJson(R"({"who":{"action":"accept","content":{"name":"Ada","age":36}}})"));
    QCOMPARE(m_presenter->round(), 2);
    QVERIFY(m_presenter->asks().empty());
    QVERIFY(!m_presenter->result()->result.isNull());
}

void TstTryPresenter::declines()
{
    m_control->trialAnswers = {
        {.asks = parsedJson(
             R"({"who":{"method":"elicitation/create","params":{"requestedSchema":{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}}}})"),
         .requestState = "s"},
        {.reason = "no", .refusal = "denied"}};
    begin();
    m_presenter->run();
    QTRY_VERIFY(!m_presenter->asks().empty());
    m_presenter->reply(TryPresenter::Reply::Decline);
    QTRY_VERIFY(!m_presenter->isRunning());
    QCOMPARE(m_control->trials.back().inputResponses,
             parsedJson(R"({"who":{"action":"decline"}})"));
}

void TstTryPresenter::whatHasNoFormIsAnsweredAsIs()
{
    ask(R"({"r":{"method":"roots/list"}})");
    QVERIFY(m_presenter->asks().front().kind == Ask::Kind::Typed);
    m_presenter->setAnswer("r", parsedJson(R"({"roots":[]})"));
    m_presenter->reply(TryPresenter::Reply::Accept);
    QCOMPARE(m_control->trials.back().inputResponses, parsedJson(R"({"r":{"roots":[]}})"));
}

void TstTryPresenter::dismissesWithoutAnAnswer()
{
    ask(R"({"who":{"method":"elicitation/create","params":{"requestedSchema":{"type":"object","properties":{}}}}})");
    m_presenter->reply(TryPresenter::Reply::Cancel);
    QCOMPARE(m_control->trials.back().inputResponses, parsedJson(R"({"who":{"action":"cancel"}})"));
    QVERIFY(!m_control->trials.back().givenUp);
}

void TstTryPresenter::aPageIsAcceptedIfItIsOne_data()
{
    QTest::addColumn<QByteArray>("address");
    QTest::addColumn<bool>("good");
    QTest::newRow("https") << QByteArray("https://pay.example/1?x=y") << true;
    QTest::newRow("http") << QByteArray("http://127.0.0.1:8080/") << true;
    QTest::newRow("file") << QByteArray("file:///etc/passwd") << false;
    QTest::newRow("script") << QByteArray("javascript:alert(1)") << false;
    QTest::newRow("no host") << QByteArray("https:///path") << false;
    QTest::newRow("none") << QByteArray() << false;
}

void TstTryPresenter::aPageIsAcceptedIfItIsOne()
{
    QFETCH(const QByteArray, address);
    QFETCH(const bool, good);
    const Json params = Json::object(
        {{"mode", "url"}, {"message", "Pay"}, {"url", address}, {"elicitationId", "e"}});
    const Json asks = Json::object(
        {{"pay", Json::object({{"method", "elicitation/create"}, {"params", params}})}});
    ask(asks.toBytes().constData());
    QVERIFY(m_presenter->asks().front().kind == Ask::Kind::Page);
    QCOMPARE(m_presenter->answerBlocked().isEmpty(), good);
    m_presenter->reply(TryPresenter::Reply::Accept);
    QCOMPARE(m_control->trials.size(), std::size_t(good ? 2 : 1));
    if (good)
        QCOMPARE(m_control->trials.back().inputResponses,
                 parsedJson(R"({"pay":{"action":"accept"}})"));
}

void TstTryPresenter::typedAnswersNeedTheirShape_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("good");
    const QByteArray sampling = "sampling/createMessage";
    QTest::newRow("sampling")
        << sampling
        << QByteArray(R"({"role":"assistant","model":"m","content":{"type":"text","text":"x"}})")
        << true;
    QTest::newRow("sampling, blocks")
        << sampling << QByteArray(R"({"role":"assistant","model":"m","content":[]})") << true;
    QTest::newRow("no role") << sampling << QByteArray(R"({"model":"m","content":[]})") << false;
    QTest::newRow("no model") << sampling << QByteArray(R"({"role":"assistant","content":[]})")
                              << false;
    QTest::newRow("text content") << sampling
                                  << QByteArray(R"({"role":"assistant","model":"m","content":"x"})")
                                  << false;
    const QByteArray roots = "roots/list";
    QTest::newRow("no roots") << roots << QByteArray(R"({"roots":[]})") << true;
    QTest::newRow("a root") << roots << QByteArray(R"({"roots":[{"uri":"file:///srv"}]})") << true;
    QTest::newRow("roots missing") << roots << QByteArray("{}") << false;
    QTest::newRow("no file") << roots << QByteArray(R"({"roots":[{"uri":"https://x"}]})") << false;
    QTest::newRow("wrong type") << roots << QByteArray(R"({"roots":["file:///srv"]})") << false;
}

void TstTryPresenter::typedAnswersNeedTheirShape()
{
    QFETCH(const QByteArray, method);
    QFETCH(const QByteArray, answer);
    QFETCH(const bool, good);
    const Json asks =
        Json::object({{"a", Json::object({{"method", method}, {"params", Json::object()}})}});
    ask(asks.toBytes().constData());
    QVERIFY(m_presenter->answerBlocked().isEmpty()); // it begins with the right shape
    m_presenter->setAnswer("a", Json::parse(answer).value());
    QCOMPARE(m_presenter->answerBlocked().isEmpty(), good);
}

// Sampling and roots have no answer that says no.
void TstTryPresenter::whatIsNoQuestionIsGivenUp()
{
    ask(R"({"r":{"method":"roots/list"}})");
    m_presenter->reply(TryPresenter::Reply::Decline);
    QVERIFY(m_control->trials.back().givenUp);
    QVERIFY(m_control->trials.back().inputResponses.isNull());
    QCOMPARE(m_control->trials.back().requestState, QByteArray("s"));
    QTRY_VERIFY(!m_presenter->isRunning());
    m_presenter->run();
    QVERIFY(!m_control->trials.back().givenUp);
    QVERIFY(m_control->trials.back().requestState.isEmpty());
}

void TstTryPresenter::laterRoundsAreOfTheCallAsItWasMade()
{
    ask(R"({"r":{"method":"roots/list"}})");
    const ToolTrial first = m_control->trials.back();
    m_presenter->setArguments(Json::object({{"sql", "SELECT 2"}}));
    m_presenter->setUser(UserId("sam@acme.example"));
    m_presenter->reply(TryPresenter::Reply::Accept);
    QCOMPARE(m_control->trials.back().arguments, first.arguments);
    QCOMPARE(m_control->trials.back().user, first.user);
}

void TstTryPresenter::hearsHowFarItIs()
{
    begin();
    m_control->trialsWait = true;
    m_presenter->run();
    QVERIFY(!m_presenter->progress());
    const QByteArray id = m_control->trials.back().id;
    QVERIFY(!id.isEmpty());
    QSignalSpy told(m_presenter.get(), &TryPresenter::progressed);
    Q_EMIT m_control->trialProgressed(id, {.progress = 3, .total = 10, .message = "Reading"});
    Q_EMIT m_control->trialProgressed("another", {.progress = 9});
    QCOMPARE(told.count(), 1);
    QCOMPARE(m_presenter->progress()->progress, 3.0);
    m_control->endTrial();
    QTRY_VERIFY(!m_presenter->isRunning());
    Q_EMIT m_control->trialProgressed(id, {.progress = 10});
    QCOMPARE(told.count(), 1);
    // The next call begins with nothing, under a name of its own.
    m_presenter->run();
    QVERIFY(!m_presenter->progress());
    QVERIFY(m_control->trials.back().id != id);
    m_control->endTrial();
    QTRY_VERIFY(!m_presenter->isRunning());
}

PROVOST_TEST(TstTryPresenter)
#include "tst_trypresenter.moc"
