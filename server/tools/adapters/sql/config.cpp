#include "server/tools/adapters/sql/config.h"

#include "server/tools/adapters/sql/members.h"

#include <QUrl>
#include <QUrlQuery>

namespace provost::tools::sql {

namespace {

constexpr std::int64_t rowsMost = 100'000;
constexpr std::int64_t bytesMost = 64 << 20;

QByteArray asText(const QString &text)
{
    return text.toUtf8();
}

// postgresql://user@host:port/database, or ?host=/run/postgresql for a Unix socket
void readPostgres(const QByteArray &text, Members &members, DatabaseAddress &address)
{
    const QUrl url(QString::fromUtf8(text), QUrl::StrictMode);
    const QUrlQuery query(url);
    address.engine = Engine::Postgres;
    address.host = asText(query.hasQueryItem(QStringLiteral("host"))
                              ? query.queryItemValue(QStringLiteral("host"), QUrl::FullyDecoded)
                              : url.host());
    address.port = url.port(5432);
    address.user = asText(url.userName());
    address.name = asText(url.path(QUrl::FullyDecoded)).mid(1);
    address.sslMode = asText(query.queryItemValue(QStringLiteral("sslmode")));
    address.password = members.text("password");
    address.queryRole = members.text("query_role");
    if (!url.isValid() || address.host.isEmpty() || address.user.isEmpty()
        || address.name.isEmpty())
        members.refuse("database", "must be like postgresql://user@host:5432/name");
    if (!url.password().isEmpty())
        members.refuse("database", "must not hold the password; put it into `password`");
    if (address.queryRole.isEmpty())
        members.refuse("query_role", "is needed for PostgreSQL: a role without rights on tables");
    if (address.queryRole == address.user)
        members.refuse("query_role", "must not be the role that logs in");
}

DatabaseAddress readDatabase(Members &members)
{
    DatabaseAddress address;
    const QByteArray text = members.requiredText("database");
    if (text.startsWith("sqlite:")) {
        address.path = text.mid(7);
        if (address.path.isEmpty())
            members.refuse("database", "names no file");
    } else if (text.startsWith("postgresql:") || text.startsWith("postgres:")) {
        readPostgres(text, members, address);
    } else if (!text.isEmpty()) {
        members.refuse("database", "must begin with sqlite: or postgresql:");
    }
    return address;
}

Result<Limits> readLimits(const Json &from, const QByteArray &where, const Limits &fallback)
{
    if (from.isNull())
        return fallback;
    Members members(from, where);
    Limits limits;
    limits.rowsMax = members.number("rows", fallback.rowsMax, 1, rowsMost);
    limits.bytesMax = members.number("bytes", fallback.bytesMax, 1024, bytesMost);
    limits.timeout = members.duration("timeout", fallback.timeout);
    TRY_DO(members.finish());
    return limits;
}

Capture readCapture(Members &members)
{
    static constexpr std::pair<const char *, Capture> names[]{
        {"none", Capture::None},
        {"metadata", Capture::Metadata},
        {"arguments", Capture::Arguments},
        {"arguments_and_result", Capture::ArgumentsAndResult},
    };
    const QByteArray text = members.text("capture", "arguments");
    for (const auto &[name, capture] : names) {
        if (text == name)
            return capture;
    }
    members.refuse("capture", "must be none, metadata, arguments or arguments_and_result");
    return Capture::None;
}

Result<std::vector<TableRule>> readTables(const Json &from, const QByteArray &database)
{
    std::vector<TableRule> tables;
    if (!from.isNull() && !from.isObject())
        return fail(ErrorCode::InvalidInput, QStringLiteral("`tables` must be a mapping"));
    for (const auto &[name, value] : from.members()) {
        const Json rule = value.isNull() ? Json::object() : value;
        Members members(rule, "tables." + name);
        TableRule table;
        table.name = name;
        table.source = members.text("table", name);
        table.description = members.text("description");
        table.resource = members.text("resource", database + '.' + name);
        table.within = members.texts("within");
        if (table.within.empty())
            table.within = {database};
        table.rowAttributes = members.texts("row_attributes");
        table.columns = members.texts("columns");
        for (const TableRule &other : tables) {
            if (isSameName(other.name, name))
                members.refuse("table", "is declared twice: names do not differ by case alone");
        }
        TRY_DO(members.finish());
        tables.push_back(std::move(table));
    }
    return tables;
}

// What is not said comes from the table of that resource.
PolicyBinding readPolicy(Members &members, const Config &config, const QByteArray &permission,
                         const QByteArray &resource)
{
    PolicyBinding policy;
    policy.permission = members.text("permission", permission);
    policy.resource = members.text("resource", resource);
    policy.within = members.texts("within");
    policy.rowAttributes = members.texts("row_attributes");
    if (const Json &attributes = members.value("attributes"); !attributes.isNull()) {
        policy.attributes = attributes;
        if (!attributes.isObject())
            members.refuse("attributes", "must be a mapping");
    }
    for (const TableRule &table : config.tables) {
        if (table.resource != policy.resource)
            continue;
        if (policy.within.empty())
            policy.within = table.within;
        if (policy.rowAttributes.empty())
            policy.rowAttributes = table.rowAttributes;
    }
    return policy;
}

Result<QueryTool> readQueryTool(const Json &from, const Config &config, const Limits &limits)
{
    Members members(from, "query_tool");
    QueryTool tool;
    tool.name = members.requiredText("name");
    tool.title = members.text("title");
    tool.description = members.text("description");
    tool.capture = readCapture(members);
    tool.policy = readPolicy(members, config, "read", config.resource);
    if (tool.policy.rowAttributes.empty()) { // every table's: the condition applies to each table
        for (const TableRule &table : config.tables) {
            for (const QByteArray &attribute : table.rowAttributes) {
                if (!contains(tool.policy.rowAttributes, attribute))
                    tool.policy.rowAttributes.push_back(attribute);
            }
        }
    }
    const Json &own = members.value("limits");
    TRY_DO(members.finish());
    TRY_LET(tool.limits, readLimits(own, "query_tool.limits", limits));
    return tool;
}

Result<std::vector<Parameter>> readParameters(const Json &from, const QByteArray &where)
{
    std::vector<Parameter> parameters;
    if (!from.isNull() && !from.isObject())
        return fail(ErrorCode::InvalidInput,
                    u'`' % QString::fromUtf8(where) % u"` must be a mapping of names to types");
    for (const auto &[name, value] : from.members()) {
        TRY_LET(Parameter parameter, readParameter(name, value, where + '.' + name));
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

void checkDeclared(const DeclaredTool &tool, const Config &config, Members &members)
{
    for (const Binding &binding : tool.statement.bindings) {
        const auto isIt = [&](const Parameter &known) { return known.name == binding.name; };
        if (binding.source == Binding::Source::Argument
            && std::none_of(tool.parameters.begin(), tool.parameters.end(), isIt))
            members.refuse("sql", "uses :" + binding.name + ", which is no input");
    }
    for (const QByteArray &name : tool.unfiltered) {
        if (config.table(name) == nullptr)
            members.refuse("unfiltered", "names `" + name + "`, which is no table");
    }
    const bool isWrite = tool.access == Access::Write;
    if (isWrite && config.table(tool.target) == nullptr)
        members.refuse("target", "must name the table that a write changes");
    if (!isWrite && !tool.target.isEmpty())
        members.refuse("target", "belongs to a tool with `effect: write`");
}

// `statement` is the text as it stands in the file.
Result<DeclaredTool> readDeclared(const Json &from, const Json &statement, const QByteArray &where,
                                  const Config &config, const Limits &limits)
{
    Members members(from, where);
    DeclaredTool tool;
    tool.name = members.requiredText("name");
    tool.title = members.text("title");
    tool.description = members.text("description");
    tool.capture = readCapture(members);
    const QByteArray effect = members.text("effect", "read");
    if (effect != "read" && effect != "write")
        members.refuse("effect", "must be read or write");
    tool.access = effect == "write" ? Access::Write : Access::Read;
    tool.policy = readPolicy(members, config, effect, config.resource);
    tool.target = members.text("target");
    tool.unfiltered = members.texts("unfiltered");
    if (members.requiredText("sql").isEmpty())
        TRY_DO(members.finish());
    const Json &input = members.value("input");
    const Json &own = members.value("limits");
    TRY_LET(tool.parameters, readParameters(input, where + ".input"));
    TRY_LET(tool.limits, readLimits(own, where + ".limits", limits));
    const auto parsed = parseStatement(statement.toByteArray(), config.database.engine);
    if (parsed)
        tool.statement = *parsed;
    else
        members.refuse("sql", "cannot be used: " + parsed.error().message.toUtf8());
    checkDeclared(tool, config, members);
    TRY_DO(members.finish());
    return tool;
}

Result<void> readTools(const Json &replaced, const Json &original, Config &config,
                       const Limits &limits)
{
    if (!replaced.isNull() && !replaced.isArray())
        return fail(ErrorCode::InvalidInput, QStringLiteral("`tools` must be a list"));
    for (std::size_t i = 0; i < replaced.items().size(); ++i) {
        const Json &statement =
            i < original.items().size() ? original.items()[i]["sql"] : replaced.items()[i]["sql"];
        TRY_LET(DeclaredTool tool,
                readDeclared(replaced.items()[i], statement,
                             "tools[" + QByteArray::number(static_cast<int>(i)) + ']', config,
                             limits));
        config.tools.push_back(std::move(tool));
    }
    return {};
}

} // namespace

bool isSameName(QByteArrayView a, QByteArrayView b)
{
    return a.compare(b, Qt::CaseInsensitive) == 0;
}

bool contains(const std::vector<QByteArray> &names, QByteArrayView name)
{
    return std::any_of(names.begin(), names.end(),
                       [&](const QByteArray &known) { return isSameName(known, name); });
}

const TableRule *Config::table(QByteArrayView name) const
{
    const auto found = std::find_if(tables.begin(), tables.end(), [&](const TableRule &table) {
        return isSameName(table.name, name);
    });
    return found == tables.end() ? nullptr : &*found;
}

Result<Config> readConfig(const ServerDefinition &definition, const Json &replaced)
{
    Members members(replaced, {});
    members.ignore({"id", "kind", "tenants", "prefix", "description", "output_validation"});
    Config config;
    config.server = definition.id;
    config.database = readDatabase(members);
    config.resource = members.text("resource", definition.id.value);
    const Json &limitsFrom = members.value("limits");
    const Json &tables = members.value("tables");
    const Json &tools = members.value("tools");
    const Json &query = members.value("query_tool");
    TRY_DO(members.finish());

    TRY_LET(const Limits limits, readLimits(limitsFrom, "limits", {}));
    TRY_LET(config.tables, readTables(tables, config.resource));
    TRY_DO(readTools(tools, definition.config["tools"], config, limits));
    if (!query.isNull()) {
        TRY_LET(config.query, readQueryTool(query, config, limits));
    }
    return config;
}

} // namespace provost::tools::sql
