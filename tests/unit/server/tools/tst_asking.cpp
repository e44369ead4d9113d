// Which capabilities asking needs, and what can be asked at all.
#include "server/tools/asking.h"

#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::tools;

class TstAsking : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesWhatIsMissing_data();
    void namesWhatIsMissing();
    void knowsWhatAgentsAnswer_data();
    void knowsWhatAgentsAnswer();
};

PROVOST_TEST(TstAsking)

void TstAsking::namesWhatIsMissing_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("declared");
    QTest::addColumn<QByteArray>("missing");
    const QByteArray form = R"({"method":"elicitation/create","params":{"message":"?"}})";
    const QByteArray url = R"({"method":"elicitation/create","params":{"mode":"url"}})";
    const QByteArray sample = R"({"method":"sampling/createMessage","params":{"maxTokens":1}})";
    const QByteArray withTools = R"({"method":"sampling/createMessage","params":{"tools":[]}})";
    const QByteArray roots = R"({"method":"roots/list"})";
    const auto row = [](const char *name, const QByteArray &request, const char *declared,
                        const char *missing) {
        QTest::newRow(name) << request << QByteArray(declared) << QByteArray(missing);
    };
    row("form, nothing declared", form, "{}", R"({"elicitation":{}})");
    row("form, declared without modes", form, R"({"elicitation":{}})", "null");
    row("form, declared", form, R"({"elicitation":{"form":{}}})", "null");
    row("form, only url declared", form, R"({"elicitation":{"url":{}}})",
        R"({"elicitation":{"form":{}}})");
    row("form, declared as no object", form, R"({"elicitation":true})",
        R"({"elicitation":{"form":{}}})");
    row("url, declared without modes", url, R"({"elicitation":{}})",
        R"({"elicitation":{"url":{}}})");
    row("url, declared", url, R"({"elicitation":{"url":{}}})", "null");
    row("sampling, nothing declared", sample, "{}", R"({"sampling":{}})");
    row("sampling, declared", sample, R"({"sampling":{}})", "null");
    row("sampling with tools", withTools, R"({"sampling":{}})", R"({"sampling":{"tools":{}}})");
    row("sampling with tools, declared", withTools, R"({"sampling":{"tools":{}}})", "null");
    row("roots, nothing declared", roots, R"({"sampling":{}})", R"({"roots":{}})");
    row("roots, declared", roots, R"({"roots":{"listChanged":true}})", "null");
}

void TstAsking::namesWhatIsMissing()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, declared);
    QFETCH(QByteArray, missing);
    const Json requests = Json::object({{"key", *Json::parse(request)}});
    QVERIFY(areInputRequests(requests));
    QCOMPARE(missingCapabilities(requests, *Json::parse(declared)).toBytes(), missing);
}

void TstAsking::knowsWhatAgentsAnswer_data()
{
    QTest::addColumn<QByteArray>("requests");
    QTest::addColumn<bool>("answered");
    const auto row = [](const char *name, const QByteArray &requests, bool answered) {
        QTest::newRow(name) << requests << answered;
    };
    row("nothing", "{}", true);
    row("roots without params", R"({"a":{"method":"roots/list"}})", true);
    row("a form without params", R"({"a":{"method":"elicitation/create"}})", false);
    row("params of another type", R"({"a":{"method":"roots/list","params":[]}})", false);
    row("another method", R"({"a":{"method":"tools/call","params":{}}})", false);
    row("no method", R"({"a":{"params":{}}})", false);
    row("a list", "[]", false);
    row("null", "null", false);
    QByteArray many = R"({"k":{"method":"roots/list"})";
    for (std::size_t i = 0; i < inputRequestsMax; ++i)
        many += ",\"k" + QByteArray::number(qulonglong(i)) + R"(":{"method":"roots/list"})";
    row("too many", many + '}', false);
}

void TstAsking::knowsWhatAgentsAnswer()
{
    QFETCH(QByteArray, requests);
    QFETCH(bool, answered);
    QCOMPARE(areInputRequests(*Json::parse(requests)), answered);
}

#include "tst_asking.moc"
