// A declared SQL statement, read once: its parameters `:name` and `${user.name}` become the driver's numbered
// placeholders. Values are bound, never put into the text.
// Thread: values and pure functions.
#pragma once

#include "server/base/result.h"

#include <vector>

namespace provost::tools::sql {

enum class Engine { Sqlite, Postgres };

// Where the value of a placeholder comes from.
struct Binding
{
    enum class Source { Argument, User };

    Source source = Source::Argument;
    QByteArray name; // of the argument, or of the user's attribute ("id" is the user's id)
    bool operator==(const Binding &) const = default;
};

struct Statement
{
    QByteArray text;               // with ? or $1, $2 …
    std::vector<Binding> bindings; // of the placeholders, in their order; for ? once for each place
    bool operator==(const Statement &) const = default;
};

// Knows literals, quoted names and comments, nothing else of SQL.
// Errors: InvalidInput for a second statement, an unclosed literal, a foreign placeholder.
[[nodiscard]] Result<Statement> parseStatement(QByteArrayView text, Engine engine);

// `name` as an SQL identifier in quotes.
[[nodiscard]] QByteArray quoted(QByteArrayView name);

} // namespace provost::tools::sql
