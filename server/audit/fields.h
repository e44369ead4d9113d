// The fields of a record that can be searched: their names, what they hold, and how they are read from a record. One
// table, read by the filter language, the index and the console's completion.
// Thread: pure.
#pragma once

#include "server/audit/record.h"

#include <span>
#include <string_view>

namespace provost::audit {

enum class Field {
    Phase,
    Call,
    Time,
    Tenant,
    User,
    Role,
    Key,
    Agent,
    Action,
    Tool,
    Resource,
    Permission,
    Status,
    Decision,
    Reason,
    Rule,
    File,
    Line,
    Revision,
    RowFilter,
    Records,
    Modified,
    Bytes,
    Milliseconds,
    Cost,
    Workflow,
    Request,
    Session,
    Transport,
    Http,
    Rpc,
    ToolError,
    Sequence,
};

enum class FieldKind {
    Text,   // one text, empty if absent
    Texts,  // any of several
    Number, // optional
    Time,
};

struct FieldInfo
{
    Field field;
    std::string_view name;     // short: "tool"
    std::string_view jsonName; // of the record and of the index's column: "tool_name"
    FieldKind kind;
    std::string_view hint; // what it holds, for completion
    // The number as people write it has this many decimal digits more than the integer that is kept.
    int digits = 0;
    std::span<const std::string_view> values = {}; // if there are only few
    // Of texts: several as a JSON array, none as an empty text.
    QByteArray (*text)(const Record &) = nullptr;
    void (*setText)(Record &, const QByteArray &) = nullptr;
    // Of numbers and times.
    std::optional<std::int64_t> (*number)(const Record &) = nullptr;
    void (*setNumber)(Record &, std::optional<std::int64_t>) = nullptr;

    [[nodiscard]] bool isText() const
    {
        return kind == FieldKind::Text || kind == FieldKind::Texts;
    }
};

// In the order of the enumeration.
[[nodiscard]] std::span<const FieldInfo> allFields();
[[nodiscard]] const FieldInfo &infoOf(Field field);

// By short or JSON name, in any case; null if there is none.
[[nodiscard]] const FieldInfo *fieldNamed(QByteArrayView name);

// Whether free text is looked for in it.
[[nodiscard]] bool isFreeText(const FieldInfo &info);

// What free text is looked for in besides: the captured arguments, cut.
[[nodiscard]] QByteArray searchedArguments(const Record &record);
[[nodiscard]] QByteArrayView searchedArguments(QByteArrayView line); // the same of its line
[[nodiscard]] QByteArrayView cutArguments(QByteArrayView written); // the same of the line's member

// A call as one record: its outcome, at the time when it began, with the intent's arguments if the outcome has none.
[[nodiscard]] Record folded(const Record &intent, Record outcome);

} // namespace provost::audit
