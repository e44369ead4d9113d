// The two audit records of a governed call.
#include "server/calls/callprogress.h"

#include "server/secrets/redact.h"

namespace provost::calls {

namespace {

// Who, what and why: the part that intent and outcome share.
audit::Record commonRecord(const CallProgress &call)
{
    const CallRequest &request = call.request;
    audit::Record record;
    record.callId = call.id;
    record.agent = request.agent;
    record.action = actionOf(request.operation);
    record.workflowId = request.workflowId;
    record.requestId = request.requestId.value;
    record.sessionId = request.sessionId;
    record.transport = request.transport;
    if (request.operation == Operation::CallTool)
        record.tool = request.name;
    else
        record.resource = request.name;
    if (call.principal) {
        record.tenant = call.principal->tenant;
        record.user = call.principal->user;
        record.roles = call.principal->roles;
        record.credential = call.principal->credential;
    } else if (request.tenant) {
        record.tenant = *request.tenant;
    }
    if (request.trial)
        record.details.set("administrator", request.trial->administrator);
    if (const tools::PolicyBinding *binding = call.binding(); binding != nullptr) {
        record.permission = binding->permission;
        if (!binding->resource.isEmpty())
            record.resource = binding->resource;
    }
    if (call.tenant)
        record.policyRevision = call.tenant->policy->revision();
    if (call.decision) {
        record.decision = nameOf(call.decision->effect);
        record.reason = call.decision->reason;
        if (call.decision->rule) {
            record.policy = call.decision->rule->policy;
            record.policyFile = call.decision->rule->where.file;
            record.policyLine = call.decision->rule->where.line;
        }
        if (call.decision->rowFilter)
            record.rowFilter = policy::toText(*call.decision->rowFilter);
    }
    return record;
}

// What replay needs to decide again.
Json recordedAttributes(const CallProgress &call)
{
    const policy::Resource &resource = call.question.resource;
    Json attributes = Json::object();
    if (!call.principal->attributes.members().empty())
        attributes.set("user", call.principal->attributes);
    if (!resource.attributes.members().empty())
        attributes.set("resource", resource.attributes);
    if (!resource.within.empty())
        attributes.set("within", Json::Array(resource.within.begin(), resource.within.end()));
    if (!resource.rowAttributes.empty())
        attributes.set("row_attributes",
                       Json::Array(resource.rowAttributes.begin(), resource.rowAttributes.end()));
    return attributes.members().empty() ? Json() : attributes;
}

tools::Capture captureOf(const CallProgress &call)
{
    return call.tool != nullptr ? call.tool->descriptor.capture : tools::Capture::Arguments;
}

bool capturesArguments(const CallProgress &call)
{
    const tools::Capture capture = captureOf(call);
    return capture == tools::Capture::Arguments || capture == tools::Capture::ArgumentsAndResult;
}

void addRequest(const CallProgress &call, audit::Record &record)
{
    if (capturesArguments(call)) {
        const Json &arguments = call.request.params["arguments"];
        if (!arguments.isNull())
            record.arguments = secrets::redact(arguments);
        if (!call.request.inputResponses.isNull())
            record.details.set("input_responses", secrets::redact(call.request.inputResponses));
    }
    if (call.principal && call.binding() != nullptr)
        record.attributes = recordedAttributes(call);
}

// Whoever reads of a task finds the calls that it consists of, and what its owner did with it.
void addTask(const CallRequest &request, audit::Record &record)
{
    const QByteArray task = request.task ? request.task() : QByteArray();
    if (!task.isEmpty())
        record.details.set("task", task);
}

// Each round is a call of its own; a later one names those that it continues.
void addRound(const Round &round, audit::Record &record)
{
    if (round.number == 1)
        return;
    record.details.set("round", std::int64_t(round.number));
    record.details.set("first_call", round.firstCall);
    record.details.set("previous_call", round.previousCall);
}

void addResult(const CallProgress &call, audit::Record &record)
{
    const tools::Output &output = call.output;
    record.toolError = output.result["isError"].toBool();
    record.status = record.toolError ? "error" : "success";
    if (output.needs) {
        record.status = "input_required";
        Json asked = Json::object();
        for (const Json::Member &request : output.needs->requests.members())
            asked.set(request.key, request.value["method"]);
        record.details.set("input_requests", std::move(asked));
    }
    record.recordsReturned = output.recordsReturned;
    record.recordsModified = output.recordsModified;
    record.costMicroUsd = output.costMicroUsd;
    if (!output.detail.isEmpty())
        record.details.set("failure", secrets::redact(output.detail));
    if (!call.outputMismatch.isEmpty())
        record.details.set("output_mismatch", call.outputMismatch);
    if (captureOf(call) == tools::Capture::ArgumentsAndResult)
        record.details.set("result",
                           secrets::redact(output.needs ? output.needs->requests : output.result));
}

void addRefusal(const Refusal &refusal, audit::Record &record)
{
    record.reason = refusal.reason;
    if (!refusal.policy.isEmpty() && record.policy.isEmpty())
        record.policy = refusal.policy;
    switch (refusal.code) {
    case ErrorCode::Unauthenticated:
        record.action = "login";
        record.status = "denied";
        return;
    case ErrorCode::Denied:
        record.action = "denied_access";
        record.status = "denied";
        return;
    case ErrorCode::RateLimited:
        record.action = "rate_limited";
        record.status = "rate_limited";
        return;
    case ErrorCode::Cancelled: record.status = "cancelled"; return;
    case ErrorCode::InvalidInput:
    case ErrorCode::NotFound:
    case ErrorCode::TooLarge:
    case ErrorCode::Conflict:
    case ErrorCode::Timeout:
    case ErrorCode::Unavailable:
    case ErrorCode::Upstream:
    case ErrorCode::Storage:
    case ErrorCode::Internal: record.status = "error"; return;
    }
}

} // namespace

audit::Record intentRecord(const CallProgress &call)
{
    audit::Record record = commonRecord(call);
    record.phase = audit::Phase::Intent;
    record.timestamp = call.started;
    record.status = "pending";
    addRound(call.round, record);
    addTask(call.request, record);
    addRequest(call, record);
    return record;
}

audit::Record outcomeRecord(CallProgress &call, const Refusal *refusal, WallTime now,
                            Microseconds duration)
{
    // Says again what the intent said. A call that was refused may have none.
    audit::Record record = call.intent ? *std::move(call.intent) : intentRecord(call);
    record.phase = audit::Phase::Outcome;
    record.timestamp = now;
    record.status.clear();
    record.durationUs = duration.count();
    addTask(call.request, record); // it may have become one meanwhile
    if (refusal != nullptr)
        addRefusal(*refusal, record);
    else
        addResult(call, record);
    return record;
}

} // namespace provost::calls
