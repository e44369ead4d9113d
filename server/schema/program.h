// A compiled schema: subschemas refer to each other by index, keywords stand in the order in which they are applied.
// INVARIANT: every SubschemaId is a valid index; keywords that ask what was evaluated stand last.
// Thread: values.
#pragma once

#include "server/schema/decimal.h"
#include "server/schema/pattern.h"

#include <QHash>

#include <optional>
#include <variant>
#include <vector>

namespace provost::schema {

using SubschemaId = int;

enum class JsonType : unsigned {
    Null = 1,
    Boolean = 2,
    Number = 4,
    Integer = 8, // a number without fraction; Number covers it
    String = 16,
    Array = 32,
    Object = 64,
};

namespace keyword {

struct Type
{
    unsigned allowed = 0; // JsonType bits
};

struct Values // enum, const
{
    const char *name;
    std::vector<QByteArray> canonical; // sorted
    QByteArray shown;                  // "`a`, `b`"
};

struct Bound
{
    enum class Kind { Minimum, ExclusiveMinimum, Maximum, ExclusiveMaximum };
    Kind kind;
    Decimal limit;
    QByteArray text;
};

struct MultipleOf
{
    Decimal divisor;
    QByteArray text;
};

struct Size
{
    enum class Kind { MinLength, MaxLength, MinItems, MaxItems, MinProperties, MaxProperties };
    Kind kind;
    std::int64_t limit;
};

struct Matches // pattern
{
    std::shared_ptr<const Pattern> pattern;
};

struct UniqueItems
{
};

struct Required
{
    std::vector<QByteArray> names;
};

struct Dependency // one member of dependentRequired, dependentSchemas or dependencies
{
    const char *name;
    QByteArray property;
    std::vector<QByteArray> required;
    std::optional<SubschemaId> schema;
};

struct Properties // with patternProperties and additionalProperties
{
    QHash<QByteArray, SubschemaId> named;
    std::vector<std::pair<std::shared_ptr<const Pattern>, SubschemaId>> patterns;
    std::optional<SubschemaId> additional;
    QByteArray shown; // the names, for messages
};

struct PropertyNames
{
    SubschemaId schema;
};

struct Items // prefixItems and items, in older drafts items and additionalItems
{
    std::vector<SubschemaId> prefix;
    std::optional<SubschemaId> rest;
    const char *restName;
};

struct Contains
{
    SubschemaId schema = 0;
    std::int64_t least = 1;
    std::optional<std::int64_t> most;
    bool evaluates = false; // what it finds counts for unevaluatedItems, since 2020-12
};

struct AllOf
{
    std::vector<SubschemaId> schemas;
};

struct AnyOf
{
    std::vector<SubschemaId> schemas;
};

struct OneOf
{
    std::vector<SubschemaId> schemas;
};

struct Not
{
    SubschemaId schema;
};

struct Condition // if, then, else
{
    SubschemaId test = 0;
    std::optional<SubschemaId> then;
    std::optional<SubschemaId> otherwise;
};

struct Reference
{
    SubschemaId target;
};

struct DynamicReference
{
    int anchor; // number of the name
    SubschemaId fallback;
};

struct UnevaluatedItems
{
    SubschemaId schema;
};

struct UnevaluatedProperties
{
    SubschemaId schema;
};

} // namespace keyword

using Keyword =
    std::variant<keyword::Type, keyword::Values, keyword::Bound, keyword::MultipleOf, keyword::Size,
                 keyword::Matches, keyword::UniqueItems, keyword::Required, keyword::Dependency,
                 keyword::Properties, keyword::PropertyNames, keyword::Items, keyword::Contains,
                 keyword::AllOf, keyword::AnyOf, keyword::OneOf, keyword::Not, keyword::Condition,
                 keyword::Reference, keyword::DynamicReference, keyword::UnevaluatedItems,
                 keyword::UnevaluatedProperties>;

struct Subschema
{
    QByteArray location;        // "#/properties/a"; with the document's URI if that is not the root
    int resource = 0;           // the schema resource that it stands in, for dynamic references
    bool refusesAll = false;    // `false`
    bool asksEvaluated = false; // has an unevaluated… keyword
    std::vector<Keyword> keywords;
};

struct Program
{
    std::vector<Subschema> subschemas; // the first is the root
    // For each resource its $dynamicAnchors, by number of the name.
    std::vector<std::vector<std::pair<int, SubschemaId>>> dynamicAnchors;
};

} // namespace provost::schema
