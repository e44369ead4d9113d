#include "server/audit/record.h"

#include "server/audit/linescanner.h"
#include "server/audit/memberwriter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace provost::audit {

namespace {

constexpr int depthMax = 128; // of a line; deeper than anything that a call may bring in

// The number times 10^digits, rounded; for lines that carry only the member for reading.
std::optional<std::int64_t> scaled(const Json &json, int digits)
{
    const auto value = json.toDouble();
    const double product = value ? *value * std::pow(10.0, digits) : 0;
    if (!value || std::abs(product) >= 9.2e18)
        return std::nullopt;
    return std::llround(product);
}

// One member of the line: its name, how it is written and how it is read back. Written in the order of the table.
struct Member
{
    std::string_view name;
    void (*append)(MemberWriter &out, std::string_view name, const Record &record);
    bool (*read)(const Json &json, Record &record);
};

QByteArray &textOf(QByteArray &text)
{
    return text;
}

template <class Tag>
QByteArray &textOf(Id<Tag> &id)
{
    return id.value;
}

const QByteArray &textOf(const QByteArray &text)
{
    return text;
}

template <class Tag>
const QByteArray &textOf(const Id<Tag> &id)
{
    return id.value;
}

template <auto field>
constexpr Member text(std::string_view name)
{
    return {name,
            [](MemberWriter &out, std::string_view key, const Record &record) {
                if (const QByteArray &value = textOf(record.*field); !value.isEmpty())
                    out.text(key, value);
            },
            [](const Json &json, Record &record) {
                textOf(record.*field) = json.toByteArray();
                return json.isString();
            }};
}

// A count that may be absent, or a code where 0 means none.
template <auto field>
constexpr Member number(std::string_view name)
{
    using Field = std::remove_reference_t<decltype(std::declval<Record &>().*field)>;
    constexpr bool isOptional = !std::is_integral_v<Field>;
    return {name,
            [](MemberWriter &out, std::string_view key, const Record &record) {
                std::optional<std::int64_t> value = record.*field;
                if (!isOptional && value == 0)
                    value.reset();
                if (value)
                    out.number(key, *value);
            },
            [](const Json &json, Record &record) {
                const auto value = json.toInteger();
                if (!value)
                    return false;
                if constexpr (isOptional) {
                    record.*field = *value;
                } else {
                    record.*field = Field(*value);
                }
                return record.*field == *value;
            }};
}

// The member for reading: `field` / 10^digits. Outcomes always carry it. The integer, which follows in the table, wins.
template <auto field, int digits>
constexpr Member reading(std::string_view name)
{
    return {name,
            [](MemberWriter &out, std::string_view key, const Record &record) {
                if (record.*field != 0 || record.phase == Phase::Outcome)
                    out.scaled(key, record.*field, digits);
            },
            [](const Json &json, Record &record) {
                const auto value = scaled(json, digits);
                record.*field = value.value_or(0);
                return value.has_value();
            }};
}

template <auto field>
constexpr Member json(std::string_view name)
{
    return {name,
            [](MemberWriter &out, std::string_view key, const Record &record) {
                if (!(record.*field).isNull())
                    out.json(key, record.*field);
            },
            [](const Json &value, Record &record) {
                record.*field = value;
                return true;
            }};
}

void appendPhase(MemberWriter &out, std::string_view name, const Record &record)
{
    switch (record.phase) {
    case Phase::Intent: out.literal(name, "\"intent\""); return;
    case Phase::Outcome: out.literal(name, "\"outcome\""); return;
    case Phase::Event: out.literal(name, "\"event\""); return;
    }
}

bool readPhase(const Json &json, Record &record)
{
    const QByteArray name = json.toByteArray();
    if (name == "intent")
        record.phase = Phase::Intent;
    else if (name == "outcome")
        record.phase = Phase::Outcome;
    else
        record.phase = Phase::Event;
    return record.phase != Phase::Event || name == "event";
}

void appendTimestamp(MemberWriter &out, std::string_view name, const Record &record)
{
    out.text(name, toRfc3339(record.timestamp));
}

bool readTimestamp(const Json &json, Record &record)
{
    const auto time = fromRfc3339(json.toByteArray());
    record.timestamp = time.value_or(WallTime{});
    return time.has_value();
}

void appendRoles(MemberWriter &out, std::string_view name, const Record &record)
{
    if (!record.roles.empty())
        out.strings(name, record.roles);
}

bool readRoles(const Json &json, Record &record)
{
    record.roles.clear();
    for (const Json &role : json.items())
        record.roles.push_back(role.toByteArray());
    return json.isArray()
           && std::all_of(json.items().begin(), json.items().end(),
                          [](const Json &role) { return role.isString(); });
}

void appendToolError(MemberWriter &out, std::string_view name, const Record &record)
{
    if (record.toolError)
        out.literal(name, "true");
}

bool readToolError(const Json &json, Record &record)
{
    record.toolError = json.toBool();
    return json.isBool();
}

// Phase and call id come first: the journal finds open calls without reading the rest of the line.
constexpr std::array members{
    Member{"phase", appendPhase, readPhase},
    text<&Record::callId>("call_id"),
    Member{"timestamp", appendTimestamp, readTimestamp},
    text<&Record::tenant>("tenant_id"),
    text<&Record::user>("user_id"),
    Member{"roles", appendRoles, readRoles},
    text<&Record::credential>("credential_id"),
    text<&Record::agent>("agent"),
    text<&Record::action>("action"),
    text<&Record::tool>("tool_name"),
    text<&Record::resource>("resource"),
    text<&Record::permission>("permission"),
    text<&Record::status>("status"),
    text<&Record::decision>("decision"),
    text<&Record::reason>("reason"),
    text<&Record::policy>("policy"),
    text<&Record::policyFile>("policy_file"),
    number<&Record::policyLine>("policy_line"),
    text<&Record::policyRevision>("policy_revision"),
    text<&Record::rowFilter>("row_filter"),
    number<&Record::recordsReturned>("records_returned"),
    number<&Record::recordsModified>("records_modified"),
    number<&Record::bytesReturned>("bytes_returned"),
    reading<&Record::durationUs, 3>("duration_ms"),
    number<&Record::durationUs>("duration_us"),
    reading<&Record::costMicroUsd, 6>("cost_usd"),
    number<&Record::costMicroUsd>("cost_micro_usd"),
    text<&Record::workflowId>("workflow_id"),
    text<&Record::requestId>("request_id"),
    text<&Record::sessionId>("session_id"),
    text<&Record::transport>("transport"),
    number<&Record::httpStatus>("http_status"),
    number<&Record::rpcError>("rpc_error"),
    Member{"tool_error", appendToolError, readToolError},
    json<&Record::arguments>("arguments"),
    json<&Record::attributes>("attributes"),
    json<&Record::details>("details"),
};

// Looks where the table says that the member should come next, then everywhere.
const Member *memberNamed(QByteArrayView name, std::size_t &expected)
{
    const std::string_view wanted(name.data(), std::size_t(name.size()));
    for (std::size_t i = 0; i < members.size(); ++i) {
        const std::size_t at = (expected + i) % members.size();
        if (members[at].name == wanted) {
            expected = at + 1;
            return &members[at];
        }
    }
    return nullptr;
}

Result<Json> parseAll(QByteArrayView text)
{
    return Json::parse(
        text,
        {.depthMax = depthMax, .bytesMax = text.size(), .duplicateKeys = DuplicateKeys::Allow});
}

struct RecordReader
{
    // False for a value that the member cannot have; unknown members are ignored.
    [[nodiscard]] bool take(QByteArrayView name, const Json &value)
    {
        const Member *member = memberNamed(name, m_expected);
        if (member == nullptr || (m_exactDuration && name == "duration_ms")
            || (m_exactCost && name == "cost_usd"))
            return true;
        m_exactDuration = m_exactDuration || name == "duration_us";
        m_exactCost = m_exactCost || name == "cost_micro_usd";
        return member->read(value, record);
    }

    Record record;

private:
    std::size_t m_expected = 0;
    bool m_exactDuration = false;
    bool m_exactCost = false;
};

// What stands between the quotes, or a whole number, costs less than a parser; everything else is parsed.
Result<Json> valueOf(const LineScanner::Member &member)
{
    if (member.isPlainString)
        return Json(member.value.sliced(1).chopped(1));
    std::int64_t number = 0;
    const char *const end = member.value.data() + member.value.size();
    const bool isWhole = !member.value.startsWith('-') && !member.value.startsWith('0')
                         && std::from_chars(member.value.data(), end, number).ptr == end
                         && member.value.size() < 19;
    return isWhole ? Result<Json>(Json(number)) : parseAll(member.value);
}

// Most lines are plain; reading those without a tree takes a third of the time. Nothing for all others.
std::optional<Record> recordFromPlainLine(QByteArrayView line)
{
    const bool hasControls = std::any_of(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (hasControls || !line.isValidUtf8())
        return std::nullopt;
    LineScanner scanner(line);
    RecordReader reader;
    while (const auto member = scanner.next()) {
        const auto value = valueOf(*member);
        if (!value || !reader.take(member->name, *value))
            return std::nullopt;
    }
    return scanner.isAtEnd() ? std::optional(std::move(reader.record)) : std::nullopt;
}

} // namespace

void appendMembers(QByteArray &out, const Record &record)
{
    const qsizetype start = out.size();
    {
        MemberWriter writer(out);
        for (const Member &member : members)
            member.append(writer, member.name, record);
    }
    // A byte that is not UTF-8 can only be inside a string, so repairing the text keeps the structure.
    if (const QByteArrayView written = QByteArrayView(out).sliced(start); !written.isValidUtf8()) {
        const QByteArray repaired = QString::fromUtf8(written).toUtf8();
        out.truncate(start);
        out.append(repaired);
    }
}

Json toJson(const Record &record)
{
    QByteArray text;
    text.reserve(1024);
    text.append('{');
    appendMembers(text, record);
    text.append('}');
    auto parsed = parseAll(text);
    return parsed ? *std::move(parsed) : Json::object();
}

Result<Record> recordFromJson(const Json &json)
{
    if (!json.isObject())
        return fail(ErrorCode::InvalidInput, QStringLiteral("a record must be a JSON object"));
    RecordReader reader;
    for (const Json::Member &given : json.members()) {
        if (!reader.take(given.key, given.value))
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("member `%1` of the record has an unexpected value")
                            .arg(QString::fromUtf8(given.key)));
    }
    return std::move(reader.record);
}

Result<Record> recordFromLine(QByteArrayView line)
{
    if (auto record = recordFromPlainLine(line))
        return *std::move(record);
    // What was recorded is read back whatever it is: the limits held when it came in.
    TRY_LET(const Json json, parseAll(line));
    return recordFromJson(json);
}

} // namespace provost::audit
