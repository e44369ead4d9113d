// What an SQL server lists: its declared tools, the free query, and the schema of each table as a resource.
// Thread: pure functions.
#pragma once

#include "server/tools/adapters/sql/session.h"

namespace provost::tools::sql {

[[nodiscard]] Catalog catalogOf(const Config &config, const std::vector<Table> &tables);

// The one input of the free query.
[[nodiscard]] Parameter queryParameter();

// "schema://analytics_db/customers"
[[nodiscard]] QByteArray schemaUri(const Config &config, const TableRule &table);
// The MCP ReadResourceResult. Dropped fields are not there, masked ones say so.
[[nodiscard]] Json schemaResult(const QByteArray &uri, const Table &table,
                                const policy::FieldRules &fields);

} // namespace provost::tools::sql
