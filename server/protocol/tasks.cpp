#include "server/protocol/tasks.h"

#include "server/protocol/refusals.h"

#include <algorithm>
#include <array>

namespace provost::protocol {

namespace {

constexpr std::array<QByteArrayView, 5> statusNames{"working", "input_required", "completed",
                                                    "failed", "cancelled"};

Json taskObject(const TaskState &task)
{
    Json object = Json::object({{"taskId", task.id.value}, {"status", nameOf(task.status)}});
    if (!task.message.isEmpty())
        object.set("statusMessage", task.message);
    object.set("createdAt", toRfc3339(task.created));
    object.set("lastUpdatedAt", toRfc3339(task.updated));
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
    Json result = taskObject(task);
    result.set("resultType", "task");
    return result;
}

Json detailedTask(const TaskState &task)
{
    Json result = taskObject(task);
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

} // namespace provost::protocol
