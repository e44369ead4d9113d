// The fixture's long tools: when they become tasks, that they stop, and what they ask.
#include "server/tools/adapters/builtin/builtinadapter.h"

#include "tests/support/await.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::tools;
using provost::testing::await;
using provost::testing::Running;

namespace {

struct LongCall
{
    [[nodiscard]] Task<Result<Output>> start(const char *tool, Json arguments = Json::object(),
                                             Json answers = {})
    {
        CallContext context;
        context.stop = stop.get_token();
        context.inputResponses = std::move(answers);
        context.becomeTask = [this] { ++wishes; };
        return adapter->call(tool, std::move(arguments), std::move(context));
    }
    static QByteArray textOf(const Result<Output> &output)
    {
        return output->result["content"].items().at(0)["text"].toByteArray();
    }

    std::shared_ptr<Adapter> adapter =
        *builtin::makeBuiltinAdapter(Json::object({{"kind", "builtin"}, {"set", "conformance"}}));
    std::stop_source stop;
    int wishes = 0;
};

Json accepted(const char *property, const Json &value)
{
    return Json::object({{"action", "accept"}, {"content", Json::object({{property, value}})}});
}

} // namespace

class TstConformanceTasks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysWhichToolsAreTasks()
    {
        LongCall call;
        const auto catalog = await(call.adapter->catalog());
        const auto modeOf = [&](const char *name) {
            const auto found =
                std::find_if(catalog->tools.begin(), catalog->tools.end(),
                             [&](const ToolDescriptor &tool) { return tool.name == name; });
            return found->taskMode;
        };
        QCOMPARE(modeOf("greet"), TaskMode::Never);
        QCOMPARE(modeOf("slow_compute"), TaskMode::Allowed);
        QCOMPARE(modeOf("failing_job"), TaskMode::Required);
        QCOMPARE(modeOf("test_tool_with_task"), TaskMode::Required);
    }

    void shortWorkIsNoTask()
    {
        LongCall call;
        QCOMPARE(LongCall::textOf(await(call.start("greet", Json::object({{"name", "Ada"}})))),
                 "Hello, Ada!");
        QVERIFY(await(call.start("slow_compute", Json::object({{"seconds", 0}}))));
        QCOMPARE(call.wishes, 0);
    }

    void longWorkIsATaskAndStops()
    {
        LongCall call;
        Running<Result<Output>> running(
            call.start("slow_compute", Json::object({{"seconds", 60}})));
        QCOMPARE(call.wishes, 1);
        call.stop.request_stop();
        QCOMPARE(running.wait().error().code, ErrorCode::Cancelled);
    }

    void failuresAreOfTwoKinds()
    {
        LongCall call;
        QCOMPARE(await(call.start("failing_job"))->result["isError"], Json(true));
        QCOMPARE(await(call.start("protocol_error_job")).error().code, ErrorCode::Internal);
        QCOMPARE(call.wishes, 2);
    }

    void asksBeforeItActs()
    {
        LongCall call;
        const Json file = Json::object({{"filename", "a.txt"}});
        const auto asked = await(call.start("confirm_delete", file));
        QCOMPARE(asked->needs->requests.members().front().key, "confirmation");
        QCOMPARE(call.wishes, 1); // before it asks
        const Json yes = Json::object({{"confirmation", accepted("confirm", true)}});
        QCOMPARE(LongCall::textOf(await(call.start("confirm_delete", file, yes))),
                 "a.txt would be deleted now");
        const Json no = Json::object({{"confirmation", Json::object({{"action", "decline"}})}});
        QCOMPARE(LongCall::textOf(await(call.start("confirm_delete", file, no))), "a.txt stays");

        QCOMPARE(await(call.start("multi_input"))->needs->requests.members().size(), 2u);
        const Json both =
            Json::object({{"first", accepted("name", "A")}, {"second", accepted("name", "B")}});
        QCOMPARE(LongCall::textOf(await(call.start("multi_input", Json::object(), both))),
                 "Hello, A and B!");
    }

    void mayAskBeforeItIsATask()
    {
        LongCall call;
        QVERIFY(await(call.start("test_tool_with_task"))->needs.has_value());
        QCOMPARE(call.wishes, 0);
        const Json name = Json::object({{"user_name", accepted("name", "Ada")}});
        QCOMPARE(LongCall::textOf(await(call.start("test_tool_with_task", Json::object(), name))),
                 "Hello, Ada!");
        QCOMPARE(call.wishes, 1);
    }
};

PROVOST_TEST(TstConformanceTasks)

#include "tst_conformancetasks.moc"
