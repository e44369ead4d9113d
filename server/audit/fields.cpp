#include "server/audit/fields.h"

#include "server/audit/linescanner.h"

#include <algorithm>
#include <array>

namespace provost::audit {

namespace {

constexpr qsizetype argumentsBytesMax = 4096;

constexpr std::array<std::string_view, 3> phases{"intent", "outcome", "event"};
constexpr std::array<std::string_view, 8> statuses{"pending",   "success",      "input_required",
                                                   "denied",    "rate_limited", "error",
                                                   "cancelled", "interrupted"};
constexpr std::array<std::string_view, 3> decisions{"allow", "deny", "ask"};
constexpr std::array<std::string_view, 22> actions{
    "tool_call",    "list_tools",    "resource_read", "list_resources", "prompt_get",
    "list_prompts", "complete",      "task_update",   "task_cancel",    "denied_access",
    "rate_limited", "login",         "approval",      "grant",          "revocation",
    "key_created",  "policy_change", "configuration", "export",         "audit_read",
    "start",        "stop"};
constexpr std::array<std::string_view, 3> transports{"http", "ws", "console"};
constexpr std::array<std::string_view, 2> truths{"true", "false"};

template <auto member>
QByteArray textOf(const Record &record)
{
    if constexpr (requires { (record.*member).value; })
        return (record.*member).value;
    else
        return record.*member;
}

template <auto member>
void setText(Record &record, const QByteArray &text)
{
    if constexpr (requires { (record.*member).value; })
        (record.*member).value = text;
    else
        record.*member = text;
}

// Of codes and lines 0 stands for none.
template <auto member, bool zeroIsNone>
std::optional<std::int64_t> numberOf(const Record &record)
{
    std::optional<std::int64_t> value = record.*member;
    return zeroIsNone && value == 0 ? std::nullopt : value;
}

template <auto member>
void setNumber(Record &record, std::optional<std::int64_t> value)
{
    using Member = std::remove_reference_t<decltype(record.*member)>;
    if constexpr (std::is_integral_v<Member>)
        record.*member = Member(value.value_or(0));
    else
        record.*member = value;
}

template <auto member>
constexpr FieldInfo text(Field field, std::string_view name, std::string_view jsonName,
                         std::string_view hint, std::span<const std::string_view> values = {})
{
    return {.field = field,
            .name = name,
            .jsonName = jsonName,
            .kind = FieldKind::Text,
            .hint = hint,
            .values = values,
            .text = textOf<member>,
            .setText = setText<member>};
}

template <auto member>
constexpr FieldInfo number(Field field, std::string_view name, std::string_view jsonName,
                           std::string_view hint, int digits = 0)
{
    return {.field = field,
            .name = name,
            .jsonName = jsonName,
            .kind = FieldKind::Number,
            .hint = hint,
            .digits = digits,
            .number = numberOf<member, false>,
            .setNumber = setNumber<member>};
}

template <auto member>
constexpr FieldInfo code(Field field, std::string_view name, std::string_view jsonName,
                         std::string_view hint)
{
    FieldInfo info = number<member>(field, name, jsonName, hint);
    info.number = numberOf<member, true>;
    return info;
}

constexpr FieldInfo phaseField{.field = Field::Phase,
                               .name = "phase",
                               .jsonName = "phase",
                               .kind = FieldKind::Text,
                               .hint = "intent (still running), outcome or event",
                               .values = phases,
                               .text =
                                   [](const Record &record) {
                                       const std::string_view name =
                                           phases.at(std::size_t(record.phase));
                                       return QByteArray(name.data(), qsizetype(name.size()));
                                   },
                               .setText =
                                   [](Record &record, const QByteArray &text) {
                                       record.phase = text == "intent"    ? Phase::Intent
                                                      : text == "outcome" ? Phase::Outcome
                                                                          : Phase::Event;
                                   }};

constexpr FieldInfo timeField{.field = Field::Time,
                              .name = "time",
                              .jsonName = "timestamp",
                              .kind = FieldKind::Time,
                              .hint = "when the call began, UTC",
                              .number = [](const Record &record) -> std::optional<std::int64_t> {
                                  return record.timestamp.time_since_epoch().count();
                              },
                              .setNumber =
                                  [](Record &record, std::optional<std::int64_t> value) {
                                      record.timestamp = WallTime(Microseconds(value.value_or(0)));
                                  }};

constexpr FieldInfo rolesField{
    .field = Field::Role,
    .name = "role",
    .jsonName = "roles",
    .kind = FieldKind::Texts,
    .hint = "any role of the user",
    .text =
        [](const Record &record) {
            return record.roles.empty()
                       ? QByteArray()
                       : Json(Json::Array(record.roles.begin(), record.roles.end())).toBytes();
        },
    .setText =
        [](Record &record, const QByteArray &text) {
            record.roles.clear();
            const auto roles = Json::parse(text);
            for (const Json &role : roles ? roles->items() : Json::Array())
                record.roles.push_back(role.toByteArray());
        }};

constexpr FieldInfo toolErrorField{
    .field = Field::ToolError,
    .name = "tool_error",
    .jsonName = "tool_error",
    .kind = FieldKind::Text,
    .hint = "the tool reported an error",
    .values = truths,
    .text = [](const Record &record) { return QByteArray(record.toolError ? "true" : "false"); },
    .setText = [](Record &record, const QByteArray &text) { record.toolError = text == "true"; }};

constexpr std::array<FieldInfo, 33> table{{
    phaseField,
    text<&Record::callId>(Field::Call, "call", "call_id", "joins intent and outcome"),
    timeField,
    text<&Record::tenant>(Field::Tenant, "tenant", "tenant_id", "tenant"),
    text<&Record::user>(Field::User, "user", "user_id", "user, from the verified credential"),
    rolesField,
    text<&Record::credential>(Field::Key, "key", "credential_id", "public part of the API key"),
    text<&Record::agent>(Field::Agent, "agent", "agent", "client program, as claimed"),
    text<&Record::action>(Field::Action, "action", "action", "what was done", actions),
    text<&Record::tool>(Field::Tool, "tool", "tool_name", "tool, as agents see it"),
    text<&Record::resource>(Field::Resource, "resource", "resource", "resource, prompt or table"),
    text<&Record::permission>(Field::Permission, "permission", "permission", "read, write, …"),
    text<&Record::status>(Field::Status, "status", "status", "how it ended", statuses),
    text<&Record::decision>(Field::Decision, "decision", "decision", "what policy said", decisions),
    text<&Record::reason>(Field::Reason, "reason", "reason", "the sentence the agent got"),
    text<&Record::policy>(Field::Rule, "rule", "policy", "policy that decided"),
    text<&Record::policyFile>(Field::File, "file", "policy_file", "file of that policy"),
    code<&Record::policyLine>(Field::Line, "line", "policy_line", "line of that policy"),
    text<&Record::policyRevision>(Field::Revision, "revision", "policy_revision",
                                  "revision of the policies"),
    text<&Record::rowFilter>(Field::RowFilter, "rows", "row_filter", "condition on the rows"),
    number<&Record::recordsReturned>(Field::Records, "records", "records_returned",
                                     "records returned"),
    number<&Record::recordsModified>(Field::Modified, "modified", "records_modified",
                                     "records modified"),
    number<&Record::bytesReturned>(Field::Bytes, "bytes", "bytes_returned", "bytes returned"),
    number<&Record::durationUs>(Field::Milliseconds, "ms", "duration_ms",
                                "duration in milliseconds", 3),
    number<&Record::costMicroUsd>(Field::Cost, "cost", "cost_usd", "cost in USD", 6),
    text<&Record::workflowId>(Field::Workflow, "workflow", "workflow_id", "workflow, as claimed"),
    text<&Record::requestId>(Field::Request, "request", "request_id", "X-Request-Id"),
    text<&Record::sessionId>(Field::Session, "session", "session_id", "hash of the session"),
    text<&Record::transport>(Field::Transport, "transport", "transport", "how it came in",
                             transports),
    code<&Record::httpStatus>(Field::Http, "http", "http_status", "HTTP status"),
    code<&Record::rpcError>(Field::Rpc, "rpc", "rpc_error", "JSON-RPC error code"),
    toolErrorField,
    {.field = Field::Sequence,
     .name = "seq",
     .jsonName = "seq",
     .kind = FieldKind::Number,
     .hint = "sequence number in the journal"},
}};

constexpr bool isInOrder()
{
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].field != Field(i)) // NOLINT: constant expression
            return false;
    }
    return table.size() == std::size_t(Field::Sequence) + 1;
}
static_assert(isInOrder());

} // namespace

std::span<const FieldInfo> allFields()
{
    return table;
}

const FieldInfo &infoOf(Field field)
{
    return table.at(std::size_t(field));
}

const FieldInfo *fieldNamed(QByteArrayView name)
{
    const QByteArray wanted = name.toByteArray().toLower();
    for (const FieldInfo &info : table) {
        if (wanted == QByteArrayView(info.name.data(), qsizetype(info.name.size()))
            || wanted == QByteArrayView(info.jsonName.data(), qsizetype(info.jsonName.size())))
            return &info;
    }
    return nullptr;
}

bool isFreeText(const FieldInfo &info)
{
    return info.isText() && info.field != Field::Phase && info.field != Field::ToolError;
}

QByteArray searchedArguments(const Record &record)
{
    return record.arguments.isNull() ? QByteArray()
                                     : record.arguments.toBytes().left(argumentsBytesMax);
}

QByteArrayView searchedArguments(QByteArrayView line)
{
    return cutArguments(valueInLine(line, "arguments"));
}

QByteArrayView cutArguments(QByteArrayView written)
{
    return written.first(std::min(written.size(), argumentsBytesMax));
}

Record folded(const Record &intent, Record outcome)
{
    outcome.timestamp = intent.timestamp;
    if (outcome.arguments.isNull())
        outcome.arguments = intent.arguments;
    return outcome;
}

} // namespace provost::audit
