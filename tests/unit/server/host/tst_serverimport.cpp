#include "server/host/serverimport.h"

#include "server/host/serverholds.h"
#include "tests/support/testing.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::host;

namespace {

const TenantId acme{"acme"};

tools::ServerDefinition definitionOf(const ImportedServer &server)
{
    return {.id = server.id, .kind = "mcp", .config = server.config};
}

} // namespace

class TstServerImport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void commandLines_data();
    void commandLines();
    void refusedTexts_data();
    void refusedTexts();
    void readsClientSnippets_data();
    void readsClientSnippets();
    void secretsBecomeVariables();
    void whatIsWrittenIsReadBackAlike();
    void namesAreUnique();

    void newCommandsWaitUntilConfirmed();
    void whatWasServedCountsAsConfirmed();
    void aChangedCommandAsksAgain();
    void disabledStaysDisabled();
    void aBrokenFileIsRefused();
};

void TstServerImport::commandLines_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QList<QByteArray>>("words");
    const auto row = [](const char *line, const QList<QByteArray> &words) {
        QTest::newRow(line) << QByteArray(line) << words;
    };
    row("npx -y server", {"npx", "-y", "server"});
    row("  a\t b\n", {"a", "b"});
    row("'a b' \"c d\"", {"a b", "c d"});
    row("a\\ b", {"a b"});
    row("'$HOME' \"x\\\"y\"", {"$HOME", "x\"y"});
    row("'' x", {"", "x"});
    row("a\\\nb", {"ab"});
    row("--key=v'al'ue", {"--key=value"});
}

void TstServerImport::commandLines()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QList<QByteArray>, words);
    const auto split = splitCommandLine(line);
    QVERIFY2(split, split ? "" : qPrintable(split.error().message));
    QCOMPARE(QList<QByteArray>(split->begin(), split->end()), words);
}

void TstServerImport::refusedTexts_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {"", "   ", "npx 'open", "a | b", "a; b", "a && b", "a > file", "a $(b)", "a `b`", "(a)",
          "FOO=bar", "{", "{}", "{\"mcpServers\": {}}", "{\"mcpServers\": {\"a\": 1}}",
          "{\"mcpServers\": {\"a\": {}}}", "http://host/a b"})
        QTest::newRow(text) << QByteArray(text);
}

void TstServerImport::refusedTexts()
{
    QFETCH(const QByteArray, text);
    const auto imported = importServers(text, {}, acme);
    QVERIFY(!imported);
    QVERIFY(imported.error().code == ErrorCode::InvalidInput);
}

void TstServerImport::readsClientSnippets_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("yaml");
    const auto row = [](const char *name, const char *text, const char *yaml) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(yaml);
    };
    row("command line", "npx -y @modelcontextprotocol/server-memory@1.2",
        "servers:\n  - id: \"server-memory\"\n    kind: \"mcp\"\n    tenants: [\"acme\"]\n"
        "    command: [\"npx\", \"-y\", \"@modelcontextprotocol/server-memory@1.2\"]\n");
    row("command line with environment", "MODE=fast /opt/bin/tool --x",
        "servers:\n  - id: \"tool\"\n    kind: \"mcp\"\n    tenants: [\"acme\"]\n"
        "    command: [\"/opt/bin/tool\", \"--x\"]\n    env:\n      \"MODE\": \"fast\"\n");
    row("address", "https://mcp.example.com/mcp",
        "servers:\n  - id: \"mcp-example-com\"\n    kind: \"mcp\"\n    tenants: [\"acme\"]\n"
        "    url: \"https://mcp.example.com/mcp\"\n");
    row("Claude Desktop",
        R"({"mcpServers":{"memory":{"command":"npx","args":["-y","m"],"env":{"A":"1"}}}})",
        "servers:\n  - id: \"memory\"\n    kind: \"mcp\"\n    tenants: [\"acme\"]\n"
        "    command: [\"npx\", \"-y\", \"m\"]\n    env:\n      \"A\": \"1\"\n");
    row("VS Code",
        R"({"servers":{"gh":{"type":"http","url":"https://x/mcp","headers":{"Authorization":"Bearer ${input:tok}"}}}})",
        "servers:\n  - id: \"gh\"\n    kind: \"mcp\"\n    tenants: [\"acme\"]\n"
        "    url: \"https://x/mcp\"\n    headers:\n      \"Authorization\": \"Bearer "
        "${env.TOK}\"\n");
    row("one entry", R"({"command":"tool","args":["a b"]})",
        "servers:\n  - id: \"server\"\n    kind: \"mcp\"\n    tenants: [\"acme\"]\n"
        "    command: [\"tool\", \"a b\"]\n");
}

void TstServerImport::readsClientSnippets()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, yaml);
    const auto imported = importServers(text, {}, acme);
    QVERIFY2(imported, imported ? "" : qPrintable(imported.error().message));
    QCOMPARE(serversYaml(imported->servers), yaml);
}

void TstServerImport::secretsBecomeVariables()
{
    const auto imported = importServers(
        R"({"mcpServers":{"gh":{"command":"gh-mcp","env":{"GITHUB_TOKEN":"ghp_0123456789abcdefghijABCDEFGHIJ012345","LEVEL":"info"}}}})",
        {}, acme);
    QVERIFY(imported);
    const QByteArray yaml = serversYaml(imported->servers);
    QVERIFY(!yaml.contains("ghp_"));
    QVERIFY(yaml.contains("${env.GITHUB_TOKEN}"));
    QVERIFY(yaml.contains("\"LEVEL\": \"info\""));
    QCOMPARE(imported->notes.size(), std::size_t(1));
    QVERIFY(imported->notes[0].contains("GITHUB_TOKEN"));
}

void TstServerImport::whatIsWrittenIsReadBackAlike()
{
    const Json words = Json::array({"tool", "a: b", "#x", "yes", "\"quoted\"", "tab\there", "é",
                                    "line\nbreak", "'", "{}", "1.0"});
    const auto imported = importServers(
        Json::object({{"mcpServers",
                       Json::object({{"odd", Json::object({{"command", "tool"},
                                                           {"args", words},
                                                           {"env", Json::object({{"A B", "no"}})},
                                                           {"cwd", "/a b"}})}})}})
            .toBytes(),
        {}, {});
    QVERIFY(imported);
    const auto loaded = tools::loadServers(serversYaml(imported->servers), "servers/odd.yaml");
    QVERIFY(loaded.diagnostics.empty());
    QCOMPARE(loaded.servers.size(), std::size_t(1));
    QCOMPARE(loaded.servers[0].config, imported->servers[0].config);
    QVERIFY(loaded.servers[0].tenants.empty());
    QCOMPARE(commandDigest(loaded.servers[0].config), commandDigest(imported->servers[0].config));
}

void TstServerImport::namesAreUnique()
{
    const auto two =
        importServers(R"({"mcpServers":{"My Server":{"command":"a"},"my-server":{"command":"b"}}})",
                      ServerId("chosen"), acme);
    QVERIFY(two);
    QCOMPARE(two->servers[0].id, ServerId("my-server"));
    QCOMPARE(two->servers[1].id, ServerId("my-server-2"));
    const auto one = importServers("tool", ServerId("chosen"), acme);
    QVERIFY(one);
    QCOMPARE(one->servers[0].config["id"], Json("chosen"));
}

// --- what is held back ---

void TstServerImport::newCommandsWaitUntilConfirmed()
{
    const QTemporaryDir directory;
    const std::filesystem::path path =
        directory.filePath(QStringLiteral("servers.json")).toStdString();
    const auto server = definitionOf(importServers("npx -y x", {}, acme)->servers[0]);
    const auto address = definitionOf(importServers("http://h/mcp", {}, acme)->servers[0]);
    {
        const auto holds = ServerHolds::open(path).value();
        QVERIFY(!holds->heldBack(acme, server));
        QVERIFY(holds->holdNew({server, address}));
        QVERIFY(holds->heldBack(acme, server) == tools::AdapterState::Unconfirmed);
        QVERIFY(!holds->heldBack(acme, address)); // it runs nothing
        QVERIFY(holds->acceptServed({server}));   // serving it is no agreement
    }
    const auto again = ServerHolds::open(path).value();
    QVERIFY(again->heldBack(acme, server) == tools::AdapterState::Unconfirmed);
    QVERIFY(again->confirm(commandDigest(server.config)));
    QVERIFY(!again->heldBack(acme, server));
    QVERIFY(again->holdNew({server})); // known by now
    QVERIFY(!again->heldBack(acme, server));
}

void TstServerImport::whatWasServedCountsAsConfirmed()
{
    const QTemporaryDir directory;
    const auto holds =
        ServerHolds::open(directory.filePath(QStringLiteral("s.json")).toStdString()).value();
    const auto server = definitionOf(importServers("npx -y x", {}, acme)->servers[0]);
    QVERIFY(holds->acceptServed({server})); // it stood in the org directory by hand
    QVERIFY(holds->holdNew({server}));
    QVERIFY(!holds->heldBack(acme, server));
}

void TstServerImport::aChangedCommandAsksAgain()
{
    const QTemporaryDir directory;
    const auto holds =
        ServerHolds::open(directory.filePath(QStringLiteral("s.json")).toStdString()).value();
    const auto server = definitionOf(importServers("npx -y x", {}, acme)->servers[0]);
    QVERIFY(holds->acceptServed({server}));
    for (const char *other : {"npx -y y", "A=1 npx -y x", "npx -y x ''"}) {
        const auto changed = definitionOf(importServers(other, {}, acme)->servers[0]);
        QVERIFY(holds->holdNew({changed}));
        QVERIFY2(holds->heldBack(acme, changed) == tools::AdapterState::Unconfirmed, other);
    }
    QVERIFY(!holds->heldBack(acme, server));
}

void TstServerImport::disabledStaysDisabled()
{
    const QTemporaryDir directory;
    const std::filesystem::path path = directory.filePath(QStringLiteral("s.json")).toStdString();
    const tools::ServerDefinition server{.id = ServerId("db"), .kind = "sql", .config = {}};
    QVERIFY(ServerHolds::open(path).value()->setDisabled(acme, server.id, true));
    const auto holds = ServerHolds::open(path).value();
    QVERIFY(holds->heldBack(acme, server) == tools::AdapterState::Disabled);
    QVERIFY(!holds->heldBack(TenantId("beta"), server));
    QVERIFY(holds->setDisabled(acme, server.id, false));
    QVERIFY(!ServerHolds::open(path).value()->heldBack(acme, server));
}

void TstServerImport::aBrokenFileIsRefused()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("s.json"));
    for (const char *text :
         {"", "{", "[]", "{\"disabled\":[]}", R"({"disabled":[1],"confirmed":[],"waiting":[]})"}) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) >= 0);
        file.close();
        const auto holds = ServerHolds::open(path.toStdString());
        QVERIFY2(!holds, text);
        QVERIFY(holds.error().code == ErrorCode::Storage);
    }
}

PROVOST_TEST(TstServerImport)
#include "tst_serverimport.moc"
