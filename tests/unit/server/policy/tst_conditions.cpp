// The condition language beyond CEL's own tests: Provost's variables, absence, bounds and canonical text.
#include "server/policy/condition/checker.h"
#include "server/policy/condition/program.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::policy;
using namespace provost::policy::condition;

class TstConditions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void evaluates_data();
    void evaluates();
    void refuses_data();
    void refuses();
    void printsCanonically_data();
    void printsCanonically();
    void stopsWhenOverBudget();
    void assignmentEqualsOnlyWhereAsked();
};

namespace {

Request sampleRequest()
{
    Request request;
    request.tenant = TenantId("acme");
    request.tool = "query";
    request.user.id = UserId("alice");
    request.user.roles = {"analyst", "lead"};
    request.user.attributes = *Json::parse(
        R"({"region":"EU","level":3,"id":"forged","nothing":null,"groups":["a","b"]})");
    request.resource.id = "db.sales";
    request.resource.within = {"db"};
    request.resource.attributes = *Json::parse(
        R"({"region":"EU","owner":{"name":"bob","x":null},"big":18446744073709551616})");
    request.args = *Json::parse(R"({"region":"US","limit":10,"evil":"EU\" || true || \""})");
    request.context = *Json::parse(R"({"ip":"10.0.0.1"})");
    request.now = *fromRfc3339("2026-01-15T14:23:45Z");
    return request;
}

} // namespace

void TstConditions::evaluates_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("wanted"); // true, false or the error in words
    const auto row = [](const char *text, const char *wanted) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(wanted);
    };
    row("region == ${user.region}", "true");
    row("region == ${ user.region }", "true");
    row("args.region == user.region", "false");
    row("limit == 10", "true"); // resource has none: the argument
    row("${limit} == args.limit", "true");
    row("user.id == 'alice'", "true"); // never what an attribute claims
    row("'lead' in user.roles", "true");
    row("'db' in resource.within && resource.id == 'db.sales'", "true");
    row("tool == 'query' && tool.name == tool && tenant == 'acme'", "true");
    row("request.ip == '10.0.0.1'", "true");
    row("now < timestamp('2026-02-01T00:00:00Z')", "true");
    row("now.getHours() >= 9 && now.getHours('+02:00') == 16", "true");
    row("args.evil == user.region", "false");
    row("resource['region'] == 'EU'", "true");
    row("resource.owner.name == 'bob'", "true");
    row("user.groups.exists(g, g == 'b') && !user.groups.all(user, user == 'b')", "true");
    row("user.groups.all(user, ${user.region} == 'EU')",
        "true"); // a reference is never a loop's variable
    row("has(resource.region) && !has(resource.risk) && !has(user.nothing)", "true");
    row("has(resource.owner.name) && !has(resource.owner.x)", "true");
    row("user.level == 3.0 && user.level < 3.5", "true");
    row("risk > 5", "resource.risk is absent, and so is args.risk");
    row("resource.risk > 5", "resource.risk is absent");
    row("user.nothing == null", "user.nothing is absent");
    row("resource.risk == user.risk", "resource.risk is absent");
    row("resource.risk > 5 || true", "true");
    row("resource.risk > 5 && false", "false");
    row("user.level > 'a'", "user.level > \"a\": `>` does not take an int and a string");
    row("user.level == '3'", "false");
    row("resource.region", "resource.region: a string is neither true nor false");
    row("resource.owner.age == 1", "resource.owner.age is absent");
    row("resource.big > 5", "resource.big is out of range");
    row("9223372036854775807 + user.level > 0", "9223372036854775807 + user.level is out of range");
    row("user.level / 0 == 1", "user.level / 0 divides by zero");
    row("user.region.matches(args.region + '[')",
        "user.region.matches(args.region + \"[\") cannot be read");
}

void TstConditions::evaluates()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, wanted);
    const auto program = Program::compile(text);
    QVERIFY2(program, program ? "" : program.error().message.constData());
    const Request request = sampleRequest();
    Evaluation evaluation(request);
    const Value value = program->test(evaluation);
    QCOMPARE(value.isError() ? program->describe(value) : toText(value), wanted);
}

void TstConditions::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("at");
    const auto row = [](const char *name, const QByteArray &text, int at) {
        QTest::newRow(name) << text << at;
    };
    row("nothing", "", 0);
    row("single equals", "a = b", 2);
    row("single and", "a & b", 2);
    row("open bracket", "(a == b", 7);
    row("open text", "a == 'b", 5);
    row("text over lines", "a == 'b\n'", 5);
    row("bad reference", "a == ${user.}", 5);
    row("open reference", "a == ${user", 5);
    row("a reference is no expression", "a == ${1 + 1}", 5);
    row("reserved", "package == 1", 0);
    row("number", "1a == 2", 0);
    row("too large", "9223372036854775808 == 1", 0);
    row("escape", "a == '\\q'", 6);
    row("surrogate", "a == '\\ud800'", 6);
    row("two values", "a == b c", 7);
    row("has of a value", "has(1)", 4);
    row("loop without variable", "a.all(1, true)", 6);
    row("too long", QByteArray(textBytesMax + 1, ' '), 0);
    row("too deep", QByteArray(100, '(') + '1' + QByteArray(100, ')'), 64);
    row("too many nots", QByteArray(100, '!') + "true", 63);
}

void TstConditions::refuses()
{
    QFETCH(const QByteArray, text);
    QFETCH(const int, at);
    const auto program = Program::compile(text);
    QVERIFY(!program);
    QCOMPARE(program.error().at, at);
    QVERIFY(!program.error().message.isEmpty());
}

void TstConditions::printsCanonically_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("canonical");
    const auto row = [](const char *text, const char *canonical) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(canonical);
    };
    row("region==${user.region}", "resource.region == user.region");
    row("(a||b)&&!(c&&d)", "(resource.a || resource.b) && !(resource.c && resource.d)");
    row("a-(b-c) == -1", "resource.a - (resource.b - resource.c) == -1");
    row("(a ? b : c) ? d : e", "(resource.a ? resource.b : resource.c) ? resource.d : resource.e");
    row("x in ['a', 2, 1.5]", "resource.x in [\"a\", 2, 1.5]");
    row("args['content-type'] == 'x'", "args.`content-type` == \"x\"");
    row("user.g.exists(e, e.n == 1)", "user.g.exists(e, e.n == 1)");
    row("size(x) > 0 && x.size() > 0", "size(resource.x) > 0 && resource.x.size() > 0");
}

void TstConditions::printsCanonically()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, canonical);
    const auto program = Program::compile(text);
    QVERIFY2(program, program ? "" : program.error().message.constData());
    QCOMPARE(program->text(), canonical);
    const auto again = Program::compile(canonical);
    QVERIFY2(again, again ? "" : again.error().message.constData());
    QCOMPARE(again->text(), canonical);
}

void TstConditions::stopsWhenOverBudget()
{
    Request request;
    Json items = Json::array();
    for (int i = 0; i < 3000; ++i)
        items.append(i);
    request.args.set("list", items);
    for (const char *text : {"args.list.all(x, args.list.exists(y, y == x))", // over it
                             "args.list.all(x, args.list.exists(y, y == x)) || true",
                             "args.list.all(x, args.list == args.list)"}) {
        const auto program = Program::compile(text);
        QVERIFY(program);
        Evaluation evaluation(request);
        const Value value = program->test(evaluation);
        QVERIFY2(value.isError() && value.fault() == Fault::OverBudget, text);
    }
    const auto program = Program::compile("args.list.exists(x, x == 2999)");
    Evaluation evaluation(request);
    QVERIFY(program->test(evaluation).isTrue());
}

void TstConditions::assignmentEqualsOnlyWhereAsked()
{
    QVERIFY(!Program::compile("region = 'EU'"));
    const auto program = Program::compile("region = 'EU'", Equals::SingleToo);
    QVERIFY(program);
    QCOMPARE(program->text(), QByteArray("resource.region == \"EU\""));
}

PROVOST_TEST(TstConditions)
#include "tst_conditions.moc"
