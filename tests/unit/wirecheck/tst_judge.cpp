// The judge of messages: what it lets pass, and that it finds the one thing that is wrong with each of the others.
#include "tests/support/testing.h"
#include "tests/support/wirecheck/judge.h"

#include <QTest>

using namespace provost;
using namespace provost::testing;

class TstJudge : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void letsPass_data();
    void letsPass();
    void finds_data();
    void finds();
    void needsSchemas();

private:
    static void columns();
    [[nodiscard]] QByteArrayList violations() const;

    std::optional<Judge> m_judge;
};

PROVOST_TEST(TstJudge)

void TstJudge::initTestCase()
{
    auto judge = Judge::read(Judge::usualDirectory());
    if (!judge)
        QSKIP(qPrintable(judge.error().message));
    m_judge.emplace(std::move(*judge));
}

void TstJudge::columns()
{
    QTest::addColumn<QByteArray>("revision");
    QTest::addColumn<QByteArray>("answers");
    QTest::addColumn<QByteArray>("message");
}

QByteArrayList TstJudge::violations() const
{
    QFETCH(QByteArray, revision);
    QFETCH(QByteArray, answers);
    QFETCH(QByteArray, message);
    Json whole = Json::parse(message).value_or(Json());
    whole.set("jsonrpc", "2.0");
    return m_judge->violations(whole, {.revision = revision, .answers = answers});
}

void TstJudge::letsPass_data()
{
    columns();
    const auto row = [](const char *name, const char *revision, const char *answers,
                        const char *message) {
        QTest::newRow(name) << QByteArray(revision) << QByteArray(answers) << QByteArray(message);
    };
    row("a result", "2025-11-25", "tools/call", R"({"id": 1, "result": {"content": []}})");
    row("a result of a revision without schema", "2024-11-05", "tools/call",
        R"({"id": 1, "result": {"content": []}})");
    row("a revision that is to come", "2099-01-01", "tools/call",
        R"({"id": 1, "result": {"resultType": "complete", "content": []}})");
    row("an empty result", "2025-11-25", "ping", R"({"id": "a", "result": {}})");
    row("a notification", "2026-07-28", "",
        R"({"method": "notifications/message", "params": {"level": "info", "data": ""}})");
    row("a request", "2025-11-25", "", R"({"id": 1, "method": "roots/list"})");
    row("an error to what could not be read", "2025-11-25", "",
        R"({"error": {"code": -32700, "message": "no JSON"}})");
    row("a task", "2026-07-28", "tools/call", R"({"id": 1, "result": {"resultType": "task"}})");
}

void TstJudge::letsPass()
{
    QCOMPARE(violations(), QByteArrayList());
}

void TstJudge::finds_data()
{
    columns();
    const auto row = [](const char *name, const char *revision, const char *answers,
                        const char *message) {
        QTest::newRow(name) << QByteArray(revision) << QByteArray(answers) << QByteArray(message);
    };
    row("a list without cacheScope", "2026-07-28", "tools/list",
        R"({"id": 1, "result": {"resultType": "complete", "tools": [], "ttlMs": 0}})");
    row("a result without type", "2026-07-28", "tools/call",
        R"({"id": 1, "result": {"content": []}})");
    row("a question without schema", "2026-07-28", "tools/call",
        R"({"id": 1, "result": {"resultType": "input_required", "inputRequests": {"name":
            {"method": "elicitation/create", "params": {"message": "no schema"}}}}})");
    row("a request in the modern era", "2026-07-28", "", R"({"id": 1, "method": "ping"})");
    row("an error without what is required", "2026-07-28", "tools/call",
        R"({"id": 1, "error": {"code": -32021, "message": "no data"}})");
    row("a level that is none", "2026-07-28", "",
        R"({"method": "notifications/message", "params": {"level": "loud", "data": ""}})");
    row("a greeting without name", "2025-11-25", "initialize",
        R"({"id": 1, "result": {"protocolVersion": "2025-11-25", "capabilities": {}}})");
    row("the same in an older revision", "2025-03-26", "initialize",
        R"({"id": 1, "result": {"protocolVersion": "2025-03-26", "capabilities": {}}})");
    row("a text without text", "2025-11-25", "tools/call",
        R"({"id": 1, "result": {"content": [{"type": "text"}]}})");
    row("an update of nothing", "2025-11-25", "",
        R"({"method": "notifications/resources/updated", "params": {}})");
    row("an id that is none", "2025-11-25", "", R"({"id": {}, "method": "roots/list"})");
    row("an answer to nothing", "2025-11-25", "", R"({"id": 1, "result": {}})");
    row("an answer to an unknown method", "2025-11-25", "tools/eat", R"({"id": 1, "result": {}})");
    row("an error without code", "2025-11-25", "tools/eat",
        R"({"id": 1, "error": {"message": "no code"}})");
}

void TstJudge::finds()
{
    QVERIFY(!violations().isEmpty());
}

void TstJudge::needsSchemas()
{
    const auto judge = Judge::read(QStringLiteral("/none"));
    QVERIFY(!judge);
    QCOMPARE(judge.error().code, ErrorCode::NotFound);
    QVERIFY(judge.error().message.contains(QLatin1String("PROVOST_MCP_SCHEMAS")));
}

#include "tst_judge.moc"
