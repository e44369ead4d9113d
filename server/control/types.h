// The console's words: what the control plane answers, as plain structs.
// Thread: values.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"
#include "server/base/json.h"
#include "server/policy/decision.h"
#include "server/policy/loader.h"

#include <array>
#include <optional>
#include <vector>

namespace provost::control {

struct TimeRange
{
    std::optional<WallTime> from;  // inclusive
    std::optional<WallTime> until; // exclusive
    bool operator==(const TimeRange &) const = default;
};

// --- status and overview ---------------------------------------------------------------------------------

struct ServerStatus
{
    QByteArray endpoint; // "http://127.0.0.1:7777"
    QByteArray admin;    // address of health and metrics
    bool listening = false;
    int agents = 0;            // seen in the last five minutes
    double callsPerSecond = 0; // over the last ten seconds
    std::int64_t p99Us = 0;    // gateway time, last minute
    std::vector<QByteArray>
        problems; // what needs a person: journal refuses, server failed, org has errors
    QByteArray orgRevision;
    QByteArray version;
};

struct Attention
{
    enum class Kind { Info, Warning, Problem };

    Kind kind = Kind::Info;
    QByteArray title;
    QByteArray detail;
    QByteArray
        link; // "audit?filter=…", "policies/acme-corp.yaml:12", "tenants/acme-corp"; empty if none
};

struct LatencyPoint
{
    WallTime at;
    std::int64_t calls = 0;
    std::int64_t denied = 0;
    std::int64_t errors = 0;
    std::int64_t p50Us = 0;
    std::int64_t p95Us = 0;
    std::int64_t p99Us = 0;
};

struct NamedCount
{
    QByteArray name;
    std::int64_t count = 0;
    std::int64_t agents = 0; // distinct users behind it
    QByteArray link;         // the audit filter that shows exactly these
};

struct AgentRow
{
    TenantId tenant;
    UserId user;
    QByteArray agent; // as claimed
    QByteArray era;   // "legacy", "modern"
    WallTime lastSeen;
    std::int64_t calls = 0;
};

struct Overview
{
    std::int64_t calls = 0;    // in the range
    std::int64_t denied = 0;   // policy denials
    std::int64_t limited = 0;  // rate limits
    std::int64_t errors = 0;   // errors and tool errors
    double callsPerSecond = 0; // now
    std::int64_t p50Us = 0;    // gateway time over the points
    std::int64_t p95Us = 0;
    std::int64_t p99Us = 0;
    std::vector<LatencyPoint> points; // oldest first, evenly spaced
    std::vector<Attention> attention;
    std::vector<NamedCount> topDenials; // by rule
    std::vector<NamedCount> topTools;
    std::vector<AgentRow> agents;
};

// --- audit -----------------------------------------------------------------------------------------------

// Names a record for ever: the journal's tenant (empty: the installation's) and the sequence of its first line.
struct RecordId
{
    TenantId tenant;
    std::int64_t sequence = 0;
    bool operator==(const RecordId &) const = default;
};

struct AuditRow
{
    RecordId id;
    WallTime timestamp;
    UserId user;
    QByteArray agent;
    QByteArray action;
    QByteArray tool;
    QByteArray resource;
    QByteArray
        status; // "pending", "success", "input_required", "denied", "rate_limited", "error", "cancelled", "interrupted"
    QByteArray decision; // "allow", "deny", "ask" or empty
    QByteArray policy;
    QByteArray policyFile;
    int policyLine = 0;
    QByteArray reason;
    std::int64_t durationUs = 0;
    std::optional<std::int64_t> recordsReturned;
    QByteArray requestId;
    QByteArray workflowId;
    bool masked = false; // fields were masked or rows filtered
};

struct AuditQuery
{
    TenantId tenant; // empty: all tenants and the installation
    TimeRange range;
    QByteArray filter; // see checkFilter()
};

enum class PageDirection { Older, Newer };

struct AuditPageRequest
{
    AuditQuery query;
    // Rows strictly older or newer than this one; none: from the newest end (Older) or the oldest (Newer).
    std::optional<AuditRow> anchor;
    PageDirection direction = PageDirection::Older;
    int rowsMax = 256;
};

struct AuditPage
{
    std::vector<AuditRow> rows; // newest first, whatever the direction
    bool more = false;          // there is another page in that direction
};

struct AuditCount
{
    std::int64_t matching = 0;
    std::int64_t total = 0;
    Microseconds took{0};
};

struct HistogramBucket
{
    WallTime from;
    std::int64_t total = 0;
    std::int64_t denied = 0;
    std::int64_t errors = 0;
};

struct FacetValue
{
    QByteArray value;
    std::int64_t count = 0;
};

struct Facet
{
    QByteArray field; // filter language name: "tool", "user", "agent", "policy", "status"
    std::vector<FacetValue> values; // most frequent first
};

struct AuditDetail
{
    AuditRow row;
    Json intent; // the raw records; null if there is none
    Json outcome;
    QByteArray rawIntent; // exact bytes of the journal's lines
    QByteArray rawOutcome;
};

// The decision of a record, explained at the revision that decided and under the live one.
struct Why
{
    AuditRow row;
    Json request;                            // as the simulator takes it
    std::optional<policy::Explanation> then; // none: the revision is not in history, see `note`
    std::optional<policy::Explanation> live;
    QByteArray note;
};

struct FilterCheck
{
    bool valid = true;
    int position = 0; // of the error, in bytes
    QByteArray message;
};

struct FilterCandidate
{
    QByteArray text;
    QByteArray hint;
};

// --- policies --------------------------------------------------------------------------------------------

using OrgFile = policy::SourceFile; // name within the org directory, and bytes

struct OrgState
{
    QByteArray revision;
    std::vector<OrgFile> files;
};

struct DraftCheck
{
    std::vector<policy::Diagnostic> diagnostics;
    policy::Org org; // as far as it could be read
};

struct ChangeRequest
{
    std::vector<OrgFile> files; // only those that change
    QByteArray reason;
    QByteArray author;
    QByteArray expectedRevision; // Conflict if the org moved on
};

struct Revision
{
    QByteArray id;
    WallTime when;
    QByteArray author;
    QByteArray reason;
    std::vector<QByteArray> files;
};

// One edit of the form, carried out on the text so that comments and layout survive.
struct PolicyEdit
{
    enum class Kind { SetField, AddPolicy, RemovePolicy, RenamePolicy };

    Kind kind = Kind::SetField;
    TenantId tenant;
    QByteArray policy;
    QByteArray
        field; // effect roles resources tools permissions conditions reason rate_limit valid.from valid.until fields.mask fields.drop
    Json value; // a string or an array of strings; null removes the field
};

// What forms offer to choose from.
struct Vocabulary
{
    std::vector<QByteArray> roles;
    std::vector<QByteArray> tools;
    std::vector<QByteArray> resources;
    std::vector<QByteArray> permissions;
    std::vector<QByteArray> attributes; // "user.region", "resource.segment", …
};

// --- simulator -------------------------------------------------------------------------------------------

struct Simulation
{
    Json request;               // the members of `provost decide`
    std::vector<OrgFile> draft; // empty: the live revision
};

struct SimulationResult
{
    policy::Explanation explanation;
    std::optional<policy::Explanation> live; // with a draft: what the live revision says
    std::vector<policy::Diagnostic> diagnostics;
};

// --- tenants, users, keys --------------------------------------------------------------------------------

struct TenantRow
{
    TenantId id;
    QByteArray name;
    QByteArray file; // of the org directory
    int policies = 0;
    int users = 0;
    int activeKeys = 0;
    std::int64_t callsToday = 0;
    std::int64_t deniedToday = 0;
    std::vector<QByteArray> problems;
    std::vector<policy::Quota> quotas;
    policy::TenantLimits limits;
};

struct NewTenant
{
    TenantId id;
    QByteArray name;
    QByteArray templateName; // "empty", "read-only-analysts", …; see templates()
    QByteArray author;
};

struct UserRow
{
    TenantId tenant;
    UserId id;
    QByteArray displayName;
    std::vector<QByteArray> roles;
    Json attributes;
    bool disabled = false;
};

struct KeyRow
{
    CredentialId id;
    TenantId tenant;
    UserId user;
    QByteArray label;
    QByteArray state; // "active", "expired", "revoked"
    WallTime created;
    std::optional<WallTime> expires;
    std::optional<WallTime> revoked;
    std::optional<WallTime> lastUsed;
};

struct NewKeyRequest
{
    TenantId tenant;
    UserId user;                   // is created if new
    std::vector<QByteArray> roles; // of a new user
    QByteArray label;
    std::optional<WallTime> expires;
    QByteArray author;
};

struct CreatedKey
{
    KeyRow key;
    QByteArray secret; // shown once
};

// What was called since the server started.
struct CallFigures
{
    std::int64_t calls = 0;
    std::int64_t denied = 0;
    std::int64_t errors = 0; // of the tool or on the way to it
    std::int64_t p50Us = 0;  // whole time of a call
    std::int64_t p95Us = 0;
    bool operator==(const CallFigures &) const = default;
};

struct ToolRow
{
    QByteArray name;
    QByteArray server;
    QByteArray title;
    QByteArray description;
    QByteArray permission; // as policy sees it
    QByteArray resource;
    Json inputSchema;
    TenantId tenant{};
    std::vector<QByteArray> within{}; // what the resource lies in
    Json outputSchema{};              // null if none
    Json annotations{};               // the server's own claim; null if none
    Json definition{};                // the whole MCP Tool object
    CallFigures figures{};
};

struct ServerFailure
{
    WallTime when;
    QByteArray text;
    bool operator==(const ServerFailure &) const = default;
};

struct ServerRow
{
    ServerId id;
    TenantId tenant;
    QByteArray kind;
    QByteArray state; // "ready", "starting", "stopped", "failed", "disabled", "unconfirmed"
    QByteArray detail;
    int tools = 0;
    QByteArray file{}; // where it is declared
    int line = 0;
    // What it is, as declared: variables are not replaced.
    QByteArray target{};               // command line, URL, or a word such as "sqlite:…"
    std::vector<QByteArray> command{}; // program and arguments; empty if none is run
    Json environment{};                // of the command: name -> value
    QByteArray workingDirectory{};     // of the command; empty: a temporary one
    QByteArray commandDigest{};        // names exactly this command, for confirmServer()
    QByteArray transport{};            // "stdio", "http", "sqlite", …
    QByteArray era{};                  // "legacy", "modern"; empty: not known
    QByteArray version{};              // as the server says
    std::optional<WallTime> since{};   // of the state
    std::optional<WallTime> nextTry{}; // of a failed one
    QByteArray authorizeAt{}; // the page where an administrator must grant access; empty: none must
    std::vector<ServerFailure> failures{}; // the newest first
    int restarts = 0;
    std::int64_t callsInFlight = 0;
    CallFigures figures{};
};

struct ServerCommand
{
    enum class Act { Restart, Disable, Enable };

    Act act = Act::Restart;
    TenantId tenant;
    ServerId server;
    QByteArray reason;
    QByteArray author;
};

// Agreement to run the command of a server that was written through the console.
struct ServerConfirmation
{
    TenantId tenant;
    ServerId server;
    QByteArray commandDigest; // what was shown; Conflict if it is another by now
    QByteArray author;
};

// What somebody pasted to add a server: a command line, a URL, or the JSON of an MCP client.
struct ServerSource
{
    TenantId tenant;
    QByteArray text;
    ServerId id; // empty: made from the text
};

// The file that would declare it.
struct ServerDraft
{
    QByteArray understoodAs; // "command line", "URL", "JSON of an MCP client"
    OrgFile file;
    std::vector<ServerRow> servers; // as they would be declared
    std::vector<QByteArray> notes;  // what was changed on the way, or needs attention
};

struct NewServers
{
    OrgFile file;
    std::vector<QByteArray> confirmedCommands; // digests of what was shown and agreed to
    QByteArray reason;
    QByteArray author;
    QByteArray expectedRevision;
};

// --- trying a tool ---------------------------------------------------------------------------------------

// A governed call, made by an administrator as if by `user`. Recorded like any call, with `author`.
struct ToolTrial
{
    TenantId tenant;
    UserId user;
    QByteArray tool;
    Json arguments = Json::object();
    QByteArray author;
    // A further round: what was asked (TrialResult::asks) answered by key, and the state that came with it.
    Json inputResponses{};
    QByteArray requestState{};
    // Or nobody will answer: recorded, and the tool is not called again.
    bool givenUp = false;
    // Names the trial in trialProgressed(), among those that run; empty: nobody wants to hear of it.
    QByteArray id{};
};

// How far a trial is, as the tool says.
struct TrialProgress
{
    double progress = 0;
    std::optional<double> total; // what it counts up to; none: not known
    QByteArray message;          // bounded; may be empty
};

struct TrialResult
{
    QByteArray requestId;  // of its audit records
    QByteArray decision;   // "allow", "deny"; empty: policy was not asked
    QByteArray policy;     // the rule; empty if none
    QByteArray policyFile; // and where it stands
    int policyLine = 0;
    QByteArray reason; // of the decision, or why it was not carried out
    QByteArray
        refusal; // code word: "denied", "rate_limited", "timeout", …; empty: it was carried out
    Json result; // the MCP result; null if it was not carried out or asks
    bool toolError = false;
    Json asks;               // key -> {"method", "params"}; null if nothing is asked
    QByteArray requestState; // to send back with the answers
    Microseconds took{0};
};

// --- sessions --------------------------------------------------------------------------------------------

// An agent's connection: a session of the legacy era, or that it was here lately.
struct SessionRow
{
    QByteArray key; // names the connection; stays the same as long as it is there
    QByteArray
        id; // public hash, as records have it; empty in the modern era, which has no sessions
    TenantId tenant;
    UserId user;
    QByteArray agent; // as claimed
    QByteArray era;   // "legacy", "modern"
    QByteArray transport;
    WallTime since;
    WallTime lastSeen;
    int callsInFlight = 0;
    bool streaming = false; // a stream to it is open
};

struct SessionEnd
{
    QByteArray key;
    QByteArray reason;
    QByteArray author;
};

struct SessionMessage
{
    std::int64_t sequence = 0;
    WallTime when;
    bool toAgent = false;
    QByteArray method; // or empty, for an answer
    QByteArray text;   // the JSON, redacted and cut
    qint64 bytes = 0;  // as it went over the wire
};

struct SessionMessages
{
    std::vector<SessionMessage> messages; // oldest first
    std::int64_t dropped = 0;             // that went by while nobody fetched them
};

struct MessagesRequest
{
    QByteArray key;
    std::int64_t after = 0; // only later messages; 0: all that are kept
    QByteArray author;
};

} // namespace provost::control
