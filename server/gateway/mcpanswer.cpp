#include "server/gateway/mcpanswer.h"

#include "server/base/assert.h"
#include "server/protocol/results.h"

namespace provost::gateway {

namespace {

std::optional<std::int64_t> wholeSeconds(const std::optional<Microseconds> &duration)
{
    // Zero means that waiting does not help.
    if (!duration || *duration <= Microseconds(0))
        return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(*duration).count();
}

} // namespace

std::optional<calls::Operation> operationOf(protocol::Method method)
{
    switch (method) {
    case protocol::Method::ListTools: return calls::Operation::ListTools;
    case protocol::Method::CallTool: return calls::Operation::CallTool;
    case protocol::Method::ListResources: return calls::Operation::ListResources;
    case protocol::Method::ListResourceTemplates: return calls::Operation::ListResourceTemplates;
    case protocol::Method::ReadResource: return calls::Operation::ReadResource;
    case protocol::Method::ListPrompts: return calls::Operation::ListPrompts;
    case protocol::Method::GetPrompt: return calls::Operation::GetPrompt;
    case protocol::Method::Complete: return calls::Operation::Complete;
    case protocol::Method::Subscribe: return calls::Operation::Subscribe;
    case protocol::Method::UpdateTask: return calls::Operation::UpdateTask;
    case protocol::Method::CancelTask: return calls::Operation::CancelTask;
    case protocol::Method::Initialize:
    case protocol::Method::Ping:
    case protocol::Method::SetLogLevel:
    case protocol::Method::Unsubscribe:
    case protocol::Method::Discover:
    case protocol::Method::Listen:
    case protocol::Method::GetTask:
    case protocol::Method::GetTaskResult:
    case protocol::Method::ListTasks: return std::nullopt;
    }
    return std::nullopt;
}

McpAnswer answerResult(const McpQuestion &question, Json result)
{
    const Json finished = protocol::finishResult(question.method, question.era, std::move(result));
    return {
        .httpStatus = 200, .body = protocol::encodeResult(question.id, finished), .headers = {}};
}

McpAnswer answerError(const Json &id, const protocol::RpcError &error)
{
    return {
        .httpStatus = error.httpStatus, .body = protocol::encodeError(id, error), .headers = {}};
}

protocol::RefusalAnswer tellRefusal(const McpQuestion &question, const calls::Refusal &refusal)
{
    return protocol::answerRefusal(question.method, question.era, question.name,
                                   {.code = refusal.code,
                                    .reason = refusal.reason,
                                    .policy = refusal.policy,
                                    .retryAfterSeconds = wholeSeconds(refusal.retryAfter),
                                    .malformed = refusal.malformed,
                                    .requiredCapabilities = refusal.requiredCapabilities});
}

McpAnswer answerRefusal(const McpQuestion &question, const calls::Refusal &refusal)
{
    const auto seconds = wholeSeconds(refusal.retryAfter);
    const auto told = tellRefusal(question, refusal);
    if (const Json *result = std::get_if<Json>(&told))
        return answerResult(question, *result);
    McpAnswer answer = answerError(question.id, std::get<protocol::RpcError>(told));
    if (seconds)
        answer.headers.push_back({"Retry-After", QByteArray::number(qint64(*seconds))});
    if (answer.httpStatus == 401)
        answer.headers.push_back(bearerChallenge(true));
    return answer;
}

McpAnswer answerReply(const McpQuestion &question, calls::CallReply reply)
{
    if (reply.isRefused())
        return answerRefusal(question, reply.refusal());
    if (reply.needsInput()) {
        // Legacy clients are asked by requests instead; see mcprounds.h.
        PROVOST_ASSERT(question.era == protocol::Era::Modern,
                       return answerError(question.id, toRpcError({})));
        const Json result =
            protocol::inputRequiredResult(reply.needs().requests, reply.needs().state);
        return {
            .httpStatus = 200, .body = protocol::encodeResult(question.id, result), .headers = {}};
    }
    Json result = std::move(std::get<Json>(reply.value));
    auto page = protocol::pageOf(question.method, std::move(result), question.params);
    return page ? answerResult(question, std::move(*page)) : answerError(question.id, page.error());
}

protocol::RpcError toRpcError(const Error &error)
{
    // A method without a result of its own to carry the refusal, so that it is an error.
    const auto told =
        protocol::answerRefusal(protocol::Method::Ping, protocol::Era::Legacy, {},
                                {error.code, error.message.toUtf8(), {}, std::nullopt});
    return std::get<protocol::RpcError>(told);
}

Header bearerChallenge(bool hadCredential)
{
    return {"WWW-Authenticate", hadCredential ? R"(Bearer realm="provost", error="invalid_token")"
                                              : R"(Bearer realm="provost")"};
}

} // namespace provost::gateway
