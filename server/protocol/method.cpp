#include "server/protocol/method.h"

#include "server/protocol/meta.h"
#include "server/protocol/text.h"

#include <algorithm>
#include <array>

namespace provost::protocol {

namespace {

constexpr qsizetype namedBytesMax = 100;

enum class Eras { Legacy, Modern, Both };

struct MethodRow
{
    QByteArrayView name;
    Method method = {};
    Eras eras = {};
    QByteArrayView nameMember = {};
    QByteArrayView listMember = {};
};

constexpr std::array rows{
    MethodRow{"initialize", Method::Initialize, Eras::Legacy},
    MethodRow{"ping", Method::Ping, Eras::Legacy},
    MethodRow{"logging/setLevel", Method::SetLogLevel, Eras::Legacy},
    MethodRow{"resources/subscribe", Method::Subscribe, Eras::Legacy},
    MethodRow{"resources/unsubscribe", Method::Unsubscribe, Eras::Legacy},
    MethodRow{"server/discover", Method::Discover, Eras::Modern},
    MethodRow{"subscriptions/listen", Method::Listen, Eras::Modern},
    MethodRow{"tools/list", Method::ListTools, Eras::Both, {}, "tools"},
    MethodRow{"tools/call", Method::CallTool, Eras::Both, "name"},
    MethodRow{"resources/list", Method::ListResources, Eras::Both, {}, "resources"},
    MethodRow{"resources/templates/list",
              Method::ListResourceTemplates,
              Eras::Both,
              {},
              "resourceTemplates"},
    MethodRow{"resources/read", Method::ReadResource, Eras::Both, "uri"},
    MethodRow{"prompts/list", Method::ListPrompts, Eras::Both, {}, "prompts"},
    MethodRow{"prompts/get", Method::GetPrompt, Eras::Both, "name"},
    MethodRow{"completion/complete", Method::Complete, Eras::Both},
    MethodRow{"tasks/get", Method::GetTask, Eras::Both, "taskId"},
    MethodRow{"tasks/update", Method::UpdateTask, Eras::Modern, "taskId"},
    MethodRow{"tasks/cancel", Method::CancelTask, Eras::Both, "taskId"},
    MethodRow{"tasks/result", Method::GetTaskResult, Eras::Legacy, "taskId"},
    MethodRow{"tasks/list", Method::ListTasks, Eras::Legacy},
};

const MethodRow &rowOf(Method method)
{
    return *std::find_if(rows.begin(), rows.end(),
                         [&](const MethodRow &row) { return row.method == method; });
}

Checked<QByteArray> requiredText(const Json &params, QByteArrayView member)
{
    const Json &value = params[member];
    if (!value.isString() || value.toByteArray().isEmpty())
        return rejectParams("Invalid params: `" + member.toByteArray() + "` must be a string");
    return value.toByteArray();
}

Checked<QByteArray> checkCompletion(const Json &params)
{
    const Json &reference = params["ref"];
    const Json &argument = params["argument"];
    if (!argument["name"].isString() || !argument["value"].isString())
        return rejectParams("Invalid params: `argument` needs a name and a value");
    if (reference["type"] == Json("ref/prompt"))
        return requiredText(reference, "name");
    if (reference["type"] == Json("ref/resource"))
        return requiredText(reference, "uri");
    return rejectParams("Invalid params: `ref` must be a ref/prompt or a ref/resource");
}

Checked<QByteArray> checkInitialize(const Json &params)
{
    if (!params["protocolVersion"].isString())
        return rejectParams("Invalid params: `protocolVersion` must be a string");
    if (!params["capabilities"].isObject() || !params["clientInfo"].isObject())
        return rejectParams("Invalid params: `capabilities` and `clientInfo` must be objects");
    return QByteArray();
}

Checked<QByteArray> checkTaskUpdate(const Json &params)
{
    const Json &responses = params["inputResponses"];
    const Json::Object &all = responses.members();
    if (!responses.isObject()
        || !std::all_of(all.begin(), all.end(),
                        [](const Json::Member &member) { return member.value.isObject(); }))
        return rejectParams("Invalid params: `inputResponses` must be an object of objects");
    return requiredText(params, "taskId");
}

// The absent member is fine.
bool isObjectOrAbsent(const Json &params, QByteArrayView member)
{
    const Json *value = params.find(member);
    return value == nullptr || value->isObject();
}

} // namespace

std::optional<Method> findMethod(QByteArrayView name, Era era)
{
    const Eras only = era == Era::Legacy ? Eras::Legacy : Eras::Modern;
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const MethodRow &row) {
        return row.name == name && (row.eras == Eras::Both || row.eras == only);
    });
    return found != rows.end() ? std::optional(found->method) : std::nullopt;
}

bool isOfTasks(Method method)
{
    return method == Method::GetTask || method == Method::UpdateTask || method == Method::CancelTask
           || method == Method::GetTaskResult || method == Method::ListTasks;
}

RpcError unknownMethod(QByteArrayView name, Era era)
{
    return {era == Era::Modern ? 404 : 200,
            code::MethodNotFound,
            "Method not found: " + clipped(name, namedBytesMax),
            {}};
}

Checked<QByteArray> checkParams(Method method, const Json &params)
{
    switch (method) {
    case Method::Initialize: return checkInitialize(params);
    case Method::SetLogLevel:
        if (!logLevelOf(params["level"].toByteArray()))
            return rejectParams("Invalid params: `level` is not a log level");
        return QByteArray();
    case Method::CallTool:
    case Method::GetPrompt:
        if (!isObjectOrAbsent(params, "arguments"))
            return rejectParams("Invalid params: `arguments` must be an object");
        return requiredText(params, "name");
    case Method::ReadResource:
    case Method::Subscribe:
    case Method::Unsubscribe: return requiredText(params, "uri");
    case Method::Complete: return checkCompletion(params);
    case Method::GetTask:
    case Method::CancelTask:
    case Method::GetTaskResult: return requiredText(params, "taskId");
    case Method::UpdateTask: return checkTaskUpdate(params);
    case Method::Ping:
    case Method::Discover:
    case Method::Listen:
    case Method::ListTools:
    case Method::ListResources:
    case Method::ListResourceTemplates:
    case Method::ListPrompts:
    case Method::ListTasks: return QByteArray();
    }
    return rejectParams("Invalid params");
}

QByteArrayView nameMember(Method method)
{
    return rowOf(method).nameMember;
}

QByteArrayView listMember(Method method)
{
    return rowOf(method).listMember;
}

} // namespace provost::protocol
