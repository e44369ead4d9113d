#include "server/calls/governedcall.h"

#include "server/base/assert.h"
#include "server/calls/callprogress.h"
#include "server/calls/inputcheck.h"

namespace provost::calls {

Task<CallReply> GovernedCall::run(CallRequest request)
{
    CallProgress call{.request = std::move(request),
                      .id = orderedToken(m_services.random, m_services.clock.now()),
                      .started = m_services.clock.now()};

    Step outcome = identify(call); // 1 who is it, and does a call of theirs go on
    if (outcome)
        outcome = admit(call); // 2 not too often
    if (outcome)
        outcome = decide(call); // 3 may it, and on what
    if (outcome)
        outcome = checkInput(call); //   with arguments that the tool takes
    if (outcome)
        outcome = co_await intend(call); // 4 no effect without a durable record
    if (outcome)
        outcome = co_await execute(call); // 5 the tool
    if (outcome)
        outcome = filter(call);                            // 6 only what the decision lets out
    settle(call, outcome);                                 // 7 count it
    co_return co_await conclude(call, std::move(outcome)); // 8 no answer without a durable record
}

namespace {

constexpr limits::Rate failedAuthenticationRecords{60, std::chrono::minutes(1)}; // per address
constexpr int rateAttemptsMax = 16; // rate-limited grants tried for one call

tl::unexpected<Refusal> refuse(ErrorCode code, QByteArray reason)
{
    return tl::make_unexpected(
        Refusal{.code = code, .reason = std::move(reason), .retryAfter = {}, .policy = {}});
}

tl::unexpected<Refusal> refuse(const Error &error)
{
    return refuse(error.code, error.message.toUtf8());
}

QByteArray perPeriod(const limits::Rate &rate)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rate.period).count();
    return QByteArray::number(qint64(rate.callsMax)) + " calls in "
           + QByteArray::number(qint64(seconds)) + " s";
}

tl::unexpected<Refusal> refuseForRate(const limits::RateRefusal &limit, const QByteArray &what)
{
    return tl::make_unexpected(
        Refusal{.code = ErrorCode::RateLimited,
                .reason = what + " is limited to " + perPeriod(limit.rate) + "; try again later",
                .retryAfter = limit.retryAfter,
                .policy = {}});
}

limits::Rate rateOf(const policy::RateLimit &limit)
{
    return {limit.callsMax, limit.period};
}

// "*" at the end of a name in `limits.tools` covers all that starts alike.
bool coversTool(QByteArrayView pattern, QByteArrayView tool)
{
    return pattern.endsWith('*') ? tool.startsWith(pattern.chopped(1)) : pattern == tool;
}

std::vector<limits::RateCheck> admissionChecks(const CallProgress &call)
{
    const policy::TenantLimits &limits = call.tenant->policy->model().limits;
    std::vector<limits::RateCheck> checks;
    checks.reserve(2 + limits.tools.size());
    if (limits.tenant)
        checks.push_back({"tenant", rateOf(*limits.tenant)});
    if (limits.user)
        checks.push_back({"user/" + call.principal->user.value, rateOf(*limits.user)});
    // Only names that exist become keys: what agents invent must not grow the table.
    if (call.request.operation == Operation::CallTool
        && call.tenant->registry->tool(call.request.name) != nullptr) {
        for (const auto &[pattern, limit] : limits.tools) {
            if (coversTool(pattern, call.request.name))
                checks.push_back({"tool/" + pattern, rateOf(limit)});
        }
    }
    return checks;
}

QByteArray inWords(QByteArrayView key)
{
    if (key == "tenant")
        return "this tenant";
    if (key.startsWith("user/"))
        return "user `" + key.sliced(5).toByteArray() + "`";
    return "tool `" + key.sliced(5).toByteArray() + "`";
}

// Finds what the call names in the tenant's registry.
tl::expected<void, Refusal> bind(CallProgress &call)
{
    const tools::Registry &registry = *call.tenant->registry;
    const QByteArray &name = call.request.name;
    switch (call.request.operation) {
    case Operation::CallTool:
        call.tool = registry.tool(name);
        if (call.tool == nullptr)
            return refuse(ErrorCode::NotFound, "Unknown tool: " + name);
        return {};
    case Operation::ReadResource:
    case Operation::Subscribe:
        call.item = registry.resource(name);
        if (call.item == nullptr)
            return refuse(ErrorCode::NotFound, "Resource not found: " + name);
        return {};
    case Operation::GetPrompt:
        call.item = registry.prompt(name);
        if (call.item == nullptr)
            return refuse(ErrorCode::NotFound, "Unknown prompt: " + name);
        return {};
    case Operation::Complete: {
        const bool ofPrompt = call.request.params["ref"]["type"].toByteArray() == "ref/prompt";
        call.item = ofPrompt ? registry.prompt(name) : registry.resource(name);
        if (call.item == nullptr)
            return refuse(ErrorCode::NotFound, "Nothing to complete: " + name);
        return {};
    }
    case Operation::ListTools:
    case Operation::ListResources:
    case Operation::ListResourceTemplates:
    case Operation::ListPrompts:
    case Operation::UpdateTask:
    case Operation::CancelTask: return {};
    }
    return refuse(ErrorCode::Internal, "unknown operation");
}

// Takes the callbacks along: nothing after the tool needs them.
tools::CallContext contextOf(CallProgress &call)
{
    tools::CallContext context;
    context.tenant = call.tenant->id;
    context.user = call.principal->user;
    context.callId = call.id;
    context.userAttributes = call.principal->attributes;
    context.rowFilter = call.decision->rowFilter;
    context.fields = call.decision->fields;
    context.meta = call.request.params["_meta"];
    if (call.tool != nullptr)
        context.deadline = call.tool->descriptor.deadline;
    context.stop = call.request.stop;
    context.notify = std::move(call.request.notify);
    context.releaseStream = std::move(call.request.releaseStream);
    context.clientCapabilities = call.request.clientCapabilities;
    context.logLevel = call.request.logLevel;
    context.wantsLogs = call.request.wantsLogs;
    context.sessionId = call.request.sessionId;
    context.inputResponses = call.request.inputResponses;
    context.requestState = call.round.adapterState;
    if (call.tool != nullptr && call.tool->descriptor.taskMode != tools::TaskMode::Never)
        context.becomeTask = std::move(call.request.becomeTask);
    return context;
}

// An agent that knows tasks brings `becomeTask` along.
tl::expected<void, Refusal> checkTaskMode(const CallProgress &call)
{
    if (call.tool == nullptr || call.tool->descriptor.taskMode != tools::TaskMode::Required
        || call.request.becomeTask)
        return {};
    auto refused = refuse(ErrorCode::InvalidInput,
                          "the tool takes long and works as a task, and the client did not declare "
                          "that it knows tasks");
    refused.value().requiredCapabilities = Json::object(
        {{"extensions", Json::object({{"io.modelcontextprotocol/tasks", Json::object()}})}});
    return refused;
}

// A template's uri is what the agent expanded; an exact resource has its own native name.
const QByteArray &nativeUriOf(const CallProgress &call)
{
    const bool isTemplate = call.item->descriptor.definition.contains("uriTemplate");
    return isTemplate ? call.request.name : call.item->descriptor.nativeName;
}

// The parameters of completion/complete with the upstream's own name inside.
Json nativeCompletion(const CallProgress &call)
{
    Json params = call.request.params;
    Json ref = params["ref"];
    ref.set(ref.contains("uri") ? "uri" : "name", call.item->descriptor.nativeName);
    params.set("ref", std::move(ref));
    return params;
}

Task<Result<tools::Output>> callAdapter(CallProgress &call)
{
    if (call.tool != nullptr)
        return call.tool->adapter->call(call.tool->descriptor.nativeName, call.arguments(),
                                        contextOf(call));
    tools::Adapter &adapter = *call.item->adapter;
    if (call.request.operation == Operation::ReadResource)
        return adapter.readResource(nativeUriOf(call), contextOf(call));
    if (call.request.operation == Operation::GetPrompt)
        return adapter.getPrompt(call.item->descriptor.nativeName, call.arguments(),
                                 contextOf(call));
    return adapter.complete(nativeCompletion(call), contextOf(call));
}

// What the adapter keeps under `state` for a round that nobody will make need not wait for its time-out.
void abandonRound(CallProgress &call, const QByteArray &state)
{
    if (!bind(call) || call.binding() == nullptr)
        return;
    tools::Adapter &adapter = call.tool != nullptr ? *call.tool->adapter : *call.item->adapter;
    adapter.abandon(state, call.principal->tenant, call.principal->user);
}

telemetry::Outcome outcomeOf(const CallProgress &call, const tl::expected<void, Refusal> &outcome)
{
    if (outcome)
        return call.output.result["isError"].toBool() ? telemetry::Outcome::ToolError
                                                      : telemetry::Outcome::Success;
    switch (outcome.error().code) {
    case ErrorCode::Denied:
    case ErrorCode::Unauthenticated: return telemetry::Outcome::Denied;
    case ErrorCode::RateLimited: return telemetry::Outcome::RateLimited;
    case ErrorCode::Cancelled: return telemetry::Outcome::Cancelled;
    case ErrorCode::Upstream:
    case ErrorCode::Timeout: return telemetry::Outcome::ToolError;
    case ErrorCode::InvalidInput:
    case ErrorCode::NotFound:
    case ErrorCode::TooLarge:
    case ErrorCode::Conflict:
    case ErrorCode::Unavailable:
    case ErrorCode::Storage:
    case ErrorCode::Internal: return telemetry::Outcome::Error;
    }
    return telemetry::Outcome::Error;
}

} // namespace

GovernedCall::GovernedCall(Services services)
    : m_services(services)
{
}

GovernedCall::Step GovernedCall::identify(CallProgress &call) const
{
    auto principal = call.request.trial
                         ? Result<identity::Principal>(call.request.trial->principal)
                         : m_services.identities.authenticate(call.request.credential);
    if (!principal) {
        m_services.metrics.countFailedAuthentication();
        return refuse(principal.error());
    }
    call.principal = std::move(*principal);
    if (call.request.tenant && *call.request.tenant != call.principal->tenant)
        return refuse(ErrorCode::Denied, "this key belongs to another tenant");
    call.tenant = m_services.tenants.find(call.principal->tenant);
    if (!call.tenant)
        return refuse(ErrorCode::Unavailable,
                      "the tenant is not being served; see the console for the reason");
    auto round = roundOf(call, m_services.sealer, call.started);
    if (!round) {
        auto refused = refuse(round.error());
        refused.value().malformed = true;
        return refused;
    }
    call.round = std::move(*round);
    if (call.request.givenUp) {
        abandonRound(call, call.round.adapterState);
        return tl::make_unexpected(*call.request.givenUp);
    }
    return {};
}

GovernedCall::Step GovernedCall::admit(CallProgress &call) const
{
    const auto checks = admissionChecks(call);
    if (const auto limit = call.tenant->limiter->take(checks, call.started))
        return refuseForRate(*limit, inWords(limit->key));
    return {};
}

GovernedCall::Step GovernedCall::decide(CallProgress &call) const
{
    if (Step bound = bind(call); !bound)
        return bound;
    if (isList(call.request.operation))
        return {}; // every member may ask; step 6 lists only what policy lets it use
    if (isOfTask(call.request.operation))
        return {}; // the call of the task was decided; whose it is, the task knows

    call.question = questionFor(
        call, call.tool != nullptr ? call.tool->descriptor.name : QByteArray(), *call.binding());
    std::optional<limits::RateRefusal> exhausted;
    for (int attempt = 0; attempt < rateAttemptsMax; ++attempt) {
        call.decision = call.tenant->policy->decide(call.question);
        if (!call.decision->charge)
            break;
        // The decision rests on a rate-limited grant: take one from it, or decide again without it.
        const policy::RateCharge charge = *call.decision->charge;
        const limits::RateCheck check{"policy/" + charge.policy, {charge.callsMax, charge.period}};
        exhausted = call.tenant->limiter->take({&check, 1}, call.started);
        if (!exhausted)
            break;
        call.question.usage.callsByPolicyInPeriod[charge.policy] = charge.callsMax;
        call.decision.reset();
    }
    if (call.decision && call.decision->effect == policy::Effect::Allow)
        return checkTaskMode(call);
    if (exhausted && (!call.decision || call.decision->denyKind == policy::DenyKind::RateExhausted))
        return refuseForRate(*exhausted, "policy `" + exhausted->key.sliced(7) + "`");
    Refusal refusal{
        .code = ErrorCode::Denied, .reason = call.decision->reason, .retryAfter = {}, .policy = {}};
    if (call.decision->rule)
        refusal.policy = call.decision->rule->policy;
    return tl::make_unexpected(std::move(refusal));
}

Task<GovernedCall::Step> GovernedCall::intend(CallProgress &call) const
{
    call.intent = intentRecord(call);
    const auto receipt = co_await call.tenant->journal->append(*call.intent);
    if (!receipt)
        co_return refuse(receipt.error());
    co_return Step();
}

Task<GovernedCall::Step> GovernedCall::execute(CallProgress &call) const
{
    if (isList(call.request.operation))
        co_return Step();
    if (call.request.stop.stop_requested())
        co_return refuse(ErrorCode::Cancelled, "the caller cancelled the call");
    if (call.request.operation == Operation::Subscribe) {
        call.watch = call.item->adapter->watch(nativeUriOf(call), call.request.onUpdated);
        call.output.result = Json::object();
        co_return Step();
    }
    if (isOfTask(call.request.operation)) {
        PROVOST_ASSERT(call.request.act, co_return refuse(ErrorCode::Internal, "nothing to do"));
        const auto acted = co_await call.request.act(*call.principal);
        call.output.result = Json::object();
        co_return acted ? Step() : refuse(acted.error());
    }
    const auto before = m_services.clock.monotonic();
    auto output = co_await callAdapter(call);
    call.backend = std::chrono::duration_cast<Microseconds>(m_services.clock.monotonic() - before);
    if (!output)
        co_return refuse(output.error());
    call.output = std::move(*output);
    if (!call.output.requiredCapabilities.isNull())
        co_return refuseForCapabilities(call.output.requiredCapabilities);
    co_return Step();
}

GovernedCall::Step GovernedCall::filter(CallProgress &call) const
{
    if (isList(call.request.operation)) {
        call.output.result = visibleList(call);
        return {};
    }
    if (isOfTask(call.request.operation))
        return {};
    if (call.output.needs) {
        if (call.request.stop.stop_requested())
            return refuse(ErrorCode::Cancelled, "the caller cancelled the call");
        return checkNeeds(call);
    }
    checkOutput(call);
    if (auto applied = applyFieldRules(call.decision->fields, call.output.result); !applied)
        return refuse(applied.error());
    return {};
}

void GovernedCall::settle(CallProgress &call, const Step &outcome) const
{
    const auto total = m_services.clock.monotonic() - call.request.received;
    m_services.metrics.observe(
        {.tenant = call.tenant ? call.tenant->id : TenantId(),
         .tool = call.tool != nullptr ? call.tool->descriptor.name : QByteArray(),
         .outcome = outcomeOf(call, outcome),
         .total = std::chrono::duration_cast<Microseconds>(total),
         .backend = call.backend});
}

Task<CallReply> GovernedCall::conclude(CallProgress &call, Step outcome) const
{
    const auto duration = std::chrono::duration_cast<Microseconds>(m_services.clock.monotonic()
                                                                   - call.request.received);
    const Refusal *refusal = outcome ? nullptr : &outcome.error();
    if (call.principal || mayRecordFailedAuthentication(call)) {
        audit::Journal &journal = call.tenant ? *call.tenant->journal : m_services.installation;
        const auto record = outcomeRecord(call, refusal, m_services.clock.now(), duration);
        const auto receipt = co_await journal.append(record);
        if (!receipt)
            outcome = refuse(receipt.error());
    }
    if (!outcome && call.output.needs)
        abandonRound(call, call.output.needs->state);
    CallReply reply;
    if (call.request.trial)
        reply.decision = call.decision;
    if (!outcome) {
        reply.value = std::move(outcome.error());
    } else if (call.output.needs) {
        reply.value = sealedNeeds(call, m_services.sealer, m_services.clock.now());
    } else {
        reply.toolError = call.output.result["isError"].toBool();
        reply.value = std::move(call.output.result);
        reply.watch = std::move(call.watch);
    }
    co_return reply;
}

// Anyone can fail to authenticate, so their records must not be able to fill the disk; the metrics count them all.
bool GovernedCall::mayRecordFailedAuthentication(const CallProgress &call) const
{
    const limits::RateCheck check{"address/" + call.request.peerAddress,
                                  failedAuthenticationRecords};
    return !m_failedAuthentications.take({&check, 1}, call.started);
}

} // namespace provost::calls
