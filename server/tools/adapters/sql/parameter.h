// The typed inputs of a declared tool: as JSON Schema for agents, and as a check of what agents send.
// Thread: values and pure functions.
#pragma once

#include "server/base/json.h"

#include <memory>
#include <optional>
#include <vector>

namespace re2 {
class RE2;
}

namespace provost::tools::sql {

struct Parameter
{
    enum class Type { Integer, Number, String, Boolean };

    QByteArray name;
    Type type = Type::String;
    QByteArray description;
    bool optional = false;        // absent is NULL; one with a default is never absent
    std::optional<Json> fallback; // `default`
    std::optional<double> minimum;
    std::optional<double> maximum;
    qsizetype charactersMin = 0;
    qsizetype charactersMax = 10'000;
    std::vector<QByteArray> values;          // `enum`; empty: any
    std::shared_ptr<const re2::RE2> pattern; // must occur in the text; null: any
};

// A value for a placeholder. PostgreSQL wants the type of a NULL as well.
struct BoundValue
{
    Json value; // null, or of the type
    Parameter::Type type = Parameter::Type::String;
    bool operator==(const BoundValue &) const = default;
};

// With the type that the value itself has.
[[nodiscard]] BoundValue boundAs(const Json &value);

// `where` opens error messages: "tools[2].input.limit". Errors: InvalidInput.
[[nodiscard]] Result<Parameter> readParameter(const QByteArray &name, const Json &from,
                                              const QByteArray &where);

// {"type":"object","properties":…,"required":…,"additionalProperties":false}
[[nodiscard]] Json inputSchemaOf(const std::vector<Parameter> &parameters);

// The arguments with defaults put in, one member for each parameter, null for what is absent.
// Errors: InvalidInput, a sentence for the agent that names the argument.
[[nodiscard]] Result<Json> checkArguments(const std::vector<Parameter> &parameters,
                                          const Json &arguments);

} // namespace provost::tools::sql
