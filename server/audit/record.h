// One line of the audit journal as a value. JSON names follow the reference architecture; see README.md of this room
// for the file format.
// Thread: a value.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"
#include "server/base/json.h"

#include <cstdint>
#include <optional>

namespace provost::audit {

// An intent is durable before its effect, its outcome before the answer. Events stand alone.
enum class Phase { Intent, Outcome, Event };

struct Record
{
    Phase phase = Phase::Event;
    QByteArray callId; // joins intent and outcome; unique in the journal
    WallTime timestamp;
    TenantId tenant;
    UserId user; // from the verified credential only
    std::vector<QByteArray> roles;
    CredentialId credential;
    QByteArray agent; // client name and version as claimed; never decides
    QByteArray
        action; // "tool_call", "list_tools", "denied_access", "rate_limited", "key_created", "policy_change", …
    QByteArray tool;
    QByteArray resource;
    QByteArray permission;
    Json arguments;  // by capture level, redacted; null if not captured
    Json attributes; // what the decision read of user and resource, so that replay can decide again
    QByteArray
        status; // "pending" (intent), "success", "input_required", "denied", "rate_limited", "error", "cancelled", "interrupted"
    QByteArray decision; // "allow", "deny", "ask"; empty where policy was not asked
    QByteArray reason;   // the sentence the agent got
    QByteArray policy;   // name of the rule that decided
    QByteArray policyFile;
    int policyLine = 0;
    QByteArray policyRevision;
    QByteArray rowFilter; // as text, for people
    std::optional<std::int64_t> recordsReturned;
    std::optional<std::int64_t> recordsModified;
    std::optional<std::int64_t> bytesReturned;
    std::int64_t durationUs = 0;
    std::int64_t costMicroUsd = 0;
    QByteArray workflowId; // as claimed
    QByteArray requestId;
    QByteArray sessionId;   // a legacy session's public hash, never the session id itself
    QByteArray transport;   // "http", "ws", "console"
    int httpStatus = 0;     // transport layer; 0 if none
    int rpcError = 0;       // JSON-RPC layer; 0 if none
    bool toolError = false; // tool layer: isError
    Json details;           // action-specific, object or null

    bool operator==(const Record &) const = default;
};

// Appends the members of the line in their fixed order, without braces, sequence and checksum, which the journal adds:
// `"phase":"event","timestamp":…`. Empty members are left out; invalid UTF-8 becomes U+FFFD.
void appendMembers(QByteArray &out, const Record &record);

// The same as a value.
[[nodiscard]] Json toJson(const Record &record);

// Takes a line of the journal or what toJson() gave; unknown members are ignored. Of a duration or cost that is
// there twice the integer is the truth. Errors: InvalidInput naming the member.
[[nodiscard]] Result<Record> recordFromJson(const Json &json);
[[nodiscard]] Result<Record> recordFromLine(QByteArrayView line);

} // namespace provost::audit
