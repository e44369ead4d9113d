#include "server/tools/adapters/builtin/conformancetasks.h"

#include "server/tools/adapters/builtin/content.h"
#include "server/tools/adapters/builtin/pause.h"

#include <algorithm>

namespace provost::tools::builtin {

namespace {

using Answer = Result<Output>;

constexpr std::chrono::milliseconds shortWork{500};
constexpr std::chrono::seconds failingWork{1};
constexpr std::int64_t secondsMax = 300;

Answer said(const QByteArray &text)
{
    return Output{.result = textResult(text)};
}

Answer stopped()
{
    return fail(ErrorCode::Cancelled, QStringLiteral("the call was cancelled"));
}

Json form(const char *message, const char *property, const char *type)
{
    const Json properties = Json::object({{property, Json::object({{"type", type}})}});
    const Json schema = Json::object(
        {{"type", "object"}, {"properties", properties}, {"required", Json::array({property})}});
    return Json::object(
        {{"method", "elicitation/create"},
         {"params", Json::object({{"message", message}, {"requestedSchema", schema}})}});
}

Answer asking(std::initializer_list<Json::Entry> requests)
{
    return Output{.result = {}, .needs = InputNeeded{.requests = Json::object(requests)}};
}

bool isAccepted(const Json &answer)
{
    return answer["action"] == Json("accept");
}

QByteArray nameIn(const Json &answer)
{
    return answer["content"]["name"].toByteArray();
}

void becomeTask(const CallContext &context)
{
    if (context.becomeTask)
        context.becomeTask();
}

Task<Answer> greet(Json arguments, CallContext)
{
    co_return said("Hello, " + arguments["name"].toByteArray() + '!');
}

Task<Answer> compute(Json arguments, CallContext context)
{
    const auto seconds =
        std::clamp<std::int64_t>(arguments["seconds"].toInteger().value_or(0), 0, secondsMax);
    if (seconds > 0)
        becomeTask(context);
    const bool waited =
        co_await pause(std::chrono::seconds(seconds),
                       context.stop); // in a condition GCC 12 lays the frame out wrongly
    if (!waited)
        co_return stopped();
    co_return said("Computed " + arguments["label"].toByteArray() + " in "
                   + QByteArray::number(qint64(seconds)) + " s");
}

Task<Answer> failJob(Json, CallContext context)
{
    becomeTask(context);
    const bool waited = co_await pause(
        failingWork, context.stop); // in a condition GCC 12 lays the frame out wrongly
    if (!waited)
        co_return stopped();
    co_return Output{.result = failureResult("The job failed, as it always does")};
}

Task<Answer> breakJob(Json, CallContext context)
{
    becomeTask(context);
    const bool waited =
        co_await pause(shortWork, context.stop); // in a condition GCC 12 lays the frame out wrongly
    if (!waited)
        co_return stopped();
    co_return fail(ErrorCode::Internal, QStringLiteral("the job broke, as it always does"));
}

Task<Answer> confirmDelete(Json arguments, CallContext context)
{
    becomeTask(context);
    const Json &answer = context.inputResponses["confirmation"];
    if (answer.isNull())
        co_return asking({{"confirmation", form("Delete the file?", "confirm", "boolean")}});
    const bool confirmed = isAccepted(answer) && answer["content"]["confirm"].toBool();
    co_return said(arguments["filename"].toByteArray()
                   + (confirmed ? " would be deleted now" : " stays"));
}

Task<Answer> askTwice(Json, CallContext context)
{
    becomeTask(context);
    const Json &answers = context.inputResponses;
    if (answers["first"].isNull() || answers["second"].isNull())
        co_return asking({{"first", form("What is the first name?", "name", "string")},
                          {"second", form("What is the second name?", "name", "string")}});
    co_return said("Hello, " + nameIn(answers["first"]) + " and " + nameIn(answers["second"])
                   + '!');
}

// Asks before it is a task, as any tool does, and works after that.
Task<Answer> askThenWork(Json, CallContext context)
{
    const Json &answer = context.inputResponses["user_name"];
    if (answer.isNull())
        co_return asking({{"user_name", form("What is your name?", "name", "string")}});
    becomeTask(context);
    const bool waited =
        co_await pause(shortWork, context.stop); // in a condition GCC 12 lays the frame out wrongly
    if (!waited)
        co_return stopped();
    co_return said("Hello, " + nameIn(answer) + '!');
}

struct LongTool
{
    const char *name;
    const char *description;
    const char *properties;
    TaskMode mode;
    Task<Answer> (*call)(Json arguments, CallContext context);
};

constexpr LongTool all[]{
    {"greet", "Greets at once.", R"({"name":{"type":"string"}})", TaskMode::Never, &greet},
    {"slow_compute", "Works for some seconds.",
     R"({"seconds":{"type":"integer"},"label":{"type":"string"}})", TaskMode::Allowed, &compute},
    {"failing_job", "Works for a second, and fails.", "{}", TaskMode::Required, &failJob},
    {"protocol_error_job", "Breaks while it works.", "{}", TaskMode::Allowed, &breakJob},
    {"confirm_delete", "Asks whether a file shall be deleted, and leaves it alone.",
     R"({"filename":{"type":"string"}})", TaskMode::Allowed, &confirmDelete},
    {"multi_input", "Asks two questions at once.", "{}", TaskMode::Allowed, &askTwice},
    {"test_tool_with_task", "Asks for a name first, and works then.", "{}", TaskMode::Required,
     &askThenWork},
};

const LongTool *find(QByteArrayView name)
{
    const auto *const found =
        std::find_if(std::begin(all), std::end(all),
                     [&](const LongTool &tool) { return name == QByteArrayView(tool.name); });
    return found != std::end(all) ? found : nullptr;
}

} // namespace

std::vector<ToolDescriptor> longTools()
{
    std::vector<ToolDescriptor> tools;
    for (const LongTool &known : all) {
        ToolDescriptor tool;
        tool.name = known.name;
        tool.nativeName = known.name;
        const Json schema =
            Json::object({{"type", "object"}, {"properties", *Json::parse(known.properties)}});
        tool.definition = Json::object(
            {{"name", known.name}, {"description", known.description}, {"inputSchema", schema}});
        tool.policy.permission = "run";
        tool.policy.resource = "conformance";
        tool.taskMode = known.mode;
        tools.push_back(std::move(tool));
    }
    return tools;
}

bool isLongTool(QByteArrayView name)
{
    return find(name) != nullptr;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): as every call of an adapter
Task<Result<Output>> callLongTool(QByteArray name, Json arguments, CallContext context)
{
    return find(name)->call(std::move(arguments), std::move(context));
}

} // namespace provost::tools::builtin
