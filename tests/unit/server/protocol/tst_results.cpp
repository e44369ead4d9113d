#include "server/protocol/meta.h"
#include "server/protocol/results.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using protocol::Era;
using protocol::Method;

class TstResults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void modernResultsAreComplete();
    void modernListsArePrivate();
    void legacyResultsAreBare();
    void unknownMembersPassThrough();
    void initializeNegotiates_data();
    void initializeNegotiates();
    void discoverNamesModernRevisionsOnly();
    void methodsBelongToTheirEra_data();
    void methodsBelongToTheirEra();
    void paramsAreChecked_data();
    void paramsAreChecked();
    void pagesCoverTheList();
    void pagesSurviveAChange();
    void badCursors_data();
    void badCursors();
};

PROVOST_TEST(TstResults)

namespace {

Json toolList(int count)
{
    Json tools = Json::array();
    for (int i = 0; i < count; ++i)
        tools.append(Json::object({{"name", QByteArray("t" + QByteArray::number(i))}}));
    return Json::object({{"tools", tools}});
}

} // namespace

void TstResults::modernResultsAreComplete()
{
    const Json result = protocol::finishResult(Method::CallTool, Era::Modern,
                                               Json::object({{"content", Json::array()}}));
    QCOMPARE(result["resultType"], Json("complete"));
    const Json &server = result["_meta"][protocol::metakey::ServerInfo];
    QCOMPARE(server["name"], Json("provost"));
    QVERIFY(server["version"].isString());
    QVERIFY(!result.contains("ttlMs"));
    QVERIFY(!result.contains("cacheScope"));
}

void TstResults::modernListsArePrivate()
{
    for (const Method method :
         {Method::ListTools, Method::ListResources, Method::ListPrompts,
          Method::ListResourceTemplates, Method::Discover, Method::ReadResource}) {
        // An upstream that calls its answer public does not know that we filter it.
        const Json result = protocol::finishResult(
            method, Era::Modern, Json::object({{"cacheScope", "public"}, {"ttlMs", 86'400'000}}));
        QCOMPARE(result["cacheScope"], Json("private"));
        QVERIFY(result["ttlMs"].toInteger().value_or(-1) >= 0);
        QVERIFY(result["ttlMs"].toInteger().value_or(-1) <= protocol::listTtlMs);
    }
}

void TstResults::legacyResultsAreBare()
{
    const Json result = protocol::finishResult(
        Method::ListTools, Era::Legacy,
        Json::object(
            {{"tools", Json::array()}, {"resultType", "complete"}, {"ttlMs", 1}, {"x", 1}}));
    QCOMPARE(result.toBytes(), QByteArray(R"({"tools":[],"x":1})"));
}

void TstResults::unknownMembersPassThrough()
{
    const auto upstream = Json::parse(
        R"({"content":[{"type":"new","n":1.0}],"_meta":{"a":1},"later":{"z":1,"a":2}})");
    const Json result = protocol::finishResult(Method::CallTool, Era::Modern, *upstream);
    QCOMPARE(result["content"], (*upstream)["content"]);
    QCOMPARE(result["later"], (*upstream)["later"]);
    QCOMPARE(result["_meta"]["a"], Json(1));
}

void TstResults::initializeNegotiates_data()
{
    QTest::addColumn<QByteArray>("requested");
    QTest::addColumn<QByteArray>("negotiated");
    for (const char *known : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
        QTest::newRow(known) << QByteArray(known) << QByteArray(known);
    QTest::newRow("a later one") << QByteArray("2099-01-01") << QByteArray("2025-11-25");
    QTest::newRow("a modern one") << QByteArray("2026-07-28") << QByteArray("2025-11-25");
    QTest::newRow("nonsense") << QByteArray("x") << QByteArray("2025-11-25");
}

void TstResults::initializeNegotiates()
{
    QFETCH(QByteArray, requested);
    QFETCH(QByteArray, negotiated);
    const Json result = protocol::initializeResult(protocol::negotiate(requested), "Hello.");
    QCOMPARE(result["protocolVersion"].toByteArray(), negotiated);
    QCOMPARE(result["instructions"], Json("Hello."));
    QVERIFY(result["capabilities"]["tools"]["listChanged"].toBool());
    QVERIFY(!protocol::initializeResult(protocol::latestLegacy(), {}).contains("instructions"));
}

void TstResults::discoverNamesModernRevisionsOnly()
{
    const Json result = protocol::discoverResult({});
    QCOMPARE(result["supportedVersions"].toBytes(), QByteArray(R"(["2026-07-28"])"));
    for (const char *capability : {"tools", "resources", "prompts", "completions", "logging"})
        QVERIFY(result["capabilities"][capability].isObject());
    for (const char *list : {"tools", "resources", "prompts"}) // told on subscriptions/listen
        QVERIFY(result["capabilities"][list]["listChanged"].toBool());
    QVERIFY(result["capabilities"]["resources"]["subscribe"].toBool());
}

void TstResults::methodsBelongToTheirEra_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<bool>("legacy");
    QTest::addColumn<bool>("modern");
    const auto row = [](const char *method, bool legacy, bool modern) {
        QTest::newRow(method) << QByteArray(method) << legacy << modern;
    };
    for (const char *both :
         {"tools/list", "tools/call", "resources/list", "resources/templates/list",
          "resources/read", "prompts/list", "prompts/get", "completion/complete"})
        row(both, true, true);
    for (const char *old :
         {"initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"})
        row(old, true, false);
    for (const char *both : {"tasks/get", "tasks/cancel"})
        row(both, true, true);
    for (const char *old : {"tasks/result", "tasks/list"})
        row(old, true, false);
    row("tasks/update", false, true);
    row("server/discover", false, true);
    row("subscriptions/listen", false, true);
    row("unknown/method", false, false);
    row("Tools/List", false, false);
    row("tools/list ", false, false);
}

void TstResults::methodsBelongToTheirEra()
{
    QFETCH(QByteArray, method);
    QFETCH(bool, legacy);
    QFETCH(bool, modern);
    QCOMPARE(protocol::findMethod(method, Era::Legacy).has_value(), legacy);
    QCOMPARE(protocol::findMethod(method, Era::Modern).has_value(), modern);
    QCOMPARE(protocol::unknownMethod(method, Era::Legacy).httpStatus, 200);
    QCOMPARE(protocol::unknownMethod(method, Era::Modern).httpStatus, 404);
    QCOMPARE(protocol::unknownMethod(method, Era::Modern).code, -32601);
}

void TstResults::paramsAreChecked_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("params");
    QTest::addColumn<QByteArray>("name"); // null: refused
    const auto row = [](const char *label, const char *method, const char *params,
                        const QByteArray &name = {}) {
        QTest::newRow(label) << QByteArray(method) << QByteArray(params) << name;
    };
    row("call", "tools/call", R"({"name":"t","arguments":{}})", "t");
    row("call without arguments", "tools/call", R"({"name":"t"})", "t");
    row("call without a name", "tools/call", "{}");
    row("call with an empty name", "tools/call", R"({"name":""})");
    row("call with a number", "tools/call", R"({"name":1})");
    row("arguments are an array", "tools/call", R"({"name":"t","arguments":[]})");
    row("arguments are null", "tools/call", R"({"name":"t","arguments":null})");
    row("read", "resources/read", R"({"uri":"a:b"})", "a:b");
    row("read nothing", "resources/read", R"({"name":"a:b"})");
    row("subscribe", "resources/subscribe", R"({"uri":"a:b"})", "a:b");
    row("complete a prompt", "completion/complete",
        R"({"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":""}})", "p");
    row("complete a resource", "completion/complete",
        R"({"ref":{"type":"ref/resource","uri":"a:{x}"},"argument":{"name":"x","value":"1"}})",
        "a:{x}");
    row("complete what", "completion/complete",
        R"({"ref":{"type":"ref/tool","name":"p"},"argument":{"name":"a","value":""}})");
    row("complete without a value", "completion/complete",
        R"({"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a"}})");
    row("level", "logging/setLevel", R"({"level":"info"})", "");
    row("no level", "logging/setLevel", R"({"level":"loud"})");
    row("initialize", "initialize",
        R"({"protocolVersion":"1","capabilities":{},"clientInfo":{"name":"a","version":"1"}})", "");
    row("initialize without a version", "initialize", R"({"capabilities":{},"clientInfo":{}})");
    row("initialize without capabilities", "initialize",
        R"({"protocolVersion":"1","clientInfo":{}})");
    row("list", "tools/list", "{}", "");
}

void TstResults::paramsAreChecked()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, params);
    QFETCH(QByteArray, name);
    const auto found = protocol::findMethod(method, Era::Legacy);
    QVERIFY(found);
    const auto checked = protocol::checkParams(*found, Json::parse(params).value());
    QCOMPARE(checked.has_value(), !name.isNull());
    if (checked) {
        QCOMPARE(*checked, name);
    } else {
        QCOMPARE(checked.error().code, protocol::code::InvalidParams);
        QCOMPARE(checked.error().httpStatus, 200);
    }
}

void TstResults::pagesCoverTheList()
{
    QByteArrayList seen;
    Json params = Json::object();
    int pages = 0;
    do {
        const auto page = protocol::pageOf(Method::ListTools, toolList(7), params, 3);
        QVERIFY(page);
        for (const Json &tool : (*page)["tools"].items())
            seen.append(tool["name"].toByteArray());
        params = Json::object({{"cursor", (*page)["nextCursor"]}});
        ++pages;
    } while (!params["cursor"].isNull() && pages < 10);
    QCOMPARE(pages, 3);
    QCOMPARE(seen.join(' '), QByteArray("t0 t1 t2 t3 t4 t5 t6"));

    const auto whole = protocol::pageOf(Method::ListTools, toolList(3), Json::object(), 3);
    const Json nameless = Json::object({{"", "of a tool"}});
    QCOMPARE(protocol::pageOf(Method::CallTool, nameless, Json::object(), 3), nameless);
    QVERIFY(!whole->contains("nextCursor"));
}

void TstResults::pagesSurviveAChange()
{
    const auto first = protocol::pageOf(Method::ListTools, toolList(7), Json::object(), 3);
    const Json params = Json::object({{"cursor", (*first)["nextCursor"]}});
    Json changed = toolList(7);
    changed.find("tools")->itemsRef().erase(changed.find("tools")->itemsRef().begin()); // t0 went
    const auto second = protocol::pageOf(Method::ListTools, changed, params, 3);
    QCOMPARE((*second)["tools"].items().front()["name"], Json("t3"));
}

void TstResults::badCursors_data()
{
    QTest::addColumn<QByteArray>("cursor"); // JSON
    QTest::newRow("nonsense") << QByteArray(R"("not-a-cursor!")");
    QTest::newRow("an item that is not there") << QByteArray(R"("dDk5")");
    QTest::newRow("empty") << QByteArray(R"("")");
    QTest::newRow("a number") << QByteArray("3");
    QTest::newRow("null") << QByteArray("null");
}

void TstResults::badCursors()
{
    QFETCH(QByteArray, cursor);
    const Json params = Json::object({{"cursor", *Json::parse(cursor)}});
    const auto page = protocol::pageOf(Method::ListTools, toolList(3), params, 3);
    QVERIFY(!page);
    QCOMPARE(page.error().code, protocol::code::InvalidParams);
    QCOMPARE(page.error().httpStatus, 200);
}

#include "tst_results.moc"
