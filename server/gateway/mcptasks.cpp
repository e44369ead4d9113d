#include "server/gateway/mcptasks.h"

#include "server/protocol/results.h"

namespace provost::gateway {

namespace {

constexpr int idSymbols = 22; // 131 bits
constexpr const char *waiting = "Waiting for answers";

// What the next round needs of the call; the rest comes with the request that answers.
Json callToKeep(const calls::CallRequest &request)
{
    Json params = request.params;
    params.remove("inputResponses"); // of rounds that are over
    params.remove("requestState");
    params.remove("task");
    return Json::object(
        {{"name", request.name}, {"params", std::move(params)}, {"workflow", request.workflowId}});
}

tasks::TaskOwner ownerOf(const identity::Principal &principal)
{
    return {principal.tenant, principal.user};
}

void prepare(calls::CallRequest &request, tasks::NextRound next)
{
    request.operation = calls::Operation::CallTool;
    request.name = next.call["name"].toByteArray();
    request.params = next.call["params"];
    request.workflowId = next.call["workflow"].toByteArray();
    request.inputResponses = std::move(next.responses);
    request.requestState = std::move(next.state);
}

} // namespace

struct McpTasks::Work
{
    enum class Stage {
        Plain,
        Keeping, // being written
        Kept,    // a task
        Unkept,  // the keeper refused: a plain call for good
    };

    tasks::TaskOwner owner;
    McpQuestion question;
    calls::CallRequest request; // of its next round
    protocol::TaskId id;
    Stage stage = Stage::Plain;
    std::stop_source stop;
    std::atomic<bool> wished{false};       // to become a task
    Resolver<McpAnswer> answer;            // to the request; resolved once there is a task
    std::optional<calls::CallReply> ended; // while Keeping
};

McpTasks::McpTasks(const McpServices &services)
    : m_services(services)
    , m_keeper(*services.tasks)
    , m_wishes([this](const std::shared_ptr<Work> &work) {
        if (work->stage == Work::Stage::Plain && work->answer.isPending())
            spawn(keep(shared_from_this(), work));
    })
{
}

protocol::TaskId McpTasks::newId() const
{
    return protocol::TaskId(randomToken(m_services.random, idSymbols));
}

std::shared_ptr<McpTasks::Work> McpTasks::newWork(tasks::TaskOwner owner, McpQuestion question,
                                                  calls::CallRequest request) const
{
    auto work = std::make_shared<Work>();
    work->owner = std::move(owner);
    work->question = std::move(question);
    work->request = std::move(request);
    work->request.stop = work->stop.get_token();
    return work;
}

Task<McpAnswer> McpTasks::call(tasks::TaskOwner owner, McpQuestion question,
                               calls::CallRequest request)
{
    const std::stop_token clientGone = request.stop;
    const auto work = newWork(std::move(owner), std::move(question), std::move(request));
    work->id = newId();
    Completion<McpAnswer> answer;
    work->answer = answer.resolver();
    // Ends with this frame: a client that has been told of its task may go.
    const std::stop_callback onClientGone(clientGone,
                                          [stop = work->stop]() mutable { stop.request_stop(); });
    spawn(carryOut(shared_from_this(), work));
    auto answered = co_await answer;
    co_return answered ? std::move(*answered)
                       : answerError(work->question.id, toRpcError(answered.error()));
}

Task<Result<protocol::TaskState>> McpTasks::begin(tasks::TaskOwner owner, McpQuestion question,
                                                  calls::CallRequest request)
{
    const std::stop_token clientGone = request.stop;
    const auto work = newWork(std::move(owner), std::move(question), std::move(request));
    work->id = newId();
    const std::stop_callback onClientGone(clientGone,
                                          [stop = work->stop]() mutable { stop.request_stop(); });
    tasks::NewTask task{work->id, work->request.name, callToKeep(work->request)};
    const auto kept = co_await m_keeper.create(work->owner, std::move(task), work->stop);
    if (!kept)
        co_return fail(kept.error());
    work->stage = Work::Stage::Kept;
    start(work);
    spawn(carryOut(shared_from_this(), work));
    co_return *kept;
}

Task<void> McpTasks::carryOut(std::shared_ptr<McpTasks> self, std::shared_ptr<Work> work)
{
    calls::CallReply reply = co_await self->runRound(work);
    // A tool that asks nothing only wants to be called again. How often, the governed call limits.
    while (work->stage == Work::Stage::Kept && reply.needsInput()
           && reply.needs().requests.members().empty()) {
        work->request.requestState = reply.needs().state;
        work->request.inputResponses = {};
        reply = co_await self->runRound(work);
    }
    self->onEnded(work, std::move(reply));
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a coroutine keeps what it was given
Task<calls::CallReply> McpTasks::runRound(std::shared_ptr<Work> work) const
{
    calls::CallRequest request = work->request;
    request.becomeTask = [work, wishes = m_wishes.sender()] {
        if (!work->wished.exchange(true))
            wishes.post(work);
    };
    request.task = [work] {
        const bool isTask = work->stage == Work::Stage::Kept
                            || (work->wished && work->stage != Work::Stage::Unkept);
        return isTask ? work->id.value : QByteArray();
    };
    return m_services.run(std::move(request));
}

void McpTasks::onEnded(const std::shared_ptr<Work> &work, calls::CallReply reply)
{
    if (work->stage == Work::Stage::Kept || work->stage == Work::Stage::Unkept
        || (work->stage == Work::Stage::Plain && !work->wished)) {
        settle(work, std::move(reply));
        return;
    }
    // What wished to be a task is one, however soon it ends: its questions must not look like those of a plain call.
    work->ended = std::move(reply);
    if (work->stage == Work::Stage::Plain)
        spawn(keep(shared_from_this(), work));
}

Task<void> McpTasks::keep(std::shared_ptr<McpTasks> self, std::shared_ptr<Work> work)
{
    work->stage = Work::Stage::Keeping;
    tasks::NewTask task{work->id, work->request.name, callToKeep(work->request)};
    const auto kept = co_await self->m_keeper.create(work->owner, std::move(task), work->stop);
    if (kept) {
        work->stage = Work::Stage::Kept;
        self->start(work);
        work->answer.resolve(answerResult(work->question, protocol::createTaskResult(*kept)));
    } else {
        work->stage = Work::Stage::Unkept;
        if (kept.error().code != ErrorCode::RateLimited)
            qWarning("a call could not become a task: %s", qUtf8Printable(kept.error().message));
    }
    if (work->ended)
        self->settle(work, std::move(*work->ended));
}

void McpTasks::start(const std::shared_ptr<Work> &work)
{
    m_running.insert(work);
    if (m_draining)
        work->stop.request_stop();
}

void McpTasks::settle(const std::shared_ptr<Work> &work, calls::CallReply reply)
{
    if (work->stage != Work::Stage::Kept) {
        work->answer.resolve(answerReply(work->question, std::move(reply)));
        return;
    }
    m_keeper.conclude(work->owner, work->id, conclusionOf(work->question, std::move(reply)));
    m_running.erase(work);
}

tasks::Conclusion McpTasks::conclusionOf(const McpQuestion &question, calls::CallReply reply) const
{
    using protocol::TaskStatus;
    if (reply.isRefused() && reply.refusal().code == ErrorCode::Cancelled)
        return {.status = TaskStatus::Cancelled};
    tasks::Conclusion conclusion;
    if (reply.needsInput()) {
        auto &needs = std::get<tools::InputNeeded>(reply.value);
        conclusion = {TaskStatus::InputRequired, waiting, std::move(needs.requests), needs.state};
    } else if (reply.isRefused() && reply.refusal().code == ErrorCode::Upstream) {
        // In band would say completed, which is a task whose tool came to a result, if only to one with isError.
        const protocol::RpcError error =
            toRpcError({ErrorCode::Upstream, QString::fromUtf8(reply.refusal().reason)});
        return {TaskStatus::Failed, error.message, protocol::taskError(error)};
    } else if (reply.isRefused()) {
        const auto told = tellRefusal(question, reply.refusal());
        if (const auto *error = std::get_if<protocol::RpcError>(&told))
            return {TaskStatus::Failed, error->message, protocol::taskError(*error)};
        conclusion.detail = std::get<Json>(told);
    } else {
        conclusion.detail = std::move(std::get<Json>(reply.value));
    }
    if (!reply.needsInput()) // kept for either face
        conclusion.detail = protocol::finishResult(question.method, protocol::Era::Modern,
                                                   std::move(conclusion.detail));
    if (conclusion.detail.toBytes().size() <= m_keeper.limits().bytesMax)
        return conclusion;
    const calls::Refusal tooLarge{.code = ErrorCode::TooLarge,
                                  .reason = "the tool has done its work, but said more than a task "
                                            "can keep"};
    return {.detail = std::get<Json>(tellRefusal(question, tooLarge))};
}

Task<McpAnswer> McpTasks::get(tasks::TaskOwner owner, McpQuestion question) const
{
    Result<protocol::TaskState> found =
        fail(ErrorCode::Unavailable, QStringLiteral("the tenant is not being served"));
    if (m_services.isServed(owner.tenant))
        found = co_await m_keeper.find(std::move(owner), protocol::TaskId(question.name));
    if (!found) {
        const calls::Refusal refusal{.code = found.error().code,
                                     .reason = found.error().message.toUtf8()};
        co_return answerRefusal(question, refusal);
    }
    co_return answerResult(question, protocol::detailedTask(*found));
}

Task<McpAnswer> McpTasks::act(McpQuestion question, calls::CallRequest request)
{
    const protocol::TaskId id(question.name);
    request.stop = {}; // once begun, it is done: it takes no longer than the disk
    request.task = [id] { return id.value; };
    if (question.method == protocol::Method::CancelTask) {
        request.act = [this, id, again = request](const identity::Principal &principal) {
            return cancel(ownerOf(principal), id, again);
        };
    } else {
        request.act = [this, id, again = request, responses = question.params["inputResponses"]](
                          const identity::Principal &principal) {
            return update(ownerOf(principal), id, responses, again);
        };
    }
    co_return answerReply(question, co_await m_services.run(std::move(request)));
}

Task<Result<void>> McpTasks::update(tasks::TaskOwner owner, protocol::TaskId id, Answers answers,
                                    calls::CallRequest again)
{
    auto work = newWork(owner, {}, std::move(again));
    auto waiting = answers ? m_keeper.answer(owner, id, std::move(*answers), work->stop)
                           : m_keeper.giveUp(owner, id, work->stop);
    auto next = co_await waiting;
    if (!next)
        co_return fail(next.error());
    if (!*next)
        co_return Result<void>();
    work->id = id;
    work->stage = Work::Stage::Kept;
    prepare(work->request, std::move(**next));
    if (!answers)
        work->request.givenUp = std::move(answers.error());
    work->question = {
        protocol::Era::Modern, protocol::Method::CallTool, {}, work->request.name, {}};
    start(work);
    spawn(carryOut(shared_from_this(), work));
    co_return Result<void>();
}

Task<Result<void>> McpTasks::cancel(tasks::TaskOwner owner, protocol::TaskId id,
                                    calls::CallRequest again) const
{
    auto left = co_await m_keeper.cancel(std::move(owner), id);
    if (!left)
        co_return fail(left.error());
    if (*left)
        co_await letGo(std::move(id), std::move(**left), std::move(again));
    co_return Result<void>();
}

Task<void> McpTasks::letGo(protocol::TaskId id, tasks::NextRound left,
                           calls::CallRequest again) const
{
    prepare(again, std::move(left));
    again.task = [id = std::move(id)] { return id.value; };
    again.givenUp =
        calls::Refusal{.code = ErrorCode::Cancelled, .reason = "the task was cancelled"};
    co_await m_services.run(std::move(again));
}

void McpTasks::drain()
{
    m_draining = true;
    for (const auto &work : m_running)
        work->stop.request_stop();
}

} // namespace provost::gateway
