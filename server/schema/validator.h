// JSON Schema 2020-12: a schema is compiled once into a Validator, which many threads may share. Schemas that say
// nothing of their dialect are read as 2020-12; declared drafts 06, 07 and 2019-09 (without $recursiveRef) are read by
// their own rules, other dialects are errors. Nothing is ever fetched. `format` and `content…` are annotations and
// check nothing.
// INVARIANT: time and memory are bounded by the limits, whatever schema and instance are; what passes a limit is an
// error, never a verdict.
// Thread: immutable; validate() is safe from any thread.
#pragma once

#include "server/base/json.h"

#include <map>
#include <memory>

namespace provost::schema {

// Documents that `$ref` and `$schema` may name, by absolute URI without fragment. The meta-schemas of 2020-12 are known
// anyway.
using KnownDocuments = std::map<QByteArray, Json>;

struct CompileOptions
{
    KnownDocuments known{};
    int depthMax = 64;               // of the schema's text
    int valuesMax = 100'000;         // JSON values in it
    int subschemasMax = 10'000;      // that an instance can come by
    int patternBytesMax = 1'000'000; // all regular expressions as automata, about
};

struct ValidateOptions
{
    QByteArray whole = "the value"; // what the instance itself is called in messages
    int violationsMax = 20;         // further ones are not looked for
    // About a tenth of a microsecond each: a subschema or keyword applied to a value, a few bytes of text compared.
    std::int64_t stepsMax = 1'000'000;
};

struct Violation
{
    QByteArray instancePath; // JSON pointer: "/items/3/price"; empty for the instance itself
    QByteArray
        schemaPath;     // the keyword's place: "#/properties/items/items/properties/price/minimum"
    QByteArray message; // for the author of the instance: "`items[3].price` must be at least 0"
    bool operator==(const Violation &) const = default;
};

struct Program;

class Validator
{
public:
    // Errors: InvalidInput with the place in the schema (malformed, a reference to what is not known, a pattern that
    // RE2 cannot run, another dialect), TooLarge.
    [[nodiscard]] static Result<std::shared_ptr<const Validator>>
    compile(const Json &schema, const CompileOptions &options = {});
    ~Validator();

    // Empty if the instance is valid. Errors: TooLarge if a limit was passed before the verdict; take that for invalid.
    [[nodiscard]] Result<std::vector<Violation>>
    validate(const Json &instance, const ValidateOptions &options = {}) const;

private:
    explicit Validator(std::unique_ptr<const Program> program);

    std::unique_ptr<const Program> m_program;
};

} // namespace provost::schema
