#include "server/tools/adapters/mcp/taskfollower.h"

#include "server/protocol/meta.h"
#include "server/tools/adapters/mcp/untrusted.h"

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds pollLeast{20};
constexpr milliseconds pollUsual{1'000};
constexpr milliseconds pollMost{60'000};
constexpr milliseconds patience{30'000}; // for the answer to one question about the task
constexpr milliseconds farewell{10'000}; // for the answer to tasks/cancel
constexpr milliseconds lifeMost = std::chrono::hours(24);

// A task of either face has one of the two members.
std::optional<milliseconds> timeIn(const Json &task, const char *modern, const char *legacy)
{
    const auto number = task[task.contains(modern) ? modern : legacy].toInteger();
    return number ? std::optional(milliseconds(*number)) : std::nullopt;
}

milliseconds pollInterval(const Json &task)
{
    return std::clamp(timeIn(task, "pollIntervalMs", "pollInterval").value_or(pollUsual), pollLeast,
                      pollMost);
}

// Without somebody who waits for it, a task may take as long as the server keeps it.
QDeadlineTimer deadlineOf(const Json &task, const CallContext &context)
{
    if (!context.becomeTask)
        return QDeadlineTimer(context.deadline, Qt::PreciseTimer);
    const milliseconds life = timeIn(task, "ttlMs", "ttl").value_or(lifeMost);
    return QDeadlineTimer(std::clamp(life, context.deadline, std::max(lifeMost, context.deadline)));
}

Request requestAbout(QByteArray method, Json params, const TaskOrigin &origin,
                     const QDeadlineTimer &deadline)
{
    if (Json meta = origin.meta; meta.isObject()) {
        meta.remove("progressToken"); // of the call, not of what is asked about it
        params.set("_meta", std::move(meta));
    }
    return {
        .method = std::move(method),
        .params = std::move(params),
        .deadline = deadline,
        .notify = {},
        .resolver = {},
        .caller = origin.caller,
        .connection = origin.connection,
    };
}

// The task once more, when it is time to look. Who cannot see it does not wait for it any more.
Task<Result<Json>> lookAgain(Line line, QByteArray taskId, Json task, TaskOrigin origin,
                             QDeadlineTimer deadline, std::stop_token stop)
{
    const milliseconds delay = pollInterval(task);
    const milliseconds left(deadline.isForever() ? lifeMost.count() : deadline.remainingTime());
    Request request =
        requestAbout("tasks/get", Json::object({{"taskId", taskId}}), origin,
                     QDeadlineTimer(std::min(left, delay + patience), Qt::PreciseTimer));
    request.delay = std::min(delay, left);
    auto answer = co_await ask(line, std::move(request), stop);
    if (answer)
        co_return std::move(answer->result);
    cancelTask(line, taskId, origin);
    co_return fail(std::move(answer).error());
}

// Questions that have not been answered in this round.
Json newQuestions(const Json &asked, const Json &answered)
{
    Json questions = Json::object();
    for (const auto &[key, request] : asked.members()) {
        if (!answered.contains(key))
            questions.set(key, request);
    }
    return questions;
}

// Nothing while the task goes on.
std::optional<Result<Output>> endOf(const Json &task, const QByteArray &taskId,
                                    const Json &answered, const std::vector<QByteArray> &secrets)
{
    const QByteArray status = task["status"].toByteArray();
    if (status == "working")
        return std::nullopt;
    if (status == "input_required") {
        Json questions = newQuestions(task["inputRequests"], answered);
        if (questions.members().empty())
            return std::nullopt; // the answers are on their way
        return Output{.result = {},
                      .needs =
                          InputNeeded{.requests = std::move(questions),
                                      .state = encodeState({RequestState::Kind::Task, taskId})}};
    }
    if (status == "completed" && task["result"].isObject()) {
        Json result = task["result"];
        result.remove("resultType");
        return Output{.result = std::move(result)};
    }
    if (status == "failed")
        return Result<Output>(fail(errorOf(task["error"], secrets)));
    return Result<Output>(
        fail(ErrorCode::Upstream, status == "cancelled"
                                      ? QStringLiteral("the server cancelled its task")
                                      : QStringLiteral("the server's task has an unknown state")));
}

Task<Result<Output>> poll(Line line, QByteArray taskId, Json task, Json answered, TaskOrigin origin,
                          CallContext context)
{
    const QDeadlineTimer deadline = deadlineOf(task, context);
    for (;;) {
        if (auto end = endOf(task, taskId, answered, line.shared->secrets))
            co_return *std::move(end);
        auto next =
            co_await lookAgain(line, taskId, std::move(task), origin, deadline, context.stop);
        if (!next)
            co_return fail(std::move(next).error());
        task = *std::move(next);
    }
}

// The server's id of its task is nothing to the agent.
void forgetTask(Json &message)
{
    Json *meta = message.find("_meta");
    if (meta != nullptr && meta->remove(protocol::metakey::RelatedTask) && meta->members().empty())
        message.remove("_meta");
}

// tasks/result, from its beginning or in a further round.
Task<Result<Output>> fetchResult(Line line, ParkedTask task, Request request, CallContext context)
{
    auto answer = co_await ask(line, std::move(request), context.stop);
    if (!answer)
        co_return fail(std::move(answer).error());
    if (!answer->needs) {
        forgetTask(answer->result);
        co_return Output{.result = std::move(answer->result)};
    }
    for (Json::Member &question : answer->needs->requests.membersRef()) {
        if (Json *params = question.value.find("params"); params != nullptr)
            forgetTask(*params);
    }
    if (const auto state = decodeState(answer->needs->state))
        task.handle = state->text;
    answer->needs->state = encodeState(task);
    co_return Output{.result = {}, .needs = std::move(answer->needs)};
}

} // namespace

Task<Result<Output>> followTask(Line line, Json created, TaskOrigin origin, CallContext context)
{
    QByteArray taskId = created["taskId"].toByteArray();
    if (taskId.isEmpty())
        co_return fail(ErrorCode::Upstream, QStringLiteral("the server's task has no id"));
    if (context.becomeTask)
        context.becomeTask();
    // The first answer tells how the task is, and not yet how it ended or what it asks.
    created.set("status", "working");
    co_return co_await poll(std::move(line), std::move(taskId), std::move(created), Json::object(),
                            std::move(origin), std::move(context));
}

Task<Result<Output>> answerTask(Line line, QByteArray taskId, Json inputResponses, Request request,
                                CallContext context)
{
    if (context.becomeTask)
        context.becomeTask();
    TaskOrigin origin{.caller = request.caller, .meta = request.params["_meta"]};
    Request update = requestAbout(
        "tasks/update", Json::object({{"taskId", taskId}, {"inputResponses", inputResponses}}),
        origin, QDeadlineTimer(std::min(patience, context.deadline), Qt::PreciseTimer));
    const auto answer = co_await ask(line, std::move(update), context.stop);
    if (!answer) {
        const ErrorCode code = answer.error().code;
        if (code == ErrorCode::Cancelled || code == ErrorCode::Timeout)
            cancelTask(line, taskId, origin);
        co_return fail(answer.error());
    }
    Json working = Json::object({{"status", "working"}, {"pollIntervalMs", pollLeast.count()}});
    co_return co_await poll(std::move(line), std::move(taskId), std::move(working),
                            std::move(inputResponses), std::move(origin), std::move(context));
}

Task<Result<Output>> followLegacyTask(Line line, Json created, TaskOrigin origin,
                                      CallContext context)
{
    const ParkedTask followed{
        .handle = {}, .connection = *origin.connection, .taskId = created["taskId"].toByteArray()};
    if (context.becomeTask)
        context.becomeTask();
    const QDeadlineTimer deadline = deadlineOf(created, context);
    TaskOrigin about = origin;
    about.caller.reset(); // what is asked meanwhile belongs to another request
    Json task = std::move(created);
    while (task["status"].toByteArray() == "working") {
        auto next = co_await lookAgain(line, followed.taskId, std::move(task), about, deadline,
                                       context.stop);
        if (!next)
            co_return fail(std::move(next).error());
        task = *std::move(next);
    }
    Request request =
        requestAbout("tasks/result", Json::object({{"taskId", followed.taskId}}), origin, deadline);
    request.notify = context.notify;
    co_return co_await fetchResult(std::move(line), followed, std::move(request),
                                   std::move(context));
}

Task<Result<Output>> goOnWithTask(Line line, ParkedTask task, Json inputResponses, Request request,
                                  CallContext context)
{
    if (context.becomeTask)
        context.becomeTask();
    request.handle = task.handle;
    request.inputResponses = std::move(inputResponses);
    request.deadline = deadlineOf(Json(), context);
    co_return co_await fetchResult(std::move(line), std::move(task), std::move(request),
                                   std::move(context));
}

void cancelTask(const Line &line, const QByteArray &taskId, const TaskOrigin &origin)
{
    Request request = requestAbout("tasks/cancel", Json::object({{"taskId", taskId}}), origin,
                                   QDeadlineTimer(farewell));
    request.id = line.shared->ids++;
    line.mail.post(std::move(request));
}

} // namespace provost::tools::mcp
