#include "ui/tools/schemafield.h"

#include "tests/support/testing.h"
#include "ui/tools/textformat.h"

#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;
using Kind = SchemaField::Kind;

namespace {

Json parsed(const QByteArray &text)
{
    return Json::parse(text).value();
}

} // namespace

class TstSchemaField : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void kinds_data();
    void kinds();
    void readsMembers();
    void beginsWithDefaults();
    void problems_data();
    void problems();
    void formats_data();
    void formats();
    void followsLocalReferences();
    void endlessSchemasEnd();
    void aWideObjectIsTypedAsJson();
};

void TstSchemaField::kinds_data()
{
    QTest::addColumn<QByteArray>("schema");
    QTest::addColumn<int>("kind");
    const auto row = [](const char *name, const char *schema, Kind kind) {
        QTest::newRow(name) << QByteArray(schema) << int(kind);
    };
    row("text", R"({"type":"string"})", Kind::Text);
    row("whole number", R"({"type":"integer"})", Kind::Integer);
    row("number", R"({"type":"number"})", Kind::Number);
    row("yes or no", R"({"type":"boolean"})", Kind::Boolean);
    row("choice", R"({"type":"string","enum":["a","b"]})", Kind::Choice);
    row("titled choice", R"({"oneOf":[{"const":1,"title":"One"},{"const":2,"title":"Two"}]})",
        Kind::Choice);
    row("constant", R"({"const":"x"})", Kind::Choice);
    row("some of several", R"({"type":"array","items":{"type":"string","enum":["a","b"]}})",
        Kind::Choices);
    row("list", R"({"type":"array","items":{"type":"string"}})", Kind::List);
    row("list of objects",
        R"({"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}})",
        Kind::List);
    row("list of anything", R"({"type":"array"})", Kind::Raw);
    row("object", R"({"type":"object","properties":{"a":{"type":"string"}}})", Kind::Object);
    row("object without a type", R"({"properties":{"a":{"type":"string"}}})", Kind::Object);
    row("or null", R"({"type":["string","null"]})", Kind::Text);
    row("or null, another way", R"({"anyOf":[{"type":"integer"},{"type":"null"}]})", Kind::Integer);
    row("either of two", R"({"anyOf":[{"type":"integer"},{"type":"string"}]})", Kind::Raw);
    row("two types", R"({"type":["string","integer"]})", Kind::Raw);
    row("unknown type", R"({"type":"file"})", Kind::Raw);
    row("anything", R"({})", Kind::Raw);
    row("true", R"(true)", Kind::Raw);
    row("nonsense", R"({"type":42,"enum":"x","properties":[]})", Kind::Raw);
}

void TstSchemaField::kinds()
{
    QFETCH(const QByteArray, schema);
    QFETCH(const int, kind);
    QCOMPARE(int(readSchema(parsed(schema)).kind), kind);
}

void TstSchemaField::readsMembers()
{
    const SchemaField whole = readSchema(parsed(R"({
        "type": "object", "required": ["limit"],
        "properties": {
            "limit": {"type":"integer","minimum":1,"maximum":100,"title":"Rows","description":"How many"},
            "state": {"type":"string","enum":["open","shut"],"enumNames":["Open","Shut"]}}})"));
    QCOMPARE(whole.members.size(), std::size_t(2));
    const SchemaField &limit = whole.members[0];
    QVERIFY(limit.required);
    QCOMPARE(limit.label(), u"Rows"_s);
    QCOMPARE(limit.description, u"How many"_s);
    QCOMPARE(limit.maximum, std::optional<double>(100));
    const SchemaField &state = whole.members[1];
    QVERIFY(!state.required);
    QCOMPARE(state.label(), u"state"_s);
    QCOMPARE(state.choices[1].label, u"Shut"_s);
    QCOMPARE(state.choices[1].value, Json("shut"));
}

void TstSchemaField::beginsWithDefaults()
{
    const SchemaField whole = readSchema(parsed(R"({
        "type": "object", "required": ["where"],
        "properties": {
            "limit": {"type":"integer","default":50},
            "name": {"type":"string"},
            "where": {"type":"object","properties":{"region":{"type":"string","default":"emea"}}},
            "more": {"type":"object","properties":{"deep":{"type":"string","default":"x"}}}}})"));
    QCOMPARE(initialValue(whole), parsed(R"({"limit":50,"where":{"region":"emea"}})"));
}

void TstSchemaField::problems_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char *value, const QString &problem) {
        QTest::newRow(value) << QByteArray(value) << problem;
    };
    row(R"({"n":5})", {});
    row(R"({})", u"n: needed"_s);
    row(R"({"n":null})", u"n: needed"_s);
    row(R"({"n":"5"})", u"n: A whole number is needed"_s);
    row(R"({"n":5.5})", u"n: A whole number is needed"_s);
    row(R"({"n":0})", u"n: At least 1"_s);
    row(R"({"n":11})", u"n: At most 10"_s);
    row(R"({"n":5,"s":"toolong"})", u"s: At most 3 characters"_s);
    row(R"({"n":5,"s":7})", u"s: A text is needed"_s);
    row(R"({"n":5,"b":"true"})", u"b: Yes or no"_s);
    row(R"({"n":5,"c":"z"})", u"c: Not among the choices"_s);
    row(R"({"n":5,"m":["a","z"]})", u"m: \"z\" is not among the choices"_s);
    row(R"({"n":5,"l":[1,"2"]})", u"l: A number is needed"_s);
    row(R"({"n":5,"l":[]})", u"l: At least 1 items"_s);
    row(R"({"n":5,"l":7})", u"l: A list is needed"_s);
    row(R"({"n":5,"other":7})", {});
}

void TstSchemaField::problems()
{
    QFETCH(const QByteArray, value);
    QFETCH(const QString, problem);
    const SchemaField whole = readSchema(parsed(R"({
        "type": "object", "required": ["n"],
        "properties": {
            "n": {"type":"integer","minimum":1,"maximum":10},
            "s": {"type":"string","maxLength":3},
            "b": {"type":"boolean"},
            "c": {"enum":["a","b"]},
            "m": {"type":"array","items":{"enum":["a","b"]}},
            "l": {"type":"array","minItems":1,"items":{"type":"number"}}}})"));
    QCOMPARE(valueProblem(whole, parsed(value)), problem);
}

void TstSchemaField::formats_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("good");
    const auto row = [](const char *format, const char *text, bool good) {
        QTest::addRow("%s %s", format, text)
            << QByteArray(format) << QString::fromUtf8(text) << good;
    };
    row("email", "ada@example.org", true);
    row("email", "ada", false);
    row("email", "@example.org", false);
    row("email", "ada@", false);
    row("email", "ada l@example.org", false);
    row("uri", "https://example.org/a?b=c", true);
    row("uri", "urn:isbn:1", true);
    row("uri", "example.org", false);
    row("uri", "http://exa mple.org", false);
    row("date", "2026-02-28", true);
    row("date", "2026-02-30", false);
    row("date", "28.2.2026", false);
    row("date-time", "2026-02-28T10:00:00Z", true);
    row("date-time", "2026-02-28T10:00:00.5+02:00", true);
    row("date-time", "2026-02-28T10:00:00", false);
    row("date-time", "2026-02-28", false);
    row("unheard-of", "anything", true);
}

void TstSchemaField::formats()
{
    QFETCH(const QByteArray, format);
    QFETCH(const QString, text);
    QFETCH(const bool, good);
    const SchemaField field =
        readSchema(Json::object({{"type", "string"}, {"format", Json(format)}}));
    QCOMPARE(valueProblem(field, Json(text)).isEmpty(), good);
    // The example is one.
    if (const QString example = formatExample(format); !example.isEmpty())
        QCOMPARE(valueProblem(field, Json(example)), QString());
}

void TstSchemaField::followsLocalReferences()
{
    const SchemaField whole = readSchema(parsed(R"({
        "type":"object","properties":{"who":{"$ref":"#/$defs/person"},"what":{"$ref":"#/$defs/none"},
                                      "far":{"$ref":"https://example.com/schema"}},
        "$defs":{"person":{"$ref":"#/$defs/name"},"name":{"type":"string","maxLength":9}}})"));
    QCOMPARE(whole.members[0].kind, Kind::Text);
    QCOMPARE(whole.members[0].maximum, std::optional<double>(9));
    QCOMPARE(whole.members[1].kind, Kind::Raw);
    QCOMPARE(whole.members[2].kind, Kind::Raw);
}

void TstSchemaField::endlessSchemasEnd()
{
    // A tree of trees, and a reference that is itself.
    const SchemaField tree = readSchema(parsed(R"({
        "type":"object","properties":{"child":{"$ref":"#"},"self":{"$ref":"#/properties/self"}}})"));
    const SchemaField *at = &tree;
    int depth = 0;
    while (at->kind == Kind::Object) {
        at = &at->members[0];
        ++depth;
    }
    QCOMPARE(depth, schemaDepthMax + 1);
    QCOMPARE(at->kind, Kind::Raw);
    QCOMPARE(tree.members[1].kind, Kind::Raw);
}

void TstSchemaField::aWideObjectIsTypedAsJson()
{
    Json properties = Json::object();
    for (std::size_t i = 0; i <= schemaFieldsMax; ++i)
        properties.set(QByteArray::number(qulonglong(i)), Json::object({{"type", "string"}}));
    QCOMPARE(readSchema(Json::object({{"type", "object"}, {"properties", properties}})).kind,
             Kind::Raw);
}

PROVOST_TEST(TstSchemaField)
#include "tst_schemafield.moc"
