#include "server/tools/adapters/builtin/conformanceadapter.h"

#include "server/tools/adapters/builtin/conformancefixture.h"
#include "server/tools/adapters/builtin/conformancerounds.h"
#include "server/tools/adapters/builtin/conformancetasks.h"
#include "server/tools/adapters/builtin/content.h"
#include "server/tools/adapters/builtin/pause.h"

namespace provost::tools::builtin {

namespace {

constexpr std::chrono::milliseconds stepTime{50};

void log(const CallContext &context, const char *text)
{
    if (context.notify)
        context.notify(
            "notifications/message",
            Json::object({{"level", "info"}, {"logger", "conformance"}, {"data", text}}));
}

void report(const CallContext &context, int progress)
{
    const Json &token = context.meta["progressToken"];
    if (context.notify && !token.isNull())
        context.notify(
            "notifications/progress",
            Json::object({{"progressToken", token}, {"progress", progress}, {"total", 100}}));
}

Output outputOf(Json result)
{
    Output output;
    output.result = std::move(result);
    return output;
}

Result<Output> outputOf(Result<Json> result)
{
    if (!result)
        return fail(result.error());
    return outputOf(*std::move(result));
}

Error cancelled()
{
    return {ErrorCode::Cancelled, QStringLiteral("the call was cancelled")};
}

Task<Result<Output>> logThreeTimes(CallContext context)
{
    log(context, "Tool execution started");
    co_await pause(stepTime);
    if (context.stop.stop_requested())
        co_return fail(cancelled());
    log(context, "Tool processing data");
    co_await pause(stepTime);
    log(context, "Tool execution completed");
    co_return outputOf(textResult("Tool with logging executed successfully"));
}

Task<Result<Output>> progressThreeTimes(CallContext context)
{
    report(context, 0);
    co_await pause(stepTime);
    if (context.stop.stop_requested())
        co_return fail(cancelled());
    report(context, 50);
    co_await pause(stepTime);
    report(context, 100);
    co_return outputOf(textResult("Tool with progress executed successfully"));
}

Task<Result<Output>> answerAfterTheClientWent(CallContext context)
{
    if (context.releaseStream)
        context.releaseStream();
    co_await pause(2 * stepTime);
    co_return outputOf(textResult("Reconnection test completed successfully"));
}

} // namespace

Catalog ConformanceAdapter::current() const
{
    Catalog catalog = conformanceCatalog();
    const Lock lock(m_mutex);
    if (m_showsTool)
        catalog.tools.push_back(changingTool());
    if (!m_showsPrompt)
        return catalog;
    ItemDescriptor prompt = catalog.prompts.front();
    prompt.name = "test_changing_prompt";
    prompt.definition.set("name", prompt.name); // its nativeName is that of the simple one
    catalog.prompts.push_back(std::move(prompt));
    return catalog;
}

void ConformanceAdapter::toggle(bool &shown)
{
    std::function<void()> onChanged;
    {
        const Lock lock(m_mutex);
        shown = !shown;
        onChanged = m_onChanged;
    }
    if (onChanged)
        onChanged();
}

Task<Result<Catalog>> ConformanceAdapter::catalog()
{
    co_return current();
}

Task<Result<Output>> ConformanceAdapter::call(QByteArray nativeName, Json arguments,
                                              CallContext context)
{
    auto fixed = fixedAnswer(nativeName, arguments);
    if (fixed)
        co_return outputOf(*std::move(fixed));
    if (nativeName == "test_streaming_elicitation")
        report(context, 0);
    if (auto asking = askingAnswer(nativeName, arguments, context))
        co_return *std::move(asking);
    if (isLongTool(nativeName))
        co_return co_await callLongTool(std::move(nativeName), std::move(arguments),
                                        std::move(context));
    if (nativeName == "test_tool_with_logging")
        co_return co_await logThreeTimes(std::move(context));
    if (nativeName == "test_tool_with_progress")
        co_return co_await progressThreeTimes(std::move(context));
    if (nativeName == "test_reconnection")
        co_return co_await answerAfterTheClientWent(std::move(context));
    if (nativeName == "test_logging_tool") {
        log(context, "Log message of the logging tool");
        co_return outputOf(textResult("Logging tool executed successfully"));
    }
    if (nativeName == "test_trigger_tool_change") {
        toggle(m_showsTool);
        co_return outputOf(textResult("The list of tools has changed"));
    }
    if (nativeName == "test_trigger_prompt_change") {
        toggle(m_showsPrompt);
        co_return outputOf(textResult("The list of prompts has changed"));
    }
    co_return fail(ErrorCode::NotFound, QStringLiteral("this server has no such tool"));
}

Task<Result<Output>> ConformanceAdapter::readResource(QByteArray nativeUri, CallContext)
{
    co_return outputOf(conformanceResource(nativeUri));
}

Task<Result<Output>> ConformanceAdapter::getPrompt(QByteArray nativeName, Json arguments,
                                                   CallContext context)
{
    if (auto asking = askingAnswer(nativeName, arguments, context))
        co_return *std::move(asking);
    co_return outputOf(conformancePrompt(nativeName, arguments));
}

Task<Result<Output>> ConformanceAdapter::complete(Json params, CallContext)
{
    co_return outputOf(conformanceCompletion(params));
}

void ConformanceAdapter::setOnCatalogChanged(std::function<void()> onChanged)
{
    const Lock lock(m_mutex);
    m_onChanged = std::move(onChanged);
}

AdapterStatus ConformanceAdapter::status() const
{
    return {.state = AdapterState::Ready, .transport = "in process"};
}

} // namespace provost::tools::builtin
