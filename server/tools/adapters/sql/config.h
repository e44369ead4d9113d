// What servers/*.yaml say about a database. README.md of server/tools shows the format by example.
// Thread: values and pure functions.
#pragma once

#include "server/tools/adapter.h"
#include "server/tools/adapters/sql/parameter.h"
#include "server/tools/adapters/sql/statement.h"
#include "server/tools/serverdefinition.h"

#include <chrono>

namespace provost::tools::sql {

struct DatabaseAddress
{
    Engine engine = Engine::Sqlite;
    QByteArray path; // of SQLite
    QByteArray host; // of PostgreSQL from here; a path for a Unix socket
    int port = 5432;
    QByteArray name;
    QByteArray user;
    QByteArray password; // never in a message
    // The role under which statements run. It must have no right on any table: it sees the views that the login
    // role makes for it.
    QByteArray queryRole;
    QByteArray sslMode;
};

struct Limits
{
    std::int64_t rowsMax = 1000;
    std::int64_t bytesMax = 1 << 20; // of the rows as JSON
    std::chrono::milliseconds timeout{10'000};
};

// A table that statements may name.
struct TableRule
{
    QByteArray name;   // in statements
    QByteArray source; // in the database: "customers" or "crm.customers"; default: the name
    QByteArray description;
    QByteArray resource; // default: <resource of the server>.<name>
    std::vector<QByteArray> within;
    std::vector<QByteArray> rowAttributes;
    std::vector<QByteArray> columns; // the visible ones; empty: all
};

enum class Access { Read, Write };

struct DeclaredTool
{
    QByteArray name;
    QByteArray title;
    QByteArray description;
    PolicyBinding policy;
    Capture capture = Capture::Arguments;
    Access access = Access::Read;
    std::vector<Parameter> parameters;
    Statement statement;
    QByteArray target;                  // the table that a write changes
    std::vector<QByteArray> unfiltered; // tables to which the policy's row condition does not apply
    Limits limits;
};

// The free, read-only tool {query}.
struct QueryTool
{
    QByteArray name;
    QByteArray title;
    QByteArray description;
    PolicyBinding policy;
    Capture capture = Capture::Arguments;
    Limits limits;
};

struct Config
{
    ServerId server;
    DatabaseAddress database;
    QByteArray resource; // the database in policies
    std::vector<TableRule> tables;
    std::vector<DeclaredTool> tools;
    std::optional<QueryTool> query;

    [[nodiscard]] const TableRule *table(QByteArrayView name) const; // null if unknown
};

// `replaced` is the definition's config with its variables replaced. Statements are taken from the definition itself:
// no variable becomes SQL text. Errors: InvalidInput with the member that is wrong.
[[nodiscard]] Result<Config> readConfig(const ServerDefinition &definition, const Json &replaced);

// Names of tables and columns compare without regard to the case of ASCII letters, as both databases read them.
[[nodiscard]] bool isSameName(QByteArrayView a, QByteArrayView b);
[[nodiscard]] bool contains(const std::vector<QByteArray> &names, QByteArrayView name);

} // namespace provost::tools::sql
