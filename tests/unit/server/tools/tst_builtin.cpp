// The builtin adapters: echo, and the fixture of the conformance suite.
#include "server/schema/validator.h"
#include "server/tools/adapters.h"
#include "server/tools/adapters/builtin/builtinadapter.h"

#include "tests/support/await.h"
#include "tests/support/testing.h"

#include <QTest>

#include <set>

using namespace provost;
using namespace provost::tools;
using provost::testing::await;
using provost::testing::Running;

namespace {

std::shared_ptr<Adapter> adapterFor(const char *set)
{
    return *builtin::makeBuiltinAdapter(Json::object({{"kind", "builtin"}, {"set", set}}));
}

// Collects what a call sends while it runs.
struct Notified
{
    std::vector<std::pair<QByteArray, Json>> all;
    [[nodiscard]] CallContext context(Json meta = {})
    {
        CallContext context;
        context.meta = std::move(meta);
        context.notify = [this](QByteArray method, Json params) {
            all.emplace_back(std::move(method), std::move(params));
        };
        return context;
    }
};

} // namespace

class TstBuiltin : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void echoes()
    {
        const auto echo = adapterFor("echo");
        const auto catalog = await(echo->catalog());
        QCOMPARE(catalog->tools.size(), 1u);
        QCOMPARE(catalog->tools.front().policy.permission, "run");
        const auto output =
            await(echo->call("echo", Json::object({{"message", "h\xc3\xa9 \"x\""}}), {}));
        QCOMPARE(output->result.toBytes(),
                 "{\"content\":[{\"type\":\"text\",\"text\":\"h\xc3\xa9 \\\"x\\\"\"}]}");
    }

    void echoTakesAMessageAndNothingElse_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<bool>("taken");
        QTest::newRow("message") << QByteArray(R"({"message":"a"})") << true;
        QTest::newRow("none") << QByteArray("{}") << false;
        QTest::newRow("null") << QByteArray("null") << false;
        QTest::newRow("number") << QByteArray(R"({"message":1})") << false;
        QTest::newRow("more") << QByteArray(R"({"message":"a","b":1})") << false;
    }

    void echoTakesAMessageAndNothingElse()
    {
        QFETCH(QByteArray, arguments);
        QFETCH(bool, taken);
        const auto catalog = await(adapterFor("echo")->catalog());
        const auto input =
            schema::Validator::compile(catalog->tools.front().definition["inputSchema"]);
        QVERIFY(input.has_value());
        QCOMPARE((*input)->validate(*Json::parse(arguments))->empty(), taken);
    }

    void servesNothingElse()
    {
        const auto echo = adapterFor("echo");
        QCOMPARE(await(echo->call("other", {}, {})).error().code, ErrorCode::NotFound);
        QCOMPARE(await(echo->readResource("x://y", {})).error().code, ErrorCode::NotFound);
        QCOMPARE(await(echo->getPrompt("x", {}, {})).error().code, ErrorCode::NotFound);
        QCOMPARE(await(echo->complete({}, {})).error().code, ErrorCode::NotFound);
    }

    void refusesUnknownConfigurations()
    {
        QCOMPARE(builtin::makeBuiltinAdapter(Json::object({{"set", "x"}})).error().code,
                 ErrorCode::InvalidInput);
        const auto typo = builtin::makeBuiltinAdapter(Json::object({{"set", "echo"}, {"sets", 1}}));
        QVERIFY(typo.error().message.contains(QStringLiteral("`sets`")));
    }

    // Every tool and resource that is listed answers, and as the suite wants it.
    void everythingListedAnswers()
    {
        const auto adapter = adapterFor("conformance");
        const auto catalog = await(adapter->catalog());
        std::set<QByteArray> names;
        for (const ToolDescriptor &tool : catalog->tools) {
            QVERIFY2(names.insert(tool.name).second, tool.name.constData());
            if (tool.name == "failing_job" || tool.name == "protocol_error_job")
                continue; // made to fail
            const auto output = await(adapter->call(tool.nativeName, Json(), {}));
            QVERIFY2(output.has_value(), tool.name.constData());
            if (output->needs)
                continue;
            QVERIFY2(!output->result["content"].items().empty(), tool.name.constData());
            QCOMPARE(output->result["isError"].toBool(), tool.name == "test_error_handling");
            QVERIFY(!tool.definition["description"].toByteArray().isEmpty());
            QCOMPARE(tool.definition["inputSchema"]["type"].toByteArray(), "object");
        }
        for (const ItemDescriptor &resource : catalog->resources) {
            const auto output = await(adapter->readResource(resource.nativeName, {}));
            const Json &content = output->result["contents"].items().front();
            QCOMPARE(content["uri"].toByteArray(), resource.name);
            QCOMPARE(content["mimeType"], resource.definition["mimeType"]);
        }
    }

    void readsThroughTheTemplate()
    {
        const auto adapter = adapterFor("conformance");
        const auto output = await(adapter->readResource("test://template/123/data", {}));
        QCOMPARE(output->result["contents"].items().front()["text"].toByteArray(),
                 R"({"id":"123","templateTest":true,"data":"Data for ID: 123"})");
        QCOMPARE(await(adapter->readResource("test://nonexistent", {})).error().code,
                 ErrorCode::NotFound);
        QCOMPARE(await(adapter->readResource("test://template/%ff/data", {})).error().code,
                 ErrorCode::NotFound);
    }

    void fillsPrompts()
    {
        const auto adapter = adapterFor("conformance");
        const auto output =
            await(adapter->getPrompt("test_prompt_with_arguments",
                                     Json::object({{"arg1", "hello"}, {"arg2", "world"}}), {}));
        QCOMPARE(output->result.toBytes(),
                 R"({"messages":[{"role":"user","content":{"type":"text","text":)"
                 R"("Prompt with arguments: arg1='hello', arg2='world'"}}]})");
        QCOMPARE(await(adapter->getPrompt("test_prompt_with_arguments", {}, {})).error().code,
                 ErrorCode::InvalidInput);
        QCOMPARE(await(adapter->getPrompt("test_prompt_with_image", {}, {}))
                     ->result["messages"]
                     .items()
                     .size(),
                 2u);
        QCOMPARE(await(adapter->getPrompt("other", {}, {})).error().code, ErrorCode::NotFound);
    }

    void completesArguments()
    {
        const Json params = *Json::parse(R"({"ref":{"type":"ref/prompt","name":
            "test_prompt_with_arguments"},"argument":{"name":"arg1","value":"par"}})");
        const auto output = await(adapterFor("conformance")->complete(params, {}));
        QCOMPARE(output->result.toBytes(),
                 R"({"completion":{"values":["paris","park","party"],"total":3,"hasMore":false}})");
    }

    void reportsProgressOnlyWhenAsked()
    {
        const auto adapter = adapterFor("conformance");
        Notified asked;
        QVERIFY(await(adapter->call("test_tool_with_progress", {},
                                    asked.context(Json::object({{"progressToken", 7}}))))
                    .has_value());
        QCOMPARE(asked.all.size(), 3u);
        QCOMPARE(asked.all[1].first, "notifications/progress");
        QCOMPARE(asked.all[1].second.toBytes(), R"({"progressToken":7,"progress":50,"total":100})");
        Notified notAsked;
        QVERIFY(
            await(adapter->call("test_tool_with_progress", {}, notAsked.context())).has_value());
        QVERIFY(notAsked.all.empty());
    }

    void logsWhileItRuns()
    {
        Notified notified;
        QVERIFY(
            await(adapterFor("conformance")->call("test_tool_with_logging", {}, notified.context()))
                .has_value());
        QCOMPARE(notified.all.size(), 3u);
        QCOMPARE(notified.all[0].second["data"].toByteArray(), "Tool execution started");
    }

    void stopsWhenCancelled()
    {
        std::stop_source stop;
        CallContext context;
        context.stop = stop.get_token();
        const auto adapter = adapterFor("conformance");
        Running running(adapter->call("test_tool_with_progress", {}, context));
        stop.request_stop();
        QCOMPARE(running.wait().error().code, ErrorCode::Cancelled);
    }

    // Three things at once; one is forgotten, and asked for again.
    void asksForWhatIsMissing()
    {
        const auto adapter = adapterFor("conformance");
        const QByteArray tool = "test_input_required_result_multiple_inputs";
        const auto asked = await(adapter->call(tool, {}, {}));
        QVERIFY(asked->needs);
        QCOMPARE(asked->needs->requests.members().size(), 3u);
        CallContext context;
        context.requestState = asked->needs->state;
        context.inputResponses = *Json::parse(
            R"({"stranger":{},"user_name":{"action":"accept","content":{"name":"Ada"}},)"
            R"("client_roots":{"roots":[{"uri":"file:/a"},{"uri":"file:/b"}]}})");
        const auto again = await(adapter->call(tool, {}, context));
        QVERIFY(again->needs);
        QCOMPARE(again->needs->requests.members().size(), 1u);
        QCOMPARE(again->needs->requests.members().front().key, "greeting");
        context.requestState = again->needs->state;
        context.inputResponses =
            *Json::parse(R"({"greeting":{"content":[{"type":"text","text":"Hail"}]}})");
        const auto output = await(adapter->call(tool, {}, context));
        QVERIFY(!output->needs);
        QCOMPARE(output->result["content"].items().front()["text"].toByteArray(),
                 "Hail Ada, your roots: file:/a, file:/b");
    }

    void asksOneAfterTheOther()
    {
        const auto adapter = adapterFor("conformance");
        const QByteArray tool = "test_input_required_result_multi_round";
        CallContext context;
        context.inputResponses =
            *Json::parse(R"({"step1":{"content":{"name":"Ada"}},"step2":{"content":{}}})");
        const auto first = await(adapter->call(tool, {}, context)); // no state, so no answers
        QCOMPARE(first->needs->requests.members().front().key, "step1");
        context.requestState = first->needs->state;
        context.inputResponses = *Json::parse(R"({"step1":{"content":{"name":"Ada"}}})");
        const auto second = await(adapter->call(tool, {}, context));
        QCOMPARE(second->needs->requests.members().front().key, "step2");
        QVERIFY(second->needs->state != first->needs->state);
        context.requestState = second->needs->state;
        context.inputResponses = *Json::parse(R"({"step2":{"content":{"color":"blue"}}})");
        const auto third = await(adapter->call(tool, {}, context));
        QCOMPARE(third->result["content"].items().front()["text"].toByteArray(), "Ada likes blue");
    }

    void asksOnlyForWhatTheAgentCanAnswer()
    {
        const auto adapter = adapterFor("conformance");
        CallContext context;
        context.clientCapabilities = Json::object({{"sampling", Json::object()}});
        const auto output =
            await(adapter->call("test_input_required_result_capabilities", {}, context));
        QCOMPARE(output->needs->requests.members().size(), 1u);
        QCOMPARE(output->needs->requests["greeting"]["method"], Json("sampling/createMessage"));
    }

    void promptsAskToo()
    {
        const auto adapter = adapterFor("conformance");
        const QByteArray prompt = "test_input_required_result_prompt";
        QVERIFY(await(adapter->getPrompt(prompt, {}, {}))->needs);
        CallContext context;
        context.inputResponses =
            *Json::parse(R"({"user_context":{"action":"accept","content":{"context":"here"}}})");
        const auto output = await(adapter->getPrompt(prompt, {}, context));
        QVERIFY(output->result["messages"].toBytes().contains("here"));
    }

    void changesItsLists()
    {
        const auto adapter = adapterFor("conformance");
        int changes = 0;
        adapter->setOnCatalogChanged([&] { ++changes; });
        const auto before = await(adapter->catalog());
        (void)await(adapter->call("test_trigger_tool_change", {}, {}));
        (void)await(adapter->call("test_trigger_prompt_change", {}, {}));
        const auto after = await(adapter->catalog());
        QCOMPARE(changes, 2);
        QCOMPARE(after->tools.size(), before->tools.size() + 1);
        QCOMPARE(after->prompts.size(), before->prompts.size() + 1);
        QVERIFY(await(adapter->getPrompt(after->prompts.back().nativeName, {}, {})).has_value());
        (void)await(adapter->call("test_trigger_tool_change", {}, {}));
        QCOMPARE(await(adapter->catalog())->tools.size(), before->tools.size());
    }
};

PROVOST_TEST(TstBuiltin)
#include "tst_builtin.moc"
