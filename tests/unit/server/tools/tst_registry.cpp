// Registry: names, prefixes, collisions, the look-up of resources, and which schemas are checked.
#include "server/tools/registry.h"

#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::tools;

namespace {

ToolDescriptor toolNamed(const QByteArray &name)
{
    ToolDescriptor tool;
    tool.name = name;
    tool.nativeName = name;
    tool.definition = Json::object({{"name", name}, {"x-unknown", 1}});
    return tool;
}

Json limited()
{
    return Json::object({{"type", "object"}, {"maxProperties", 3}});
}

ToolDescriptor toolWith(const QByteArray &name, const Json &schema)
{
    ToolDescriptor tool = toolNamed(name);
    tool.definition.set("inputSchema", schema);
    tool.definition.set("outputSchema", schema);
    return tool;
}

ItemDescriptor itemNamed(const QByteArray &name)
{
    ItemDescriptor item;
    item.name = name;
    item.nativeName = name;
    item.definition = Json::object({{"uri", name}});
    return item;
}

ServerCatalog serverOf(const QByteArray &id, const QByteArray &prefix, Catalog catalog)
{
    return {ServerId(id), prefix, nullptr, std::move(catalog)};
}

Registry registryOf(const ToolDescriptor &tool, OutputValidation validation)
{
    ServerCatalog server = serverOf("s", "", {.tools = {tool}});
    server.outputValidation = validation;
    return Registry({std::move(server)});
}

} // namespace

class TstRegistry : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void putsThePrefixBeforeNamesAndKeepsTheRest()
    {
        const Registry registry({serverOf("memory", "memory__", {.tools = {toolNamed("read")}})});
        const RegisteredTool *tool = registry.tool("memory__read");
        QVERIFY(tool != nullptr);
        QCOMPARE(tool->descriptor.nativeName, "read");
        QCOMPARE(tool->descriptor.definition["name"].toByteArray(), "memory__read");
        QVERIFY(tool->descriptor.definition["x-unknown"] == Json(1));
        QVERIFY(registry.tool("read") == nullptr);
        QVERIFY(registry.problems().empty());
    }

    void theFirstServerKeepsATakenName()
    {
        const Registry registry({serverOf("a", "", {.tools = {toolNamed("x"), toolNamed("y")}}),
                                 serverOf("b", "", {.tools = {toolNamed("y"), toolNamed("z")}})});
        QCOMPARE(registry.tools().size(), 3u);
        QCOMPARE(registry.tool("y")->server, ServerId("a"));
        QCOMPARE(registry.problems().size(), 1u);
        QCOMPARE(registry.problems().front(),
                 "tool `y` of server `b` is left out: the name is taken by server `a`");
    }

    void prefixesTellServersApart()
    {
        const Registry registry({serverOf("a", "a__", {.tools = {toolNamed("x")}}),
                                 serverOf("b", "b__", {.tools = {toolNamed("x")}})});
        QCOMPARE(registry.tool("a__x")->server, ServerId("a"));
        QCOMPARE(registry.tool("b__x")->server, ServerId("b"));
        QCOMPARE(registry.tools().front().descriptor.name, "a__x"); // in the order of declaration
    }

    void leavesOutNamesThatNoClientAccepts_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("usual") << QByteArray("read_customers") << true;
        QTest::newRow("all kinds") << QByteArray("A.b-c_9") << true;
        QTest::newRow("longest") << QByteArray(128, 'x') << true;
        QTest::newRow("too long") << QByteArray(129, 'x') << false;
        QTest::newRow("empty") << QByteArray() << false;
        QTest::newRow("slash") << QByteArray("a/b") << false;
        QTest::newRow("blank") << QByteArray("a b") << false;
        QTest::newRow("newline") << QByteArray("a\n") << false;
        QTest::newRow("not ASCII") << QByteArray("caf\xc3\xa9") << false;
    }

    void leavesOutNamesThatNoClientAccepts()
    {
        QFETCH(QByteArray, name);
        QFETCH(bool, accepted);
        const Registry registry({serverOf("s", "", {.tools = {toolNamed(name)}})});
        QCOMPARE(registry.tool(name) != nullptr, accepted);
        QCOMPARE(registry.problems().empty(), accepted);
    }

    void findsResourcesExactlyFirstThenByTemplate_data()
    {
        QTest::addColumn<QByteArray>("uri");
        QTest::addColumn<QByteArray>("found");
        QTest::newRow("exact") << QByteArray("test://static") << QByteArray("test://static");
        QTest::newRow("exact wins") << QByteArray("test://template/special/data")
                                    << QByteArray("test://template/special/data");
        QTest::newRow("template") << QByteArray("test://template/123/data")
                                  << QByteArray("test://template/{id}/data");
        QTest::newRow("escaped") << QByteArray("test://template/a%2Fb/data")
                                 << QByteArray("test://template/{id}/data");
        QTest::newRow("two pieces") << QByteArray("test://template/a/b/data") << QByteArray();
        QTest::newRow("empty variable") << QByteArray("test://template//data") << QByteArray();
        QTest::newRow("prefix") << QByteArray("test://template/1/dat") << QByteArray();
        QTest::newRow("more") << QByteArray("test://template/1/data2") << QByteArray();
        QTest::newRow("two variables")
            << QByteArray("test://pair/ab-c-d") << QByteArray("test://pair/{x}-{y}");
        QTest::newRow("one variable missing") << QByteArray("test://pair/ab-") << QByteArray();
        QTest::newRow("reserved") << QByteArray("file:///a/b?c") << QByteArray("file:///{+path}");
        QTest::newRow("unknown") << QByteArray("other://x") << QByteArray();
        QTest::newRow("too long to match") << "file:///" + QByteArray(9000, 'x') << QByteArray();
    }

    void findsResourcesExactlyFirstThenByTemplate()
    {
        QFETCH(QByteArray, uri);
        QFETCH(QByteArray, found);
        Catalog catalog;
        catalog.resources = {itemNamed("test://static"), itemNamed("test://template/special/data")};
        catalog.resourceTemplates = {itemNamed("test://template/{id}/data"),
                                     itemNamed("test://pair/{x}-{y}"), itemNamed("file:///{+path}"),
                                     itemNamed("broken://{x"), itemNamed("query://{?q}")};
        const Registry registry({serverOf("s", "s__", catalog)});
        const RegisteredItem *item = registry.resource(uri);
        QCOMPARE(item == nullptr ? QByteArray() : item->descriptor.name, found);
    }

    void aUriIsServedByOneServer()
    {
        const Registry registry({serverOf("a", "", {.resources = {itemNamed("x://1")}}),
                                 serverOf("b", "", {.resources = {itemNamed("x://1")}})});
        QCOMPARE(registry.resources().size(), 1u);
        QCOMPARE(registry.problems().front(),
                 "resource `x://1` of server `b` is left out: the name is taken by server `a`");
    }

    void findsPromptsUnderTheirPrefix()
    {
        const Registry registry(
            {serverOf("a", "a__", {.prompts = {itemNamed("simple prompt"), itemNamed("")}})});
        QVERIFY(registry.prompt("a__simple prompt") != nullptr);
        QVERIFY(registry.prompt("simple prompt") == nullptr);
    }

    void equalSchemasShareAValidator()
    {
        const auto schemas = std::make_shared<ToolSchemas>();
        const Registry first({serverOf("a", "", {.tools = {toolWith("x", limited())}}),
                              serverOf("b", "", {.tools = {toolWith("y", limited())}})},
                             schemas);
        const Registry second({serverOf("a", "", {.tools = {toolWith("x", limited())}})}, schemas);
        QVERIFY(first.tool("x")->input != nullptr);
        QVERIFY(first.tool("x")->input == first.tool("y")->input);
        QVERIFY(first.tool("x")->input == second.tool("x")->input);
        QVERIFY(first.tool("x")->output == nullptr); // nobody asked for it
        QVERIFY(registryOf(toolNamed("x"), OutputValidation::Warn).tool("x")->input == nullptr);
    }

    void validatorsGoWithTheirRegistry()
    {
        ToolSchemas schemas;
        std::weak_ptr<const schema::Validator> gone;
        {
            const auto validator = schemas.validator(limited());
            QVERIFY(validator);
            gone = *validator;
        }
        QVERIFY(gone.expired());
        for (int i = 0; i < 1000; ++i)
            QVERIFY(schemas.validator(Json::object({{"maximum", i}})));
        QVERIFY(schemas.validator(limited()));
    }

    void outputsAreCheckedWhereTheServerWantsIt()
    {
        const auto isChecked = [](OutputValidation validation) {
            const Registry registry = registryOf(toolWith("x", limited()), validation);
            const RegisteredTool *tool = registry.tool("x");
            return tool->outputValidation == validation && tool->output != nullptr;
        };
        QVERIFY(!isChecked(OutputValidation::Off));
        QVERIFY(isChecked(OutputValidation::Warn));
        QVERIFY(isChecked(OutputValidation::Strict));
    }

    void anAdapterMayCheckArgumentsItself()
    {
        ToolDescriptor tool = toolWith("x", limited());
        tool.checksArguments = true;
        QVERIFY(registryOf(tool, OutputValidation::Off).tool("x")->input == nullptr);
    }

    void aSchemaThatDoesNotCompileIsNamedAndTheToolStays()
    {
        const Json remote = Json::object({{"$ref", "https://example.com/x"}});
        const Registry registry = registryOf(toolWith("x", remote), OutputValidation::Strict);
        QVERIFY(registry.tool("x") != nullptr);
        QVERIFY(registry.tool("x")->input == nullptr);
        QCOMPARE(registry.problems().size(), 2u);
        QCOMPARE(registry.problems().front(),
                 "the inputSchema of tool `x` of server `s` is not checked: `#/$ref`: the document "
                 "`https://example.com/x` is not known here, and none is fetched");
    }
};

PROVOST_TEST(TstRegistry)
#include "tst_registry.moc"
