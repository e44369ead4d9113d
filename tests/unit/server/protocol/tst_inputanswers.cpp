// What a request that is made again brings along, and what asks for it.
#include "server/protocol/inputanswers.h"
#include "server/protocol/results.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using protocol::Method;

class TstInputAnswers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsBoth();
    void bringsNothingByItself();
    void otherMethodsHaveNone();
    void whatIsOfAnotherFormIsRefused_data();
    void whatIsOfAnotherFormIsRefused();
    void askingIsNeverCached();
    void askingForNothingButAnotherTry();
};

PROVOST_TEST(TstInputAnswers)

void TstInputAnswers::readsBoth()
{
    const Json params = *Json::parse(
        R"({"name":"t","inputResponses":{"a":{"action":"accept"},"b":{}},"requestState":"s"})");
    for (const Method method : {Method::CallTool, Method::ReadResource, Method::GetPrompt}) {
        const auto answers = protocol::inputAnswersOf(method, params);
        QVERIFY(answers);
        QCOMPARE(answers->responses.toBytes(), QByteArray(R"({"a":{"action":"accept"},"b":{}})"));
        QCOMPARE(answers->state, QByteArray("s"));
    }
}

void TstInputAnswers::bringsNothingByItself()
{
    const auto answers = protocol::inputAnswersOf(Method::CallTool, Json::object());
    QVERIFY(answers);
    QVERIFY(answers->responses.isNull());
    QVERIFY(answers->state.isEmpty());
}

void TstInputAnswers::otherMethodsHaveNone()
{
    const Json params = *Json::parse(R"({"inputResponses":7,"requestState":7})");
    for (const Method method : {Method::ListTools, Method::Complete, Method::Discover}) {
        const auto answers = protocol::inputAnswersOf(method, params);
        QVERIFY(answers && *answers == protocol::InputAnswers());
    }
}

void TstInputAnswers::whatIsOfAnotherFormIsRefused_data()
{
    QTest::addColumn<QByteArray>("params");
    QTest::newRow("null responses") << QByteArray(R"({"inputResponses":null})");
    QTest::newRow("a list") << QByteArray(R"({"inputResponses":[]})");
    QTest::newRow("a number within") << QByteArray(R"({"inputResponses":{"a":{},"b":1}})");
    QTest::newRow("a null state") << QByteArray(R"({"requestState":null})");
    QTest::newRow("an empty state") << QByteArray(R"({"requestState":""})");
    QTest::newRow("a state of another type") << QByteArray(R"({"requestState":{}})");
    QByteArray many = R"({"inputResponses":{"k":{})";
    for (std::size_t i = 0; i < protocol::inputResponsesMax; ++i)
        many += ",\"k" + QByteArray::number(qulonglong(i)) + "\":{}";
    QTest::newRow("too many") << QByteArray(many + "}}");
}

void TstInputAnswers::whatIsOfAnotherFormIsRefused()
{
    QFETCH(QByteArray, params);
    const auto answers = protocol::inputAnswersOf(Method::CallTool, *Json::parse(params));
    QVERIFY(!answers);
    QCOMPARE(answers.error().code, protocol::code::InvalidParams);
}

void TstInputAnswers::askingIsNeverCached()
{
    const Json requests = *Json::parse(R"({"a":{"method":"roots/list","params":{}}})");
    const Json result = protocol::inputRequiredResult(requests, "sealed");
    QCOMPARE(result["resultType"], Json("input_required"));
    QCOMPARE(result["inputRequests"], requests);
    QCOMPARE(result["requestState"], Json("sealed"));
    QVERIFY(!result.contains("ttlMs"));
    QVERIFY(!result.contains("cacheScope"));
}

void TstInputAnswers::askingForNothingButAnotherTry()
{
    const Json result = protocol::inputRequiredResult(Json::object(), "sealed");
    QVERIFY(!result.contains("inputRequests"));
    QCOMPARE(result["requestState"], Json("sealed"));
}

#include "tst_inputanswers.moc"
