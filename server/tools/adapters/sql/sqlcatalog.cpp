#include "server/tools/adapters/sql/sqlcatalog.h"

namespace provost::tools::sql {

namespace {

constexpr qsizetype queryCharactersMax = 20'000;

Json definitionOf(const QByteArray &name, const QByteArray &title, const QByteArray &description,
                  const std::vector<Parameter> &parameters, Access access, Json annotations)
{
    Json definition = Json::object({{"name", name}});
    if (!title.isEmpty())
        definition.set("title", title);
    definition.set("description", description);
    definition.set("inputSchema", inputSchemaOf(parameters));
    definition.set("outputSchema", outputSchemaFor(access));
    if (!title.isEmpty())
        annotations.set("title", title);
    definition.set("annotations", std::move(annotations));
    return definition;
}

Json annotationsOf(const DeclaredTool &tool)
{
    if (tool.access == Access::Read)
        return Json::object({{"readOnlyHint", true}, {"openWorldHint", false}});
    const bool onlyAdds = tool.statement.text.trimmed().toLower().startsWith("insert");
    return Json::object(
        {{"readOnlyHint", false}, {"destructiveHint", !onlyAdds}, {"openWorldHint", false}});
}

// "customers(id, name, region)": an agent that writes SQL needs to know the tables.
QByteArray tableText(const Table &table)
{
    QByteArray columns;
    for (const Column &column : table.columns)
        columns += (columns.isEmpty() ? QByteArray() : ", ") + column.name;
    return table.rule.name + '(' + columns + ')';
}

ToolDescriptor queryDescriptor(const Config &config, const QueryTool &tool,
                               const std::vector<Table> &tables)
{
    const bool isSqlite = config.database.engine == Engine::Sqlite;
    QByteArray description = tool.description;
    if (description.isEmpty())
        description = "Run a read-only query against the database.";
    description +=
        isSqlite ? " One SELECT in SQLite's dialect." : " One SELECT in PostgreSQL's dialect.";
    description += " At most " + QByteArray::number(tool.limits.rowsMax)
                   + " rows are returned; aggregate where you can. Tables:";
    for (const Table &table : tables)
        description += (&table == &tables.front() ? " " : ", ") + tableText(table);
    description += '.';
    return {.name = tool.name,
            .nativeName = tool.name,
            .definition =
                definitionOf(tool.name, tool.title, description, {queryParameter()}, Access::Read,
                             Json::object({{"readOnlyHint", true}, {"openWorldHint", false}})),
            .policy = tool.policy,
            .capture = tool.capture,
            .deadline = tool.limits.timeout,
            .checksArguments = true};
}

ItemDescriptor schemaDescriptor(const Config &config, const Table &table)
{
    const QByteArray uri = schemaUri(config, table.rule);
    QByteArray description = "The columns of table " + table.rule.name + '.';
    if (!table.rule.description.isEmpty())
        description += ' ' + table.rule.description;
    return {.name = uri,
            .nativeName = uri,
            .definition = Json::object({{"uri", uri},
                                        {"name", QByteArray(table.rule.name + " schema")},
                                        {"description", description},
                                        {"mimeType", "application/json"}}),
            .policy = {.permission = "read",
                       .resource = table.rule.resource,
                       .within = table.rule.within,
                       .rowAttributes = table.rule.rowAttributes}};
}

} // namespace

Parameter queryParameter()
{
    Parameter query;
    query.name = "query";
    query.type = Parameter::Type::String;
    query.description = "one SQL SELECT statement";
    query.charactersMin = 1;
    query.charactersMax = queryCharactersMax;
    return query;
}

QByteArray schemaUri(const Config &config, const TableRule &table)
{
    return "schema://" + config.resource.toPercentEncoding() + '/' + table.name.toPercentEncoding();
}

Json schemaResult(const QByteArray &uri, const Table &table, const policy::FieldRules &fields)
{
    Json columns = Json::array();
    for (const Column &column : table.columns) {
        if (contains(fields.drop, column.name))
            continue;
        Json described = Json::object(
            {{"name", column.name}, {"type", column.type}, {"nullable", column.nullable}});
        if (contains(fields.mask, column.name))
            described.set("masked", true);
        columns.append(std::move(described));
    }
    const Json schema = Json::object({{"table", table.rule.name},
                                      {"description", table.rule.description},
                                      {"columns", std::move(columns)}});
    return Json::object(
        {{"contents",
          Json::array({Json::object(
              {{"uri", uri}, {"mimeType", "application/json"}, {"text", schema.toIndented()}})})}});
}

Catalog catalogOf(const Config &config, const std::vector<Table> &tables)
{
    Catalog catalog;
    if (config.query)
        catalog.tools.push_back(queryDescriptor(config, *config.query, tables));
    for (const DeclaredTool &tool : config.tools)
        catalog.tools.push_back(
            {.name = tool.name,
             .nativeName = tool.name,
             .definition = definitionOf(tool.name, tool.title, tool.description, tool.parameters,
                                        tool.access, annotationsOf(tool)),
             .policy = tool.policy,
             .capture = tool.capture,
             .deadline = tool.limits.timeout,
             .checksArguments = true});
    for (const Table &table : tables)
        catalog.resources.push_back(schemaDescriptor(config, table));
    return catalog;
}

} // namespace provost::tools::sql
