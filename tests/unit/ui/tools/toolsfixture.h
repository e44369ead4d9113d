// What the tests of the page on tools show: two servers of two tenants, and tools of every kind of schema.
// Thread: ui thread.
#pragma once

#include "tests/support/fakecontrolplane.h"

namespace provost::testing {

inline Json parsedJson(const char *text)
{
    return Json::parse(text).value();
}

inline void fillTools(FakeControlPlane &control)
{
    using control::ToolRow;
    const WallTime now = SystemClock().now();
    const TenantId acme("acme-corp");
    control.serverRows = {
        {.id = ServerId("analytics"),
         .tenant = acme,
         .kind = "sql",
         .state = "ready",
         .tools = 3,
         .file = "servers/analytics.yaml",
         .line = 3,
         .target = "sqlite:${data}/analytics.db",
         .transport = "sqlite",
         .since = now - std::chrono::hours(30),
         .figures = {.calls = 18'204, .denied = 212, .errors = 3, .p50Us = 2900, .p95Us = 11'400}},
        {.id = ServerId("memory"),
         .tenant = acme,
         .kind = "mcp",
         .state = "ready",
         .tools = 1,
         .file = "servers/memory.yaml",
         .line = 2,
         .target = "npx -y @modelcontextprotocol/server-memory",
         .command = {"npx", "-y", "@modelcontextprotocol/server-memory"},
         .environment = Json::object({{"MEMORY_FILE_PATH", "${data}/memory.jsonl"}}),
         .commandDigest = "d1",
         .transport = "stdio",
         .era = "legacy",
         .version = "memory-server 0.6.3 (MCP 2025-11-25)",
         .since = now - std::chrono::minutes(12),
         .restarts = 1,
         .callsInFlight = 2,
         .figures = {.calls = 340, .errors = 1, .p50Us = 8100, .p95Us = 36'000}},
        {.id = ServerId("crm"),
         .tenant = acme,
         .kind = "mcp",
         .state = "failed",
         .detail = "cannot reach http://127.0.0.1:3334/mcp: connection refused",
         .file = "servers/crm.yaml",
         .line = 2,
         .target = "http://127.0.0.1:3334/mcp",
         .transport = "http",
         .since = now - std::chrono::seconds(40),
         .nextTry = now + std::chrono::seconds(20),
         .failures = {{now - std::chrono::seconds(40), "connection refused"},
                      {now - std::chrono::seconds(72), "connection refused"}},
         .restarts = 6},
        {.id = ServerId("files"),
         .tenant = acme,
         .kind = "mcp",
         .state = "unconfirmed",
         .detail = "its command waits for confirmation in the console",
         .file = "servers/files.yaml",
         .line = 2,
         .target = "npx -y files-server /srv/reports",
         .command = {"npx", "-y", "files-server", "/srv/reports"},
         .environment = Json::object({{"FILES_MODE", "read only"}}),
         .commandDigest = "d2",
         .transport = "stdio"},
        {.id = ServerId("legacy-db"),
         .tenant = acme,
         .kind = "sql",
         .state = "disabled",
         .file = "servers/legacy.yaml",
         .line = 2,
         .target = "postgresql://reader@db.internal/legacy",
         .transport = "postgresql"}};
    const auto tool = [&](const char *name, const char *server, const char *title,
                          const char *description, const char *permission, const char *resource,
                          const char *schema) {
        ToolRow row{.name = name,
                    .server = server,
                    .title = title,
                    .description = description,
                    .permission = permission,
                    .resource = resource,
                    .inputSchema = parsedJson(schema),
                    .tenant = acme};
        row.definition = Json::object(
            {{"name", name}, {"description", description}, {"inputSchema", row.inputSchema}});
        return row;
    };
    control.toolRows = {
        tool(
            "query_analytics", "analytics", "Query analytics",
            "Runs a read-only SQL query and returns its rows.", "read", "analytics_db",
            R"({"type":"object","required":["sql"],"properties":{"sql":{"type":"string","description":"One SELECT statement"},"limit":{"type":"integer","minimum":1,"maximum":1000,"default":50}}})"),
        tool(
            "read_customers", "analytics", "", "Customers, optionally of one segment.", "read",
            "analytics_db.customers",
            R"({"type":"object","properties":{"segment":{"type":"string","enum":["enterprise","mid-market"],"title":"Segment"},"active":{"type":"boolean"},"tags":{"type":"array","items":{"type":"string"},"description":"All of them must fit"},"within":{"type":"object","description":"Where they are","properties":{"region":{"type":"string"},"radius":{"type":"number"}}},"anything":{}}})"),
        tool("write_deals", "analytics", "", "<b>Sets</b> the stage of a deal.", "write",
             "analytics_db.deals", R"({"type":"object"})"),
        tool("memory__read_graph", "memory", "Read graph", "The whole knowledge graph.", "run",
             "memory", R"({"type":"object","properties":{}})")};
    control.toolRows[0].within = {"analytics_db"};
    control.toolRows[0].figures = {
        .calls = 17'000, .denied = 200, .errors = 2, .p50Us = 3000, .p95Us = 12'000};
    control.toolRows[1].outputSchema =
        parsedJson(R"({"type":"object","properties":{"rows":{"type":"array"}}})");
    control.toolRows[3].annotations = parsedJson(R"({"readOnlyHint":true,"openWorldHint":false})");
    control.userRows = {
        {.tenant = acme, .id = UserId("ana@acme.example"), .roles = {"analyst"}},
        {.tenant = acme, .id = UserId("gone@acme.example"), .roles = {"analyst"}, .disabled = true},
        {.tenant = acme, .id = UserId("sam@acme.example"), .roles = {"sales"}}};
    control.serverDraft = {
        .understoodAs = "a command line",
        .file = {"servers/files.yaml", "servers:\n"},
        .servers = {control.serverRows[3]},
        .notes = {"set `FILES_TOKEN` in the environment of Provost: secrets are not written into "
                  "the org's history"}};
    control.trialAnswers = {
        {.requestId = "try-1",
         .decision = "allow",
         .policy = "data-analyst-access",
         .policyFile = "tenants/acme-corp.yaml",
         .policyLine = 12,
         .result = parsedJson(
             R"({"content":[{"type":"text","text":"3 rows <i>of</i> 3"}],"structuredContent":{"rows":[1,2,3]}})"),
         .took = Microseconds(4200)}};
}

} // namespace provost::testing
