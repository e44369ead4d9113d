// SchemaField: a JSON Schema (2020-12, as tools and elicitations use it) as the fields that a form can show. What has no
// field of its own becomes Raw, which is typed as JSON, so that every schema can be filled in.
// INVARIANT: nested at most schemaDepthMax deep and at most schemaFieldsMax fields wide; what is deeper or wider is Raw.
// Thread: values and pure functions.
#pragma once

#include "server/base/json.h"

#include <QString>

#include <optional>
#include <vector>

namespace provost::ui {

constexpr int schemaDepthMax = 6;
constexpr std::size_t schemaFieldsMax = 100; // of one object

struct SchemaChoice
{
    Json value;
    QString label;
    bool operator==(const SchemaChoice &) const = default;
};

struct SchemaField
{
    enum class Kind {
        Text,
        Integer,
        Number,
        Boolean,
        Choice,  // one of `choices`
        Choices, // a list of some of `choices`
        Object,  // `members`
        List,    // any number of `item`
        Raw      // typed as JSON
    };

    Kind kind = Kind::Raw;
    QByteArray name; // of the member; empty for the whole and for an item of a list
    QString title;   // empty: the name says it
    QString description;
    bool required = false;
    Json initial; // its default; null if it has none
    std::vector<SchemaChoice> choices{};
    std::vector<SchemaField> members{};
    std::vector<SchemaField> item{}; // one, of a list
    QByteArray format{};             // of texts; empty: any
    std::optional<double> minimum{}; // of numbers; of the length of texts and lists
    std::optional<double> maximum{};
    bool operator==(const SchemaField &) const = default;

    [[nodiscard]] QString label() const;
};

// The whole schema; of kind Object wherever possible.
[[nodiscard]] SchemaField readSchema(const Json &schema);

// What the form begins with: defaults, and of objects that are required their own.
[[nodiscard]] Json initialValue(const SchemaField &field);

// What is wrong with a value in words; empty if nothing. Null stands for "left out".
[[nodiscard]] QString valueProblem(const SchemaField &field, const Json &value);

} // namespace provost::ui
