#include "server/base/json.h"
#include "tests/support/testing.h"
#include "ui/overview/snippets.h"

#include <QTest>

using namespace provost;
using namespace provost::ui;

namespace {

const QByteArray url = "http://127.0.0.1:7777/t/acme-corp/mcp";

Json entryOf(McpClient client, QByteArrayView servers)
{
    const auto file = Json::parse(snippetOf(client, url, "pv_1"));
    return file ? (*file)[servers]["provost"] : Json();
}

} // namespace

class TstSnippets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void endpointNamesTheTenant();
    void terminalSnippets();
    void configurationFiles();
    void curlAsksWithTheModernEnvelope();
    void everyClientIsWorded();
};

void TstSnippets::endpointNamesTheTenant()
{
    QCOMPARE(endpointOf("http://127.0.0.1:7777", TenantId("acme-corp")), url);
    QCOMPARE(endpointOf("http://127.0.0.1:7777/", TenantId("acme-corp")), url);
    QCOMPARE(endpointOf("http://h", TenantId("a/b c")), QByteArray("http://h/t/a%2Fb%20c/mcp"));
}

void TstSnippets::terminalSnippets()
{
    QCOMPARE(snippetOf(McpClient::ClaudeCode, url, "pv_1"),
             "claude mcp add --transport http provost \\\n  " + url
                 + " \\\n  --header \"Authorization: Bearer pv_1\"");
    QCOMPARE(snippetOf(McpClient::Inspector, url, "pv_1"),
             "npx @modelcontextprotocol/inspector --cli \\\n  " + url
                 + " --transport http \\\n  --header \"Authorization: Bearer pv_1\" --method "
                   "tools/list");
}

void TstSnippets::configurationFiles()
{
    const Json code = entryOf(McpClient::VsCode, "servers");
    QCOMPARE(code["type"], Json("http"));
    QCOMPARE(code["url"], Json(url));
    QCOMPARE(code["headers"]["Authorization"], Json("Bearer pv_1"));
    const Json cursor = entryOf(McpClient::Cursor, "mcpServers");
    QVERIFY(!cursor.contains("type"));
    QCOMPARE(cursor["url"], Json(url));
    QCOMPARE(cursor["headers"]["Authorization"], Json("Bearer pv_1"));
    const Json desktop = entryOf(McpClient::ClaudeDesktop, "mcpServers");
    QCOMPARE(desktop["command"], Json("npx"));
    QCOMPARE(desktop["args"], Json::array({"-y", "mcp-remote", url, "--allow-http", "--header",
                                           "Authorization:${AUTH}"}));
    QCOMPARE(desktop["env"]["AUTH"], Json("Bearer pv_1"));
}

void TstSnippets::curlAsksWithTheModernEnvelope()
{
    const QByteArray snippet = snippetOf(McpClient::Curl, url, "pv_1");
    for (const char *part : {"Authorization: Bearer pv_1", "MCP-Protocol-Version: 2026-07-28",
                             "Mcp-Method: tools/list", "Content-Type: application/json",
                             "Accept: application/json, text/event-stream"})
        QVERIFY2(snippet.contains(part), part);
    const qsizetype from = snippet.indexOf("-d '") + 4;
    const auto body = Json::parse(snippet.sliced(from).chopped(1));
    QVERIFY(body);
    QCOMPARE((*body)["method"], Json("tools/list"));
    const Json &meta = (*body)["params"]["_meta"];
    QCOMPARE(meta["io.modelcontextprotocol/protocolVersion"], Json("2026-07-28"));
    QVERIFY(meta["io.modelcontextprotocol/clientCapabilities"].isObject());
}

void TstSnippets::everyClientIsWorded()
{
    QStringList keys;
    for (const McpClient client : mcpClients()) {
        QVERIFY(!nameOf(client).isEmpty());
        QVERIFY(!placeOf(client).isEmpty());
        QVERIFY(snippetOf(client, url, keyPlaceholder).contains(keyPlaceholder));
        keys.append(keyOf(client));
    }
    QCOMPARE(keys.size(), 6);
    QCOMPARE(keys.removeDuplicates(), 0);
}

PROVOST_TEST(TstSnippets)
#include "tst_snippets.moc"
