#include "server/tools/adapters/mcp/calling.h"

#include "server/tools/adapters/mcp/requeststate.h"
#include "server/tools/adapters/mcp/taskfollower.h"

namespace provost::tools::mcp {

namespace {

Caller callerOf(const CallContext &context)
{
    return {
        .tenant = context.tenant,
        .user = context.user,
        .session = context.sessionId,
        .capabilities = context.clientCapabilities,
        .logLevel = context.logLevel,
        .wantsLogs = context.wantsLogs,
    };
}

tl::unexpected<Error> unknownState()
{
    return fail(ErrorCode::InvalidInput,
                QStringLiteral("`requestState` is not what this server gave out: make the call "
                               "again without it"));
}

} // namespace

Task<Result<Answer>> ask(Line line, Request request, std::stop_token stop)
{
    const Transport::RequestId id = line.shared->ids++;
    Completion<Answer> answer;
    request.id = id;
    request.resolver = answer.resolver();
    if (!line.mail.post(std::move(request)))
        co_return fail(ErrorCode::Unavailable, QStringLiteral("the server was stopped"));
    // The letter that cancels follows the one that asks, whichever thread stops the call.
    const auto cancel = [mail = line.mail, id] { mail.post(CancelLetter{id}); };
    const std::stop_callback onStop(stop, cancel);
    co_return co_await answer;
}

Task<Result<Output>> makeCall(Line line, QByteArray method, Json params, CallContext context)
{
    if (!context.meta.isNull())
        params.set("_meta", context.meta);
    Request request{
        .method = std::move(method),
        .params = std::move(params),
        .deadline = QDeadlineTimer(context.deadline, Qt::PreciseTimer),
        .notify = context.notify,
        .resolver = {},
        .caller = callerOf(context),
        .mayBeTask = bool(context.becomeTask),
    };
    const Json answers =
        context.inputResponses.isObject() ? context.inputResponses : Json::object();
    if (!context.requestState.isEmpty()) {
        const auto state = decodeState(context.requestState);
        if (!state)
            co_return unknownState();
        switch (state->kind) {
        case RequestState::Kind::Server:
            request.params.set("inputResponses", answers);
            request.params.set("requestState", state->text);
            break;
        case RequestState::Kind::Parked:
            request.handle = state->text;
            request.inputResponses = answers;
            break;
        case RequestState::Kind::Task:
            co_return co_await answerTask(std::move(line), state->text, answers, std::move(request),
                                          std::move(context));
        case RequestState::Kind::ParkedTask:
            if (const auto task = parkedTaskOf(state->text))
                co_return co_await goOnWithTask(std::move(line), *task, answers, std::move(request),
                                                std::move(context));
            co_return unknownState();
        case RequestState::Kind::Repeat: break;
        }
    } else if (!context.inputResponses.isNull()) {
        request.params.set("inputResponses", answers);
    }

    TaskOrigin origin{.caller = request.caller, .meta = request.params["_meta"]};
    auto answer = co_await ask(line, std::move(request), context.stop);
    if (!answer)
        co_return fail(std::move(answer).error());
    if (answer->needs)
        co_return Output{.result = {}, .needs = std::move(answer->needs)};
    if (!answer->requiredCapabilities.isNull())
        co_return Output{.result = {},
                         .requiredCapabilities = std::move(answer->requiredCapabilities)};
    if (answer->taskOn) {
        origin.connection = answer->taskOn;
        co_return co_await followLegacyTask(std::move(line), std::move(answer->result),
                                            std::move(origin), std::move(context));
    }
    if (answer->result["resultType"].toByteArray() == "task")
        co_return co_await followTask(std::move(line), std::move(answer->result), std::move(origin),
                                      std::move(context));
    co_return Output{.result = std::move(answer->result)};
}

} // namespace provost::tools::mcp
