// What a validator says: messages that the author of an instance can act on, places, limits, and which schemas it
// refuses to compile. Verdicts on the standard's features are in tst_schemasuite.cpp.
#include "server/schema/validator.h"

#include "tests/support/testing.h"

#include <QTest>

#include <thread>

using namespace provost;
using namespace provost::schema;

namespace {

Json json(const char *text)
{
    return Json::parse(text).value_or(Json("not JSON"));
}

QByteArrayList messagesOf(const char *schema, const char *instance)
{
    const auto validator = Validator::compile(json(schema));
    if (!validator)
        return {validator.error().message.toUtf8()};
    const auto violations =
        (*validator)->validate(json(instance), {.whole = "the arguments", .violationsMax = 5});
    if (!violations)
        return {violations.error().message.toUtf8()};
    QByteArrayList messages;
    for (const Violation &violation : *violations)
        messages.append(violation.message);
    return messages;
}

QByteArray compileError(const Json &schema, const CompileOptions &options = {})
{
    const auto validator = Validator::compile(schema, options);
    return validator ? QByteArray() : validator.error().message.toUtf8();
}

bool isValid(const char *schema, const char *instance, const CompileOptions &options = {})
{
    const auto validator = Validator::compile(json(schema), options);
    if (!validator)
        return false;
    const auto violations = (*validator)->validate(json(instance));
    return violations && violations->empty();
}

} // namespace

class TstValidator : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void messages_data();
    void messages();
    void tellsWhereInBoth();
    void asManyViolationsAsAskedFor();
    void longAndUnprintableNamesAreClipped();
    void isSharedByThreads();

    void refusesSchemas_data();
    void refusesSchemas();
    void whatNobodyRefersToSpoilsNothing();
    void knownDocumentsAreTakenAndNothingElse();

    void limitsOfTheSchema();
    void stepsAreLimited_data();
    void stepsAreLimited();
    void aReferenceToItselfEnds();

    void olderDrafts_data();
    void olderDrafts();
};

void TstValidator::messages_data()
{
    QTest::addColumn<QByteArray>("schema");
    QTest::addColumn<QByteArray>("instance");
    QTest::addColumn<QByteArrayList>("messages");
    const auto row = [](const char *name, const char *schema, const char *instance,
                        QByteArrayList messages) {
        QTest::newRow(name) << QByteArray(schema) << QByteArray(instance) << messages;
    };
    row("valid", R"({"type":"object"})", "{}", {});
    row("type", R"({"type":"object"})", "[]", {"the arguments must be an object, not an array"});
    row("types", R"({"properties":{"a":{"type":["string","null"]}}})", R"({"a":1})",
        {"`a` must be a string or null, not a whole number"});
    row("integer", R"({"properties":{"a":{"type":"integer"}}})", R"({"a":1.5})",
        {"`a` must be a whole number, not a number"});
    row("maximum", R"({"properties":{"limit":{"maximum":1000}}})", R"({"limit":1001})",
        {"`limit` must be at most 1000"});
    row("minimum", R"({"items":{"minimum":0.5}})", "[1,0.25]", {"`[1]` must be at least 0.5"});
    row("exclusive", R"({"exclusiveMinimum":1,"exclusiveMaximum":1})", "1",
        {"the arguments must be above 1", "the arguments must be below 1"});
    row("multiple", R"({"multipleOf":0.01})", "1.005",
        {"the arguments must be a multiple of 0.01"});
    row("length", R"({"properties":{"a":{"minLength":2,"maxLength":3}}})", R"({"a":"ä"})",
        {"`a` must have at least 2 characters"});
    row("characters, not bytes", R"({"maxLength":3})", "\"äöü\"", {});
    row("pattern", R"({"properties":{"a":{"pattern":"^[a-z]+$"}}})", R"({"a":"A"})",
        {"`a` must match the pattern `^[a-z]+$`"});
    row("enum", R"({"properties":{"a":{"enum":["x","y",3]}}})", R"({"a":"z"})",
        {"`a` must be one of `x`, `y`, `3`"});
    row("const", R"({"const":{"a":1}})", "{}", {"the arguments must be `{\"a\":1}`"});
    row("required", R"({"required":["a","b c"]})", "{}",
        {"`a` is missing", "`[\"b c\"]` is missing"});
    row("required deeper", R"({"properties":{"a":{"items":{"required":["b"]}}}})",
        R"({"a":[{"b":1},{}]})", {"`a[1].b` is missing"});
    row("additional", R"({"properties":{"a":true,"b":true},"additionalProperties":false})",
        R"({"c":1})", {"`c` is not known; known are `a`, `b`"});
    row("additional, none known", R"({"additionalProperties":false})", R"({"c":1})",
        {"`c` is not allowed"});
    row("unevaluated", R"({"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false})",
        R"({"a":1,"b":1})", {"`b` is not allowed"});
    row("a wrong property is no unknown one",
        R"({"allOf":[{"properties":{"a":{"type":"string"}}}],"unevaluatedProperties":false})",
        R"({"a":1})", {"`a` must be a string, not a whole number"});
    row("items", R"({"minItems":2,"uniqueItems":true})", "[1]",
        {"the arguments must have at least 2 items"});
    row("one item", R"({"maxItems":1})", "[1,2]", {"the arguments must have at most 1 item"});
    row("unique", R"({"uniqueItems":true})", R"([{"a":1,"b":2},0,{"b":2.0,"a":1}])",
        {"the arguments must not hold the same item twice, as at 0 and 2"});
    row("contains", R"({"contains":{"type":"string"}})", "[1]",
        {"the arguments must hold at least 1 item of the kind that the schema asks for"});
    row("dependent", R"({"dependentRequired":{"card":["address"]}})", R"({"card":1})",
        {"`address` is missing, because `card` is given"});
    row("names", R"({"propertyNames":{"pattern":"^[a-z]$"}})", R"({"A":1})",
        {"the arguments must not have a property of the name `A`"});
    row("any of two", R"({"properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]}}})",
        R"({"a":1})",
        {"`a` must fit one of the alternatives: `a` must be a string, not a whole number, or `a` "
         "must "
         "be null, not a whole number"});
    row("one of many",
        R"({"oneOf":[{"properties":{"k":{"const":"a"}}},{"properties":{"k":{"const":"b"},"v":{"type":"string"}},"required":["v"]},
                     {"type":"string"},{"type":"null"}]})",
        R"({"k":"b","v":1})",
        {"the arguments must fit one of the alternatives; the nearest fails because `k` must be "
         "`a`"});
    row("one of, twice", R"({"oneOf":[{"type":"integer"},{"type":"string"},{"minimum":0}]})", "1",
        {"the arguments must fit exactly one alternative, not both that at 0 and that at 2"});
    row("not", R"({"not":{"type":"string"}})", "\"a\"",
        {"the arguments must not be what the schema rules out here"});
    row("then", R"({"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}})",
        R"({"a":1})", {"`b` is missing"});
    row("big numbers", R"({"maximum":18446744073709551615})", "18446744073709551616",
        {"the arguments must be at most 18446744073709551615"});
}

void TstValidator::messages()
{
    QFETCH(const QByteArray, schema);
    QFETCH(const QByteArray, instance);
    QFETCH(const QByteArrayList, messages);
    QCOMPARE(messagesOf(schema.constData(), instance.constData()), messages);
}

void TstValidator::tellsWhereInBoth()
{
    const auto validator = Validator::compile(json(R"({
        "$defs":{"price":{"minimum":0}},
        "properties":{"a/b":{"items":{"properties":{"price":{"$ref":"#/$defs/price"}}}}}})"));
    QVERIFY(validator);
    const auto violations = (*validator)->validate(json(R"({"a/b":[{},{"price":-1}]})"));
    QVERIFY(violations);
    QCOMPARE(violations->size(), 1u);
    QCOMPARE(violations->front().instancePath, "/a~1b/1/price");
    QCOMPARE(violations->front().schemaPath, "#/$defs/price/minimum");
}

void TstValidator::asManyViolationsAsAskedFor()
{
    const auto validator = Validator::compile(json(R"({"items":{"type":"string"}})"));
    QVERIFY(validator);
    Json many = Json::array();
    for (int i = 0; i < 100; ++i)
        many.append(i);
    QCOMPARE((*validator)->validate(many, {.violationsMax = 5})->size(), 5u);
    QCOMPARE((*validator)->validate(many)->size(), 20u);
}

void TstValidator::longAndUnprintableNamesAreClipped()
{
    const auto validator = Validator::compile(json(R"({"additionalProperties":false})"));
    QVERIFY(validator);
    Json instance = Json::object();
    instance.set(QByteArray(100'000, 'x'), 1);
    instance.set("new\nline", 1);
    const auto violations = (*validator)->validate(instance);
    QVERIFY(violations);
    QVERIFY((*violations)[0].message.size() < 300);
    QCOMPARE((*violations)[1].message, "`[\"new line\"]` is not allowed");
}

void TstValidator::isSharedByThreads()
{
    const auto validator = Validator::compile(
        json(R"({"properties":{"a":{"pattern":"^(a|b)+$"},"b":{"enum":[1,2]}},"required":["a"]})"));
    QVERIFY(validator);
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int round = 0; round < 200; ++round) {
                    const bool accepts = (*validator)->validate(json(R"({"a":"ab"})"))->empty();
                    const bool refuses = !(*validator)->validate(json(R"({"a":"c"})"))->empty();
                    right += accepts && refuses ? 1 : 0;
                }
            });
    }
    QCOMPARE(right.load(), 800);
}

void TstValidator::refusesSchemas_data()
{
    QTest::addColumn<QByteArray>("schema");
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char *name, const char *schema, const char *message) {
        QTest::newRow(name) << QByteArray(schema) << QByteArray(message);
    };
    row("no schema", "3", "`#`: a schema is an object, true or false");
    row("subschema", R"({"items":[{"type":"string"}]})",
        "`#/items`: a schema is an object, true or false");
    row("type", R"({"type":"int"})", "`#/type`: must be a type of JSON or a list of them");
    row("required", R"({"properties":{"a":{"required":true}}})",
        "`#/properties/a/required`: must be a list of names");
    row("bound", R"({"minimum":"1"})", "`#/minimum`: must be a number");
    row("draft 04 bound", R"({"exclusiveMinimum":true})", "`#/exclusiveMinimum`: must be a number");
    row("multiple of zero", R"({"multipleOf":0.0})", "`#/multipleOf`: must be a number above 0");
    row("length", R"({"maxLength":-1})", "`#/maxLength`: must be a whole number from 0");
    row("empty list", R"({"anyOf":[]})", "`#/anyOf`: must be a list of one schema at least");
    row("remote", R"({"properties":{"a":{"$ref":"https://example.com/a.json#/b"}}})",
        "`#/properties/a/$ref`: the document `https://example.com/a.json` is not known here, and "
        "none is fetched");
    row("file", R"({"$ref":"file:///etc/passwd"})",
        "`#/$ref`: the document `file:///etc/passwd` is not known here, and none is fetched");
    row("relative", R"({"$id":"https://example.com/x/y","$ref":"z"})",
        "`#/$ref`: the document `https://example.com/x/z` is not known here, and none is fetched");
    row("pointer", R"({"$ref":"#/$defs/a"})", "`#/$ref`: the pointer `/$defs/a` points to nothing");
    row("anchor", R"({"$ref":"#a"})", "`#/$ref`: `#a` points to nothing");
    row("same id", R"({"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}})",
        "`#/$defs/b`: the `$id` `x` is used twice");
    row("same anchor", R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}})",
        "`#/$defs/b`: the anchor `x` is used twice");
    row("look-ahead", R"j({"properties":{"a":{"pattern":"^(?=.*[0-9])"}}})j",
        "`#/properties/a/pattern`: pattern `^(?=.*[0-9])`: look-ahead `(?=` is not supported");
    row("broken pattern", R"({"pattern":"a("})", "`#/pattern`: pattern `a(`: missing ): a(");
    row("pattern of a name", R"({"patternProperties":{"\\1":true}})",
        "`#/patternProperties`: pattern `\\1`: the back reference `\\1` is not supported");
    row("dialect", R"({"$schema":"http://json-schema.org/draft-04/schema#"})",
        "`#`: the dialect `http://json-schema.org/draft-04/schema#` is not known; known are "
        "2020-12, 2019-09 and drafts 07 and 06");
    row("recursive", R"({"$schema":"https://json-schema.org/draft/2019-09/schema",
                         "items":{"$recursiveRef":"#"}})",
        "`#/items/$recursiveRef`: is not supported");
}

void TstValidator::refusesSchemas()
{
    QFETCH(const QByteArray, schema);
    QFETCH(const QByteArray, message);
    QCOMPARE(compileError(json(schema.constData())), message);
}

void TstValidator::whatNobodyRefersToSpoilsNothing()
{
    const char *const schema =
        R"j({"$defs":{"a":{"$ref":"https://example.com/a"},"b":{"pattern":"(?=x)"}}})j";
    QVERIFY(isValid(schema, "{}"));
}

void TstValidator::knownDocumentsAreTakenAndNothingElse()
{
    const CompileOptions options{
        .known = {{"https://example.com/a", json(R"({"type":"string"})")}}};
    const char *const toKnown = R"({"$ref":"https://example.com/a"})";
    QVERIFY(isValid(toKnown, "\"x\"", options));
    QVERIFY(!isValid(toKnown, "1", options));
    const char *const toUnknown = R"({"$ref":"https://example.com/b"})";
    QVERIFY(!compileError(json(toUnknown), options).isEmpty());

    const char *const toMetaSchema = R"({"$ref":"https://json-schema.org/draft/2020-12/schema"})";
    const char *const schema = R"({"type":"string"})";
    const char *const noSchema = R"({"properties":{"a":{"type":"int"}}})";
    QVERIFY(isValid(toMetaSchema, schema));
    QVERIFY(!isValid(toMetaSchema, noSchema));
}

void TstValidator::limitsOfTheSchema()
{
    Json deep = true;
    for (int i = 0; i < 1000; ++i)
        deep = Json::object({{"items", std::move(deep)}});
    QCOMPARE(compileError(deep), "the schema is nested deeper than 64");

    Json wide = Json::object();
    for (int i = 0; i < 200; ++i)
        wide.set(QByteArray::number(i), Json::object());
    const Json schema = Json::object({{"properties", wide}});
    QCOMPARE(compileError(schema), "");
    QVERIFY(compileError(schema, {.subschemasMax = 100}).endsWith("more than 100 subschemas"));
    QCOMPARE(compileError(schema, {.valuesMax = 100}), "the schema has more than 100 values");

    QVERIFY(compileError(Json::object({{"pattern", QByteArray(10'000, 'x')}}))
                .endsWith("longer than 8192 bytes"));
    QVERIFY(!compileError(Json::object({{"pattern", "((a{1,100}){1,100}){1,100}"}})).isEmpty());
    Json patterns = Json::array();
    for (int i = 0; i < 200; ++i)
        patterns.append(
            Json::object({{"pattern", QByteArray("[^x]{500}" + QByteArray::number(i))}}));
    QVERIFY(compileError(Json::object({{"allOf", patterns}}))
                .endsWith("the patterns of the schema are too large"));
}

void TstValidator::stepsAreLimited_data()
{
    QTest::addColumn<Json>("schema");
    QTest::addColumn<Json>("instance");
    Json many = Json::array();
    for (int i = 0; i < 3000; ++i)
        many.append(i);
    const QByteArray text(3'000'000, 'a');
    QTest::newRow("items") << json(R"({"items":{"type":"number"}})") << many;
    QTest::newRow("unique") << json(R"({"uniqueItems":true})") << many;
    QTest::newRow("contains") << json(R"({"contains":{"type":"string"}})") << many;
    QTest::newRow("pattern") << json(R"({"pattern":"^(a|aa)+$"})") << Json(text);
    QTest::newRow("length") << json(R"({"maxLength":1000000000})") << Json(text);
    const Json longNumber = Json::number("0." + QByteArray(3'000'000, '1'));
    QTest::newRow("type of a long number") << json(R"({"type":"integer"})") << longNumber;
    QTest::newRow("bound of a long number") << json(R"({"minimum":0})") << longNumber;
    QTest::newRow("multiple of a long number") << json(R"({"multipleOf":0.1})") << longNumber;
    QTest::newRow("enum") << json(R"({"enum":["a"]})") << Json(text);
    // Each level asks for the next twice: two to the power of the levels, were it not for the limit.
    QTest::newRow("exponential")
        << json(R"({"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}],"$defs":{
            "a":{"items":{"oneOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]},"type":"array"}}})")
        << json("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    // What passes a limit must not become valid by being turned round.
    QTest::newRow("not") << json(R"({"not":{"items":{"type":"string"},"maxItems":1000000}})")
                         << Json(Json::Array(3000, Json("a")));
}

void TstValidator::stepsAreLimited()
{
    QFETCH(const Json, schema);
    QFETCH(const Json, instance);
    const auto validator = Validator::compile(schema);
    QVERIFY2(validator, validator ? "" : validator.error().message.toUtf8().constData());
    const auto violations = (*validator)->validate(instance, {.stepsMax = 2000});
    QVERIFY(!violations);
    QVERIFY(violations.error().code == ErrorCode::TooLarge);
    QCOMPARE(violations.error().message,
             QStringLiteral("checking the value against the schema takes too many steps"));
}

void TstValidator::aReferenceToItselfEnds()
{
    for (const char *schema : {R"({"$ref":"#"})", R"({"allOf":[{"anyOf":[{"$ref":"#"}]}]})",
                               R"({"not":{"$ref":"#"}})"}) {
        const auto validator = Validator::compile(json(schema));
        QVERIFY(validator);
        QVERIFY(!(*validator)->validate(Json::object()));
    }
}

void TstValidator::olderDrafts_data()
{
    QTest::addColumn<QByteArray>("schema");
    QTest::addColumn<QByteArray>("valid");
    QTest::addColumn<QByteArray>("invalid");
    const auto row = [](const char *name, const char *schema, const char *valid,
                        const char *invalid) {
        QTest::newRow(name) << QByteArray(schema) << QByteArray(valid) << QByteArray(invalid);
    };
    row("07: a list of items",
        R"({"$schema":"http://json-schema.org/draft-07/schema#",
            "items":[{"type":"string"}],"additionalItems":{"type":"null"}})",
        R"(["a",null])", R"(["a",1])");
    row("07: beside $ref is nothing",
        R"({"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"a":{"type":"string"}},
            "properties":{"a":{"$ref":"#/definitions/a","maxLength":1}}})",
        R"({"a":"long"})", R"({"a":1})");
    row("07: $id as an anchor",
        R"({"$schema":"http://json-schema.org/draft-07/schema","definitions":{"a":{"$id":"#x","type":"string"}},
            "properties":{"a":{"$ref":"#x"}}})",
        R"({"a":"b"})", R"({"a":1})");
    row("07: dependencies",
        R"({"$schema":"http://json-schema.org/draft-07/schema#",
            "dependencies":{"a":["b"],"c":{"required":["d"]}},"dependentRequired":{"b":["z"]}})",
        R"({"a":1,"b":2})", R"({"c":1})");
    row("06: constants",
        R"({"$schema":"http://json-schema.org/draft-06/schema#","const":1,"unevaluatedItems":false})",
        "1.0", "2");
    row("2019-09: items and dependents",
        R"({"$schema":"https://json-schema.org/draft/2019-09/schema","items":[true],
            "additionalItems":false,"prefixItems":[{"type":"null"}]})",
        "[1]", "[1,2]");
    row("none declared: 2020-12",
        R"({"definitions":{"a":{"type":"string"}},"prefixItems":[{"$ref":"#/definitions/a"}],"items":false})",
        R"(["a"])", R"(["a","b"])");
}

void TstValidator::olderDrafts()
{
    QFETCH(const QByteArray, schema);
    QFETCH(const QByteArray, valid);
    QFETCH(const QByteArray, invalid);
    QCOMPARE(compileError(json(schema.constData())), "");
    QVERIFY(isValid(schema.constData(), valid.constData()));
    QVERIFY(!isValid(schema.constData(), invalid.constData()));
}

PROVOST_TEST(TstValidator)

#include "tst_validator.moc"
