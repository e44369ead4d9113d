#include "server/protocol/tasks.h"

#include "server/protocol/meta.h"
#include "server/protocol/refusals.h"
#include "server/protocol/results.h"

#include <algorithm>
#include <array>

namespace provost::protocol {

namespace {

constexpr std::array<QByteArrayView, 5> statusNames{"working", "input_required", "completed",
                                                    "failed", "cancelled"};

// The members that both faces have.
Json taskObject(const TaskState &task, TaskStatus status)
{
    Json object = Json::object({{"taskId", task.id.value}, {"status", nameOf(status)}});
    if (!task.message.isEmpty())
        object.set("statusMessage", task.message);
    object.set("createdAt", toRfc3339(task.created));
    object.set("lastUpdatedAt", toRfc3339(task.updated));
    return object;
}

Json modernTask(const TaskState &task)
{
    Json object = taskObject(task, task.status);
    object.set("ttlMs", std::int64_t(task.ttl.count()));
    object.set("pollIntervalMs", taskPollIntervalMs);
    return object;
}

// The member that holds the detail; empty for a status without one.
QByteArrayView detailMember(TaskStatus status)
{
    switch (status) {
    case TaskStatus::InputRequired: return "inputRequests";
    case TaskStatus::Completed: return "result";
    case TaskStatus::Failed: return "error";
    case TaskStatus::Working:
    case TaskStatus::Cancelled: return {};
    }
    return {};
}

} // namespace

QByteArrayView nameOf(TaskStatus status)
{
    return statusNames.at(std::size_t(status));
}

std::optional<TaskStatus> taskStatusOf(QByteArrayView name)
{
    const auto found = std::find(statusNames.begin(), statusNames.end(), name);
    if (found == statusNames.end())
        return std::nullopt;
    return TaskStatus(found - statusNames.begin());
}

bool isTerminal(TaskStatus status)
{
    return status != TaskStatus::Working && status != TaskStatus::InputRequired;
}

bool knowsTasks(const Json &clientCapabilities)
{
    return clientCapabilities["extensions"][tasksExtension].isObject();
}

Json tasksCapability()
{
    return Json::object(
        {{"extensions", Json::object({{tasksExtension.toByteArray(), Json::object()}})}});
}

RpcError tasksNotDeclared()
{
    return missingCapability("The client did not declare that it knows tasks", tasksCapability());
}

Json createTaskResult(const TaskState &task)
{
    Json result = modernTask(task);
    result.set("resultType", "task");
    return result;
}

Json detailedTask(const TaskState &task)
{
    Json result = modernTask(task);
    if (const QByteArrayView member = detailMember(task.status); !member.isEmpty())
        result.set(member, task.detail);
    return result;
}

Json taskError(const RpcError &error)
{
    Json object = Json::object({{"code", error.code}, {"message", error.message}});
    if (!error.data.isNull())
        object.set("data", error.data);
    return object;
}

Json legacyTasksCapability()
{
    const Json toolCalls = Json::object({{"call", Json::object()}});
    return Json::object(
        {{"tasks", Json::object({{"list", Json::object()},
                                 {"cancel", Json::object()},
                                 {"requests", Json::object({{"tools", toolCalls}})}})}});
}

TaskStatus legacyStatus(const TaskState &task)
{
    const bool toolFailed = task.status == TaskStatus::Completed && task.detail["isError"].toBool();
    return toolFailed ? TaskStatus::Failed : task.status;
}

Json legacyTask(const TaskState &task)
{
    Json object = taskObject(task, legacyStatus(task));
    object.set("ttl", std::int64_t(task.ttl.count()));
    object.set("pollInterval", taskPollIntervalMs);
    return object;
}

Json legacyCreateTaskResult(const TaskState &task)
{
    return Json::object({{"task", legacyTask(task)}});
}

Checked<Json> legacyTaskResult(const TaskState &task)
{
    if (task.status == TaskStatus::Cancelled)
        return reject(200, 499, "The task was cancelled");
    if (task.status == TaskStatus::Failed)
        return reject(200, int(task.detail["code"].toInteger().value_or(code::InternalError)),
                      task.detail["message"].toByteArray(), task.detail["data"]);
    Json result =
        finishResult(Method::CallTool, Era::Legacy, task.detail); // kept as modern clients get it
    if (Json *meta = result.find("_meta"); meta != nullptr)
        meta->remove(metakey::ServerInfo);
    setRelatedTask(result, task.id);
    return result;
}

void setRelatedTask(Json &message, const TaskId &task)
{
    Json meta = message["_meta"].isObject() ? message["_meta"] : Json::object();
    meta.set(metakey::RelatedTask, Json::object({{"taskId", task.value}}));
    message.set("_meta", std::move(meta));
}

} // namespace provost::protocol
