// Json against the public corpus of JSON texts, and its promise to lose nothing.
#include "server/base/json.h"

#include "tests/support/corpora.h"
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QDir>
#include <QTest>

#include <limits>

using namespace provost;

namespace {

constexpr JsonLimits lenient{.duplicateKeys = DuplicateKeys::Allow};

QByteArray nested(int depth)
{
    return QByteArray(depth, '[') + QByteArray(depth, ']');
}

Json randomValue(testing::SeededRandom &random, int depth)
{
    static const char *const texts[] = {"",    "a", "é€𝄞", "\"\\/\b\f\n\r\t", "line\u2028separator",
                                        "\x7f"};
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "1.0",
                                          "1.50",
                                          "1E+2",
                                          "1e-7",
                                          "-3.5e10",
                                          "9007199254740993",
                                          "123456789012345678901234567890"};
    switch (random.below(depth > 0 ? 7 : 5)) {
    case 0: return nullptr;
    case 1: return random.below(2) == 0;
    case 2: return Json::number(numbers[random.below(std::size(numbers))]);
    case 3: return texts[random.below(std::size(texts))];
    case 4: return std::int64_t(random.below(1'000'000));
    case 5: {
        Json array = Json::array();
        for (auto n = random.below(5); n > 0; --n)
            array.append(randomValue(random, depth - 1));
        return array;
    }
    default: {
        Json object = Json::object();
        for (auto n = random.below(25); n > 0; --n)
            object.set(QByteArray::number(qint64(random.below(1000))),
                       randomValue(random, depth - 1));
        return object;
    }
    }
}

} // namespace

class TstJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void corpus_data();
    void corpus();
    void losesNothing_data();
    void losesNothing();
    void roundTripsRandomValues();
    void refusesDuplicateKeys_data();
    void refusesDuplicateKeys();
    void limitsDepth();
    void limitsBytes();
    void refusesWhatFollows();
    void refusesHalfSurrogatePairs();
    void errorsNameTheByte();
    void integers_data();
    void integers();
    void doubles();
    void writesStrings_data();
    void writesStrings();
    void escapesAnywhere();
    void movesPartsIntoTheWhole();
    void keepsOrderAndEdits();
    void absentIsNull();
    void indents();
    void otherTypesGiveFallbacks();
};

void TstJson::corpus_data()
{
    QTest::addColumn<QString>("path");
    const QDir directory(testing::corpora() + QStringLiteral("/JSONTestSuite/test_parsing"));
    if (!directory.exists())
        QSKIP("the corpora are not here: set PROVOST_CORPORA");
    const auto files = directory.entryInfoList({QStringLiteral("*.json")});
    QVERIFY(files.size() > 300);
    for (const QFileInfo &file : files)
        QTest::newRow(file.fileName().toUtf8().constData()) << file.filePath();
}

void TstJson::corpus()
{
    QFETCH(const QString, path);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll();
    const auto value = Json::parse(text, lenient);
    switch (QFileInfo(path).fileName()[0].toLatin1()) {
    case 'y': QVERIFY2(value, value ? "" : qPrintable(value.error().message)); break;
    case 'n': QVERIFY(!value); break;
    default: break; // free, but see below
    }
    if (!value) {
        QVERIFY(!value.error().message.isEmpty());
        return;
    }
    const auto again = Json::parse(value->toBytes(), lenient);
    QVERIFY(again);
    QCOMPARE(*again, *value);
    QCOMPARE(again->toBytes(), value->toBytes());
    const auto indented = Json::parse(value->toIndented(), lenient);
    QVERIFY(indented);
    QCOMPARE(*indented, *value);
}

void TstJson::losesNothing_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {R"({"z":1,"a":2,"m":{"z":1,"a":2}})", "1.0", "1.50", "1E+2", "1e-7", "-0", "-0.0",
          "9007199254740993", "123456789012345678901234567890",
          "0.1000000000000000055511151231257827", "[null,true,false,[],{}]", R"({"":""})",
          R"("é€𝄞")", R"({"_meta":{"x/y":[1,{}]}})", R"("\u0000")"})
        QTest::newRow(text) << QByteArray(text);
}

void TstJson::losesNothing()
{
    QFETCH(const QByteArray, text);
    const auto value = Json::parse(text);
    QVERIFY(value);
    QCOMPARE(value->toBytes(), text);
}

void TstJson::roundTripsRandomValues()
{
    testing::SeededRandom random(17);
    for (int i = 0; i < 500; ++i) {
        const Json value = randomValue(random, 5);
        const auto again = Json::parse(value.toBytes());
        QVERIFY(again);
        QCOMPARE(*again, value);
        const Json copy =
            value; // NOLINT(performance-unnecessary-copy-initialization): copying is tried
        QCOMPARE(copy, value);
    }
}

void TstJson::refusesDuplicateKeys_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("plain") << QByteArray(R"({"a":1,"a":2})");
    QTest::newRow("equal values") << QByteArray(R"({"a":1,"a":1})");
    QTest::newRow("escaped") << QByteArray(R"({"a":1,"\u0061":2})");
    QTest::newRow("empty keys") << QByteArray(R"({"":1,"":2})");
    QTest::newRow("nested") << QByteArray(R"([{"x":{"a":1,"b":2,"a":3}}])");
    QByteArray many = "{";
    for (int i = 0; i < 100; ++i)
        many += '"' + QByteArray::number(i) + "\":0,";
    QTest::newRow("among many") << QByteArray(many + R"("50":1})");
}

void TstJson::refusesDuplicateKeys()
{
    QFETCH(const QByteArray, text);
    const auto refused = Json::parse(text);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidInput);
    QVERIFY(Json::parse(text, lenient));
}

void TstJson::limitsDepth()
{
    QVERIFY(Json::parse(nested(64)));
    QCOMPARE(Json::parse(nested(65)).error().code, ErrorCode::TooLarge);
    QCOMPARE(Json::parse(QByteArray(100'000, '[')).error().code, ErrorCode::TooLarge);
    QCOMPARE(Json::parse(QByteArray(R"({"a":)").repeated(100'000)).error().code,
             ErrorCode::TooLarge);
    QVERIFY(Json::parse(nested(1000), {.depthMax = 1000}));
    QVERIFY(!Json::parse("[]", {.depthMax = 0}));
    QVERIFY(Json::parse("7", {.depthMax = 0}));
}

void TstJson::limitsBytes()
{
    QVERIFY(Json::parse("[1234]", {.bytesMax = 6}));
    QCOMPARE(Json::parse("[1234] ", {.bytesMax = 6}).error().code, ErrorCode::TooLarge);
}

void TstJson::refusesWhatFollows()
{
    for (const QByteArray &text :
         {QByteArray("1 2"), QByteArray("{}{}"), QByteArray("[]\0", 3), QByteArray("[]\0[]", 5),
          QByteArray(), QByteArray(" "), QByteArray("\0", 1), QByteArray("null\xff")})
        QVERIFY2(!Json::parse(text), text.toHex().constData());
    QVERIFY(Json::parse(" \t\r\n{} \n"));
}

void TstJson::refusesHalfSurrogatePairs()
{
    for (const char *text : {R"("\ud800")", R"("\udc00")", R"("\udc00\ud800")", R"("a\ud800b")",
                             R"({"\udfff":1})", R"("\ud800\ud800")"})
        QVERIFY2(!Json::parse(text), text);
    QCOMPARE(Json::parse(R"("\ud834\udd1e")")->toByteArray(), "𝄞");
    QCOMPARE(Json::parse(R"("\ud7ff\ue000")")->toByteArray(), "\xed\x9f\xbf\xee\x80\x80");
}

void TstJson::errorsNameTheByte()
{
    const auto refused = Json::parse(R"({"a": nul})");
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidInput);
    QVERIFY2(refused.error().message.contains(QStringLiteral("at byte 6"))
                 || refused.error().message.contains(QStringLiteral("at byte 9")),
             qPrintable(refused.error().message));
}

void TstJson::integers_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("isInteger");
    QTest::addColumn<qint64>("value");
    const auto row = [](const char *text, std::optional<qint64> value) {
        QTest::newRow(text) << QByteArray(text) << value.has_value() << value.value_or(0);
    };
    row("0", 0);
    row("-0", 0);
    row("42", 42);
    row("-42", -42);
    row("3.0", 3);
    row("3e2", 300);
    row("3.5", {});
    row("9223372036854775807", std::numeric_limits<qint64>::max());
    row("-9223372036854775808", std::numeric_limits<qint64>::min());
    row("9223372036854775808", {});
    row("1e18", {}); // past 2^53 a double does not name one integer
    row("1e300", {});
    row("\"7\"", {});
    row("null", {});
}

void TstJson::integers()
{
    QFETCH(const QByteArray, text);
    QFETCH(const bool, isInteger);
    QFETCH(const qint64, value);
    const auto parsed = Json::parse(text);
    QVERIFY(parsed);
    QCOMPARE(parsed->toInteger().has_value(), isInteger);
    QCOMPARE(parsed->toInteger().value_or(0), value);
}

void TstJson::doubles()
{
    QCOMPARE(Json::parse("0.1")->toDouble(), 0.1);
    QCOMPARE(Json::parse("-2.5e-3")->toDouble(), -0.0025);
    QCOMPARE(Json(0.1).toBytes(), "0.1");
    QCOMPARE(Json(1e21).toDouble(), 1e21);
    QCOMPARE(Json(std::numeric_limits<double>::infinity()).toBytes(), "0");
    for (const double value : {1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0})
        QCOMPARE(Json::parse(Json(value).toBytes())->toDouble(), value);
    QVERIFY(!Json("1").toDouble());
}

void TstJson::writesStrings_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("written");
    QTest::newRow("empty") << QByteArray() << QByteArray(R"("")");
    QTest::newRow("quotes") << QByteArray(R"(a"b\c)") << QByteArray(R"("a\"b\\c")");
    QTest::newRow("controls") << QByteArray("\0\x1f\n\r\t", 5)
                              << QByteArray(R"("\u0000\u001f\n\r\t")");
    QTest::newRow("multi-byte") << QByteArray("é€𝄞") << QByteArray("\"é€𝄞\"");
    QTest::newRow("delete") << QByteArray("\x7f") << QByteArray("\"\x7f\"");
}

void TstJson::writesStrings()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, written);
    QCOMPARE(Json(text).toBytes(), written);
    QCOMPARE(Json::parse(written)->toByteArray(), text);
}

// Every byte at every place of a text, as it is written sixteen bytes at a time.
void TstJson::escapesAnywhere()
{
    for (int size = 1; size < 52; ++size) {
        for (int at = 0; at < size; ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                QByteArray text(size, '\x7f');
                text[at] = static_cast<char>(byte);
                const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
                QByteArray written = "[";
                appendJsonString(written, text);
                QCOMPARE(written == "[\"" + text + '"', plain);
                if (byte < 0x80)
                    QCOMPARE(Json::parse(written.sliced(1))->toByteArray(), text);
            }
        }
    }
    QCOMPARE(Json(" !#[]\xff\x80\xa2\xdc ~").toBytes(), "\" !#[]\xff\x80\xa2\xdc ~\"");
}

void TstJson::movesPartsIntoTheWhole()
{
    Json tree = Json::array({Json::object({{"a", "the text that stays"}}), 2});
    tree = std::move(tree.itemsRef().front());
    QCOMPARE(tree.toBytes(), R"({"a":"the text that stays"})");
    tree = std::move(*tree.find("a"));
    QCOMPARE(tree.toBytes(), R"("the text that stays")");
    Json copy = tree;
    Json taken = std::move(tree);
    QVERIFY(tree.isNull()); // NOLINT(bugprone-use-after-move): this is promised
    QCOMPARE(taken, copy);
    copy = *&copy; // itself, which the compiler need not know
    QCOMPARE(taken, copy);
    taken = true;
    QVERIFY(taken.toBool());
    taken = Json::array({nullptr, false});
    QCOMPARE(taken.toBytes(), "[null,false]");
}

void TstJson::keepsOrderAndEdits()
{
    Json object = Json::object({{"b", 1}, {"a", 2}});
    object.set("c", Json::array({1, 2}));
    object.set("b", "new");
    QCOMPARE(object.toBytes(), R"({"b":"new","a":2,"c":[1,2]})");
    QVERIFY(object.remove("a"));
    QVERIFY(!object.remove("a"));
    QCOMPARE(object.toBytes(), R"({"b":"new","c":[1,2]})");
    object.find("c")->append(3);
    QCOMPARE(object["c"].items().size(), std::size_t(3));
    QVERIFY(object != Json::object({{"c", Json::array({1, 2, 3})}, {"b", "new"}})); // order counts
    Json scalar(7);
    scalar.set("x", 1);
    QCOMPARE(scalar.toBytes(), R"({"x":1})");
    QVERIFY(!Json(7).remove("x"));
}

void TstJson::absentIsNull()
{
    const Json object = Json::object({{"null", nullptr}});
    QVERIFY(object["null"].isNull());
    QVERIFY(object["absent"].isNull());
    QVERIFY(object.contains("null"));
    QVERIFY(!object.contains("absent"));
    QVERIFY(!object.contains("NULL"));
    QVERIFY(Json(7)["x"]["y"].isNull());
}

void TstJson::indents()
{
    QCOMPARE(
        Json::object({{"a", Json::array({1, Json::object()})}, {"b", Json::array()}}).toIndented(),
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

void TstJson::otherTypesGiveFallbacks()
{
    const Json text("x");
    QVERIFY(text.toBool(true));
    QVERIFY(!text.toBool());
    QVERIFY(text.items().empty());
    QVERIFY(text.members().empty());
    QVERIFY(text.numberText().isEmpty());
    QVERIFY(Json(7).toByteArray().isEmpty());
    QVERIFY(Json(true).toText().isEmpty());
}

PROVOST_TEST(TstJson)
#include "tst_json.moc"
