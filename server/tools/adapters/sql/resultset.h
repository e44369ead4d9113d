// Rows on their way to an agent: capped in number and bytes, with one name for each column.
// Thread: one.
#pragma once

#include "server/base/json.h"
#include "server/tools/adapters/sql/config.h"

#include <optional>
#include <vector>

namespace provost::tools::sql {

struct Answer
{
    std::vector<QByteArray> columns; // unique
    Json::Array rows;                // objects
    bool truncated = false;
    std::optional<std::int64_t> rowsModified; // of a write
};

class ResultSet
{
public:
    ResultSet(std::vector<QByteArray> columns, const Limits &limits);

    // One value for each column. False once a cap is reached; the row is then left out.
    [[nodiscard]] bool add(Json::Array values);
    void truncate() { m_answer.truncated = true; }

    [[nodiscard]] Answer take() { return std::move(m_answer); }

private:
    Limits m_limits;
    qsizetype m_bytes = 0;
    Answer m_answer;
};

// "id", "id" -> "id", "id_2": members of one object need names of their own.
[[nodiscard]] std::vector<QByteArray> uniqueNames(std::vector<QByteArray> names);

// The MCP CallToolResult: structured content, and the same as text.
[[nodiscard]] Json toolResult(const Answer &answer);
[[nodiscard]] Json toolFailure(const QByteArray &text);

// JSON Schema of the structured content.
[[nodiscard]] Json outputSchemaFor(Access access);

} // namespace provost::tools::sql
