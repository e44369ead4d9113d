#include "server/tools/adapters/builtin/echoadapter.h"

#include "server/tools/adapters/builtin/content.h"

namespace provost::tools::builtin {

namespace {

ToolDescriptor echoTool()
{
    const Json message = Json::object({{"type", "string"}, {"description", "what to send back"}});
    ToolDescriptor tool;
    tool.name = "echo";
    tool.nativeName = "echo";
    tool.definition = Json::object(
        {{"name", "echo"},
         {"title", "Echo"},
         {"description", "Sends the message back. For trying out a connection."},
         {"inputSchema", Json::object({{"type", "object"},
                                       {"properties", Json::object({{"message", message}})},
                                       {"required", Json::array({"message"})},
                                       {"additionalProperties", false}})},
         {"annotations", Json::object({{"readOnlyHint", true}, {"openWorldHint", false}})}});
    tool.policy.permission = "run";
    tool.policy.resource = "echo";
    return tool;
}

} // namespace

Task<Result<Catalog>> EchoAdapter::catalog()
{
    Catalog catalog;
    catalog.tools.push_back(echoTool());
    co_return catalog;
}

Task<Result<Output>> EchoAdapter::call(QByteArray nativeName, Json arguments, CallContext)
{
    if (nativeName != "echo")
        co_return fail(ErrorCode::NotFound, QStringLiteral("this server has no such tool"));
    Output output;
    output.result = textResult(arguments["message"]);
    co_return output;
}

AdapterStatus EchoAdapter::status() const
{
    return {.state = AdapterState::Ready, .transport = "in process"};
}

} // namespace provost::tools::builtin
