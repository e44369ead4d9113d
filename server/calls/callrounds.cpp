// What a call that asks the agent for input does beside the eight steps: which round it is, whether the agent can be
// asked, and what the next round gets.
#include "server/calls/callprogress.h"

#include "server/tools/asking.h"

namespace provost::calls {

namespace {

RoundOwner ownerOf(const CallProgress &call)
{
    const Json &arguments = call.request.params["arguments"];
    return {.tenant = call.principal->tenant,
            .user = call.principal->user,
            .operation = call.request.operation,
            .name = call.request.name,
            .arguments = arguments.isNull() ? Json::object() : arguments};
}

// MCP 2026-07-28: no other request is answered with "input required".
bool mayAsk(Operation operation)
{
    return operation == Operation::CallTool || operation == Operation::ReadResource
           || operation == Operation::GetPrompt;
}

tl::unexpected<Refusal> refuse(ErrorCode code, QByteArray reason)
{
    return tl::make_unexpected(
        Refusal{.code = code, .reason = std::move(reason), .retryAfter = {}, .policy = {}});
}

} // namespace

tl::unexpected<Refusal> refuseForCapabilities(Json missing)
{
    QByteArray names;
    for (const Json::Member &member : missing.members())
        names += (names.isEmpty() ? "`" : ", `") + member.key + '`';
    auto refused =
        refuse(ErrorCode::InvalidInput,
               "the call needs what the client did not declare as its capability: " + names);
    refused.value().requiredCapabilities = std::move(missing);
    return refused;
}

Result<Round> roundOf(const CallProgress &call, const secrets::Sealer &sealer, WallTime now)
{
    if (call.request.requestState.isEmpty())
        return Round();
    return openRound(sealer, ownerOf(call), call.request.requestState, now);
}

tl::expected<void, Refusal> checkNeeds(const CallProgress &call)
{
    const tools::InputNeeded &needs = *call.output.needs;
    if (!mayAsk(call.request.operation))
        return refuse(ErrorCode::Upstream, "the tool server asks where it may not");
    if (!tools::areInputRequests(needs.requests) || needs.state.size() > Round::stateBytesMax)
        return refuse(ErrorCode::Upstream, "the tool server asks what no client can answer");
    if (call.round.number >= Round::roundsMax)
        return refuse(ErrorCode::Upstream, "the tool server asks again and again");
    // A field's value cannot be found in prose, and questions are prose.
    if (const auto &fields = call.decision->fields; !fields.mask.empty() || !fields.drop.empty())
        return refuse(ErrorCode::Denied, "the tool server asks a question, and has fields that are "
                                         "masked for you, so the question is withheld");
    Json missing = tools::missingCapabilities(needs.requests, call.request.clientCapabilities);
    if (!missing.isNull())
        return refuseForCapabilities(std::move(missing));
    return {};
}

tools::InputNeeded sealedNeeds(const CallProgress &call, const secrets::Sealer &sealer,
                               WallTime now)
{
    const Round next{.number = call.round.number + 1,
                     .firstCall = call.round.number == 1 ? call.id : call.round.firstCall,
                     .previousCall = call.id,
                     .adapterState = call.output.needs->state};
    const bool isTask = call.request.task && !call.request.task().isEmpty();
    return {.requests = call.output.needs->requests,
            .state = sealRound(sealer, ownerOf(call), next, now,
                               isTask ? Round::taskLifetime : Round::lifetime)};
}

} // namespace provost::calls
