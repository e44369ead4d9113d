#include "server/gateway/mcplegacytasks.h"

#include "server/gateway/mcprounds.h"
#include "server/protocol/tasks.h"
#include "server/tools/asking.h"

namespace provost::gateway {

namespace {

using protocol::TaskId;
using protocol::TaskState;
using tools::TaskMode;

constexpr std::size_t pageTasks = 100;
constexpr QByteArray::Base64Options cursorCoding =
    QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

tasks::TaskOwner ownerOf(const Session &session)
{
    return {session.facts().owner.tenant, session.facts().owner.user};
}

tasks::TaskOwner ownerOf(const identity::Principal &principal)
{
    return {principal.tenant, principal.user};
}

McpAnswer answerFailure(const McpQuestion &question, const Error &error)
{
    return answerRefusal(question, {.code = error.code, .reason = error.message.toUtf8()});
}

// The last task that was seen: when it was created, and its id.
QByteArray cursorOf(const TaskState &task)
{
    const QByteArray place =
        QByteArray::number(qint64(task.created.time_since_epoch().count())) + '.' + task.id.value;
    return place.toBase64(cursorCoding);
}

protocol::Checked<tasks::TaskPlace> placeOf(const Json &params)
{
    const Json *cursor = params.find("cursor");
    if (cursor == nullptr)
        return tasks::TaskPlace();
    const auto decoded = QByteArray::fromBase64Encoding(
        cursor->toByteArray(), cursorCoding | QByteArray::AbortOnBase64DecodingErrors);
    const qsizetype dot = decoded ? decoded.decoded.indexOf('.') : -1;
    bool isNumber = false;
    const qint64 created = dot < 0 ? 0 : decoded.decoded.first(dot).toLongLong(&isNumber);
    if (!isNumber)
        return protocol::rejectParams("Invalid params: the cursor is not valid");
    return tasks::TaskPlace{WallTime(Microseconds(created)),
                            TaskId(decoded.decoded.sliced(dot + 1))};
}

// What is asked belongs to a task.
Json related(Json requests, const TaskId &id)
{
    for (Json::Member &member : requests.membersRef()) {
        Json params = member.value["params"].isObject() ? member.value["params"] : Json::object();
        protocol::setRelatedTask(params, id);
        member.value.set("params", std::move(params));
    }
    return requests;
}

Task<void> stopRequested(std::stop_token stop)
{
    Completion<bool> requested;
    const std::stop_callback onStop(
        std::move(stop), [resolver = requested.resolver()]() mutable { resolver.resolve(true); });
    co_await requested;
}

} // namespace

McpLegacyTasks::McpLegacyTasks(const McpServices &services, std::shared_ptr<McpTasks> tasks)
    : m_services(services)
    , m_keeper(*services.tasks)
    , m_tasks(std::move(tasks))
    , m_news([this](const TaskId &id) { spawn(tell(shared_from_this(), id)); })
{
}

void McpLegacyTasks::markTools(const TenantId &tenant, Json &list) const
{
    Json *tools = list.find("tools");
    if (tools == nullptr)
        return;
    for (Json &tool : tools->itemsRef()) {
        const auto mode = m_services.taskMode(tenant, tool["name"].toByteArray());
        const char *support = mode == TaskMode::Allowed    ? "optional"
                              : mode == TaskMode::Required ? "required"
                                                           : "forbidden";
        // What an upstream says here is about itself.
        tool.set("execution", Json::object({{"taskSupport", support}}));
    }
}

protocol::Checked<bool> McpLegacyTasks::isWanted(const TenantId &tenant,
                                                 const McpQuestion &question) const
{
    const Json *task = question.params.find("task");
    if (task != nullptr && !task->isObject())
        return protocol::rejectParams("Invalid params: `task` must be an object");
    const bool wanted = task != nullptr;
    const auto mode = m_services.taskMode(tenant, question.name);
    if (!mode)
        return false; // the governed call says so, and records it
    if (wanted && *mode == TaskMode::Never)
        return protocol::reject(200, protocol::code::MethodNotFound,
                                "The tool cannot be called as a task: " + question.name);
    if (!wanted && *mode == TaskMode::Required)
        return protocol::reject(200, protocol::code::MethodNotFound,
                                "The tool can be called as a task only: " + question.name);
    return wanted;
}

Task<McpAnswer> McpLegacyTasks::call(std::shared_ptr<Session> session, McpQuestion question,
                                     calls::CallRequest request)
{
    // The request's stream ends with the task's beginning.
    request.notify = {};
    request.releaseStream = {};
    const auto task = co_await m_tasks->begin(ownerOf(*session), question, std::move(request));
    if (!task)
        co_return answerError(question.id, toRpcError(task.error()));
    spawn(follow(shared_from_this(), session, task->id));
    co_return answerResult(question, protocol::legacyCreateTaskResult(*task));
}

Task<McpAnswer> McpLegacyTasks::serve(std::shared_ptr<Session> session, McpQuestion question,
                                      McpCall::Asker asker, calls::CallRequest request)
{
    const tasks::TaskOwner owner = ownerOf(*session);
    if (question.method == protocol::Method::CancelTask)
        co_return co_await cancel(std::move(question), std::move(request));
    if (!m_services.isServed(owner.tenant))
        co_return answerFailure(
            question, {ErrorCode::Unavailable, QStringLiteral("the tenant is not being served")});
    if (question.method == protocol::Method::ListTasks)
        co_return co_await list(owner, std::move(question));
    if (question.method == protocol::Method::GetTaskResult)
        co_return co_await result(std::move(session), std::move(question), std::move(asker),
                                  std::move(request));
    const auto found = co_await m_keeper.find(owner, TaskId(question.name));
    co_return found ? answerResult(question, protocol::legacyTask(*found))
                    : answerFailure(question, found.error());
}

Task<McpAnswer> McpLegacyTasks::list(tasks::TaskOwner owner, McpQuestion question) const
{
    const auto place = placeOf(question.params);
    if (!place)
        co_return answerError(question.id, place.error());
    auto found = co_await m_keeper.list(std::move(owner), *place, pageTasks + 1);
    if (!found)
        co_return answerFailure(question, found.error());
    const bool more = found->size() > pageTasks;
    if (more)
        found->pop_back();
    Json page = Json::array();
    for (const TaskState &task : *found)
        page.append(protocol::legacyTask(task));
    Json listed = Json::object({{"tasks", std::move(page)}});
    if (more)
        listed.set("nextCursor", cursorOf(found->back()));
    co_return answerResult(question, std::move(listed));
}

Task<McpAnswer> McpLegacyTasks::cancel(McpQuestion question, calls::CallRequest request) const
{
    const TaskId id(question.name);
    const auto then = std::make_shared<TaskState>();
    request.operation = calls::Operation::CancelTask;
    request.stop = {}; // once begun, it is done: it takes no longer than the disk
    request.task = [id] { return id.value; };
    request.act = [this, id, then, again = request](const identity::Principal &principal) {
        return cancelAtOnce(ownerOf(principal), id, then, again);
    };
    auto reply = co_await m_services.run(std::move(request));
    co_return reply.isRefused() ? answerReply(question, std::move(reply))
                                : answerResult(question, protocol::legacyTask(*then));
}

Task<Result<void>> McpLegacyTasks::cancelAtOnce(tasks::TaskOwner owner, TaskId id,
                                                std::shared_ptr<TaskState> then,
                                                calls::CallRequest again) const
{
    auto cancelled = co_await m_keeper.cancelAtOnce(std::move(owner), id);
    if (!cancelled)
        co_return fail(cancelled.error());
    *then = std::move(cancelled->task);
    if (cancelled->left)
        co_await m_tasks->letGo(std::move(id), std::move(*cancelled->left), std::move(again));
    co_return Result<void>();
}

Task<McpAnswer> McpLegacyTasks::result(std::shared_ptr<Session> session, McpQuestion question,
                                       McpCall::Asker asker, calls::CallRequest request) const
{
    const tasks::TaskOwner owner = ownerOf(*session);
    const TaskId id(question.name);
    while (!request.stop.stop_requested()) {
        std::stop_source changed; // or nobody wants to know any more
        const auto stop = [changed]() mutable { changed.request_stop(); };
        const std::stop_callback onStop(request.stop, stop);
        const auto watching = co_await m_keeper.watch(owner, id, stop);
        if (!watching)
            co_return answerFailure(question, watching.error());
        const auto task = co_await m_keeper.find(owner, id);
        if (!task)
            co_return answerFailure(question, task.error());
        if (protocol::isTerminal(task->status)) {
            auto ended = protocol::legacyTaskResult(*task);
            co_return ended ? answerResult(question, std::move(*ended))
                            : answerError(question.id, ended.error());
        }
        if (task->status == protocol::TaskStatus::Working)
            co_await stopRequested(changed.get_token());
        if (changed.stop_requested())
            continue;
        auto failed = co_await ask(session, question, asker, request, *task, changed.get_token());
        if (failed)
            co_return std::move(*failed);
    }
    co_return answerFailure(
        question, {ErrorCode::Cancelled, QStringLiteral("the caller does not wait any longer")});
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a coroutine keeps what it was given
Task<std::optional<McpAnswer>> McpLegacyTasks::ask(std::shared_ptr<Session> session,
                                                   McpQuestion question, McpCall::Asker asker,
                                                   calls::CallRequest request, TaskState task,
                                                   std::stop_token stop) const
{
    const Json missing = tools::missingCapabilities(task.detail, session->facts().capabilities);
    if (!missing.isNull())
        co_return answerFailure(question, {ErrorCode::InvalidInput,
                                           QStringLiteral("the task waits for what the client did "
                                                          "not declare as its capability")});
    auto answers =
        co_await askClient(m_services, session, asker, related(task.detail, task.id), stop,
                           {ErrorCode::Conflict, QStringLiteral("it is not needed any more")});
    if (!answers && answers.error().code == ErrorCode::Conflict)
        co_return std::nullopt;
    if (!answers && answers.error().code != ErrorCode::InvalidInput)
        co_return answerFailure(question, answers.error()); // the task waits on
    McpTasks::Answers told;
    if (answers)
        told = std::move(*answers);
    else
        told = tl::make_unexpected(calls::Refusal{.code = answers.error().code,
                                                  .reason = answers.error().message.toUtf8()});
    request.stop = {};
    request.received = m_services.clock.monotonic();
    request.task = [id = task.id] { return id.value; };
    request.act = [this, id = task.id, told,
                   again = request](const identity::Principal &principal) {
        return m_tasks->update(ownerOf(principal), id, told, again);
    };
    const auto reply = co_await m_services.run(std::move(request));
    co_return reply.isRefused() ? std::optional(answerRefusal(question, reply.refusal()))
                                : std::nullopt;
}

void McpLegacyTasks::drain()
{
    m_draining = true;
    m_followed.clear();
}

Task<void> McpLegacyTasks::follow(std::shared_ptr<McpLegacyTasks> self,
                                  std::shared_ptr<Session> session, TaskId id)
{
    const auto following = self->m_following;
    auto onChanged = [ring = self->m_news.sender(), id] { ring.post(id); };
    auto watching = co_await self->m_keeper.watch(ownerOf(*session), id, onChanged);
    if (!watching || self->m_draining)
        co_return;
    self->m_followed.insert_or_assign(id, Followed{session, std::move(*watching)});
    co_await tell(self, id); // it may have changed before
}

Task<void> McpLegacyTasks::tell(std::shared_ptr<McpLegacyTasks> self, TaskId id)
{
    const auto following = self->m_following;
    const auto sessionOf = [&] {
        const auto found = self->m_followed.find(id);
        return found != self->m_followed.end() ? found->second.session.lock() : nullptr;
    };
    const auto session = sessionOf();
    Result<TaskState> task = fail(ErrorCode::NotFound, QString());
    if (session)
        task = co_await self->m_keeper.find(ownerOf(*session), id);
    const auto followed = self->m_followed.find(id);
    if (followed == self->m_followed.end())
        co_return;
    if (task && task->status != followed->second.told) {
        followed->second.told = task->status;
        if (session->events().isRead(EventLog::getStream))
            session->send(protocol::encodeNotification("notifications/tasks/status",
                                                       protocol::legacyTask(*task)));
    }
    if (!task || protocol::isTerminal(task->status))
        self->m_followed.erase(followed);
}

} // namespace provost::gateway
