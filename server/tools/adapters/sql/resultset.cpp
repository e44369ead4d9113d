#include "server/tools/adapters/sql/resultset.h"

#include <set>

namespace provost::tools::sql {

ResultSet::ResultSet(std::vector<QByteArray> columns, const Limits &limits)
    : m_limits(limits)
{
    m_answer.columns = uniqueNames(std::move(columns));
}

bool ResultSet::add(Json::Array values)
{
    Json::Object row;
    row.reserve(values.size());
    for (std::size_t i = 0; i < values.size() && i < m_answer.columns.size(); ++i)
        row.push_back({m_answer.columns[i], std::move(values[i])});
    Json object(std::move(row));
    const qsizetype bytes = object.toBytes().size() + 1;
    if (static_cast<std::int64_t>(m_answer.rows.size()) >= m_limits.rowsMax
        || m_bytes + bytes > m_limits.bytesMax) {
        m_answer.truncated = true;
        return false;
    }
    m_bytes += bytes;
    m_answer.rows.push_back(std::move(object));
    return true;
}

std::vector<QByteArray> uniqueNames(std::vector<QByteArray> names)
{
    std::set<QByteArray> taken;
    for (QByteArray &name : names) {
        QByteArray candidate = name.isEmpty() ? QByteArray("column") : name;
        const QByteArray base = candidate;
        for (int n = 2; !taken.insert(candidate).second; ++n)
            candidate = base + '_' + QByteArray::number(n);
        name = candidate;
    }
    return names;
}

Json toolResult(const Answer &answer)
{
    Json structured = Json::object();
    if (answer.rowsModified)
        structured.set("rows_modified", *answer.rowsModified);
    Json columns = Json::array();
    for (const QByteArray &column : answer.columns)
        columns.append(column);
    structured.set("columns", std::move(columns));
    structured.set("rows", Json(answer.rows));
    structured.set("row_count", static_cast<std::int64_t>(answer.rows.size()));
    structured.set("truncated", answer.truncated);
    if (answer.truncated)
        structured.set("hint", "there are more rows than may be returned at once; select fewer "
                               "columns, add a condition or aggregate");
    Json text = Json::object({{"type", "text"}, {"text", structured.toBytes()}});
    return Json::object({{"content", Json::array({std::move(text)})},
                         {"structuredContent", std::move(structured)}});
}

Json toolFailure(const QByteArray &text)
{
    return Json::object(
        {{"content", Json::array({Json::object({{"type", "text"}, {"text", text}})})},
         {"isError", true}});
}

Json outputSchemaFor(Access access)
{
    Json properties = Json::object();
    Json required = Json::array();
    const auto add = [&](const char *name, Json schema) {
        properties.set(name, std::move(schema));
        required.append(name);
    };
    if (access == Access::Write)
        add("rows_modified", Json::object({{"type", "integer"}, {"minimum", 0}}));
    add("columns",
        Json::object({{"type", "array"}, {"items", Json::object({{"type", "string"}})}}));
    add("rows", Json::object({{"type", "array"}, {"items", Json::object({{"type", "object"}})}}));
    add("row_count", Json::object({{"type", "integer"}, {"minimum", 0}}));
    add("truncated",
        Json::object({{"type", "boolean"}, {"description", "more rows exist than were returned"}}));
    properties.set("hint", Json::object({{"type", "string"}}));
    return Json::object({{"type", "object"},
                         {"properties", std::move(properties)},
                         {"required", std::move(required)}});
}

} // namespace provost::tools::sql
